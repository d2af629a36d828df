# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of an outcome over the whole horizon; with gids as those of years."""
import dataclasses

import numpy

from zhol_pictures import facts, units
from zhol_pictures.page import (BLUE, COLOURS, INK, LEFT, MARGIN, PALE, PLAIN, RIGHT, Page, height, known, measure, shade,
                                tint, value_axis, wrap)
from zhol_pictures.results import Refused
from zhol_pictures.wording import (axis_label, band_gid, band_name, below, better, distinct, heading, named_error, notes, rule,
                                   runs, scale_of, worth)

DARK, LIGHT = 0.55, 0.22  # how much of its colour a bar has


def spread(results, outcome):
    """The values over the whole horizon of one result or of several below each other: in what share of futures which."""
    if len(results) > len(COLOURS):
        raise Refused(f"the number of results is {len(results)}; expected 1 to {len(COLOURS)}", 2)
    facts.same_unit(results, outcome, "horizon")
    samples = [result.samples("horizon", outcome) for result in results]
    for result, values in zip(results, samples):
        if not numpy.isfinite(values).any():
            raise Refused(f"no replication of {result.path} has a value of {outcome}")
    about = results[0].about(outcome)
    foot = worth(about) + runs(results)
    return rows([facts.spread(values) for values in samples], distinct(results), about, outcome, heading(about, outcome), foot)


def difference(apart_by, about, outcome, names, foot):
    """How the differences of a variant to its base are spread over the futures. `names` are those of base and variant,
    `foot` tells of the runs."""
    above, beneath = (100 * float(hits.mean()) for hits in (apart_by.values > 0, apart_by.values < 0))
    values = dataclasses.replace(facts.spread(apart_by.values), mean=float(apart_by.mean[0]), error=float(apart_by.error[0]))
    return rows([values], [""], about, outcome, f"{heading(about, outcome)}: {names[1]} minus {names[0]}",
                   notes([apart_by]) + foot, f"above 0 in {above:.3g} % of the futures, below in {beneath:.3g} %")


def rows(many, names, about, outcome, title, foot, sides=""):
    """Histograms below each other on one scale; with a line at zero those of differences, of which `sides` tells how
    many are on which side."""
    zero = sides != ""
    edges = facts.bins([values.values for values in many], zero)
    beyond = max(1 - facts.shares(values.values, edges).sum() for values in many)
    scale = scale_of(about, float(abs(edges).max()), difference=zero, whole=True)
    if beyond > 1e-9:
        foot = f"Up to {100 * beyond:.2g} % of the futures lie outside the picture. " + foot
    error = numpy.array([values.error for values in many])
    single = len(many) == 1
    colours = [BLUE] if single else COLOURS
    keys = [("band", tint(colours[0], DARK), f"range of futures, {band_name(many[0].band)}"),
            ("band", tint(colours[0], LIGHT), "futures beyond it"), ("line", colours[0], "median"),
            ("mean", INK, f"mean, error of the simulation (95 %): {named_error(error, scale)}")]
    tall = 3.6 if single else 1.05
    head = 0.0 if single else height(PLAIN) + 0.05
    page = Page(title, below(outcome, rule(about, True), sides), keys, foot, len(many) * (tall + head) + 0.6)
    most = max(facts.shares(values.values, edges).max() for values in many)
    for i, (values, name) in enumerate(zip(many, names)):
        top = i * (tall + head)
        axes = page.axes(LEFT, top + head, RIGHT, top + head + tall - 0.12)
        if not single:
            page.text(LEFT, page.top + top, name, size=PLAIN, weight="bold", color=shade(COLOURS[i]))
        histogram(axes, values, edges, scale.factor, most, colours[i], i)
        axes.set_xlim(scale.factor * edges[0], scale.factor * edges[-1])
        value_axis(axes.xaxis, 8)
        if zero:
            axes.axvline(0, color=INK, lw=1.2, gid="zero")
        axes.tick_params(axis="x", labelbottom=i == len(many) - 1)
        value_axis(axes.yaxis, 5 if single else 2)
        if single:
            axes.set_ylabel("% of futures")
    axes.set_xlabel(axis_label(scale, about))
    if not single:
        page.text(MARGIN, page.top + len(many) * (tall + head) / 2, "% of futures", rotation=90, va="center")
    return page.figure


def histogram(axes, values, edges, factor, most, colour, i):
    """The futures of row i; no bar of any row is higher than `most`."""
    shares = 100 * facts.shares(values.values, edges)
    low, high = edges[:-1], edges[1:]
    inside = (high > values.band.low) & (low <= values.band.high)
    bars = axes.bar(factor * low, shares, factor * (high - low), align="edge", edgecolor="white", lw=0.4,
                    color=[tint(colour, DARK if dark else LIGHT) for dark in inside])
    for n, bar in enumerate(bars):
        bar.set_gid(f"futures-{i}-{n}")
    axes.set_ylim(0, 110 * most)
    axes.axvline(factor * values.median, color=colour, lw=2.2, gid=f"median-{i}")
    axes.errorbar([factor * values.mean], [6 * most], xerr=known([factor * values.error]), fmt="o", ms=5, lw=1.5, color=INK,
                  zorder=4)[0].set_gid(f"mean-{i}")


def ladder(differences, names, about, outcome, base, foot):
    """Differences over the horizon of several variants to one base, a row each."""
    scale = scale_of(about, max(one.most for one in differences), difference=True, whole=True)
    factor = scale.factor
    keys = [("mean", BLUE, "mean difference, error of its simulation (95 %)")]
    bands = [one.band for one in differences if one.band]
    if bands:
        keys.append(("band", PALE, f"range of futures, {band_name(bands[0])}"))
    wide = min(3.0, max(measure(name, PLAIN) for name in names) + 0.1)
    heads = [wrap(name, wide, PLAIN) for name in names]
    said = [f"{units.signed(factor * one.mean[0], factor * one.error[0])}" for one in differences]
    right = RIGHT - max(measure(words, PLAIN) for words in said) - 0.15
    tall = max(0.42, height(PLAIN, max(len(lines) for lines in heads)) + 0.08)
    page = Page(f"{heading(about, outcome)}: difference to {base}", below(outcome, rule(about, True), better(about)), keys,
                notes(differences) + foot, len(names) * tall + 0.8)
    left = MARGIN + wide + 0.1
    axes = page.axes(left, 0.05, right, 0.05 + len(names) * tall, xlabel=axis_label(scale, about))
    for i, one in enumerate(differences):
        middle = page.top + 0.05 + (i + 0.5) * tall
        page.text(MARGIN, middle, "\n".join(heads[i]), size=PLAIN, va="center", linespacing=1.15)
        page.text(RIGHT, middle, said[i], size=PLAIN, va="center", ha="right")
        if one.band:
            axes.barh(i, factor * (one.band.high - one.band.low)[0], left=factor * one.band.low[0], height=0.6,
                      color=PALE)[0].set_gid(f"{band_gid(one.band)}-{i}")
        axes.errorbar([factor * one.mean[0]], [i], xerr=known([factor * one.error[0]]), fmt="o", ms=5, lw=2, color=BLUE,
                      zorder=4)[0].set_gid(f"mean-{i}")
    axes.axvline(0, color=INK, lw=1.2, gid="zero", zorder=1.5)
    axes.use_sticky_edges = False  # room beside the longest bar
    axes.margins(x=0.03)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    value_axis(axes.xaxis, 6)
    return page.figure
