#!/usr/bin/env python3
"""zhol score against numpy on the stored samples, that a known law's scores are nominal, and every message for bad input.

Usage: score.py ZHOL SCENARIOS
"""
import csv
import io
import json
import math
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

import numpy
import scipy.stats

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
HEAD = "outcome,year,value,unit,prices,definition,source,confirmed\n"
OIL = "drivers.oil,2021,61.5,USD/bbl,2019 USD,,,yes\n"
SUM = '"flows.grain-south.demand,flows.grain-south.demand*-0.25,drivers.gdp*2 Mt/yr"'
OBSERVED = HEAD + f"""drivers.oil,2020,41.25,USD/bbl,2019 USD,"Spot, Dated",EIA,derived
drivers.oil,2022,88,USD/bbl,2019 USD,"Spot, Dated",EIA,derived
drivers.oil,2021,66.7,USD/bbl,2019 USD,"Spot, Dated",EIA,yes
drivers.oil,2021,70.7,USD/bbl,nominal,,,yes
drivers.gdp,2020,0.97,1,,,,yes
drivers.gdp,2021,105 ,%,,,,yes
drivers.gdp,2022,1.1,1,,,,no
{SUM},2020,6.1,Mt/yr,,Three quarters of the flow and two of the economy,,yes
{SUM},2021,6100,kt/yr,,,,derived
flows.grain-south.value*1e-3 kt/USD,2023,1.23e9,t/yr,,An odd one,,yes
"""
HISTORY = HEAD + """drivers.oil,2014,99,USD/bbl,2019 USD,,,yes
drivers.oil,2015,55,USD/bbl,2019 USD,,,yes
drivers.oil,2017,57,USD/bbl,2019 USD,,,yes
drivers.oil,2019,64,USD/bbl,2019 USD,,,yes
drivers.oil,2018,72,USD/bbl,2019 USD,,,yes
drivers.oil,2018,71,USD/bbl,nominal,,,yes
drivers.oil,2013,500,USD/bbl,2019 USD,,,no
drivers.oil,2020,41.25,USD/bbl,2019 USD,,,derived
drivers.gdp,2019,100,%,,,,yes
"""


def fair(values, y):
    """By all pairs."""
    n = len(values)
    pairs = sum(abs(values - x).sum() for x in values)
    return abs(values - y).mean() - pairs / (2 * n * (n - 1)), abs(values - y).mean() - pairs / (2 * n * n)


def order(values, p):
    return numpy.sort(values)[max(1, math.ceil(round(len(values) * p, 9))) - 1]


def of_lognormal(mu, sigma, y):
    """Its CRPS, by the integral on a fine grid of probabilities: twice the mean of the quantile scores."""
    p = (numpy.arange(400000) + 0.5) / 400000
    q = numpy.exp(mu + sigma * scipy.stats.norm.ppf(p))
    return 2 * (((y <= q) - p) * (q - y)).mean()


