#!/usr/bin/env python3
"""zhol batch as a user meets it: cells and their names, what is kept and what is simulated again, cells that fail, and
differences as h5py and numpy find them in the files.

Usage: batch.py ZHOL SCENARIOS
"""
import csv
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy
import xarray

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, SANITIZED

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
WORLDS = {"dear-oil": "extends: base\nscenario: dear-oil\ntitle: Oil is dear\ndrivers: {oil: {mean: 90 USD/bbl}}\n",
          "slow": "extends: base\nscenario: slow\ndrivers: {gdp: {mean: 1 %/yr}}\n"}
POLICIES = {"no-tariff": "extends: base\nscenario: no-tariff\ntitle: No tariff\nflows: {grain-south: {tariff: 0}}\n",
            "nothing": "scenario: nothing\n"}
BATCH = """# worlds x policies
batch: small
base: base
worlds: [base, worlds/dear-oil, worlds/slow]
policies: [base, policies/no-tariff, policies/nothing]
compare: {outcomes: [flows.grain-south.demand, drivers.oil, fiscal.total], regret: fiscal.total}
"""
CELLS = ["base", "dear-oil", "dear-oil-with-no-tariff", "dear-oil-with-nothing", "no-tariff", "nothing", "slow",
         "slow-with-no-tariff", "slow-with-nothing"]


