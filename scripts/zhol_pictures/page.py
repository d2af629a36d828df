# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture's paper: its size, type and colours, title and footnote, axes of years and values. Sizes are in inches; texts
are measured before they are placed, so that none meets another."""
import functools
import io
import os
import pathlib
import re
import tempfile
import warnings

import matplotlib
from matplotlib import ticker
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LOAD_NO_HINTING
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
import numpy

WIDTH, MARGIN, DPI = 10.0, 0.3, 150
TITLE, PLAIN, NOTE = 16, 11, 9.5  # points
INK, GREY, PALE = "#1a1a1a", "#555555", "#d9d9d9"
# Okabe and Ito's colours without yellow and black, which are too light and taken; told apart with any kind of sight
COLOURS = ["#333333", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255"]
BLUE, RED, BANDS = COLOURS[1], COLOURS[2], ["#c6dbef", "#85b5da", "#5a95c7"]  # widest first
LEFT, RIGHT = MARGIN + 0.85, WIDTH - MARGIN  # of a frame: room for its numbers and its unit
KINDS = (".png", ".svg", ".pdf")
FALLBACK = b"'DejaVu Sans', 'Bitstream Vera Sans', Verdana, sans-serif"  # of the same width, where texts of an SVG are read without it


def style(title=None):
    """The same whatever the reader's own settings, and the same bytes every time; with this title in place of the usual one."""
    Page.title = title
    warnings.filterwarnings("ignore", "Glyph .* missing")  # of a title in a script that the font does not have
    matplotlib.rcdefaults()
    matplotlib.rcParams.update({
        "font.family": "DejaVu Sans", "font.size": PLAIN, "text.color": INK, "axes.edgecolor": GREY, "axes.labelcolor": INK,
        "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.spines.top": False,
        "axes.spines.right": False, "axes.grid": True, "axes.grid.axis": "y", "grid.color": "#e8e8e8", "axes.axisbelow": True,
        "svg.hashsalt": "zhol", "svg.fonttype": "none", "axes.unicode_minus": True, "savefig.dpi": DPI, "figure.dpi": DPI,
        "text.parse_math": False})


def tint(colour, part):
    """A colour mixed with white."""
    return tuple(1 - part * (1 - channel) for channel in to_rgb(colour))


def shade(colour):
    """A colour dark enough for type."""
    return tuple(0.72 * channel for channel in to_rgb(colour))


def known(error):
    """The lengths of error bars: none, so that the point alone is seen, where the error is not known, as of one replication."""
    return numpy.where(numpy.isfinite(error), error, 0.0)


