"""The scenario as the plain Python models need it: numbers of a run, read from its YAML.

Shares no code with zhol: units, profiles, distributions and the network's layout are worked out here from
models/README.md and scenarios/README.md. What it does not know it refuses; the sections `LEFT_OUT` it leaves out, and
`variant` writes a scenario without them, so that zhol simulates the same.
"""
import dataclasses
import itertools
import re

import numpy
import yaml

MONTH_DAYS = 30.4375
LEFT_OUT = ("events", "regimes", "outcomes", "policies", "adopt", "state", "inputs")
UNITS = {"1": 1.0, "%": 0.01, "d": 1.0, "mo": MONTH_DAYS, "yr": 12 * MONTH_DAYS, "USD": 1.0, "TEU": 1.0, "t": 1.0, "kcm": 1.0,
         "m3": 1e-3, "cm": 1e-3, "bcm": 1e6, "bbl": 1.0, "train": 1.0, "m": 1.0}
PREFIXES = {"k": 1e3, "M": 1e6, "G": 1e9}


def unit_factor(text):
    """Of a product and quotient such as `kTEU/yr`, in the units of `UNITS`."""
    factor, divides = 1.0, False
    for word in re.findall(r"[^/ ]+|/", text):
        if word == "/":
            divides = True
            continue
        one = UNITS[word] if word in UNITS else PREFIXES[word[0]] * UNITS[word[1:]]
        factor = factor / one if divides else factor * one
        divides = False
    return factor


def month_of(text):
    year, _, month = text.partition("-")
    return int(year) * 12 + int(month or 1) - 1


@dataclasses.dataclass
class Numbers:
    """All numbers of a scenario, by slot: base[slot], of a profile at[profile[slot]][month], times a draw."""
    start: int
    months: int
    base: list = dataclasses.field(default_factory=list)
    profile: list = dataclasses.field(default_factory=list)  # -1: none
    draw: list = dataclasses.field(default_factory=list)  # -1: none
    at: list = dataclasses.field(default_factory=list)
    triangle: list = dataclasses.field(default_factory=list)  # (low, mode, high) of each draw
    base_month: int = 0

    def add(self, base, profile=-1, draw=-1):
        self.base.append(base)
        self.profile.append(profile)
        self.draw.append(draw)
        return len(self.base) - 1

    def read(self, text, unit):
        """The slot of a number, a distribution or a profile over dates, in `unit`."""
        if isinstance(text, dict):
            return self.read_profile(dict(text), unit)
        match = re.fullmatch(r"triangular\(([^)]*)\) ?(.*)", text)
        if match:
            factor = unit_factor(match[2]) / unit_factor(unit) if match[2] else 1.0
            self.triangle.append([factor * float(word) for word in match[1].split()])
            return self.add(1.0, draw=len(self.triangle) - 1)
        return self.add(number(text, unit))

    def read_profile(self, points, unit):
        times, draw, factor = points.pop("times", None), -1, 1.0
        if "interpolation" in points:
            raise ValueError("interpolation of a profile")
        if times is not None:
            slot = self.read(times, "1")
            draw, factor = self.draw[slot], self.base[slot]
        dates = sorted((month_of(date), number(value, unit)) for date, value in points.items())
        months, values = zip(*dates)
        at = lambda month: factor * numpy.interp(month, months, values)
        self.at.append(at(numpy.arange(self.start, self.start + self.months)))
        return self.add(float(at(self.base_month)), len(self.at) - 1, draw)


def number(text, unit):
    match = re.fullmatch(r"([-+0-9.e]+)(?:/([0-9]+))? ?(.*)", text)
    value = float(match[1]) / float(match[2] or 1)
    return value * unit_factor(match[3]) / unit_factor(unit) if match[3] else value


@dataclasses.dataclass
class Driver:
    name: str
    family: str
    slots: dict
    kappa: float  # 0: none
    rho: float
    innovations: range


