# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened, year by year: the same file that `zhol score` reads, of which a picture shows the figures of one outcome."""
import csv
import dataclasses

from zhol_pictures import units
from zhol_pictures.results import Refused

NEEDED = ("outcome", "year", "value", "unit", "confirmed")
CONFIRMED = ("yes", "derived", "no")


@dataclasses.dataclass(frozen=True)
class Figure:
    year: int
    value: float  # in the unit of the result
    derived: bool
    multiple: float = 1.0  # of the outcome that was published: what the value has been divided by


def lines(path):
    """The rows of a file as dictionaries, with their lines."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restval="")
            missing = [name for name in NEEDED if name not in (reader.fieldnames or [])]
            if missing:
                raise Refused(f"{path} has no column '{missing[0]}'; expected {', '.join(NEEDED)}, and of money prices", 3)
            return [(reader.line_num, {name: (text or "").strip() for name, text in row.items() if name is not None}) for row in reader]
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}", 3) from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise Refused(f"{path} is no table of figures: {error}", 3) from None


def figures(path, outcome, about):
    """The figures of an outcome, by year, and how many of its own are left out: at nominal prices, or not confirmed."""
    found, left = {}, 0
    for line, row in lines(path):
        multiple = multiple_of(row["outcome"].replace(" ", ""), outcome)
        if multiple is None:
            continue
        place = f"{path}:{line}"
        if row["confirmed"] not in CONFIRMED:
            raise Refused(f"{place}: confirmed is '{row['confirmed']}'; expected {', '.join(CONFIRMED)}", 3)
        prices = row.get("prices", "")
        if prices == "nominal" or row["confirmed"] == "no":
            left += 1
            continue
        if prices and not f" {about.get('prices', prices)}".endswith(f" {prices}"):
            raise Refused(f"{place}: prices are '{prices}', those of the result '{about['prices']}'", 3)
        figure = Figure(number(place, row["year"], "a year such as 2021", int),
                        number(place, row["value"], "a number with a decimal point", float) * factor(place, row["unit"], about["units"]) / multiple,
                        row["confirmed"] == "derived", multiple)
        if figure.year in found:
            raise Refused(f"{place}: {outcome} has a second figure of {figure.year}", 3)
        found[figure.year] = figure
    if not found:
        raise Refused(f"{path} has no figure of {outcome} that is confirmed and at the prices of the result", 3)
    return [found[year] for year in sorted(found)], left


def multiple_of(text, outcome):
    """The pure number by which a row multiplies the outcome, 1 where it is the outcome itself; None of sums, of others, and of what is
    counted in another unit."""
    name, star, times = text.partition("*")
    if name != outcome:
        return None
    if not star:
        return 1.0
    try:
        return float(times) if float(times) > 0 else None
    except ValueError:
        return None


def number(place, text, expected, kind):
    try:
        value = kind(text)
    except ValueError:
        raise Refused(f"{place}: '{text}' is not what was expected, {expected}", 3) from None
    if value != value or value in (float("inf"), float("-inf")):
        raise Refused(f"{place}: '{text}' is not what was expected, {expected}", 3)
    return value


def factor(place, unit, of_result):
    """What a figure is multiplied by to be in the unit of the result."""
    ratio = units.ratio(unit, of_result)
    if ratio is None:
        raise Refused(f"{place}: the unit is '{unit}'; expected one such as {of_result}", 3)
    return ratio
