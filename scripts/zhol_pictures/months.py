# SPDX-License-Identifier: GPL-3.0-or-later
"""An outcome month by month before and after something happens: in the months of some replications, which zhol simulates again
(`zhol replay`), since a result holds years."""
import subprocess

from matplotlib import ticker
import numpy

from zhol_pictures import facts, given
from zhol_pictures.page import BANDS, BLUE, COLOURS, GREY, INK, LEFT, PALE, RED, RIGHT, Page, tint, value_axis
from zhol_pictures.results import Refused
from zhol_pictures.scenario import Scenario
from zhol_pictures.wording import axis_label, below, distinct, heading, runs, scale_of
from zhol_pictures.years import room

BEFORE, AFTER = 12, 24  # months that are drawn of what happens, beside its own
REPLICATIONS = 400  # if nobody says how many
EVENTS = "events.*.down"


class Months:
    """Some outcomes of the first replications of a result: [replications, months]."""

    def __init__(self, result, paths, number, zhol):
        words = [zhol, "replay", result.path, *paths, "-r", f"0:{number - 1}", "--unsealed"]
        run = subprocess.run(words, capture_output=True, text=True)
        if run.returncode != 0:
            raise Refused(run.stderr.strip().replace("\n", "; ").replace("zhol: error: ", ""), run.returncode)
        head, *rows = run.stdout.splitlines()
        names = [name.split(" (")[0] for name in head.split(",")][2:]
        cells = [row.split(",") for row in rows]
        self.dates = [row[1] for row in cells[:len(cells) // number]]
        values = numpy.array([[float(cell) if cell else numpy.nan for cell in row[2:]] for row in cells])
        values = values.reshape(number, len(self.dates), len(names))
        values[~result.valid()[:number]] = numpy.nan
        self.values = {name: values[:, :, i] for i, name in enumerate(names)}


def starts(down):
    """The month in which something first begins in each replication, after a month without it; -1: never."""
    begins = (down[:, 1:] > 0) & (down[:, :-1] == 0)
    return numpy.where(begins.any(axis=1), begins.argmax(axis=1) + 1, -1)


def spans(down):
    """The months, from and to, in which something is under way in most replications."""
    on = numpy.concatenate([[False], (down > 0).mean(axis=0) > 0.5, [False]])
    edges = numpy.nonzero(on[1:] != on[:-1])[0]
    return list(zip(edges[::2], edges[1::2]))


def told(values):
    """Median and ranges of futures of each month, [replications, months]."""
    return (facts.quantile(values.T, 0.5), [facts.Band(pair, *(facts.quantile(values.T, p) for p in pair)) for pair in ((0.05, 0.95), (0.25, 0.75))])


def event_named(scenario, wanted, result):
    events = scenario.entries("events")
    name = wanted.removeprefix("events.").removesuffix(".down")
    if name not in events:
        raise Refused(f"{result.path} has no event '{wanted}'; expected {' or '.join(events) or 'a scenario with events'}", 2)
    return name


def closure(results, outcome, event=None, number=None, zhol=None):
    """Of one result, around the first time that an event begins in each replication; of two, month by month."""
    if len(results) > 2:
        raise Refused(f"the number of results is {len(results)}; expected one with --event, or two: without and with what happens", 2)
    for result in results:
        result.need(outcome)
    if outcome not in results[0].annual or results[0].about(outcome)["aggregation"] == "derived":
        raise Refused(f"{outcome} has no value in a month, only over years or the whole horizon", 2)
    last, program = results[-1], given.program(zhol)
    most = min(result.replications for result in results)
    if number is not None and not 1 <= number <= most:
        raise Refused(f"--replications is {number}; expected 1 to {most:,} replications", 2)
    number = min(most, REPLICATIONS) if number is None else number
    scenario = Scenario(last)
    if len(results) == 2:
        facts.check_pair(*results)
        facts.same_unit(results, outcome)
        known = Scenario(results[0]).entries("events")
        events = [event_named(scenario, event, last)] if event else [name for name in scenario.entries("events") if name not in known]
        many = [Months(result, [outcome] + ([EVENTS] if result is last and scenario.entries("events") else []), number, program) for result in results]
        return both(results, many, outcome, events, scenario)
    if event is None:
        names = scenario.entries("events")
        raise Refused("name what happens with --event" + (f": {', '.join(names)}" if names else "") + "; or add a second result, of a world in "
                      "which it happens", 2)
    name = event_named(scenario, event, last)
    return around(last, Months(last, [outcome, f"events.{name}.down"], number, program), outcome, name, scenario)


def around(result, months, outcome, event, scenario):
    """Months before and after the start of an event, in the replications that have all of them."""
    down, values = months.values[f"events.{event}.down"], months.values[outcome]
    begin = starts(down)
    whole = (begin >= BEFORE) & (begin + AFTER <= values.shape[1])
    with_it = numpy.nonzero(whole & numpy.isfinite(values).any(axis=1))[0]
    if len(with_it) == 0:
        raise Refused(f"in none of {len(begin)} replications {event} begins {BEFORE} months or more after the start and {AFTER} before the end; "
                      "--replications simulates more")
    window = numpy.arange(-BEFORE, AFTER)
    picked = values[with_it[:, None], begin[with_it][:, None] + window]
    lasting = down[with_it[:, None], begin[with_it][:, None] + window[BEFORE:]] > 0
    lengths = numpy.where(lasting.all(axis=1), AFTER, lasting.argmin(axis=1))
    about = result.about(outcome)
    median, bands = told(picked)
    scale = scale_of(about, facts.greatest([median, bands[0].low, bands[0].high]))
    title = scenario.title("events", event)
    page = Page(f"{heading(about, outcome)}: before and after {title}", below(outcome, f"by month, from the month in which events.{event} begins"),
                keys_of(), f"The first time that it begins, in {len(with_it):,} of {len(begin):,} replications simulated again month by month "
                f"({BEFORE} months before and {AFTER} after it within the run); it lasts {numpy.median(lengths):g} months at the median"
                f"{', or longer than drawn in some' if lasting.all(axis=1).any() else ''}.\n" + runs([result]), 4.9)
    axes = page.axes(LEFT, 0.05, RIGHT, 4.35, ylabel=axis_label(scale, about), xlabel="months from its start")
    draw(axes, window, median, bands, scale.factor)
    mean = numpy.nanmean(picked, axis=0)
    axes.plot(numpy.append(window, AFTER), scale.factor * numpy.append(mean, mean[-1]), drawstyle="steps-post", color=INK, lw=1.6, linestyle=(0, (3, 1.5)),
              gid="mean")
    axes.axvline(0, color=RED, lw=1.5, gid="start")
    axes.set_xlim(-BEFORE, AFTER)
    axes.xaxis.set_major_locator(ticker.MultipleLocator(6))
    axes.tick_params(axis="y", length=0)
    value_axis(axes.yaxis)
    room(axes, scale.label == "%")
    return page.figure


def keys_of():
    return [("line", BLUE, "median"), ("band", BANDS[0], "range of futures, 5–95 %"), ("band", BANDS[1], "range of futures, 25–75 %"),
            ("dashes", INK, "mean"), ("line", RED, "it begins")]


def draw(axes, at, median, bands, factor):
    """Months as steps from their first day to their last."""
    edges = numpy.append(at, at[-1] + 1)
    for band, colour in zip(bands, BANDS):
        axes.fill_between(edges, factor * numpy.append(band.low, band.low[-1]), factor * numpy.append(band.high, band.high[-1]), step="post",
                          color=colour, lw=0, gid=f"band-{100 * band.probability[0]:g}-{100 * band.probability[1]:g}")
    axes.plot(edges, factor * numpy.append(median, median[-1]), drawstyle="steps-post", color=BLUE, lw=2.2, gid="median")


def both(results, months, outcome, events, scenario):
    """Without and with it on one scale, and below their difference in pairs."""
    base, variant = (one.values[outcome] for one in months)
    dates, about, names = months[0].dates, results[0].about(outcome), distinct(results)
    shaded = sorted(span for event in events for span in spans(months[1].values[f"events.{event}.down"]))
    first, end = (max(0, shaded[0][0] - BEFORE), min(len(dates), shaded[-1][1] + AFTER)) if shaded else (0, len(dates))
    base, variant = base[:, first:end], variant[:, first:end]
    apart = numpy.where(variant == base, 0.0, variant - base)
    lines = [(facts.quantile(one.T, 0.5), facts.Band(facts.RANGE, *(facts.quantile(one.T, p) for p in facts.RANGE))) for one in (base, variant, apart)]
    count = numpy.isfinite(apart).sum(axis=0)
    mean = numpy.nanmean(numpy.where(count > 0, apart, 0.0), axis=0)
    error = facts.student(count - 1.0) * numpy.nanstd(numpy.where(count > 1, apart, 0.0), axis=0, ddof=1 if len(apart) > 1 else 0) / numpy.sqrt(numpy.maximum(count, 1))
    scale = scale_of(about, facts.greatest([part for _, band in lines[:2] for part in (band.low, band.high)]))
    apart_scale = scale_of(about, facts.greatest([mean, lines[2][1].low, lines[2][1].high]), difference=True)
    keys = [("line", COLOURS[0], f"{names[0]}, median"), ("line", COLOURS[2], f"{names[1]}, median"), ("band", PALE, "range of futures, 5–95 %"),
            ("line", BLUE, "mean difference"), ("band", BANDS[1], "error of its simulation (95 %)")]
    called = ", ".join(scenario.title("events", event) for event in events)
    if shaded:
        keys.append(("band", tint(COLOURS[5], 0.25), "while it happens"))
    note = f"Shaded: {called}. " if shaded else ""
    page = Page(f"{heading(about, outcome)}: {names[1]} beside {names[0]}", below(outcome, "by month"), keys,
                f"{note}{len(apart):,} replications of each, simulated again month by month and paired.\n" + runs(results), 6.2)
    edges = numpy.arange(first, end + 1)
    frames = [page.axes(LEFT, 0.05, RIGHT, 3.0, ylabel=axis_label(scale, about)), page.axes(LEFT, 3.4, RIGHT, 5.85, ylabel="difference, " + apart_scale.label)]
    for (median, band), i in zip(lines, (0, 2)):
        step(frames[0], edges, band.low, band.high, scale.factor, color=COLOURS[i], alpha=0.2, gid=f"band-5-95-{0 if i == 0 else 1}")
        frames[0].plot(edges, scale.factor * numpy.append(median, median[-1]), drawstyle="steps-post", color=COLOURS[i], lw=2,
                       gid=f"line-{0 if i == 0 else 1}")
    step(frames[1], edges, lines[2][1].low, lines[2][1].high, apart_scale.factor, color=PALE, gid="band-5-95")
    step(frames[1], edges, mean - error, mean + error, apart_scale.factor, color=BANDS[1], gid="error")
    frames[1].plot(edges, apart_scale.factor * numpy.append(mean, mean[-1]), drawstyle="steps-post", color=BLUE, lw=2, gid="mean-difference")
    frames[1].axhline(0, color=INK, lw=1.2, gid="zero", zorder=1.5)
    for i, axes in enumerate(frames):
        for n, (begin, stop) in enumerate(shaded):
            axes.axvspan(begin, stop, color=tint(COLOURS[5], 0.25), lw=0, zorder=0.5, gid=f"while-{i}-{n}")
        month_axis(axes, dates, first, end)
        value_axis(axes.yaxis, 5)
        room(axes, scale.label == "%" and i == 0, both=i == 1)
    frames[0].tick_params(axis="x", labelbottom=False)
    return page.figure


def step(axes, edges, low, high, factor, **options):
    axes.fill_between(edges, factor * numpy.append(low, low[-1]), factor * numpy.append(high, high[-1]), step="post", lw=0, **options)


def month_axis(axes, dates, first, end):
    """Years are named in their middle, with a tick where each begins; of few months, quarters have a tick too."""
    januaries = [i for i in range(first, end) if dates[i].endswith("-01")]
    every = next(n for n in (1, 2, 5, 10, 20) if (RIGHT - LEFT) / max(1, len(januaries)) * n > 0.7 or n == 20)
    named = [i for i in januaries if int(dates[i][:4]) % every == 0 and i + 6 <= end]
    axes.set_xlim(first, end)
    axes.xaxis.set_major_locator(ticker.FixedLocator([i + 6 for i in named]))
    axes.xaxis.set_major_formatter(ticker.FixedFormatter([dates[i][:4] for i in named]))
    axes.xaxis.set_minor_locator(ticker.FixedLocator(januaries))
    axes.tick_params(axis="x", which="major", length=0, pad=5)
    axes.tick_params(axis="x", which="minor", length=4, color=GREY)
    axes.tick_params(axis="y", length=0)
