#!/usr/bin/env python3
"""zhol backtest against numpy and scipy, on a series made here, and every message for bad input.

Usage: backtest.py ZHOL SCENARIOS
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
import scipy.stats

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
MONTHS, FIRST, AHEAD, WINDOW = 300, 200, 12, 120
SERIES = 40 * numpy.exp(numpy.cumsum(numpy.random.Generator(numpy.random.PCG64(1)).normal(0, 0.1, MONTHS)))


def month(i):
    return f"{1990 + i // 12}-{i % 12 + 1:02}"


def lognormal(mu, sigma, y):
    """Its CRPS, in closed form."""
    phi, z = scipy.stats.norm.cdf, (math.log(y) - mu) / sigma
    return y * (2 * phi(z) - 1) - 2 * math.exp(mu + sigma ** 2 / 2) * (phi(z - sigma) + phi(sigma / math.sqrt(2)) - 1)


def newey_west(x, lags):
    x, n = x - x.mean(), len(x)
    return math.sqrt(max(0, (x @ x + 2 * sum((1 - lag / (lags + 1)) * (x[lag:] @ x[:-lag]) for lag in range(1, lags + 1))) / n / n))


class Backtest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.write("oil.csv", "date,price\n" + "".join(f"{month(i)},{SERIES[i]!r}\n" for i in range(MONTHS)).replace("np.float64(", "").replace(")", ""))
        cls.words = ("oil.csv", "--model", "gbm", "--horizon", str(AHEAD), "--from", month(FIRST), "--window", str(WINDOW), "--unit", "USD/bbl")
        cls.rows = list(csv.DictReader(io.StringIO(cls.zhol(*cls.words, "--csv").stdout)))
        cls.data = json.loads(cls.zhol(*cls.words, "--json").stdout)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def write(cls, name, text):
        (cls.folder / name).write_text(text)

    @classmethod
    def zhol(cls, *words, status=0):
        run = subprocess.run([ZHOL, "backtest", *words], cwd=cls.folder, capture_output=True, text=True)
        if run.returncode != status:
            raise AssertionError(f"{words}: {run.returncode}\n{run.stderr}{run.stdout}")
        return run

    def test_the_walk_is_that_of_numpy_at_every_origin(self):
        self.assertEqual(len(self.rows), MONTHS - AHEAD - FIRST)
        log = numpy.log(SERIES)
        for i, row in zip(range(FIRST, MONTHS - AHEAD), self.rows, strict=True):
            changes = numpy.diff(log[i + 1 - WINDOW:i + 1])
            sigma, y = math.sqrt(AHEAD * (changes ** 2).mean()), SERIES[i + AHEAD]
            self.assertEqual((row["origin"], row["of"]), (month(i), month(i + AHEAD)))
            self.assertAlmostEqual(float(row["happened"]), y, delta=1e-12 * y)
            self.assertAlmostEqual(float(row["walk_median"]), SERIES[i], delta=1e-12 * y)
            self.assertAlmostEqual(float(row["walk_quantile_0.95"]), SERIES[i] * math.exp(sigma * scipy.stats.norm.ppf(0.95)), delta=1e-9 * y)
            place = scipy.stats.norm.cdf((math.log(y) - log[i]) / sigma)
            self.assertAlmostEqual(float(row["walk_fell_on"]), place, delta=1e-9)
            self.assertEqual((float(row["walk_in_50"]), float(row["walk_in_90"])), (0.25 <= place <= 0.75, 0.05 <= place <= 0.95))
            self.assertAlmostEqual(float(row["walk_crps"]), lognormal(log[i], sigma, y), delta=1e-9 * y)

    def test_what_is_said_of_all_is_made_of_the_rows(self):
        n, lags = len(self.rows), max(math.ceil(1.3 * math.sqrt(len(self.rows))), AHEAD - 1)
        b = (lags + 1) / n
        critical = 1.96 + b * (2.9694 + b * (0.416 - b * 0.5324))
        crps = {key: numpy.array([float(row[f"{key}_crps"]) for row in self.rows]) for key in ("process", "walk")}
        self.assertEqual((self.data["lags"], self.data["forecasts"], self.data["apart"]), (lags, n, n // AHEAD))
        for key, values in crps.items():
            said = self.data[key]["crps"]
            self.assertAlmostEqual(said["estimate"], values.mean(), delta=1e-9)
            self.assertAlmostEqual(said["high"] - said["estimate"], critical * newey_west(values, lags), delta=1e-9)
            hits = numpy.array([float(row[f"{key}_in_90"]) for row in self.rows])
            p = hits.mean()
            as_many = n // AHEAD if p in (0, 1) else min(n, p * (1 - p) / newey_west(hits, lags) ** 2 * (1.96 / critical) ** 2)
            self.assertAlmostEqual(self.data[key]["in_90"]["estimate"], p, delta=1e-12)
            self.assertAlmostEqual(self.data[key]["in_90"]["low"], scipy.stats.beta.ppf(0.025, p * as_many, as_many - p * as_many + 1), delta=1e-8)
            places = numpy.array([float(row[f"{key}_fell_on"]) for row in self.rows])
            self.assertEqual(self.data[key]["tenths"], numpy.histogram(places, 10, (0, 1))[0].tolist())
        ratio = crps["process"].mean() / crps["walk"].mean()
        self.assertAlmostEqual(self.data["skill"]["estimate"], 1 - ratio, delta=1e-12)
        moved = (crps["process"] - ratio * crps["walk"]) / crps["walk"].mean()
        self.assertAlmostEqual(self.data["skill"]["high"] - self.data["skill"]["estimate"], critical * newey_west(moved, lags), delta=1e-9)
        low, high = scipy.stats.binom.ppf([0.025, 0.975], n // AHEAD, 0.1) / (n // AHEAD)
        self.assertEqual(self.data["band"], [low, high])

    def test_the_table_says_what_was_known_and_how_sure_it_is(self):
        shown = self.zhol(*self.words).stdout
        self.assertIn("oil.csv, price in USD/bbl: gbm, 12 months ahead, from 88 origins, 2006-09 to 2013-12", shown)
        self.assertIn("known at an origin: the last 120 figures; fitted anew every 12 months, 8 times", shown)
        self.assertIn(f"{100 * self.data['skill']['estimate']:.1f} % of its CRPS", shown)
        self.assertIn("of 7 that do not overlap", shown)

    def test_the_walk_of_monthly_brent_is_off_by_15_dollars_a_year_ahead_and_holds_83_of_100(self):
        brent = str(SCENARIOS / "history/brent_monthly.csv")
        data = json.loads(self.zhol(brent, "--model", "gbm", "--horizon", "12", "--from", "2005-01", "--window", "120", "--json").stdout)
        self.assertEqual((data["from"], data["to"], data["forecasts"]), ("2005-01", "2018-12", 168))
        with open(brent, newline="") as file:
            log = numpy.log([float(row[1]) for row in list(csv.reader(file))[1:]])
        scores, held = [], []
        for i in range(len(log) - 12 - 168, len(log) - 12):
            sigma = math.sqrt(12 * (numpy.diff(log[i - 119:i + 1]) ** 2).mean())
            scores.append(lognormal(log[i], sigma, math.exp(log[i + 12])))
            held.append(abs(log[i + 12] - log[i]) <= sigma * scipy.stats.norm.ppf(0.95))
        self.assertAlmostEqual(data["walk"]["crps"]["estimate"], numpy.mean(scores), delta=1e-9)
        self.assertEqual((round(numpy.mean(scores), 2), round(numpy.mean(held), 3)), (14.98, 0.827))
        self.assertAlmostEqual(data["walk"]["in_90"]["estimate"], numpy.mean(held), delta=1e-12)

    def test_without_more_words_half_of_the_figures_are_known_and_a_year_is_forecast(self):
        data = json.loads(self.zhol("oil.csv", "--model", "gbm", "--json").stdout)
        self.assertEqual((data["from"], data["horizon"], data["window"], data["refit"]), (month(MONTHS // 2), 12, 0, 12))
        self.write("yearly.csv", "year,level\n" + "".join(f"{1970 + i},{100 + i + 5 * (i % 3)}\n" for i in range(40)))
        data = json.loads(self.zhol("yearly.csv", "--model", "gbm", "--json").stdout)
        self.assertEqual((data["from"], data["to"], data["horizon"], data["forecasts"]), ("1990", "2008", 1, 19))

    def test_what_cannot_be_fitted_at_an_origin_is_counted_and_said(self):
        data = json.loads(self.zhol("oil.csv", "--model", "mean-reverting", "--plain", "--from", month(10), "--refit", "1", "--to", month(60), "--json").stdout)
        self.assertGreaterEqual(data["refused"], 9)
        self.assertIn("origins at which it could not be fitted; at the first of them too few figures",
                      self.zhol("oil.csv", "--model", "mean-reverting", "--plain", "--from", month(10), "--refit", "1", "--to", month(60)).stdout)

    def test_bad_input_is_refused(self):
        self.write("comma.csv", 'date,price\n2000-01,"4,5"\n2000-02,5\n')
        self.write("twice.csv", "date,price\n2000-01,4\n2000-01,5\n")
        for words, status, expected in (
                (("oil.csv",), 2, "no process was named; expected --model"),
                (("oil.csv", "--model", "gmb"), 2, "--model is 'gmb', which is not known; did you mean 'gbm'?"),
                (("--model", "gbm"), 2, "no series was named"),
                (("oil.csv", "oil.csv", "--model", "gbm"), 2, "is a second file"),
                (("oil.csv", "--model", "gbm", "--horizon", "0"), 2, "--horizon is '0'; expected a number of periods"),
                (("oil.csv", "--model", "gbm", "--from", "soon"), 2, "--from is 'soon'; expected a date"),
                (("oil.csv", "--model", "gbm", "--from", "1980-01"), 2, "--from is '1980-01'; the series is of 1990-01 to 2014-12"),
                (("oil.csv", "--model", "gbm", "--from", "2014-06"), 3, "no forecast is left to be scored"),
                (("oil.csv", "--model", "gbm", "--csv", "--json"), 2, "exclude each other"),
                (("none.csv", "--model", "gbm"), 3, "none.csv cannot be read"),
                (("comma.csv", "--model", "gbm"), 3, "comma.csv:2:9: error: price: '4,5' is not a number"),
                (("twice.csv", "--model", "gbm"), 3, "twice.csv:3:1")):
            with self.subTest(words=words):
                run = self.zhol(*words, status=status)
                self.assertIn(expected, run.stderr)
                self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
