"""The model compiled by numba: one replication after another, in scalars, as one would write it for a compiler.

The numbers of the scenario are flat arrays here (`flatten`); random numbers are NumPy's, drawn for a chunk of
replications before it is simulated. What goes on in a month is that of plain_numpy.py, written anew.
"""
import collections
import concurrent.futures
import math

import numba
import numpy

from plain_numpy import copula_map, triangular
from plain_scenario import MONTH_DAYS

D = 1 / 12
MOST_DELAY = 12.0
FAMILIES = ["two-factor", "growth", "mean-reverting", "trend"]
FORMS = ["benchmark", "ratio", "fixed", "indexed"]
KINDS = ["transit", "first", "contract", "term", "spot"]
FLOW_OUTCOMES = ["demand", "shipped", "lost", "backlog", "cost", "value", "surplus"]
LEG_OUTCOMES = ["used", "utilisation", "delay"]
FISCAL = ["duty", "royalty", "profit-tax", "fees", "import-duty", "total"]
TRADE = ["exports", "imports", "balance"]
COUNTRY = ["trade.exports.", "trade.imports.", "gains.users.", "gains.fees.", "gains.owners."]

Numbers = collections.namedtuple("Numbers", "base profile draw at moving")
Drivers = collections.namedtuple("Drivers", "family start mean drift sigma sigma_long kappa rho innovation spread growths")
Legs = collections.namedtuple("Legs", "capacity draught loss offset")
Costs = collections.namedtuple("Costs", "money_first money_slot money_sign money_driver time_first time_leg time_slot sd_slot moves "
                               "bpr power row")
Choice = collections.namedtuple("Choice", "flow_slot route_first nest_first nest_slot route_nest stops_first")
Stops = collections.namedtuple("Stops", "at_first at row flow route use before link")
Links = collections.namedtuple("Links", "first row stop")  # of a flow and a leg that some of its routes pass
Network = collections.namedtuple(
    "Network", "legs costs choice stops links country order season share income_first income_driver income_slot toll_first toll_leg "
    "toll_fee toll_subsidy toll_stop origin target")
VOLUME, TARIFF, WEDGE, HOME_SHARE, VALUE, TIME_VALUE, RELIABILITY, THETA, IMPACT, LONG_RUN, SPEED = range(11)
FLOW_SLOTS = ["volume", "tariff", "wedge", "home_share", "value", "time_value", "reliability", "theta", "impact", "long_run", "speed"]
Commodity = collections.namedtuple(
    "Commodity", "curve_rate curve_growth curve_decline curve_from step_first step_month step_slot fields cost home_share exempt "
    "group groups kind via_first via leg season shock wanted tariff fee asked minimum form price_slot market own reach "
    "cut_group cut_leg driver convert royalty duty_level duty_slot outcome")
Model = collections.namedtuple(
    "Model", "start months sweeps most_sweeps tolerance renege home other countries numbers drivers network commodities fee_take "
    "profit_tax discount drivers_at flows_at routes_at legs_at fiscal_at trade_at country_at outcomes")


def ints(values):
    return numpy.array(list(values), dtype=numpy.int64)


def offsets(lists):
    return numpy.cumsum([0] + [len(of) for of in lists])


def flatten_network(scenario, country):
    flows, stops = scenario.flows, scenario.stops
    routes = [(f, route) for f, flow in enumerate(flows) for route in flow.routes]
    route_first = offsets([flow.routes for flow in flows])
    row = {leg: i for i, leg in enumerate(scenario.order)}
    at = [[s for s, stop in enumerate(stops) if stop[0] == leg] for leg in scenario.order]
    links, stop_link, link_first = [], [-1] * len(stops), [0]
    for f, flow in enumerate(flows):
        for leg in scenario.order:
            through = [s for s, stop in enumerate(stops) if stop[:2] == (leg, f)]
            if through and len(through) < len(flow.routes):  # else nobody can avoid it
                for s in through:
                    stop_link[s] = len(links)
                links.append((row[leg], through[0]))
        link_first.append(len(links))
    moving = {slot for slot, profile in enumerate(scenario.numbers.profile) if profile >= 0}
    of = lambda key, empty: [value for _, route in routes for value in (getattr(route, key) or empty)]
    money, times, tolls = of("money", []), of("times", []), of("tolls", [])
    first = lambda key: offsets([getattr(route, key) for _, route in routes])
    legs = scenario.legs
    draught = [leg.draught or (-1, -1, -1) for leg in legs]
    bpr = [leg.bpr or (0.0, 0) for leg in legs]
    income = [item for flow in flows for item in flow.income]
    return Network(
        Legs(ints(leg.capacity for leg in legs), *(ints(item[k] for item in draught) for k in range(3))),
        Costs(first("money"), ints(m[0] for m in money), numpy.array([float(m[1]) for m in money]), ints(m[2] for m in money),
              first("times"), *(ints(t[k] for t in times) for k in range(3)),
              ints(any(slot in moving for slot, _, _ in route.money) or any(slot in moving for _, *two in route.times for slot in two)
                   for _, route in routes),
              numpy.array([a for a, _ in bpr]), ints(b for _, b in bpr), ints(row.get(leg, -1) for leg in range(len(legs)))),
        Choice(numpy.array([[flow.slots[key] for key in FLOW_SLOTS] for flow in flows]), route_first,
               offsets([flow.nests for flow in flows]), ints(slot for flow in flows for slot in flow.nests),
               ints(route.nest for _, route in routes), first("stops")),
        Stops(offsets(at), ints(s for of in at for s in of), ints(row[stop[0]] for stop in stops), ints(stop[1] for stop in stops),
              ints(route_first[stop[1]] + stop[2] for stop in stops), ints(stop[3] for stop in stops), ints(stop[4] for stop in stops),
              ints(stop_link)),
        Links(ints(link_first), ints(link for link, _ in links), ints(s for _, s in links)),
        ints(country.get(leg.country, -1) for leg in legs), ints(scenario.order), numpy.array([flow.season for flow in flows]),
        numpy.array([route.share for _, route in routes]), offsets([flow.income for flow in flows]),
        ints(driver for driver, _ in income), ints(slot for _, slot in income), first("tolls"),
        *(ints(t[k] for t in tolls) for k in range(4)), ints(country[flow.origin] for flow in flows),
        ints(country[flow.target] for flow in flows))


