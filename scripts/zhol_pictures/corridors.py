# SPDX-License-Identifier: GPL-3.0-or-later
"""A route as cumulative cost and time, leg by leg: what UNESCAP and CAREC draw of corridors, with ranges. Cumulated is within
each replication, so that a range is one of sums."""
import dataclasses

from matplotlib import ticker
import numpy

from zhol_pictures import facts, units
from zhol_pictures.page import BLUE, COLOURS, GREY, LEFT, NOTE, PALE, PLAIN, RIGHT, Page, height, measure, value_axis, wrap
from zhol_pictures.results import Refused
from zhol_pictures.scenario import Scenario
from zhol_pictures.wording import below, distinct, runs
from zhol_pictures.years import labels_at_right, room

TALL, GAP = 2.5, 0.35


@dataclasses.dataclass
class Way:
    """Of one result: what is spent up to each point of a route, [points, replications], and which replications have it."""
    cost: numpy.ndarray  # [legs + 1]
    time: numpy.ndarray  # [2 legs + 1]: at the start, then before and behind each leg: where its queue ends, and its end
    valid: numpy.ndarray

    def told(self, name):
        """Mean and range of futures at each point."""
        values = getattr(self, name)[:, self.valid]
        return values.mean(axis=1), facts.Band(facts.RANGE, *(facts.quantile(values, p) for p in facts.RANGE))


def legs_of(result, flow, route):
    """The legs on the way, in their order, of which the result has outcomes."""
    begin, end = f"routes.{flow}.{route}.legs.", ".time"
    return [path[len(begin):-len(end)] for path in result.horizon if path.startswith(begin) and path.endswith(end)]


def choose(result, scenario, wanted):
    """The flow and the route that are meant: FLOW.ROUTE, or a flow or a corridor that has one route only."""
    name = wanted.removeprefix("routes.").removeprefix("corridors.")
    every = {f"{flow}.{route}": (flow, route) for flow in scenario.flows() for route in scenario.routes(flow)}
    meant = [one for one in every if one.split(".")[0] == name] or [one for one in scenario.corridor(name) if one in every]
    if name in every:
        meant = [name]
    told = [one for one in meant if legs_of(result, *every[one])]
    if len(told) == 1 and (len(meant) == 1 or name not in scenario.flows()):
        return every[told[0]]
    if not every:
        raise Refused(f"{result.path} has no flows with routes, of which this picture is", 2)
    if not meant:
        raise Refused(f"{result.path} has no route '{wanted}'; expected FLOW.ROUTE, such as {next(iter(every))}", 2)
    if not told:
        flow = every[meant[0]][0]
        raise Refused(f"{result.path} does not tell of the legs on the routes of {flow}; run it with --set 'outcomes.by_leg=[{flow}]'", 2)
    raise Refused(f"{wanted} has {len(meant)} routes; name one: {', '.join(meant)}", 2)


def way(result, flow, route, legs, year):
    """Summed up in every replication."""
    def read(what):
        many = [result.samples("horizon" if year is None else "annual", f"routes.{flow}.{route}.legs.{leg}.{what}") for leg in legs]
        return numpy.array(many if year is None else [one[result.year(year)] for one in many])

    cost, time, delay = read("cost"), read("time"), read("delay")
    valid = numpy.isfinite(cost).all(axis=0) & numpy.isfinite(time).all(axis=0) & numpy.isfinite(delay).all(axis=0)
    if not valid.any():
        raise Refused(f"in no replication of {result.path} anything moves by {flow}.{route}" + (f" in {year}" if year else ""))
    start = numpy.zeros((1, cost.shape[1]))
    steps = numpy.stack([delay, time], axis=1).reshape(-1, cost.shape[1])
    return Way(numpy.concatenate([start, cost.cumsum(axis=0)]), numpy.concatenate([start, steps.cumsum(axis=0)]), valid)


def less(base, other, name):
    """The mean difference of the whole way in pairs of replications, with the error of its simulation."""
    number = min(len(base.valid), len(other.valid))
    both = base.valid[:number] & other.valid[:number]
    apart = (getattr(other, name)[-1, :number] - getattr(base, name)[-1, :number])[both]
    if len(apart) < 2:
        return float(apart.mean()) if len(apart) else numpy.nan, numpy.nan
    return float(apart.mean()), float(facts.student(len(apart) - 1.0) * apart.std(ddof=1) / len(apart)**0.5)


