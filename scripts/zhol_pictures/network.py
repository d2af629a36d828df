# SPDX-License-Identifier: GPL-3.0-or-later
"""The network as a schematic: who sends how much over which legs, how much of their capacity is used, and where the bottleneck is."""
import dataclasses
import fnmatch

from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
import numpy

from zhol_pictures import layers, units
from zhol_pictures.page import GREY, INK, MARGIN, PLAIN, RED, WIDTH, Page, apart, height, measure, name_of_year, size_for, wrap
from zhol_pictures.results import Refused
from zhol_pictures.scenario import Scenario
from zhol_pictures.wording import runs

USES = [(0.5, "#c6dbef", "below 50 %"), (0.75, "#6baed6", "50–75 %"), (0.9, "#2166ac", "75–90 %"), (0.97, "#e69f00", "90–97 %"),
        (numpy.inf, "#b2182b", "97 % and more")]  # mean share of the capacity that is used, below which which colour; told apart by lightness
MUCH = 0.75  # of a capacity
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}  # below a text, so that no line runs through it
OPEN, LINE = "#ffffff", "#bdbdbd"
SIZES = (8.5, 8, 7.5, 7)  # of names, whichever cuts no word
WIDEST, LEAST = 0.24, 0.01  # of lines, inches
BOX = 0.15


@dataclasses.dataclass
class Way:
    """From a place over legs to another: nodes are ("place", name) and ("leg", name)."""
    nodes: list
    volume: float


def chosen(result, scenario, wanted):
    """The flows and the energies that are meant, by name, pattern or commodity; all where they are of one unit."""
    flows, energies = scenario.flows(), [name for name in scenario.entries("energy") if ways_of_energy(result, scenario, name, 0)]
    every = {**{flow: scenario.commodity(flow) for flow in flows}, **{name: name for name in energies}}
    if not every:
        raise Refused(f"{result.path} has no flows with routes and no energy with outlets, of which this picture is", 2)
    words = [word.strip().removeprefix("flows.").removeprefix("energy.") for word in (wanted or "*").split(",")]
    some = []
    for word in words:
        hits = [name for name, commodity in every.items() if word == commodity or fnmatch.fnmatchcase(name, word)]
        if not hits:
            raise Refused(f"{result.path} has no flow with routes, commodity or energy '{word}'; expected {' or '.join(dict.fromkeys(every.values()))}, or the "
                          f"name of a flow such as {next(iter(every))}", 2)
        some += [name for name in hits if name not in some]
    found = {every[name] for name in some}
    if len(found) > 1 and (len({unit_of(scenario, name) for name in some}) > 1 or any(name in energies for name in some)):
        raise Refused(f"what moves is counted in different units; name one of {', '.join(dict.fromkeys(every[name] for name in some))}, or flows", 2)
    return some, energies


def unit_of(scenario, name):
    return scenario.unit(name) if name in scenario.flows() else (scenario.words("energy", name, "unit") or ["1"])[0]


def volume(result, path, year):
    values = result.read("annual/mean", path)
    return None if values is None else float(numpy.nan_to_num(values[year]))


def ways_of_flow(result, scenario, flow, year):
    begin, end = (("place", (scenario.words("flows", flow, key) or ["?"])[0]) for key in ("from", "to"))
    many = [(legs, volume(result, f"routes.{flow}.{route}.volume", year)) for route, legs in scenario.routes(flow).items()]
    return [Way([begin, *(("leg", leg) for leg in legs), end], moved) for legs, moved in many if moved is not None]


def ways_of_energy(result, scenario, name, year):
    many = []
    for outlet in scenario.entries("energy", name, "outlets"):
        moved = volume(result, f"energy.{name}.outlets.{outlet}.volume", year)
        transit = scenario.words("energy", name, "outlets", outlet, "transit") == ["true"]
        begin = ("place", "transit" if transit else scenario.title("energy", name))
        legs = [("leg", leg) for leg in scenario.words("energy", name, "outlets", outlet, "via")]
        if moved is not None:
            many.append(Way([begin, *legs, ("outlet", scenario.title("energy", name, "outlets", outlet))], moved))
    return many


def access(scenario, names):
    """What is left out of the ways of energy."""
    some = any(scenario.entries("energy", name, "outlets", outlet, "also") for name in names for outlet in scenario.entries("energy", name, "outlets"))
    return " Legs by which single fields reach a line (`also`) are left out." if some else ""


