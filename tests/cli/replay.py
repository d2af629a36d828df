#!/usr/bin/env python3
"""A replication of a result again from the file alone, and what its worst replications have in common.

Usage: replay.py ZHOL SCENARIOS
"""
import csv
import math
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy
import pandas

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, SANITIZED, labels

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
KAZAKHSTAN, REPLICATIONS = SCENARIOS / "kazakhstan-2019.yaml", 500  # the last block holds 20 of 32
RUNS = {  # by scenario, the words that make its result
    "kazakhstan": [KAZAKHSTAN, "-n", str(REPLICATIONS)],
    "policy": [SCENARIOS / "policies/nurly-zhol-sreb.yaml", "-n", "70", "--seed", "18446744073709551615"],
    "pipelines": [SCENARIOS / "two-pipelines.yaml", "-n", "70", "--set", "run.quantiles=[0.1]"],
    "mersenne": [SCENARIOS / "minimal.yaml", "-n", "70", "--rng", "mt19937"],
    "tausworthe": [SCENARIOS / "minimal.yaml", "-n", "70", "--rng", "taus2"],
    "beyond": [SCENARIOS / "minimal.yaml", "-n", "5000", "--memory", "1540000"],  # samples fit, but not beside all inputs
    "wild": ["wild.yaml", "-n", "64"],
}
WILD = """scenario: wild
time: {base: 2019-07, start: 2020-07, months: 240}
drivers: {x: {model: gbm, start: 1e307 USD, drift: 50 %/yr, sigma: 5}}
"""
COMPARED = ("drivers.", "regimes.")