class Batch(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        minimal = (SCENARIOS / "minimal.yaml").read_text().replace("\nrun: {", "\nrun: {home: south, ")
        self.write("base", minimal)
        for name, text in WORLDS.items():
            self.write(f"worlds/{name}", text)
        for name, text in POLICIES.items():
            self.write(f"policies/{name}", text)
        self.write("batch", BATCH)

    def tearDown(self):
        self.temporary.cleanup()

    def write(self, name, text):
        path = self.folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def zhol(self, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def batch(self, *words, status=0):
        return self.zhol("batch", "batch.yaml", "-n", "200", *words, status=status)

    def names(self, folder="small"):
        return sorted(path.name for path in (self.folder / folder).iterdir())

    def unchanged(self, run):
        return sorted(line.split(":")[0] for line in run.stderr.splitlines() if line.endswith(": unchanged"))

    def attribute(self, cell, name, folder="small"):
        with h5py.File(self.folder / folder / f"{cell}.h5") as file:
            return file.attrs[name].decode()

    def test_each_world_meets_each_policy(self):
        run = self.batch()
        self.assertEqual(self.names(), sorted(f"{cell}.h5" for cell in CELLS))
        self.assertEqual(self.unchanged(run), [])
        for cell in CELLS:
            self.assertTrue(self.attribute(cell, "scenario").startswith(f"scenario: {cell}\n"), cell)
        both = self.attribute("dear-oil-with-no-tariff", "scenario")
        self.assertIn("mean: 90 USD/bbl", both)
        self.assertIn("tariff: 0", both)
        self.assertEqual(self.attribute("dear-oil-with-no-tariff", "title"), "No tariff (dear-oil-with-no-tariff)")
        self.assertEqual(self.attribute("no-tariff", "title"), "No tariff")
        self.assertEqual(self.attribute("dear-oil", "title"), "Oil is dear")
        self.assertEqual(self.attribute("dear-oil-with-no-tariff", "history"),
                         "zhol batch small -n 200 --seed 1; cell dear-oil-with-no-tariff: extends [worlds/dear-oil, policies/no-tariff]")
        self.assertTrue(self.attribute("dear-oil", "history").endswith("; cell dear-oil: extends [worlds/dear-oil]"))

    def test_a_cell_is_the_scenario_that_extends_both(self):
        self.batch()
        self.write("pair", "extends: [worlds/dear-oil, policies/no-tariff]\nscenario: dear-oil-with-no-tariff\n")
        self.zhol("run", "pair.yaml", "-n", "200")
        with h5py.File(self.folder / "pair.h5") as pair, h5py.File(self.folder / "small/dear-oil-with-no-tariff.h5") as cell:
            self.assertEqual(pair.attrs["scenario_sha256"], cell.attrs["scenario_sha256"])
            numpy.testing.assert_array_equal(pair["samples/horizon/value"], cell["samples/horizon/value"])

    def test_threads_and_place_do_not_change_a_byte(self):
        self.batch("-n", "1500", "-j", "1", "-o", "one")
        self.batch("-n", "1500", "-j", "2", "-o", "two")
        for cell in CELLS:
            self.assertEqual((self.folder / f"one/{cell}.h5").read_bytes(), (self.folder / f"two/{cell}.h5").read_bytes(), cell)

    def test_what_is_there_and_the_same_is_kept(self):
        first = self.batch()
        before = {cell: (self.folder / f"small/{cell}.h5").stat().st_mtime_ns for cell in CELLS}
        second = self.batch("-j", "1")
        self.assertEqual(self.unchanged(second), CELLS)
        self.assertEqual(before, {cell: (self.folder / f"small/{cell}.h5").stat().st_mtime_ns for cell in CELLS})
        self.assertEqual(first.stdout, second.stdout)

    def test_a_changed_policy_is_simulated_again_alone(self):
        self.batch()
        self.write("policies/no-tariff", POLICIES["no-tariff"].replace("tariff: 0", "tariff: 1 %"))
        run = self.batch()
        self.assertEqual(self.unchanged(run), [cell for cell in CELLS if "no-tariff" not in cell])
        self.assertIn("tariff: 1 %", self.attribute("slow-with-no-tariff", "scenario"))
        self.assertEqual(self.names(), sorted(f"{cell}.h5" for cell in CELLS))

    def test_other_draws_or_saved_outcomes_are_simulated_again(self):
        self.batch()
        for words in (["--compress"], ["-n", "300"], ["--seed", "2"], ["--rng", "mt19937"], ["--memory", "1GiB"], ["--save", "*"], ["--save", "none"]):
            with self.subTest(words=words):
                self.assertEqual(self.unchanged(self.batch(*words)), [])
                self.assertEqual(self.unchanged(self.batch(*words)), CELLS)

    def test_fewer_replications_replace_more_only_with_force(self):
        self.batch()
        before = {name: (self.folder / "small" / name).read_bytes() for name in self.names()}
        said = self.batch("-n", "100", status=2).stderr
        self.assertIn("small/base.h5 has 200 replications already; expected -n of as many or more, not 100, --force to replace it, or -o for", said)
        self.assertEqual(before, {name: (self.folder / "small" / name).read_bytes() for name in self.names()})
        self.assertEqual(self.unchanged(self.batch("-n", "100", "--force")), [])
        self.assertEqual(self.unchanged(self.batch("-n", "100")), CELLS)

    def test_beyond_memory_what_is_compared_has_to_be_saved(self):
        few = ["-n", "5000", "--memory", "100kB"]
        run = self.zhol("batch", "batch.yaml", *few, status=5)
        self.assertIn("which is to be compared, are not kept", run.stderr)
        self.assertIn("9 of 9 cells failed", run.stderr)
        saved = ["-n", "5000", "--memory", "1MB", "--save", "drivers.oil,fiscal.total,flows.grain-south.demand"]
        run = self.zhol("batch", "batch.yaml", *saved)
        self.assertEqual(run.stderr.count("quantiles: within 0.39 %"), 1)
        self.assertIn("base: unchanged", self.zhol("batch", "batch.yaml", *saved).stderr)
        again = saved[:-1] + [saved[-1] + ",drivers.gdp"]
        self.assertNotIn("unchanged", self.zhol("batch", "batch.yaml", *again).stderr)

    def test_a_damaged_result_is_simulated_again(self):
        self.batch()
        whole = (self.folder / "small/slow.h5").read_bytes()
        with h5py.File(self.folder / "small/slow.h5", "r+") as file:
            file["samples/horizon/value"][0, 7] = 0
        self.assertEqual(self.unchanged(self.batch()), [cell for cell in CELLS if cell != "slow"])
        self.assertEqual((self.folder / "small/slow.h5").read_bytes(), whole)

    def test_a_result_whose_reading_may_not_end_is_simulated_again(self):
        self.batch()
        whole = (self.folder / "small/slow.h5").read_bytes()
        # in HDF5's heap of what has no fixed length, object 0 is the room that is left; of size 0, some versions look for the next for ever
        endless = bytearray(whole)
        at = endless.rindex(b"GCOL") + 16
        while int.from_bytes(endless[at:at + 2], "little") != 0:
            at += 16 + (int.from_bytes(endless[at + 8:at + 16], "little") + 7) // 8 * 8
        endless[at + 8:at + 16] = bytes(8)
        (self.folder / "small/slow.h5").write_bytes(endless)
        self.assertEqual(self.unchanged(self.batch()), [cell for cell in CELLS if cell != "slow"])
        self.assertEqual((self.folder / "small/slow.h5").read_bytes(), whole)

    def test_what_is_not_a_result_gives_way_only_to_force(self):
        (self.folder / "small").mkdir()
        (self.folder / "small/slow.h5").write_text("my notes\n")
        run = self.batch(status=5)
        self.assertIn("small/slow.h5 is not a result of zhol: HDF5 cannot open it; use --force to replace it", run.stderr)
        self.assertIn("1 of 9 cells failed", run.stderr)
        self.assertEqual((self.folder / "small/slow.h5").read_text(), "my notes\n")
        self.assertEqual(len(self.names()), 9)
        self.assertEqual(len(self.unchanged(self.batch("--force"))), 8)
        self.assertEqual(self.unchanged(self.batch()), CELLS)

    def test_set_replaces_a_value_in_all_cells(self):
        self.batch("--set", "drivers.oil.sigma=0")
        for cell in CELLS:
            self.assertIn("sigma: 0\n", self.attribute(cell, "scenario"))
            self.assertIn(" --set 'drivers.oil.sigma=0'; cell", self.attribute(cell, "history"))

    def test_a_broken_policy_leaves_the_others(self):
        self.write("policies/no-tariff", "extends: base\nflows: {grain-south: {tarif: 0}}\n")
        run = self.batch(status=5)
        self.assertEqual(run.stderr.count("policies/no-tariff.yaml:2:23: error: flows.grain-south: 'tarif' is not a key "
                                          "that stands here; did you mean 'tariff'?"), 1)
        self.assertIn("cell slow-with-no-tariff fails for the same reason as no-tariff", run.stderr)
        self.assertRegex(run.stderr, r"\n  dear-oil-with-no-tariff: policies/no-tariff.yaml:2:23: flows.grain-south: 'tarif'")
        self.assertIn("3 of 9 cells failed", run.stderr)
        self.assertEqual(self.names(), sorted(f"{cell}.h5" for cell in CELLS if "no-tariff" not in cell))
        self.assertRegex(run.stdout, r"no-tariff +- +- +-")

    def test_a_cell_that_goes_non_finite_leaves_the_others(self):
        self.write("policies/no-tariff", "scenario: wild\ndrivers: {wild: {model: gbm, start: 1e307 USD, drift: 50 %/yr, sigma: 5}}\n")
        run = self.batch(status=5)
        self.assertIn("replications went non-finite, more than 1 in 10,000", run.stderr)
        self.assertEqual(len([name for name in self.names() if name.endswith(".h5")]), 6)
        self.assertIn("small/slow-with-no-tariff.h5.failed", run.stderr)

    def test_cells_must_share_draws_and_months(self):
        for text, said in (
            ("run: {seed: 7}", "policies/nothing.yaml:2:13: error: the seed of this cell is 7, of cell base 1"),
            ("run: {replications: 7}", "the number of replications of this cell is 7, of cell base 10000"),
            ("time: {months: 24}", "the number of months of this cell is 24, of cell base 120"),
            ("time: {start: 2021-01}", "this cell starts in another month than cell base"),
        ):
            with self.subTest(text=text):
                self.write("policies/nothing", f"scenario: nothing\n{text}\n")
                words = ["-n", "200"] if "replications" not in text else ["--set", "time.months=12"]
                self.assertIn(said, self.zhol("batch", "batch.yaml", *words, status=5).stderr)

    def test_wrong_batch_files_are_refused_whole(self):
        def changed(old, new):
            self.assertIn(old, BATCH)
            return BATCH.replace(old, new)

        for text, said in (
            ("", "batch.yaml:1:1: error: the file is empty; expected a batch, such as `batch: name`"),
            (changed("batch: small", "bach: small"), "batch.yaml:2:1: error: the batch: 'bach' is not a key that stands here; did you mean 'batch'?"),
            (changed("batch: small\n", ""), "the batch lacks the key 'batch': Name of the batch"),
            (changed("batch: small", "batch: Small"), "batch is 'Small'; expected a name of lower-case letters"),
            (changed("base: base", "extends: base"), "batch.yaml:3:1: error: the batch: 'extends' is not a key that stands here"),
            (changed("worlds: [base, ", "worlds: ["), "batch.yaml:3:7: error: base is 'base', which is not among the worlds"),
            (changed("policies: [base, ", "policies: ["), "batch.yaml:3:7: error: base is 'base', which is not among the policies"),
            (changed("base: base", "base: bas"), "is 'bas', which is not among the worlds; expected one of both lists; did you mean 'base'?"),
            (changed("worlds/slow]", "worlds/dear-oil]"), "batch.yaml:4:33: error: worlds: 'worlds/dear-oil' stands in the list already"),
            (changed("worlds/slow]", "other/dear-oil]"), "batch.yaml:4:33: error: worlds/dear-oil with base and other/dear-oil with base would both be called dear-oil"),
            (changed("policies/nothing]", "policies/slow]"), "would both be called slow"),
            (changed("worlds/slow]", "worlds/Slow]"), "worlds.3 is 'worlds/Slow'; expected the name of a scenario"),
            (changed("worlds/slow]", "'a, b']"), "worlds.3 is 'a, b'; expected the name of a scenario"),
            (changed("worlds/slow]", "[x]]"), "worlds.3 is a list; expected a text"),
            (changed("regret: fiscal.total", "regrets: npv.national"), "compare: 'regrets' is not a key that stands here; did you mean 'regret'?"),
            (changed("regret: fiscal.total", "regret: fiscal.totl"), "batch.yaml:6:84: error: compare.regret: no cell has an outcome 'fiscal.totl'; did you mean 'fiscal.total'?"),
            (changed("regret: fiscal.total", "rank: [fiscal.totl]"), "compare.rank: no cell has an outcome 'fiscal.totl'; did you mean 'fiscal.total'?"),
            (changed("regret: fiscal.total", "rank: [npv]"), "expected the path of an outcome"),
            (changed("regret: fiscal.total", "regret: npv"), "compare.regret is 'npv'; expected the path of an outcome"),
            (changed("fiscal.total]", "fiscal.totl, fiscal.total]"), "batch.yaml:6:61: error: compare.outcomes: no cell has an outcome 'fiscal.totl'; did you mean 'fiscal.total'?"),
            (changed("compare: {outcomes: [", "compare: {outcomes: [drivers.oil, "), "compare.outcomes: 'drivers.oil' stands in the list already"),
        ):
            with self.subTest(said=said):
                self.write("batch", text)
                self.assertIn(said, self.batch(status=3).stderr)
                self.assertFalse((self.folder / "small").exists())

    def test_wrong_options_are_refused(self):
        for words, said in ((["batch"], "no batch file was named"),
                            (["batch", "batch.yaml", "batch.yaml"], "2 batch files were named; expected one"),
                            (["batch", "batch.yaml", "--progress", "loud"], "--progress is 'loud'"),
                            (["batch", "batch.yaml", "--save", "drivver.*"], "--save 'drivver.*' matches no outcome"),
                            (["batch", "batch.yaml", "--rng", "mt19973"], "mt19937")):
            with self.subTest(words=words):
                self.assertIn(said, self.zhol(*words, status=2).stderr)
        self.assertIn("there is no batch file none.yaml", self.zhol("batch", "none.yaml", status=3).stderr)
        self.assertIn("base.yaml is not a folder", self.batch("-o", "base.yaml", status=1).stderr)
        self.assertIn("the folder no/where cannot be made", self.batch("-o", "no/where", status=1).stderr)
        self.assertIn("no/d.csv cannot be written", self.batch("--csv", "no/d.csv", status=1).stderr)
        self.assertFalse((self.folder / "small").exists())

    def horizon(self, cell, outcome):
        with Result(self.folder / f"small/{cell}.h5") as result:
            return result.samples("horizon", outcome).astype(float), result.label("horizon", "units", outcome)

    def rows(self, *words):
        self.batch("--csv", "d.csv", *words)
        with open(self.folder / "d.csv", newline="") as file:
            return list(csv.DictReader(file))

    def cell(self, world, policy):
        return world if policy == "base" else policy if world == "base" else f"{world}-with-{policy}"

    def test_differences_are_those_of_the_files(self):
        rows = self.rows("-n", "1000")
        rows = [row for row in rows if not row["outcome"].startswith("regret.")]
        self.assertEqual(len(rows), (3 * 2 + 2) * 3)
        for row in rows:
            value, unit = self.horizon(self.cell(row["world"], row["variant"]), row["outcome"])
            base, _ = self.horizon(self.cell(row["against_world"], row["against_variant"]), row["outcome"])
            difference = value - base
            self.assertEqual(row["units"], unit)
            self.assertEqual(int(row["count"]), 1000)
            error = difference.std(ddof=1) / numpy.sqrt(1000)
            numpy.testing.assert_allclose(float(row["mean_difference"]), difference.mean(), rtol=1e-11, err_msg=str(row))
            numpy.testing.assert_allclose(float(row["standard_error"]), error, rtol=1e-9, err_msg=str(row))
        changed = {(row["variant"], row["outcome"]) for row in rows if float(row["mean_difference"]) != 0}
        self.assertIn(("no-tariff", "fiscal.total"), changed)

    def test_the_comparison_has_worlds_variants_and_years(self):
        rows = self.rows("--comparison", "d.h5")
        self.assertTrue(rows)
        with h5py.File(self.folder / "d.h5") as file:
            self.assertEqual(file.attrs["history"].decode(), "zhol batch small; policies against base")
        with xarray.open_dataset(self.folder / "d.h5", group="annual") as annual:
            self.assertEqual(dict(annual["mean_difference"].sizes), {"world": 3, "variant": 2, "outcome": 3, "time": 10})
        with xarray.open_dataset(self.folder / "d.h5", group="horizon") as horizon:
            worlds, variants = ["base", "dear-oil", "slow"], ["no-tariff", "nothing"]
            self.assertEqual((list(horizon["world"].values), list(horizon["variant"].values)), (worlds, variants))
            compared = [row for row in rows if row["against_variant"] == "base" and row["against_world"] == row["world"] and row["variant"] in variants]
            self.assertEqual(len(compared), horizon["mean_difference"].size)
            for row in compared:
                self.assertEqual(horizon["mean_difference"].sel(world=row["world"], variant=row["variant"], outcome=row["outcome"]), float(row["mean_difference"]))
        shown = self.zhol("compare", "--list", "d.h5").stdout
        self.assertIn("\nworld: base, dear-oil, slow\nvariant: no-tariff, nothing\n", shown)
        first = (self.folder / "d.h5").read_bytes()
        self.batch("--comparison", "d.h5", "-j", "1")
        self.assertEqual(first, (self.folder / "d.h5").read_bytes())

    def test_regret_is_what_the_best_policy_of_the_same_future_has_more(self):
        rows = [row for row in self.rows("-n", "1000") if row["outcome"] == "regret.fiscal.total"]
        self.assertEqual(len(rows), 9)
        greatest = {}
        for row in rows:
            all_policies = [self.horizon(self.cell(row["world"], policy), "fiscal.total")[0] for policy in ("base", "no-tariff", "nothing")]
            regret = numpy.max(all_policies, axis=0) - self.horizon(self.cell(row["world"], row["variant"]), "fiscal.total")[0]
            self.assertEqual((row["against_variant"], row["units"], row["count"]), ("best", "USD", "1000"))
            numpy.testing.assert_allclose(float(row["mean_difference"]), regret.mean(), rtol=1e-11)
            numpy.testing.assert_allclose(float(row["standard_error"]), regret.std(ddof=1) / numpy.sqrt(1000), rtol=1e-9, atol=1e-9)
            self.assertEqual(float(row["quantile_estimate_0.95"]), numpy.sort(regret)[949].astype(numpy.float32))
            greatest[row["variant"]] = max(greatest.get(row["variant"], 0), regret.mean())
        self.assertEqual(greatest["base"], 0)
        self.assertGreater(greatest["no-tariff"], 0)
        shown = self.batch("-n", "1000").stdout
        self.assertIn("Regret about fiscal.total: what a policy leaves on the table", shown)
        table = shown[shown.index("Greatest mean regret over the worlds"):]
        self.assertRegex(table, r"\n  base +0  base  \(minimax: the least\)\n")
        world = max(("base", "dear-oil", "slow"), key=lambda w: next(float(row["mean_difference"]) for row in rows if (row["world"], row["variant"]) == (w, "no-tariff")))
        self.assertRegex(table, rf"\n  no-tariff +[\d.]+  {world}\n")

    def test_a_batch_ends_with_what_rank_says(self):
        self.write("batch", BATCH.replace("regret: fiscal.total", "rank: [fiscal.total, flows.grain-south.surplus]"))
        shown = self.batch().stdout
        self.assertTrue(shown.endswith(self.zhol("rank", "small", "--outcome", "fiscal.total,flows.grain-south.surplus").stdout), shown)
        self.write("batch", BATCH)
        self.assertTrue(self.batch().stdout.endswith(self.zhol("rank", "small").stdout))
        self.write("policies/nothing", "scenario: nothing\nflows: {grain-south: {tariff: 2 d}}\n")
        self.assertIn("Policies are not ranked, since not all cells are there.", self.batch("--force", status=5).stdout)

    def test_doing_nothing_changes_exactly_nothing(self):
        rows = [row for row in self.rows() if row["variant"] == "nothing" and not row["outcome"].startswith("regret.")]
        self.assertEqual(len(rows), 9)
        for row in rows:
            self.assertEqual((row["mean_difference"], row["standard_error"]), ("0", "0"), row)
        shown = self.batch().stdout
        lines = [line for line in shown[:shown.index("Worlds against")].splitlines() if line.startswith("  nothing")]
        self.assertEqual(len(lines), 3)
        for line in lines:
            self.assertEqual(line.split(), ["nothing"] + 3 * ["0", "no", "change"])

    def test_what_is_undefined_in_either_leaves_the_pair(self):
        base = (self.folder / "base.yaml").read_text()
        self.write("base", base + "outcomes: {thresholds: {boom: {outcome: drivers.oil, above: 80 USD/bbl}}}\n")
        self.write("batch", BATCH.replace("fiscal.total]", "thresholds.boom.first-passage]"))
        rows = [row for row in self.rows() if row["outcome"] == "thresholds.boom.first-passage" and row["world"] == "dear-oil"]
        row = next(row for row in rows if row["against_world"] == "base")
        value, base = self.horizon("dear-oil", row["outcome"])[0], self.horizon("base", row["outcome"])[0]
        both = ~numpy.isnan(value) & ~numpy.isnan(base)
        self.assertTrue(0 < both.sum() < 200)
        self.assertEqual(int(row["count"]), both.sum())
        numpy.testing.assert_allclose(float(row["mean_difference"]), (value - base)[both].mean(), rtol=1e-11)
        self.assertRegex(self.batch().stdout, rf"first-passage: of the {both.sum()} of 200 replications with a value in both")

    def test_an_outcome_that_a_policy_brings_has_no_difference(self):
        self.write("policies/nothing", "scenario: nothing\ndrivers: {new: {model: gbm, start: 1, sigma: 0.1}}\n")
        self.write("batch", BATCH.replace("[flows.grain-south.demand, ", "[drivers.new, "))
        rows = [row for row in self.rows() if row["outcome"] == "drivers.new"]
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual((row["mean_difference"], row["standard_error"], row["count"]), ("", "", "0"), row)

    def test_the_usual_outcomes_are_compared_where_they_are(self):
        self.write("batch", BATCH[:BATCH.index("compare")])
        self.assertRegex(self.batch().stdout, r"\n +fiscal\.total +trade\.balance\n")
        self.write("base", (SCENARIOS / "minimal.yaml").read_text())
        self.assertIn("Nothing is compared: no cell has npv.national", self.batch().stdout)

    def test_units_suit_and_both_kinds_of_table_are_there(self):
        shown = self.batch().stdout
        self.assertIn("Mean difference over the futures ± error of the simulation (95 %), over the whole horizon", shown)
        for line in ("In the world base, policies against base:", "In the world slow, policies against base:", "Worlds against base, with base:"):
            self.assertIn(line, shown)
        self.assertRegex(shown, r"policy +Mt +USD/bbl +MUSD")

    def test_parts_of_a_batch_make_the_whole(self):
        self.batch("-o", "whole")
        for part in (3, 1, 2):
            said = self.batch("--cells", f"{part}/3", "-o", "parts").stderr
            self.assertIn(f"part {part} of 3: {3 if part == 3 else 6 if part == 1 else 9} of 9 cells are in parts", said)
        whole, parts = self.batch("-o", "whole"), self.batch("-o", "parts")
        self.assertEqual(self.unchanged(parts), CELLS)
        self.assertEqual(parts.stdout, whole.stdout)
        for cell in CELLS:
            self.assertEqual((self.folder / f"parts/{cell}.h5").read_bytes(), (self.folder / f"whole/{cell}.h5").read_bytes(), cell)
        for wrong, said in (("4/3", "from 1/K to K/K"), ("1/0", "from 1/K to K/K"), ("x", "expected I/K")):
            self.assertIn(said, self.batch("--cells", wrong, status=2).stderr)
        self.assertIn("--cells compares nothing", self.batch("--cells", "1/2", "--csv", "x.csv", status=2).stderr)
        self.write("batch", self.PRECISE % 1000)
        self.assertIn("expected -n with --cells", self.zhol("batch", "batch.yaml", "--cells", "1/2", status=2).stderr)

    def test_a_check_prints_the_plan_and_simulates_nothing(self):
        plan = self.batch("--check").stdout
        self.assertIn("9 cells (3 worlds x 3 policies) into small/", plan)
        self.assertRegex(plan, r"cells to simulate +9\n")
        self.assertFalse((self.folder / "small").exists())
        self.batch()
        self.assertRegex(self.batch("--check").stdout, r"cells there and unchanged +9\n")
        self.write("worlds/slow", "extends: base\nscenario: slow\ndrivers: {gdp: {mean: 1 kg}}\n")
        checked = self.batch("--check", status=5)
        self.assertRegex(checked.stdout, r"cells that fail +3\n")
        self.assertIn("slow.yaml:3:23", checked.stderr)

    def test_a_base_that_is_broken_is_told_at_its_place(self):
        self.write("base", "scenario: base\ntime: soon\n")
        goals = "precision: {goals: [{outcome: fiscal.total, relative: 1 %}]}\n"
        for text, words, status in ((BATCH, ["batch", "batch.yaml", "--check"], 5), (BATCH, ["batch", "batch.yaml"], 5), (BATCH + goals, ["batch", "batch.yaml"], 5),
                                    (BATCH + goals, ["batch", "batch.yaml", "--check"], 5), (BATCH, ["slurm", "batch.yaml"], 3), (BATCH, ["slurm", "base.yaml"], 3)):
            with self.subTest(words=words):
                self.write("batch", text)
                said = self.zhol(*words, status=status).stderr
                self.assertRegex(said, r"(?m)^base\.yaml:2:7: error: time is 'soon'; expected a map of keys\n    2 \| time: soon\n      \|       \^\n")
                if status == 5:
                    self.assertRegex(said, r"\nzhol: error: \d of 9 cells failed\n\Z")

    def interrupt(self, part, *words):
        """Runs the batch until the cell has a checkpoint."""
        run = subprocess.Popen([ZHOL, "batch", "batch.yaml", "--checkpoint", "0", *words], cwd=self.folder, stderr=subprocess.PIPE, text=True)
        while run.poll() is None and not (self.folder / part / "state").exists():
            time.sleep(0.002)
        run.send_signal(signal.SIGINT)
        said = run.communicate()[1]
        self.assertEqual(run.returncode, 130, said)
        self.assertIn("the same command again goes on from there", said)
        self.assertTrue((self.folder / part / "state").exists())

    def test_a_cell_goes_on_from_its_checkpoint(self):
        n = "3000" if SANITIZED else "12000"
        self.zhol("batch", "batch.yaml", "-n", n, "-o", "whole")
        self.interrupt("parts/dear-oil.part", "-n", n, "-o", "parts")
        self.zhol("batch", "batch.yaml", "-n", n, "-o", "parts")
        self.assertEqual(self.names("parts"), sorted(f"{cell}.h5" for cell in CELLS))
        for cell in CELLS:
            self.assertEqual((self.folder / f"parts/{cell}.h5").read_bytes(), (self.folder / f"whole/{cell}.h5").read_bytes(), cell)

    @unittest.skipIf(SANITIZED, "the bytes are those of one run, as of the cells without goals")
    def test_a_batch_with_goals_goes_on_from_its_checkpoints(self):
        self.write("batch", self.PRECISE % 41000)
        whole = self.zhol("batch", "batch.yaml", "-o", "whole", "--keep")
        results = [name for name in self.names("whole") if name.endswith(".h5")]
        self.assertEqual([name for name in self.names("whole") if name not in results], [name.replace(".h5", ".part") for name in results])
        self.interrupt("parts/slow.part", "-o", "parts")
        kept = {path.parent.name for path in (self.folder / "parts").glob("*/state")}
        self.assertIn("base.part", kept)  # it is judged from, and its result is written, when enough is known
        again = self.zhol("batch", "batch.yaml", "-o", "parts")
        self.assertEqual(again.stdout, whole.stdout)
        self.assertEqual(self.names("parts"), results)
        for name in results:
            self.assertEqual((self.folder / "parts" / name).read_bytes(), (self.folder / "whole" / name).read_bytes(), name)

    PRECISE = """batch: small
base: base
worlds: [base, worlds/slow]
policies: [base, policies/no-tariff]
compare: {outcomes: [flows.grain-south.demand]}
precision:
  limit: %d
  goals:
    - {outcome: flows.grain-south.demand, relative: 0.155 %%, policy: policies/no-tariff}
    - {outcome: fiscal.total, statistic: quantile, at: 0.05, absolute: 15 MUSD, world: worlds/slow}
    - {outcome: fiscal.total, statistic: better, absolute: 3 %%}
    - {outcome: flows.grain-south.demand, statistic: cvar-upper, at: 0.9, absolute: 25 kt}
"""
    PAIRS = [("no-tariff", "base"), ("slow-with-no-tariff", "slow")]

    def known(self, n, folder):
        """Whether the first n replications of the results in a folder tell enough; numpy's own account of the goals."""
        z = 1.959963984540054
        for world, (policy, base) in enumerate(self.PAIRS):
            with Result(self.folder / folder / f"{policy}.h5") as one, Result(self.folder / folder / f"{base}.h5") as other:
                read = lambda result, path: result.samples("horizon", path)[:n].astype(float)
                x, y = (read(result, "flows.grain-south.demand") for result in (one, other))
                d = x - y
                ratios = [z * d.std(ddof=1) / n ** 0.5 / abs(d.mean()) / 0.00155]
                if world == 1:
                    f = numpy.sort((read(one, "fiscal.total") - read(other, "fiscal.total")).astype(numpy.float32))
                    spread = z * (n * 0.05 * 0.95) ** 0.5
                    ratios.append((float(f[int(numpy.ceil(n * 0.05 + spread))]) - float(f[int(numpy.floor(n * 0.05 - spread)) - 1])) / 2 / 15e6)
                psi = []
                for v in (x, y):
                    q = numpy.sort(v)[int(round(0.9 * n)) - 1]
                    psi.append(numpy.maximum(v - q, 0) / 0.1)
                ratios.append(z * (psi[0] - psi[1]).std(ddof=1) / n ** 0.5 / 25e3)
                self.assertGreater(min(abs(ratio - 1) for ratio in ratios), 2e-3)  # two computations could differ in a tie
                if max(ratios) > 1:
                    return False
        return True

    @unittest.skipIf(SANITIZED, "when it stops is a matter of values")
    def test_a_batch_stops_when_its_differences_are_known(self):
        limit = 41000
        self.write("batch", self.PRECISE % limit)
        self.zhol("batch", "batch.yaml", "-n", str(limit), "-o", "all")
        expected = next(n for n in range(20480, limit, 10240) if self.known(n, "all"))
        self.assertGreater(expected, 20480)
        run = self.zhol("batch", "batch.yaml", "--comparison", "c.h5", "-j", "1")
        said = f"precision: all 7 pairs at {expected} replications; the farthest: "
        self.assertIn(f"Stopped by {said}", run.stdout)
        with h5py.File(self.folder / "c.h5") as file:
            self.assertIn(said, file.attrs["notes"].decode())
        # the same bytes as a batch of that number, for any number of threads, and nothing to do a second time
        self.zhol("batch", "batch.yaml", "-n", str(expected), "-o", "number")
        self.zhol("batch", "batch.yaml", "-j", "2", "-o", "two")
        for name in self.names("number"):
            for folder in ("small", "two"):
                self.assertEqual((self.folder / folder / name).read_bytes(), (self.folder / "number" / name).read_bytes(), name)
        again = self.zhol("batch", "batch.yaml")
        self.assertEqual(self.unchanged(again), ["base", "no-tariff", "slow", "slow-with-no-tariff"])
        self.assertIn(f"Stopped by {said}", again.stdout)

    def test_a_batch_that_reaches_its_limit_says_what_is_not_known(self):
        self.write("batch", self.PRECISE % 1000)
        self.assertRegex(self.zhol("batch", "batch.yaml").stdout, r"Stopped by limit: \d of 7 pairs not met at 1000 replications; the farthest: ")
        with h5py.File(self.folder / "small/slow.h5") as file:
            self.assertEqual(file.attrs["replications"], 1000)

    def test_a_batch_knows_as_much_as_memory_holds(self):
        self.write("batch", self.PRECISE.replace("0.155 %", "0.001 %") % 60000)
        run = self.zhol("batch", "batch.yaml", "--memory", "17MB")
        most = int(re.search(r"note: (\d+) replications at most, of which the samples fit in --memory; the limit is 60000", run.stderr)[1])
        self.assertTrue(20480 < most < 60000)
        with h5py.File(self.folder / "small/slow.h5") as file:
            self.assertEqual((file.attrs["replications"], file.attrs["quantiles"]), (most, b"exact"))
        refused = self.zhol("batch", "batch.yaml", "--memory", "100kB", "-o", "none", status=3).stderr
        self.assertRegex(refused, r"the samples of \d+ replications fit in --memory, but differences are judged from 20480 on; raise --memory")
        self.assertFalse((self.folder / "none").exists())
        # what --save does not name is not compared beyond, what it names is
        self.assertIn("differences are judged from", self.zhol("batch", "batch.yaml", "--memory", "1MB", "--save", "drivers.oil", "-o", "none", status=3).stderr)
        self.zhol("batch", "batch.yaml", "--memory", "4MB", "--save", "flows.grain-south.demand", "-o", "saved")
        with h5py.File(self.folder / "saved/slow.h5") as file:
            self.assertEqual(file.attrs["quantiles"], b"sketch")

    def test_outputs_do_not_replace_what_belongs_to_the_batch(self):
        self.batch()
        for words in (["--csv", "batch.yaml"], ["--comparison", "small/slow.h5"], ["--csv", "x", "--comparison", "x"]):
            self.assertIn("would replace another file of this batch", self.batch(*words, status=2).stderr)
        self.assertEqual((self.folder / "batch.yaml").read_text(), BATCH)
        worlds = sorted(path.name for path in self.folder.glob("*.yaml") if path.name != "batch.yaml")
        for words in (["--csv", worlds[0]], ["--comparison", worlds[-1]]):
            before = (self.folder / words[1]).read_text()
            self.assertIn(f"{words[1]} would be replaced, which is a scenario of the batch", self.batch(*words, "-n", "1000000000", status=2).stderr)
            self.assertEqual((self.folder / words[1]).read_text(), before)

    def test_goals_that_are_none_are_refused_at_their_place(self):
        goals = (("{outcome: fiscal.totl, relative: 1 %}", "'fiscal.totl' is no outcome of the base; expected a path such as npv.national; did you mean 'fiscal.total'?"),
                 ("{outcome: fiscal.total}", "does not say how well; expected `relative` or `absolute`"),
                 ("{outcome: fiscal.total, absolute: 1 t}", "1 t is a mass; expected an amount of money such as USD"),
                 ("{outcome: drivers.oil, statistic: better, absolute: 1 %}", "neither more nor less of drivers.oil is better"),
                 ("{outcome: fiscal.total, statistic: better, absolute: 120 %}", "120 % is no width of a share; expected one such as 1 %"),
                 ("{outcome: fiscal.total, statistic: quantile, relative: 1 %}", "a quantile needs its probability; expected `at`, such as 0.05"),
                 ("{outcome: fiscal.total, statistic: cvar-upper, at: 0.05, relative: 1 %}", "`at` is 0.05; expected a level above 0.5, such as 0.95"),
                 ("{outcome: fiscal.total, absolute: 5 %}", "is 5 %, a share of the estimate; expected `relative`"),
                 ("{outcome: fiscal.total, at: 0.5, relative: 1 %}", "'mean' is of no level; expected no `at`"),
                 ("{outcome: fiscal.total, relative: 1 %, policy: no-tariff}", "'no-tariff'; expected one of the policies, such as base"))
        self.write("batch", BATCH + "precision:\n  goals:\n" + "".join(f"    - {goal}\n" for goal, _ in goals))
        error = self.zhol("batch", "batch.yaml", status=3).stderr
        for line, (goal, said) in enumerate(goals):
            self.assertRegex(error, rf"batch.yaml:{9 + line}:\d+: error: [^\n]*" + re.escape(said))
        self.assertFalse((self.folder / "small").exists())
        self.write("batch", BATCH)
        self.assertIn("'--precision' is no option of zhol batch", self.zhol("batch", "batch.yaml", "--precision", "fiscal.total=1 %", status=2).stderr)

    def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(self):
        words = [ZHOL, "batch", "batch.yaml", "-n", "8000" if SANITIZED else "40000", "-j", "1", "--progress", "none"]
        run = subprocess.Popen(words, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while run.poll() is None and not (self.folder / "small/base.h5").exists():
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        out, error = run.communicate(timeout=600)
        self.assertEqual(run.returncode, 130, error)
        self.assertRegex(error, r"zhol: interrupted; \d of 9 cells are in small; the same command again goes on from there")
        self.assertEqual(out, "")
        finished = [name for name in self.names() if name.endswith(".h5")]
        begun = [name for name in self.names() if not name.endswith(".h5")]
        self.assertTrue(0 < len(finished) < 9, finished)
        self.assertTrue(len(begun) <= 1 and all(name.endswith(".part") for name in begun), begun)
        again = subprocess.run(words, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual([f"{cell}.h5" for cell in self.unchanged(again)], finished)
        self.assertEqual(self.names(), sorted(f"{cell}.h5" for cell in CELLS))

    def test_progress_in_a_log_names_the_cell(self):
        self.assertNotIn("\r", self.batch("--progress", "plain").stderr)

    def test_worlds_and_the_batch_are_found_by_path(self):
        (self.folder / "else").mkdir()
        run = subprocess.run([ZHOL, "batch", "batch", "--path", "..", "-n", "64"], cwd=self.folder / "else", capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.names("else/small"), sorted(f"{cell}.h5" for cell in CELLS))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
