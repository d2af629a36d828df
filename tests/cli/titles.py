#!/usr/bin/env python3
"""What is called by a title: the key `title` of a scenario, the labels of files, and the tables that people read.

Usage: titles.py ZHOL SCENARIOS
"""
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, labels, reseal, text

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
ALL_KEYS = SCENARIOS.parent / "tests/fixtures/all-keys.yaml"
# of every kind of thing that can have a title; what has none beside one is called by its name
TITLES = {
    "drivers.a": "Oil, dated",
    "drivers.g.x": "Driver of the model var, x",
    "drivers.b.clamped": "Driver of the model mean-reverting: share of months in which a bound binds",
    "legs.line.delay": "Main line: delay",
    "legs.track.used": "Capacity used of leg track",
    "flows.east.demand": "Europe to home: demand",
    "flows.passing.demand": "Demand of flow passing",
    "routes.east.rail.share": "Europe to home, rail: share",
    "routes.east.ocean.share": "Europe to home, ocean: share",
    "corridors.land.box": "Land bridge: Containers",
    "energy.oil.production": "Crude oil: production",
    "energy.oil.fields.old.production": "Crude oil from Old fields: production",
    "energy.oil.outlets.home.volume": "Crude oil to refineries: volume",
    "energy.oil.outlets.west.netback": "Crude oil to west: netback",
    "energy.condensate.outlets.east.volume": "Volume of condensate to outlet east",
    "events.storm.down": "A storm: share of time",
    "regimes.climate.tense": "The climate of trade, tense: share of time",
    "policies.track.spent": "A second track: investment",
    "index.dependence.ru": "Oil through the north",
    "thresholds.slow": "A queue of 5 days",
    "thresholds.slow.first-passage": "A queue of 5 days: month in which it first happens, from the start",
    "fiscal.total": "Public revenue less what the state pays",
}
PLAIN = [f"--set={name}=null" for name in (
    "drivers.a.title", "drivers.b.title", "drivers.g.title", "commodities.box.title", "legs.line.title", "flows.east.title",
    "flows.east.routes.rail.title", "energy.oil.title", "outcomes.corridors.land.title", "events.storm.title", "policies.track.title")]


