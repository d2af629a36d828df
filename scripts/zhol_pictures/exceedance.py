# SPDX-License-Identifier: GPL-3.0-or-later
"""How probable it is that an outcome is at least so much."""
import numpy

from zhol_pictures import facts
from zhol_pictures.page import BLUE, COLOURS, LEFT, PALE, RIGHT, Page, tint, value_axis
from zhol_pictures.results import Refused
from zhol_pictures.wording import axis_label, below, distinct, heading, rule, runs, scale_of, worth

POINTS, ENDS = 160, 25  # of a curve of many values: so many in all, and of the least and the greatest each so many


def wilson(share, number):
    """The bounds of a probability of which a share of a number of futures is known (95 %)."""
    z = facts.Z95
    middle, half = share + z**2 / (2 * number), z * numpy.sqrt(share * (1 - share) / number + z**2 / (4 * number**2))
    return (middle - half) / (1 + z**2 / number), (middle + half) / (1 + z**2 / number)


def curve(values):
    """Values in ascending order, and the share of all that are at least each of them: every value, or of many some."""
    ordered = numpy.sort(values)
    number = len(ordered)
    if number > POINTS:
        chosen = numpy.unique(numpy.concatenate([numpy.arange(ENDS), numpy.linspace(0, number - 1, POINTS - 2 * ENDS).round().astype(int),
                                                 numpy.arange(number - ENDS, number)]))
    else:
        chosen = numpy.arange(number)
    x = numpy.unique(ordered[chosen])
    return x, 1 - numpy.searchsorted(ordered, x, side="left") / number


def exceedance(results, outcome, year=None):
    """The curves of all results on one scale."""
    if len(results) > len(COLOURS):
        raise Refused(f"the number of results is {len(results)}; expected 1 to {len(COLOURS)}", 2)
    period = "horizon" if year is None else "annual"
    facts.same_unit(results, outcome, period)
    about = results[0].about(outcome)
    if about["chance"] == "mean":
        raise Refused(f"{outcome} either happens or not; `fan` draws how probable that is", 2)
    if year is not None:
        for result in results:
            result.need_years(outcome)
    samples = [result.samples(period, outcome) for result in results]
    samples = [one if year is None else one[result.year(year)] for result, one in zip(results, samples)]
    samples = [one[numpy.isfinite(one)] for one in samples]
    for result, values in zip(results, samples):
        if len(values) == 0:
            raise Refused(f"no replication of {result.path} has a value of {outcome}" + (f" in {year}" if year else ""))
    edges = facts.bins(samples)
    low, high = edges[0], edges[-1]
    outside = max(float(((values < low) | (values > high)).mean()) for values in samples)
    scale = scale_of(about, float(max(abs(low), abs(high))), whole=year is None)
    names, single = distinct(results), len(results) == 1
    colours = [BLUE] if single else COLOURS
    foot = worth(about) + (f"Up to {100 * outside:.2g} % of the futures lie outside the picture. " if outside > 1e-9 else "")
    keys = [("line", colour, "share of the futures" if single else name) for colour, name in zip(colours, names)]
    keys += [("band", tint(colours[0], 0.3) if single else PALE, "error of the simulation (95 %), of each share")]
    page = Page(f"{heading(about, outcome)}: probability of at least so much",
                below(outcome, rule(about, True) if year is None else f"{rule(about).replace('each year', str(year))}"), keys, foot + runs(results), 5.0)
    axes = page.axes(LEFT, 0.05, RIGHT, 4.4, xlabel=axis_label(scale, about), ylabel="% of futures")
    for i, values in enumerate(samples):
        x, share = curve(values)
        bounds = wilson(share, len(values))
        step = "pre" if len(x) == len(values) else None
        axes.fill_between(scale.factor * x, 100 * bounds[0], 100 * bounds[1], step=step, color=colours[i], alpha=0.3, lw=0, gid=f"error-{i}")
        axes.plot(scale.factor * x, 100 * share, drawstyle="steps-pre" if step else "default", color=colours[i], lw=1.8, zorder=3 - 0.1 * i,
                  gid=f"curve-{i}")
    axes.set_xlim(scale.factor * low, scale.factor * high)
    axes.set_ylim(0, 102)
    axes.grid(True, axis="both")
    value_axis(axes.xaxis, 8)
    value_axis(axes.yaxis, 6)
    return page.figure