@dataclasses.dataclass
class Leg:
    name: str
    country: str
    capacity: int = -1
    draught: tuple = None  # driver, slots of loss and offset
    bpr: tuple = None
    queues: bool = False


@dataclasses.dataclass
class Route:
    name: str
    share: float
    nest: int
    legs: list
    stops: list  # of the network, in the order of the way
    money: list  # (slot, sign, cost driver or -1)
    times: list  # (leg, slot of time, slot of sd)
    tolls: list  # (leg, slot of fee or -1, slot of subsidy or -1, the stop that lets it through or -1)


@dataclasses.dataclass
class Flow:
    name: str
    commodity: str
    origin: str
    target: str
    slots: dict
    income: list  # (driver, slot)
    season: numpy.ndarray
    nests: list  # slot of lambda, -1: a route alone
    routes: list


@dataclasses.dataclass
class Outlet:
    name: str
    kind: str  # transit, first, contract, term, spot
    market: str
    slots: dict
    via: list  # legs with a capacity
    season: numpy.ndarray
    price: tuple  # form and what it takes
    reach: list = None  # by cut


@dataclasses.dataclass
class Commodity:
    name: str
    fields: list  # dicts of slots, `steps` [(month, slot)], `exempt`, `from`
    outlets: list
    driver: int
    convert: int
    royalty: int
    duty: list  # (level, slot)
    groups: list  # fields of each access group
    cut_legs: list
    cuts: list  # (groups, legs) cut
    legs: list


@dataclasses.dataclass
class Scenario:
    numbers: Numbers
    start: int
    base: int
    months: int
    home: str
    discount: list
    drivers: list
    factor: numpy.ndarray  # lower, of the innovations of a month
    spread: numpy.ndarray  # of an innovation at a sigma of 1
    growths: list  # drivers of the family growth
    past_factor: numpy.ndarray  # of their growth at the base date
    before_factor: numpy.ndarray  # of the innovations between that and the start
    dof: int
    legs: list
    flows: list
    stops: list  # (leg, flow, route, slot of use, the stop before or -1)
    order: list  # legs that queue, as they are loaded
    commodities: list
    fee_take: int
    profit_tax: int
    sweeps: int = 4
    most_sweeps: int = 10000
    tolerance: float = 0.03 / MONTH_DAYS
    renege: float = 0.1


def load(path):
    with open(path) as file:
        return yaml.load(file, yaml.BaseLoader)


def variant(path, out, **changes):
    """Writes the scenario without what is left out; changes: sections that replace its own."""
    document = {key: value for key, value in load(path).items() if key not in LEFT_OUT}
    document.update(changes)
    with open(out, "w") as file:
        yaml.safe_dump(document, file, sort_keys=False, width=150)


# ---- drivers


def covariance(a, b, D=1 / 12):
    """Of two innovations, each the integral over a month of (c0 + c1 e^(-k (D - s))) dW."""
    phi = lambda k: D if k == 0 else -numpy.expm1(-k * D) / k
    return a[0] * b[0] * D + a[0] * b[1] * phi(b[2]) + a[1] * b[0] * phi(a[2]) + a[1] * b[1] * phi(a[2] + b[2])


def shocks_of(driver):
    """(name of the Brownian motion, c0, c1, k) of a driver's innovations."""
    k = driver.kappa
    if driver.family == "two-factor":
        return [(driver.name + ".short", 0, 1, k), (driver.name + ".long", 1, 0, 0)]
    if driver.family == "growth":
        return [(driver.name, 0, 1, k), (driver.name, 1 / k, -1 / k, k)]
    return [(driver.name, 0, 1, k)]


def correlations(shocks, pairs):
    def rho(a, b):
        return 1.0 if a == b else pairs.get((a, b), pairs.get((b, a), 0.0))
    matrix = [[rho(a[0], b[0]) * covariance(a[1:], b[1:]) for b in shocks] for a in shocks]
    spread = numpy.sqrt(numpy.diag(matrix))
    return numpy.array(matrix) / numpy.outer(spread, spread), spread