def flatten_commodity(commodity, country, outcome):
    outlets, fields = commodity.outlets, commodity.fields
    own = [o for o, outlet in enumerate(outlets) if outlet.kind != "transit"]
    curves = fields + [outlet.slots["wanted"] for outlet in outlets if outlet.slots["wanted"]]
    wanted, count = [], len(fields)
    for outlet in outlets:
        wanted.append(count if outlet.slots["wanted"] else -1)
        count += bool(outlet.slots["wanted"])
    steps = [curve["steps"] for curve in curves]
    asked = [outlet.slots[outlet.kind] if outlet.kind in ("term", "contract") else -1 for outlet in outlets]
    price = [[*(outlet.price or ("fixed",))[1:], -1, -1, -1, -1, -1][:5] for outlet in outlets]
    return Commodity(
        *(ints(curve[key] for curve in curves) for key in ("rate", "growth", "decline", "decline_from")), offsets(steps),
        ints(month for of in steps for month, _ in of), ints(slot for of in steps for _, slot in of), len(fields),
        *(ints(field[key] for field in fields) for key in ("cost", "home_share", "exempt")),
        ints(next(g for g, group in enumerate(commodity.groups) if f in group) for f in range(len(fields))), len(commodity.groups),
        ints(KINDS.index(outlet.kind) for outlet in outlets), offsets([outlet.via for outlet in outlets]),
        ints(commodity.legs.index(leg) for outlet in outlets for leg in outlet.via), ints(commodity.legs),
        numpy.array([outlet.season for outlet in outlets]), ints(outlet.slots["shock"] for outlet in outlets), ints(wanted),
        *(ints(outlet.slots[key] for outlet in outlets) for key in ("tariff", "fee")), ints(asked),
        ints(outlet.slots["minimum"] for outlet in outlets), ints(FORMS.index((outlet.price or ("fixed",))[0]) for outlet in outlets),
        numpy.array(price), ints(-1 if outlet.market is None or outlet.kind == "transit" else country[outlet.market] for outlet in outlets),
        ints(own.index(o) if o in own else -1 for o in range(len(outlets))), numpy.array([outlets[o].reach for o in own], dtype=float),
        numpy.array([[float(g in groups) for g in range(len(commodity.groups))] for groups, _ in commodity.cuts]),
        numpy.array([[float(leg in legs) for leg in commodity.legs] for _, legs in commodity.cuts]).reshape(len(commodity.cuts), -1),
        commodity.driver, commodity.convert, commodity.royalty, numpy.array([float(level) for level, _ in commodity.duty]),
        ints(slot for _, slot in commodity.duty), outcome)


def flatten(scenario):
    """The model as arrays, and the names of its outcomes."""
    numbers, names = scenario.numbers, []

    def place(items):
        names.extend(items)
        return len(names) - len(items)

    places = {leg.country for leg in scenario.legs} | {flow.origin for flow in scenario.flows} | {flow.target for flow in scenario.flows}
    places |= {outlet.market for of in scenario.commodities for outlet in of.outlets} | {scenario.home}
    countries = sorted(places - {None}) + ["other"]
    country = {name: i for i, name in enumerate(countries)}
    at = dict(
        drivers_at=place([f"drivers.{driver.name}" for driver in scenario.drivers]),
        flows_at=place([f"flows.{flow.name}.{name}" for flow in scenario.flows for name in FLOW_OUTCOMES]),
        routes_at=place([f"routes.{flow.name}.{route.name}.volume" for flow in scenario.flows for route in flow.routes]),
        legs_at=place([f"legs.{scenario.legs[leg].name}.{name}" for leg in scenario.order for name in LEG_OUTCOMES]),
        fiscal_at=place(["fiscal." + name for name in FISCAL]), trade_at=place(["trade." + name for name in TRADE]),
        country_at=place([kind + name for kind in COUNTRY for name in countries]))
    commodities = []
    for commodity in scenario.commodities:
        name = f"energy.{commodity.name}."
        outcome = place([name + "production", name + "shut-in"]
                        + [f"{name}fields.{field['name']}.production" for field in commodity.fields]
                        + [f"{name}outlets.{outlet.name}.{what}" for outlet in commodity.outlets for what in ("volume", "revenue")])
        commodities.append(flatten_commodity(commodity, country, outcome))
    drivers = scenario.drivers
    slot = lambda *keys: ints(next((driver.slots[key] for key in keys if key in driver.slots), -1) for driver in drivers)
    months = numpy.arange(scenario.months)
    model = Model(
        scenario.start, scenario.months, scenario.sweeps, scenario.most_sweeps, scenario.tolerance, scenario.renege,
        country[scenario.home], country["other"], len(countries),
        Numbers(numpy.array(numbers.base), ints(numbers.profile), ints(numbers.draw), numpy.array(numbers.at or [numpy.zeros(1)]),
                ints(i for i, profile in enumerate(numbers.profile) if profile >= 0)),
        Drivers(ints(FAMILIES.index(driver.family) for driver in drivers), slot("start"), slot("mean"), slot("drift"),
                slot("sigma", "sigma_short"), slot("sigma_long"), numpy.array([driver.kappa for driver in drivers]),
                numpy.array([driver.rho for driver in drivers]), ints(driver.innovations.start for driver in drivers),
                scenario.spread, ints(scenario.growths)),
        flatten_network(scenario, country), tuple(commodities), scenario.fee_take, scenario.profit_tax,
        numpy.array([[D * (1 + rate) ** (-t / 12) for t in months] for rate in scenario.discount]), outcomes=len(names), **at)
    return model, names