class Titles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.made("run", ALL_KEYS, "-n", "600", "-o", "titled.h5", "--progress", "none")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def made(cls, *words, status=0):
        run = subprocess.run([ZHOL, *map(str, words)], cwd=cls.folder, capture_output=True, text=True)
        if run.returncode != status:
            raise AssertionError(f"{words}: {run.returncode}\n{run.stderr}{run.stdout}")
        return run

    def test_what_an_outcome_is_of_gives_it_its_title(self):
        with Result(self.folder / "titled.h5") as result:
            for path, title in TITLES.items():
                self.assertEqual(result.label("horizon", "title", path), title)
            for group in "annual", "samples/annual", "samples/horizon":
                of = dict(zip(labels(result.file["horizon"], "outcome"), labels(result.file["horizon"], "title")))
                paths = labels(result.file[group], "outcome")
                self.assertGreater(len(paths), 3)
                self.assertEqual(labels(result.file[group], "title"), [of[path] for path in paths])

    def test_titles_change_no_number(self):
        self.made("run", ALL_KEYS, "-n", "600", "-o", "plain.h5", "--progress", "none", *PLAIN)
        with Result(self.folder / "plain.h5") as plain, Result(self.folder / "titled.h5") as titled:
            self.assertEqual(plain.label("horizon", "title", "legs.line.delay"), "Delay by the queue at leg line")
            for place in "samples/annual/value", "samples/horizon/value", "inputs/value", "horizon/mean", "annual/quantile_estimate":
                self.assertEqual(plain.file[place][()].tobytes(), titled.file[place][()].tobytes())

    def test_shards_and_runs_that_go_on_have_the_same_bytes(self):
        for part in 1, 2:
            self.made("run", ALL_KEYS, "-n", "600", "--shard", f"{part}/2", "-o", "shard.h5", "--progress", "none")
        self.made("merge", "-o", "merged.h5", *sorted(self.folder.glob("shard*")))
        self.made("run", ALL_KEYS, "-n", "520", "-o", "extended.h5", "--keep", "--progress", "none")
        self.made("run", ALL_KEYS, "-n", "600", "-o", "extended.h5", "--resume", "--progress", "none")
        whole = (self.folder / "titled.h5").read_bytes()
        for name in "merged.h5", "extended.h5":
            self.assertEqual((self.folder / name).read_bytes(), whole)
        for words in (), ("--all",):
            self.assertIn("all agree", self.made("verify", "merged.h5", *words).stdout)

    def test_files_of_before_there_were_titles_are_read(self):
        old = self.folder / "old.h5"
        old.write_bytes((self.folder / "titled.h5").read_bytes())
        with Result(old, "r+") as result:
            for group in "annual", "horizon", "samples/annual", "samples/horizon":
                names = text(result.file[group].attrs["coordinates"])
                self.assertTrue(names.endswith(" title"))
                result.file[group]["title"].dims[0].detach_scale(result.file[group]["outcome"])
                del result.file[group]["title"]
                result.file[group].attrs["coordinates"] = numpy.bytes_(names.removesuffix(" title"))
        reseal(old)
        self.assertIn("all agree", self.made("verify", "old.h5").stdout)
        self.assertIn("Level of driver a", self.made("show", "old.h5", "drivers.a", "--csv").stdout)
        self.made("compare", "old.h5", "titled.h5", "-o", "differences.h5")
        with h5py.File(self.folder / "differences.h5") as file:
            self.assertIn("Public revenue less what the state pays", labels(file["horizon"], "title"))

    def test_tables_for_programs_have_paths_and_titles(self):
        rows = list(csv.DictReader(io.StringIO(self.made("show", "titled.h5", "--csv").stdout)))
        self.assertEqual({row["title"] for row in rows if row["outcome"] == "legs.line.delay"}, {"Main line: delay"})
        self.assertEqual({row["title"] for row in rows if row["outcome"] == "drivers.a"}, {"Oil, dated"})
        rows = json.loads(self.made("show", "titled.h5", "drivers.a", "--json").stdout)["statistics"]
        self.assertEqual({row["title"] for row in rows}, {"Oil, dated"})

    def test_people_read_titles_and_names_on_request(self):
        self.made("run", ALL_KEYS, "-n", "600", "-o", "slow.h5", "--progress", "none", "--set", "legs.line.time=20 d")
        shown = self.made("show", "titled.h5").stdout
        self.assertRegex(shown, r"\n  Oil, dated +[0-9.]+ ± ")
        self.assertNotRegex(shown, r"\n  a +[0-9.]+ ± ")
        named = self.made("show", "titled.h5", "--names").stdout
        self.assertRegex(named, r"\n  a +[0-9.]+ ± ")
        self.assertNotIn("Oil, dated", named)
        for words, said in ((["show", "titled.h5", "drivers.a"], "\nOil, dated (drivers.a), USD/bbl"), (["show", "titled.h5", "--list"], "\nlegs.line.delay: Main line: delay, d\n"),
                            (["compare", "titled.h5", "slow.h5", "--outcome", "flows.east.cost"], "\nEurope to home: composite cost of transport (flows.east.cost)\n"),
                            (["rank", "titled.h5", "slow.h5", "--outcome", "flows.east.cost"], "\nEurope to home: composite cost of transport (flows.east.cost): less is better"),
                            (["sensitivity", "titled.h5", "--outcome", "drivers.a"], "Oil, dated (drivers.a):\nwhat decides it in titled.h5,\n")):
            self.assertIn(said, self.made(*words).stdout)
        self.assertEqual([line for line in shown.splitlines() if len(line) > 80 and line.startswith("  ")], [])
        self.made("show", "titled.h5", "drivers.a", "--names", status=2)
        rows = list(csv.DictReader(io.StringIO(self.made("compare", "titled.h5", "slow.h5", "--outcome", "flows.east.cost", "--csv").stdout)))
        self.assertEqual({row["title"] for row in rows}, {"Europe to home: composite cost of transport"})
        rows = json.loads(self.made("compare", "titled.h5", "slow.h5", "--outcome", "flows.east.cost", "--json").stdout)["differences"]
        self.assertEqual({row["title"] for row in rows}, {"Europe to home: composite cost of transport"})
        self.assertIn("\n  Europe to home: composite cost of transport\n", self.made("diff", "titled.h5", "slow.h5").stdout)
        (self.folder / "figures.csv").write_text("outcome,year,value,unit,prices,definition,source,confirmed\ndrivers.a,2021,60,USD/bbl,2019 USD,,,yes\n")
        self.assertIn("\n  Oil, dated (drivers.a), USD/bbl\n", self.made("score", "titled.h5", "figures.csv").stdout)
        rows = list(csv.DictReader(io.StringIO(self.made("score", "titled.h5", "figures.csv", "--csv").stdout)))
        self.assertEqual([row["title"] for row in rows], ["Oil, dated"])
        rows = list(csv.DictReader(io.StringIO(self.made("diff", "titled.h5", "slow.h5", "--csv").stdout)))
        self.assertEqual({row["title"] for row in rows if row["path"] == "flows.east.cost" and row["kind"] == "outcome"}, {"Europe to home: composite cost of transport"})

    def test_what_is_meant_is_asked_wherever_an_outcome_is_named(self):
        for words in (["show", "titled.h5", "drivers.aa"], ["compare", "titled.h5", "titled.h5", "--outcome", "drivers.aa"],
                      ["compare", "titled.h5", "titled.h5", "--regret", "drivers.aa", "--more", "drivers.aa"], ["rank", "titled.h5", "titled.h5", "--outcome", "drivers.aa"],
                      ["sensitivity", "titled.h5", "--outcome", "drivers.aa"], ["replay", "titled.h5", "--worst", "1%", "--outcome", "drivers.aa"]):
            self.assertIn("did you mean 'drivers.a'?", self.made(*words, status=2).stderr)
        self.assertIn("did you mean 'drivers.a'?", self.made("explain", ALL_KEYS, "drivers.aa", status=2).stderr)
        self.assertIn("this is a batch; expected a scenario, or use `zhol batch`", self.made("run", SCENARIOS / "batch.yaml", status=3).stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
