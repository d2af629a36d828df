#!/usr/bin/env python3
"""Processes fitted to series in CSV, and what they print, run as a part of scenarios.

Usage: calibrate.py ZHOL SCENARIOS
"""
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

import numpy
import pandas
import yaml

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
BRENT, GROWTH = SCENARIOS / "history/brent_monthly.csv", SCENARIOS / "history/gdp_growth_annual.csv"
GBM = ["--model", "gbm", "--unit", "USD/bbl", "--name", "brent"]
CHINA = ["--model", "growth", "--unit", "%/yr", "--where", "country=CHN", "--name", "gdp-cn"]
SMALL = """scenario: small
time: {base: 2019-07, start: 2020-01, months: 24}
run: {replications: 2000, seed: 1, prices: constant 2019 USD}
commodities: {grain: {unit: t, value: 200 USD/t}}
flows: {g: {commodity: grain, from: north, to: south, volume: 5 Mt/yr}}
"""


def months(count, first=(1990, 1)):
    start = first[0] * 12 + first[1] - 1
    return [f"{(start + i) // 12}-{(start + i) % 12 + 1:02}" for i in range(count)]


class Calibrate(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        (self.folder / "small.yaml").write_text(SMALL)

    def zhol(self, *words, status=0):
        run = subprocess.run([ZHOL, *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def calibrate(self, *words):
        run = self.zhol("calibrate", *words)
        self.assertEqual(run.stderr, "")
        return run.stdout, yaml.safe_load(run.stdout)

    def refused(self, sentence, *words, status=2):
        run = self.zhol("calibrate", *words, status=status)
        self.assertEqual(run.stdout, "")
        self.assertIn(sentence, run.stderr)

    def write(self, name, values, dates=None, column="value"):
        rows = [f"{date},{'' if value is None else value}" for date, value in zip(dates or months(len(values)), values, strict=True)]
        (self.folder / name).write_text("\n".join([f"date,{column}", *rows, ""]))
        return name

    def walk(self, name, count, seed, sigma=0.3, drift=0.0):
        draws, x, values = random.Random(seed), 0.0, []
        for _ in range(count):
            values.append(f"{50 * math.exp(x):.6f}")
            x += drift / 12 + sigma * math.sqrt(1 / 12) * draws.gauss(0, 1)
        return self.write(name, values)

    def test_what_is_printed_runs_unchanged(self):
        self.zhol("calibrate", BRENT, *GBM, GROWTH, *CHINA, "-o", "fit.yaml")
        (self.folder / "both.yaml").write_text("extends: [small, fit]\nscenario: both\nflows: {g: {income: {gdp-cn: 1}, value: {base: 200 USD/t, driver: brent}}}\n")
        self.zhol("run", "both.yaml", "--save", "*", "--strict", "-o", "both.h5")
        with Result(self.folder / "both.h5") as result:
            fitted = yaml.safe_load((self.folder / "fit.yaml").read_text())
            drawn = dict(zip(result.inputs(), result.file["inputs/value"][()], strict=True))
            median, sd = map(float, re.match(r"normal\((\S+) (\S+)\)", fitted["drivers"]["brent"]["sigma"]).groups())
            # of 2000 draws; the law is cut 40 standard errors away
            self.assertAlmostEqual(drawn["drivers.brent.sigma"].mean(), median, delta=4.5 * sd / math.sqrt(2000))
            pair = fitted["inputs"]["correlation"]["pairs"]["drivers.gdp-cn.reversion/drivers.gdp-cn.sigma"]
            # of ranks, of a Gaussian copula: 6/pi asin(r/2); laws of twenty parts have ties, which take up to 1/400 of it
            ranks = [pandas.Series(drawn[f"drivers.gdp-cn.{key}"]).rank() for key in ("reversion", "sigma")]
            expected = 6 / math.pi * math.asin(pair / 2)
            self.assertAlmostEqual(numpy.corrcoef(*ranks)[0, 1], expected, delta=4.5 * (1 - expected**2) / math.sqrt(2000) + 0.005)
            low, high = (drawn["drivers.gdp-cn.reversion"].min(), drawn["drivers.gdp-cn.reversion"].max())
            said = re.search(r"reversion: .*# (\S+) ± \S+ 95 % from (\S+) to (\S+)", (self.folder / "fit.yaml").read_text())
            # the outermost of twenty parts are the ends of the interval
            self.assertAlmostEqual(low / float(said[2]), 1, delta=0.005)
            self.assertAlmostEqual(high / float(said[3]), 1, delta=0.005)

    def test_every_model_prints_a_driver_that_runs(self):
        self.walk("a.csv", 240, 1)
        draws, level = random.Random(2), [3.0]
        for _ in range(239):
            level.append(0.85 * level[-1] + 0.15 * 3 + 0.2 * draws.gauss(0, 1))
        self.write("b.csv", [f"{x:.6f}" for x in level])
        for model, file in (("walk", "a.csv"), ("gbm", "a.csv"), ("trend", "a.csv"), ("mean-reverting", "b.csv"), ("mean-reverting-level", "b.csv"), ("growth", "a.csv"), ("var", "b.csv"),
                            ("var-growth", "a.csv")):
            with self.subTest(model=model):
                self.zhol("calibrate", file, "--model", model, "--unit", "USD/bbl", "-o", "fit.yaml", "--force")
                (self.folder / "both.yaml").write_text("extends: [small, fit]\nscenario: both\n")
                self.zhol("run", "both.yaml", "-n", "64", "--force", "-o", "both.h5")

    def test_volatility_of_means_is_that_of_the_walk_beneath(self):
        # 200 days in a month, whose mean is given: taken for points, the volatility is sqrt(2/3) of it (Working 1960)
        draws, x, means = random.Random(5), 0.0, []
        for _ in range(600):
            inside = []
            for _ in range(200):
                x += 0.3 * math.sqrt(1 / 2400) * draws.gauss(0, 1)
                inside.append(x)
            means.append(f"{math.exp(sum(inside) / 200):.8f}")
        self.write("means.csv", means)
        for how, sigma in (("--mean", 0.3), ("--spot", 0.3 * math.sqrt(2 / 3))):
            _, fit = self.calibrate("means.csv", "--model", "walk", "--unit", "1", how)
            found = float(re.match(r"normal\((\S+) ", fit["drivers"]["means"]["sigma"])[1])
            self.assertAlmostEqual(found, sigma, delta=4.5 * sigma / math.sqrt(2 * 599) + 0.003, msg=how)  # 200 days are not all instants

    def test_without_a_model_all_are_held_against_one_another(self):
        text, fit = self.calibrate(BRENT, "--unit", "USD/bbl", "--name", "brent")
        for process in ("walk", "gbm", "mean-reverting", "two-factor"):
            self.assertRegex(text, rf"(?m)^#   {process} ")
        self.assertEqual(fit["drivers"]["brent"]["model"], "gbm")
        self.assertNotIn("drift", fit["drivers"]["brent"])  # the walk forecast best
        again, _ = self.calibrate(BRENT, "--unit", "USD/bbl", "--name", "brent")
        self.assertEqual(text, again)

    def test_growth_rates_and_the_levels_that_grew_are_the_same(self):
        draws, level, rates, g = random.Random(3), [1.0], [], 0.0
        for _ in range(60):
            g = 0.4 * g + 0.02 * draws.gauss(0, 1)
            rates.append(f"{100 * (0.03 + g):.12f}")
            level.append(level[-1] * (1.03 + g))
        years = [str(1960 + i) for i in range(61)]
        self.write("rates.csv", rates, years[1:])
        self.write("levels.csv", [f"{x:.15g}" for x in level], years)
        one = self.calibrate("rates.csv", "--model", "growth", "--unit", "%/yr", "--name", "y")[1]
        other = self.calibrate("levels.csv", "--model", "growth", "--name", "y")[1]
        self.assertEqual(one, other)

    def test_correlation_of_shocks_is_found_with_its_interval(self):
        draws, x, y, a, b = random.Random(4), 0.0, 0.0, [], []
        for _ in range(300):
            a.append(f"{math.exp(x):.8f}")
            b.append(f"{math.exp(y):.8f}")
            common, own = draws.gauss(0, 1), draws.gauss(0, 1)
            x += 0.08 * common
            y += 0.08 * (0.6 * common + 0.8 * own)
        text, fit = self.calibrate("--model", "gbm", "--unit", "1", "--correlation", self.write("a.csv", a), self.write("b.csv", b))
        self.assertAlmostEqual(fit["drivers"]["correlation"]["pairs"]["a/b"], 0.6, delta=4.5 * (1 - 0.36) / math.sqrt(298))
        low, high = map(float, re.search(r"a/b: .*95 % from (\S+) to (\S+),", text).groups())
        r = fit["drivers"]["correlation"]["pairs"]["a/b"]
        self.assertAlmostEqual(math.atanh(high) - math.atanh(low), 2 * 1.959964 / math.sqrt(298 - 2), delta=0.05)
        self.assertTrue(low < r < high)

    def test_elasticity_is_the_slope_of_log_changes(self):
        draws, x, y, a, b = random.Random(6), 0.0, 0.0, [], []
        for _ in range(200):
            a.append(f"{math.exp(x):.10f}")
            b.append(f"{math.exp(y):.10f}")
            change = 0.02 * draws.gauss(0, 1)
            x += change
            y += 1.5 * change + 0.01 * draws.gauss(0, 1)
        _, fit = self.calibrate(self.write("trade.csv", b), "--on", self.write("gdp.csv", a))
        slope, se = map(float, re.match(r"normal\((\S+) (\S+)\)", fit["flows"]["trade"]["income"]["gdp"]).groups())
        self.assertAlmostEqual(slope, 1.5, delta=4.5 * 0.5 / math.sqrt(199))
        self.assertAlmostEqual(se, 0.5 / math.sqrt(199), delta=0.015)  # 0.035, known to some 10 % from 199 changes

    def test_rates_of_events_are_gamma_by_twenty_parts_of_their_law(self):
        self.write("strikes.csv", [0, 1, 0, 2, 0, 0, 1, 0, 0, 1], [str(2010 + i) for i in range(10)])
        text, fit = self.calibrate("strikes.csv", "--model", "event-rate")
        self.assertIn(f"# 0.55 ± {0.55 / math.sqrt(5.5):.2g} a year", text)
        parts = [float(part.split(":")[0]) for part in re.search(r"discrete\((.*)\) /yr", fit["events"]["strikes"]["rate"])[1].split()]
        # the middles of twenty parts of a gamma law have its mean but for a part of its tail
        self.assertAlmostEqual(sum(parts) / 20, 0.55, delta=0.005)
        (self.folder / "fit.yaml").write_text(text)
        (self.folder / "both.yaml").write_text("extends: [small, fit]\nscenario: both\nevents: {strikes: {duration: 1 mo, effects: {flows.g.volume: {scale: 0.5}}}}\n")
        self.zhol("run", "both.yaml", "-n", "64", "--strict", "-o", "both.h5")

    def test_nominal_figures_are_deflated(self):
        self.walk("real.csv", 120, 7)
        real = [float(line.split(",")[1]) for line in (self.folder / "real.csv").read_text().split()[1:]]
        # prices that rise by 6 % a year, all by the log: the middles of months against those of years
        nominal = [value * 1.06 ** ((i + 0.5) / 12 - 9.5) for i, value in enumerate(real)]
        self.write("nominal.csv", [f"{value:.9f}" for value in nominal])
        self.write("cpi.csv", [f"{1.06 ** i:.9f}" for i in range(10)], [str(1990 + i) for i in range(10)])
        one = self.calibrate("real.csv", "--model", "gbm", "--unit", "USD/t", "--name", "p")[1]
        other = self.calibrate("nominal.csv", "--model", "gbm", "--unit", "USD/t", "--name", "p", "--deflate", "cpi.csv")[1]
        self.assertEqual(one, other)

    def test_gaps_days_and_parts_of_a_series_are_read(self):
        dates = [date for date in months(120) for _ in range(2)]
        days = [f"{date}-{day}" for date, day in zip(dates, ["05", "28"] * 120, strict=True)]
        self.walk("m.csv", 120, 8)
        values = [line.split(",")[1] for line in (self.folder / "m.csv").read_text().split()[1:]]
        self.write("d.csv", [value for last in values for value in ("1", last)], days)  # the last day of each month counts
        same = [self.calibrate(file, "--model", "walk", "--unit", "1", "--name", "x", "--spot")[1] for file in ("m.csv", "d.csv")]
        self.assertEqual(*same)
        self.assertEqual(self.calibrate("d.csv", "--model", "walk", "--unit", "1", "--name", "x")[1], same[0])  # of days, by themselves
        self.write("g.csv", [None if 30 <= i < 40 else value for i, value in enumerate(values)])
        text, _ = self.calibrate("g.csv", "--model", "walk", "--unit", "1")
        self.assertIn("1990-01 to 1999-12: 110 figures (with gaps), means of months", text)
        text, _ = self.calibrate("m.csv", "--model", "walk", "--unit", "1", "--from", "1992", "--to", "1995-Q2")
        self.assertIn("1992-01 to 1995-06: 42 figures", text)

    def test_bad_input_is_refused_in_a_sentence(self):
        self.walk("a.csv", 120, 9)
        self.walk("few.csv", 20, 9)
        self.write("same.csv", ["5"] * 30)
        self.write("below.csv", ["5", "4", "-3", *["6", "7"] * 10])
        self.write("trend.csv", [f"{math.exp(0.05 * i + 0.01 * (i % 3)):.6f}" for i in range(60)])
        self.write("comma.csv", ["1.5"] * 3 + ['"1,5"'])
        self.write("counts.csv", ["1", "0.5", "2", "0"])
        (self.folder / "two.csv").write_text("date,a,b\n2000-01,1,2\n")
        unit = ["--unit", "USD/t"]
        for sentence, status, words in (
                ("no series was named", 2, []),
                ("--model is 'gmb', which is not known; did you mean 'gbm'?", 2, ["a.csv", "--model", "gmb"]),
                ("--unit is missing", 2, ["a.csv", "--model", "gbm"]),
                ("--unit of a.csv: 'tonne' is not a unit", 2, ["a.csv", "--model", "gbm", "--unit", "USD/tonne"]),
                ("which says not over what time", 2, ["a.csv", "--model", "growth", "--unit", "%"]),
                ("of shorter periods than a year", 2, ["a.csv", "--model", "growth", "--unit", "%/yr"]),
                ("but starts of events are counted", 2, ["counts.csv", "--model", "event-rate", "--unit", "t"]),
                ("--from 2000 comes after --to 1990", 2, ["a.csv", *unit, "--from", "2000", "--to", "1990"]),
                ("--from is 'soon'; expected a date", 2, ["a.csv", *unit, "--from", "soon"]),
                ("has no figure from 2030", 2, ["a.csv", *unit, "--from", "2030"]),
                ("expected --column NAME", 2, ["two.csv", *unit]),
                ("did you mean 'value'?", 3, ["a.csv", *unit, "--column", "valeu"]),
                ("--where is 'country'; expected COLUMN=VALUE", 2, ["a.csv", *unit, "--where", "country"]),
                ("too few figures for the process two-factor: 20; expected 60 or more", 3, ["few.csv", *unit, "--model", "two-factor"]),
                ("all 30 figures are the same", 3, ["same.csv", *unit, "--model", "gbm"]),
                ("a figure is -3, but gbm is a process of logs", 3, ["below.csv", *unit, "--model", "gbm"]),
                ("no reversion is seen in the figures", 3, ["trend.csv", *unit, "--model", "mean-reverting"]),
                ("comma.csv:5:9: error: ", 3, ["comma.csv", *unit, "--model", "gbm"]),
                ("a count of starts is 0.5; expected a whole number", 3, ["counts.csv", "--model", "event-rate"]),
                ("--correlation needs two series", 2, ["a.csv", *unit, "--correlation"]),
                ("two series are called a; expected --name", 2, ["a.csv", "a.csv", *unit]),
                ("--name is 'A b'; expected lower-case letters", 2, ["a.csv", *unit, "--name", "A b"]),
                ("--rho is '1'; expected a correlation", 2, ["a.csv", *unit, "--rho", "1"]),
                ("would replace a series", 2, ["a.csv", *unit, "-o", "a.csv", "--force"]),
                ("has no price level for 1991-09", 2, ["a.csv", *unit, "--deflate", "few.csv", "--from", "1990", "--to", "1999"]),
                ("none.csv", 3, ["none.csv", *unit]),
                ("is about all series at once", 2, ["a.csv", *unit, "--model", "var", "few.csv", *unit, "--model", "gbm"]),
        ):
            with self.subTest(words=words):
                self.refused(sentence, *words, status=status)

    def test_a_text_of_a_file_stays_in_its_comment(self):
        self.walk("a.csv", 60, 10)
        os.rename(self.folder / "a.csv", self.folder / "a\nscenario: stolen\x1b[31m.csv")
        text, fit = self.calibrate("a\nscenario: stolen\x1b[31m.csv", "--model", "walk", "--unit", "1", "--name", "a")
        self.assertEqual(list(fit), ["drivers"])
        self.assertNotIn("\x1b", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
