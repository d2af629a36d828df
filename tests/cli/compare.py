#!/usr/bin/env python3
"""zhol compare against numpy on the stored samples, and as a user meets it: what cannot be compared, what is noted, files.

Usage: compare.py ZHOL SCENARIOS
"""
import csv
import functools
import io
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py
import netCDF4
import numpy
import xarray

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, reseal

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
REPLICATIONS, YEARS, SECTIONS, Z = 500, 20, 16, 1.959963984540054
MINIMAL = ["run", str(SCENARIOS / "minimal.yaml"), "-n", "600", "--progress", "none"]
CHANGED = ["--set", "flows.grain-south.tariff=0 %", "--set", "drivers.oil.mean=70 USD/bbl"]


@functools.cache
def student(freedom):
    """The 0.975 quantile of Student's t, by integrating its density."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def beyond(t, steps=2000):
        x = numpy.linspace(0, t, steps + 1)
        y = scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2)
        return t / steps / 3 * (y[0] + y[-1] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum()) - 0.475

    low, high = 1.0, 13.0
    for _ in range(60):
        low, high = ((low + high) / 2, high) if beyond((low + high) / 2) < 0 else (low, (low + high) / 2)
    return low


def tail_of(level):
    return "upper" if level >= 0.5 else "lower"


def columns(data):
    """The arrays of a file as columns of a table, in the order of its dimensions."""
    found = {}
    for name, array in data.data_vars.items():
        if "quantile" in array.dims:
            found.update({f"{name}_{q:g}": array.sel(quantile=q) for q in data["quantile"].values})
        elif "level" in array.dims:
            found.update({f"{name}_{t}_{l:g}": array.sel(tail=t, level=l) for t in data["tail"].values for l in data["level"].values})
        else:
            found[name] = array
    return found


def row_of(item, quantile, level):
    """An object of JSON as a row of CSV."""
    row = {}
    for name, value in item.items():
        if isinstance(value, list):
            row.update({f"{name}_{q:g}": v for q, v in zip(quantile, value, strict=True)})
        elif isinstance(value, dict):
            row.update({f"{name}_{t}_{l:g}": v for t in value for l, v in zip(level, value[t], strict=True)})
        else:
            row[name] = value
    return row


def order(values, p):
    return numpy.sort(values)[max(1, math.ceil(round(len(values) * p, 9))) - 1]


def tail_mean(values, level):
    """The mean of a tail, and the quantile at its edge."""
    upper, share = level >= 0.5, round(min(level, 1 - level), 12)
    ordered = numpy.sort(values)[::-1] if upper else numpy.sort(values)
    points = len(values) * share
    whole = math.floor(round(points, 9))
    rest = points - whole if points - whole > 1e-9 else 0.0
    return (ordered[:whole].sum() + (rest * ordered[whole] if rest > 0 else 0.0)) / points, order(values, level)


def influence(values, level):
    edge, share = tail_mean(values, level)[1], round(min(level, 1 - level), 12)
    return (numpy.maximum(values - edge, 0) if level >= 0.5 else numpy.minimum(values - edge, 0)) / share


def wilson(hits, n):
    p, square = hits / n, Z * Z
    center, half = (hits + square / 2) / (n + square), Z / (n + square) * math.sqrt(hits * (1 - p) + square / 4)
    return p, 0.0 if hits == 0 else center - half, 1.0 if hits == n else center + half


def dominance(value, base):
    """Of value over base where more is better: first and second order."""
    n, grid = len(value), numpy.unique(numpy.concatenate([value, base]))
    f, g = (numpy.searchsorted(numpy.sort(x), grid, side="right") / n for x in (value, base))
    band = 2 * math.sqrt(math.log(4 / 0.05) / (2 * n))
    area = numpy.concatenate([[0.0], numpy.cumsum((g - f)[:-1] * numpy.diff(grid))])
    width = band * (grid - grid[0])

    def verdict(ahead, limit, zero):
        return -1 if (-ahead > limit).any() else 1 if (ahead > limit).any() and (ahead >= -zero).all() else 0

    first = verdict(g - f, band, 0.0)
    rounding = 1e-12 * max(1.0, abs(area).max())
    return first, 1 if first == 1 else verdict(area, width, rounding)


class Compare(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        for name, scenario in (("base", "kazakhstan-2019"), ("programme", "policies/nurly-zhol-sreb"), ("tariff", "policies/eaeu-tariff")):
            cls.zhol("run", str(SCENARIOS / f"{scenario}.yaml"), "-n", str(REPLICATIONS), "-o", f"{name}.h5", "--progress", "none")
        cls.zhol(*MINIMAL, "-o", "minimal.h5")
        cls.zhol(*MINIMAL, *CHANGED, "-o", "changed.h5")
        cls.zhol("compare", "base.h5", "programme.h5", "-o", "d.h5")
        cls.rows = cls.table("base.h5", "programme.h5")

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
    def table(cls, *words, command="compare"):
        return list(csv.DictReader(io.StringIO(cls.zhol(command, *words, "--csv").stdout)))

    def result(self, name, mode="r"):
        return Result(self.folder / name, mode)

    def samples(self, name, path):
        """Over the horizon."""
        with self.result(name) as result:
            return result.samples("horizon", path).astype(float)

    def of_row(self, result, row):
        """The samples that a row is of."""
        values = result.samples(row["period"], row["outcome"]).astype(float)
        return values if row["period"] == "horizon" else values[int(row["year"]) - 2020]

    def horizon(self, *words):
        """The one row of the horizon."""
        row, = (row for row in self.table(*words) if row["period"] == "horizon")
        return row

    def number(self, row, column):
        return math.nan if row[column] == "" else float(row[column])

    def check(self, row, column, expected, scale):
        got = self.number(row, column)
        if not (abs(got - expected) <= 1e-9 * (abs(expected) + scale) or math.isnan(got) and math.isnan(expected)):
            self.fail(f"{row['outcome']} {row['period']} {row['year']} {column} is {got}; expected {expected}")

    def check_pairs(self, row, value, base):
        """All that is said of pairs, worked out again; rounding of sums is of the size of the numbers themselves."""
        both = ~numpy.isnan(value) & ~numpy.isnan(base)
        value, base = value[both], base[both]
        n, d = len(value), value - base
        scale = max(abs(value).max(), abs(base).max()) * 1e-6
        self.assertEqual(float(row["count"]), n)
        self.check(row, "base_mean", base.mean(), scale)
        self.check(row, "variant_mean", value.mean(), scale)
        self.check(row, "mean_difference", d.mean(), scale * 1e-3)
        sd = d.std(ddof=1)
        error, t = sd / math.sqrt(n), student(n - 1)
        self.check(row, "sd", sd, scale * 1e-3)
        self.check(row, "standard_error", error, scale * 1e-3)
        self.check(row, "mean_difference_low", d.mean() - t * error, scale * 1e-3)
        self.check(row, "mean_difference_high", d.mean() + t * error, scale * 1e-3)
        slack = 2.0 ** -24 * (abs(value) + abs(base))
        self.check(row, "rounding", slack.mean(), scale * 1e-3)
        if (d != 0).any():
            with numpy.errstate(divide="ignore"):
                self.check(row, "variance_saving", (value.var(ddof=1) + base.var(ddof=1)) / d.var(ddof=1), 1e-3)
        else:
            self.assertEqual(row["variance_saving"], "")
        greater, less = (d > slack).sum(), (d < -slack).sum()
        shares = {"share_same": n - greater - less}
        if row["better"] != "neither":
            shares.update(zip(("share_better", "share_worse"), (greater, less) if row["better"] == "more" else (less, greater)))
        else:
            self.assertEqual({row[c + e] for c in ("share_better", "share_worse") for e in ("", "_low", "_high")}, {""})
        for share, hits in shares.items():
            for ending, expected in zip(("", "_low", "_high"), wilson(hits, n)):
                self.check(row, share + ending, expected, 1e-3)
        self.check_quantiles(row, value, base, scale)
        self.check_tails(row, value, base, scale)

    def check_quantiles(self, row, value, base, scale):
        n, d = len(value), numpy.sort((value - base).astype(numpy.float32).astype(float))
        section = [slice(n * s // SECTIONS, n * (s + 1) // SECTIONS) for s in range(SECTIONS)]
        for p in (0.05, 0.25, 0.5, 0.75, 0.95):
            self.check(row, f"quantile_estimate_{p}", order(d, p), 0)
            deviation = math.sqrt(n * p * (1 - p))
            if deviation ** 2 >= 20:
                self.check(row, f"quantile_low_{p}", d[math.floor(n * p - Z * deviation) - 1], 0)
                self.check(row, f"quantile_high_{p}", d[math.ceil(n * p + Z * deviation)], 0)
            apart = order(value, p) - order(base, p)
            each = numpy.array([order(value[s], p) - order(base[s], p) for s in section if n >= SECTIONS])
            self.check(row, f"quantile_difference_{p}", apart, scale * 1e-3)
            if (d == 0).all() or n / SECTIONS * min(p, 1 - p) < 3:
                self.assertTrue((d == 0).all() or row[f"quantile_difference_low_{p}"] == "")
                continue
            half = student(SECTIONS - 1) * math.sqrt(((each - apart) ** 2).sum() / (SECTIONS * (SECTIONS - 1)))
            self.check(row, f"quantile_difference_low_{p}", apart - half, scale * 1e-3)
            self.check(row, f"quantile_difference_high_{p}", apart + half, scale * 1e-3)

    def check_tails(self, row, value, base, scale):
        n = len(value)
        for level in (0.05, 0.95):
            if n * 0.05 < 2 or (value == base).all():
                continue
            apart = tail_mean(value, level)[0] - tail_mean(base, level)[0]
            error = (influence(value, level) - influence(base, level)).std(ddof=1) / math.sqrt(n)
            self.check(row, f"cvar_difference_{tail_of(level)}_0.95", apart, scale)
            self.check(row, f"cvar_difference_standard_error_{tail_of(level)}_0.95", error, scale)
            self.check(row, f"cvar_difference_low_{tail_of(level)}_0.95", apart - Z * error, scale)
            self.check(row, f"cvar_difference_high_{tail_of(level)}_0.95", apart + Z * error, scale)

    def test_pairs_are_those_of_the_samples(self):
        checked = 0
        with self.result("programme.h5") as programme, self.result("base.h5") as base:
            for row in self.rows:
                if row["paired"] != "1" or float(row["count"]) < 30:
                    continue
                self.check_pairs(row, self.of_row(programme, row), self.of_row(base, row))
                checked += 1
        self.assertGreater(checked, 700)

    def test_in_some_futures_the_pairs_are_those_in_which_the_condition_holds_in_the_base(self):
        condition, checked = "drivers.brent@2025 < 60 USD/bbl and fiscal.total@2025 > 0 USD/yr", 0
        with self.result("programme.h5") as programme, self.result("base.h5") as base:
            holds = (base.samples("annual", "drivers.brent")[5] < 60) & (base.samples("annual", "fiscal.total")[5] > 0)
            self.assertGreater(holds.sum(), 100)
            for row in self.table("base.h5", "programme.h5", "--given", condition):
                if row["period"] == "annual" and row["outcome"] not in base.saved("annual"):
                    self.assertEqual((row["paired"], row["count"], row["mean_difference"]), ("", "0", ""))  # of these nothing is known
                elif row["count"] != "" and float(row["count"]) >= 30:
                    self.check_pairs(row, self.of_row(programme, row)[holds], self.of_row(base, row)[holds])
                    checked += 1
        self.assertGreater(checked, 700)
        page = self.zhol("compare", "base.h5", "programme.h5", "--given", condition, "-o", "g.h5").stdout
        self.assertIn(f"in these futures: {holds.sum()} of the base (base), where {condition}\n", page)
        self.assertIn(f"{holds.sum()} pairs of futures", page)
        with h5py.File(self.folder / "g.h5") as file:
            self.assertEqual((file.attrs["given"].decode() if isinstance(file.attrs["given"], bytes) else file.attrs["given"], file.attrs["given_futures"]),
                             (condition, holds.sum()))
            self.assertIn(f"--given '{condition}'", str(file.attrs["history"]))
        document = json.loads(self.zhol("compare", "base.h5", "programme.h5", "--given", condition, "--json").stdout)
        self.assertEqual((document["given"], document["futures"]), (condition, holds.sum()))

    def test_without_samples_the_errors_are_those_of_independent_draws(self):
        checked = 0
        with self.result("base.h5") as base, self.result("programme.h5") as programme:
            saved, years_of = base.saved("annual"), functools.cache(lambda result, name, outcome: result.statistic("annual", name, outcome))
            for row in self.rows:
                if row["paired"] != "0" or not float(row["count"]) > 0:
                    continue
                self.assertNotIn(row["outcome"], saved)
                x, y = ({s: years_of(f, s, row["outcome"])[int(row["year"]) - 2020]
                         for s in ("mean", "standard_error", "quantile_estimate", "quantile_low", "quantile_high", "cvar_standard_error")} for f in (programme, base))
                self.check(row, "mean_difference", x["mean"] - y["mean"], 0)
                self.check(row, "standard_error", math.hypot(x["standard_error"], y["standard_error"]), 0)
                self.assertEqual({row["share_better"], row["share_same"], row["quantile_estimate_0.5"], row["variance_saving"], row["sd"]}, {""})
                apart = x["quantile_estimate"][2] - y["quantile_estimate"][2]
                below = math.hypot(x["quantile_estimate"][2] - x["quantile_low"][2], y["quantile_high"][2] - y["quantile_estimate"][2])
                self.check(row, "quantile_difference_0.5", apart, 0)
                self.check(row, "quantile_difference_low_0.5", apart - below, 1)
                self.check(row, "cvar_difference_standard_error_upper_0.95", math.hypot(x["cvar_standard_error"][1, 0], y["cvar_standard_error"][1, 0]), 0)
                checked += 1
        self.assertGreater(checked, 300)

    def test_dominance_is_that_of_the_distribution_functions(self):
        found = set()
        with self.result("programme.h5") as programme, self.result("base.h5") as base:
            for row in self.rows:
                if row["period"] != "horizon" or row["paired"] != "1" or float(row["count"]) == 0:
                    continue
                names = ("dominance_first", "dominance_second", "dominated_first", "dominated_second")
                got = tuple(int(row[name]) for name in names)
                if row["better"] == "neither":
                    self.assertEqual(got, (-2, -2, -2, -2))
                    continue
                value, other = self.of_row(programme, row), self.of_row(base, row)
                both = ~numpy.isnan(value) & ~numpy.isnan(other)
                sign = 1 if row["better"] == "more" else -1
                value, other = sign * value[both], sign * other[both]
                self.assertEqual(got, dominance(value, other) + dominance(other, value), row["outcome"])
                found.update(got)
        self.assertEqual(found, {-1, 0, 1})

    def check_file(self, rows, name, rtol=0, **select):
        """A table has all numbers of a file, and no others."""
        labels = ["world", "variant", "against_world", "against_variant", "outcome", "period", "year", "units", "better", "title"]
        for period in ("annual", "horizon"):
            of_period = [row for row in rows if row["period"] == period]
            with xarray.open_dataset(self.folder / name, group=period) as data:
                data, years = data.drop_vars("time_bounds", errors="ignore").sel(**select), data.sizes.get("time", 1)
                expected = columns(data)
                for label, of_outcome in (("outcome", "outcome"), ("units", "units"), ("better", "better"), ("title", "title")):
                    if label in rows[0]:
                        self.assertEqual([row[label] for row in of_period], list(numpy.repeat(data[of_outcome].values, years)))
                if period == "annual":
                    self.assertEqual([int(row["year"]) for row in of_period], list(data["time"].dt.year.values) * data.sizes["outcome"])
                for column in rows[0].keys() - labels:
                    values = [self.number(row, column) for row in of_period]
                    if column.startswith("probability"):
                        told = [row["outcome"] in data["threshold"].values for row in of_period]
                        self.assertTrue(numpy.isnan(values)[~numpy.array(told)].all(), column)
                        values = numpy.array(values)[told]
                    if column in expected:
                        numpy.testing.assert_allclose(values, expected.pop(column).values.ravel(), rtol=rtol, atol=0, err_msg=column)
                    else:
                        self.assertTrue(period == "annual" and numpy.isnan(values).all(), column)
                self.assertEqual(list(expected), [])

    def test_the_file_has_what_the_table_has(self):
        self.check_file(self.rows, "d.h5", world="base", variant="programme")
        # moments are read as sums of powers, of which they are worked out again
        self.check_file(self.table("base.h5", command="show"), "base.h5", rtol=1e-13)

    def test_json_has_what_the_table_has(self):
        for words, member in ((["compare", "base.h5", "programme.h5"], "differences"), (["show", "base.h5", "fiscal.*", "npv.*", "thresholds.*"], "statistics")):
            with self.subTest(words=words):
                document = json.loads(self.zhol(*words, "--json").stdout)
                table = self.table(*words[1:], command=words[0])
                self.assertEqual((document["quantile"], document["level"]), ([0.05, 0.25, 0.5, 0.75, 0.95], [0.95]))
                self.assertEqual(len(document[member]), len(table))
                for row, item in zip(table, document[member]):
                    item = row_of(item, document["quantile"], document["level"])
                    item.pop("long_name", None)
                    self.assertEqual({column for column, text in row.items() if text not in ("", "inf", "-inf") and not column.startswith("against")},
                                     {column for column, value in item.items() if value is not None})
                    for column, value in item.items():
                        if value is not None:
                            self.assertEqual(value, row[column] if isinstance(value, str) else float(row[column]), column)

    def test_readers_open_the_file(self):
        path = str(self.folder / "d.h5")
        for engine in ("netcdf4", "h5netcdf"):
            with xarray.open_dataset(path, group="annual", engine=engine) as data:
                apart = data["quantile_difference"].sel(outcome="trade.exports", variant="programme")
                self.assertEqual(apart.dims, ("world", "time", "quantile"))
                self.assertEqual(str(apart.time.values[0])[:10], "2020-01-01")
                self.assertEqual(apart.units.item(), "USD/yr")
            with xarray.open_dataset(path, group="horizon", engine=engine) as data:
                self.assertEqual(data["cvar_difference"].dims, ("world", "variant", "outcome", "tail", "level"))
                self.assertEqual(data["mean_difference"].sel(outcome="trade.exports").units.item(), "USD")
                self.assertEqual(data["share_better"].attrs["units"], "1")
        with netCDF4.Dataset(path) as file:
            self.assertEqual(file["horizon/dominance_first"].flag_meanings, "not_asked no undecided yes")
            self.assertEqual(file.base_name, "base")
        head = subprocess.run(["ncdump", "-h", path], check=True, capture_output=True, text=True).stdout
        self.assertIn("double quantile_difference(world, variant, outcome, time, quantile)", head)

    def test_a_comparison_says_what_it_holds(self):
        shown = self.zhol("compare", "--list", "d.h5").stdout
        for said in ("\nworld: base\n", "\nvariant: programme\n", "\neach less the base of its world: base\n", "\nhorizon and annual, 20 years from 2020-01\n",
                     "\n  fiscal.total: "):
            self.assertIn(said, shown)
        with h5py.File(self.folder / "d.h5") as file:
            self.assertEqual([line.split(":")[0].strip() for line in shown[shown.index("outcomes:\n") + 10:shown.index("\n\nIn Python")].splitlines()],
                             [path.decode() for path in file["horizon/outcome"]])
            for name in file["horizon"]:
                if file["horizon"][name].ndim >= 3:
                    self.assertIn(f"\n  {name} ", shown)
        shown = self.zhol("show", "d.h5", status=4).stderr
        self.assertEqual(shown, "zhol: error: d.h5 is a comparison of results; `zhol compare --list d.h5` tells what it holds\n")
        self.assertIn("base.h5 is not a comparison; expected a file that `zhol compare -o` or `zhol batch` wrote", self.zhol("compare", "--list", "base.h5", status=4).stderr)

    def test_same_files_same_bytes_for_any_number_of_threads(self):
        for threads in ("1", "2"):
            self.zhol("compare", "base.h5", "programme.h5", "-j", threads, "-o", f"threads-{threads}.h5")
        first = (self.folder / "threads-1.h5").read_bytes()
        self.assertEqual(first, (self.folder / "threads-2.h5").read_bytes())
        self.assertEqual(first, (self.folder / "d.h5").read_bytes())
        (self.folder / "elsewhere").mkdir()
        for name in ("base", "programme"):
            shutil.copy(self.folder / f"{name}.h5", self.folder / "elsewhere")
        self.zhol("compare", "elsewhere/base.h5", "elsewhere/programme.h5", "-o", "elsewhere/d.h5")
        self.assertEqual(first, (self.folder / "elsewhere/d.h5").read_bytes())

    def test_a_variant_that_changes_nothing_is_never_better(self):
        (self.folder / "nothing.yaml").write_text(f"extends: minimal\nscenario: nothing\n")
        self.zhol("run", "nothing.yaml", "--path", str(SCENARIOS), "-n", "600", "--progress", "none", "-o", "nothing.h5")
        rows = self.table("minimal.h5", "nothing.h5", "--outcome", "*")
        paired = [row for row in rows if row["paired"] == "1"]
        self.assertGreater(len(paired), 20)
        for row in paired:
            zeros = [c for c in row if c.startswith(("mean_diff", "standard", "sd", "quantile", "cvar"))]
            self.assertLessEqual({row[c] for c in zeros if row[c] != ""}, {"0"}, row)
            self.assertEqual(row["share_same"], "1")
            self.assertIn(row["share_better"], ("", "0"))
            self.assertIn(row["dominance_first"], ("", "0", "-2"))
        self.assertRegex(self.zhol("compare", "minimal.h5", "nothing.h5").stdout, r"no difference in any of \d+ main outcomes \(others: --outcome\)")
        self.assertIn("no difference in any future", self.zhol("compare", "minimal.h5", "nothing.h5", "--outcome", "drivers.oil").stdout)

    def test_what_cannot_be_paired_is_refused_with_its_reason(self):
        other = {"seed": (["--seed", "7"], "different seeds (1 and 7), so that their replications are not of the same draws"),
                 "rng": (["--rng", "mt19937"], "different generators (philox and mt19937)"),
                 "months": (["--set", "time.months=24"], "cannot be compared: their numbers of months are 120 and 24"),
                 "start": (["--set", "time.start=2022-01"], "cannot be compared: they start in 2020-01 and 2022-01")}
        for name, (words, said) in other.items():
            with self.subTest(name=name):
                self.zhol(*MINIMAL, *words, "-o", f"{name}.h5")
                self.assertIn(said, self.zhol("compare", "minimal.h5", f"{name}.h5", status=4).stderr)
                self.assertEqual(self.zhol("compare", "minimal.h5", f"{name}.h5", status=4).stdout, "")
        for name in ("seed", "rng"):
            self.assertIn("as of independent draws", self.zhol("compare", "minimal.h5", f"{name}.h5", "--unpaired").stdout)
        for name in ("months", "start"):
            self.zhol("compare", "minimal.h5", f"{name}.h5", "--unpaired", status=4)
        for schema in (1, 99):
            shutil.copy(self.folder / "minimal.h5", self.folder / "other.h5")
            with h5py.File(self.folder / "other.h5", "r+") as file:
                file.attrs.modify("zhol_schema", schema)
            self.assertIn(f"other.h5 has the result format {schema}; this zhol reads 2: simulate it again, by the command in its attribute `history`\n",
                          self.zhol("compare", "minimal.h5", "other.h5", status=4).stderr)
        (self.folder / "text.h5").write_text("text\n")
        self.assertIn("text.h5 is not a result of zhol", self.zhol("compare", "minimal.h5", "text.h5", status=4).stderr)
        self.assertIn("none.h5 cannot be read", self.zhol("compare", "minimal.h5", "none.h5", status=4).stderr)
        self.assertIn("d.h5 is a comparison of results; `zhol compare --list d.h5` tells", self.zhol("compare", "minimal.h5", "d.h5", status=4).stderr)

    def test_unpaired_has_the_error_of_welch(self):
        self.zhol(*MINIMAL, *CHANGED, "--seed", "8", "-o", "seed-8.h5")
        row = self.horizon("minimal.h5", "seed-8.h5", "--unpaired", "--outcome", "drivers.oil")
        value, base = (self.samples(file, "drivers.oil") for file in ("seed-8.h5", "minimal.h5"))
        v, b = value.var(ddof=1) / 600, base.var(ddof=1) / 600
        half = student((v + b) ** 2 / (v * v / 599 + b * b / 599)) * math.sqrt(v + b)
        self.assertEqual(row["paired"], "0")
        # means of runs are of doubles, samples in single precision
        numpy.testing.assert_allclose(float(row["mean_difference"]), value.mean() - base.mean(), rtol=0, atol=2 ** -23 * abs(base).max())
        numpy.testing.assert_allclose(float(row["mean_difference_high"]) - float(row["mean_difference"]), half, rtol=1e-5)
        self.assertIn("are of the same draws: pairs would say more", self.zhol("compare", "minimal.h5", "changed.h5", "--unpaired").stdout)

    def test_files_of_other_lengths_are_paired_on_what_they_share(self):
        self.zhol(*MINIMAL, *CHANGED, "-n", "500", "-o", "fewer.h5")
        shown = self.zhol("compare", "minimal.h5", "fewer.h5").stdout
        self.assertIn("500 pairs of futures", shown)
        self.assertIn("note: minimal.h5 has 600 replications, fewer.h5 has 500: the common first 500 are paired", shown)
        both = self.zhol("compare", "minimal.h5", "fewer.h5", "changed.h5").stdout
        self.assertIn("500 to 600 pairs of futures on the same random numbers (seed 1): fewer 500, changed 600, 2020 to 2029", both)
        self.assertNotIn("(600 pairs)", both)
        row = self.horizon("minimal.h5", "fewer.h5", "--outcome", "drivers.oil")
        value, base = self.samples("fewer.h5", "drivers.oil"), self.samples("minimal.h5", "drivers.oil")[:500]
        self.check_pairs(row, value, base)

    def test_another_version_or_arithmetic_is_noted(self):
        shutil.copy(self.folder / "changed.h5", self.folder / "arithmetic.h5")
        with h5py.File(self.folder / "arithmetic.h5", "r+") as file:
            file.attrs["arithmetic"] = numpy.bytes_("other")
        reseal(self.folder / "arithmetic.h5")
        self.assertRegex(self.zhol("compare", "minimal.h5", "arithmetic.h5").stdout, "arithmetic.h5 by zhol .* on other: draws need not agree")

    def test_invalid_replications_leave_the_pair_and_are_counted(self):
        shutil.copy(self.folder / "changed.h5", self.folder / "invalid.h5")
        with h5py.File(self.folder / "invalid.h5", "r+") as file:
            file.attrs.modify("invalid_replications", 2)
            file["diagnostics/invalid_replication"] = numpy.array([3, 77])
            for group in ("samples/horizon", "samples/annual"):
                file[group]["value"][..., [3, 77]] = numpy.nan
        reseal(self.folder / "invalid.h5")
        shown = self.zhol("compare", "minimal.h5", "invalid.h5").stdout
        self.assertIn("note: 2 replications that are invalid in minimal.h5 or invalid.h5 are left out", shown)
        row = self.horizon("minimal.h5", "invalid.h5", "--outcome", "drivers.oil")
        self.assertEqual(row["count"], "598")

    def test_outcomes_of_one_file_alone_are_noted(self):
        self.zhol(*MINIMAL, "--set", "drivers.new={model: gbm, start: 1, sigma: 0.1}", "-o", "new.h5")
        self.assertIn("note: 1 outcome is only in new.h5 and not compared: drivers.new", self.zhol("compare", "minimal.h5", "new.h5").stdout)
        self.assertIn("note: 1 outcome is only in new.h5 and not compared: drivers.new", self.zhol("compare", "new.h5", "minimal.h5").stdout)
        rows = self.table("minimal.h5", "new.h5", "--outcome", "drivers.new")
        self.assertTrue(rows)
        self.assertEqual({(row["mean_difference"], row["count"]) for row in rows}, {("", "0")})

    def test_what_rounding_can_make_is_no_difference(self):
        shutil.copy(self.folder / "minimal.h5", self.folder / "rounded.h5")
        with self.result("rounded.h5", "r+") as result:
            oil = result.at("samples/horizon", "drivers.oil")
            result.file["samples/horizon/value"][oil] = numpy.nextafter(result.samples("horizon", "drivers.oil"), numpy.float32(numpy.inf))
        reseal(self.folder / "rounded.h5")
        shown = self.zhol("compare", "minimal.h5", "rounded.h5", "--outcome", "drivers.oil").stdout
        self.assertRegex(shown, r"rounded +0   within the rounding of what is stored")
        row = self.horizon("minimal.h5", "rounded.h5", "--outcome", "drivers.oil")
        self.assertEqual((row["share_same"], row["share_better"]), ("1", ""))

    def test_a_difference_that_is_the_same_in_every_future_is_shown(self):
        """The samples are 1 in the variant, and in the base 0, or such as to differ by 1."""
        for name, base in (("constant", numpy.zeros), ("shifted", numpy.arange)):
            for file, more in (("from", 0), ("to", 1)):
                shutil.copy(self.folder / "base.h5", self.folder / f"{name}-{file}.h5")
                with self.result(f"{name}-{file}.h5", "r+") as result:
                    result.file["samples/horizon/value"][result.at("samples/horizon", "trade.balance")] = base(REPLICATIONS) + more
                reseal(self.folder / f"{name}-{file}.h5")
            shown = self.zhol("compare", f"{name}-from.h5", f"{name}-to.h5", "--names").stdout
            self.assertRegex(shown, r"\n  balance +1\S* ± 0[^\n]* all  USD\n")
            self.assertRegex(shown, r"\n1 of \d+ main outcomes change;")

    def test_a_driver_that_alone_differs_is_shown(self):
        self.zhol(*MINIMAL, "--set", "drivers.oil.sigma=0.5", "-o", "sigma.h5")
        shown = self.zhol("compare", "minimal.h5", "sigma.h5", "--names").stdout
        self.assertRegex(shown, r"\n  drivers.oil +-?[\d.]+ ± ")
        self.assertNotIn("no difference in any of", shown)

    def test_one_future_that_differs_is_shown(self):
        self.zhol("run", str(SCENARIOS / "kazakhstan-2019.yaml"), "-n", "1", "-o", "one.h5", "--progress", "none")
        self.zhol("run", str(SCENARIOS / "policies/nurly-zhol-sreb.yaml"), "-n", "1", "-o", "one-programme.h5", "--progress", "none")
        apart = self.samples("one-programme.h5", "trade.balance") - self.samples("one.h5", "trade.balance")
        self.assertNotEqual(apart[0], 0)
        shown = self.zhol("compare", "one.h5", "one-programme.h5", "--names").stdout
        self.assertRegex(shown, r"\n  balance +-[\d.]+ ")
        self.assertNotIn("no difference in any of", shown)

    def test_equal_means_of_independent_draws_are_no_change(self):
        shown = self.zhol("compare", "base.h5", "base.h5", "--unpaired").stdout
        self.assertRegex(shown, r"no difference in any of \d+ main outcomes")

    def test_directions_can_be_said(self):
        def shares(*words):
            row = self.horizon("minimal.h5", "changed.h5", "--outcome", "drivers.oil", *words)
            return row["better"], row["share_better"], row["share_worse"]
        self.assertEqual(shares(), ("neither", "", ""))
        more, less = shares("--more", "drivers.*"), shares("--less", "drivers.*")
        self.assertEqual(more[1:], less[:0:-1])
        self.assertGreater(float(more[1]), 0.9)

    def test_the_screen_is_one(self):
        shown = self.zhol("compare", "base.h5", "programme.h5", "--names").stdout.splitlines()
        self.assertLessEqual(len(shown), 40)
        self.assertLessEqual(max(len(line) for line in shown if not line.startswith("note: ")), 100)
        text = "\n".join(shown)
        for said in ("± error of", "range of futures", "better in", "exports", "total", "dependence.ru", "npv.national", ".delay", "investment", "debt.ratio", "npv.costs"):
            self.assertIn(said, text)

    def test_the_screen_of_two_variants_is_one_too(self):
        shown = self.zhol("compare", "base.h5", "programme.h5", "base.h5").stdout.splitlines()
        self.assertLessEqual(len([line for line in shown if not line.startswith("note: ")]), 40)
        self.assertRegex("\n".join(shown), r"\(npv.national\)\n  programme +-[\d.]+ ± [\d.]+ [^\n]*\n  base-2 +0   no difference in any future\n")

    def test_slips_and_places_are_told_before_anything_is_written(self):
        before = (self.folder / "programme.h5").read_bytes()
        for words, status, said in ((["--more", "trde.*"], 2, "--more 'trde.*' fits no outcome that is compared"),
                                    (["--more", "trade.balance", "--less", "trade.*"], 2, "--more and --less both name trade.balance; expected one of them"),
                                    (["-o", "nowhere/x.h5"], 1, "nowhere/x.h5 cannot be written: No such file or directory"),
                                    (["-o", "programme.h5", "--force"], 2, "-o programme.h5 would replace a file that is read")):
            with self.subTest(words=words):
                run = self.zhol("compare", "base.h5", "programme.h5", *words, status=status)
                self.assertIn(said, run.stderr)
                self.assertEqual(run.stdout, "")
        self.assertEqual((self.folder / "programme.h5").read_bytes(), before)

    def test_every_file_has_a_name_of_its_own(self):
        (self.folder / "other").mkdir()
        for name in ("minimal-2.h5", "other/minimal.h5", "two words.dat"):
            shutil.copy(self.folder / "minimal.h5", self.folder / name)
        for files, base, variants, called in (
                (["minimal.h5"] * 4, "minimal", "minimal-2 minimal-3 minimal-4", None),
                (["minimal.h5", "minimal.h5", "minimal-2.h5"], "minimal", "minimal-3 minimal-2", None),
                (["other/minimal.h5", "minimal.h5", "minimal.h5"], "other/minimal", "minimal minimal-2", None),
                (["other/minimal.h5", "two words.dat"], "minimal", "two_words.dat", "minimal.h5 'two words.dat'")):
            with self.subTest(files=files):
                self.zhol("compare", *files, "-o", "named.h5", "--force")
                with h5py.File(self.folder / "named.h5") as file:
                    self.assertEqual(file.attrs["base_name"].decode(), base)
                    self.assertEqual([name.decode() for name in file["horizon/variant"]], variants.split())
                    self.assertEqual(file.attrs["history"].decode(), "zhol compare " + (called or " ".join(files)))

    def test_years_and_variants_are_shown(self):
        shown = self.zhol("compare", "base.h5", "programme.h5", "--outcome", "fiscal.total", "--years").stdout
        for label in ("2020", "2039", "horizon"):
            self.assertRegex(shown, rf"\n  {label} ")
        self.assertRegex(shown, r"\n  2021 .* [MG]USD/yr\n")
        self.assertRegex(shown, r"\n  horizon .* [MG]USD\n")
        self.assertIn("in the year 2030", self.zhol("compare", "base.h5", "programme.h5", "--outcome", "fiscal.total", "--year", "2030").stdout)
        self.assertRegex(self.zhol("compare", "minimal.h5", "changed.h5", "minimal.h5", "--outcome", "drivers.oil").stdout, r"\n  changed +[\d.]+ ±[^\n]*\n  minimal-2 +0   no diff")
        self.assertIn("Stochastic dominance", self.zhol("compare", "base.h5", "programme.h5", "--dominance").stdout)

    def test_beyond_memory_means_are_compared(self):
        few = ["-n", "5000", "--memory", "100kB"]
        self.zhol(*MINIMAL, *few, "-o", "sketch.h5")
        self.zhol(*MINIMAL, *CHANGED, *few, "-o", "sketch-changed.h5")
        rows = self.table("sketch.h5", "sketch-changed.h5", "--outcome", "drivers.oil")
        self.assertEqual({row["paired"] for row in rows}, {"0"})
        self.assertTrue(all(float(row["quantile_difference_high_0.5"]) > float(row["quantile_difference_low_0.5"]) for row in rows))
        shown = self.zhol("compare", "sketch.h5", "sketch-changed.h5").stdout
        self.assertRegex(shown, r"note: the samples of (\d+) of \1 differences are not in both files")
        self.assertIn("\nas of independent draws, 2020 to 2029", shown)
        self.assertNotIn("pairs of futures", shown)
        shown = self.zhol("compare", "minimal.h5", "sketch-changed.h5").stdout
        self.assertIn("note: minimal.h5 has 600 replications, sketch-changed.h5 has 5000: none are paired, all are used", shown)
        self.assertNotIn("are paired\n", shown)

    def test_notes_are_of_what_is_shown(self):
        """Over the horizon all samples are there; of the years, which the file holds too, they are not."""
        with self.result("base.h5") as result:
            self.assertNotIn("trade.exports", result.saved("annual"))
        for words in ([], ["-o", "horizon-d.h5"]):
            shown = self.zhol("compare", "base.h5", "programme.h5", *words).stdout
            self.assertIn("500 pairs of futures", shown)
            self.assertNotIn("are not in both files", shown)
        for period, paired in (("annual", 0), ("horizon", 1)):
            with xarray.open_dataset(self.folder / "horizon-d.h5", group=period) as data:
                self.assertEqual(set(data["paired"].sel(outcome="trade.exports").values.ravel()), {paired})
        shown = self.zhol("compare", "base.h5", "programme.h5", "--outcome", "trade.exports", "--year", "2030").stdout
        self.assertIn("note: the samples of 1 of 1 differences are not in both files", shown)

    def test_regret_is_what_the_best_of_the_files_has_more(self):
        files = ("base.h5", "programme.h5")
        values = numpy.array([self.samples(file, "npv.national") for file in files])
        rows = [row for row in self.table(*files, "--outcome", "fiscal.total", "--regret", "npv.national") if row["outcome"] == "regret.npv.national"]
        self.assertEqual([row["variant"] for row in rows], ["base", "programme"])
        for row, value in zip(rows, values):
            numpy.testing.assert_allclose(float(row["mean_difference"]), (values.max(axis=0) - value).mean(), rtol=1e-9)
        delays = numpy.array([self.samples(file, "legs.dostyk.delay") for file in files])
        rows = [row for row in self.table(*files, "--outcome", "fiscal.total", "--regret", "legs.dostyk.delay") if row["outcome"].startswith("regret.")]
        numpy.testing.assert_allclose(float(rows[0]["mean_difference"]), (delays[0] - delays.min(axis=0)).mean(), rtol=1e-9)
        shown = self.zhol("compare", *files, "--regret", "npv.national").stdout
        self.assertRegex(shown, r"Regret about npv.national[^\n]*\n[^\n]*\n[^\n]*base\n  policy [^\n]*\n  base +0")
        for path, words, said in (("npv.natonal", ["--more", "npv.*"], "no outcome matches 'npv.natonal'"), ("drivers.brent", [], "neither more nor less of drivers.brent is better by itself"),
                                  ("npv.national", ["--unpaired"], "--dominance and --regret need pairs")):
            self.assertIn(said, self.zhol("compare", *files, "--regret", path, *words, status=2).stderr)

    def test_what_regret_cannot_be_of_is_told_before_anything_is_written(self):
        for path, said in (("trade.balanc", "no outcome matches 'trade.balanc'"), ("drivers.brent", "neither more nor less of drivers.brent is better")):
            run = self.zhol("compare", "base.h5", "programme.h5", "--regret", path, "-o", "regret.h5", status=2)
            self.assertIn(said, run.stderr)
            self.assertEqual(run.stdout, "")
            self.assertFalse((self.folder / "regret.h5").exists())

    def test_there_is_no_regret_without_the_samples_of_every_file(self):
        shutil.copy(self.folder / "programme.h5", self.folder / "unsaved.h5")
        with h5py.File(self.folder / "unsaved.h5", "r+") as file:
            del file["samples"]
        reseal(self.folder / "unsaved.h5")
        run = self.zhol("compare", "base.h5", "programme.h5", "unsaved.h5", "--regret", "npv.national", status=4)
        self.assertIn("unsaved.h5 does not hold the samples of npv.national over the horizon", run.stderr)
        self.assertEqual(run.stdout, "")

    def test_regret_of_files_of_other_lengths_is_of_what_they_share(self):
        self.zhol("run", str(SCENARIOS / "policies/nurly-zhol-sreb.yaml"), "-n", "400", "-o", "shorter.h5", "--progress", "none")
        files = ("base.h5", "shorter.h5")
        values = numpy.array([self.samples(file, "npv.national")[:400] for file in files])
        rows = [row for row in self.table(*files, "--outcome", "npv.national", "--regret", "npv.national") if row["outcome"].startswith("regret.")]
        for row, value in zip(rows, values, strict=True):
            self.assertEqual(row["count"], "400")
            numpy.testing.assert_allclose(float(row["mean_difference"]), (values.max(axis=0) - value).mean(), rtol=1e-9)

    def test_regret_says_that_it_is_over_the_horizon(self):
        self.assertIn("\nOver the whole horizon: mean ±", self.zhol("compare", "base.h5", "programme.h5", "--outcome", "fiscal.total", "--year", "2030", "--regret", "npv.national").stdout)

    def test_benefits_over_costs_are_those_of_the_samples(self):
        apart = {path: numpy.subtract(*(self.samples(file, path) for file in ("programme.h5", "base.h5")))
                 for ending in ("-low", "", "-high") for path in ("npv.national" + ending, "npv.costs" + ending)}
        rows = self.table("base.h5", "programme.h5", "--outcome", "npv.*")
        for row in rows:
            got = [self.number(row, "benefit_cost_ratio" + ending) for ending in ("", "_low", "_high")]
            if not row["outcome"].startswith("npv.national"):
                self.assertTrue(numpy.isnan(got).all(), row["outcome"])
                continue
            c = apart[row["outcome"].replace("national", "costs")]
            b = apart[row["outcome"]] + c
            n, ratio = len(c), b.mean() / c.mean()
            variance = (b.var(ddof=1) + ratio ** 2 * c.var(ddof=1) - 2 * ratio * numpy.cov(b, c)[0, 1]) / n / c.mean() ** 2
            half = student(n - 1) * math.sqrt(variance)
            numpy.testing.assert_allclose(got, [ratio, ratio - half, ratio + half], rtol=1e-8)
        self.assertEqual([row["outcome"] for row in rows if row["benefit_cost_ratio"]], ["npv.national-low", "npv.national", "npv.national-high"])
        shown = self.zhol("compare", "base.h5", "programme.h5", "--names").stdout
        self.assertRegex(shown, r"\n  npv.national [^\n]*\n  benefit-cost ratio +0\.\d+ ± 0\.\d+ +of the means\n")
        self.assertRegex(shown, r"\n  npv.costs +[\d.]+ ± ")
        self.assertIn("of the means ± error:   benefit-cost ratio: 0.", self.zhol("compare", "base.h5", "programme.h5", "--outcome", "npv.national").stdout)

    def test_without_costs_or_pairs_there_is_no_ratio(self):
        """A tariff costs nothing, a base that spends more saves, and of two independent runs the ratio is not worked out."""
        self.assertEqual(abs(self.samples("tariff.h5", "npv.costs")).max(), 0)
        for words in (["base.h5", "tariff.h5"], ["programme.h5", "base.h5"], ["base.h5", "programme.h5", "--unpaired"]):
            row = next(row for row in self.table(*words, "--outcome", "npv.national"))
            self.assertNotEqual(row["mean_difference"], "0")
            self.assertEqual([row["benefit_cost_ratio" + ending] for ending in ("", "_low", "_high")], ["", "", ""])
            self.assertNotIn("benefit-cost", self.zhol("compare", *words).stdout)

    def test_an_existing_file_stays(self):
        (self.folder / "mine.h5").write_text("mine\n")
        run = self.zhol("compare", "minimal.h5", "changed.h5", "-o", "mine.h5", status=2)
        self.assertIn("mine.h5 is there already; use --force to replace it", run.stderr)
        self.assertEqual((self.folder / "mine.h5").read_text(), "mine\n")
        self.zhol("compare", "minimal.h5", "changed.h5", "-o", "mine.h5", "--force")
        self.assertEqual([name for name in os.listdir(self.folder) if ".tmp." in name], [])
        self.assertIn("no/where.h5 cannot be written: No such file or directory", self.zhol("compare", "minimal.h5", "changed.h5", "-o", "no/where.h5", status=1).stderr)

    def test_wrong_options_are_refused(self):
        both = ["compare", "minimal.h5", "changed.h5"]
        for words, said in ((["compare", "minimal.h5"], "1 result files were named; expected a base and at least one other"),
                            (both + ["--outcome", "drivver.*"], "no outcome matches 'drivver.*'"),
                            (both + ["--outcome", "a,,b"], "expected patterns between commas"),
                            (both + ["--year", "1999"], "--year is 1999; expected a year of the run, 2020 to 2029"),
                            (both + ["--year", "2025", "--outcome", "npv.*"], "no outcome matches 'npv.*'"),
                            (["compare", "base.h5", "programme.h5", "--year", "2025", "--outcome", "npv.*"], "'npv.*' has a value over the whole horizon only; leave out --year"),
                            (both + ["--year", "x"], "--year is 'x'; expected a year such as 2030"),
                            (both + ["--csv", "--json"], "--csv and --json exclude each other"),
                            (both + ["--unpaired", "--dominance"], "--dominance and --regret need pairs"),
                            (both + ["-j", "0"], "-j is '0'; expected a number of threads")):
            with self.subTest(words=words):
                self.assertIn(said, self.zhol(*words, status=2).stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