def read_drivers(document, numbers):
    names = {"two-factor": {"start": None, "sigma_short": "1", "drift": "1/yr", "sigma_long": "1"},
             "growth": {"mean": "1/yr", "sigma": "1/yr"}, "mean-reverting": {"start": "1", "mean": "1", "sigma": "1"},
             "trend": {"start": None, "drift": None, "sigma": None}}
    drivers, first = [], 0
    section = dict(document["drivers"])
    correlation = section.pop("correlation", {})
    for name, text in section.items():
        family = text["model"]
        if unknown := set(text) - {"model", "kappa", "reversion", "rho"} - set(names[family]):
            raise ValueError(f"drivers.{name}: {unknown}")
        # what has a unit of its own is taken in it, and per year
        own = lambda key, unit: re.sub(r" (USD/bbl|m/yr|m)$", "", text[key]) if unit is None else text[key]
        slots = {key: numbers.read(own(key, unit), unit or "1") for key, unit in names[family].items()}
        kappa = float(text.get("kappa", text.get("reversion", "0")).removesuffix(" /yr"))
        innovations = range(first, first + (2 if family in ("two-factor", "growth") else 1))
        drivers.append(Driver(name, family, slots, kappa, float(text.get("rho", "0")), innovations))
        first = innovations.stop
    pairs = {tuple(key.split("/")): float(value) for key, value in correlation.get("pairs", {}).items()}
    for driver in drivers:
        if driver.family == "two-factor":
            pairs[driver.name + ".short", driver.name + ".long"] = driver.rho
    shocks = [shock for driver in drivers for shock in shocks_of(driver)]
    matrix, spread = correlations(shocks, pairs)
    growths = [driver for driver in drivers if driver.family == "growth"]
    before = [i for driver in growths for i in driver.innovations]
    past = numpy.array([[2 * numpy.sqrt(a.kappa * b.kappa) / (a.kappa + b.kappa)
                         * (1.0 if a is b else pairs.get((a.name, b.name), pairs.get((b.name, a.name), 0.0)))
                         for b in growths] for a in growths])
    copula = correlation.get("copula", {"family": "gaussian"})
    return dict(drivers=drivers, factor=numpy.linalg.cholesky(matrix), spread=spread,
                growths=[drivers.index(driver) for driver in growths],
                past_factor=numpy.linalg.cholesky(past) if growths else numpy.zeros((0, 0)),
                before_factor=numpy.linalg.cholesky(matrix[numpy.ix_(before, before)]) if before else numpy.zeros((0, 0)),
                dof=int(copula["dof"]) if copula["family"] == "t" else 0)


# ---- network


def season_of(section):
    factors = numpy.array([float(text) for text in section.get("season", ["1"] * 12)])
    return factors / factors.mean()


def index_of(items, name):
    return next(i for i, item in enumerate(items) if item.name == name)


def stock_of(text):
    """The unit that a leg's capacity is counted in, per year."""
    while isinstance(text, dict):
        text = next(value for key, value in text.items() if key != "times")
    word = text.split()[-1].split("/")[0]
    return "kcm" if word == "bcm" else word if word in UNITS else word[1:]


def read_legs(document, numbers, drivers):
    legs, units = [], []
    for name, text in document.get("legs", {}).items():
        leg = Leg(name, text.get("country"))
        units.append(stock_of(text["capacity"]) if "capacity" in text else "")
        if "season" in text:
            raise ValueError(f"legs.{name}.season")
        if "capacity" in text:
            leg.capacity = numbers.read(text["capacity"], units[-1] + "/yr")
        if "draught" in text:
            draught = text["draught"]
            leg.draught = (index_of(drivers, draught["driver"]), numbers.read(draught["loss"], "1/m"),
                           numbers.read(draught.get("offset", "0 m"), "m"))
        if "bpr" in text:
            leg.bpr = (float(text["bpr"][0]), int(text["bpr"][1]))
        legs.append(leg)
    return legs, units


