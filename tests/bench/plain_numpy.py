"""The model in NumPy, vectorised over replications: what zhol is checked and measured against.

Written from models/README.md, by a reader of arrays: a number of the scenario is a float or a row of replications, and
what belongs to legs, stops and routes are rows of an array. Random numbers are NumPy's own.
"""
import numpy
import scipy.stats

from plain_scenario import MONTH_DAYS

D = 1 / 12
MOST_DELAY = 12.0  # months
REACH, KNOTS = 40.0, 4096  # of the t copula's map


def copula_map(dof):
    """y -> Phi^-1(T(y)) for y >= 0 at equal distances."""
    y = numpy.linspace(0, REACH, KNOTS)
    return y, scipy.stats.norm.isf(scipy.stats.t.sf(y, dof))


def triangular(u, low, mode, high):
    rising = u * (high - low) < mode - low
    return numpy.where(rising, low + numpy.sqrt(u * (high - low) * (mode - low)),
                       high - numpy.sqrt((1 - u) * (high - low) * (high - mode)))


class Values:
    """What the numbers of the scenario are, by slot: at the base date at first, then month by month."""

    def __init__(self, numbers, uniforms):
        draws = [triangular(u, *triangle) for u, triangle in zip(uniforms, numbers.triangle)]
        self.numbers = numbers
        self.factor = [1.0 if draw < 0 else draws[draw] for draw in numbers.draw]
        self.now = [base * factor for base, factor in zip(numbers.base, self.factor)]
        self.moving = [slot for slot, profile in enumerate(numbers.profile) if profile >= 0]

    def month(self, t):
        for slot in self.moving:
            self.now[slot] = self.numbers.at[self.numbers.profile[slot]][t] * self.factor[slot]

    def __getitem__(self, slot):
        return self.now[slot]


