#!/usr/bin/env python3
"""Opens a result with h5py, netCDF4, xarray (both engines) and ncdump, and checks values, units and coordinates. R and Octave are in
languages.py.

Usage: readers.py ZHOL SCENARIOS
"""
import csv
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest

import h5py
import netCDF4
import numpy
import xarray

ZHOL, SCENARIOS = sys.argv[1], pathlib.Path(sys.argv[2])
STATISTICS = ["mean", "sd", "standard_error", "skewness", "kurtosis", "minimum", "maximum", "count"]
QUANTILES = ["quantile", "quantile_low", "quantile_high"]
TAILS = ["cvar", "cvar_standard_error"]
PROBABILITIES = ["probability", "probability_low", "probability_high"]
REPLICATIONS, YEARS = 500, 20


def paths(samples):
    """The dataset of each outcome, by its path."""
    return {sample.attrs["path"].decode(): name for name, sample in samples.items() if "path" in sample.attrs}


class Result(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = str(pathlib.Path(cls.folder.name) / "k.h5")
        subprocess.run([ZHOL, "run", str(SCENARIOS / "kazakhstan-2019.yaml"), "-n", str(REPLICATIONS), "-o", cls.file,
                        "--progress", "none", "--save", "*"], check=True, capture_output=True)
        table = subprocess.run([ZHOL, "show", "--csv", cls.file], check=True, capture_output=True, text=True).stdout
        cls.rows = list(csv.DictReader(io.StringIO(table)))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_h5py_finds_the_statistics_of_the_samples(self):
        with h5py.File(self.file) as file:
            names = [n for n in file["samples/annual"] if "path" in file["samples/annual"][n].attrs]
            self.assertGreater(len(names), 250)
            for name in names:
                sample = file["samples/annual"][name][:].astype(float)
                self.assertEqual(sample.shape, (YEARS, REPLICATIONS))
                some = ~numpy.isnan(sample)  # a ratio is NaN where nothing moved, a first passage where there was none
                numpy.testing.assert_array_equal(file["annual/count"][name][:], some.sum(axis=1), name)
                statistics = {s: file["annual"][s][name][:] for s in STATISTICS + QUANTILES}
                probability = file["annual/quantile/quantile"][:]
                for year in numpy.nonzero(some.any(axis=1))[0]:
                    self.check_statistics(name, sample[year][some[year]], probability,
                                          {s: values[year] for s, values in statistics.items()})

    def check_statistics(self, name, sample, probability, of):
        # samples are rounded to single precision: 2^-24 of each, so of their mean; of the spread more, by mean / sd
        scale, count = numpy.abs(sample).max() * 2.0**-24, len(sample)
        self.assertLessEqual(abs(sample.mean() - of["mean"]), scale, name)
        self.assertEqual(numpy.float32(sample.min()), numpy.float32(of["minimum"]), name)
        self.assertEqual(numpy.float32(sample.max()), numpy.float32(of["maximum"]), name)
        ordered = numpy.sort(sample)[numpy.ceil(count * probability - 1e-9).astype(int) - 1]
        numpy.testing.assert_array_equal(ordered, of["quantile"], name)
        self.assertTrue(((of["quantile_low"] <= ordered) & (of["quantile_high"] >= ordered)).all(), name)
        if count > 1:
            # rounding moves the spread by its own size where there is next to none
            self.assertLessEqual(abs(sample.std(ddof=1) - of["sd"]), 2 * scale, name)
            numpy.testing.assert_allclose(of["sd"] / count**0.5, of["standard_error"], rtol=1e-14)

    def test_tails_are_means_of_the_ends_of_the_sorted_samples(self):
        with h5py.File(self.file) as file:
            for period in "annual", "horizon":
                numpy.testing.assert_array_equal(file[period]["cvar/level"][:], [0.05, 0.95])
                for name in paths(file["samples"][period]).values():
                    samples = numpy.atleast_2d(file["samples"][period][name][:].astype(float))
                    cvar, error = (numpy.atleast_2d(file[period][group][name][:]) for group in TAILS)
                    points = file[period]["cvar"][name].attrs["tail_points"].reshape(cvar.shape)
                    for row, sample in enumerate(samples):
                        self.check_tails(name, sample[~numpy.isnan(sample)], cvar[row], error[row], points[row])

    def check_tails(self, name, sample, cvar, error, points):
        """By weights of the sorted values: 1 from the end on, and what is left for the last."""
        m = round(len(sample) * 0.05, 9)
        numpy.testing.assert_allclose(points, m, err_msg=name)
        if len(sample) == 0:
            self.assertTrue(numpy.isnan(cvar).all(), name)
            return
        weight = numpy.clip(m - numpy.arange(len(sample)), 0, 1)
        for side, ordered in enumerate((numpy.sort(sample), numpy.sort(sample)[::-1])):
            mean = (weight * ordered).sum() / m
            numpy.testing.assert_allclose(cvar[side], mean, rtol=1e-12, atol=1e-12 * abs(ordered).max(), err_msg=name)
            if m < 2:
                self.assertTrue(numpy.isnan(error[side]), name)
                continue
            variance = (weight * (ordered - mean)**2).sum() / (m - 1)
            stated = ((variance + 0.95 * (mean - ordered[int(m)])**2) / m)**0.5
            numpy.testing.assert_allclose(error[side], stated, rtol=1e-6, atol=1e-12 * abs(ordered).max(), err_msg=name)

    def test_probabilities_are_shares_of_replications_with_wilson_bounds(self):
        z = 1.959963984540054
        with h5py.File(self.file) as file:
            for period in "annual", "horizon":
                names = paths(file[period]["probability"])
                expected = {path for path in paths(file["samples"][period]) if path.startswith("thresholds.")}
                self.assertEqual(set(names), expected)
                for path, name in names.items():
                    samples = numpy.atleast_2d(file["samples"][period][name][:])
                    passage = path.endswith(".first-passage")
                    hits = (~numpy.isnan(samples) if passage else samples == 1).sum(axis=1)
                    p, low, high = (numpy.atleast_1d(file[period][group][name][()]) for group in PROBABILITIES)
                    numpy.testing.assert_array_equal(p, hits / REPLICATIONS, path)
                    for bound, inside in (low, hits > 0), (high, hits < REPLICATIONS):
                        distance = z * (bound * (1 - bound) / REPLICATIONS)**0.5
                        numpy.testing.assert_allclose(abs(bound - p)[inside], distance[inside], rtol=1e-9)
                    self.assertTrue((low[hits == 0] == 0).all() and (high[hits == REPLICATIONS] == 1).all(), path)
            by_then = file["annual/probability/thresholds_congestion_first_passage"][:]
            self.assertTrue((numpy.diff(by_then) >= 0).all())
            self.assertEqual(by_then[-1], file["horizon/probability/thresholds_congestion"][()])

    def test_first_passages_are_months_up_to_the_end_of_the_year(self):
        with h5py.File(self.file) as file:
            least, most, count = (file["annual"][s]["thresholds_congestion_first_passage"][:]
                                  for s in ("minimum", "maximum", "count"))
            for year in numpy.nonzero(count)[0]:
                self.assertTrue(1 <= least[year] <= most[year] <= 12 * (year + 1))
            self.assertEqual(file["annual/probability/thresholds_congestion_first_passage"].attrs["probability"],
                             b"share with a value")

    def test_horizon_is_made_of_the_years(self):
        with h5py.File(self.file) as file:
            for name, sample in file["samples/horizon"].items():
                if "path" not in sample.attrs:
                    continue
                if "horizon_only" in sample.attrs:
                    self.assertNotIn(name, file["samples/annual"])
                    continue
                annual = file["samples/annual"][name][:].astype(float)
                method = sample.attrs["cell_methods"].decode()
                if "sums" in method:  # an index: see concentrations_follow_from_the_stored_samples
                    continue
                if "ratio" in method:  # of the sums: between the least and the greatest year, of those with a value
                    low, high = numpy.fmin.reduce(annual, axis=0), numpy.fmax.reduce(annual, axis=0)
                    numpy.testing.assert_array_equal(numpy.isnan(sample[:]), numpy.isnan(low), name)
                    some = ~numpy.isnan(low)
                    slack = 2.0**-22 * numpy.nanmax(numpy.abs(annual), initial=0.0)
                    self.assertTrue(((sample[:] >= low - slack) & (sample[:] <= high + slack))[some].all(), name)
                    continue
                whole = {"time: sum": annual.sum(axis=0), "time: mean": annual.mean(axis=0), "time: point": annual[-1],
                         "time: minimum": annual.min(axis=0), "time: maximum": annual.max(axis=0)}[method]
                self.assertLessEqual(numpy.abs(sample[:] - whole).max(), 2.0**-22 * numpy.abs(annual).max() * YEARS)

    def test_concentrations_follow_from_the_stored_samples(self):
        with h5py.File(self.file) as file:
            for samples in file["samples/horizon"], file["samples/annual"]:
                value, weighted = 0.0, 0.0
                flows = {name.split(".")[1] for name in paths(samples) if name.startswith("routes.")}
                for flow in flows:
                    volumes = numpy.array([samples[at][:].astype(float) for name, at in paths(samples).items()
                                           if name.startswith(f"routes.{flow}.") and name.endswith(".volume")])
                    shares = volumes / volumes.sum(axis=0)
                    of_flow = samples[paths(samples)[f"flows.{flow}.value"]][:].astype(float)
                    value, weighted = value + of_flow, weighted + of_flow * (shares**2).sum(axis=0)
                # sums of tens of numbers in single precision
                numpy.testing.assert_allclose(samples[paths(samples)["index.hhi.routes"]][:], weighted / value, rtol=1e-5)
                exports = numpy.array([samples[at][:].astype(float) for name, at in paths(samples).items()
                                       if name.startswith("trade.exports.")])
                if len(exports) < 2:
                    continue
                hhi = ((exports / exports.sum(axis=0))**2).sum(axis=0)
                numpy.testing.assert_allclose(samples[paths(samples)["index.hhi.partners"]][:], hhi, rtol=1e-5)
                multivector = 1 - (hhi - 1 / len(exports)) / (1 - 1 / len(exports))
                numpy.testing.assert_allclose(samples[paths(samples)["index.multivector"]][:], multivector, atol=1e-5)

    def test_shares_are_volumes_over_what_is_shipped(self):
        with h5py.File(self.file) as file:
            years = file["samples/annual"]
            volume, shipped = years["routes_china_europe_north_dostyk_volume"][:], years["flows_china_europe_shipped"][:]
            share = years["routes_china_europe_north_dostyk_share"][:]
            numpy.testing.assert_allclose(share, volume.astype(float) / shipped, rtol=2e-7)  # single precision
            horizon = file["samples/horizon"]
            numpy.testing.assert_allclose(horizon["routes_china_europe_north_dostyk_share"][:],
                                          horizon["routes_china_europe_north_dostyk_volume"][:].astype(float) /
                                          horizon["flows_china_europe_shipped"][:], rtol=2e-7)

    def test_headline_outcomes_are_those_saved_by_year_and_diagnostics_say_how_good_the_solution_is(self):
        with h5py.File(self.file) as file:
            headline = {n for n, v in file["annual/mean"].items() if "headline" in v.attrs}
            self.assertIn("corridors_northern_container", headline)
            self.assertNotIn("legs_dostyk_used", headline)
            self.assertEqual(file["annual/mean/legs_dostyk_used"].attrs["units"], b"train/yr")
            self.assertLess(file["diagnostics/network_imbalance_maximum"][()], 1e-11)
            self.assertLess(file["diagnostics/network_residual_mean"][()], 0.5)
            self.assertEqual(file["diagnostics/network_residual_mean"].attrs["units"], b"mo")

    def test_inputs_are_what_the_scenario_says(self):
        with h5py.File(self.file) as file:
            inputs = file["inputs"]
            drift = inputs["drivers_caspian_fall_drift"]
            self.assertEqual(drift.attrs["units"], b"m/yr")
            self.assertEqual(drift.attrs["path"], b"drivers.caspian-fall.drift")
            self.assertTrue(((drift[:] >= 0) & (drift[:] <= 0.2)).all())
            # triangular(0.00 0.07 0.20): mean 0.09, variance (a^2 + b^2 + c^2 - ab - ac - bc) / 18
            variance = (0.07**2 + 0.2**2 - 0.07 * 0.2) / 18
            self.assertLess(abs(drift[:].mean() - 0.09), 4.5 * (variance / REPLICATIONS) ** 0.5)

    def check_outcome(self, group, statistic):
        self.assertEqual(group["drivers_brent"].attrs["units"], "1" if statistic in ("skewness", "kurtosis", "count") else "USD/bbl")
        self.assertEqual(group["drivers_brent"].attrs["path"], "drivers.brent")
        self.assertTrue(group["flows_china_europe_demand"].attrs["long_name"].endswith("demand of flow china-europe"))

    def test_xarray_has_units_and_coordinates_in_both_engines(self):
        for engine in ("netcdf4", "h5netcdf"):
            # h5netcdf takes seconds to open a group: one of each kind is enough
            for statistic in STATISTICS + QUANTILES + TAILS if engine == "netcdf4" else ["mean", "quantile", "cvar"]:
                with self.subTest(engine=engine, statistic=statistic):
                    with xarray.open_dataset(self.file, group=f"annual/{statistic}", engine=engine) as group:
                        self.check_outcome(group, statistic)
                        self.assertEqual(str(group["time"].values[0])[:10], "2020-01-01")
                        self.assertEqual(str(group["time"].values[-1])[:10], "2039-01-01")
                        expected = {"q": ("time", "quantile"), "c": ("time", "level")}.get(statistic[0], ("time",))
                        expected = ("time",) if statistic == "count" else expected
                        self.assertEqual(group["drivers_brent"].dims, expected)
                        if statistic in QUANTILES:
                            numpy.testing.assert_array_equal(group["quantile"].values, [0.05, 0.25, 0.5, 0.75, 0.95])
                        if statistic in TAILS:
                            brent = group["drivers_brent"]
                            self.assertTrue((brent.sel(level=0.05) < brent.sel(level=0.95)).all() or statistic != "cvar")
            with xarray.open_dataset(self.file, group="annual/probability", engine=engine) as group:
                self.assertEqual(group["thresholds_congestion"].dims, ("time",))
                self.assertEqual(group["thresholds_congestion"].attrs["units"], "1")
            with xarray.open_dataset(self.file, group="samples/annual", engine=engine) as group:
                self.assertEqual(group["drivers_brent"].dims, ("time", "replication"))
                self.assertEqual(group["drivers_brent"].dtype, numpy.float32)
            with xarray.open_dataset(self.file, group="horizon/mean", engine=engine) as group:
                self.assertEqual(group["flows_china_europe_demand"].attrs["units"], "TEU")
                self.assertEqual(group["flows_china_europe_demand"].shape, ())

    def test_xarray_values_are_those_of_show(self):
        shown = {(row["outcome"], row["period"]): row for row in self.rows}
        with h5py.File(self.file) as file:
            self.assertEqual(len(shown), YEARS * len(paths(file["annual/mean"])) + len(paths(file["horizon/mean"])))
        with xarray.open_dataset(self.file, group="annual/mean") as group:
            for name, variable in group.data_vars.items():
                if "path" not in variable.attrs:
                    continue
                for value in variable:
                    row = shown[variable.attrs["path"], str(value["time"].values)[:4]]
                    numpy.testing.assert_equal(float(row["mean"]), float(value))  # where undefined both are NaN
                    self.assertEqual(row["unit"], variable.attrs["units"])
        with h5py.File(self.file) as file:
            for path, name in paths(file["samples/annual"]).items():
                row = shown[path, "2030"]
                numpy.testing.assert_equal([float(row["cvar_0.05"]), float(row["cvar_0.95"])], file["annual/cvar"][name][10])
                stated = [float(row[p]) for p in PROBABILITIES if row[p] != ""]
                numpy.testing.assert_equal(stated, [file["annual"][p][name][10] for p in PROBABILITIES
                                                    if name in file["annual"][p]])

    def test_netcdf4_reads_all_and_can_append(self):
        with netCDF4.Dataset(self.file) as file:
            self.assertEqual(file.Conventions, "CF-1.8")
            self.assertEqual(file.seed, "20190911")
            self.assertEqual(file.replications, REPLICATIONS)
            self.assertEqual(file.complete, 1)
            self.assertIn("scenario: kazakhstan-2019", file.scenario)
            time = file["annual/mean/time"]
            self.assertEqual(time.bounds, "time_bounds")
            start, end = netCDF4.num2date(file["annual/mean/time_bounds"][0], time.units, time.calendar)
            self.assertEqual((start.isoformat(), end.isoformat()), ("2020-01-01T00:00:00", "2021-01-01T00:00:00"))
            self.assertEqual(file["horizon/cvar/drivers_brent"].dimensions, ("level",))
            self.assertEqual(len(file["annual/cvar/drivers_brent"].tail_points), 2 * YEARS)
            self.assertEqual(file["horizon/probability_high/thresholds_congestion"].shape, ())
        with netCDF4.Dataset(self.file, "a") as file:
            self.assertEqual(file["annual/mean/drivers_brent"].shape, (YEARS,))

    def test_ncdump_prints_everything(self):
        text = subprocess.run(["ncdump", self.file], check=True, capture_output=True, text=True).stdout
        self.assertIn('drivers_brent:units = "USD/bbl"', text)
        self.assertIn("group: diagnostics", text)
        self.assertIn('thresholds_congestion:long_name = "probability: whether congestion happened"', text)
        self.assertIn('drivers_brent:long_name = "mean of a tail (CVaR) of ', text)

    def test_a_damaged_file_is_refused(self):
        damaged = pathlib.Path(self.folder.name) / "damaged.h5"
        data = bytearray(pathlib.Path(self.file).read_bytes())
        with h5py.File(self.file) as file:
            at = file["annual/mean/drivers_brent"].id.get_offset()
        data[at + 6] ^= 1
        damaged.write_bytes(data)
        run = subprocess.run([ZHOL, "show", str(damaged)], capture_output=True, text=True)
        self.assertEqual(run.returncode, 4)
        self.assertIn("is damaged: its content does not have the SHA-256", run.stderr)
        damaged.write_bytes(data[: len(data) // 2])
        run = subprocess.run([ZHOL, "show", str(damaged)], capture_output=True, text=True)
        self.assertEqual(run.returncode, 4)
        self.assertIn("is not a result of zhol", run.stderr)


class Compressed(unittest.TestCase):
    """A run whose samples and inputs are compressed, beside the same run whose are not."""

    def test_every_reader_finds_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            plain, small = (str(pathlib.Path(folder) / name) for name in ("plain.h5", "small.h5"))
            for file, words in (plain, []), (small, ["--compress"]):
                subprocess.run([ZHOL, "run", str(SCENARIOS / "kazakhstan-2019.yaml"), "-n", "300", "-o", file, "--progress", "none", *words],
                               check=True, capture_output=True)
            with xarray.open_dataset(plain, group="samples/annual") as expected:
                self.assertEqual(expected.sizes["replication"], 300)
                for engine in "netcdf4", "h5netcdf":
                    with xarray.open_dataset(small, group="samples/annual", engine=engine) as found:
                        xarray.testing.assert_identical(found.load(), expected.load())
            for group in "samples/annual", "samples/horizon", "inputs":
                with h5py.File(plain) as expected, netCDF4.Dataset(small) as found:
                    for name in paths(expected[group]).values():
                        numpy.testing.assert_array_equal(found[group][name][:].filled(numpy.nan), expected[group][name][:], name)
            with h5py.File(small) as file:
                for name in paths(file["inputs"]).values():
                    data = file["inputs"][name]
                    self.assertEqual((data.compression, data.compression_opts, data.shuffle, data.fletcher32), ("gzip", 1, True, False))
            plainly, packed = (subprocess.run(["ncdump", "-g", "inputs", file], check=True, capture_output=True, text=True).stdout.split("data:", 1)[1]
                          for file in (plain, small))
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
        file = str(pathlib.Path(cls.folder.name) / f"{memory}-{len(options)}.h5")
        subprocess.run([ZHOL, "run", str(SCENARIOS / "kazakhstan-2019.yaml"), "-n", "3000", "-o", file, "--progress", "none",
                        "--memory", memory, *options], check=True, capture_output=True)
        return h5py.File(file)

    def test_quantiles_are_within_the_error_that_the_file_states_and_all_else_is_the_same(self):
        told, exact = self.run_in("10MiB"), self.exact
        self.assertEqual((told.attrs["quantiles"], exact.attrs["quantiles"]), (b"sketch", b"exact"))
        self.assertNotIn("quantile_relative_error", exact.attrs)
        error = told.attrs["quantile_relative_error"]
        self.assertAlmostEqual(error, 1 / 257)
        for period in "annual", "horizon":
            for name in exact[period]["mean"]:
                for part in STATISTICS:
                    numpy.testing.assert_array_equal(told[period][part][name][()], exact[period][part][name][()], name)
                if name not in exact[period]["quantile"] or "path" not in exact[period]["mean"][name].attrs:
                    continue
                value = exact[period]["quantile"][name][:]
                numpy.testing.assert_allclose(told[period]["quantile"][name][:], value, rtol=error * (1 + 1e-12), err_msg=name)
                low, high = (told[period][part][name][:] for part in QUANTILES[1:])
                some = ~numpy.isnan(value)
                self.assertTrue((low <= exact[period]["quantile_low"][name][:])[some].all(), name)
                self.assertTrue((high >= exact[period]["quantile_high"][name][:])[some].all(), name)
        self.assertNotIn("samples", told)
        self.assertEqual(len(told["inputs"]), 0)

    def test_what_is_saved_is_what_an_exact_run_saves(self):
        told = self.run_in("20MiB", "--save", "drivers.*,npv.fiscal")
        names = set(paths(told["samples/horizon"]))
        self.assertEqual({name for name in names if not name.startswith("drivers.")}, {"npv.fiscal"})
        self.assertEqual(set(paths(told["samples/annual"])), names - {"npv.fiscal"})
        for group in "samples/horizon", "samples/annual", "inputs":
            self.assertGreater(len(paths(told[group])), 5)
            for name in paths(told[group]).values():
                numpy.testing.assert_array_equal(told[group][name][:], self.exact[group][name][:])
        self.assertIn(f"--memory {20 * 2**20}".encode(), told.attrs["history"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