def read_flows(document, numbers, drivers, legs, leg_units):
    """Flows, stops, and the order in which legs are loaded."""
    flows, stops, ways = [], [], []
    slots = {}  # what several routes read from one leg is one number

    def once(key, text, unit):
        if key not in slots:
            slots[key] = numbers.read(text, unit)
        return slots[key]

    for f, (name, text) in enumerate(document.get("flows", {}).items()):
        commodity = document["commodities"][text["commodity"]]
        unit, response, choice = commodity["unit"], text.get("response"), text.get("choice", {})
        if unknown := set(text) & {"trend", "shock", "priority", "split"}:
            raise ValueError(f"flows.{name}: {unknown}")
        of = lambda section, key, unit, default: numbers.read(section.get(key, default), unit)
        kind = text["commodity"]
        flow = Flow(name, kind, text["from"], text["to"], dict(
            volume=of(text, "volume", unit + "/yr", None), tariff=of(text, "tariff", "1", "0"),
            wedge=of(text, "cost_wedge", "1", "0"), home_share=of(text, "home_share", "1", "1"),
            value=numbers.read(text["value"], "USD/" + unit) if "value" in text
            else once(("value", kind), commodity["value"], "USD/" + unit),
            time_value=once(("time", kind), commodity["time_value"], f"USD/{unit}/d"),
            reliability=once(("reliability", kind), commodity.get("reliability_ratio", "0.5"), "1"),
            theta=of(choice, "sensitivity", "/USD", "0"),
            impact=of(response, "impact", "1", None), long_run=of(response, "long_run", "1", None),
            speed=of(response, "speed", "1/yr", None)),
            [(index_of(drivers, driver), numbers.read(value, "1")) for driver, value in text.get("income", {}).items()],
            season_of(text), [], [])
        nests = {}
        for r, (route_name, route) in enumerate(text["routes"].items()):
            nest = nests.setdefault(route.get("nest", ("alone", r)), len(nests))
            if nest == len(flow.nests):
                flow.nests.append(numbers.read(choice["nests"][route["nest"]], "1") if "nest" in route else -1)
            via = [index_of(legs, leg) for leg in route["via"]]
            result = Route(route_name, number(route["share"], "1"), nest, via, [], [], [], [])
            for leg in via:
                section = document["legs"][legs[leg].name]
                at = lambda key, unit: (once((leg, key, kind), section[key][kind], unit)
                                        if kind in section.get(key, {}) else -1)
                if legs[leg].capacity >= 0:
                    legs[leg].queues = True
                    before = result.stops[-1] if result.stops else -1
                    result.stops.append(len(stops))
                    use = at("use", f"{leg_units[leg]}/{unit}") if "use" in section else numbers.add(1.0)
                    stops.append((leg, f, r, use, before))
                driver = index_of(drivers, section["cost_driver"]) if "cost_driver" in section else -1
                for key, sign in (("cost", 1), ("fee", 1), ("subsidy", -1), ("penalty", 1)):
                    if (slot := at(key, "USD/" + unit)) >= 0:
                        result.money.append((slot, sign, driver if key == "cost" else -1))
                fee, subsidy = at("fee", "USD/" + unit), at("subsidy", "USD/" + unit)
                if fee >= 0 or subsidy >= 0:
                    result.tolls.append((leg, fee, subsidy, result.stops[-1] if result.stops else -1))
                result.times.append((leg, once((leg, "time"), section.get("time", "0 d"), "d"),
                                     once((leg, "sd"), section.get("sd", "0 d"), "d")))
            ways.append([leg for leg in via if legs[leg].capacity >= 0])
            flow.routes.append(result)
        flows.append(flow)
    return flows, stops, load_order([i for i, leg in enumerate(legs) if leg.queues], ways)