class Drawing:
    """Where everything stands, in inches."""

    def __init__(self, ways, names):
        self.ways, self.wide = ways, WIDTH - 2 * MARGIN
        turned = layers.forward([way.nodes for way in ways])
        lines = [way.nodes[::-1] if back else way.nodes for way, back in zip(ways, turned)]
        column = layers.columns(lines)
        last = max(column.values())
        ends = {line[-1] for line in lines}
        column |= {node: last for node in ends if all(node == line[-1] for line in lines if node in line)}
        self.filled = layers.lanes(lines, column)
        self.order = layers.rows(self.filled)
        self.each = self.wide / (last + 1)
        most = max(way.volume for way in ways) or 1.0
        self.thick = {}
        for way, places in zip(ways, self.filled):
            for part in (*places, *zip(places, places[1:])):
                self.thick[part] = self.thick.get(part, 0.0) + way.volume
        self.most = max([most, *self.thick.values()])
        nodes = [place for places in self.order.values() for place in places if place[0]]
        self.type = size_for([names(place[0]) for place in nodes], self.each - 0.06, SIZES)
        self.names = {place: wrap(names(place[0]), self.each - 0.06, self.type) for place in nodes}
        self.tall = max(2.2, 0.1 + max(sum(self.size(place) for place in places) for places in self.order.values()))
        self.middle = self.settle()

    def lines_width(self, part):
        """In inches."""
        return max(LEAST, self.wide_of(self.thick[part]))

    def wide_of(self, volume):
        """The square root shows what is a hundredth of the rest too."""
        return WIDEST * max(0.0, volume / self.most)**0.5

    def box(self, place):
        return max(BOX, self.lines_width(place))

    def size(self, place):
        """The height that a place needs."""
        if not place[0]:
            return self.lines_width(place) + 0.12
        return height(self.type, len(self.names[place])) + self.box(place) + (0.34 if place[0][0] == "leg" else 0.16)

    def settle(self, sweeps=12):
        """The middle of each place: near those of its neighbours, with room around it."""
        middle = {place: 0.0 for places in self.order.values() for place in places}
        for places in self.order.values():
            sizes = [self.size(place) for place in places]
            step = self.tall / len(places)
            for place, at in zip(places, apart([(i + 0.5) * step for i in range(len(places))], sizes, 0, self.tall)):
                middle[place] = at
        beside = {}
        for line in self.filled:
            for a, b in zip(line, line[1:]):
                beside.setdefault(a, []).append(b)
                beside.setdefault(b, []).append(a)
        for sweep in range(sweeps):
            for at in sorted(self.order, reverse=sweep % 2 == 1):
                places = self.order[at]
                wanted = [layers.mean([middle[other] for other in beside.get(place, [place])]) for place in places]
                wanted = list(numpy.maximum.accumulate(numpy.array(wanted) + 1e-6 * numpy.arange(len(wanted))))
                for place, to in zip(places, apart(wanted, [self.size(place) for place in places], 0, self.tall)):
                    middle[place] = to
        return middle

    def at(self, place):
        """The middle of its box or line: x, y."""
        head = height(self.type, len(self.names[place])) if place[0] else 0.0
        foot = (0.18 if place[0][0] == "leg" else 0.0) if place[0] else 0.0
        return (place[-1] + 0.5) * self.each, self.middle[place] + (head - foot) / 2

    def half(self, place):
        """Half the length of what stands there."""
        return 0.1 * self.each if not place[0] else min(0.4, 0.26 * self.each)


def colour_of(use):
    return next(colour for most, colour, _ in USES if use < most)


def network(result, wanted=None, year=None):
    """In one year, by the means of the file."""
    scenario = Scenario(result)
    edges = result.edges()
    number = len(edges) - 2 if year is None else result.year(year)
    some, energies = chosen(result, scenario, wanted)
    ways = [way for name in some for way in (ways_of_energy if name in energies and name not in scenario.flows() else ways_of_flow)(result, scenario, name, number)]
    if not ways:
        raise Refused(f"{result.path} has no volumes of the routes of {', '.join(some)}", 2)
    legs = list(dict.fromkeys(node[1] for way in ways for node in way.nodes if node[0] == "leg"))
    use = {leg: volume(result, f"legs.{leg}.utilisation", number) for leg in legs}
    queue = {leg: volume(result, f"legs.{leg}.delay", number) for leg in legs}
    narrow = bottleneck(use, queue)

    def name_of(node):
        return scenario.title("legs", node[1]) if node[0] == "leg" else place_name(node[1])

    drawing = Drawing(ways, name_of)
    of_one = some[0]
    path = f"routes.{of_one}.{next(iter(scenario.routes(of_one)))}.volume" if of_one in scenario.flows() else f"energy.{of_one}.production"
    scale = units.scale(result.about(path)["units"], drawing.most)
    title = ", ".join(dict.fromkeys(scenario.title("commodities", scenario.commodity(name)) if name in scenario.flows() else scenario.title("energy", name) for name in some))
    flows = [name for name in some if name in scenario.flows()]
    if flows and flows != [flow for flow in scenario.flows() if scenario.commodity(flow) == scenario.commodity(flows[0])]:
        title = ", ".join(scenario.title("flows", flow) for flow in flows)
    words = "" if narrow is None else f"bottleneck: {said_of(name_of(('leg', narrow)), use[narrow], queue[narrow])}"
    keys = [("band", colour, f"use {said}" if i == 0 else said) for i, (_, colour, said) in enumerate(USES)]
    keys.append(("frame", GREY, "no limit"))
    page = Page(f"Network: {title}, {name_of_year(edges[number])}", words or f"no leg has a queue or is used to {100 * MUCH:.0f} % or more", keys,
                "A schematic without geography: places stand in the order of the routes, and lines are as wide as the square root of the mean "
                "volume. Use is that of all cargo of a leg, mean of the futures." + access(scenario, some) + "\n" + runs([result]), drawing.tall + 0.45)
    axes = page.axes(MARGIN, 0.05, WIDTH - MARGIN, drawing.tall + 0.4)
    axes.set_xlim(0, drawing.wide)
    axes.set_ylim(drawing.tall + 0.35, 0)
    axes.set_axis_off()
    draw_lines(axes, drawing)
    for place in drawing.names:
        draw_place(axes, drawing, place, use, narrow)
    ruler(axes, drawing, scale)
    return page.figure


