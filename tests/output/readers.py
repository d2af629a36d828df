#!/usr/bin/env python3
"""Opens results and a comparison with h5py, netCDF4, xarray (both engines) and ncdump, and checks values, units and coordinates. R and
Octave are in languages.py.

Usage: readers.py ZHOL SCENARIOS [TEST...]
"""
import csv
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import h5py
import netCDF4
import numpy
import xarray

ZHOL, SCENARIOS = sys.argv[1], pathlib.Path(sys.argv[2])
ENGINES = "netcdf4", "h5netcdf"
MOMENTS = ["count", "mean", "sd", "standard_error", "skewness", "kurtosis", "minimum", "maximum"]
QUANTILES = ["quantile_estimate", "quantile_low", "quantile_high"]
TAILS = ["cvar", "cvar_standard_error", "cvar_points"]
PROBABILITIES = ["probability", "probability_low", "probability_high"]
LABELS = ["units", "long_name", "aggregation", "better", "chance", "subject", "headline", "main", "rank", "account", "title"]
DIMENSIONS = {**{name: () for name in MOMENTS}, **{name: ("quantile",) for name in QUANTILES},
              **{name: ("tail", "level") for name in TAILS}}
REPLICATIONS, YEARS = 330, 20  # of which 5 % are no whole number
ROUNDING = 2.0**-24  # of a number in single precision, over the number


def run(scenario, file, *options):
    subprocess.run([ZHOL, "run", str(SCENARIOS / scenario), "-o", str(file), "--progress", "none", *options], check=True,
                   capture_output=True)


def labels(file, place):
    return list(file[place].asstr())


def values(file, place, outcome):
    """Those of an outcome."""
    group, name = place.rsplit("/", 1)
    return file[place][labels(file, f"{group}/{'threshold' if name in PROBABILITIES else 'outcome'}").index(outcome)]


def ordered(samples, upper=False):
    """Sorted along the last axis, from the least or the greatest on; NaN last."""
    return -numpy.sort(-samples, axis=-1) if upper else numpy.sort(samples, axis=-1)


