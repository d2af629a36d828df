#!/usr/bin/env python3
"""Runs that go on until a number is known: where they stop, what they then hold, and what check tells before.

Usage: stopping.py ZHOL SCENARIOS
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, content, labels

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
MINIMAL = SCENARIOS / "minimal.yaml"
Z95 = 1.959963984540054
CHUNK, FIRST, STEP = 512, 40, 20


def boundaries(limit):
    """The numbers of replications at which a run is judged."""
    chunks = FIRST
    while chunks * CHUNK < limit:
        yield chunks * CHUNK
        chunks += STEP
    yield limit


def half_of_mean(x):
    return x.mean(), Z95 * x.std(ddof=1) / numpy.sqrt(len(x)), len(x)


def half_of_quantile(p):
    """Half of the distribution-free interval: order statistics floor(np - z s) and ceil(np + z s) + 1 of n values."""
    def half(x):
        n, x = len(x), numpy.sort(x)
        spread = Z95 * numpy.sqrt(n * p * (1 - p))
        low, high = x[int(numpy.floor(n * p - spread)) - 1], x[int(numpy.ceil(n * p + spread))]
        return x[int(numpy.ceil(n * p - 1e-9)) - 1], (high - low) / 2, n * min(p, 1 - p)
    return half


def half_of_upper_tail(level):
    """Manistre and Hancock (2005); n (1 - level) is a whole number at all boundaries for the levels used here."""
    def half(x):
        n, x = len(x), numpy.sort(x)
        m = n * (1 - level)
        whole = int(round(m))
        tail = x[n - whole:]
        # the edge counts for what is left of a point; where there is none, it is the last point itself
        edge, variance = tail[0], tail[1:].var() if len(tail) > 1 else numpy.nan
        return tail.mean(), Z95 * numpy.sqrt((variance + level * (tail.mean() - edge) ** 2) / m), m
    return half


def half_of_probability(x):
    """Wilson (1927)."""
    n, p, z = len(x), x.mean(), Z95
    return p, z / (1 + z * z / n) * numpy.sqrt(p * (1 - p) / n + z * z / (4 * n * n)), n


class Precision(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def zhol(self, *words, status=0):
        run = subprocess.run([ZHOL, *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def run_to(self, name, *words):
        self.zhol("run", MINIMAL, "-o", name, "--force", "--progress", "none", *words)
        return Result(self.folder / name)

    def contents(self, name):
        """All datasets, and the attributes of the file but what tells of the reason to stop."""
        with h5py.File(self.folder / name) as file:
            found = {}
            file.visititems(lambda path, item: found.update({path: content(item)}) if isinstance(item, h5py.Dataset) else None)
            return found, {key: str(value) for key, value in file.attrs.items() if key not in ("stopped_by", "content_sha256")}

    def test_a_run_stops_at_the_first_boundary_at_which_its_goals_are_met(self):
        limit, dear = 80000, ["--set", "outcomes.thresholds.dear={outcome: drivers.oil, above: 130 USD/bbl}"]
        with self.run_to("all.h5", "-n", limit, *dear) as whole:
            above = whole.samples("horizon", "thresholds.dear").astype(float)
            oil, years = (whole.samples(period, "drivers.oil").astype(float) for period in ("horizon", "annual"))
        for goal, half, x, width in (("drivers.oil=0.14 %", half_of_mean, oil, lambda m: 0.0014 * abs(m)),
                                     ("drivers.oil@2025=0.18 USD/bbl", half_of_mean, years[5], lambda m: 0.18),
                                     ("thresholds.dear:probability=3.5 %", half_of_probability, above, lambda m: 0.035 * m),
                                     ("drivers.oil:quantile:0.25=0.3 %", half_of_quantile(0.25), oil, lambda m: 0.003 * abs(m)),
                                     ("drivers.oil@2029:cvar-upper:0.75=0.5 %", half_of_upper_tail(0.75), years[9], lambda m: 0.005 * abs(m)),
                                     ("drivers.oil:cvar-lower:0.9375=0.17 USD/bbl", lambda x: half_of_upper_tail(0.9375)(-x), oil, lambda m: 0.17)):
            with self.subTest(goal=goal):
                stop = None
                for n in boundaries(limit):
                    estimate, width_there, tail = half(x[:n])
                    # near a tie the two computations, in single and in double precision, could differ
                    self.assertGreater(abs(width_there / width(estimate) - 1), 1e-4)
                    if width_there <= width(estimate) and tail >= 100:
                        stop = n
                        break
                self.assertIsNotNone(stop)
                self.assertGreater(stop, FIRST * CHUNK)  # or the test would not tell one boundary from another
                with self.run_to("stopped.h5", *dear, "--precision", goal, "--precision", f"limit={limit}") as result:
                    self.assertEqual(result.file.attrs["replications"], stop)
                    self.assertTrue(result.file.attrs["stopped_by"].startswith(b"precision: "))

    def test_all_goals_have_to_be_met(self):
        numbers = []
        for goals in (["drivers.oil=0.14 %"], ["drivers.oil@2025=0.12 USD/bbl"], ["drivers.oil=0.14 %", "drivers.oil@2025=0.12 USD/bbl"]):
            with self.run_to("r.h5", *[word for goal in goals for word in ("--precision", goal)]) as result:
                numbers.append(result.file.attrs["replications"])
        self.assertNotEqual(numbers[0], numbers[1])
        self.assertEqual(numbers[2], max(numbers))

    def test_what_is_stopped_is_what_its_number_gives_in_every_regime_and_for_any_threads(self):
        goal = ["--precision", "drivers.oil=0.14 %", "--precision", "limit=60000"]
        with self.run_to("r.h5", *goal) as result:
            n = int(result.file.attrs["replications"])
        self.assertGreater(n, (FIRST + STEP) * CHUNK)
        cells, inputs = 5 * 11, 1
        each = 4 * cells + 8 * inputs
        for memory, save, kind in ((2 << 30, None, b"exact"), (each * 25000, None, b"sketch"), (each * 1000, None, b"sketch"),
                                   (each * 25000, "drivers.oil", b"sketch"),  # all samples, then some
                                   (60000 * 4 * 11, "drivers.oil", b"sketch"),  # some with inputs, then without
                                   (each * 25000, "none", b"sketch")):
            words = ["--memory", str(memory)] + ([] if save is None else ["--save", save])
            with self.subTest(memory=memory, save=save):
                self.run_to("n.h5", "-n", n, *words).file.close()
                for threads in (1, 2, 4):
                    with self.run_to(f"{threads}.h5", *goal, *words, "-j", threads) as result:
                        self.assertEqual(result.file.attrs["quantiles"], kind)
                    self.assertEqual((self.folder / "1.h5").read_bytes(), (self.folder / f"{threads}.h5").read_bytes())
                self.assertEqual(self.contents("1.h5"), self.contents("n.h5"))

    def test_beyond_memory_no_tail_is_claimed_to_be_nearer_than_it_is(self):
        """The same replications as samples and in buckets: what is between their tails is within the error that the buckets state, and
        within the precision that a run claims, which stops at no number for a width that its buckets do not give."""
        n, narrow = 2048, "drivers.gdp-cn@2020"  # in its first year its sd is two buckets
        baseline = ["run", SCENARIOS / "kazakhstan-2019.yaml", "--force", "--save", "none"]
        self.zhol(*baseline, "-n", n, "-o", "samples.h5")
        run = self.zhol(*baseline, "--memory", "64MiB", "-o", "buckets.h5", "--precision", f"limit={n}", *(
            word for tail in ("upper", "lower") for word in ("--precision", f"{narrow}:cvar-{tail}:0.95=0.005 %")),
            "--precision", f"{narrow}:quantile:0.05=0.005 %")
        with Result(self.folder / "samples.h5") as samples, Result(self.folder / "buckets.h5") as buckets:
            self.assertEqual((samples.file.attrs["quantiles"], buckets.file.attrs["quantiles"]), (b"exact", b"sketch"))
            for period in ("annual", "horizon"):
                exact, told = samples.file[period], buckets.file[period]
                numpy.testing.assert_array_equal(told["cvar_points"][()], exact["cvar_points"][()])
                off, error = abs(told["cvar"][()] - exact["cvar"][()]), told["cvar_standard_error"][()]
                numpy.testing.assert_array_equal(numpy.isnan(error), numpy.isnan(exact["cvar_standard_error"][()]))
                known = ~numpy.isnan(error)
                self.assertGreater(known.sum(), 100)
                self.assertTrue((off <= error + 1e-12 * abs(exact["cvar"][()]))[known].all())
            tails = list(zip(labels(samples.file["annual"], "tail"), *(result.statistic("annual", "cvar", "drivers.gdp-cn")[0, :, 0] for result in (samples, buckets))))
        self.assertEqual({tail for tail, *_ in tails}, {"lower", "upper"})
        for tail, exact, told in tails:
            claim = re.search(rf"cvar-{tail} at 0.95 of drivers.gdp-cn over 2020 within 0.005 %: ([0-9.e-]+) % \(not met\)", run.stderr)
            self.assertIsNotNone(claim, run.stderr)
            # two digits are told
            self.assertGreater(1.05 * float(claim[1]) / 100, abs(told / exact - 1))
        # and a quantile is no better known than to the middle of its bucket
        claim = re.search(r"quantile at 0.05 of drivers.gdp-cn over 2020 within 0.005 %: ([0-9.e-]+) % \(not met\)", run.stderr)
        self.assertIsNotNone(claim, run.stderr)
        self.assertGreater(float(claim[1]), 0.95 * 100 / 2 / 256)

    def test_no_confidence_makes_narrower_what_buckets_leave_open(self):
        (self.folder / "sure.yaml").write_text(
            "extends: minimal\nscenario: sure\nrun:\n  precision:\n    limit: 60000\n    goals:\n" + "".join(
                f"      - {{outcome: drivers.oil, statistic: quantile, at: 0.5, relative: 0.01 %, confidence: {confidence}}}\n"
                for confidence in ("50 %", "95 %", "99 %")))
        halves = {}
        for memory in ("2GiB", "64kB"):
            said = self.zhol("run", "sure.yaml", "--path", SCENARIOS, "--memory", memory, "--save", "none", "--force").stderr
            halves[memory] = [float(half) for half in re.findall(r"within 0.01 %: ([0-9.e-]+) % \(not met\)", said)]
            self.assertEqual(len(halves[memory]), 3, said)
        self.assertLess(halves["2GiB"][0], halves["2GiB"][1] / 2)  # 0.67 of 1.96 standard errors
        self.assertEqual(halves["64kB"][0], halves["64kB"][1])
        self.assertLess(halves["64kB"][1], halves["64kB"][2])
        # the middle of a bucket is at least 1/512 of its value from its farther end
        self.assertGreater(halves["64kB"][0], 0.95 * 100 / 512)

    def test_a_run_that_reaches_its_limit_says_what_was_not_met(self):
        run = self.zhol("run", MINIMAL, "--precision", "drivers.oil=0.001 %", "--precision", "drivers.oil=50 %", "--precision", "limit=700")
        said = r"stopped by limit: mean of drivers.oil over the horizon within 0.001 %: [0-9.]+ % \(not met\); mean of drivers.oil over the horizon within 50 %: [0-9.]+ %\n"
        self.assertRegex(run.stderr, said)
        self.assertNotIn("for 1 %", run.stderr)
        with h5py.File(self.folder / "minimal.h5") as file:
            self.assertEqual(file.attrs["replications"], 700)
        self.assertRegex(self.zhol("show", "minimal.h5").stdout, said)

    def test_a_scenario_asks_and_the_command_decides(self):
        (self.folder / "asks.yaml").write_text("extends: minimal\nscenario: asks\nrun:\n  precision:\n    limit: 3000\n"
                                               "    goals: [{outcome: drivers.oil, relative: 0.01 %}]\n")
        for words, n in (([], 3000), (["-n", "700"], 700), (["--precision", "none"], 10000), (["--precision", "limit=2000"], 2000),
                         (["--precision", "drivers.gdp=90 %"], 3000)):
            with self.subTest(words=words):
                self.zhol("run", "asks.yaml", "--path", SCENARIOS, "--force", *words)
                with h5py.File(self.folder / "asks.h5") as file:
                    self.assertEqual(file.attrs["replications"], n)
                    self.assertEqual("stopped_by" in file.attrs, n not in (700, 10000))
        self.zhol("verify", "asks.h5", "--all")

    def test_check_tells_what_it_takes(self):
        plan = self.zhol("check", MINIMAL, "--precision", "drivers.oil=0.14 %").stdout
        self.assertRegex(plan, r"replications, about +[0-9]+ as a pilot of 2560 tells, 1000000 at most\n    mean of drivers.oil over the horizon within 0.14 %: [0-9]+\n")
        needed = int(re.search(r"within 0.14 %: ([0-9]+)", plan)[1])
        with self.run_to("r.h5", "-n", 20000) as result:
            oil = result.samples("horizon", "drivers.oil").astype(float)
        truth = (Z95 * oil.std() / 0.0014 / oil.mean()) ** 2
        # the variance of 2,560 values has a relative standard error of sqrt((kurtosis - 1) / n); and two digits are told
        kurtosis = ((oil - oil.mean()) ** 4).mean() / oil.var() ** 2
        self.assertLess(abs(needed / truth - 1), 4 * numpy.sqrt((kurtosis - 1) / 2560) + 0.05)
        never = ["--set", "outcomes.thresholds.never={outcome: drivers.oil, above: 1 MUSD/bbl}"]
        self.assertIn("within 1 %: unknown, the pilot's estimate is 0\n",
                      self.zhol("check", MINIMAL, *never, "--precision", "thresholds.never:probability=1 %").stdout)

    def test_goals_that_are_none_are_refused_with_what_was_expected(self):
        for goal, said in (("drivers.oil", "'drivers.oil' is not of the form PATH=WIDTH; expected one such as 'npv.national=1 %'"),
                           ("drivers.oll=1 %", "'drivers.oll' is no outcome of the scenario; expected a path such as npv.national; did you mean 'drivers.oil'?"),
                           ("drivers.oil=1 t", "1 t is a mass; expected a price per volume such as USD/bbl"), ("drivers.oil=0 %", "0 % is no width; expected a number above 0, such as 1 %"),
                           ("drivers.oil@2031=1 %", "2031 is no year of the run; expected 2020 to 2029"), ("drivers.oil@x=1 %", "'x' in 'drivers.oil@x=1 %' is no year"),
                           ("drivers.oil:median=1 %", "'median' is no statistic; expected mean, quantile, cvar-upper, cvar-lower or probability"),
                           ("drivers.oil:quantile=1 %", "a quantile needs its probability; expected one between 0 and 1"),
                           ("drivers.oil:quantile:2=1 %", "a quantile needs its probability; expected one between 0 and 1"),
                           ("drivers.oil:mean:0.5=1 %", "a mean is of no level; expected none"),
                           ("drivers.oil:probability=1 %", "drivers.oil is no threshold, so it has no probability; expected one of thresholds.NAME"),
                           ("drivers.oil:cvar-upper:0.05=1 %", "a cvar-upper at 0.05; expected a level above 0.5, such as 0.95"),
                           ("drivers.oil:cvar-lower:0.05=1 %", "a cvar-lower at 0.05; expected a level above 0.5, such as 0.95"),
                           ("drivers.oil@4294969326=1 %", "'4294969326' in 'drivers.oil@4294969326=1 %' is no year"),
                           ("limit=600", "--precision 'limit=600' limits nothing, for there is no goal"),
                           ("limit=0", "'limit=0' is no limit; expected a number of replications from 1 to 1000000000")):
            with self.subTest(goal=goal):
                status = 2
                run = self.zhol("run", MINIMAL, "--precision", goal, status=status)
                self.assertIn(said, run.stderr)
        passage = self.zhol("run", MINIMAL, "--set", "outcomes.thresholds.dear={outcome: drivers.oil, above: 130 USD/bbl}",
                            "--precision", "thresholds.dear.first-passage:probability=1 %", status=2).stderr
        self.assertIn("thresholds.dear.first-passage is no threshold, so it has no probability", passage)
        self.assertIn("-n 100 and --precision 'drivers.oil=1 %' exclude each other", self.zhol("run", MINIMAL, "-n", "100", "--precision", "drivers.oil=1 %", status=2).stderr)
        (self.folder / "wrong.yaml").write_text("extends: minimal\nscenario: wrong\nrun:\n  precision:\n    goals:\n      - {outcome: drivers.oil}\n"
                                                "      - {outcome: drivers.oll, relative: 1 %}\n      - {outcome: drivers.oil, absolute: 1 km}\n"
                                                "      - {outcome: drivers.oil, absolute: 2 %}\n")
        error = self.zhol("run", "wrong.yaml", "--path", SCENARIOS, status=3).stderr
        self.assertRegex(error, r"wrong.yaml:6:\d+: error: run.precision.goals.1: does not say how well; expected `relative` or `absolute`, or both")
        self.assertRegex(error, r"wrong.yaml:7:\d+: error: run.precision.goals.2: 'drivers.oll' is no outcome")
        self.assertRegex(error, r"wrong.yaml:9:\d+: error: run.precision.goals.4: `absolute` is 2 %, a share of the estimate; expected `relative`")
        self.assertRegex(error, r"wrong.yaml:8:\d+: error: run.precision.goals.3: 1 km is a length; expected a price per volume such as USD/bbl")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
