# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the nodes of a network stand, without geography: in columns by their order on the ways, in each column so that few lines
cross (Sugiyama, Tagawa and Toda 1981). The same ways give the same places."""


def forward(ways):
    """The ways, each turned round where that agrees with more of the steps of those before it: eastbound cargo goes over the
    places of westbound cargo from the other end."""
    after, turned = set(), []  # what comes behind what so far
    for way in ways:
        pairs = [(a, b) for i, a in enumerate(way) for b in way[i + 1:]]
        agree = sum(pair in after for pair in pairs) - sum(pair[::-1] in after for pair in pairs)
        turned.append(agree < 0)
        oriented = way[::-1] if agree < 0 else way
        for i, a in enumerate(oriented):
            for b in oriented[i + 1:]:
                if (b, a) not in after:
                    after.add((a, b))
    return turned


def columns(ways):
    """The column of each node: behind all that come before it, but for steps that would close a circle."""
    steps = {}  # node: those right behind it
    for way in ways:
        for a, b in zip(way, way[1:]):
            if not reaches(steps, b, a):
                steps.setdefault(a, []).append(b)
    nodes = list(dict.fromkeys(node for way in ways for node in way))
    column = dict.fromkeys(nodes, 0)
    for _ in nodes:  # longest way from the left
        for a in nodes:
            for b in steps.get(a, []):
                column[b] = max(column[b], column[a] + 1)
    return column


def reaches(steps, begin, end):
    """Whether a way leads from one node to another."""
    seen, open_ones = set(), [begin]
    while open_ones:
        node = open_ones.pop()
        if node == end:
            return True
        if node not in seen:
            seen.add(node)
            open_ones += steps.get(node, [])
    return False


def lanes(ways, column):
    """Ways with a place in every column that they cross: (node, column) where they stop, ("", a, b, column) where they pass between
    the nodes a and b."""
    filled = []
    for way in ways:
        places = [(way[0], column[way[0]])]
        for a, b in zip(way, way[1:]):
            forth = 1 if column[b] > column[a] else -1
            places += [("", a, b, at) for at in range(column[a] + forth, column[b], forth)]
            places.append((b, column[b]))
        filled.append(places)
    return filled


def rows(filled, sweeps=24):
    """The order of the places in each column from the top: each near the middle of its neighbours."""
    order, beside = {}, {}
    for places in filled:
        for place in places:
            order.setdefault(place[-1], [])
            if place not in order[place[-1]]:
                order[place[-1]].append(place)
        for a, b in zip(places, places[1:]):
            beside.setdefault(a, []).append(b)
            beside.setdefault(b, []).append(a)
    best, least = {at: list(places) for at, places in order.items()}, crossings(order, beside)
    for sweep in range(sweeps):
        forth = sweep % 2 == 0
        for at in sorted(order, reverse=not forth):
            height = {place: (i + 0.5) / len(places) for places in order.values() for i, place in enumerate(places)}
            middle = {place: mean([height[other] for other in beside.get(place, []) if (other[-1] < at) == forth and other[-1] != at] or [height[place]])
                      for place in order[at]}
            order[at].sort(key=lambda place: middle[place])
        now = crossings(order, beside)
        if now < least:
            best, least = {at: list(places) for at, places in order.items()}, now
    return best


def mean(values):
    return sum(values) / len(values)


def crossings(order, beside):
    """How many pairs of lines between neighbouring columns cross."""
    total = 0
    for at, places in order.items():
        where = {place: i for i, place in enumerate(order.get(at + 1, []))}
        lines = sorted({(i, where[other]) for i, place in enumerate(places) for other in beside.get(place, []) if other in where})
        total += sum(a[0] < b[0] and a[1] > b[1] for n, a in enumerate(lines) for b in lines[n + 1:])
    return total