# ---- a replication


@numba.njit(cache=True, error_model="numpy")
def grow(mean, kappa, spread, d, e1, e2, state):
    keep = math.exp(-kappa * D)
    state[d, 0] += math.log1p(mean) * D + (1.0 - keep) / kappa * state[d, 1] + state[d, 2] * spread[1] * e2
    state[d, 1] = keep * state[d, 1] + state[d, 2] * spread[0] * e1


@numba.njit(cache=True, error_model="numpy")
def start_drivers(drivers, now, past, before, base, state):
    for d in range(len(drivers.family)):
        base[d] = now[drivers.start[d]] if drivers.start[d] >= 0 else 1.0
        if drivers.family[d] == 0:
            state[d, 0], state[d, 1] = 0.0, math.log(base[d])
        elif drivers.family[d] == 2:
            state[d, 0] = math.log(base[d])
        elif drivers.family[d] == 3:
            state[d, 0] = base[d]
    for g in range(len(drivers.growths)):
        d = drivers.growths[g]
        k, i = drivers.kappa[d], drivers.innovation[d]
        state[d, 0], state[d, 2] = 0.0, now[drivers.sigma[d]] * k / math.sqrt(1.0 - (1.0 - math.exp(-k)) / k)
        state[d, 1] = state[d, 2] / math.sqrt(2.0 * k) * past[g]
        for month in range(before.shape[0]):
            grow(now[drivers.mean[d]], k, drivers.spread[i:i + 2], d, before[month, 2 * g], before[month, 2 * g + 1], state)


@numba.njit(cache=True, error_model="numpy")
def step_drivers(drivers, now, e, t, level, base, log_ratio, state):
    for d in range(len(drivers.family)):
        k, i, sigma = drivers.kappa[d], drivers.innovation[d], now[drivers.sigma[d]]
        if drivers.family[d] == 3:
            state[d, 0] += now[drivers.drift[d]] * D + sigma * drivers.spread[i] * e[i]
            level[d] = state[d, 0]
            continue
        if drivers.family[d] == 0:
            lasting, a, b = now[drivers.sigma_long[d]], math.exp(-k * t * D), math.exp(-k * (t + 1) * D)
            rise = (sigma * sigma * (a * a - b * b) / (2.0 * k) + lasting * lasting * D
                    + 2.0 * drivers.rho[d] * sigma * lasting * (a - b) / k)
            state[d, 0] = math.exp(-k * D) * state[d, 0] + sigma * drivers.spread[i] * e[i]
            state[d, 1] += math.log1p(now[drivers.drift[d]]) * D - 0.5 * rise + lasting * drivers.spread[i + 1] * e[i + 1]
            log_level = state[d, 0] + state[d, 1]
        elif drivers.family[d] == 1:
            grow(now[drivers.mean[d]], k, drivers.spread[i:i + 2], d, e[i], e[i + 1], state)
            log_level = state[d, 0]
        else:
            mean = math.log(now[drivers.mean[d]]) - sigma * sigma / (4.0 * k)
            state[d, 0] = mean + math.exp(-k * D) * (state[d, 0] - mean) + sigma * drivers.spread[i] * e[i]
            log_level = state[d, 0]
        level[d] = math.exp(log_level)
        log_ratio[d] = log_level - math.log(base[d])


@numba.njit(cache=True, error_model="numpy")
def capacities(legs, now, level, capacity):
    """Of all legs that have one, per year."""
    for leg in range(len(capacity)):
        if legs.capacity[leg] < 0:
            continue
        capacity[leg] = now[legs.capacity[leg]]
        driver = legs.draught[leg]
        if driver >= 0:
            lost = now[legs.loss[leg]] * max(0.0, level[driver] - now[legs.offset[leg]])
            capacity[leg] *= min(1.0, max(0.1, 1.0 - lost))


