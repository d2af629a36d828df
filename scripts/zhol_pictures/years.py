# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of an outcome by year. What has a gid (median, band-5-95, mean, zero, ...) is found by that name in the SVG and
in the tests."""
import dataclasses
import os

from matplotlib.transforms import Affine2D
import numpy

from zhol_pictures import facts, observed
from zhol_pictures.page import (BANDS, BLUE, COLOURS, GREY, INK, LEFT, MARGIN, PALE, PLAIN, RED, RIGHT, TITLE, WIDTH, Page, apart,
                                height, known, measure, shade, value_axis, wrap, year_axis)
from zhol_pictures.results import Refused
from zhol_pictures.wording import (axis_label, band_gid, band_name, below, better, distinct, heading, named_error, notes, rule,
                                   runs, scale_of)


def fill(axes, series, band, factor, colour, **options):
    """A band over the years: as steps, since a value is of its whole year; or from end to end of year."""
    axes.fill_between(places(series), factor * held(series, band.low), factor * held(series, band.high),
                      step=None if series.at_end else "post", color=colour, lw=0, **options)


def trace(axes, series, values, **options):
    """A line over the years, as `fill`."""
    options |= {"marker": "o", "ms": 3.5, "clip_on": False} if series.at_end else {"drawstyle": "steps-post"}
    axes.plot(places(series), held(series, values), solid_joinstyle="miter", **options)


def places(series):
    """Where the values stand: at the ends of their years, or from edge to edge."""
    return series.edges[1:] if series.at_end else series.edges


def held(series, values):
    """The values at those places: of steps the last one holds to the last edge."""
    return values if series.at_end else numpy.append(values, values[-1])


def middles(series):
    """Where the points of single years stand."""
    return series.edges[1:] if series.at_end else (series.edges[:-1] + series.edges[1:]) / 2


def room(axes, share=False, both=False):
    """Leaves some room above and below, and shows 0 where it is near: nothing below 0 of what is not below it, unless
    both sides of 0 are of interest."""
    low, high = axes.dataLim.intervaly
    if not numpy.isfinite([low, high]).all():
        low, high = 0.0, 1.0
    if low == high:
        low, high = (low - 0.5 * abs(low), high + 0.5 * abs(high)) if low != 0 else (-1.0, 1.0)
    elif 0 <= low < 0.4 * high:
        low = 0.0
    elif 0.4 * low < high <= 0:
        high = 0.0
    reach = 0.04 * (high - low)
    if both:
        axes.set_ylim(low - reach, high + reach)
        return
    top = 100.0 if share and high == 100.0 else high
    axes.set_ylim(low - reach if low != 0 else (0 if high > 0 else low), top + reach if high != 0 else 0)


def called(band, chance):
    """A band in a key: of what is drawn as a chance it is the error of that."""
    return "error of the simulation (95 %)" if chance else f"range of futures, {band_name(band)}"


def happened(result, series, path, outcome, about):
    """What happened in the years of the run, as figures with their places, and a sentence on what is not drawn."""
    if not path:
        return [], ""
    if series.edges[0] % 1 != 0:
        raise Refused(f"the years of {result.path} do not begin in January, as those of figures do")
    every, left = observed.figures(path, outcome, about)
    of_year = dict(zip(series.edges[:-1].astype(int), middles(series)))
    drawn = [(of_year[figure.year], figure) for figure in every if figure.year in of_year]
    if not drawn:
        raise Refused(f"{path} has no figure of {outcome} in the years of {result.path}", 3)
    outside = len(every) - len(drawn)
    parts = [f"{left} of nominal prices or not confirmed" * (left > 0), f"{outside} of other years" * (outside > 0)]
    without = ", ".join(part for part in parts if part)
    multiples = sorted({figure.multiple for _, figure in drawn if figure.multiple != 1})
    divided = f", divided by {' or '.join(f'{multiple:g}' for multiple in multiples)}, as the outcome is a part of it" if multiples else ""
    return drawn, f"What happened: {os.path.basename(path)}{divided}{', without ' + without if without else ''}.\n"


def points(axes, drawn, scale):
    """Figures of what happened; those that are derived are hollow."""
    for derived, face, gid in ((False, RED, "happened"), (True, "white", "happened-derived")):
        chosen = [(x, scale.factor * figure.value) for x, figure in drawn if figure.derived == derived]
        if chosen:
            axes.plot(*zip(*chosen), "D", ms=6.5, mew=1.8, mfc=face, mec=RED, zorder=5, clip_on=False, gid=gid)


def fan(result, outcome, of_happened=None):
    """An outcome by year: median, ranges of futures, and the mean with the error of its simulation; and what happened, from
    a file of figures."""
    series, about = facts.series(result, outcome), result.about(outcome)
    drawn, said = happened(result, series, of_happened, outcome, about)
    most = max([series.most, *(abs(figure.value) for _, figure in drawn)])
    scale = scale_of(about, most, series.chance)
    line = "probability" if series.chance else "median"
    keys = [("line", BLUE, line)] if series.line is not None else []
    for band, colour in zip(series.bands, BANDS):
        keys.append(("band", colour, called(band, series.chance)))
    if series.mean is not None:
        keys.append(("mean", INK, f"mean, error of the simulation (95 %): {named_error(series.error, scale)}"))
    for derived, kind, words in ((False, "point", "what happened"), (True, "hollow", "what happened, derived")):
        if any(figure.derived == derived for _, figure in drawn):
            keys.append((kind, RED, words))
    page = Page(heading(about, outcome, series.chance), below(outcome, rule(about, chance=series.chance)), keys,
                said + runs([result]), 4.5)
    axes = page.axes(LEFT, 0.05, RIGHT, 4.15, ylabel=axis_label(scale, about))
    for band, colour in zip(series.bands, BANDS):
        fill(axes, series, band, scale.factor, colour, gid=band_gid(band))
    if series.line is not None:
        trace(axes, series, scale.factor * series.line, color=BLUE, lw=2.2, gid=line)
    if series.mean is not None:
        axes.errorbar(middles(series), scale.factor * series.mean, known(scale.factor * series.error), fmt="o", ms=4, lw=1.5,
                      color=INK, zorder=4, clip_on=False)[0].set_gid("mean")
    points(axes, drawn, scale)
    year_axis(axes, series.edges, series.at_end, RIGHT - LEFT)
    value_axis(axes.yaxis)
    room(axes, scale.label == "%")
    return page.figure


class Inches:
    """Coordinates in inches from the left of a page and from the top of its body, for annotations."""

    def __init__(self, page):
        self.page = page

    def __call__(self, renderer):
        dpi = self.page.figure.dpi
        return Affine2D().scale(dpi, -dpi).translate(0, dpi * (self.page.height - self.page.top))


def labels_at_right(page, axes, frame, names, heights, colours):
    """Names the lines at their ends: `frame` is left, top, right, bottom of the axes in inches; `heights` are where the
    lines end, in data."""
    _, top, right, bottom = frame
    lines = [wrap(name, WIDTH - MARGIN - right - 0.35, PLAIN) for name in names]
    low, high = axes.get_ylim()
    wanted = [bottom - (at - low) / (high - low) * (bottom - top) for at in heights]
    spots = apart(wanted, [height(PLAIN, len(line)) + 0.04 for line in lines], top - 0.15, bottom + 0.15)
    for line, at, place, colour in zip(lines, wanted, spots, colours):
        axes.annotate("", xy=(right, at), xytext=(right + 0.28, place), xycoords=Inches(page), textcoords=Inches(page),
                      annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": colour, "lw": 1, "shrinkA": 0, "shrinkB": 0})
        page.text(right + 0.32, page.top + place, "\n".join(line), size=PLAIN, color=shade(colour), va="center",
                  linespacing=1.15)


def widest(many):
    """The widest band that all series have; None if they have none in common."""
    common = set.intersection(*({band_gid(band) for band in series.bands} for series in many))
    return next((band for band in many[0].bands if band_gid(band) in common), None)


def variants(results, outcome, of_mean=False):
    """Results side by side: their medians (or means) on one scale, and below them the range of futures of each, with the
    median of the first."""
    if not 2 <= len(results) <= len(COLOURS):
        raise Refused(f"the number of results is {len(results)}; expected 2 to {len(COLOURS)}", 2)
    facts.same_unit(results, outcome)
    many, about, names = [facts.series(result, outcome) for result in results], results[0].about(outcome), distinct(results)
    facts.same_years(results, many)
    chance = many[0].chance
    scale = scale_of(about, max(series.most for series in many), chance)
    line = "probability" if chance else "mean" if of_mean else "median"
    if line == "mean":
        many = [dataclasses.replace(series, line=series.mean) for series in many]
    if any(series.line is None for series in many):
        raise Refused(f"not all results hold the median of {outcome} (`run.quantiles`); --mean draws means", 2)
    band = widest(many)
    keys = [("line", GREY, line), *([("band", PALE, called(band, chance))] if band else []),
            ("dashes", COLOURS[0], f"{line} of {names[0]}")]
    grid = Grid(names)
    page = Page(heading(about, outcome, chance), below(outcome, rule(about, chance=chance)), keys, runs(results),
                grid.top + grid.height)
    lines(page, many, names, scale, about, grid.top - 0.6)
    panels(page, grid, many, band, scale)
    return page.figure


def lines(page, many, names, scale, about, bottom):
    """The lines of all, with a scale of their own."""
    right = RIGHT - 0.35 - min(2.4, max(measure(name, PLAIN) for name in names) + 0.1)
    axes = page.axes(LEFT, 0.05, right, bottom, ylabel=axis_label(scale, about))
    for i, series in enumerate(many):  # the first on top, where others are equal
        trace(axes, series, scale.factor * series.line, color=COLOURS[i], lw=2, gid=f"line-{i}", zorder=3 - 0.1 * i)
    year_axis(axes, many[0].edges, many[0].at_end, right - LEFT)
    value_axis(axes.yaxis)
    room(axes, scale.label == "%")
    ends = [next((at for at in reversed(series.line) if numpy.isfinite(at)), 0.0) for series in many]
    labels_at_right(page, axes, (LEFT, 0.05, right, bottom), names, [scale.factor * end for end in ends], COLOURS)


class Grid:
    """Where panels stand, one of each name, in one row or two, in inches from the top of the body."""
    GAP, BELOW = 0.25, 0.42  # beside a panel, and below it for its years

    def __init__(self, names):
        self.columns = len(names) if len(names) <= 4 else (len(names) + 1) // 2
        self.top = 3.7 if len(names) <= 5 else 4.2
        self.wide = (RIGHT - LEFT + self.GAP) / self.columns - self.GAP
        self.heads = [wrap(name, self.wide, PLAIN, "bold") for name in names]
        self.head = height(PLAIN, max(len(head) for head in self.heads)) + 0.08
        self.tall = 2.0 if self.columns > 2 else 2.6
        self.row = self.head + self.tall + self.BELOW
        self.height = self.row * -(-len(names) // self.columns)

    def place(self, i):
        """The left and the top of panel i, head included."""
        row, column = divmod(i, self.columns)
        return LEFT + column * (self.wide + self.GAP), self.top + row * self.row


def panels(page, grid, many, band, scale):
    """Each with its range of futures, all with the same scale."""
    drawn = []
    for i, series in enumerate(many):
        left, top = grid.place(i)
        page.text(left, page.top + top, "\n".join(grid.heads[i]), size=PLAIN, weight="bold", color=shade(COLOURS[i]),
                  linespacing=1.15)
        axes = page.axes(left, top + grid.head, left + grid.wide, top + grid.head + grid.tall, sharey=drawn[0] if drawn else None)
        for own in series.bands:
            if band is not None and band_gid(own) == band_gid(band):
                fill(axes, series, own, scale.factor, COLOURS[i], alpha=0.25, gid=f"{band_gid(own)}-{i}")
        trace(axes, many[0], scale.factor * many[0].line, color=COLOURS[0], lw=1.2, linestyle=(0, (3, 1.5)))
        if i > 0:
            trace(axes, series, scale.factor * series.line, color=COLOURS[i], lw=2)
        year_axis(axes, series.edges, series.at_end, grid.wide)
        axes.tick_params(axis="y", labelleft=i % grid.columns == 0)
        axes.set_ylabel(scale.label if i % grid.columns == 0 else "")
        drawn.append(axes)
    value_axis(drawn[0].yaxis, 5)
    reach = numpy.array([axes.dataLim.intervaly for axes in drawn])
    drawn[0].dataLim.intervaly = (reach[:, 0].min(), reach[:, 1].max())
    room(drawn[0], scale.label == "%")


def difference(apart_by, about, outcome, names, foot):
    """The mean difference of two runs by year with the error of its simulation, and the range of futures of the difference.
    `names` are those of base and variant, `foot` tells of the runs."""
    scale = scale_of(about, apart_by.most, difference=True)
    keys = [("line", BLUE, "mean difference"),
            ("band", BANDS[1], f"error of its simulation (95 %): {named_error(apart_by.error, scale)}")]
    if apart_by.band:
        keys.append(("band", PALE, f"range of futures, {band_name(apart_by.band)}"))
    hits = about["chance"] == "mean"  # the difference of 0 and 1 is that of the probabilities
    page = Page(f"{heading(about, outcome, hits)}: {names[1]} minus {names[0]}",
                below(outcome, rule(about, chance=hits), better(about)), keys, notes([apart_by]) + foot, 4.5)
    axes = page.axes(LEFT, 0.05, RIGHT, 4.15, ylabel=axis_label(scale, about))
    if apart_by.band:
        fill(axes, apart_by, apart_by.band, scale.factor, PALE, gid=band_gid(apart_by.band))
    fill(axes, apart_by, facts.Band((0.025, 0.975), apart_by.low, apart_by.high), scale.factor, BANDS[1], gid="error")
    axes.axhline(0, color=INK, lw=1.2, gid="zero", zorder=1.5)
    trace(axes, apart_by, scale.factor * apart_by.mean, color=BLUE, lw=2, gid="mean-difference")
    year_axis(axes, apart_by.edges, apart_by.at_end, RIGHT - LEFT)
    value_axis(axes.yaxis)
    room(axes, both=True)
    if apart_by.same:
        axes.text(0.5, 0.55, "no difference", transform=axes.transAxes, ha="center", va="bottom", size=TITLE, color=GREY)
    return page.figure
