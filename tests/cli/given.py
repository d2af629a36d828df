#!/usr/bin/env python3
"""--given: the futures that a condition leaves are those of numpy on the stored samples, and so is all that is said of them;
and what is no condition is refused with its place.

Usage: given.py ZHOL SCENARIOS
"""
import csv
import io
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, reseal

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
REPLICATIONS, FIRST, Z = 1000, 2020, 1.959963984540054
SETTINGS = ["--set", "units={tenge: 1/400 USD}", "--set", "drivers.oil.kappa=uniform(0.2 1) /yr"]


def binomial(n, p):
    """The probabilities of 0 to n hits."""
    k = numpy.arange(n + 1)
    log = numpy.array([math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in k])
    return numpy.exp(log + k * math.log(p) + (n - k) * math.log1p(-p))


def ranks(n, p):
    """Of the estimate and of both bounds, from 1."""
    rank, deviation = max(1, math.ceil(round(n * p, 9))), math.sqrt(n * p * (1 - p))
    if deviation ** 2 >= 20:
        return rank, math.floor(n * p - Z * deviation), math.ceil(n * p + Z * deviation) + 1
    below = numpy.cumsum(binomial(n, p))
    return rank, int(numpy.argmax(below > 0.025)), int(numpy.argmax(1 - below <= 0.025)) + 1


def wilson(hits, n):
    p, square = hits / n, Z * Z
    center, half = (hits + square / 2) / (n + square), Z / (n + square) * math.sqrt(hits * (1 - p) + square / 4)
    return p, 0.0 if hits == 0 else center - half, 1.0 if hits == n else center + half


def tail(ordered, level):
    """Mean of the greatest n (1 - level) values, the last of which may count in part, its standard error by Manistre and Hancock,
    and how many points it has."""
    n = len(ordered)
    points = n * (1 - level)
    whole = math.floor(round(points, 9))
    weights = numpy.zeros(n)
    weights[n - whole:] = 1.0
    if points - whole > 1e-9:
        weights[n - whole - 1] = points - whole
    edge = ordered[max(1, math.ceil(round(n * level, 9))) - 1]
    mean = (weights * ordered).sum() / points
    if points < 2:
        return mean, math.nan, points
    variance = (weights * (ordered - mean) ** 2).sum() / (points - 1)
    return mean, math.sqrt((variance + level * (mean - edge) ** 2) / points), points