@numba.njit(cache=True, error_model="numpy")
def route_costs(costs, choice, now, level, base, rho, again, fixed, cost):
    """Of all routes without queues; again: also what neither drivers nor congestion move, where it does not vary by month."""
    for f in range(len(choice.flow_slot)):
        time_value, reliability = now[choice.flow_slot[f, TIME_VALUE]], now[choice.flow_slot[f, RELIABILITY]]
        for r in range(choice.route_first[f], choice.route_first[f + 1]):
            money, times = range(costs.money_first[r], costs.money_first[r + 1]), range(costs.time_first[r], costs.time_first[r + 1])
            if again or costs.moves[r]:
                fixed[r], days, variance = 0.0, 0.0, 0.0
                for i in money:
                    if costs.money_driver[i] < 0:
                        fixed[r] += costs.money_sign[i] * now[costs.money_slot[i]]
                for i in times:
                    days += now[costs.time_slot[i]]
                    variance += now[costs.sd_slot[i]] ** 2
                fixed[r] += time_value * (days + reliability * math.sqrt(variance))
            cost[r] = fixed[r]
            for i in money:
                driver = costs.money_driver[i]
                if driver >= 0:
                    cost[r] += now[costs.money_slot[i]] * level[driver] / base[driver]
            for i in times:
                leg = costs.time_leg[i]
                if costs.bpr[leg] > 0.0 and costs.row[leg] >= 0:
                    cost[r] += time_value * now[costs.time_slot[i]] * costs.bpr[leg] * rho[costs.row[leg]] ** costs.power[leg]


@numba.njit(cache=True, error_model="numpy")
def base_year(choice, share, now, cost, constant, base_cost):
    for f in range(len(choice.flow_slot)):
        theta, base_cost[f] = now[choice.flow_slot[f, THETA]], 0.0
        routes = range(choice.route_first[f], choice.route_first[f + 1])
        for r in routes:
            of_nest = 0.0
            for other in routes:
                of_nest += share[other] if choice.route_nest[other] == choice.route_nest[r] else 0.0
            slot = choice.nest_slot[choice.nest_first[f] + choice.route_nest[r]]
            scale = now[slot] if slot >= 0 else 1.0
            constant[r] = scale * math.log(share[r] / of_nest) + math.log(of_nest) + theta * cost[r]
            base_cost[f] += share[r] * cost[r]


@numba.njit(cache=True, error_model="numpy")
def choose(choice, row, links_first, now, everywhere, utility, delay, share, log_sum, within, inclusive, most, total):
    """Shares of routes at the delays of legs, and the log-sums; not everywhere: of flows whose delays may differ."""
    for f in range(len(choice.flow_slot)):
        first, last = choice.route_first[f], choice.route_first[f + 1]
        if last - first == 1:
            share[first] = 1.0
            continue
        if not everywhere and links_first[f] == links_first[f + 1]:
            continue
        first_nest, nests = choice.nest_first[f], choice.nest_first[f + 1] - choice.nest_first[f]
        weight = now[choice.flow_slot[f, TIME_VALUE]] * MONTH_DAYS * now[choice.flow_slot[f, THETA]]
        for n in range(nests):
            most[n], total[n] = -math.inf, 0.0
        for r in range(first, last):
            late = 0.0
            for s in range(choice.stops_first[r], choice.stops_first[r + 1]):
                late += delay[row[s]]
            within[r] = utility[r] - weight * late
            most[choice.route_nest[r]] = max(most[choice.route_nest[r]], within[r])
        for r in range(first, last):
            n = choice.route_nest[r]
            slot = choice.nest_slot[first_nest + n]
            within[r] = math.exp((within[r] - most[n]) / now[slot]) if slot >= 0 else 1.0
            total[n] += within[r]
        highest, whole = -math.inf, 0.0
        for n in range(nests):
            slot = choice.nest_slot[first_nest + n]
            inclusive[n] = most[n] + (now[slot] * math.log(total[n]) if slot >= 0 else 0.0)
            highest = max(highest, inclusive[n])
        for n in range(nests):
            inclusive[n] = math.exp(inclusive[n] - highest)
            whole += inclusive[n]
        for r in range(first, last):
            n = choice.route_nest[r]
            share[r] = within[r] / total[n] * inclusive[n] / whole
        log_sum[f] = highest + math.log(whole)


@numba.njit(cache=True, error_model="numpy")
def push(stops, now, demand, share, waiting, capacity, load, offered, through):
    """Loads legs in their order."""
    for row in range(len(load)):
        load[row] = 0.0
        for i in range(stops.at_first[row], stops.at_first[row + 1]):
            s = stops.at[i]
            before = stops.before[s]
            coming = through[before] if before >= 0 else demand[stops.flow[s]] * share[stops.route[s]]
            offered[s] = coming + waiting[s]
            load[row] += now[stops.use[s]] * offered[s]
        part = capacity[row] / load[row] if load[row] > capacity[row] else 1.0
        for i in range(stops.at_first[row], stops.at_first[row + 1]):
            through[stops.at[i]] = offered[stops.at[i]] * part