class Result(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name) / "k.h5"
        run("kazakhstan-2019.yaml", cls.path, "-n", str(REPLICATIONS), "--save", "*")
        cls.file = h5py.File(cls.path)
        cls.samples, cls.rows = {}, {}
        for period in "annual", "horizon":
            cls.samples[period] = cls.file[f"samples/{period}/value"][:].astype(float)
            cls.rows[period] = {path: i for i, path in enumerate(labels(cls.file, f"samples/{period}/outcome"))}

    @classmethod
    def tearDownClass(cls):
        cls.file.close()
        cls.folder.cleanup()

    def of(self, period, outcome):
        """The samples of an outcome."""
        return self.samples[period][self.rows[period][outcome]]

    def test_statistics_are_those_of_the_samples(self):
        for period in "annual", "horizon":
            group, samples = self.file[period], self.samples[period]
            self.assertEqual(labels(group, "outcome"), list(self.rows[period]))
            self.assertGreater(len(samples), 250)
            count = (~numpy.isnan(samples)).sum(axis=-1)  # a ratio is NaN where nothing moved, a first passage where none was
            numpy.testing.assert_array_equal(group["count"][:], count)
            some, several = count > 0, count > 1
            sample, n = samples[some], count[some]
            # samples are rounded to single precision: of their mean no more, of the spread more, by mean / sd
            slack = ROUNDING * numpy.nanmax(abs(sample), axis=-1)
            self.assertTrue((abs(numpy.nanmean(sample, axis=-1) - group["mean"][:][some]) <= slack).all())
            for name, end in ("minimum", numpy.nanmin), ("maximum", numpy.nanmax):
                numpy.testing.assert_array_equal(group[name][:][some].astype("f4"), end(sample, axis=-1).astype("f4"), name)
            rank = numpy.ceil(n[:, None] * group["quantile"][:] - 1e-9).astype(int) - 1
            estimate, low, high = (group[name][:][some] for name in QUANTILES)
            numpy.testing.assert_array_equal(estimate, numpy.take_along_axis(ordered(sample), rank, axis=-1))
            self.assertTrue(((low <= estimate) & (estimate <= high)).all())
            sd, n = group["sd"][:][several], count[several]
            slack = ROUNDING * numpy.nanmax(abs(samples[several]), axis=-1)
            self.assertTrue((abs(numpy.nanstd(samples[several], axis=-1, ddof=1) - sd) <= 2 * slack).all())
            numpy.testing.assert_allclose(sd / n**0.5, group["standard_error"][:][several], rtol=1e-14)
            self.check_shape(group, samples, several)

    def check_shape(self, group, samples, several):
        """Skewness and kurtosis. Rounding moves a standardised value z by at most 2 e (1 + |z|), e the rounding over the spread, so
        the mean of z^3 by 6 e (1 + (1 + K)/2) and that of z^4 by 8 e ((1 + K)/2 + K), as |z|^3 <= (z^2 + z^4)/2."""
        sample = samples[several]
        mean, spread = (of(sample, axis=-1)[:, None] for of in (numpy.nanmean, numpy.nanstd))
        e = ROUNDING * numpy.nanmax(abs(sample), axis=-1) / numpy.where(spread[:, 0] > 0, spread[:, 0], numpy.nan)
        wide = e < 1e-3
        self.assertGreater(wide.sum(), 200)
        z, e = (sample - mean)[wide] / spread[wide], e[wide]
        kurtosis = numpy.nanmean(z**4, axis=-1)
        for name, power in ("skewness", 3), ("kurtosis", 4):
            apart = abs(group[name][:][several][wide] - numpy.nanmean(z**power, axis=-1))
            self.assertTrue((apart <= 12 * e * (1 + kurtosis) * 1.01).all(), name)

    def test_tails_are_means_of_the_ends_of_the_sorted_samples(self):
        """By weights of the sorted values: 1 from the end on, and what is left for the last."""
        for period in "annual", "horizon":
            group, samples = self.file[period], self.samples[period]
            self.assertEqual(labels(group, "tail"), ["lower", "upper"])
            numpy.testing.assert_array_equal(group["level"][:], [0.95])
            count = (~numpy.isnan(samples)).sum(axis=-1)
            points = numpy.round(0.05 * count, 9)[..., None]
            weight = numpy.clip(points - numpy.arange(REPLICATIONS), 0, 1)
            most = numpy.nanmax(abs(samples), axis=-1, initial=0.0)
            for side in range(2):
                cvar, error, stated = (group[name][:][..., side, 0] for name in TAILS)
                numpy.testing.assert_allclose(stated, points[..., 0])
                sample = numpy.nan_to_num(ordered(samples, side == 1))
                with numpy.errstate(all="ignore"):
                    mean = (weight * sample).sum(axis=-1, keepdims=True) / points
                    variance = (weight * (sample - mean)**2).sum(axis=-1) / (points - 1)[..., 0]
                    edge = numpy.take_along_axis(sample, points.astype(int), axis=-1)
                    expected = ((variance + 0.95 * (mean - edge)[..., 0]**2) / points[..., 0])**0.5
                numpy.testing.assert_array_equal(numpy.isnan(cvar), count == 0)
                numpy.testing.assert_array_equal(numpy.isnan(error), points[..., 0] < 2)
                some, several = count > 0, points[..., 0] >= 2
                self.assertTrue((abs(cvar - mean[..., 0]) <= 1e-12 * most)[some].all())
                self.assertTrue((abs(error - expected) <= 1e-6 * expected + 1e-12 * most)[several].all())

    def test_probabilities_are_shares_of_replications_with_wilson_bounds(self):
        z = 1.959963984540054
        for period in "annual", "horizon":
            group = self.file[period]
            thresholds = labels(group, "threshold")
            chance = dict(zip(labels(group, "outcome"), labels(group, "chance")))
            self.assertEqual(thresholds, [path for path in chance if chance[path] != "none"])
            self.assertEqual(thresholds, [path for path in chance if path.startswith("thresholds.")])
            for path in thresholds:
                samples = numpy.atleast_2d(self.of(period, path))
                passage = path.endswith(".first-passage")
                self.assertEqual(chance[path], "share with a value" if passage else "mean")
                hits = (~numpy.isnan(samples) if passage else samples == 1).sum(axis=1)
                p, low, high = (numpy.atleast_1d(values(self.file, f"{period}/{name}", path)) for name in PROBABILITIES)
                numpy.testing.assert_array_equal(p, hits / REPLICATIONS, path)
                for bound, inside in (low, hits > 0), (high, hits < REPLICATIONS):
                    distance = z * (bound * (1 - bound) / REPLICATIONS)**0.5
                    numpy.testing.assert_allclose(abs(bound - p)[inside], distance[inside], rtol=1e-9)
                self.assertTrue((low[hits == 0] == 0).all() and (high[hits == REPLICATIONS] == 1).all(), path)
        by_then = values(self.file, "annual/probability", "thresholds.congestion.first-passage")
        self.assertTrue((numpy.diff(by_then) >= 0).all())
        self.assertEqual(by_then[-1], values(self.file, "horizon/probability", "thresholds.congestion"))

    def test_first_passages_are_months_up_to_the_end_of_the_year(self):
        least, most, count = (values(self.file, f"annual/{name}", "thresholds.congestion.first-passage")
                              for name in ("minimum", "maximum", "count"))
        for year in numpy.nonzero(count)[0]:
            self.assertTrue(1 <= least[year] <= most[year] <= 12 * (year + 1))

    def test_horizon_is_made_of_the_years(self):
        group = self.file["samples/horizon"]
        alone = [path for path in self.rows["horizon"] if path not in self.rows["annual"]]
        self.assertEqual({path.split(".")[0] for path in alone}, {"npv"})
        for path, rule in zip(labels(group, "outcome"), labels(group, "aggregation")):
            if path in alone or rule == "derived":  # an index: see concentrations_follow_from_the_stored_samples
                continue
            whole, annual = self.of("horizon", path), self.of("annual", path)
            slack = 2.0**-22 * numpy.nanmax(abs(annual), initial=0.0)
            if rule == "ratio of sums":  # between the least and the greatest year, of those with a value
                low, high = numpy.fmin.reduce(annual, axis=0), numpy.fmax.reduce(annual, axis=0)
                numpy.testing.assert_array_equal(numpy.isnan(whole), numpy.isnan(low), path)
                some = ~numpy.isnan(low)
                self.assertTrue(((whole >= low - slack) & (whole <= high + slack))[some].all(), path)
                continue
            expected = {"sum": annual.sum(axis=0), "mean": annual.mean(axis=0), "last": annual[-1], "minimum": annual.min(axis=0),
                        "maximum": annual.max(axis=0)}[rule]
            self.assertLessEqual(abs(whole - expected).max(), slack * YEARS, path)

    def test_concentrations_follow_from_the_stored_samples(self):
        for period in "annual", "horizon":
            paths = list(self.rows[period])
            value, weighted = 0.0, 0.0
            for flow in {path.split(".")[1] for path in paths if path.startswith("routes.")}:
                volumes = numpy.array([self.of(period, path) for path in paths
                                       if path.startswith(f"routes.{flow}.") and path.endswith(".volume")])
                shares = volumes / volumes.sum(axis=0)
                of_flow = self.of(period, f"flows.{flow}.value")
                value, weighted = value + of_flow, weighted + of_flow * (shares**2).sum(axis=0)
            # sums of tens of numbers in single precision
            numpy.testing.assert_allclose(self.of(period, "index.hhi.routes"), weighted / value, rtol=1e-5)
            exports = numpy.array([self.of(period, path) for path in paths if path.startswith("trade.exports.")])
            self.assertGreater(len(exports), 1)
            hhi = ((exports / exports.sum(axis=0))**2).sum(axis=0)
            numpy.testing.assert_allclose(self.of(period, "index.hhi.partners"), hhi, rtol=1e-5)
            multivector = 1 - (hhi - 1 / len(exports)) / (1 - 1 / len(exports))
            numpy.testing.assert_allclose(self.of(period, "index.multivector"), multivector, atol=1e-5)

    def test_shares_are_volumes_over_what_is_shipped(self):
        for period in "annual", "horizon":
            volume, share = (self.of(period, f"routes.china-europe.north-dostyk.{name}") for name in ("volume", "share"))
            numpy.testing.assert_allclose(share, volume / self.of(period, "flows.china-europe.shipped"), rtol=2e-7)  # single precision

    def test_labels_and_diagnostics_say_what_things_are(self):
        for period in "annual", "horizon":
            group = self.file[period]
            paths = labels(group, "outcome")
            self.assertEqual(group.attrs["outcomes"].decode().split("\n"), paths)
            self.assertEqual(group.attrs["coordinates"].decode().split(), LABELS)
            headline = {path for path, first in zip(paths, group["headline"]) if first}
            self.assertIn("corridors.northern.container", headline)
            self.assertNotIn("legs.dostyk.used", headline)
            self.assertEqual(values(self.file, f"{period}/units", "legs.dostyk.used"), b"train/yr" if period == "annual" else b"train")
        diagnostic = dict(zip(labels(self.file, "diagnostics/diagnostic"), self.file["diagnostics/value"]))
        self.assertLess(diagnostic["network.imbalance.maximum"], 1e-11)
        self.assertLess(diagnostic["network.residual.mean"], 0.5)
        self.assertEqual(dict(zip(diagnostic, labels(self.file, "diagnostics/units")))["network.residual.mean"], "mo")

    def test_inputs_are_what_the_scenario_says(self):
        inputs = self.file["inputs"]
        at = labels(inputs, "input").index("drivers.caspian-fall.drift")
        self.assertEqual(inputs["units"][at], b"m/yr")
        drift = inputs["value"][at]
        low, mode, high = -0.05, 0.06, 0.16
        self.assertTrue(((drift >= low) & (drift <= high)).all())
        variance = (low**2 + mode**2 + high**2 - low * mode - low * high - mode * high) / 18  # of a triangular law
        self.assertLess(abs(drift.mean() - (low + mode + high) / 3), 4.5 * (variance / REPLICATIONS)**0.5)

    def test_xarray_selects_by_label_in_both_engines(self):
        for engine in ENGINES:
            for period, time in ("annual", ("time",)), ("horizon", ()):
                with self.subTest(engine=engine, period=period), xarray.open_dataset(self.path, group=period, engine=engine) as group:
                    for name, more in DIMENSIONS.items():
                        self.assertEqual(group[name].dims, ("outcome", *time, *more))
                        numpy.testing.assert_array_equal(group[name], self.file[period][name])
                    for name in PROBABILITIES:
                        self.assertEqual(group[name].dims, ("threshold", *time))
                        self.assertEqual(group[name].attrs["units"], "1")
                    for name in LABELS:
                        self.assertIn(name, group.coords)
                        self.assertEqual(group[name].dims, ("outcome",))
                    demand = group["mean"].sel(outcome="flows.china-europe.demand")
                    self.assertEqual(demand.coords["units"].item(), "TEU/yr" if time else "TEU")
                    self.assertEqual(demand.coords["long_name"].item(), "demand of flow china-europe")
                    numpy.testing.assert_array_equal(demand, values(self.file, f"{period}/mean", "flows.china-europe.demand"))
                    numpy.testing.assert_array_equal(group["quantile"], [0.05, 0.25, 0.5, 0.75, 0.95])
                    tails = group["cvar"].sel(outcome="drivers.brent", level=0.95)
                    self.assertTrue((tails.sel(tail="lower") < tails.sel(tail="upper")).all())
                    if time:
                        self.assertEqual([str(day)[:10] for day in group["time"].values[[0, -1]]], ["2020-01-01", "2039-01-01"])
            for period, time in ("annual", ("time",)), ("horizon", ()):
                with xarray.open_dataset(self.path, group=f"samples/{period}", engine=engine) as group:
                    self.assertEqual((group["value"].dims, group["value"].dtype), (("outcome", *time, "replication"), numpy.float32))
                    numpy.testing.assert_array_equal(group["value"].sel(outcome="drivers.brent"), self.of(period, "drivers.brent"))
            with xarray.open_dataset(self.path, group="inputs", engine=engine) as group:
                drift = group["value"].sel(input="drivers.caspian-fall.drift")
                self.assertEqual((drift.dims, drift.coords["units"].item()), (("replication",), "m/yr"))
            with xarray.open_dataset(self.path, group="diagnostics", engine=engine) as group:
                self.assertEqual(group["value"].sel(diagnostic="network.residual.mean").coords["units"].item(), "mo")

    def test_tables_have_the_values_of_the_file(self):
        """CSV and JSON of `show`, of all outcomes, years and the horizon."""
        shown, told = (subprocess.run([ZHOL, "show", kind, self.path], check=True, capture_output=True, text=True).stdout
                       for kind in ("--csv", "--json"))
        rows, objects = list(csv.DictReader(io.StringIO(shown))), json.loads(told)["statistics"]
        rows = {(row["outcome"], row["year"]): row for row in rows}
        objects = {(one["outcome"], str(one.get("year", ""))): one for one in objects}
        self.assertEqual(set(rows), set(objects))
        columns = {"quantile": ["0.05", "0.25", "0.5", "0.75", "0.95"], "tail": ["lower_0.95", "upper_0.95"]}
        number = 0
        for period, years in ("annual", [str(2020 + year) for year in range(YEARS)]), ("horizon", [""]):
            group = self.file[period]
            keys = [(path, year) for path in labels(group, "outcome") for year in years]
            number += len(keys)
            for kind in rows, objects:
                self.assertEqual([kind[key]["units"] for key in keys], [unit for unit in labels(group, "units") for _ in years])
                self.assertEqual({kind[key]["period"] for key in keys}, {period})
            for name, more in DIMENSIONS.items():
                expected = group[name][:].reshape(len(keys), -1)
                named = [f"{name}_{column}" for column in columns[more[0]]] if more else [name]
                shown = numpy.array([[rows[key][column] or "nan" for column in named] for key in keys], dtype=float)
                told = [objects[key][name] for key in keys]
                told = [one["lower"] + one["upper"] if more == ("tail", "level") else one if more else [one] for one in told]
                # of these the file has other forms than a result in memory, which `show` prints
                rounding = 1e-15 if name in ("sd", "standard_error", "skewness", "kurtosis") else 0
                numpy.testing.assert_allclose(shown, expected, rounding, err_msg=name)
                expected = numpy.where(numpy.isfinite(expected), expected, numpy.nan)  # JSON has no infinity
                numpy.testing.assert_allclose(numpy.array(told, dtype=float), expected, rounding, err_msg=name)
        self.assertEqual(len(rows), number)
        for path in labels(self.file, "annual/threshold"):
            numpy.testing.assert_equal([float(rows[path, "2030"][name]) for name in PROBABILITIES],
                                       [values(self.file, f"annual/{name}", path)[10] for name in PROBABILITIES])

    def test_netcdf4_reads_all_and_can_append(self):
        path = pathlib.Path(self.folder.name) / "appended.h5"
        path.write_bytes(self.path.read_bytes())
        with netCDF4.Dataset(path) as file:
            self.assertEqual(file.Conventions, "CF-1.8")
            self.assertEqual(file.seed, "20190911")
            self.assertEqual(file.replications, REPLICATIONS)
            self.assertEqual((file.zhol_schema, file.complete), (2, 1))
            self.assertIn("scenario: kazakhstan-2019", file.scenario)
            time = file["annual/time"]
            self.assertEqual(time.bounds, "time_bounds")
            start, end = netCDF4.num2date(file["annual/time_bounds"][0], time.units, time.calendar)
            self.assertEqual((start.isoformat(), end.isoformat()), ("2020-01-01T00:00:00", "2021-01-01T00:00:00"))
            self.assertEqual(file["horizon/cvar"].dimensions, ("outcome", "tail", "level"))
            self.assertEqual(list(file["annual/outcome"][:]), labels(self.file, "annual/outcome"))
            numpy.testing.assert_array_equal(file["annual/quantile_low"][:].filled(numpy.nan), self.file["annual/quantile_low"])
        with netCDF4.Dataset(path, "a") as file:
            file.setncattr("note", "seen")
        with netCDF4.Dataset(path) as file:
            self.assertEqual((file.note, file["annual/mean"].shape), ("seen", self.file["annual/mean"].shape))

    def test_a_damaged_file_is_refused(self):
        damaged = pathlib.Path(self.folder.name) / "damaged.h5"
        data = bytearray(self.path.read_bytes())
        data[self.file["annual/mean"].id.get_offset() + 6] ^= 1
        damaged.write_bytes(data)
        shown = subprocess.run([ZHOL, "show", damaged], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 4)
        self.assertIn("is damaged: its content does not have the SHA-256", shown.stderr)
        damaged.write_bytes(data[: len(data) // 2])
        shown = subprocess.run([ZHOL, "show", damaged], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 4)
        self.assertIn("is not a result of zhol", shown.stderr)


class Compared(unittest.TestCase):
    """A comparison, beside the results that it compares."""
    VARIANTS = ["nurly-zhol-sreb", "multivector"]

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        run("kazakhstan-2019.yaml", cls.folder / "kazakhstan-2019.h5", "-n", "100")
        for name in cls.VARIANTS:
            run(f"policies/{name}.yaml", cls.folder / f"{name}.h5", "-n", "100")
        files = [f"{name}.h5" for name in ("kazakhstan-2019", *cls.VARIANTS)]
        for command, output in (("compare", "differences.h5"), ("rank", "ranking.h5")):
            subprocess.run([ZHOL, command, *files, "-o", output], cwd=cls.folder, check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def apart(self, period, outcome):
        """The differences of the second variant to the base, in each pair."""
        ours, theirs = (h5py.File(self.folder / f"{name}.h5") for name in ("kazakhstan-2019", "multivector"))
        with ours, theirs:
            return (values(theirs, f"samples/{period}/value", outcome).astype(float) -
                    values(ours, f"samples/{period}/value", outcome).astype(float))

    def test_xarray_selects_worlds_variants_and_outcomes_by_label_in_both_engines(self):
        for engine in ENGINES:
            for period, time in ("annual", ("time",)), ("horizon", ()):
                with self.subTest(engine=engine, period=period), \
                     xarray.open_dataset(self.folder / "differences.h5", group=period, engine=engine) as group:
                    self.assertEqual((list(group["world"].values), list(group["variant"].values)), (["kazakhstan-2019"], self.VARIANTS))
                    before = ("world", "variant", "outcome", *time)
                    for name, more in ("mean_difference", ()), ("quantile_low", ("quantile",)), ("cvar_difference", ("tail", "level")):
                        self.assertEqual(group[name].dims, before + more)
                    one = group.sel(world="kazakhstan-2019", variant="multivector", outcome="fiscal.total")
                    self.assertEqual((one.units.item(), one.better.item()), ("USD/yr" if time else "USD", "more"))
                    apart = self.apart(period, "fiscal.total")
                    # of sums in another order
                    slack = 1e-9 * abs(apart).max()
                    self.assertTrue((abs(one["mean_difference"] - apart.mean(axis=-1)) <= slack).all())
                    self.assertTrue((abs(one["sd"] - apart.std(axis=-1, ddof=1)) <= slack).all())
                    for p in group["quantile"].values:
                        rank = int(numpy.ceil(100 * p - 1e-9)) - 1
                        numpy.testing.assert_array_equal(one["quantile_estimate"].sel(quantile=p).astype("f4"),
                                                         ordered(apart)[..., rank].astype("f4"))
                    chance = group.sel(outcome="thresholds.congestion")
                    self.assertEqual((chance.chance.item(), chance.subject.item()), ("mean", "thresholds"))
            with xarray.open_dataset(self.folder / "differences.h5", group="horizon", engine=engine) as group:
                flags = group["dominance_first"].attrs
                self.assertEqual(dict(zip(flags["flag_meanings"].split(), flags["flag_values"])),
                                 {"not_asked": -2, "no": -1, "undecided": 0, "yes": 1})

    def test_the_page_of_the_format_lists_every_dataset_with_its_shape(self):
        page = (SCENARIOS.parent / "output/README.md").read_text()
        printed = subprocess.run([ZHOL, "reference", "--datasets"], check=True, capture_output=True, text=True).stdout
        self.assertIn(printed, page)
        result, comparison = printed.split("of a comparison")
        for name, part in ("kazakhstan-2019.h5", result), ("differences.h5", comparison):
            for period, time in ("annual", True), ("horizon", False):
                with netCDF4.Dataset(self.folder / name) as file:
                    found = {(variable, data.dimensions) for variable, data in file[period].variables.items()
                             if variable not in file[period].dimensions and variable not in LABELS and variable != "time_bounds"}
                declared = set()
                for variable, shape in re.findall(r"^\| `(\w+)` \| \((.*?)\) \|", part, re.M):
                    shape = shape.replace("...", "world, variant, outcome").split(", ")
                    if time and "time" in shape or not time:
                        declared.add((variable, tuple(axis for axis in shape if time or axis != "time")))
                self.assertEqual(found, declared)
        for label in LABELS:
            self.assertRegex(result, rf"\| `{label}` \| (text|number) \|")

    def test_examples_of_the_page_of_the_format_run(self):
        page = (SCENARIOS.parent / "output/README.md").read_text()
        program = "\n".join(re.findall(r"```python\n(.*?)```", page, re.S))
        self.assertIn("differences.h5", program)
        done = subprocess.run([sys.executable, "-c", program], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_ncdump_prints_everything(self):
        text = subprocess.run(["ncdump", "differences.h5"], cwd=self.folder, check=True, capture_output=True, text=True).stdout
        self.assertIn('variant = "nurly-zhol-sreb", "multivector" ;', text)
        self.assertIn("double cvar_difference(world, variant, outcome, time, tail, level) ;", text)
        text = subprocess.run(["ncdump", "kazakhstan-2019.h5"], cwd=self.folder, check=True, capture_output=True, text=True).stdout
        for part in ("group: diagnostics", "string outcome(outcome)", "double quantile_estimate(outcome, time, quantile) ;", '"drivers.brent"',
                     'cvar:long_name = "mean of a tail (conditional value at risk)"', "float value(outcome, time, replication) ;",
                     '"whether congestion happened"'):
            self.assertIn(part, text)


class Compressed(unittest.TestCase):
    """A run whose samples and inputs are compressed, beside the same run whose are not."""

    def test_every_reader_finds_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            plain, small = (pathlib.Path(folder) / name for name in ("plain.h5", "small.h5"))
            for file, words in (plain, []), (small, ["--compress"]):
                run("kazakhstan-2019.yaml", file, "-n", "300", *words)
            for name in "samples/annual", "samples/horizon", "inputs":
                with xarray.open_dataset(plain, group=name) as expected:
                    self.assertEqual(expected.sizes["replication"], 300)
                    for engine in ENGINES:
                        with xarray.open_dataset(small, group=name, engine=engine) as found:
                            xarray.testing.assert_identical(found.load(), expected.load())
                with h5py.File(plain) as expected, netCDF4.Dataset(small) as found:
                    numpy.testing.assert_array_equal(found[name]["value"][:].filled(numpy.nan), expected[name]["value"])
                with h5py.File(small) as file:
                    data = file[name]["value"]
                    self.assertEqual((data.compression, data.compression_opts, data.shuffle, data.fletcher32), ("gzip", 1, True, False))
            plainly, packed = (subprocess.run(["ncdump", "-g", "inputs", file], check=True, capture_output=True,
                                              text=True).stdout.split("data:", 1)[1] for file in (plain, small))
            self.assertEqual(plainly, packed)


class Sketch(unittest.TestCase):
    """A run of which the samples do not fit in memory, beside the same run of which they do."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.exact = cls.run_in("2GiB", "--save", "*")

    @classmethod
    def tearDownClass(cls):
        cls.exact.close()
        cls.folder.cleanup()

    @classmethod
    def run_in(cls, memory, *options):
        file = pathlib.Path(cls.folder.name) / f"{memory}-{len(options)}.h5"
        run("kazakhstan-2019.yaml", file, "-n", "700", "--memory", memory, *options)
        return h5py.File(file)

    def test_quantiles_are_within_the_error_that_the_file_states_and_all_else_is_the_same(self):
        told, exact = self.run_in("10MiB"), self.exact
        self.assertEqual((told.attrs["quantiles"], exact.attrs["quantiles"]), (b"sketch", b"exact"))
        self.assertNotIn("quantile_relative_error", exact.attrs)
        error = told.attrs["quantile_relative_error"]
        self.assertAlmostEqual(error, 1 / 257)
        for period in "annual", "horizon":
            for part in MOMENTS:
                numpy.testing.assert_array_equal(told[period][part], exact[period][part], part)
            (estimate, low, high), (value, least, most) = ([file[period][part][:] for part in QUANTILES] for file in (told, exact))
            numpy.testing.assert_allclose(estimate, value, rtol=error * (1 + 1e-12))
            some = ~numpy.isnan(value)
            self.assertTrue((low <= least)[some].all() and (high >= most)[some].all())
        self.assertNotIn("samples", told)
        self.assertEqual(len(told["inputs"]), 0)

    def test_what_is_saved_is_what_an_exact_run_saves(self):
        told = self.run_in("20MiB", "--save", "drivers.*,npv.fiscal")
        horizon, annual = (labels(told, f"samples/{period}/outcome") for period in ("horizon", "annual"))
        self.assertEqual([path for path in horizon if not path.startswith("drivers.")], ["npv.fiscal"])
        self.assertEqual(annual, [path for path in horizon if path != "npv.fiscal"])
        for period, paths in ("horizon", horizon), ("annual", annual):
            for path in paths:
                place = f"samples/{period}/value"
                numpy.testing.assert_array_equal(values(told, place, path), values(self.exact, place, path))
        self.assertEqual(labels(told, "inputs/input"), labels(self.exact, "inputs/input"))
        numpy.testing.assert_array_equal(told["inputs/value"], self.exact["inputs/value"])
        self.assertIn(f"--memory {20 * 2**20}".encode(), told.attrs["history"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