@functools.lru_cache(maxsize=4096)
def measure(words, size, weight="normal"):
    """The width of a text in inches."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(size, 72)
    font.set_text(words, 0, flags=LOAD_NO_HINTING)
    return font.get_width_height()[0] / 64 / 72  # in 64ths of a pixel


def height(size, lines=1):
    """Of lines of text, in inches."""
    return 1.3 * size / 72 * lines


def wrap(words, width, size, weight="normal"):
    """Lines of a text that are no wider than `width` inches; what is too long without a space is cut after - . or _, or
    anywhere."""
    lines = []
    for paragraph in words.split("\n"):
        line = ""
        for word in paragraph.split():
            while True:
                longer = f"{line} {word}".strip()
                if measure(longer, size, weight) <= width:
                    line = longer
                    break
                if line:
                    lines.append(line)
                    line = ""
                    continue
                fits = max((n for n in range(1, len(word)) if measure(word[:n], size, weight) <= width), default=1)
                cut = max((n for n in range(1, fits + 1) if word[n - 1] in "-._/"), default=fits)
                lines.append(word[:cut])
                word = word[cut:]
        lines.append(line)
    return [line for line in lines if line]


class Page:
    """A figure with a title, a line below it, keys and a footnote; `body` inches in height are left between them.
    Keys are (kind, colour, words), where the kind is line, dashes, band, frame, mean, point or hollow."""

    title = None  # in place of the usual one

    def __init__(self, title, below, keys, foot, body):
        title = title if self.title is None else self.title
        inner = WIDTH - 2 * MARGIN
        heads = wrap(title, inner, TITLE, "bold")
        belows, foots = wrap(below, inner, PLAIN), wrap(foot, inner, NOTE)
        rows = self.flow(keys, inner)
        self.top = 0.25 + height(TITLE, len(heads)) + height(PLAIN, len(belows)) + 0.1 + 0.28 * len(rows) + 0.1
        self.height = self.top + body + 0.15 + height(NOTE, len(foots)) + 0.2
        self.figure = Figure(figsize=(WIDTH, self.height), facecolor="white")
        FigureCanvasAgg(self.figure)
        y = 0.25
        for lines, size, weight, colour in ((heads, TITLE, "bold", INK), (belows, PLAIN, "normal", GREY)):
            for line in lines:
                self.text(MARGIN, y, line, size=size, weight=weight, color=colour)
                y += height(size)
        y += 0.1
        for row in rows:
            for x, kind, colour, words in row:
                self.key(MARGIN + x, y, kind, colour, words)
            y += 0.28
        y = self.height - 0.2 - height(NOTE, len(foots))
        for line in foots:
            self.text(MARGIN, y, line, size=NOTE, color=GREY)
            y += height(NOTE)

    @staticmethod
    def flow(keys, width):
        """The keys in rows."""
        rows, x = [[]], 0.0
        for kind, colour, words in keys:
            wide = 0.45 + measure(words, PLAIN)
            if rows[-1] and x + wide > width:
                rows.append([])
                x = 0.0
            rows[-1].append((x, kind, colour, words))
            x += wide + 0.3
        return rows if rows[0] else []

    def x(self, inches):
        return inches / WIDTH

    def y(self, inches):
        """Of inches from the top."""
        return 1 - inches / self.height

    def text(self, x, y, words, **style_of):
        """A text whose upper left corner is at x, y."""
        return self.figure.text(self.x(x), self.y(y), words, **{"va": "top", "ha": "left", **style_of})

    def key(self, x, y, kind, colour, words):
        middle = y + 0.11
        if kind == "band":
            self.figure.add_artist(Rectangle((self.x(x), self.y(middle + 0.08)), 0.32 / WIDTH, 0.16 / self.height,
                                             transform=self.figure.transFigure, facecolor=colour, edgecolor="none"))
        elif kind == "frame":
            self.figure.add_artist(Rectangle((self.x(x), self.y(middle + 0.08)), 0.32 / WIDTH, 0.16 / self.height,
                                             transform=self.figure.transFigure, facecolor="white", edgecolor=colour, lw=0.8))
        elif kind == "mean":
            self.figure.add_artist(Line2D([self.x(x + 0.16)] * 2, [self.y(middle - 0.09), self.y(middle + 0.09)],
                                          transform=self.figure.transFigure, color=colour, lw=1.5))
            self.figure.add_artist(Line2D([self.x(x + 0.16)], [self.y(middle)], transform=self.figure.transFigure,
                                          marker="o", ms=5, color=colour, lw=0))
        elif kind in ("point", "hollow"):
            self.figure.add_artist(Line2D([self.x(x + 0.16)], [self.y(middle)], transform=self.figure.transFigure, marker="D", ms=6.5,
                                          mew=1.8, mec=colour, mfc=colour if kind == "point" else "white", lw=0))
        else:
            self.figure.add_artist(Line2D([self.x(x), self.x(x + 0.32)], [self.y(middle)] * 2,
                                          transform=self.figure.transFigure, color=colour, lw=2.2,
                                          linestyle="-" if kind == "line" else (0, (3, 1.5))))
        self.text(x + 0.42, middle, words, size=PLAIN, va="center")

    def axes(self, left, top, right, bottom, **options):
        """Axes whose frame has these inches: from the left of the picture, and from the top of the body."""
        top, bottom = self.top + top, self.top + bottom
        return self.figure.add_axes([self.x(left), self.y(bottom), (right - left) / WIDTH, (bottom - top) / self.height],
                                    **options)


class Grouped(ticker.Formatter):
    """1,234.5 with as many decimals as the ticks need."""

    def __call__(self, value, pos=None):
        places = [n for n in range(0, 10) if all(abs(round(at, n) - at) < 1e-9 + 1e-6 * self.step() for at in self.locs)]
        return f"{value + 0.0:,.{places[0] if places else 6}f}".replace("-", "−")

    def step(self):
        return min((abs(b - a) for a, b in zip(self.locs, self.locs[1:])), default=1.0)

    def set_locs(self, locs):
        self.locs = list(locs)


def value_axis(axis, ticks=6):
    axis.set_major_locator(ticker.MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(Grouped())


def name_of_year(start):
    """2030, or 2030/31 of a year that does not begin with January."""
    year = int(numpy.floor(start + 1e-6))
    return str(year) if abs(start - year) < 1e-6 else f"{year}/{(year + 1) % 100:02d}"


def year_axis(axes, edges, at_end, width):
    """Years are named in the middle of their time, with a tick where each begins; those whose value is that of their end,
    at it. `width` inches hold as many names as fit."""
    names = [name_of_year(edge) for edge in edges[:-1]]
    room = max(measure(name, PLAIN) for name in names) * 1.6
    every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000) if (width / len(names)) * n >= room or n == 1000)
    chosen = [i for i, edge in enumerate(edges[:-1]) if int(edge + 1e-6) % every == 0] or [0]
    at = edges[1:] if at_end else (edges[:-1] + edges[1:]) / 2
    axes.set_xlim(edges[0], edges[-1])
    axes.xaxis.set_major_locator(ticker.FixedLocator([at[i] for i in chosen]))
    axes.xaxis.set_major_formatter(ticker.FixedFormatter([names[i] for i in chosen]))
    axes.xaxis.set_minor_locator(ticker.FixedLocator(list(edges)))
    axes.tick_params(axis="x", which="major", length=5 if at_end else 0, pad=5)
    axes.tick_params(axis="x", which="minor", length=0 if at_end else 4, color=PALE if len(edges) > 60 else GREY)
    axes.tick_params(axis="y", length=0)


def apart(wanted, sizes, low, high):
    """Places as near as can be to those wanted, each with room of its size around it, between low and high: for labels in
    the order of `wanted`. Neighbours that meet are moved as one block about their middle."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks = []  # [centre wanted, size, members]
    for i in order:
        blocks.append([wanted[i], sizes[i], [i]])
        while True:
            at, size, _ = blocks[-1]
            blocks[-1][0] = at = min(max(at, low + size / 2), high - size / 2) if size < high - low else (low + high) / 2
            if len(blocks) < 2 or blocks[-2][0] + blocks[-2][1] / 2 <= at - size / 2 + 1e-12:
                break
            upper = blocks.pop()
            lower = blocks.pop()
            total = lower[1] + upper[1]
            # each part would have its own middle where it wants it
            middle = ((lower[0] + upper[1] / 2) * lower[1] + (upper[0] - lower[1] / 2) * upper[1]) / total
            blocks.append([middle, total, lower[2] + upper[2]])
    places = [0.0] * len(wanted)
    for centre, size, members in blocks:
        at = centre - size / 2
        for i in members:
            places[i] = at + sizes[i] / 2
            at += sizes[i]
    return places


def save(figure, path):
    """Whole or not at all, with nothing in it of when it was made."""
    kind = pathlib.Path(path).suffix
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(kind, {})
    drawn = io.BytesIO()
    figure.savefig(drawn, format=kind[1:], metadata=metadata, facecolor="white")
    written = drawn.getvalue()
    if kind == ".svg":
        written = re.sub(rb"""(style="[^"']*font: [^"']*)'DejaVu Sans'""", rb"\1" + FALLBACK, written)
    folder = os.path.dirname(path) or "."
    handle, name = tempfile.mkstemp(prefix=f"{os.path.basename(path)}.tmp.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