@numba.njit(cache=True, error_model="numpy")
def newton(choice, stops, links, now, demand, share, capacity, load, delay, length, away, slope, steepest, crossing):
    """Moves the delays; whether any was away from its aim."""
    slope[:] = 0.0
    steepest[:] = 0.0
    for f in range(len(choice.flow_slot)):
        own = range(links.first[f], links.first[f + 1])
        if len(own) == 0:
            continue
        steepness = 1.0
        for n in range(choice.nest_first[f], choice.nest_first[f + 1]):
            if choice.nest_slot[n] >= 0:
                steepness = max(steepness, 1.0 / now[choice.nest_slot[n]])
        steep = now[choice.flow_slot[f, THETA]] * steepness * now[choice.flow_slot[f, TIME_VALUE]] * MONTH_DAYS
        for link in own:
            crossing[link] = 0.0
        for s in range(choice.stops_first[choice.route_first[f]], choice.stops_first[choice.route_first[f + 1]]):
            if stops.link[s] >= 0:
                crossing[stops.link[s]] += share[stops.route[s]]
        for link in own:
            row, use = links.row[link], now[stops.use[links.stop[link]]]
            slope[row] += use * steep * demand[f] * crossing[link] * (1.0 - crossing[link])
            steepest[row] = max(steepest[row], steep)
    goes_on = False
    for row in range(len(delay)):
        apart = load[row] / capacity[row] - 1.0 - delay[row]
        at_end = (delay[row] == 0.0 and apart < 0.0) or (delay[row] == MOST_DELAY and apart > 0.0)
        if not at_end and apart != 0.0:
            if apart * away[row] < 0.0:
                length[row] = max(0.1, 0.5 * length[row])
            elif apart * away[row] > 0.0:
                length[row] = min(2.0, 1.3 * length[row])
            away[row] = apart
            goes_on = True
        most = 4.0 / steepest[row] if steepest[row] > 0.0 else math.inf
        step = min(most, max(-most, apart / (1.0 + slope[row] / capacity[row])))
        delay[row] = min(MOST_DELAY, max(0.0, delay[row] + length[row] * step))
    return goes_on


@numba.njit(cache=True, error_model="numpy")
def curve_rates(of, now, t, start, grown, rate):
    for curve in range(len(rate)):
        slot = of.curve_rate[curve]
        for i in range(of.step_first[curve], of.step_first[curve + 1]):
            if of.step_month[i] <= start + t:
                slot = of.step_slot[i]
        rate[curve] = now[slot] * grown[curve]
        if of.curve_growth[curve] >= 0:
            grown[curve] *= (1.0 + now[of.curve_growth[curve]]) ** D
        since = start + t - of.curve_from[curve]
        if of.curve_decline[curve] >= 0 and since >= 0:
            h = -math.log1p(-now[of.curve_decline[curve]]) * D
            rate[curve] *= math.exp(-since * h) * -math.expm1(-h) / h


@numba.njit(cache=True, error_model="numpy")
def price_of(form, slots, now, t, levels, base, driver, convert):
    if form == 2:
        return now[slots[0]]
    if form == 3:
        mean = 0.0
        for i in range(slots[4]):
            month = t - slots[3] - i
            mean += levels[month, slots[0]] if month >= 0 else base[slots[0]]
        return now[slots[1]] + now[slots[2]] * mean / slots[4]
    if form == 1:
        return now[slots[0]] * levels[t, driver] * now[convert]
    return (levels[t, driver] + now[slots[0]]) * now[convert]


@numba.njit(cache=True, error_model="numpy")
def cut_start(cut_group, cut_leg, cut, group, left):
    for c in range(len(cut)):
        cut[c] = 0.0
        for g in range(len(group)):
            cut[c] += cut_group[c, g] * group[g]
        for i in range(len(left)):
            cut[c] += cut_leg[c, i] * left[i]


@numba.njit(cache=True, error_model="numpy")
def raised(reach, cut, own, cap):
    """The maximal flow with this tranche too."""
    least = math.inf
    for c in range(len(cut)):
        cut[c] += reach[own, c] * cap
        least = min(least, cut[c])
    return least