class Score(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.zhol("run", str(SCENARIOS / "minimal.yaml"), "-n", "600", "--save", "*", "--progress", "none", "-o", "m.h5")
        cls.zhol("run", str(SCENARIOS / "minimal.yaml"), "-n", "600", "--save", "drivers.gdp", "--progress", "none", "-o", "few.h5")
        cls.write("observed.csv", OBSERVED)
        cls.write("history.csv", HISTORY)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def write(cls, name, text):
        (cls.folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    @classmethod
    def zhol(cls, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=cls.folder, capture_output=True, text=True)
        if run.returncode != status:
            raise AssertionError(f"{words}: {run.returncode}\n{run.stderr}{run.stdout}")
        return run

    def rows(self, *words):
        return list(csv.DictReader(io.StringIO(self.zhol("score", *words, "--csv").stdout)))

    def json(self, *words):
        return json.loads(self.zhol("score", *words, "--json").stdout)

    def futures(self, outcome, year):
        with Result(self.folder / "m.h5") as result:
            demand, value, oil, gdp = (result.samples("annual", path)[year - 2020].astype(float)
                                       for path in ("flows.grain-south.demand", "flows.grain-south.value", "drivers.oil", "drivers.gdp"))
        return {"drivers.oil": oil, "drivers.gdp": gdp, SUM[1:-1]: 0.75 * demand / 1e6 + 2 * gdp,
                "flows.grain-south.value*1e-3 kt/USD": value}[outcome]

    def test_every_number_of_a_figure_is_that_of_numpy_on_the_samples(self):
        rows = self.rows("m.h5", "observed.csv")
        self.assertEqual([(row["outcome"], row["year"]) for row in rows],
                         [("drivers.oil", "2020"), ("drivers.oil", "2021"), ("drivers.oil", "2022"), ("drivers.gdp", "2020"),
                          ("drivers.gdp", "2021"), (SUM[1:-1], "2020"), (SUM[1:-1], "2021"), ("flows.grain-south.value*1e-3 kt/USD", "2023")])
        for row in rows:
            with self.subTest(outcome=row["outcome"], year=row["year"]):
                x, y = self.futures(row["outcome"], int(row["year"])), float(row["value"])
                least = 1e-12 * abs(x).max()
                for p in (0.05, 0.25, 0.5, 0.75, 0.95):
                    self.assertAlmostEqual(float(row[f"quantile_{p:g}"]), order(x, p), delta=least)
                self.assertAlmostEqual(float(row["fell_on"]), ((x < y).mean() + (x <= y).mean()) / 2, delta=1e-12)
                self.assertEqual(float(row["in_90"]), order(x, 0.05) <= y <= order(x, 0.95))
                self.assertEqual(float(row["in_50"]), order(x, 0.25) <= y <= order(x, 0.75))
                for name, expected in zip(("crps_fair", "crps"), fair(x, y)):
                    self.assertAlmostEqual(float(row[name]), expected, delta=1e3 * least)
                self.assertEqual((row["by"], row["futures"], row["crps_walk"]), ("samples", "600", ""))
                self.assertEqual(int(row["ahead"]), int(row["year"]) - 2019)

    def test_figures_are_in_the_unit_of_the_first_of_their_outcome(self):
        rows = {(row["outcome"], row["year"]): row for row in self.rows("m.h5", "observed.csv")}
        self.assertEqual((rows["drivers.gdp", "2021"]["value"], rows["drivers.gdp", "2021"]["unit"]), ("1.05", "1"))
        self.assertEqual((rows[SUM[1:-1], "2021"]["value"], rows[SUM[1:-1], "2021"]["unit"]), ("6.1", "Mt/yr"))
        self.assertEqual(rows["drivers.oil", "2021"]["definition"], "Spot, Dated")

    def test_what_is_left_out_is_counted_by_its_reason(self):
        left = self.json("m.h5", "observed.csv")["left_out"]
        self.assertEqual((left["nominal"], left["unconfirmed"], left["without"]), (1, 1, 0))
        only = self.json("m.h5", "observed.csv", "--confirmed", "yes", "--without", "flows.*.value", "--years", "2020-2021")
        self.assertEqual(only["left_out"], {"nominal": 1, "unconfirmed": 4, "other_years": 1, "without": 0, "unsaved": 0, "undefined": 0})
        self.assertEqual([(f["outcome"], f["year"]) for f in only["figures"]],
                         [("drivers.oil", 2021), ("drivers.gdp", 2020), ("drivers.gdp", 2021), (SUM[1:-1], 2020)])
        self.assertEqual({g["name"]: g["figures"] for g in only["groups"] if g["of"] == "all"}, {"confirmed": 4})
        shown = self.zhol("score", "m.h5", "observed.csv", "--without", "drivers.gdp").stdout
        self.assertIn("left out: 1 at nominal prices, 1 not confirmed as asked for, 4 by --outcome or --without", shown)

    def test_outcomes_that_are_not_asked_for_need_not_be_in_the_result(self):
        self.write("more.csv", OBSERVED + "trade.exports,2021,61,GUSD/yr,2019 USD,,,yes\n")
        self.assertIn("the result has no outcome 'trade.exports'", self.zhol("score", "m.h5", "more.csv", status=3).stderr)
        data = self.json("m.h5", "more.csv", "--outcome", "drivers.*", "--without", "drivers.oil")
        self.assertEqual({f["outcome"] for f in data["figures"]}, {"drivers.gdp", SUM[1:-1]})

    def test_naive_forecasts_know_the_history_alone(self):
        rows = {(row["outcome"], int(row["year"])): row for row in self.rows("m.h5", "observed.csv", "--history", "history.csv")}
        past, years = numpy.log([99, 55, 57, 72, 64]), numpy.array([2014, 2015, 2017, 2018, 2019])
        steps, changes = numpy.diff(years), numpy.diff(past)
        walk = math.sqrt((changes ** 2 / steps).mean())
        growth = (past[-1] - past[0]) / 5
        trend = math.sqrt(((changes - growth * steps) ** 2 / steps).sum() / 3)
        for year, y in ((2020, 41.25), (2021, 66.7), (2022, 88.0)):
            row, ahead = rows["drivers.oil", year], year - 2019
            self.assertAlmostEqual(float(row["crps_no_change"]), abs(y - 64), delta=1e-12)
            self.assertAlmostEqual(float(row["crps_walk"]), of_lognormal(past[-1], walk * math.sqrt(ahead), y), delta=1e-3)
            spread = trend * math.sqrt(ahead + ahead ** 2 / 5)
            self.assertAlmostEqual(float(row["crps_trend"]), of_lognormal(past[-1] + growth * ahead, spread, y), delta=1e-3)
        self.assertAlmostEqual(float(rows["drivers.gdp", 2021]["crps_no_change"]), 0.05, delta=1e-12)  # its history is in %
        self.assertEqual((rows["drivers.gdp", 2021]["crps_walk"], rows[SUM[1:-1], 2020]["crps_no_change"]), ("", ""))
        self.assertIn("1 figure of history.csv is not from before 2020 and was not known then: not used",
                      self.zhol("score", "m.h5", "observed.csv", "--history", "history.csv").stdout)

    def test_groups_are_made_of_their_figures_and_bounds_of_outcomes(self):
        data = self.json("m.h5", "observed.csv", "--history", "history.csv")
        groups = {(group["of"], group["name"]): group for group in data["groups"]}
        figures = data["figures"]
        every = groups["all", "confirmed or derived"]
        self.assertEqual((every["figures"], every["outcomes"]), (8, 4))
        self.assertAlmostEqual(every["in_90"]["estimate"], numpy.mean([f["in_90"] for f in figures]))
        self.assertEqual(groups["all", "confirmed"]["figures"], 5)
        oil = [f for f in figures if f["outcome"] == "drivers.oil"]
        of_oil = groups["outcome", "drivers.oil"]
        self.assertAlmostEqual(of_oil["crps_fair"], numpy.mean([f["crps_fair"] for f in oil]))
        self.assertAlmostEqual(of_oil["ratio_walk"]["estimate"], sum(f["crps_fair"] for f in oil) / sum(f["crps_walk"] for f in oil))
        self.assertIsNone(of_oil["ratio_walk"]["low"])  # one outcome says nothing of how sure that is
        gdp = [f for f in figures if f["outcome"] == "drivers.gdp"]
        both = math.sqrt(math.prod(sum(f["crps_fair"] for f in one) / sum(f["crps_no_change"] for f in one) for one in (oil, gdp)))
        self.assertAlmostEqual(every["ratio_no_change"]["estimate"], both)
        self.assertEqual((every["compared_no_change"], every["compared_walk"]), (2, 1))
        self.assertEqual([g["figures"] for g in data["groups"] if g["of"] == "years ahead"], [3, 3, 1, 1])
        counts = numpy.array([3, 2, 2, 1]), numpy.array([sum(f["in_90"] for f in figures if f["outcome"] == o) for o in dict.fromkeys(f["outcome"] for f in figures)])
        n, hits = counts[0].sum(), counts[1].sum()
        p = hits / n
        if 0 < p < 1:  # Korn and Graubard
            variance = 4 / 3 * ((counts[1] - p * counts[0]) ** 2).sum() / n ** 2
            t = [scipy.stats.t.ppf(0.975, freedom) for freedom in (n - 1, 3)]
            as_many = min(n, p * (1 - p) / variance * (t[0] / t[1]) ** 2)
            self.assertAlmostEqual(every["in_90"]["low"], scipy.stats.beta.ppf(0.025, p * as_many, as_many - p * as_many + 1), delta=1e-8)
            self.assertAlmostEqual(every["in_90"]["high"], scipy.stats.beta.ppf(0.975, p * as_many + 1, as_many - p * as_many), delta=1e-8)

    def test_csv_json_and_tables_agree(self):
        rows, data = self.rows("m.h5", "observed.csv"), self.json("m.h5", "observed.csv")
        for row, figure in zip(rows, data["figures"], strict=True):
            self.assertEqual((row["outcome"], float(row["crps_fair"])), (figure["outcome"], figure["crps_fair"]))
        shown = self.zhol("score", "m.h5", "observed.csv").stdout
        self.assertIn("m against observed.csv: 8 of 10 figures, of 4 outcomes; 5 confirmed, 3 derived (d)", shown)
        self.assertRegex(shown, r"2020 +41\.25d")
        self.assertIn("Naive forecasts are not known: --history", shown)
        self.assertTrue(all(f["crps_walk"] is None for f in data["figures"]))

    def test_without_samples_a_single_outcome_is_placed_between_quantiles_and_the_command_for_the_rest_works(self):
        run = self.zhol("score", "few.h5", "observed.csv")
        self.assertIn("left out: 1 at nominal prices, 1 not confirmed as asked for, 2 sums whose yearly samples were not saved", run.stdout)
        rows = {(row["outcome"], row["year"]): row for row in self.rows("few.h5", "observed.csv")}
        whole = {(row["outcome"], row["year"]): row for row in self.rows("m.h5", "observed.csv")}
        for year in ("2020", "2021", "2022"):
            row, exact = rows["drivers.oil", year], whole["drivers.oil", year]
            self.assertEqual((row["by"], row["crps_fair"], row["futures"]), ("quantiles", "", ""))
            self.assertEqual([row["in_50"], row["in_90"], row["quantile_0.25"]], [exact["in_50"], exact["in_90"], exact["quantile_0.25"]])
            if row["beyond"] == "0":
                p, q = (0.05, 0.25, 0.5, 0.75, 0.95), [float(exact[f"quantile_{p:g}"]) for p in (0.05, 0.25, 0.5, 0.75, 0.95)]
                self.assertAlmostEqual(float(row["fell_on"]), numpy.interp(float(row["value"]), q, p), delta=1e-12)
            else:
                self.assertEqual(row["fell_on"], "0.05" if row["beyond"] == "-1" else "0.95")
        self.assertEqual(rows["drivers.gdp", "2020"]["by"], "samples")
        command = next(line for line in run.stdout.splitlines() if line.startswith("  zhol run "))
        words = shlex.split(command)[1:]
        words[1] = str(SCENARIOS / "minimal.yaml")
        self.zhol(*words, "--progress", "none", "-o", "again.h5")
        self.assertEqual(self.rows("again.h5", "observed.csv"), self.rows("m.h5", "observed.csv"))
        self.assertIn("zhol run", self.zhol("score", "few.h5", "observed.csv", "--csv").stderr)

    def test_scores_of_the_law_itself_are_nominal(self):
        drivers, years = 300, 2
        text = "scenario: law\ntime: {base: 2019-07, start: 2020-01, months: 24}\nrun: {prices: constant 2019 USD}\ndrivers:\n" + "".join(
            f"  d{i}: {{model: gbm, start: 50 USD/bbl, sigma: 0.3}}\n" for i in range(drivers))
        self.write("law.yaml", text)
        self.zhol("run", "law.yaml", "-n", "999", "--seed", "1", "--progress", "none", "-o", "law.h5")
        self.zhol("run", "law.yaml", "-n", "8", "--seed", "2", "--progress", "none", "-o", "truth.h5")
        with Result(self.folder / "truth.h5") as truth:
            happened = [truth.samples("annual", f"drivers.d{i}")[:, 0] for i in range(drivers)]
        self.write("truth.csv", HEAD + "".join(f"drivers.d{i},{2020 + y},{happened[i][y]!r},USD/bbl,2019 USD,,,yes\n" for i in range(drivers) for y in range(years)))
        data = self.json("law.h5", "truth.csv")
        group = next(g for g in data["groups"] if g["name"] == "confirmed")
        # the years of a driver move together: so many independent figures as there are drivers, at least
        for name, p in (("in_50", 0.5), ("in_90", 0.9)):
            self.assertAlmostEqual(group[name]["estimate"], p, delta=4 * math.sqrt(p * (1 - p) / drivers))
            self.assertTrue(group[name]["low"] < p < group[name]["high"])
        for ahead in (1, 2):
            places = [f["fell_on"] for f in data["figures"] if f["ahead"] == ahead]
            self.assertAlmostEqual(numpy.mean(places), 0.5, delta=4 * math.sqrt(1 / 12 / drivers))
            # Kolmogorov's distance is beyond 1.95 / sqrt(n) in one of 1000 cases
            self.assertLess(scipy.stats.kstest(places, "uniform").statistic, 1.95 / math.sqrt(drivers))

    def test_the_figures_that_are_shipped_are_scored_as_by_numpy(self):
        observed, history = (SCENARIOS / "observed" / name for name in ("kazakhstan.csv", "kazakhstan-history.csv"))
        self.zhol("run", str(SCENARIOS / "kazakhstan-2019.yaml"), "-n", "400", "--save", "*", "--progress", "none", "-o", "kz.h5")
        data = self.json("kz.h5", str(observed), "--history", str(history))
        with open(observed, newline="") as file:
            every = list(csv.DictReader(file))
        rows = [row for row in every if row["prices"] != "nominal" and row["confirmed"] != "no"]
        self.assertEqual((data["scored"], data["read"], data["left_out"]["unsaved"]), (len(rows), len(every), 0))
        said = {(f["outcome"], f["year"]): f for f in data["figures"]}
        size = {"kTEU": 1e3, "Mt": 1e6, "GUSD": 1e9, "bcm": 1e6}  # bcm in kcm
        with Result(self.folder / "kz.h5") as result:
            for row in rows:
                futures = 0
                for member in row["outcome"].split(","):
                    path, _, factor = member.partition("*")
                    times = size.get(result.label("annual", "units", path).split("/")[0], 1)
                    futures = futures + times * result.samples("annual", path)[int(row["year"]) - 2020].astype(float) * float(factor.split()[0] if factor else 1)
                futures = futures / size.get(row["unit"].split("/")[0], 1)
                figure, y = said[row["outcome"], int(row["year"])], float(row["value"])
                self.assertEqual(figure["in_90"], order(futures, 0.05) <= y <= order(futures, 0.95), row)
                self.assertAlmostEqual(figure["crps_fair"], fair(futures, y)[0], delta=1e-9 * max(abs(futures).max(), abs(y)))
        every = next(g for g in data["groups"] if g["name"] == "confirmed or derived")
        self.assertEqual(every["in_90"]["estimate"], numpy.mean([f["in_90"] for f in data["figures"]]))
        self.assertGreater(every["compared_no_change"], 10)

    def refused(self, text, expected, *words, status=3, result="m.h5"):
        self.write("bad.csv", text)
        run = self.zhol("score", result, "bad.csv", *words, status=status)
        self.assertIn(expected, run.stderr)
        self.assertEqual(run.stdout, "")

    def test_bad_input_is_refused_at_its_place(self):
        for line, place, expected in (
                ("drivers.oli,2021,61,USD/bbl,2019 USD,,,yes", "2:1", "the result has no outcome 'drivers.oli'; did you mean 'drivers.oil'?"),
                ("drivers.oil,2019,61,USD/bbl,2019 USD,,,yes", "2:13", "2019 is before the result, which is of 2020 to 2029; figures from before belong into --history"),
                ("drivers.oil,2030,61,USD/bbl,2019 USD,,,yes", "2:13", "2030 is after the result, which is of 2020 to 2029"),
                ("drivers.oil,2021,61,USD/t,2019 USD,,,yes", "2:21", "drivers.oil is in USD/bbl"),
                ("drivers.oil,2021,61,USD/barel,2019 USD,,,yes", "2:21", "'barel' is not a unit"),
                ("drivers.oil,2021,61,USD/bbl,2015 USD,,,yes", "2:29", "prices are '2015 USD', those of the result 'constant 2019 USD'"),
                ("drivers.oil,2021,61,USD/bbl,,,,yes", "2:21", "money without prices"),
                ("drivers.oil,2021,\"61,5\",USD/bbl,2019 USD,,,yes", "2:18", "'61,5' is not a number; expected a decimal point"),
                ("drivers.oil,2021,,USD/bbl,2019 USD,,,yes", "2:18", "the cell is empty; expected a number"),
                ("drivers.oil,2021,61,USD/bbl,2019 USD,,,maybe", "2:40", "confirmed is 'maybe'; expected yes"),
                ("drivers.oil,2021-03,61,USD/bbl,2019 USD,,,yes", "2:13", "'2021-03' is no year"),
                (OIL + OIL, "3:13", "drivers.oil has a second figure of 2021; expected one"),
                ("drivers.oil*x,2021,61,USD/bbl,2019 USD,,,yes", "2:1", "'x' is no factor"),
                ("drivers.oil*0,2021,61,USD/bbl,2019 USD,,,yes", "2:1", "'0' is no factor"),
                ("drivers.oil*2 barel,2021,61,USD/bbl,2019 USD,,,yes", "2:1", "'barel' is not a unit"),
                ('"drivers.oil,,drivers.oil",2021,61,USD/bbl,2019 USD,,,yes', "2:1", "an outcome is empty"),
        ):
            with self.subTest(line=line):
                self.refused(HEAD + line + "\n", expected)
                self.assertIn(f"bad.csv:{place}:", self.zhol("score", "m.h5", "bad.csv", status=3).stderr)

    def test_all_faults_of_a_file_are_told_at_once(self):
        self.write("bad.csv", HEAD + OIL.replace("oil", "oli") + OIL.replace("2021", "2050") + OIL.replace("2021", "2060"))
        stderr = self.zhol("score", "m.h5", "bad.csv", status=3).stderr
        self.assertEqual(stderr.count("error:"), 3)

    def test_what_is_no_such_table_is_refused(self):
        self.refused("", "bad.csv:1:1: error: the table is empty")
        self.refused(HEAD, "bad.csv:1:1: error: the table has no rows")
        self.refused("outcome,year,valeu,unit,confirmed\ndrivers.oil,2020,1,1,yes\n", "bad.csv has no column 'value'; did you mean 'valeu'?")
        self.refused(HEAD + OIL, "none.csv cannot be read: No such file", "--history", "none.csv")
        self.refused(HEAD + OIL, "--without 'trade.*' fits no outcome of bad.csv", "--without", "trade.*", status=2)
        self.refused(HEAD + OIL, "--outcome 'trade.*' fits no outcome of bad.csv", "--outcome", "trade.*", status=2)
        self.refused(HEAD + OIL, "none of the 1 figures of bad.csv can be scored", "--years", "2020")
        self.refused(HEAD + OIL, "--years is '2020-2019'", "--years", "2020-2019", status=2)
        self.refused(HEAD + OIL, "--confirmed is 'no'; expected yes or derived", "--confirmed", "no", status=2)
        self.refused(HEAD + OIL, "exclude each other", "--csv", "--json", status=2)
        self.refused(HEAD + OIL, "observed.csv is not a result of zhol", status=4, result="observed.csv")
        self.assertIn("expected a result and a file of what happened", self.zhol("score", "m.h5", status=2).stderr)

    def test_history_at_other_prices_is_refused(self):
        self.write("old.csv", HEAD + "drivers.oil,2018,20,USD/bbl,1990 USD,,,yes\n")
        self.refused(HEAD + OIL, "old.csv:2:29: error: prices are '1990 USD'", "--history", "old.csv")

    def test_a_run_whose_years_are_not_those_of_figures_is_refused(self):
        self.zhol("run", str(SCENARIOS / "minimal.yaml"), "-n", "32", "--set", "time.start=2020-07", "--progress", "none", "-o", "july.h5")
        self.refused(HEAD + OIL, "the years of july.h5 begin in 2020-07; expected a run from a January on", status=4, result="july.h5")

    def test_what_has_no_years_is_refused(self):
        self.zhol("run", str(SCENARIOS / "minimal.yaml"), "-n", "32", "--set", "run.home=south", "--set", "run.discount=[3 %/yr, 5 %/yr, 9 %/yr]",
                  "--progress", "none", "-o", "home.h5")
        self.refused(HEAD + "npv.national,2021,1,GUSD,2019 USD,,,yes\n", "npv.national has a value over the whole horizon only", result="home.h5")

    def test_nothing_in_a_file_acts_on_a_terminal(self):
        self.write("bad.csv", HEAD.encode() + b"drivers.oil,2021,61,USD/bbl,2019 USD,\xc2\x9b31m,,yes\n")
        run = subprocess.run([ZHOL, "score", "m.h5", "bad.csv"], cwd=self.folder, capture_output=True)
        self.assertNotIn(b"\xc2\x9b", run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