def bottleneck(use, queue):
    """The leg with the longest queue; where none queues, the one that is used most if that is much."""
    waits = {leg: days for leg, days in queue.items() if days is not None and days > 0.05}
    if waits:
        return max(waits, key=waits.get)
    full = {leg: share for leg, share in use.items() if share is not None and share >= MUCH}
    return max(full, key=full.get) if full else None


def said_of(name, use, queue):
    parts = [f"{100 * use:.0f} % of its capacity used" if use is not None else "", f"queue of {units.number(queue)} days" if queue else ""]
    return f"{name} ({', '.join(part for part in parts if part)}, means)"


def draw_lines(axes, drawing):
    """From node to node in one piece each, past the nodes of the columns between them."""
    drawn = set()
    for line in drawing.filled:
        stops = [i for i, place in enumerate(line) if place[0]]
        for first, last in zip(stops, stops[1:]):
            chain = tuple(line[first:last + 1])
            if chain in drawn:
                continue
            drawn.add(chain)
            vertices, codes = [], []
            for a, b in zip(chain, chain[1:]):
                (x, y), (to_x, to_y) = drawing.at(a), drawing.at(b)
                side = 1 if to_x > x else -1
                x, to_x = x + side * drawing.half(a), to_x - side * drawing.half(b)
                vertices += [(x, y), ((x + to_x) / 2, y), ((x + to_x) / 2, to_y), (to_x, to_y)]
                codes += [Path.LINETO if codes else Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
            axes.add_patch(PathPatch(Path(vertices, codes), lw=72 * drawing.lines_width(chain[:2]), color=LINE, zorder=1, capstyle="butt",
                                     joinstyle="round", fill=False, gid=f"line-{chain[0][0][1]}-{chain[-1][0][1]}"))


def place_name(name):
    """What people write for a place of the scenario: KZ, Central Asia."""
    return name.upper() if len(name) == 2 else name.replace("-", " ").title()


def draw_place(axes, drawing, place, use, narrow):
    (kind, name), (x, y) = place[0], drawing.at(place)
    tall, half = drawing.box(place), drawing.half(place)
    marked = kind == "leg" and name == narrow
    share = use.get(name) if kind == "leg" else None
    face = (OPEN if share is None else colour_of(share)) if kind == "leg" else INK
    axes.add_patch(Rectangle((x - half, y - tall / 2), 2 * half, tall, facecolor=face, edgecolor=RED if marked else GREY, lw=2.5 if marked else 0.8,
                             zorder=3, gid=f"{kind}-{name}"))
    axes.text(x, y - tall / 2 - 0.03, "\n".join(drawing.names[place]), size=drawing.type, ha="center", va="bottom", linespacing=1.1, zorder=4, bbox=PAPER,
              weight="bold" if marked or kind != "leg" else "normal", color=RED if marked else INK)
    if share is not None:
        axes.text(x, y + tall / 2 + 0.03, f"{100 * share:.0f} %", size=drawing.type, ha="center", va="top", zorder=4, bbox=PAPER, color=RED if marked else INK,
                  weight="bold" if marked else "normal")


def ruler(axes, drawing, scale):
    """How wide what volumes are."""
    most, x, y = drawing.most * scale.factor, 0.0, drawing.tall + 0.2
    power = 10.0**numpy.floor(numpy.log10(most))
    size = next(n for n in (5, 2, 1) if n * power <= most or n == 1) * power
    for i, one in enumerate((size, size / 10, size / 100)):
        words = f"{one:,.10g}" + (f" {scale.label}" if i == 0 else "")
        axes.add_patch(PathPatch(Path([(x, y), (x + 0.45, y)]), lw=72 * drawing.wide_of(one / scale.factor), color=LINE, capstyle="butt", fill=False,
                                 gid=f"ruler-{i}"))
        axes.text(x + 0.53, y, words, size=PLAIN, va="center")
        x += 0.53 + measure(words, PLAIN) + 0.3