@numba.njit(cache=True, error_model="numpy")
def energy_month(of, start, home, capacity, now, t, levels, base, noise, grown, total, fees, exports, volume, revenue):
    """A commodity; returns duty, royalty, margin and the share of profit that stays at home."""
    outlets, at = len(of.kind), of.outcome
    rate, left, full = numpy.empty(len(of.curve_rate)), numpy.empty(len(of.leg)), numpy.empty(len(of.leg))
    group, exempt, cut = numpy.zeros(of.groups), numpy.zeros(of.groups), numpy.empty(len(of.cut_group))
    room, price, netback = numpy.zeros(outlets), numpy.zeros(outlets), numpy.zeros(outlets)
    key, keyed = numpy.empty(outlets), numpy.empty(outlets, numpy.int64)
    for i in range(len(of.leg)):
        full[i] = left[i] = capacity[of.leg[i]]
    curve_rates(of, now, t, start, grown, rate)
    production, cost, home_share = 0.0, 0.0, 0.0
    for f in range(of.fields):
        production += rate[f]
        cost += now[of.cost[f]] * rate[f]
        home_share += now[of.home_share[f]] * rate[f]
        group[of.group[f]] += rate[f]
        exempt[of.group[f]] += rate[f] * of.exempt[f]
        total[at + 2 + f] += rate[f]
    cost /= production
    home_share /= production
    for o in range(outlets):
        volume[o] = 0.0
        if of.wanted[o] >= 0:
            room[o] = rate[of.wanted[o]] * of.season[o, (start + t) % 12]
            if of.shock[o] >= 0:
                variance = math.log1p(now[of.shock[o]] ** 2)
                room[o] *= math.exp(math.sqrt(variance) * noise - 0.5 * variance)
        else:
            room[o] = production
    for o in range(outlets):
        if of.kind[o] == 0:
            for i in range(of.via_first[o], of.via_first[o + 1]):
                room[o] = min(room[o], left[of.via[i]])
            for i in range(of.via_first[o], of.via_first[o + 1]):
                left[of.via[i]] = max(0.0, left[of.via[i]] - room[o])
            volume[o], revenue[o] = room[o], now[of.fee[o]] * room[o]
            fees[home] += revenue[o]
    for o in range(outlets):
        if of.kind[o] != 0:
            price[o] = price_of(of.form[o], of.price_slot[o], now, t, levels, base, of.driver, of.convert)
            netback[o] = price[o] - (now[of.tariff[o]] if of.tariff[o] >= 0 else 0.0)
            room[o] = min(room[o], production)
            for i in range(of.via_first[o], of.via_first[o + 1]):
                room[o] = min(room[o], left[of.via[i]])
    cut_start(of.cut_group, of.cut_leg, cut, group, left)
    before = 0.0
    for o in range(outlets):
        if of.kind[o] == 1:
            flow = raised(of.reach, cut, of.own[o], room[o])
            volume[o] += flow - before
            before = flow
    count = 0
    for o in range(outlets):
        if of.kind[o] == 2 or of.kind[o] == 3:
            cap = min(room[o], now[of.asked[o]])
            flow = raised(of.reach, cut, of.own[o], cap)
            volume[o] += flow - before
            before = flow
            room[o] -= cap
        if of.kind[o] >= 3:
            place = count
            while place > 0 and key[place - 1] < netback[o]:
                key[place], keyed[place] = key[place - 1], keyed[place - 1]
                place -= 1
            key[place], keyed[place] = netback[o], o
            count += 1
    for i in range(count):
        o = keyed[i]
        flow = raised(of.reach, cut, of.own[o], room[o] if netback[o] >= 0.0 else 0.0)
        volume[o] += flow - before
        before = flow
    value, sold, owed, abroad = 0.0, 0.0, 0.0, 0.0
    for o in range(outlets):
        if of.kind[o] != 0:
            revenue[o] = price[o] * volume[o]
            value += netback[o] * volume[o]
            sold += volume[o]
            if of.minimum[o] >= 0:
                owed += max(0.0, price[o]) * max(0.0, now[of.minimum[o]] * now[of.asked[o]] - volume[o])
            if of.market[o] >= 0:
                abroad += volume[o]
                exports[of.market[o]] += revenue[o]
        total[at + 2 + of.fields + 2 * o] += volume[o]
        total[at + 3 + of.fields + 2 * o] += revenue[o]
    duty = 0.0
    if len(of.duty_level) > 0:
        cut_start(of.cut_group, of.cut_leg, cut, exempt, full)
        most = 0.0
        for o in range(outlets):
            if of.market[o] >= 0:
                most = raised(of.reach, cut, of.own[o], volume[o])
        for i in range(len(of.duty_level)):
            if levels[t, of.driver] >= of.duty_level[i]:
                duty = now[of.duty_slot[i]]
        duty *= max(0.0, abroad - most)
    royalty = now[of.royalty] * max(0.0, value)
    total[at] += production
    total[at + 1] += max(0.0, production - before)
    return duty, royalty, value - duty - royalty - cost * sold - owed, home_share