def load_order(legs, ways):
    """Each leg after those that come before it on some way."""
    before = {leg: {a for way in ways for a, b in itertools.pairwise(way) if b == leg} for leg in legs}
    order = []
    while len(order) < len(legs):
        ready = [leg for leg in legs if leg not in order and before[leg] <= set(order)]
        if not ready:
            raise ValueError("ways cross in opposite order")
        order.append(ready[0])
    return order


# ---- energy


def read_curve(section, key, unit, numbers, start):
    """The slots of a rate with its growth, decline and steps."""
    curve = dict(rate=numbers.read(section[key], unit), growth=-1, decline=-1, decline_from=start, steps=[])
    if "growth" in section:
        curve["growth"] = numbers.read(section["growth"], "1/yr")
    if decline := section.get("decline"):
        decline = decline if isinstance(decline, dict) else {"rate": decline}
        curve["decline"] = numbers.read(decline["rate"], "1/yr")
        curve["decline_from"] = max(start, month_of(decline["from"])) if "from" in decline else start
    curve["steps"] = sorted((month_of(date), numbers.read(value, unit)) for date, value in section.get("steps", {}).items())
    return curve


def read_price(text, unit, numbers, drivers):
    price = text.get("price")
    if price is None:
        return ("benchmark", numbers.read(text.get("differential", "0 USD/bbl"), "USD/bbl"))
    if not isinstance(price, dict) or "driver" not in price and "ratio" not in price:
        return ("fixed", numbers.read(price, "USD/" + unit))
    if "ratio" in price:
        return ("ratio", numbers.read(price["ratio"], "1"))
    months = lambda key: round(number(price.get(key, "0 mo"), "mo"))
    return ("indexed", index_of(drivers, price["driver"]), numbers.read(price["intercept"], "USD/" + unit),
            numbers.read(price["slope"], "bbl/" + unit), months("lag"), months("window"))


def read_outlet(name, text, unit, numbers, drivers, legs, start):
    if unknown := set(text) & {"ship_or_pay", "spread"}:
        raise ValueError(f"outlets.{name}: {unknown}")
    kind = ("transit" if text.get("transit") == "true" else "first" if text.get("first") == "true"
            else "contract" if "contract" in text else "term" if "term" in text else "spot")
    slots = {}
    for key, of in (("tariff", "USD/" + unit), ("fee", "USD/" + unit), ("contract", unit + "/yr"), ("term", unit + "/yr"),
                    ("minimum", "1"), ("shock", "1")):
        slots[key] = numbers.read(text[key], of) if key in text else -1
    wanted = next((key for key in ("demand", "volume") if key in text), None)
    slots["wanted"] = read_curve(text, wanted, unit + "/yr", numbers, start) if wanted else None
    via = [index_of(legs, leg) for leg in text.get("via", [])]
    price = None if kind == "transit" else read_price(text, unit, numbers, drivers)
    return Outlet(name, kind, text.get("market"), slots, [leg for leg in via if legs[leg].capacity >= 0], season_of(text), price)


def cuts_of(commodity, sources, also):
    """The cuts between fields and outlets that no other makes superfluous, and what each leaves within reach.

    sources[outlet]: groups with direct access; also[outlet]: (group, leg) pairs."""
    parts = [("group", g) for g in range(len(commodity.groups))] + [("leg", leg) for leg in commodity.cut_legs]
    own = [outlet for outlet in commodity.outlets if outlet.kind != "transit"]
    found = []
    for size in range(len(parts) + 1):
        for cut in itertools.combinations(parts, size):
            reach = frozenset(
                o for o, outlet in enumerate(own)
                if not any(("leg", leg) in cut for leg in outlet.via)
                and (any(("group", g) not in cut for g in sources[o])
                     or any(("group", g) not in cut and ("leg", leg) not in cut for g, leg in also[o])))
            if not any(set(other) <= set(cut) and left <= reach for other, left in found):
                found.append((cut, reach))
    for o, outlet in enumerate(own):
        outlet.reach = [o in left for _, left in found]
    return [([at for kind, at in cut if kind == "group"], [at for kind, at in cut if kind == "leg"]) for cut, _ in found]


