#!/usr/bin/env python3
"""zhol sensitivity --assumptions: effects of fixed numbers are those of runs that a user would make, those of drawn ones are the
shares that sensitivity tells, and the assumptions are those of explain --sources.

Usage: assumptions.py ZHOL SCENARIOS
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

import h5py

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, reseal

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
OUTCOME, N, T = "flows.grain-south.demand", 128, 1.978819535  # Student's 0.975 quantile of 127 degrees of freedom, any table


class Assumptions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.simulate("a.h5", "-n", "600")
        cls.document = json.loads(cls.zhol("sensitivity", "a.h5", "--assumptions", "--outcome", OUTCOME, "-n", str(N), "--vary", "10 %", "--json").stdout)
        cls.found = {item["path"]: item for item in cls.document["outcomes"][0]["assumptions"]}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def zhol(cls, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=cls.folder, capture_output=True, text=True)
        if run.returncode != status:
            raise AssertionError(f"{words}: {run.returncode}\n{run.stderr}{run.stdout}")
        return run

    @classmethod
    def simulate(cls, name, *words):
        cls.zhol("run", str(SCENARIOS / "minimal.yaml"), "--progress", "none", "--force", "-o", name, *words)

    def test_they_are_those_of_explain(self):
        told = json.loads(self.zhol("explain", str(SCENARIOS / "minimal.yaml"), "--sources", "--json").stdout)["sources"]
        self.assertEqual({path: item["value"] for path, item in self.found.items()},
                         {item["path"]: item["value"] for item in told if item["kind"] == "assumption"})
        self.assertEqual({path for path, item in self.found.items() if item["kind"] == "drawn"}, {"flows.grain-south.volume"})

    def test_fixed_numbers_are_varied_on_the_same_draws(self):
        for path, less, more in (("flows.grain-south.tariff.2020", "9 %", "11 %"), ("drivers.gdp.mean", "2.7 %/yr", "3.3 %/yr"),
                                 ("drivers.oil.kappa", "0.45 /yr", "0.55 /yr")):
            values = []
            for value in (less, more):
                self.simulate("v.h5", "-n", str(N), "--set", f"{path}={value}")
                with Result(self.folder / "v.h5") as result:
                    values.append(result.samples("horizon", OUTCOME).astype(float))
            half = (values[1] - values[0]) / 2
            item = self.found[path]
            self.assertEqual(item["kind"], "fixed")
            self.assertLessEqual(abs(item["effect"] - half.mean()), 1e-9 * abs(half.mean()))
            self.assertLessEqual(abs(item["error"] - T * half.std(ddof=1) / math.sqrt(N)), 1e-6 * item["error"])

    def test_drawn_numbers_have_the_deviation_that_they_explain(self):
        case, = json.loads(self.zhol("sensitivity", "a.h5", "--outcome", OUTCOME, "--json").stdout)["outcomes"]
        share, = (factor["share"] for factor in case["factors"] if factor["factor"] == "flows.grain-south.volume")
        self.assertAlmostEqual(self.found["flows.grain-south.volume"]["effect"] / (math.sqrt(share) * case["sd"]), 1, delta=1e-9)

    def test_the_largest_come_first_and_tables_have_the_same(self):
        sizes = [abs(item["effect"]) for item in self.document["outcomes"][0]["assumptions"] if item["effect"] is not None]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        words = ["sensitivity", "a.h5", "--assumptions", "--outcome", OUTCOME, "-n", str(N), "--vary", "0.1"]
        rows = list(csv.DictReader(io.StringIO(self.zhol(*words, "--csv").stdout)))
        self.assertEqual([(row["path"], row["kind"], float(row["effect"] or "nan")) for row in rows if row["effect"]],
                         [(item["path"], item["kind"], item["effect"]) for item in self.found.values() if item["effect"] is not None])
        page = self.zhol(*words).stdout
        self.assertIn(f"What {OUTCOME} hangs on, of {len(self.found)} assumptions", page)
        self.assertIn("number 10 % less and more, in 128 futures on the same draws", page.replace("\n", " "))
        self.assertLessEqual(max(map(len, page.split("\n"))), 80)

    def test_dates_are_not_varied(self):
        (self.folder / "dated.yaml").write_text("""\
scenario: dated
time: {base: 2019-07, start: 2020-01, months: 24}
run: {home: south}
drivers:
  oil: {model: gbm, start: 64 USD/bbl, sigma: 0.3}       # Statistical Review 2019
commodities: {grain: {unit: t, value: 200 USD/t}}        # a price of 2019
flows:
  g: {commodity: grain, from: north, to: south, volume: uniform(4 6) Mt/yr, tariff: 5 %}   # assumption
policies:
  build: {start: 2020-03, effects: {flows.g.tariff: {set: 10 %}}}   # assumption
adopt: [build]
""")
        self.zhol("run", "dated.yaml", "-n", "400", "--progress", "none", "-o", "dated.h5")
        run = self.zhol("sensitivity", "dated.h5", "--assumptions", "--outcome", "flows.g.demand", "-n", "32", "--json")
        found = {item["path"]: item["kind"] for item in json.loads(run.stdout)["outcomes"][0]["assumptions"]}
        self.assertEqual(found, {"flows.g.volume": "drawn", "flows.g.tariff": "fixed", "policies.build.start": "not varied",
                                 "policies.build.effects.flows.g.tariff.set": "fixed"})
        self.assertIn("3 assumptions are fixed: two runs of each, of 32 replications", run.stderr)

    def test_what_is_no_use_is_refused(self):
        for words, sentence in ((["--vary", "20 %"], "--vary needs --assumptions"), (["-n", "8"], "-n needs --assumptions"), (["--assumptions", "--vary", "100 %"], "a share below"),
                                (["--assumptions", "-n", "1"], "from 2 to"), (["a.h5", "--assumptions"], "of one result"), (["--assumptions", "-o", "s.h5"], "nor -o")):
            self.assertIn(sentence, self.zhol("sensitivity", "a.h5", *words, status=2).stderr)
        (self.folder / "old.h5").write_bytes((self.folder / "a.h5").read_bytes())
        with h5py.File(self.folder / "old.h5", "a") as file:
            del file.attrs["sources"]
        reseal(self.folder / "old.h5")
        self.assertIn("does not say where its numbers come from", self.zhol("sensitivity", "old.h5", "--assumptions", "--outcome", OUTCOME, status=4).stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