@numba.njit(cache=True, error_model="numpy")
def replicate(model, draw, past, before, e, noise, cells, npv):
    """cells[outcome, year] and npv[view, rate]."""
    numbers, drivers, network = model.numbers, model.drivers, model.network
    choice, stops, links = network.choice, network.stops, network.links
    flows, routes, rows, count_of_stops = len(choice.flow_slot), len(network.share), len(network.order), len(stops.row)
    now, factor = numbers.base.copy(), numpy.ones(len(numbers.base))
    for slot in range(len(now)):
        if numbers.draw[slot] >= 0:
            factor[slot] = draw[numbers.draw[slot]]
            now[slot] *= factor[slot]
    count = len(drivers.family)
    levels, base, log_ratio, state = numpy.empty((model.months, count)), numpy.empty(count), numpy.zeros(count), numpy.zeros((count, 3))
    start_drivers(drivers, now, past, before, base, state)
    all_capacity = numpy.zeros(len(network.country))
    capacities(network.legs, now, base, all_capacity)
    rho, fixed, constant = numpy.zeros(rows), numpy.empty(routes), numpy.empty(routes)
    base_cost, composite, utility = numpy.empty(flows), numpy.empty(flows), numpy.empty(routes)
    share, within, cost, log_sum = network.share.copy(), numpy.empty(routes), numpy.empty(routes), numpy.zeros(flows)
    for row in range(rows):
        load_of_base = 0.0
        for i in range(stops.at_first[row], stops.at_first[row + 1]):
            s = stops.at[i]
            load_of_base += now[stops.use[s]] * now[choice.flow_slot[stops.flow[s], VOLUME]] * share[stops.route[s]]
        rho[row] = min(1.0, load_of_base / all_capacity[network.order[row]])
    route_costs(network.costs, choice, now, base, base, rho, True, fixed, cost)
    base_year(choice, network.share, now, cost, constant, base_cost)
    composite[:] = base_cost
    demand, surplus, memory, base_price = numpy.empty(flows), numpy.empty(flows), numpy.zeros(flows), numpy.empty(flows)
    for f in range(flows):
        slots = choice.flow_slot[f]
        base_price[f] = now[slots[VALUE]] * (1.0 + now[slots[TARIFF]]) * (1.0 + now[slots[WEDGE]]) + composite[f]
    inclusive, most, whole = numpy.empty(routes), numpy.empty(routes), numpy.empty(routes)
    waiting, through, offered, lost = numpy.zeros(count_of_stops), numpy.zeros(count_of_stops), numpy.zeros(count_of_stops), numpy.zeros(count_of_stops)
    capacity, load, delay, reported, used = numpy.empty(rows), numpy.empty(rows), numpy.zeros(rows), numpy.zeros(rows), numpy.zeros(rows)
    length, away, slope, steepest = numpy.empty(rows), numpy.empty(rows), numpy.empty(rows), numpy.empty(rows)
    crossing = numpy.empty(len(links.row))
    grown = numpy.ones((len(model.commodities), 64))
    volume, revenue = numpy.zeros(64), numpy.zeros(64)
    total, weight = numpy.zeros(model.outcomes), numpy.zeros(flows)
    exports, imports, users = numpy.empty(model.countries), numpy.empty(model.countries), numpy.empty(model.countries)
    fees, subsidies, owners = numpy.empty(model.countries), numpy.empty(model.countries), numpy.empty(model.countries)
    sums = (exports, imports, users, fees, owners)
    home = model.home
    for t in range(model.months):
        of_year = (model.start + t) % 12
        for slot in numbers.moving:
            now[slot] = numbers.at[numbers.profile[slot], t] * factor[slot]
        level = levels[t]
        step_drivers(drivers, now, e[t], t, level, base, log_ratio, state)
        # demand
        for f in range(flows):
            slots, exponent = choice.flow_slot[f], 0.0
            for i in range(network.income_first[f], network.income_first[f + 1]):
                exponent += now[network.income_slot[i]] * log_ratio[network.income_driver[i]]
            unmoved = now[slots[VOLUME]] * network.season[f, of_year] * math.exp(exponent)
            price = now[slots[VALUE]] * (1.0 + now[slots[TARIFF]]) * (1.0 + now[slots[WEDGE]]) + composite[f]
            x = math.log(price / base_price[f])
            response = now[slots[IMPACT]] * x + (now[slots[LONG_RUN]] - now[slots[IMPACT]]) * memory[f]
            memory[f] -= math.expm1(-now[slots[SPEED]] * D) * (x - memory[f])
            demand[f] = unmoved * math.exp(-response)
            surplus[f] = 0.5 * (demand[f] + unmoved) * (base_price[f] - price)
            total[model.flows_at + 7 * f] += demand[f]
            total[model.flows_at + 7 * f + 6] += surplus[f]
            demand[f] *= D
        # network
        capacities(network.legs, now, level, all_capacity)
        for row in range(rows):
            capacity[row] = all_capacity[network.order[row]] * D
            length[row], away[row] = 0.8, 0.0
        route_costs(network.costs, choice, now, level, base, rho, False, fixed, cost)
        for f in range(flows):
            for r in range(choice.route_first[f], choice.route_first[f + 1]):
                utility[r] = constant[r] - now[choice.flow_slot[f, THETA]] * cost[r]
        choose(choice, stops.row, links.first, now, True, utility, delay, share, log_sum, within, inclusive, most, whole)
        push(stops, now, demand, share, waiting, capacity, load, offered, through)
        for sweep in range(model.most_sweeps):
            if not newton(choice, stops, links, now, demand, share, capacity, load, delay, length, away, slope, steepest, crossing):
                break
            choose(choice, stops.row, links.first, now, False, utility, delay, share, log_sum, within, inclusive, most, whole)
            push(stops, now, demand, share, waiting, capacity, load, offered, through)
            error = 0.0
            for row in range(rows):
                error = max(error, abs(min(MOST_DELAY, max(0.0, load[row] / capacity[row] - 1.0)) - delay[row]))
            if sweep + 1 >= model.sweeps and error <= model.tolerance:
                break
        for row in range(rows):
            used[row] = 0.0
            reported[row] = min(MOST_DELAY, max(0.0, load[row] / capacity[row] - 1.0))
        for s in range(count_of_stops):
            lost[s] = model.renege * (offered[s] - through[s])
            waiting[s] = offered[s] - through[s] - lost[s]
            used[stops.row[s]] += now[stops.use[s]] * through[s]
        for row in range(rows):
            rho[row] = min(1.0, used[row] / capacity[row])
            total[model.legs_at + 3 * row] += 12.0 * used[row]
            total[model.legs_at + 3 * row + 1] += used[row] / capacity[row]
            total[model.legs_at + 3 * row + 2] += reported[row] * MONTH_DAYS
        for sum_of in sums:
            sum_of[:] = 0.0
        subsidies[:] = 0.0
        import_duty, other_duty = 0.0, 0.0
        for f in range(flows):
            slots, at, first = choice.flow_slot[f], model.flows_at + 7 * f, choice.route_first[f]
            if choice.route_first[f + 1] - first > 1:
                composite[f] = base_cost[f] - log_sum[f] / now[slots[THETA]]
            else:
                late = 0.0
                for s in range(choice.stops_first[first], choice.stops_first[first + 1]):
                    late += reported[stops.row[s]]
                composite[f] = cost[first] + now[slots[TIME_VALUE]] * MONTH_DAYS * late
            shipped, backlog = 0.0, 0.0
            for r in range(first, choice.route_first[f + 1]):
                last = choice.stops_first[r + 1] - 1
                delivered = 12.0 * (through[last] if last >= choice.stops_first[r] else demand[f] * share[r])
                shipped += delivered
                total[model.routes_at + r] += delivered
                for s in range(choice.stops_first[r], choice.stops_first[r + 1]):
                    total[at + 2] += 12.0 * lost[s]
                    backlog += waiting[s]
                for i in range(network.toll_first[r], network.toll_first[r + 1]):
                    passed = 12.0 * (through[network.toll_stop[i]] if network.toll_stop[i] >= 0 else demand[f] * share[r])
                    country = network.country[network.toll_leg[i]]
                    if network.toll_fee[i] >= 0:
                        fees[country] += now[network.toll_fee[i]] * passed
                    if network.toll_subsidy[i] >= 0:
                        subsidies[country] += now[network.toll_subsidy[i]] * passed
            value = shipped * now[slots[VALUE]]
            total[at + 1] += shipped
            total[at + 3] = backlog
            total[at + 4] += composite[f] * shipped
            weight[f] += shipped
            total[at + 5] += value
            origin, target = network.origin[f], network.target[f]
            duty = now[slots[TARIFF]] * value
            if origin == home:
                exports[target] += value
            if target == home:
                imports[origin] += value
                import_duty += duty
            else:
                other_duty += duty
            own = origin == home or target == home
            part = now[slots[HOME_SHARE]] if own else 0.5
            users[home if own else origin] += part * surplus[f]
            users[origin if target == home else target] += (1.0 - part) * surplus[f]
        # energy and accounts
        all_duty, all_royalty, tax = 0.0, 0.0, 0.0
        for c in range(len(model.commodities)):
            duty, royalty, margin, home_share = energy_month(model.commodities[c], model.start, home, all_capacity, now, t, levels, base, noise[t],
                                                             grown[c], total, fees, exports, volume, revenue)
            taxed = now[model.profit_tax] * max(0.0, margin)
            all_duty += duty
            all_royalty += royalty
            tax += taxed
            owners[home] += home_share * (margin - taxed)
            owners[model.other] += (1.0 - home_share) * (margin - taxed)
        state_fees = now[model.fee_take] * fees[home]
        public = all_duty + all_royalty + tax + state_fees + import_duty - subsidies[home]
        national = (all_duty + all_royalty + tax + import_duty - subsidies[home] + fees[home] + owners[home] + users[home])
        abroad = other_duty
        for country in range(model.countries):
            if country != home:
                abroad += users[country] + fees[country] + owners[country] - subsidies[country]
        at = model.fiscal_at
        total[at] += all_duty
        total[at + 1] += all_royalty
        total[at + 2] += tax
        total[at + 3] += state_fees
        total[at + 4] += import_duty
        total[at + 5] += public
        at = model.trade_at
        total[at] += exports.sum()
        total[at + 1] += imports.sum()
        total[at + 2] += exports.sum() - imports.sum()
        for kind in range(5):
            for country in range(model.countries):
                total[model.country_at + kind * model.countries + country] += sums[kind][country]
        for rate in range(len(model.discount)):
            npv[0, rate] += model.discount[rate, t] * public
            npv[1, rate] += model.discount[rate, t] * fees[home]
            npv[2, rate] += model.discount[rate, t] * national
            npv[3, rate] += model.discount[rate, t] * (national + abroad)
        for d in range(count):
            total[model.drivers_at + d] += level[d]
        if t % 12 == 11:
            for o in range(model.outcomes):
                cells[o, t // 12] = total[o] * D
            for f in range(flows):
                at = model.flows_at + 7 * f
                cells[at + 3, t // 12] = total[at + 3]
                cells[at + 4, t // 12] = total[at + 4] / weight[f]
            total[:] = 0.0
            weight[:] = 0.0


@numba.njit(nogil=True, cache=True, error_model="numpy")
def simulate(model, draw, past, before, e, noise, cells, npv):
    for i in range(len(draw)):
        replicate(model, draw[i], past[i], before[i], e[i], noise[i], cells[i], npv[i])


def run(scenario, seed, replications, chunk=250, threads=1):
    """As plain_numpy.run; threads simulate chunks."""
    model, names = flatten(scenario)
    years, lead = scenario.months // 12, scenario.start - scenario.base
    samples = numpy.empty((len(names), years, replications), numpy.float32)
    values = numpy.zeros((replications, 4, len(scenario.discount)))
    table = copula_map(scenario.dof) if scenario.dof else None

    def innovations(rng, count, months, factor):
        e = rng.standard_normal((count, months, len(factor))) @ factor.T
        if table is None:
            return e
        size = numpy.abs(e) * numpy.sqrt(scenario.dof / rng.chisquare(scenario.dof, (count, months, 1)))
        return numpy.copysign(numpy.interp(size, *table), e)

    def simulate_chunk(first):
        count = min(chunk, replications - first)
        rng = numpy.random.Generator(numpy.random.PCG64([seed, first]))
        draw = numpy.array([triangular(rng.random(count), *triangle) for triangle in scenario.numbers.triangle]).T.copy()
        past = rng.standard_normal((count, len(scenario.growths))) @ scenario.past_factor.T
        before = innovations(rng, count, lead, scenario.before_factor)
        e = innovations(rng, count, scenario.months, scenario.factor)
        cells = numpy.empty((count, len(names), years), numpy.float32)
        noise = rng.standard_normal((count, scenario.months))
        simulate(model, draw, past, before, e, noise, cells, values[first:first + count])
        samples[:, :, first:first + count] = cells.transpose(1, 2, 0)

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        list(pool.map(simulate_chunk, range(0, replications, chunk)))
    some = [i for i, name in enumerate(names) if not name.startswith(tuple(COUNTRY)) or samples[i].any()]
    npv = {f"npv.{view}{suffix}": values[:, v, r] for v, view in enumerate(("fiscal", "project", "national", "all"))
           for r, suffix in enumerate(("-low", "", "-high"))}
    return {names[i]: samples[i] for i in some}, npv