def read_commodity(name, text, numbers, drivers, legs, start):
    unit = text["unit"]
    if unknown := set(text) & {"quota", "floor"}:
        raise ValueError(f"energy.{name}: {unknown}")
    names = list(text["fields"])
    duty = text.get("duty", {})
    fields = [dict(name=field, exempt=field in duty.get("exempt", []), cost=numbers.read(of["cost"], "USD/" + unit),
                   home_share=numbers.read(of["home_share"], "1"), **read_curve(of, "rate", unit + "/yr", numbers, start))
              for field, of in text["fields"].items()]
    outlets = [read_outlet(outlet, of, unit, numbers, drivers, legs, start) for outlet, of in text["outlets"].items()]
    own = {outlet: of for outlet, of in text["outlets"].items() if of.get("transit") != "true"}
    # fields with the same access are one group
    access = {field: (tuple(o for o, of in own.items() if field in of["from"]),
                      tuple((o, of["also"][field]) for o, of in own.items() if field in of.get("also", {}))) for field in names}
    kinds = sorted(set(access.values()), key=lambda kind: next(i for i, field in enumerate(names) if access[field] == kind))
    group_of = {field: kinds.index(access[field]) for field in names}
    also = [[(group_of[field], index_of(legs, leg)) for field, leg in of.get("also", {}).items()] for of in own.values()]
    sources = [sorted({group_of[field] for field in of["from"]}) for of in own.values()]
    vias = [outlet.via for outlet in outlets if outlet.kind != "transit"]
    cut_legs = sorted({leg for pairs in also for _, leg in pairs}
                      | {leg for via in vias for leg in via if sum(leg in other for other in vias) > 1})
    price = text.get("price", {})
    result = Commodity(name, fields, outlets, index_of(drivers, price["driver"]) if price else -1,
                       numbers.read(price["convert"], "bbl/" + unit) if price else -1,
                       numbers.read(text.get("royalty", "0"), "1"),
                       sorted((number(level, "USD/bbl"), numbers.read(of, "USD/" + unit)) for level, of in duty.get("table", {}).items()),
                       [[i for i, field in enumerate(names) if group_of[field] == g] for g in range(len(kinds))], cut_legs, [], [])
    result.cuts = cuts_of(result, sources, also)
    result.legs = sorted(set(cut_legs) | {leg for outlet in outlets for leg in outlet.via})
    return result


def read(path):
    document = load(path)
    start, base = month_of(document["time"]["start"]), month_of(document["time"]["base"])
    months = int(document["time"]["months"])
    numbers = Numbers(start, months, base_month=base)
    drivers = read_drivers(document, numbers)
    legs, units = read_legs(document, numbers, drivers["drivers"])
    flows, stops, order = read_flows(document, numbers, drivers["drivers"], legs, units)
    commodities = [read_commodity(name, text, numbers, drivers["drivers"], legs, start)
                   for name, text in document.get("energy", {}).items()]
    fiscal = document.get("fiscal", {})
    return Scenario(numbers, start, base, months, document["run"].get("home"),
                    [number(rate, "1/yr") for rate in document["run"]["discount"]], legs=legs, flows=flows, stops=stops,
                    order=order, commodities=commodities, fee_take=numbers.read(fiscal.get("fee_take", "1"), "1"),
                    profit_tax=numbers.read(fiscal.get("profit_tax", "0"), "1"), **drivers)


def result_factor(unit):
    """What a value of a result file times this is in the units of the plain programs: delays in days, all else per year."""
    whole = unit_factor(unit)
    return whole * UNITS["yr"] if unit.endswith("/yr") else whole
