# SPDX-License-Identifier: GPL-3.0-or-later
"""Units as a reader says them: 3.1e9 "USD/yr" is 3.1 "bn USD per year"."""
import dataclasses
import math
import re

PREFIXES = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
PREFIXED = ("t", "USD", "TEU", "FEU", "bbl")
VOLUMES = {"kcm": 1e3, "bcm": 1e9}  # of gas, m³
WORDS = [(1e12, 1e12, "trillion"), (1e9, 1e9, "bn"), (1e6, 1e6, "million"), (1e5, 1e3, "thousand")]  # from, divisor, word
SINGULAR = {"yr": "year", "mo": "month", "d": "day", "h": "hour", "kcm": "thousand m³", "bcm": "bn m³"}
PLURAL = {"yr": "years", "mo": "months", "d": "days", "h": "hours"}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclasses.dataclass(frozen=True)
class Scale:
    """What values are multiplied by to be drawn, and what they are then called."""
    factor: float
    label: str


def split(unit):
    """The numerator of a unit and what it is divided by: "USD/t/yr" and "USD t-1 yr-1" are USD and [t, yr]; None if it
    is anything else."""
    above, below = [], []
    for place, part in enumerate(unit.split("/")):
        for word in part.split():
            match = re.fullmatch(r"([^\W\d]+)(-1)?", word)
            if match is None:
                return None
            (below if (place > 0) != (match[2] is not None) else above).append(match[1])
    return (above[0], below) if len(above) == 1 else None


def words(numerator, below):
    """A unit in words."""
    return " ".join([PLURAL.get(numerator, numerator), *(f"per {SINGULAR.get(part, part)}" for part in below)])


def base(numerator):
    """Without its prefix, and how many of that it is: kTEU is TEU and 1000."""
    if numerator in VOLUMES:
        return "m³", VOLUMES[numerator]
    if numerator[:1] in PREFIXES and numerator[1:] in PREFIXED:
        return numerator[1:], PREFIXES[numerator[0]]
    return numerator, 1.0


def scale(unit, most, share=False, difference=False):
    """How values of `unit`, none beyond +-`most`, are drawn. A share of 1 is drawn in %, a difference of two in points."""
    if unit == "1":
        if share:
            return Scale(100.0, "percentage points" if difference else "%")
        return small(most, "no unit")
    parts = split(unit)
    if parts is None:
        return small(most, unit)
    numerator, factor = base(parts[0])
    counted = numerator == "m³" or numerator in PREFIXED
    for least, divisor, word in WORDS if counted else ():
        if most * factor >= least:
            return Scale(factor / divisor, f"{word} {words(numerator, parts[1])}")
    return small(most * factor, words(numerator, parts[1]), factor)


def small(most, label, factor=1.0):
    """Plain, or in a power of ten where numbers would be all zeros or too long to read."""
    if most == 0 or not math.isfinite(most) or 1e-3 <= most < 1e7:
        return Scale(factor, label)
    power = 3 * math.floor(math.log10(most) / 3)
    return Scale(factor * 10.0**-power, f"10{str(power).translate(RAISED)} {'' if label == 'no unit' else label}".strip())


def number(value, digits=2):
    """To some significant digits, with thousands grouped and a true minus."""
    if not math.isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}".replace("-", "−")


def signed(value, error):
    """A value with the error of its simulation, both to the two digits that the error has."""
    if not math.isfinite(error) or error == 0 or not math.isfinite(value):
        return number(value, 3)
    decimals = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:,.{decimals}f} ± {error:,.{decimals}f}".replace("-", "−")


def ratio(unit, other):
    """How many of the other one of a unit is: of Mt/yr in t/yr a million. None where they do not differ by a prefix alone."""
    pure = {"": 1.0, "1": 1.0, "%": 0.01}
    if unit == other:
        return 1.0
    if unit in pure and other in pure:
        return pure[unit] / pure[other]
    one, two = split(unit), split(other)
    if one is None or two is None or sorted(one[1]) != sorted(two[1]):
        return None
    (numerator, times), (other_numerator, other_times) = base(one[0]), base(two[0])
    return times / other_times if numerator == other_numerator else None