class Given(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.zhol("run", str(SCENARIOS / "minimal.yaml"), "-n", str(REPLICATIONS), "--progress", "none", "-o", "a.h5", "--save",
                 "drivers.*,flows.*.demand", *SETTINGS)
        with Result(cls.folder / "a.h5") as result:
            cls.price = result.samples("annual", "drivers.oil")
            cls.kappa = result.input("drivers.oil.kappa")
            cls.demand = result.samples("horizon", "flows.grain-south.demand")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def run_zhol(cls, *words):
        return subprocess.run([ZHOL, *words], cwd=cls.folder, capture_output=True, text=True)

    @classmethod
    def zhol(cls, *words):
        run = cls.run_zhol(*words)
        if run.returncode != 0:
            raise AssertionError(f"{words}: {run.returncode}\n{run.stderr}{run.stdout}")
        return run.stdout

    def futures(self, condition, name="a.h5"):
        head, *numbers = self.zhol("show", name, "--given", condition, "--futures").split()
        self.assertEqual(head, "replication")
        return [int(number) for number in numbers]

    def conditions(self):
        """Each with the futures in which numpy says that it holds."""
        p25, p28, single = self.price[5], self.price[8], numpy.float32
        self.bound = float(p25[17])  # one that a future meets exactly
        return {
            "drivers.oil@2025 < 55 USD/bbl": p25 < single(55),
            "55 USD/bbl > drivers.oil@2025": p25 < single(55),
            f"drivers.oil@2025 <= {self.bound!r} USD/bbl": p25 <= single(self.bound),
            f"drivers.oil@2025 < {self.bound!r} USD/bbl": p25 < single(self.bound),
            f"drivers.oil@2025 >= {self.bound!r} USD/bbl": p25 >= single(self.bound),
            "drivers.oil@2025 > 22000 tenge/bbl": p25 > single(55),
            "not drivers.oil@2025 < 55 USD/bbl": ~(p25 < single(55)),
            "drivers.oil@2025 between 50 and 70 USD/bbl": (p25 >= 50) & (p25 <= 70),
            "drivers.oil@2025 < drivers.oil@2028": p25 < p28,
            "inputs.drivers.oil.kappa > 0.5 /yr": self.kappa > 0.5,
            "drivers.oil.kappa>0.5/yr": self.kappa > 0.5,
            "drivers.oil@2025 < 55 USD/bbl and inputs.drivers.oil.kappa > 0.5 /yr": (p25 < 55) & (self.kappa > 0.5),
            "drivers.oil@2025 < 55 USD/bbl and drivers.oil.kappa > 0.5 /yr or drivers.oil@2028 > 70 USD/bbl":
                (p25 < 55) & (self.kappa > 0.5) | (p28 > 70),
            "drivers.oil@2025 < 55 USD/bbl and (drivers.oil.kappa > 0.5 /yr or drivers.oil@2028 > 70 USD/bbl)":
                (p25 < 55) & ((self.kappa > 0.5) | (p28 > 70)),
            "not (drivers.oil@2025 < 55 USD/bbl or not drivers.oil.kappa > 0.5 /yr)": ~((p25 < 55) | ~(self.kappa > 0.5)),
            "flows.grain-south.demand > 55 Mt": self.demand > single(55e6),
            "flows.grain-south.demand>55e3kt": self.demand > single(55e6),
            "drivers.oil@2025 > 0": p25 > 0,
        }

    def test_the_futures_are_those_of_numpy(self):
        for condition, holds in self.conditions().items():
            with self.subTest(condition=condition):
                self.assertEqual(self.futures(condition), list(numpy.flatnonzero(holds)))
                self.assertGreaterEqual(holds.sum(), 30)

    def check(self, row, column, expected, relative=1e-9, scale=0.0):
        """`scale`: of the numbers whose rounding may be all that there is of it."""
        got = math.nan if row[column] == "" else float(row[column])
        if not (got == expected or abs(got - expected) <= relative * abs(expected) + 1e-13 * scale or math.isnan(got) and math.isnan(expected)):
            self.fail(f"{row['outcome']} {row['period']} {row['year']} {column} is {got}; expected {expected}")

    def check_row(self, row, values, chance):
        valid, values = len(values), values[~numpy.isnan(values)].astype(float)
        n, ordered = len(values), numpy.sort(values)
        d = values - values.mean()
        sd = math.sqrt((d ** 2).sum() / (n - 1))
        for column, expected in (("count", n), ("mean", values.mean()), ("sd", sd), ("standard_error", sd / math.sqrt(n)),
                                 ("minimum", ordered[0]), ("maximum", ordered[-1])):
            self.check(row, column, expected)
        if sd > 0:
            self.check(row, "skewness", (d ** 3).mean() / (d ** 2).mean() ** 1.5, 1e-6)
            self.check(row, "kurtosis", (d ** 4).mean() / (d ** 2).mean() ** 2, 1e-6)
        for p in (0.05, 0.25, 0.5, 0.75, 0.95):
            rank, low, high = ranks(n, p)
            self.check(row, f"quantile_estimate_{p}", ordered[rank - 1], 0)
            self.check(row, f"quantile_low_{p}", ordered[low - 1] if low > 0 else -math.inf, 0)
            self.check(row, f"quantile_high_{p}", ordered[high - 1] if high <= n else math.inf, 0)
        for end, turned in (("upper", ordered), ("lower", -ordered[::-1])):
            mean, error, points = tail(turned, 0.95)
            self.check(row, f"cvar_{end}_0.95", mean if end == "upper" else -mean)
            self.check(row, f"cvar_standard_error_{end}_0.95", error, 1e-6, abs(ordered).max())
            self.check(row, f"cvar_points_{end}_0.95", points)
        if row["probability"] != "":
            for ending, expected in zip(("", "_low", "_high"), wilson((values == 1).sum() if chance == "mean" else n, valid)):
                self.check(row, "probability" + ending, expected)

    def check_table(self, name, condition, holds):
        rows = list(csv.DictReader(io.StringIO(self.zhol("show", name, "--csv", "--given", condition))))
        with Result(self.folder / name) as result:
            saved, years = result.saved("annual"), set()
            for row in rows:
                values = result.samples(row["period"], row["outcome"])
                values = values if row["period"] == "horizon" else values[int(row["year"]) - FIRST]
                years |= {row["outcome"]} if row["period"] == "annual" else set()
                if (~numpy.isnan(values[holds])).sum() >= 2:
                    self.check_row(row, values[holds], result.label("horizon", "chance", row["outcome"]))
            self.assertEqual(sorted(years), sorted(saved))  # of other years nothing is said
            self.assertEqual({row["outcome"] for row in rows}, set(result.saved("horizon")))
        return rows

    def test_all_statistics_are_those_of_the_futures_left(self):
        for condition in ("drivers.oil@2025 < 55 USD/bbl", "drivers.oil@2025 < 42 USD/bbl or drivers.oil.kappa > 0.95 /yr"):
            self.check_table("a.h5", condition, self.futures(condition))

    def test_of_kazakhstan_with_events_and_thresholds(self):
        self.zhol("run", str(SCENARIOS / "kazakhstan-2019.yaml"), "-n", "400", "--progress", "none", "-o", "k.h5")
        condition = "drivers.brent@2030 < 60 USD/bbl"
        with Result(self.folder / "k.h5") as result:
            holds = numpy.flatnonzero(result.samples("annual", "drivers.brent")[10] < 60)
        self.assertEqual(self.futures(condition, "k.h5"), list(holds))
        rows = self.check_table("k.h5", condition, holds)
        self.assertGreater(sum(row["probability"] != "" for row in rows), 0)

    def test_where_it_always_holds_all_is_as_without_it(self):
        exact = ("count", "minimum", "maximum", "quantile_estimate", "quantile_low", "quantile_high", "cvar", "cvar_points", "probability")
        every, given = (json.loads(self.zhol("show", "a.h5", "drivers.*", "--json", *words))["statistics"]
                        for words in ([], ["--given", "drivers.oil@2020 > 0 USD/bbl"]))
        self.assertEqual(len(every), len(given))
        for one, other in zip(every, given):
            for name, value in one.items():
                if name in exact and name not in ("minimum", "maximum"):
                    self.assertEqual(value, other[name], name)
                elif name in ("mean", "sd", "standard_error", "minimum", "maximum"):  # these are of double precision without it
                    self.assertLessEqual(abs(value - other[name]), 2.0 ** -23 * abs(one["maximum"]), name)

    def test_what_has_no_value_leaves_the_condition_undecided(self):
        self.zhol("run", str(SCENARIOS / "minimal.yaml"), "-n", "400", "--progress", "none", "-o", "n.h5", "--save", "*")
        with Result(self.folder / "n.h5", "r+") as result:
            row = result.at("samples/annual", "drivers.oil")
            values = result.file["samples/annual/value"]
            values[row, 3, 100:150] = numpy.nan
            price = result.samples("annual", "drivers.oil")[3]
        reseal(self.folder / "n.h5")
        for condition, holds in (("drivers.oil@2023 < 60 USD/bbl", price < 60), ("not drivers.oil@2023 < 60 USD/bbl", price >= 60),
                                 ("drivers.oil@2023 < 60 USD/bbl or drivers.oil@2020 > 0", price == price),
                                 ("drivers.oil@2023 > 0 and drivers.oil@2020 > 0", price > 0)):
            expected = numpy.flatnonzero(holds) if " or " not in condition else numpy.arange(400)
            self.assertEqual(self.futures(condition, "n.h5"), list(expected), condition)
        document = json.loads(self.zhol("show", "n.h5", "drivers.gdp", "--json", "--given", "drivers.oil@2023 > 0"))
        self.assertEqual((document["given"], document["futures"], document["undecided_futures"]), ("drivers.oil@2023 > 0", 350, 50))
        page = self.zhol("show", "n.h5", "drivers.gdp", "--given", "drivers.oil@2023 > 0")
        self.assertIn("in these futures: 350 of 400, where drivers.oil@2023 > 0\n50 more are left out", page)

    def test_tables_say_which_futures_they_are_of(self):
        condition = "drivers.oil@2025 < 55 USD/bbl"
        n = len(self.futures(condition))
        for words in (["show", "a.h5"], ["show", "a.h5", "flows.*"], ["show", "a.h5", "--year", "2024"]):
            page = self.zhol(*words, "--given", condition)
            self.assertIn(f"in these futures: {n} of {REPLICATIONS}, where {condition}\n", page)
            self.assertNotIn("because drivers", page)
        run = self.run_zhol("show", "a.h5", "--csv", "--given", condition)
        self.assertIn(f"in these futures: {n} of", run.stderr)
        self.assertIn("no yearly samples", self.zhol("show", "a.h5", "flows.grain-south.surplus", "--given", condition))

    def refused(self, condition, status, column, *sentences, name="a.h5"):
        run = self.run_zhol("show", name, "--given", condition)
        self.assertEqual((run.returncode, run.stdout), (status, ""), run.stderr)
        first, line, caret = run.stderr.splitlines()[:3]
        self.assertTrue(first.startswith(f"--given:1:{column}: error: "), first)
        self.assertEqual(caret.index("^") - caret.index("|"), column + 1)
        for sentence in sentences:
            self.assertIn(sentence, first)

    def test_what_is_no_condition_is_refused_with_its_place(self):
        for condition, column, *sentences in (
                ("", 1, "found the end"),
                ("drivers.oil@2025", 17, "expected <, <=, >, >= or between", "found the end"),
                ("drivers.oil@2025 = 3 USD/bbl", 18, "found '='"),
                ("drivers.oil@2025 < ", 19, "a number with its unit", "the end"),
                ("drivers.oil@2025 < 3 USD/bbl and", 33, "the name of an outcome or input"),
                ("(drivers.oil@2025 < 3 USD/bbl", 30, "and, or or )"),
                ("drivers.oil@2025 < 3 USD/bbl)", 29, "the end; found ')'"),
                ("30 USD/bbl < drivers.oil@2025 < 40 USD/bbl", 31, "NAME between A and B"),
                ("3 < 4", 5, "two numbers"),
                ("drivers.oil@25 < 3 USD/bbl", 13, "a year such as 2030"),
                ("drivers.oil@2025 between 3 USD/bbl", 35, "upper end"),
                ("drivers.oil@2025 between 70 and 50 USD/bbl", 33, "lower end first"),
                ("not not", 8, "the name"),
                ("(" * 70, 65, "more than 64"),
                ("drivers.öl < 3", 9, "expected <"),
                ("drivers.oyl@2025 < 3 USD/bbl", 1, "no outcome or input 'drivers.oyl'", "did you mean 'drivers.oil'?"),
                ("inputs.drivers.oil.kapa > 1 /yr", 1, "no input that is drawn", "did you mean 'drivers.oil.kappa'?"),
                ("drivers.oil@2019 < 3 USD/bbl", 13, "outside the run, whose years are 2020 to 2029"),
                ("drivers.oil.kappa@2025 < 3 /yr", 19, "leave out @2025"),
                ("drivers.oil@2025 < 55", 20, "in USD/bbl; expected a number with a unit, such as 55 USD/bbl"),
                ("drivers.oil@2025 < 55 Mt/yr", 20, "drivers.oil is in USD/bbl", "expected"),
                ("drivers.oil@2025 < 55 tonnes", 20, "'tonnes' is not a unit"),
                ("drivers.oil@2025 < flows.grain-south.demand", 20, "drivers.oil is in USD/bbl"),
                ("drivers.oil@2025 > 5000 USD/bbl", 1, f"none of {REPLICATIONS} futures are left; expected at least 30")):
            with self.subTest(condition=condition):
                self.refused(condition, 2, column, *sentences)

    def test_few_futures_are_refused_and_samples_that_are_wanting_named(self):
        condition = f"drivers.oil@2025 <= {numpy.sort(self.price[5])[11]!r} USD/bbl".replace("np.float32(", "").replace(")", "")
        self.refused(condition, 2, 1, "only 12 of")
        self.refused("flows.grain-south.surplus@2025 > 1 USD/yr", 4, 1, "holds no yearly samples of flows.grain-south.surplus; this gives them: zhol run",
                     "--save 'flows.grain-south.surplus'")
        run = self.run_zhol("show", "a.h5", "--given", "drivers.oyl > 1 and flows.x > 2 t")
        self.assertEqual(run.stderr.count("error:"), 2)

    def test_words_that_do_not_fit(self):
        for words, sentence in ((["show", "a.h5", "--futures"], "--futures needs --given"),
                                (["show", "a.h5", "--list", "--given", "x > 1"], "--list lists all"),
                                (["show", "a.h5", "--futures", "--csv", "--given", "x > 1"], "leave out all but --given"),
                                (["compare", "a.h5", "a.h5", "--given", "x > 1", "--unpaired"], "--given needs pairs"),
                                (["compare", "a.h5", "a.h5", "--given", "x > 1", "--regret", "x"], "exclude each other")):
            run = self.run_zhol(*words)
            self.assertEqual(run.returncode, 2)
            self.assertIn(sentence, run.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