def corridors(results, wanted, year=None):
    """The route of each result, on one scale."""
    if len(results) > len(COLOURS):
        raise Refused(f"the number of results is {len(results)}; expected 1 to {len(COLOURS)}", 2)
    base, scenario = results[0], Scenario(results[0])
    flow, route = choose(base, scenario, wanted)
    legs = legs_of(base, flow, route)
    for other in results[1:]:
        facts.check_pair(base, other)
        if legs_of(other, flow, route) != legs:
            raise Refused(f"{base.path} and {other.path} do not tell of the same legs on the way of {flow}.{route}; both have to be run "
                          f"with --set 'outcomes.by_leg=[{flow}]'")
    ways = [way(result, flow, route, legs, year) for result in results]
    money = base.about(f"routes.{flow}.{route}.legs.{legs[0]}.cost")
    scales = {"cost": units.scale(money["units"], 1.0), "time": units.scale("d", 1.0)}
    names, single = distinct(results), len(results) == 1
    colours = [BLUE] if single else COLOURS
    keys = [("line", colours[0] if single else GREY, "mean"), ("band", PALE, "range of futures, 5–95 %, of the sum so far")]
    period = f"in {year}" if year else f"over the whole horizon, {int(base.edges()[0])}–{int(base.edges()[-1] - 1e-6)}"
    page = Page(f"{called(scenario, flow, route)}: cost and time leg by leg",
                below(f"routes.{flow}.{route}", f"{period}, weighted by volume"), keys,
                foot(results, names, ways, scales), 2 * TALL + GAP + below_axis(legs, scenario))
    right = RIGHT - 0.35 - min(2.2, max(measure(name, PLAIN) for name in names) + 0.1)
    for i, name in enumerate(("cost", "time")):
        top = 0.05 + i * (TALL + GAP)
        frame = (LEFT, top, right, top + TALL)
        axes = page.axes(*frame, ylabel=f"{scales[name].label}\n({money['prices']})" if name == "cost" and "prices" in money else scales[name].label)
        ends = panel(axes, ways, name, scales[name].factor, colours)
        axes.set_xlim(0, len(legs))
        axes.xaxis.set_major_locator(ticker.FixedLocator(range(len(legs) + 1)))
        axes.tick_params(axis="x", labelbottom=False, length=4)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        value_axis(axes.yaxis, 5)
        room(axes)
        said = [units.number(end, 3) for end in ends]
        labels_at_right(page, axes, frame, [f"{said[0]}"] if single else [f"{one}: {end}" for one, end in zip(names, said)], ends, colours)
    names_of_legs(page, legs, scenario, right, 0.05 + 2 * TALL + GAP + 0.1)
    return page.figure


def called(scenario, flow, route):
    """By their titles where they have any."""
    titles = scenario.title("flows", flow), scenario.title("flows", flow, "routes", route)
    return f"Route {flow}.{route}" if titles == (flow, route) else f"{titles[0][:1].upper()}{titles[0][1:]}, {titles[1]}"


def panel(axes, ways, name, factor, colours):
    """The lines of all results with their ranges; gives where they end."""
    ends = []
    for i, one in enumerate(ways):
        mean, band = one.told(name)
        at = places(name, len(mean))
        axes.fill_between(at, factor * band.low, factor * band.high, color=colours[i], alpha=0.18, lw=0, zorder=1.5, gid=f"{name}-band-5-95-{i}")
        for side in (band.low, band.high) if len(ways) > 1 else ():
            axes.plot(at, factor * side, color=colours[i], lw=0.7, zorder=2 - 0.1 * i)
        axes.plot(at, factor * mean, color=colours[i], lw=2.2, zorder=3 - 0.1 * i, solid_joinstyle="miter", gid=f"{name}-mean-{i}")
        ends.append(factor * mean[-1])
    return ends


def places(name, number):
    """Where the points of a way stand: legs are one apart, and time has a second point where each begins."""
    if name == "cost":
        return numpy.arange(number)
    legs = (number - 1) // 2
    return numpy.concatenate([[0], *([leg, leg + 1] for leg in range(legs))])


def lines_of(legs, scenario, wide):
    return [wrap(scenario.title("legs", leg), wide, NOTE) for leg in legs]


def below_axis(legs, scenario):
    """Room for the names of legs, which are wrapped to the width of one."""
    wide = (RIGHT - 2.6 - LEFT) / len(legs) - 0.08
    return 0.3 + height(NOTE, max(len(lines) for lines in lines_of(legs, scenario, wide)))


def names_of_legs(page, legs, scenario, right, top):
    each = (right - LEFT) / len(legs)
    for i, lines in enumerate(lines_of(legs, scenario, each - 0.08)):
        page.text(LEFT + (i + 0.5) * each, page.top + top, "\n".join(lines), size=NOTE, ha="center", linespacing=1.15)


def foot(results, names, ways, scales):
    """What was summed, what results differ in, and the runs."""
    said = []
    for name, other in zip(names[1:], ways[1:]):
        cost, time = (less(ways[0], other, what) for what in ("cost", "time"))
        said.append(f"{name} less {names[0]}, the whole way, mean ± error of the simulation (95 %, pairs): cost "
                    f"{units.signed(scales['cost'].factor * cost[0], scales['cost'].factor * cost[1])} {scales['cost'].label}, time "
                    f"{units.signed(*time)} {scales['time'].label}.\n")
    nothing = max(int((~one.valid).sum()) for one in ways)
    if nothing:
        said.append(f"In up to {nothing:,} futures nothing moves by this route; they are left out. ")
    said.append("Cost is what legs charge (cost, fee and penalty less subsidy); time has no price here. A step before a leg is its queue; widths of legs are no distances.\n")
    return "".join(said) + runs(results)
