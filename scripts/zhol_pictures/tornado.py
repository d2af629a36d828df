# SPDX-License-Identifier: GPL-3.0-or-later
"""What decides an outcome, from a file of `zhol sensitivity -o`: a bar for each factor, by which way it goes."""
import numpy

from zhol_pictures.page import BLUE, GREY, INK, MARGIN, PALE, PLAIN, RED, RIGHT, Page, height, known, measure, value_axis, wrap
from zhol_pictures.results import Refused, Stored, text

MOST = 15  # bars


class Sensitivity(Stored):
    """What `zhol sensitivity -o` writes: arrays over outcome and factor."""
    KIND, MARK, VERSION = "file of shares", "zhol_sensitivity", 1

    def __init__(self, path, unsealed=False):
        super().__init__(path, unsealed)
        self.horizon = self.rows("sensitivity")
        self.factors = self.labels("sensitivity/factor")

    def of(self, name, outcome):
        """A number of each factor, or of the outcome as a whole."""
        self.need(outcome)
        return numpy.asarray(self.file[f"sensitivity/{name}"][self.horizon[outcome]], dtype=float)


def tornado(file, outcome):
    """Shares of the variance, the greatest on top; what is less than chance is left out."""
    share, low, high = (100 * file.of(name, outcome) for name in ("share", "share_low", "share_high"))
    way, rate = file.of("prcc", outcome), file.of("false_discovery_rate", outcome)
    if not numpy.isfinite(share).any():
        raise Refused(f"{outcome} is the same in all futures of {file.path}: there is nothing to draw")
    found = rate <= float(file.file.attrs["false_discovery_rate"])
    beyond = numpy.where(found, share, -numpy.inf)
    order = [i for i in numpy.argsort(-beyond, kind="stable") if numpy.isfinite(beyond[i])][:MOST]
    if not order:
        raise Refused(f"nothing decides {outcome} beyond chance in {file.path}: there is nothing to draw")
    colours = [BLUE if way[i] >= 0 else RED if way[i] < 0 else GREY for i in order]
    keys = [("band", BLUE, "more of it, more of the outcome"), ("band", RED, "more of it, less"), ("band", GREY, "a group"),
            ("line", INK, "error of the simulation (95 %)")]
    keys = [key for key in keys if key[1] in (*colours, INK)]
    names = [file.factors[i] for i in order]
    wide = min(4.6, max(measure(name, PLAIN) for name in names) + 0.1)
    heads = [wrap(name, wide, PLAIN) for name in names]
    said = [f"{share[i]:.1f} %" for i in order]
    right = RIGHT - max(measure(words, PLAIN) for words in said) - 0.15
    tall = max(0.36, height(PLAIN, max(len(lines) for lines in heads)) + 0.08)
    parts = [100 * float(file.of(name, outcome)) for name in ("knowledge", "unknowable", "left_over")]
    year = int(file.file.attrs["year"])
    page = Page(f"What decides {text(file.file['sensitivity/long_name'][file.horizon[outcome]])}",
                f"{outcome}, {f'in {year}' if year else 'over the whole horizon'}: share of the variance that each factor explains",
                keys, f"What is not known (inputs): {parts[0]:.0f} % of the variance; what nobody can know (drivers, events, regimes): "
                f"{parts[1]:.0f} %; left over: {parts[2]:.0f} %. {len(order)} of {int(found.sum())} factors beyond chance. "
                f"{file.attribute('title')}. {int(file.file.attrs['replications']):,} replications, seed {file.attribute('seed')}, "
                f"{file.attribute('source')}.", len(names) * tall + 0.8)
    axes = page.axes(MARGIN + wide + 0.1, 0.05, right, 0.05 + len(names) * tall, xlabel="% of the variance")
    for row, i in enumerate(order):
        middle = page.top + 0.05 + (row + 0.5) * tall
        page.text(MARGIN, middle, "\n".join(heads[row]), size=PLAIN, va="center", linespacing=1.15)
        page.text(RIGHT, middle, said[row], size=PLAIN, va="center", ha="right")
        axes.barh(row, share[i], height=0.6, color=colours[row])[0].set_gid(f"share-{row}")
        axes.errorbar([share[i]], [row], xerr=known([[max(0, share[i] - low[i])], [max(0, high[i] - share[i])]]), lw=1.5, color=INK,
                      zorder=4)
    axes.set_xlim(left=0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_color(PALE)
    axes.grid(axis="x")
    value_axis(axes.xaxis, 6)
    return page.figure