class Yearly:
    """Folds rows of months into cells of years: cells[name][year][replication]."""

    def __init__(self, years, replications):
        self.years, self.shape, self.cells, self.sums = years, (years, replications), {}, {}

    def add(self, t, name, row, rule="sum", weight=None):
        sums = self.sums.setdefault(name, numpy.zeros((2, self.shape[1])))
        if rule == "last":
            sums[0] = row
        else:
            sums[0] += row if weight is None else row * weight
        if weight is not None:
            sums[1] += weight
        if t % 12 == 11:
            cells = self.cells.setdefault(name, numpy.empty(self.shape, numpy.float32))
            cells[t // 12] = sums[0] if rule == "last" else sums[0] / 12 if weight is None else sums[0] / sums[1]
            sums[:] = 0


class Drivers:
    def __init__(self, scenario, values, rng, replications):
        self.scenario, self.rng, self.replications = scenario, rng, replications
        self.map = copula_map(scenario.dof) if scenario.dof else None
        count = len(scenario.drivers)
        self.level = numpy.empty((count, replications))
        self.log_ratio = numpy.zeros((count, replications))
        self.base = [values[d.slots["start"]] if "start" in d.slots else 1.0 for d in scenario.drivers]
        self.state = [None] * count
        past = scenario.past_factor @ rng.standard_normal((len(scenario.growths), replications))
        for i, driver in enumerate(scenario.drivers):
            self.start(i, driver, values, past)
        for month in range(scenario.base, scenario.start):
            e = self.innovations(scenario.before_factor)
            for k, i in enumerate(scenario.growths):
                self.grow(i, values, e[2 * k:2 * k + 2])

    def start(self, i, driver, values, past):
        slot, spread = driver.slots, self.scenario.spread[driver.innovations.start:driver.innovations.stop]
        k, sigma = driver.kappa, values[slot["sigma_short" if driver.family == "two-factor" else "sigma"]]
        self.level[i] = self.base[i]
        if driver.family == "growth":
            s = sigma * k / numpy.sqrt(1 - (1 - numpy.exp(-k)) / k)
            position = self.scenario.growths.index(i)
            self.state[i] = dict(y=numpy.zeros(self.replications), growth=s / numpy.sqrt(2 * k) * past[position],
                                 spread=s * spread, keep=numpy.exp(-k * D), carry=(1 - numpy.exp(-k * D)) / k)
        elif driver.family == "two-factor":
            lasting = values[slot["sigma_long"]]
            self.state[i] = dict(chi=0.0, xi=numpy.log(self.base[i]), sigma=sigma, lasting=lasting, spread=spread,
                                 drift=numpy.log1p(values[slot["drift"]]) * D)
        elif driver.family == "mean-reverting":
            mean = numpy.log(values[slot["mean"]]) - sigma ** 2 / (4 * k)
            self.state[i] = dict(x=numpy.log(self.base[i]), mean=mean, spread=sigma * spread[0], keep=numpy.exp(-k * D))
        else:
            self.state[i] = dict(x=self.base[i], drift=values[slot["drift"]] * D, spread=sigma * spread[0])

    def innovations(self, factor):
        e = factor @ self.rng.standard_normal((len(factor), self.replications))
        if self.map is None:
            return e
        dof = self.scenario.dof
        size = numpy.abs(e) * numpy.sqrt(dof / self.rng.chisquare(dof, self.replications))
        return numpy.copysign(numpy.interp(size, *self.map), e)

    def grow(self, i, values, e):
        state = self.state[i]
        mean = numpy.log1p(values[self.scenario.drivers[i].slots["mean"]]) * D
        state["y"] = state["y"] + mean + state["carry"] * state["growth"] + state["spread"][1] * e[1]
        state["growth"] = state["keep"] * state["growth"] + state["spread"][0] * e[0]

    def step(self, t, values):
        e = self.innovations(self.scenario.factor)
        for i, driver in enumerate(self.scenario.drivers):
            state, own, k = self.state[i], e[driver.innovations.start:driver.innovations.stop], driver.kappa
            if driver.family == "growth":
                self.grow(i, values, own)
                log_level = state["y"]
            elif driver.family == "two-factor":
                short, long = state["sigma"], state["lasting"]
                rise = (short ** 2 * (numpy.exp(-2 * k * t * D) - numpy.exp(-2 * k * (t + 1) * D)) / (2 * k) + long ** 2 * D
                        + short * long * 2 * driver.rho * (numpy.exp(-k * t * D) - numpy.exp(-k * (t + 1) * D)) / k)
                state["chi"] = numpy.exp(-k * D) * state["chi"] + short * state["spread"][0] * own[0]
                state["xi"] = state["xi"] + state["drift"] - 0.5 * rise + long * state["spread"][1] * own[1]
                log_level = state["chi"] + state["xi"]
            elif driver.family == "mean-reverting":
                state["x"] = log_level = state["mean"] + state["keep"] * (state["x"] - state["mean"]) + state["spread"] * own[0]
            else:
                state["x"] = state["x"] + state["drift"] + state["spread"] * own[0]
                self.level[i] = state["x"]
                continue
            self.level[i] = numpy.exp(log_level)
            self.log_ratio[i] = log_level - numpy.log(self.base[i])


def capacities(scenario, values, drivers, legs, at_base=False):
    """Per year, of these legs."""
    out = {}
    for i in legs:
        leg = scenario.legs[i]
        out[i] = values[leg.capacity]
        if leg.draught is not None:
            driver, loss, offset = leg.draught
            level = drivers.base[driver] if at_base else drivers.level[driver]
            out[i] = out[i] * numpy.clip(1 - values[loss] * numpy.maximum(0, level - values[offset]), 0.1, 1)
    return out


class Network:
    """Costs, choice and queues. Rows of legs are those that queue, in the order in which they are loaded."""

    def __init__(self, scenario, values, drivers, replications):
        self.scenario, self.replications, self.swept = scenario, replications, 0  # swept: sweeps of replications
        self.flows, self.stops = scenario.flows, scenario.stops
        self.first = numpy.cumsum([0] + [len(flow.routes) for flow in self.flows])
        self.row = {leg: i for i, leg in enumerate(scenario.order)}
        rows = lambda count: numpy.zeros((count, replications))
        full = lambda value: numpy.broadcast_to(value, replications).astype(float)
        self.at = [[s for s, stop in enumerate(self.stops) if stop[0] == leg] for leg in scenario.order]
        self.use = numpy.array([full(values[stop[3]]) for stop in self.stops])
        self.waiting, self.through, self.lost = rows(len(self.stops)), rows(len(self.stops)), rows(len(self.stops))
        self.delay, self.used, self.rho = rows(len(self.row)), rows(len(self.row)), rows(len(self.row))
        slot = lambda key: numpy.array([full(values[flow.slots[key]]) for flow in self.flows])
        self.theta, self.time_value = slot("theta"), slot("time_value")
        self.nest = [[full(1.0 if n < 0 else values[n]) for n in flow.nests] for flow in self.flows]
        self.members = [[[r for r, route in enumerate(flow.routes) if route.nest == n] for n in range(len(flow.nests))]
                        for flow in self.flows]
        # of a flow and a leg: the routes through it; not where all of them pass, since nobody can then avoid it
        self.through_leg = [[(self.row[leg], routes, next(s for s, stop in enumerate(self.stops) if stop[:2] == (leg, f)))
                             for leg in scenario.order
                             if (routes := [r for r, route in enumerate(flow.routes)
                                            if any(self.stops[s][0] == leg for s in route.stops)])
                             and len(routes) < len(flow.routes)] for f, flow in enumerate(self.flows)]
        moving = set(values.moving)
        self.cost_moves = [any(slot in moving for route in flow.routes for slot, _, _ in route.money)
                           or any(slot in moving for route in flow.routes for _, *two in route.times for slot in two)
                           for flow in self.flows]
        self.fixed = [None] * len(self.flows)
        self.base_congestion(values, drivers)
        self.base_year(values, drivers)

    def base_congestion(self, values, drivers):
        capacity = capacities(self.scenario, values, drivers, self.row, at_base=True)
        for leg, row in self.row.items():
            load = sum(values[use] * values[self.flows[f].slots["volume"]] * self.flows[f].routes[r].share
                       for of, f, r, use, _ in self.stops if of == leg)
            self.rho[row] = numpy.minimum(1, load / capacity[leg])

    def base_year(self, values, drivers):
        costs = self.costs(values, drivers, at_base=True)
        self.constant, self.base_cost, self.composite = [], [], []
        for f, flow in enumerate(self.flows):
            share = numpy.array([route.share for route in flow.routes])
            nest_share = numpy.array([share[self.members[f][route.nest]].sum() for route in flow.routes])
            steep = numpy.array([self.nest[f][route.nest] for route in flow.routes])
            within = numpy.log(share / nest_share)[:, None]
            self.constant.append(steep * within + numpy.log(nest_share)[:, None] + self.theta[f] * costs[f])
            self.base_cost.append(share @ costs[f])
            self.composite.append(self.base_cost[f].copy())

    def costs(self, values, drivers, at_base=False):
        """Of each flow the generalised cost of its routes without queues."""
        soft = {leg: self.scenario.legs[leg].bpr[0] * self.rho[row] ** self.scenario.legs[leg].bpr[1]
                for leg, row in self.row.items() if self.scenario.legs[leg].bpr is not None}
        out = []
        for f, flow in enumerate(self.flows):
            cost = numpy.empty((len(flow.routes), self.replications))
            if self.fixed[f] is None or self.cost_moves[f]:
                self.fixed[f] = [self.fixed_cost(f, route, values) for route in flow.routes]
            for r, route in enumerate(flow.routes):
                cost[r] = self.fixed[f][r]
                for slot, sign, driver in route.money:
                    if driver >= 0:
                        cost[r] += values[slot] * (1.0 if at_base else drivers.level[driver] / drivers.base[driver])
                for leg, time, _ in route.times:
                    if leg in soft:
                        cost[r] += self.time_value[f] * values[time] * soft[leg]
            out.append(cost)
        return out

    def fixed_cost(self, f, route, values):
        money = sum(sign * values[slot] for slot, sign, driver in route.money if driver < 0)
        days = sum(values[time] for _, time, _ in route.times)
        spread = numpy.sqrt(sum(values[sd] ** 2 for *_, sd in route.times))
        return money + self.time_value[f] * (days + values[self.flows[f].slots["reliability"]] * spread)

    def step(self, values, drivers, demand):
        """A month; demand[flow] per month."""
        self.cost = self.costs(values, drivers)
        capacity = capacities(self.scenario, values, drivers, self.row)
        month = Month(self, demand, numpy.array([capacity[leg] * D * numpy.ones(self.replications) for leg in self.scenario.order]))
        month.solve()
        self.share = month.share
        before = self.waiting
        offered = month.offered
        self.through = month.through
        self.lost = self.scenario.renege * (offered - self.through)
        self.waiting = offered - self.through - self.lost
        self.delay = month.delay
        self.reported = numpy.clip(month.load / month.capacity - 1, 0, MOST_DELAY)
        for row, at in enumerate(self.at):
            self.used[row] = sum(self.use[s] * self.through[s] for s in at)
            self.rho[row] = numpy.minimum(1, self.used[row] / month.capacity[row])
        self.utilisation = self.used / month.capacity
        for f, flow in enumerate(self.flows):
            if len(flow.routes) > 1:
                self.composite[f] = self.base_cost[f] - month.log_sum[f] / self.theta[f]
            else:
                late = sum((self.reported[self.row[self.stops[s][0]]] for s in flow.routes[0].stops), 0.0)
                self.composite[f] = self.cost[f][0] + self.time_value[f] * MONTH_DAYS * late

    def volume(self, f, r, demand):
        """What a route delivers, per month."""
        stops = self.flows[f].routes[r].stops
        return self.through[stops[-1]] if stops else demand[f] * self.share[self.first[f] + r]


class Month:
    """The equilibrium of routes and queues. A sweep goes over the replications that it changes something in."""

    FIELDS = ("demand", "capacity", "delay", "waiting", "use", "theta", "weight", "utility", "share", "load", "through",
              "offered", "length", "away", "lambdas", "log_sum")

    def __init__(self, network, demand, capacity):
        self.network = network
        flows = network.flows
        self.demand, self.capacity = demand, capacity
        self.delay, self.waiting, self.use, self.theta = network.delay.copy(), network.waiting, network.use, network.theta
        self.weight = network.time_value * MONTH_DAYS * network.theta
        self.utility = numpy.concatenate([network.constant[f] - network.theta[f] * network.cost[f] for f in range(len(flows))])
        self.share, self.log_sum = numpy.ones_like(self.utility), numpy.zeros_like(demand)
        self.load, self.through, self.offered = numpy.empty_like(capacity), numpy.empty_like(self.use), numpy.empty_like(self.use)
        self.length, self.away = numpy.full_like(capacity, 0.8), numpy.zeros_like(capacity)
        self.lambdas = numpy.array([nest for nests in network.nest for nest in nests])
        self.first_nest = numpy.cumsum([0] + [len(flow.nests) for flow in flows])

    def choose(self, all_flows):
        network = self.network
        for f, flow in enumerate(network.flows):
            if len(flow.routes) == 1 or not (all_flows or network.through_leg[f]):
                continue
            first, v = network.first[f], self.utility[network.first[f]:network.first[f + 1]].copy()
            for row, routes, _ in network.through_leg[f]:
                v[routes] -= self.weight[f] * self.delay[row]
            inclusive, within = [], numpy.ones_like(v)
            for n, members in enumerate(network.members[f]):
                if len(members) == 1:
                    inclusive.append(v[members[0]])
                    continue
                scale = self.lambdas[self.first_nest[f] + n]
                x = v[members]
                most = x.max(axis=0)
                e = numpy.exp((x - most) / scale)
                total = e.sum(axis=0)
                within[members] = e / total
                inclusive.append(most + scale * numpy.log(total))
            inclusive = numpy.array(inclusive)
            most = inclusive.max(axis=0)
            e = numpy.exp(inclusive - most)
            total = e.sum(axis=0)
            e /= total
            self.log_sum[f] = most + numpy.log(total)
            for n, members in enumerate(network.members[f]):
                self.share[first + numpy.array(members)] = within[members] * e[n]

    def push(self):
        """Loads legs in their order."""
        network = self.network
        for row, at in enumerate(network.at):
            load = 0.0
            for s in at:
                _, f, r, _, before = network.stops[s]
                coming = self.through[before] if before >= 0 else self.demand[f] * self.share[network.first[f] + r]
                self.offered[s] = coming + self.waiting[s]
                load = load + self.use[s] * self.offered[s]
            self.load[row] = load
            part = numpy.minimum(1, self.capacity[row] / numpy.maximum(load, 1e-300))
            for s in at:
                self.through[s] = self.offered[s] * part

    def newton(self):
        """Moves the delays; returns in which replications anything was away from its aim."""
        network = self.network
        slope, steepest = numpy.zeros_like(self.delay), numpy.zeros_like(self.delay)
        for f, flow in enumerate(network.flows):
            if len(flow.routes) == 1 or not network.through_leg[f]:
                continue
            nests = self.lambdas[self.first_nest[f]:self.first_nest[f + 1]]
            steep = self.weight[f] * numpy.maximum(1, 1 / nests.min(axis=0))
            for row, routes, s in network.through_leg[f]:
                share = self.share[network.first[f] + numpy.array(routes)].sum(axis=0)
                slope[row] += self.use[s] * steep * self.demand[f] * share * (1 - share)
                steepest[row] = numpy.maximum(steepest[row], steep)
        apart = self.load / self.capacity - 1 - self.delay
        at_end = ((self.delay == 0) & (apart < 0)) | ((self.delay == MOST_DELAY) & (apart > 0)) | (apart == 0)
        turned = numpy.where(at_end, 0.0, apart * self.away)
        self.length = numpy.where(turned < 0, numpy.maximum(0.1, 0.5 * self.length),
                                  numpy.where(turned > 0, numpy.minimum(2, 1.3 * self.length), self.length))
        self.away = numpy.where(at_end, self.away, apart)
        with numpy.errstate(divide="ignore"):
            most = 4 / steepest
        step = numpy.clip(apart / (1 + slope / self.capacity), -most, most)
        self.delay = numpy.clip(self.delay + self.length * step, 0, MOST_DELAY)
        return ~at_end.all(axis=0)

    def error(self):
        return numpy.abs(numpy.clip(self.load / self.capacity - 1, 0, MOST_DELAY) - self.delay).max(axis=0)

    def part(self, columns):
        """A month of these replications alone."""
        month = object.__new__(Month)
        month.network, month.first_nest = self.network, self.first_nest
        for name in self.FIELDS:
            setattr(month, name, getattr(self, name)[:, columns])
        return month

    def give(self, columns, of):
        for name in ("delay", "share", "load", "through", "offered", "log_sum"):
            getattr(self, name)[:, columns] = getattr(of, name)

    def solve(self):
        scenario = self.network.scenario
        self.choose(True)
        self.push()
        columns = numpy.flatnonzero(((self.delay > 0) | (self.load > self.capacity)).any(axis=0))
        active = self.part(columns)
        for sweep in range(scenario.most_sweeps):
            if len(columns) == 0:
                break
            self.network.swept += len(columns)
            goes_on = active.newton()
            if sweep >= scenario.sweeps:
                goes_on &= active.open
            if not goes_on.all():
                done = ~goes_on
                self.give(columns[done], active.part(done))
                columns, active = columns[goes_on], active.part(goes_on)
            active.choose(False)
            active.push()
            active.open = active.error() > scenario.tolerance
            if sweep + 1 >= scenario.sweeps and not active.open.all():
                done = ~active.open
                self.give(columns[done], active.part(done))
                columns, active = columns[active.open], active.part(active.open)
                active.open = numpy.ones(len(columns), bool)
        self.give(columns, active)


class Curve:
    """A yearly rate with steps, growth and decline."""

    def __init__(self, curve, start):
        self.curve, self.start, self.grown = curve, start, 1.0

    def step(self, t, values):
        now, slot = self.start + t, self.curve["rate"]
        for month, step in self.curve["steps"]:
            slot = step if month <= now else slot
        rate = values[slot] * self.grown
        if self.curve["growth"] >= 0:
            self.grown = self.grown * (1 + values[self.curve["growth"]]) ** D
        if self.curve["decline"] >= 0 and now >= self.curve["decline_from"]:
            h = -numpy.log1p(-values[self.curve["decline"]]) * D
            rate = rate * numpy.exp(-(now - self.curve["decline_from"]) * h) * -numpy.expm1(-h) / h
        return rate


class Energy:
    """A commodity: its fields, outlets and the producers' account."""

    def __init__(self, scenario, commodity, drivers, rng, replications):
        self.scenario, self.of, self.rng, self.replications = scenario, commodity, rng, replications
        self.fields = [Curve(field, scenario.start) for field in commodity.fields]
        self.wanted = [outlet.slots["wanted"] and Curve(outlet.slots["wanted"], scenario.start) for outlet in commodity.outlets]
        self.own = [o for o, outlet in enumerate(commodity.outlets) if outlet.kind != "transit"]
        self.reach = numpy.array([commodity.outlets[o].reach for o in self.own]).T  # [cuts][own]
        indexed = [outlet.price[1] for outlet in commodity.outlets if outlet.price and outlet.price[0] == "indexed"]
        self.history = {driver: [drivers.base[driver]] * 60 for driver in indexed}

    def price(self, outlet, values, drivers):
        form, *slots = outlet.price
        if form == "fixed":
            return values[slots[0]]
        if form == "indexed":
            driver, intercept, slope, lag, window = slots
            past = self.history[driver]
            return values[intercept] + values[slope] * sum(past[-1 - lag - i] for i in range(window)) / window
        level = drivers.level[self.of.driver]
        if form == "ratio":
            return values[slots[0]] * level * values[self.of.convert]
        return (level + values[slots[0]]) * values[self.of.convert]

    def rank(self, capacity, elements, tranches):
        """Gives tranches (outlet, cap) in their order what a maximal flow gains by each."""
        sums = [sum((elements[g] for g in groups), numpy.zeros(self.replications)) + sum((capacity[leg] for leg in legs), 0.0)
                for groups, legs in self.of.cuts]
        sums, each, before = numpy.array(sums), numpy.arange(self.replications), 0.0
        volume = numpy.zeros((len(self.own), self.replications))
        for outlet, cap in tranches:
            sums += numpy.where(self.reach[:, outlet], cap, 0) if outlet.ndim else self.reach[:, outlet][:, None] * cap
            most = sums.min(axis=0)
            if outlet.ndim:
                volume[outlet, each] += most - before
            else:
                volume[outlet] += most - before
            before = most
        return volume, before

    def step(self, t, values, drivers):
        of, outlets = self.of, self.of.outlets
        for driver, past in self.history.items():
            past.append(drivers.level[driver].copy())
        full = capacities(self.scenario, values, drivers, of.legs)
        left = dict(full)
        rates = [curve.step(t, values) for curve in self.fields]
        self.rates, self.production = rates, sum(rates)
        cost = sum(values[field["cost"]] * rate for field, rate in zip(of.fields, rates)) / self.production
        self.home_share = sum(values[field["home_share"]] * rate for field, rate in zip(of.fields, rates)) / self.production
        self.volume, self.revenue, self.prices = {}, {}, {}
        self.want = {}
        for o, outlet in enumerate(outlets):
            if self.wanted[o]:
                self.want[o] = self.wanted[o].step(t, values) * outlet.season[(self.scenario.start + t) % 12]
                if outlet.slots["shock"] >= 0:
                    variance = numpy.log1p(values[outlet.slots["shock"]] ** 2)
                    noise = self.rng.standard_normal(self.replications)
                    self.want[o] = self.want[o] * numpy.exp(numpy.sqrt(variance) * noise - 0.5 * variance)
        self.fees = 0.0
        for o, outlet in enumerate(outlets):
            if outlet.kind == "transit":
                room = self.want[o]
                for leg in outlet.via:
                    room = numpy.minimum(room, left[leg])
                for leg in outlet.via:
                    left[leg] = numpy.maximum(0, left[leg] - room)
                self.volume[o], self.revenue[o] = room, values[outlet.slots["fee"]] * room
                self.fees = self.fees + self.revenue[o]
        volume, sold = self.allocate(values, drivers, left, rates)
        self.shut_in = numpy.maximum(0, self.production - sold)
        value, owed = 0.0, 0.0
        for k, o in enumerate(self.own):
            outlet, price = outlets[o], self.prices[o]
            self.volume[o], self.revenue[o] = volume[k], price * volume[k]
            value = value + self.netback[k] * volume[k]
            if outlet.slots["minimum"] >= 0:
                least = values[outlet.slots["minimum"]] * values[outlet.slots["contract"]]
                owed = owed + numpy.maximum(0, price) * numpy.maximum(0, least - volume[k])
        self.duty = self.charge_duty(values, drivers, full, rates, volume)
        self.royalty = values[of.royalty] * numpy.maximum(0, value)
        self.margin = value - self.duty - self.royalty - cost * volume.sum(axis=0) - owed

    def allocate(self, values, drivers, left, rates):
        outlets, fixed, ranked = self.of.outlets, [], []
        room, netback = [], []
        for k, o in enumerate(self.own):
            outlet = outlets[o]
            self.prices[o] = self.price(outlet, values, drivers)
            tariff = outlet.slots["tariff"]
            netback.append(self.prices[o] - (values[tariff] if tariff >= 0 else 0.0) + numpy.zeros(self.replications))
            most = self.production
            for leg in outlet.via:
                most = numpy.minimum(most, left[leg])
            room.append(numpy.minimum(most, self.want[o]) if o in self.want else most)
        self.netback = netback
        for k, o in enumerate(self.own):
            if outlets[o].kind == "first":
                fixed.append((numpy.array(k), room[k]))
        for k, o in enumerate(self.own):
            kind = outlets[o].kind
            if kind in ("term", "contract"):
                cap = numpy.minimum(room[k], values[outlets[o].slots[kind]])
                fixed.append((numpy.array(k), cap))
                room[k] = room[k] - cap
            if kind in ("term", "spot"):
                ranked.append((k, numpy.where(netback[k] < 0, 0, room[k]), netback[k]))
        if ranked:
            keys = numpy.argsort(-numpy.array([key for *_, key in ranked]), axis=0, kind="stable")
            caps = numpy.take_along_axis(numpy.array([cap + numpy.zeros(self.replications) for _, cap, _ in ranked]), keys, axis=0)
            names = numpy.array([k for k, *_ in ranked])[keys]
            fixed += list(zip(names, caps))
        groups = [sum(rates[f] for f in group) for group in self.of.groups]
        return self.rank(left, groups, fixed)

    def charge_duty(self, values, drivers, full, rates, volume):
        of = self.of
        if not of.duty:
            return 0.0
        exports = [(numpy.array(k), volume[k]) for k, o in enumerate(self.own) if of.outlets[o].market is not None]
        exempt = [sum((rates[f] for f in group if of.fields[f]["exempt"]), numpy.zeros(self.replications)) for group in of.groups]
        _, most = self.rank(full, exempt, exports)
        each = numpy.zeros(self.replications)
        for level, slot in of.duty:
            each = numpy.where(drivers.level[of.driver] >= level, values[slot], each)
        return each * numpy.maximum(0, sum(of for _, of in exports) - most)


class Model:
    def __init__(self, scenario, seed, replications):
        self.scenario, self.replications = scenario, replications
        rng = numpy.random.Generator(numpy.random.PCG64(seed))
        self.values = Values(scenario.numbers, rng.random((len(scenario.numbers.triangle), replications)))
        self.drivers = Drivers(scenario, self.values, rng, replications)
        self.network = Network(scenario, self.values, self.drivers, replications)
        self.energy = [Energy(scenario, commodity, self.drivers, rng, replications) for commodity in scenario.commodities]
        self.yearly = Yearly(scenario.months // 12, replications)
        self.npv = {}
        self.base_price = [self.price(f) for f in range(len(scenario.flows))]
        self.memory = [0.0] * len(scenario.flows)

    def price(self, f):
        value = lambda key: self.values[self.scenario.flows[f].slots[key]]
        return value("value") * (1 + value("tariff")) * (1 + value("wedge")) + self.network.composite[f]

    def demands(self, t):
        """Per year, and the users' gain."""
        demand, surplus = [], []
        for f, flow in enumerate(self.scenario.flows):
            value = lambda key: self.values[flow.slots[key]]
            exponent = sum(self.values[slot] * self.drivers.log_ratio[driver] for driver, slot in flow.income)
            unmoved = value("volume") * flow.season[(self.scenario.start + t) % 12] * numpy.exp(exponent)
            price = self.price(f)
            x = numpy.log(price / self.base_price[f])
            response = value("impact") * x + (value("long_run") - value("impact")) * self.memory[f]
            self.memory[f] = self.memory[f] - numpy.expm1(-value("speed") * D) * (x - self.memory[f])
            demand.append(unmoved * numpy.exp(-response))
            surplus.append(0.5 * (demand[f] + unmoved) * (self.base_price[f] - price))
        return numpy.array(demand), surplus

    def run(self):
        for t in range(self.scenario.months):
            self.values.month(t)
            self.drivers.step(t, self.values)
            demand, surplus = self.demands(t)
            self.network.step(self.values, self.drivers, demand * D)
            for energy in self.energy:
                energy.step(t, self.values, self.drivers)
            self.report(t, demand)
            self.account(t, demand, surplus)
        return self.yearly.cells, self.npv

    def report(self, t, demand):
        add, network = self.yearly.add, self.network
        for i, driver in enumerate(self.scenario.drivers):
            add(t, f"drivers.{driver.name}", self.drivers.level[i])
        self.shipped = []
        for f, flow in enumerate(self.scenario.flows):
            name, total = f"flows.{flow.name}", 0.0
            for r, route in enumerate(flow.routes):
                volume = 12 * network.volume(f, r, demand * D)
                total = total + volume
                add(t, f"routes.{flow.name}.{route.name}.volume", volume)
            self.shipped.append(total)
            stops = [s for route in flow.routes for s in route.stops]
            add(t, name + ".demand", demand[f])
            add(t, name + ".shipped", total)
            add(t, name + ".lost", 12 * network.lost[stops].sum(axis=0))
            add(t, name + ".backlog", network.waiting[stops].sum(axis=0), "last")
            add(t, name + ".cost", network.composite[f], weight=total)
        for leg, row in network.row.items():
            name = f"legs.{self.scenario.legs[leg].name}"
            add(t, name + ".used", 12 * network.used[row])
            add(t, name + ".utilisation", network.utilisation[row])
            add(t, name + ".delay", network.reported[row] * MONTH_DAYS)
        for energy in self.energy:
            name = f"energy.{energy.of.name}"
            add(t, name + ".production", energy.production)
            add(t, name + ".shut-in", energy.shut_in)
            for field, rate in zip(energy.of.fields, energy.rates):
                add(t, f"{name}.fields.{field['name']}.production", rate)
            for o, outlet in enumerate(energy.of.outlets):
                add(t, f"{name}.outlets.{outlet.name}.volume", energy.volume[o])
                add(t, f"{name}.outlets.{outlet.name}.revenue", energy.revenue[o])

    def account(self, t, demand, surplus):
        scenario, values, network, home = self.scenario, self.values, self.network, self.scenario.home
        zero = numpy.zeros(self.replications)
        fees, subsidies, exports, imports, users, owners = {}, {}, {}, {}, {}, {}
        put = lambda sums, key, amount: sums.__setitem__(key, sums.get(key, zero) + amount)
        import_duty, other_duty = zero, zero
        for f, flow in enumerate(scenario.flows):
            value = self.shipped[f] * values[flow.slots["value"]]
            self.yearly.add(t, f"flows.{flow.name}.value", value)
            self.yearly.add(t, f"flows.{flow.name}.surplus", surplus[f])
            duty = values[flow.slots["tariff"]] * value
            if flow.origin == home:
                put(exports, flow.target, value)
            if flow.target == home:
                put(imports, flow.origin, value)
                import_duty = import_duty + duty
            else:
                other_duty = other_duty + duty
            own = home in (flow.origin, flow.target)
            part = values[flow.slots["home_share"]] if own else 0.5
            first = home if own else flow.origin
            second = flow.origin if flow.target == home else flow.target
            put(users, first, part * surplus[f])
            put(users, second, (1 - part) * surplus[f])
            for r, route in enumerate(flow.routes):
                for leg, fee, subsidy, stop in route.tolls:
                    passed = 12 * (network.through[stop] if stop >= 0 else demand[f] * D * network.share[network.first[f] + r])
                    country = scenario.legs[leg].country
                    if fee >= 0:
                        put(fees, country, values[fee] * passed)
                    if subsidy >= 0:
                        put(subsidies, country, values[subsidy] * passed)
        duty = royalty = tax = profit = zero
        for energy in self.energy:
            put(fees, home, energy.fees)
            taxed = values[scenario.profit_tax] * numpy.maximum(0, energy.margin)
            duty, royalty, tax = duty + energy.duty, royalty + energy.royalty, tax + taxed
            profit = profit + energy.home_share * (energy.margin - taxed)
            put(owners, "other", (1 - energy.home_share) * (energy.margin - taxed))
            for o, outlet in enumerate(energy.of.outlets):
                if outlet.kind != "transit" and outlet.market is not None:
                    put(exports, outlet.market, energy.revenue[o])
        owners[home] = profit
        home_fees, paid = fees.get(home, zero), subsidies.get(home, zero)
        state_fees = values[scenario.fee_take] * home_fees
        lines = {"duty": duty, "royalty": royalty, "profit-tax": tax, "fees": state_fees, "import-duty": import_duty}
        total = sum(lines.values()) - paid
        national = duty + royalty + tax + import_duty - paid + home_fees + profit + users.get(home, zero)
        abroad = (sum(row for sums in (users, fees, owners) for country, row in sums.items() if country != home)
                  + other_duty - sum((row for country, row in subsidies.items() if country != home), zero))
        all_exports, all_imports = sum(exports.values()), sum(imports.values())
        trade = {"exports": all_exports, "imports": all_imports, "balance": all_exports - all_imports}
        for name, row in (lines | {"total": total}).items():
            self.yearly.add(t, "fiscal." + name, row)
        for name, row in trade.items():
            self.yearly.add(t, "trade." + name, row)
        for name, sums in (("trade.exports.", exports), ("trade.imports.", imports), ("gains.users.", users),
                           ("gains.fees.", fees), ("gains.owners.", owners)):
            for country, row in sums.items():
                self.yearly.add(t, name + country, row)
        for name, row in (("fiscal", total), ("project", home_fees), ("national", national), ("all", national + abroad)):
            for suffix, rate in zip(("-low", "", "-high"), scenario.discount):
                put(self.npv, f"npv.{name}{suffix}", row * D * (1 + rate) ** (-t / 12))


def run(scenario, seed, replications, chunk=10000):
    """Large chunks, since the last sweeps of the queues, of a few replications, take as long as the first of a few hundred. Samples of the yearly outcomes, {name: [years][replications]}, and of the present values, {name: [replications]}."""
    all_cells, all_npv = {}, {}
    for first in range(0, replications, chunk):
        count = min(chunk, replications - first)
        cells, npv = Model(scenario, [seed, first], count).run()
        for name, of in cells.items():
            all_cells.setdefault(name, numpy.empty((of.shape[0], replications), numpy.float32))[:, first:first + count] = of
        for name, of in npv.items():
            all_npv.setdefault(name, numpy.empty(replications, numpy.float32))[first:first + count] = of
    return all_cells, all_npv


def statistics(samples, probabilities):
    """Mean, variance and exact quantiles along the replications."""
    ranks = [min(samples.shape[-1] - 1, int(p * samples.shape[-1])) for p in probabilities]
    part = numpy.partition(samples, ranks, axis=-1)
    return samples.mean(axis=-1, dtype=float), samples.var(axis=-1, dtype=float, ddof=1), part[..., ranks]
