# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a ranking: which policy is the best in a world, what each leaves against the best of every future, and which
no other beats in two outcomes; with gids as those of years."""
import numpy

from zhol_pictures import units
from zhol_pictures.page import BLUE, GREY, INK, MARGIN, PALE, PLAIN, RED, RIGHT, LEFT, Page, height, measure, value_axis, wrap
from zhol_pictures.wording import axis_label, below, better, heading, rule, scale_of

Z = 1.959963984540054  # the 0.975 quantile of the standard normal


def of_policies(file, outcome, world, name):
    """A number of each policy of a world."""
    return file.read(f"horizon/{name}", outcome, world, slice(None))


def against(file, outcome, world, other):
    """By how much each policy is better than another, with the ends of the joint interval."""
    return [file.read(f"horizon/{name}", outcome, world, slice(None), other) for name in ("gain", "gain_low", "gain_high")]


def foot(file, world, joint):
    """What was ranked, and how many times."""
    where = f"In the world {file.worlds[world]}. " if len(file.worlds) > 1 else ""
    held = "All differences of an outcome in all worlds hold at once with 95 %. " if joint else ""
    some = f"In {int(file.file.attrs['given_futures']):,} futures only, where {file.attribute('given')}. " if "given" in file.file.attrs else ""
    return (f"{where}{some}{held}{int(file.file.attrs['replications']):,} replications, seed {file.attribute('seed')}, "
            f"{file.attribute('source')}.")


def paper(file, order, said, title, under, keys, note, label):
    """A row for each policy, in that order, with words at its end."""
    names = [file.policies[policy] for policy in order]
    wide = min(3.0, max(measure(name, PLAIN) for name in names) + 0.1)
    heads = [wrap(name, wide, PLAIN) for name in names]
    tall = max(0.42, height(PLAIN, max(len(lines) for lines in heads)) + 0.08)
    right = RIGHT - max(measure(words, PLAIN) for words in said) - 0.15
    page = Page(title, under, keys, note, len(names) * tall + 0.8)
    axes = page.axes(MARGIN + wide + 0.1, 0.05, right, 0.05 + len(names) * tall, xlabel=label)
    for i, (head, words) in enumerate(zip(heads, said)):
        middle = page.top + 0.05 + (i + 0.5) * tall
        page.text(MARGIN, middle, "\n".join(head), size=PLAIN, va="center", linespacing=1.15)
        page.text(RIGHT, middle, words, size=PLAIN, va="center", ha="right")
    axes.axvline(0, color=INK, lw=1.2, gid="zero", zorder=1.5)
    axes.use_sticky_edges = False  # room beside the longest bar
    axes.margins(x=0.03)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    value_axis(axes.xaxis, 6)
    return page, axes


def ranking(file, outcome, world):
    """How far each policy is behind the one with the best mean, with intervals that hold at once."""
    about, rank = file.about(outcome), of_policies(file, outcome, world, "rank_of_mean")
    order = numpy.argsort(rank)
    gain, low, high = against(file, outcome, world, order[0])
    best, sure = (of_policies(file, outcome, world, name) for name in ("probability_best", "confidence_best_mean"))
    scale = scale_of(about, max(1e-300, float(numpy.abs([gain, low, high]).max())), difference=True, whole=True)
    said = [f"{100 * best[p]:.0f} %, {100 * sure[p]:.0f} %" for p in order]
    keys = [("mean", BLUE, "mean, interval of all at once (95 %)"), ("mean", RED, "surely behind")]
    page, axes = paper(file, order, said, f"{heading(about, outcome)}: behind the best policy",
                       below(outcome, rule(about, True), better(about), "right: best in so many of the futures; how sure that it is on average"),
                       keys, foot(file, world, True), axis_label(scale, about))
    for i, policy in enumerate(order):
        ends = numpy.abs([[gain[policy] - low[policy]], [high[policy] - gain[policy]]]) * scale.factor
        axes.errorbar([scale.factor * gain[policy]], [i], xerr=ends, fmt="o", ms=5, lw=2, zorder=4,
                      color=RED if high[policy] < 0 else BLUE)[0].set_gid(f"mean-{i}")
    return page.figure


def regret(file, outcome, world):
    """What each policy leaves against the best one of every future: mean and 95th percentile."""
    about = file.about(outcome)
    mean, error, p95 = (of_policies(file, outcome, world, name) for name in ("regret", "regret_standard_error", "regret_p95"))
    order = numpy.argsort(mean, kind="stable")
    scale = scale_of(about, max(1e-300, float(numpy.maximum(mean, p95).max())), difference=True, whole=True)
    said = [units.number(scale.factor * mean[policy]) for policy in order]
    keys = [("mean", BLUE, "mean regret, error of the simulation (95 %)"), ("band", PALE, "to the 95th percentile of the futures")]
    page, axes = paper(file, order, said, f"{heading(about, outcome)}: regret",
                       below(outcome, rule(about, True), "what the best policy of the same future has more"), keys,
                       foot(file, world, False), axis_label(scale, about))
    for i, policy in enumerate(order):
        axes.barh(i, scale.factor * p95[policy], height=0.6, color=PALE)[0].set_gid(f"band-0-95-{i}")
        axes.errorbar([scale.factor * mean[policy]], [i], xerr=[Z * scale.factor * error[policy]], fmt="o", ms=5, lw=2, color=BLUE,
                      zorder=4)[0].set_gid(f"mean-{i}")
    return page.figure


def natural(file, about, outcome, world):
    """Differences of all policies to the first as the outcome has them, more or less being better; and half their intervals."""
    gain, low, _ = against(file, outcome, world, 0)
    return (-gain if about["better"] == "less" else gain), gain - low


def pareto(file, outcome, other, world):
    """Two outcomes of each policy as differences to the first, and which no other policy beats in both."""
    about, across = file.about(outcome), file.about(other)
    (x, x_half), (y, y_half) = (natural(file, said, path, world) for said, path in ((about, outcome), (across, other)))
    better_x, better_y = (-1 if said["better"] == "less" else 1 for said in (about, across))
    front = [not any((better_x * (x[q] - x[p]) >= 0 and better_y * (y[q] - y[p]) >= 0)
                     and (x[q] != x[p] or y[q] != y[p]) for q in range(len(x))) for p in range(len(x))]
    scales = [scale_of(said, max(1e-300, float(numpy.abs(value).max())), difference=True, whole=True) for said, value in ((about, x), (across, y))]
    keys = [("mean", BLUE, "no other is better in one and no worse in the other"), ("mean", GREY, "another is"),
            ("line", GREY, "interval of all at once (95 %)")]
    page = Page(f"{heading(about, outcome)} and {heading(across, other)[:1].lower()}{heading(across, other)[1:]}",
                f"mean difference to {file.policies[0]}", keys, foot(file, world, True), 5.6)
    axes = page.axes(LEFT, 0.05, RIGHT, 5.0, xlabel=f"{outcome}, {axis_label(scales[0], about)}, {better(about)}")
    axes.set_ylabel(f"{other}, {axis_label(scales[1], across)}, {better(across)}")
    x, x_half, y, y_half = scales[0].factor * x, scales[0].factor * x_half, scales[1].factor * y, scales[1].factor * y_half
    for p, name in enumerate(file.policies):
        colour = BLUE if front[p] else GREY
        axes.errorbar([x[p]], [y[p]], xerr=[abs(x_half[p])], yerr=[abs(y_half[p])], fmt="o", ms=6, lw=1, color=colour,
                      zorder=4)[0].set_gid(f"{'front' if front[p] else 'beaten'}-{p}")
    name_points(axes, x, y, file.policies)
    axes.grid(True, axis="both")
    value_axis(axes.xaxis, 6)
    value_axis(axes.yaxis, 6)
    return page.figure


def name_points(axes, x, y, names):
    """Each as near to its point as no other name or point stands in its way."""
    axes.margins(0.16)
    (left, right), (low, high), box = axes.get_xlim(), axes.get_ylim(), axes.get_position()
    wide, tall = box.width * axes.figure.get_figwidth(), box.height * axes.figure.get_figheight()
    points = [(wide * (a - left) / (right - left), tall * (b - low) / (high - low)) for a, b in zip(x, y)]
    taken = [(a - 0.05, a + 0.05, b) for a, b in points]  # from, to, and the height of the middle
    for (a, b), name in zip(points, names):
        length = measure(name, PLAIN)
        places = [(begin, b + up) for up in sorted(numpy.arange(-1.0, 1.01, 0.05), key=abs) for begin in (a + 0.1, a - 0.1 - length, a - length / 2)
                  if begin > 0.02 and begin + length < wide and 0.1 < b + up < tall - 0.1]
        begin, middle = next((place for place in places if not any(
            abs(place[1] - other) < 0.16 and place[0] < end and start < place[0] + length for start, end, other in taken)), (a + 0.1, b))
        taken.append((begin, begin + length, middle))
        axes.annotate(name, (begin / wide, middle / tall), xycoords="axes fraction", va="center", size=PLAIN, zorder=5)