class Replay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        (cls.folder / "wild.yaml").write_text(WILD)
        for name, words in RUNS.items():
            subprocess.run([ZHOL, "run", *words, "-o", f"{name}.h5", "--save", "*", "--progress", "none"], cwd=cls.folder, capture_output=True)
        os.rename(cls.folder / "wild.h5.failed", cls.folder / "wild.h5")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def zhol(self, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def replay(self, *words, **options):
        run = self.zhol("replay", *words, "-o", "out.csv", "--force")
        self.assertEqual(run.stdout, "")
        return pandas.read_csv(self.folder / "out.csv", float_precision="round_trip", **options)

    def result(self, name):
        return Result(self.folder / f"{name}.h5")

    def samples(self, result, period):
        """By path of the outcome; [replications] or [years, replications]."""
        return dict(zip(result.saved(period), result.file[f"samples/{period}/value"][()], strict=True))

    def inputs(self, result):
        return dict(zip(result.inputs(), result.file["inputs/value"][()], strict=True))

    def units(self, result, period):
        return {outcome: result.label(period, "units", outcome) for outcome in result.outcomes(period)}

    def replications(self, result):
        last = int(result.file.attrs["replications"]) - 1
        return (0, 31, 32, last - 5, last)

    def check_bits(self, replayed, stored, path):
        """Equal as single precision, zeros with their signs; what is not defined is so in both."""
        with numpy.errstate(over="ignore"):  # beyond the greatest of single precision it is infinite
            replayed = numpy.asarray(replayed, dtype=float).astype(numpy.float32)
        defined = ~numpy.isnan(stored)
        self.assertEqual(list(~numpy.isnan(replayed)), list(defined), path)
        self.assertEqual(replayed[defined].tobytes(), stored[defined].tobytes(), path)

    def test_years_and_horizon_are_the_stored_samples_bit_for_bit(self):
        compared = 0
        for name in RUNS:
            with self.result(name) as result:
                horizon, annual = self.samples(result, "horizon"), self.samples(result, "annual")
                horizon_unit, unit = self.units(result, "horizon"), self.units(result, "annual")
                diagnostics = result.file["diagnostics"]
                for replication in self.replications(result):
                    table = self.replay(f"{name}.h5", "-r", str(replication), "--years", index_col="outcome")
                    self.assertEqual(list(table.index), list(horizon))
                    invalid = "invalid_replication" in diagnostics and replication in diagnostics["invalid_replication"][:]
                    for path in () if invalid else table.index:
                        row = table.loc[path]
                        self.check_bits(row[["horizon"]], horizon[path][replication:replication + 1], path)
                        self.assertEqual(row["horizon_unit"], horizon_unit[path])
                        years = row.iloc[1:-2].to_numpy(dtype=float)
                        if path in annual:
                            self.assertEqual(row["unit"], unit[path])
                            self.check_bits(years, annual[path][:, replication], path)
                        else:
                            self.assertTrue(numpy.isnan(years).all(), path)
                        compared += 1
        self.assertGreater(compared, 2000)

    def test_inputs_are_the_stored_ones_bit_for_bit(self):
        for name in ("kazakhstan", "policy", "mersenne", "tausworthe"):
            with self.result(name) as result:
                inputs, units = self.inputs(result), labels(result.file["inputs"], "units")
                for replication in self.replications(result):
                    table = self.replay(f"{name}.h5", "-r", str(replication), "--inputs")
                    self.assertEqual(list(table["input"]), list(inputs))
                    self.assertEqual(list(table["value"]), [values[replication] for values in inputs.values()])
                    self.assertEqual(list(table["unit"]), units)

    def test_the_months_of_a_year_make_its_value(self):
        fold = {"sum": "mean",  # a year, too, has a rate per year
                "mean": "mean", "last": "last", "minimum": "min", "maximum": "max"}
        for name in ("kazakhstan", "policy"):
            with self.result(name) as result:
                annual, units = self.samples(result, "annual"), self.units(result, "annual")
                months = self.replay(f"{name}.h5", "-r", "42")
                self.assertEqual(list(months["date"][:2]) + [months["date"].iloc[-1]], ["2020-01", "2020-02", "2039-12"])
                self.assertTrue(all(numpy.issubdtype(kind, numpy.number) for kind in months.dtypes.iloc[1:]))
                columns = {column.split(" (")[0]: column for column in months.columns[1:]}
                for path in result.outcomes():
                    method = result.label("horizon", "aggregation", path)
                    if path not in annual or method == "derived":
                        self.assertNotIn(path, columns)
                        continue
                    self.assertEqual(columns[path], path if units[path] == "1" else f"{path} ({units[path]})")
                    if method not in fold:
                        continue
                    years = months[columns[path]].groupby(months.index // 12).agg(fold[method])
                    numpy.testing.assert_allclose(years, annual[path][:, 42], rtol=1e-6, atol=1e-30, err_msg=path)

    def test_a_ratio_of_the_month_is_empty_where_nothing_moved(self):
        months = self.replay("kazakhstan.h5", "-r", "300")  # one in which oil for China runs out
        shares = months.filter(regex=r"^routes\.china-europe\..*\.share$")
        self.assertGreater(shares.shape[1], 2)
        numpy.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
        columns, nothing = {column.split(" (")[0]: months[column] for column in months}, 0
        for path in columns:
            if not path.endswith(".netback"):
                continue
            volume = columns[path.replace(".netback", ".volume")]
            self.assertEqual(list(columns[path].isna()), list(volume == 0), path)
            nothing += (volume == 0).sum()
        self.assertGreater(nothing, 0)

    def test_standard_output_holds_the_same(self):
        self.replay("mersenne.h5", "-r", "3")
        self.assertEqual(self.zhol("replay", "mersenne.h5", "-r", "3").stdout, (self.folder / "out.csv").read_text())

    def test_an_invalid_replication_says_since_when(self):
        with h5py.File(self.folder / "wild.h5") as file:
            numbers, months = (file["diagnostics"][name][:] for name in ("invalid_replication", "invalid_month"))
        # others are found at the end of a year, whose mean is beyond single precision
        number, month = next((int(number), int(month)) for number, month in zip(numbers, months) if month % 12 != 11)
        run = self.zhol("replay", "wild.h5", "-r", str(number))
        date = f"{2020 + (6 + month) // 12}-{(6 + month) % 12 + 1:02}"
        self.assertEqual(run.stderr, f"replication {number} is invalid: from {date} on, drivers.x is no finite number of single precision\n")
        rows = run.stdout.splitlines()
        self.assertEqual(len(rows), 241)
        self.assertIn(f"{date},inf", rows[1 + month])
        self.assertTrue(self.zhol("replay", "wild.h5", "-r", str(number), "--years").stdout.startswith("outcome,unit,2020-07,2021-07,"))

    def test_several_replications_are_each_as_by_itself(self):
        for words, patterns in (([], ["legs.dostyk.*", "fiscal.total"]), (["--years"], ["npv.*", "index.multivector"]), (["--inputs"], [])):
            rows = self.zhol("replay", "kazakhstan.h5", *patterns, "-r", "30:33", *words).stdout.splitlines()
            expected, head = [], None
            for number in range(30, 34):  # two blocks
                head, *one = self.zhol("replay", "kazakhstan.h5", *patterns, "-r", str(number), *words).stdout.splitlines()
                expected += [f"{number},{row}" for row in one]
            self.assertEqual(rows, [f"replication,{head}", *expected])
        whole = [row.split(",") for row in self.zhol("replay", "kazakhstan.h5", "-r", "31").stdout.splitlines()]
        some = [row.split(",") for row in self.zhol("replay", "kazakhstan.h5", "legs.dostyk.delay", "-r", "31").stdout.splitlines()]
        self.assertEqual(some[0], ["date", "legs.dostyk.delay (d)"])
        at = whole[0].index("legs.dostyk.delay (d)")
        self.assertEqual(some, [[row[0], row[at]] for row in whole])

    def test_what_cannot_be_replayed_is_refused(self):
        (self.folder / "notes.txt").write_text("my notes\n")
        (self.folder / "damaged.h5").write_bytes((self.folder / "mersenne.h5").read_bytes())
        with h5py.File(self.folder / "damaged.h5", "r+") as file:
            file.attrs.modify("scenario", file.attrs["scenario"].replace(b"64 USD/bbl", b"65 USD/bbl"))
        (self.folder / "short.h5").write_bytes((self.folder / "mersenne.h5").read_bytes()[:-1000])
        for words, status, said in (
            (["short.h5", "-r", "1"], 4, "short.h5 is not a result of zhol: HDF5 cannot open it"),
            (["short.h5", "--worst", "1%", "--outcome", "x"], 4, "short.h5 is not a result of zhol: HDF5 cannot open it"),
            (["mersenne.h5", "-r", "70"], 2, "-r is 70; mersenne.h5 has the replications 0 to 69"),
            (["mersenne.h5", "-r", "-1"], 2, "-r is '-1'; expected the number of a replication, counted from 0"),
            (["mersenne.h5", "-r", "0:70"], 2, "-r is 70; mersenne.h5 has the replications 0 to 69"),
            (["mersenne.h5", "-r", "3:2"], 2, "-r is '3:2'; expected the number of a replication, counted from 0, or two as in 0:199"),
            (["mersenne.h5", "-r", "3:"], 2, "-r is '3:'; expected"),
            (["mersenne.h5", "drivers.oill", "-r", "3"], 2, "no outcome matches 'drivers.oill'; did you mean 'drivers.oil'?"),
            (["kazakhstan.h5", "npv.*", "-r", "3"], 2, "'npv.*' has no value in a month; --years has its years"),
            (["kazakhstan.h5", "-r", "0:499"], 2, "numbers each are more than 20000000; expected fewer, or outcomes that are named"),
            (["mersenne.h5", "drivers.oil", "--worst", "1%", "--outcome", "x"], 2, "'drivers.oil' is one word too many"),
            (["mersenne.h5"], 2, "nothing was asked for; expected -r N or --worst SHARE"),
            (["mersenne.h5", "-r", "1", "--worst", "1%", "--outcome", "x"], 2, "-r and --worst were both given"),
            (["mersenne.h5", "-r", "1", "--csv"], 2, "--upper, --lower and --csv belong to --worst"),
            (["mersenne.h5", "--worst", "1%", "--outcome", "x", "--years"], 2, "--years, --inputs and --isa belong to -r"),
            (["mersenne.h5", "--worst", "1%"], 2, "--worst and --outcome go together"),
            (["mersenne.h5", "--worst", "1", "--outcome", "x"], 2, "--worst is '1'; expected a share such as 1%"),
            (["-r", "1"], 2, "no result file was named"),
            (["notes.txt", "-r", "1"], 4, "notes.txt is not a result of zhol"),
            (["damaged.h5", "-r", "1"], 4, "damaged.h5 is damaged"),
            (["none.h5", "-r", "1"], 4, "none.h5 cannot be read"),
            (["mersenne.h5", "-r", "1", "-o", "no/out.csv"], 1, "no/out.csv cannot be written: No such file"),
        ):
            with self.subTest(words=words):
                run = self.zhol("replay", *words, status=status)
                self.assertIn(said, run.stderr)
                self.assertEqual(run.stderr.count("\n"), 1 if status in (1, 4) or "has the replications" in said else run.stderr.count("\n"))
                self.assertEqual(run.stdout, "")

    def test_a_cell_of_a_batch_is_replayed(self):
        (self.folder / "base.yaml").write_text((SCENARIOS / "minimal.yaml").read_text())
        (self.folder / "dear.yaml").write_text("extends: base\nscenario: dear\ndrivers: {oil: {mean: 90 USD/bbl}}\n")
        (self.folder / "batch.yaml").write_text("batch: small\nbase: base\nworlds: [base, dear]\npolicies: [base]\n")
        self.zhol("batch", "batch.yaml", "-n", "100", "--set", "drivers.gdp.sigma=3 %/yr", "--progress", "none")
        with self.result("small/dear") as result:
            table = self.replay("small/dear.h5", "-r", "99", "--years", index_col="outcome")
            for path, data in self.samples(result, "horizon").items():
                self.check_bits([table.loc[path]["horizon"]], data[99:], path)

    def test_without_samples_the_option_that_keeps_them_is_named(self):
        for save, outcome in (("none", "drivers.oil"), ("drivers.*", "flows.grain-south.demand")):
            self.zhol("run", SCENARIOS / "minimal.yaml", "-n", "5000", "--memory", "1MiB", "--save", save, "-o", "few.h5", "--force", "--progress", "none")
            self.assertEqual(self.zhol("replay", "few.h5", "--worst", "1%", "--outcome", outcome, "--upper", status=4).stderr,
                             f"zhol: error: few.h5 holds no samples of {outcome}, because not all fit into --memory; simulate again with "
                             f"--save '{outcome},drivers.*', or with more --memory\n")
        self.zhol("run", SCENARIOS / "minimal.yaml", "-n", "5000", "--memory", "1MiB", "--save", "flows.*.demand", "-o", "few.h5", "--force", "--progress", "none")
        shown = self.zhol("replay", "few.h5", "--worst", "1%", "--outcome", "flows.grain-south.demand").stdout
        self.assertIn("\n2 outcomes that are compared have no samples in the file and are left out\n", shown)
        self.assertIn("flows.grain-south.volume", shown)

    @unittest.skipIf(SANITIZED, "other tests run these commands with less")
    def test_the_commands_of_the_guide(self):
        self.zhol("run", KAZAKHSTAN, "-n", "2000", "-o", "kazakhstan-2019.h5", "--progress", "none")
        commands = re.findall(r"^zhol ((?:replay|verify) .*)$", (SCENARIOS.parent / "guide/commands.md").read_text(), re.M)
        self.assertEqual(len(commands), 3)
        for command in commands:
            self.zhol(*shlex.split(command.replace("-r 4711", "-r 711")))
        self.assertEqual(len((self.folder / "4711.csv").read_text().splitlines()), 241)

    def worst(self, *words):
        run = self.zhol("replay", "kazakhstan.h5", "--worst", "10%", *words, "--csv")
        return list(csv.DictReader(run.stdout.splitlines()))

    def test_differences_of_the_worst_are_those_of_the_samples(self):
        for words, path, upper in ((["--outcome", "npv.national"], "npv.national", False), (["--outcome", "energy.oil.shut-in"], "energy.oil.shut-in", True),
                                   (["--outcome", "drivers.brent", "--lower"], "drivers.brent", False),
                                   (["--outcome", "npv.national", "--upper"], "npv.national", True)):
            rows = self.worst(*words)
            with self.result("kazakhstan") as result:
                horizon, inputs = self.samples(result, "horizon"), self.inputs(result)
                value = horizon[path]
                edge = numpy.sort(-value if upper else value)[50 - 1]
                worst = (-value if upper else value) <= edge
                self.assertGreaterEqual(worst.sum(), 50)
                asked = {name for name in horizon if name.startswith(COMPARED) or name.endswith((".down", ".utilisation", ".active", ".held", ".missed"))
                         or (name.startswith("legs.") and name.endswith(".delay"))}
                self.assertEqual({row["path"] for row in rows if row["kind"] == "outcome"}, asked - {path})
                self.assertEqual({row["path"] for row in rows if row["kind"] == "input"}, set(inputs))
                sizes = [abs(float(row["difference"])) for row in rows if row["difference"]]
                self.assertEqual(sizes, sorted(sizes, reverse=True))
                for row in rows:
                    x = (inputs if row["kind"] == "input" else horizon)[row["path"]].astype(float)
                    self.check_row(row, x[worst], x[~worst])

    def check_row(self, row, a, b):
        a, b = a[~numpy.isnan(a)], b[~numpy.isnan(b)]
        self.assertEqual((int(row["worst_count"]), int(row["rest_count"])), (len(a), len(b)))
        sd = numpy.concatenate([a, b]).std(ddof=1)
        if not row["difference"]:
            self.assertEqual(sd, 0)
            return
        difference, scale = (a.mean() - b.mean()) / sd, max(abs(a).max(), abs(b).max()) / sd
        numpy.testing.assert_allclose(float(row["difference"]), difference, rtol=1e-9, atol=1e-13 * scale)
        x, y = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
        freedom = (x + y) ** 2 / (x ** 2 / (len(a) - 1) + y ** 2 / (len(b) - 1))
        low, high = float(row["low"]), float(row["high"])
        numpy.testing.assert_allclose((low + high) / 2, difference, rtol=1e-9, atol=1e-12 * scale)
        t = (high - low) / 2 * sd / numpy.sqrt(x + y)
        grid = numpy.linspace(0, t, 4001)
        density = (1 + grid ** 2 / freedom) ** (-(freedom + 1) / 2)
        density *= math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
        self.assertAlmostEqual(numpy.trapz(density, grid), 0.475, delta=1e-7 + 1e-10 * scale)

    def test_the_table_says_which_replications_are_the_worst(self):
        shown = self.zhol("replay", "kazakhstan.h5", "--worst", "10%", "--outcome", "npv.national").stdout
        self.assertRegex(shown, r"^The worst 10 % by npv.national over the whole horizon: 50 of 500 replications, at most \d{2,3}\.?\d* GUSD\n")
        self.assertRegex(shown, r"\n  drivers.brent +-\d\.\d\d +\d\.\d\d +[0-9.]+ +[0-9.]+  USD/bbl\n")
        self.assertRegex(shown, r"\n\d+ of the \d+ whose difference is larger than its error; of \d+ that vary, about \d+ would be by chance; --csv lists all\n$")

    def test_the_table_has_the_first_that_differ_by_more_than_their_error(self):
        lines = self.zhol("replay", "kazakhstan.h5", "--worst", "10%", "--outcome", "npv.national").stdout.splitlines()[4:]
        rows = [row for row in self.worst("--outcome", "npv.national") if row["difference"]]
        distinct = [row for row in rows if float(row["low"]) > 0 or float(row["high"]) < 0]
        self.assertEqual([line.split()[0] for line in lines[:-1]], [row["path"] for row in distinct[:20]])
        for line, row in zip(lines, distinct[:20]):
            difference, error = (float(word) for word in line.split()[1:3])
            self.assertAlmostEqual(difference, float(row["difference"]), delta=0.00501)
            self.assertAlmostEqual(error, (float(row["high"]) - float(row["low"])) / 2, delta=0.00501)
            self.assertEqual(line.endswith("(input)"), row["kind"] == "input")
        self.assertGreater(len(distinct), 10)
        self.assertTrue(lines[-1].startswith(f"{min(20, len(distinct))} of the {len(distinct)} whose difference is larger than its error; of {len(rows)} that vary, about {math.ceil(len(rows) / 20)} would"))

    def test_tails_that_say_nothing_are_refused(self):
        for words, said in (
            (["1%", "--outcome", "npv.national"], "the worst 1 % of 500 replications are 5; expected at least 20"),
            (["10%", "--outcome", "drivers.brent"], "neither more nor less of drivers.brent is better by itself; say with --upper or --lower"),
            (["10%", "--outcome", "npv.nation"], "kazakhstan.h5 has no outcome 'npv.nation'"),
            (["99%", "--outcome", "energy.oil.shut-in", "--lower"], None),
        ):
            with self.subTest(words=words):
                if said is None:
                    self.zhol("replay", "kazakhstan.h5", "--worst", *words)
                else:
                    self.assertIn(said, self.zhol("replay", "kazakhstan.h5", "--worst", *words, status=2).stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
