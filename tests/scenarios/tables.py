#!/usr/bin/env python3
"""Profiles whose figures stand in tables: what they mean, that results need no table, and what is said of wrong ones.

Usage: tables.py ZHOL SCENARIOS
"""
import csv
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, text

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
FIXTURES = SCENARIOS.parent / "tests/fixtures"
HEAD = "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 24}\n"
TABLE = "date,brent,ocean\n2019,64.4,1\n2020,41.8,2\n2021,70.7,3\n"


def oil(values, head=HEAD):
    return f"{head}drivers:\n  oil:\n    model: path\n    unit: USD/bbl\n    values: {values}\n"


NAMED = oil("{csv: prices.csv, column: brent, unit: USD/bbl}")


class Tables(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def zhol(self, *words, status=0):
        run = subprocess.run([ZHOL, *map(str, words)], cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def levels(self, scenario, *words):
        """The months of one replication: by date the levels of drivers, in the order of the scenario."""
        self.zhol("run", scenario, "-n", "32", "--force", "-o", "r.h5", *words)
        rows = list(csv.reader(self.zhol("replay", "r.h5", "-r", "0").stdout.splitlines()))
        return {row[0]: [float(value) for value in row[1:]] for row in rows[1:]}

    def refused(self, scenario, *said, words=()):
        """One error alone, which holds these words in this order."""
        self.write("s.yaml", scenario)
        stderr = self.zhol("check", "s.yaml", *words, status=3).stderr
        self.assertEqual(len(re.findall(r": error: ", stderr)), 1, stderr)
        self.assertRegex(stderr, "(?s)" + ".*".join(map(re.escape, said)))

    def wrong_table(self, table, *said, values="{csv: prices.csv, column: brent, unit: USD/bbl}"):
        self.write("prices.csv", table)
        self.refused(oil(values), *said)

    def test_a_figure_holds_for_its_own_period(self):
        self.write("prices.csv", TABLE)
        levels = self.levels(self.write("s.yaml", NAMED))
        self.assertEqual(levels, {f"{year}-{month:02}": [{2020: 41.8, 2021: 70.7}[year]] for year in (2020, 2021) for month in range(1, 13)})
        self.write("prices.csv", "date,brent\n" + "".join(f"{year}-Q{quarter},{year % 100 + quarter}\n" for year in (2019, 2020, 2021) for quarter in range(1, 5)))
        levels = self.levels("s.yaml")
        self.assertEqual(levels, {f"{year}-{month:02}": [year % 100 + (month + 2) // 3] for year in (2020, 2021) for month in range(1, 13)})
        months = {f"{year}-{month:02}": [year % 100 + month / 16] for year in (2019, 2020, 2021) for month in range(1, 13)}
        self.write("prices.csv", "date,brent\n" + "".join(f"{date},{value}\n" for date, (value,) in months.items()))
        self.assertEqual(self.levels("s.yaml"), {date: value for date, value in months.items() if date >= "2020"})
        self.assertRegex(self.zhol("check", "s.yaml").stdout, r"oil\.values, USD/bbl:\n +2020 20\.41, 2021 21\.41; from prices\.csv\n")  # + mean(1..12)/16

    def test_a_table_is_the_stepwise_profile_of_its_figures(self):
        """Every outcome has the same bits; the fixture has every key, in four places of the format."""
        for name in ("tables.yaml", "tables.csv"):
            self.write(name, (FIXTURES / name).read_text())
        written = (FIXTURES / "tables.yaml").read_text()
        profiles = ["{interpolation: step, 2019: 64.4 USD/bbl, 2020: 41.8 USD/bbl, 2021: 70.7 USD/bbl}",
                    "{interpolation: step, times: uniform(0.9 1.1), 2019-07: 1200 USD/TEU, 2019-10: 1300.5 USD/TEU, 2020-01: 1400 USD/TEU, 2020-04: 1500 USD/TEU}",
                    "{interpolation: step, 2019: 4.5 %/yr, 2020: -2.6 %/yr, 2021: 4.1 %/yr}",
                    "{interpolation: step, 2019-07: 14 train/d, 2019-08: 14.5 train/d, 2019-09: 15 train/d}"]
        places = iter(profiles)
        by_hand = re.sub(r"\{csv: (?:[^{}]|\{[^{}]*\})*\}", lambda _: next(places), written)
        self.assertEqual(next(places, None), None)
        self.write("by-hand.yaml", by_hand)
        self.zhol("run", "tables.yaml", "-n", "64")
        self.zhol("run", "by-hand.yaml", "-n", "64", "-o", "by-hand.h5")
        with Result(self.folder / "tables.h5") as table, Result(self.folder / "by-hand.h5") as profile:
            self.assertEqual(table.outcomes(), profile.outcomes())
            for period in ("annual", "horizon"):
                for outcome in table.outcomes(period):
                    self.assertEqual(table.samples(period, outcome).tobytes(), profile.samples(period, outcome).tobytes(), outcome)
        said = self.zhol("check", "tables.yaml").stderr
        self.assertIn("drivers.sea.values: tables.csv ends in 2020-06, its last value holds until the end of the run in 2021-12", said)
        self.zhol("check", "tables.yaml", "--strict", status=3)

    def test_a_result_needs_no_table(self):
        self.write("prices.csv", TABLE)
        self.write("s.yaml", NAMED)
        self.zhol("run", "s.yaml", "-n", "1024")
        for shard in "12":
            self.zhol("run", "s.yaml", "-n", "1024", "--shard", f"{shard}/2", "-o", "parts.h5")
        with Result(self.folder / "s.h5") as result:
            scenario = text(result.file.attrs["scenario"])
        digest = hashlib.sha256(TABLE.encode()).hexdigest()
        self.assertIn(f"source: prices.csv, column brent, SHA-256 {digest}", scenario)
        self.assertNotIn("csv:", scenario)
        (self.folder / "prices.csv").unlink()
        self.zhol("check", "s.yaml", status=3)
        self.zhol("verify", "s.h5", "--all")
        self.assertIn("2021-12,70.7", self.zhol("replay", "s.h5", "-r", "7").stdout)
        self.zhol("merge", "-o", "parts.h5", *sorted(path.name for path in self.folder.glob("parts.shard-*-of-2")))
        self.assertEqual((self.folder / "parts.h5").read_bytes(), (self.folder / "s.h5").read_bytes())
        alone = self.write("alone/alone.yaml", scenario)  # what the result says runs by itself, and says the same again
        self.zhol("run", alone, "-n", "1024", "-o", "alone.h5")
        with Result(self.folder / "alone.h5") as result:
            self.assertEqual(text(result.file.attrs["scenario"]), scenario)
            self.assertEqual(result.samples("annual", "drivers.oil").flat[0], numpy.float32(41.8))

    def test_other_figures_are_another_scenario(self):
        self.write("prices.csv", TABLE)
        self.write("s.yaml", NAMED)
        self.zhol("run", "s.yaml", "-n", "1024", "--keep")
        self.zhol("run", "s.yaml", "-n", "2048", "--keep", "--resume")
        self.write("prices.csv", TABLE.replace("41.8", "41.9"))
        said = self.zhol("run", "s.yaml", "-n", "4096", "--resume", status=4).stderr
        self.assertRegex(said, "scenario")

    def test_every_figure_is_explained_by_its_line(self):
        self.write("prices.csv", "\ufeff" + TABLE.replace("\n", "\r\n"))
        self.write("s.yaml", NAMED)
        said = self.zhol("explain", "s.yaml", "drivers.oil.values").stdout
        for line, figure in enumerate(("2019: 64.4", "2020: 41.8", "2021: 70.7"), 2):
            self.assertIn(f"{figure} USD/bbl  # prices.csv:{line}\n", said)
        self.assertIn(hashlib.sha256((self.folder / "prices.csv").read_bytes()).hexdigest(), said)
        whole = self.zhol("explain", "s.yaml").stdout
        self.write("again.yaml", whole)  # which is a scenario itself, of the same words
        bare = lambda said: re.sub(r"  #.*", "", said)
        self.assertEqual(bare(self.zhol("explain", "again.yaml").stdout), bare(whole))
        self.assertIn("# at 2020-08: 41.8 USD/bbl", self.zhol("explain", "s.yaml", "drivers.oil.values", "--at", "2020-08").stdout)

    def test_tables_are_found_as_parents_are(self):
        other = TABLE.replace("41.8", "50")
        self.write("base/s.yaml", NAMED)
        self.write("base/prices.csv", TABLE)
        self.write("base/worlds/w.yaml", "extends: s\nscenario: w\n")
        self.assertEqual(self.levels("base/worlds/w.yaml")["2020-05"], [41.8])  # of the file that names it
        self.write("base/worlds/v.yaml", "extends: s\nscenario: v\ndrivers: {oil: {values: {csv: prices.csv}}}\n")
        self.assertEqual(self.levels("base/worlds/v.yaml")["2020-05"], [41.8])  # from the folder above it
        self.write("base/worlds/prices.csv", other)
        self.assertEqual(self.levels("base/worlds/v.yaml")["2020-05"], [50])  # from its own
        self.assertEqual(self.levels("base/worlds/w.yaml")["2020-05"], [41.8])
        self.write("far/more.csv", other)
        self.write("s.yaml", NAMED.replace("prices.csv", "more"))
        self.assertEqual(self.levels("s.yaml", "--path", "far")["2020-05"], [50])  # and without its ending
        self.write("prices.csv", TABLE.replace("41.8", "60"))
        self.assertEqual(self.levels("base/s.yaml", "--set", "drivers.oil.values.csv=prices.csv")["2020-05"], [60])  # of an option, from here

    def test_tables_merge_and_take_the_place_of_profiles(self):
        self.write("prices.csv", TABLE)
        self.write("s.yaml", NAMED)
        self.assertEqual(self.levels("s.yaml", "--set", "drivers.oil.values.column=ocean")["2020-05"], [2])
        self.assertEqual(self.levels("s.yaml", "--set", "drivers.oil.values={2019: 5 USD/bbl}")["2020-05"], [5])
        self.write("dated.yaml", oil("{2019: 1 USD/bbl, 2020: 9 USD/bbl, 2030: 99 USD/bbl}"))
        self.write("v.yaml", "extends: dated\nscenario: v\ndrivers: {oil: {values: {csv: prices.csv, column: brent, unit: USD/bbl}}}\n")
        self.assertEqual(self.levels("v.yaml")["2021-12"], [70.7])
        self.write("w.yaml", "extends: s\nscenario: w\ndrivers: {oil: {values: {times: 2}}}\n")
        self.assertEqual(self.levels("w.yaml")["2021-12"], [141.4])
        said = self.zhol("check", "s.yaml", "--set", "drivers.oil.values.2020=3 USD/bbl", status=3).stderr
        self.assertIn("'2020' stands beside a table, whose figures hold for their own periods", said)

    def test_no_output_takes_the_place_of_a_table(self):
        self.write("prices.csv", TABLE)
        self.write("s.yaml", NAMED)
        for words in (["run", "s.yaml", "-n", "32", "--force", "-o", "prices.csv"], ["slurm", "s.yaml", "-n", "32", "-o", "prices.csv"]):
            self.assertIn("prices.csv", self.zhol(*words, status=2).stderr)
        self.assertEqual((self.folder / "prices.csv").read_text(), TABLE)

    def test_batches_read_tables_of_their_cells(self):
        self.write("prices.csv", TABLE)
        self.write("s.yaml", NAMED)
        self.write("worlds/high.yaml", "extends: s\nscenario: high\ndrivers: {oil: {values: {csv: high.csv}}}\n")
        self.write("worlds/high.csv", TABLE.replace("41.8", "100"))
        self.write("b.yaml", "batch: b\nbase: s\nworlds: [s, worlds/high]\npolicies: [s]\ncompare: {outcomes: [drivers.oil]}\n")
        self.zhol("batch", "b.yaml", "-n", "64", "-o", "results")
        with Result(next((self.folder / "results").glob("high*.h5"))) as result:
            self.assertEqual(result.samples("annual", "drivers.oil").flat[0], 100)
        made = {path.name: path.stat().st_mtime_ns for path in (self.folder / "results").glob("*.h5")}
        self.write("worlds/high.csv", TABLE.replace("41.8", "90"))
        self.zhol("batch", "b.yaml", "-n", "64", "-o", "results")
        new = {path.name for path in (self.folder / "results").glob("*.h5") if path.stat().st_mtime_ns != made[path.name]}
        self.assertEqual(new, {"high.h5"})  # the cell of other figures alone
        for output in ("--csv", "--comparison"):
            self.zhol("batch", "b.yaml", "-n", "64", "-o", "results", output, "worlds/high.csv", "--force", status=2)
        self.write("worlds/high.csv", "date,brent\n2019,x\n")
        said = self.zhol("batch", "b.yaml", "-n", "64", "-o", "results", status=5).stderr
        self.assertIn("worlds/high.csv:2:6: error: brent: 'x' is not a number", said)
        self.assertIn("worlds/high.yaml:3:31: note: the table is named here, by drivers.oil.values", said)
        self.assertIn("s: unchanged", said)

    def test_figures_that_are_wrong(self):
        for table, said in [
            ("date,brent\n2019,1\n2019,2\n", "prices.csv:3:1: error: 2019 appears twice; expected every date once"),
            ("date,brent\n2020,1\n2019,2\n", "prices.csv:3:1: error: 2019 stands below 2020; expected dates from early to late"),
            ("date,brent\n2019,1\n,2\n", "prices.csv:3:1: error: date: the date is empty; expected a year such as 2019"),
            ("date,brent\n2019,1\n2021,2\n", "prices.csv:3:1: error: 2021 follows 2019, without 2020; expected no gaps"),
            ("date,brent\n2019,1\n2020,\n2021,2\n", "prices.csv:3:6: error: brent: the cell is empty; expected a number"),
            ("date,brent\n2019,1\n2020-Q1,2\n", "prices.csv:3:1: error: 2020-Q1 is a quarter; expected a year, as in the rows above"),
            ("date,brent\n2019-06-01,1\n", "prices.csv:2:1: error: 2019-06-01 is a day; expected a year such as 2019"),
            ("date,brent\n2019,\"41,5\"\n", "prices.csv:2:6: error: brent: '41,5' is not a number; expected a decimal point"),
            ("date,brent\n2019,41,5\n", "prices.csv:2:9: error: this row has 3 cells; expected 2, one for each column: a comma ends a cell"),
            ("date;brent\n2019;41,5\n", "prices.csv:1:1: error: the columns are parted by semicolons; expected commas"),
            ("date,brent\n2019,64 USD\n", "prices.csv:2:6: error: brent: '64 USD' is not a number"),
            ("date,brent\n", "prices.csv:1:1: error: the table has no rows"),
            ("", "prices.csv:1:1: error: the table is empty"),
            (b"date,brent\n2019,\xe4\n", "prices.csv:2:6: error: the byte 0xE4 is not UTF-8; expected a table saved as CSV in UTF-8"),
            ("date,brent\n2019,1\n".encode("utf-16"), "prices.csv:1:1: error: this is text in UTF-16; expected text in UTF-8"),
            ("date,brent\n2020,1\n2021,2\n", "prices.csv:2:1: error: drivers.oil.values: the figures start in 2020-01, after time.base, 2019-07"),
        ]:
            self.wrong_table(table, said, "named here")
        self.write("prices.csv", "date,brent\n2019,-1\n")
        self.refused(f"{HEAD}legs:\n  line: {{capacity: {{csv: prices.csv, column: brent, unit: t/d}}, use: {{}}, cost: {{}}, fee: {{}}}}\n",
                     "prices.csv:2:6: error: legs.line.capacity is -1 t/d; expected 0 t/yr or more")

    def test_what_is_asked_of_a_table_and_is_not_there(self):
        for values, said in [
            ("{csv: prices.csv, column: brnt, unit: USD/bbl}", "s.yaml:7:39: error: drivers.oil.values: prices.csv has no column 'brnt'; did you mean 'brent'?"),
            ("{csv: prices.csv, column: brent, unit: USD/bbl, date: day}", "prices.csv has no column 'day'; its columns are date, brent, ocean"),
            ("{csv: prices.csv, column: brent, unit: USD/bbl, where: {land: KAZ}}", "drivers.oil.values.where.land: prices.csv has no column 'land'"),
            ("{csv: prices.csv, column: brent, unit: USD/bbl, where: {ocean: 4}}", "prices.csv: no row has '4' in the column ocean"),
            ("{csv: prices.csv, column: date, unit: USD/bbl}", "the column date holds the dates; expected one with figures"),
            ("{csv: prices.csv, column: brent, unit: USD/t}", "s.yaml:7:52: error: drivers.oil.values.unit: 1 USD/t is a price per mass; expected a price per volume"),
            ("{csv: prices.csv, column: brent}", "s.yaml:7:13: error: drivers.oil.values: the table has no `unit`; expected one such as USD/bbl"),
            ("{csv: prices.csv, unit: USD/bbl}", "s.yaml:7:13: error: drivers.oil.values lacks the key 'column'"),
            ("{csv: prices.csv, colunm: brent, column: brent}", "'colunm' is not a key of tables; did you mean 'column'?"),
            ("{csv: prices.csv, column: brent, interpolation: linear}", "'interpolation' stands beside a table"),
            ("{csv: prices.csv, column: brent, unit: USD/bbl, prices: 2010 USD}",
             "drivers.oil.values.prices is 2010 USD, but the scenario counts in USD of the base year (`run.prices`); expected figures in that"),
            ("{csv: ../prices.csv, column: brent, unit: USD/bbl}", "absolute paths and '..' are refused"),
            ("{csv: /prices.csv, column: brent, unit: USD/bbl}", "absolute paths and '..' are refused"),
            ("{csv: nowhere.csv, column: brent, unit: USD/bbl}", "s.yaml:7:19: error: drivers.oil.values: no table 'nowhere.csv' was found in the folder of this file"),
            ("{csv: folder.csv, column: brent, unit: USD/bbl}", "folder.csv is a folder; expected a table"),
            ("{csv: pipe.csv, column: brent, unit: USD/bbl}", "pipe.csv is not a regular file; expected a table"),
            ("{csv: long.csv, column: brent, unit: USD/bbl}", "long.csv is longer than 4 MiB; expected a table"),
        ]:
            self.write("prices.csv", TABLE)
            (self.folder / "folder.csv").mkdir(exist_ok=True)
            if not (self.folder / "pipe.csv").exists():
                os.mkfifo(self.folder / "pipe.csv")
            self.write("long.csv", "date,brent\n" + "2019,1\n" * (1 << 20))
            self.refused(oil(values), said)
        self.refused(f"{HEAD}drivers:\n  oil: {{csv: prices.csv, column: brent, unit: USD/bbl}}\n", "drivers.oil is a table; expected a map")
        self.refused(f"{HEAD}drivers:\n  oil: {{model: gbm, start: {{csv: prices.csv, column: brent, unit: USD/bbl}}, sigma: 0.2}}\n",
                     "drivers.oil.start is a table; expected one value, because this key cannot change over time")

    def test_money_of_the_scenario_is_accepted(self):
        self.write("prices.csv", TABLE)
        values = "{csv: prices.csv, column: brent, unit: USD/bbl, prices: 2019 USD}"
        self.zhol("check", self.write("s.yaml", oil(values)))
        self.zhol("check", self.write("s.yaml", oil(values, HEAD + "run: {prices: constant 2019 USD}\n")))
        self.refused(oil(values, HEAD + "run: {prices: constant 2015 USD}\n"), "is 2019 USD, but the scenario counts in constant 2015 USD")
        own = oil("{csv: prices.csv, column: brent, unit: oldUSD/bbl}", HEAD + "units: {oldUSD: 2 USD}\n")
        self.assertAlmostEqual(self.levels(self.write("s.yaml", own))["2020-05"][0], 83.6, delta=1e-12)

    def test_an_entry_may_be_called_csv(self):
        self.zhol("check", self.write("s.yaml", f"{HEAD}units: {{csv: 2 t}}\ndrivers:\n  csv: {{model: path, unit: csv, values: 1 csv}}\n"))

    def test_the_example_of_the_page_runs(self):
        page = (SCENARIOS / "README.md").read_text()
        section = re.search(r"^## Figures from a table\n(.*?)^## ", page, re.M | re.S)[1]
        self.write("prices.csv", re.search(r"```csv\n(.*?)```", section, re.S)[1])
        self.write("s.yaml", re.search(r"```yaml\n(.*?)```", section, re.S)[1])
        levels = self.levels("s.yaml")
        self.assertEqual((levels["2020-01"], levels["2020-12"]), ([41.8], [41.8]))

    def test_observed_figures_are_tables(self):
        """Each series is read as a table of its years, with the unit that stands beside it, so that no row is malformed."""
        with open(SCENARIOS / "observed/kazakhstan.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(list(rows[0]), ["outcome", "year", "value", "unit", "prices", "definition", "source", "confirmed"])
        self.assertLessEqual({row["confirmed"] for row in rows}, {"yes", "no", "derived"})
        self.assertTrue(all(row["source"] and row["definition"] and row["unit"] for row in rows))
        self.assertEqual(len({(row["outcome"], row["year"], row["prices"]) for row in rows}), len(rows))
        outcome = "drivers.brent"
        years = {int(row["year"]): float(row["value"]) for row in rows if row["outcome"] == outcome and row["prices"] == "2019 USD"}
        head = HEAD.replace("base: 2019-07, start: 2020-01", "base: 2020-01, start: 2020-01")
        self.write("s.yaml", oil(f"{{csv: observed/kazakhstan, column: value, unit: USD/bbl, where: {{outcome: {outcome}, prices: 2019 USD}}}}", head))
        levels = self.levels("s.yaml", "--path", SCENARIOS)
        self.assertEqual((levels["2020-03"], levels["2021-03"]), ([years[2020]], [years[2021]]))

    def test_what_the_hindcast_is_given_is_what_happened(self):
        """Every figure of the world, confirmed or not, but those that fill a gap, which its notes name."""
        with open(SCENARIOS / "observed/kazakhstan.csv", encoding="utf-8", newline="") as file:
            happened = {(row["outcome"].removeprefix("drivers."), row["year"]): row["value"] for row in csv.DictReader(file) if row["prices"] != "nominal"}
        with open(SCENARIOS / "observed/given.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["year"] for row in rows], [str(year) for year in range(2019, 2026)])
        for row in rows[1:]:
            for column in set(row) - {"year", "note"}:
                figure = happened.get((column, row["year"]))
                if figure is None:
                    self.assertIn(column, row["note"])
                else:
                    self.assertEqual(float(row[column]), float(figure), (column, row["year"]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
