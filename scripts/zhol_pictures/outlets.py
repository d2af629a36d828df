# SPDX-License-Identifier: GPL-3.0-or-later
"""Oil or gas by outlet: means by year on top of one another, with the range of futures of their sum."""
import numpy

from zhol_pictures import facts
from zhol_pictures.page import COLOURS, INK, LEFT, PLAIN, RIGHT, Page, measure, tint, value_axis, year_axis
from zhol_pictures.results import Refused
from zhol_pictures.scenario import Scenario
from zhol_pictures.wording import axis_label, below, rule, runs, scale_of
from zhol_pictures.years import labels_at_right, middles

MOST = 8  # outlets with a colour of their own


def choose(result, wanted):
    """Which energy is meant: the only one where none is named."""
    every = list(dict.fromkeys(path.split(".")[1] for path in result.annual if path.startswith("energy.") and ".outlets." in path))
    name = None if wanted is None else wanted.removeprefix("energy.").split(".")[0]
    if not every:
        raise Refused(f"{result.path} has no oil or gas with outlets, of which this picture is", 2)
    if name is None and len(every) == 1:
        return every[0]
    if name not in every:
        raise Refused(f"{result.path} has " + (f"no energy '{wanted}'" if wanted else f"{len(every)} kinds of energy") +
                      f"; expected {' or '.join(every)}", 2)
    return name


def sums(result, paths):
    """The sum of outcomes in every replication, [years, replications]; None where not all of their samples are saved."""
    if not all(result.has_samples("annual", path) for path in paths):
        return None
    return sum(result.samples("annual", path) for path in paths)


def outlets(result, wanted=None, revenue=False):
    """Volumes, or what they earn."""
    energy, scenario = choose(result, wanted), Scenario(result)
    begin, end = f"energy.{energy}.outlets.", ".revenue" if revenue else ".volume"
    every = [path[len(begin):-len(end)] for path in result.annual if path.startswith(begin) and path.endswith(end)]
    transit = [name for name in every if scenario.words("energy", energy, "outlets", name, "transit") == ["true"]]
    own = [name for name in every if name not in transit]
    if not own:
        raise Refused(f"all outlets of {energy} are transit, of which nothing is its own", 2)
    paths = {name: f"{begin}{name}{end}" for name in own}
    means = {name: result.read("annual/mean", path) for name, path in paths.items()}
    total, edges = sums(result, list(paths.values())), result.edges()
    if any((mean < 0).any() for mean in means.values()):
        raise Refused(f"some outlets of {energy} earn less than nothing, which cannot stand on one another; `fan` draws each", 2)
    layers = {scenario.title("energy", energy, "outlets", name): mean for name, mean in means.items()}
    if len(layers) > MOST:
        order = sorted(layers, key=lambda name: -layers[name].sum())
        rest = sum(layers[name] for name in order[MOST - 1:])
        layers = {name: mean for name, mean in layers.items() if name in order[:MOST - 1]} | {f"{len(order) - MOST + 1} others": rest}
    tops = numpy.cumsum(list(layers.values()), axis=0)
    about = result.about(next(iter(paths.values())))
    band = None if total is None else facts.Band(facts.RANGE, *(facts.quantile(total, p) for p in facts.RANGE))
    scale = scale_of(about, facts.greatest([tops[-1]] + ([band.low, band.high] if band else [])))
    keys = [("mean", INK, "mean of all outlets together" + (", range of futures, 5–95 %" if band else ""))]
    notes = f"Without transit ({', '.join(transit)}), which is not its own. " if transit else ""
    if band is None:
        notes += f"The range of the sum is not known, since yearly samples are not saved: --save '{begin}*{end}' saves them. "
    title = scenario.title("energy", energy)
    page = Page(f"{title[:1].upper()}{title[1:]} by outlet{': revenue' if revenue else ''}",
                below(f"{begin}*{end}", "means on top of one another", rule(about)), keys, notes + runs([result]), 4.9)
    right = RIGHT - 0.35 - min(2.4, max(measure(name, PLAIN) for name in layers) + 0.1)
    frame = (LEFT, 0.05, right, 4.5)
    axes = page.axes(*frame, ylabel=axis_label(scale, about))
    below_it = numpy.zeros_like(tops[0])
    colours = [COLOURS[i + 1] if i + 1 < len(COLOURS) else COLOURS[0] for i in range(len(layers))]
    for i, top in enumerate(tops):
        axes.fill_between(edges, scale.factor * numpy.append(below_it, below_it[-1]), scale.factor * numpy.append(top, top[-1]), step="post",
                          color=tint(colours[i], 0.75), ec="white", lw=0.6, gid=f"outlet-{i}")
        below_it = top
    series = facts.Series(edges, False, False, None, [])
    ends = None if band is None else scale.factor * numpy.abs([tops[-1] - band.low, band.high - tops[-1]])
    axes.errorbar(middles(series), scale.factor * tops[-1], yerr=ends, fmt="o", ms=4, lw=1.5, color=INK, zorder=4)[0].set_gid("total")
    year_axis(axes, edges, False, right - LEFT)
    value_axis(axes.yaxis)
    axes.set_ylim(0, 1.04 * scale.factor * facts.greatest([tops[-1]] + ([band.high] if band else [])) or 1.0)
    lows = numpy.concatenate([[numpy.zeros_like(tops[0])], tops[:-1]])
    labels_at_right(page, axes, frame, list(layers), [scale.factor * (low[-1] + top[-1]) / 2 for low, top in zip(lows, tops)], colours)
    return page.figure
