#!/usr/bin/env python3
"""The commands as a user meets them: exit status, messages, files that appear and that do not.

Usage: cli.py ZHOL SCENARIOS
"""
import decimal
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, SANITIZED

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
PROJECT = SCENARIOS.parent
MINIMAL, KAZAKHSTAN = str(SCENARIOS / "minimal.yaml"), str(SCENARIOS / "kazakhstan-2019.yaml")
# small, with a quantity of every key
ALL_KEYS = str(PROJECT / "tests/fixtures/all-keys.yaml")


class Commands(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def zhol(self, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_threads_do_not_change_a_byte(self):
        for scenario, number in ((ALL_KEYS, "3000"), (KAZAKHSTAN, "600" if SANITIZED else "1500")):
            for threads in "134":
                self.zhol("run", scenario, "-n", number, "-j", threads, "-o", f"{threads}.h5", "--force")
            self.assertEqual(len({(self.folder / f"{threads}.h5").read_bytes() for threads in "134"}), 1)

    def test_a_run_twice_gives_the_same_bytes_elsewhere_and_later(self):
        self.zhol("run", MINIMAL, "-n", "100", "-o", "a.h5")
        time.sleep(1.1)
        (self.folder / "else").mkdir()
        self.zhol("run", MINIMAL, "-n", "100", "-o", "else/b.h5")
        self.assertEqual((self.folder / "a.h5").read_bytes(), (self.folder / "else/b.h5").read_bytes())

    def test_another_seed_gives_other_results_and_zero_is_a_seed(self):
        for seed in ("0", "1"):
            self.zhol("run", MINIMAL, "-n", "100", "--seed", seed, "-o", f"{seed}.h5")
        self.assertNotEqual((self.folder / "0.h5").read_bytes(), (self.folder / "1.h5").read_bytes())

    def test_fewer_replications_are_the_first_of_more(self):
        for number in ("100", "700"):
            self.zhol("run", MINIMAL, "-n", number, "-o", f"{number}.h5", "--save", "*")
        with Result(self.folder / "100.h5") as few, Result(self.folder / "700.h5") as many:
            for outcome in few.outcomes("samples/annual"):
                self.assertTrue((few.samples("annual", outcome) == many.samples("annual", outcome)[:, :100]).all())

    def test_an_existing_result_is_replaced_only_with_force(self):
        self.zhol("run", MINIMAL, "-n", "64")
        before = (self.folder / "minimal.h5").read_bytes()
        run = self.zhol("run", MINIMAL, "-n", "32", status=2)
        self.assertIn("minimal.h5 is there already; use --force to replace it", run.stderr)
        self.assertEqual((self.folder / "minimal.h5").read_bytes(), before)
        self.zhol("run", MINIMAL, "-n", "32", "--force")
        self.assertNotEqual((self.folder / "minimal.h5").read_bytes(), before)
        self.assertEqual(self.files(), ["minimal.h5"])

    def test_a_result_replaces_no_scenario_and_none_of_the_same_run(self):
        text = pathlib.Path(MINIMAL).read_text()
        for folder in ("one", "two"):
            (self.folder / folder).mkdir()
            (self.folder / folder / "s.yaml").write_text(text)
        run = self.zhol("run", "one/s.yaml", "-n", "32", "-o", "one/s.yaml", "--force", status=2)
        self.assertIn("the result one/s.yaml would replace a scenario; expected another name", run.stderr)
        # nor what it extends, by whatever name
        (self.folder / "one/v.yaml").write_text("extends: s\nscenario: v\n")
        os.link(self.folder / "one/s.yaml", self.folder / "linked.h5")
        for output in ("one/s.yaml", "linked.h5"):
            for command in ("run", "slurm"):
                said = self.zhol(command, "one/v.yaml", "-n", str(10**9), "-o", output, *(["--force"] if command == "run" else []), status=2)
                self.assertIn(f"the result {output} would replace a scenario that one/v.yaml extends; expected another name", said.stderr)
        (self.folder / "linked.h5").unlink()
        run = self.zhol("run", "one/s.yaml", "two/s.yaml", "-n", "32", "--force", status=2)
        self.assertIn("one/s.yaml and two/s.yaml would both be written to s.h5", run.stderr)
        self.assertEqual((self.folder / "one/s.yaml").read_text(), text)
        self.assertEqual(self.files(), ["one", "two"])

    def test_nothing_in_a_name_acts_on_a_terminal_or_gets_into_a_file(self):
        name = b"a\x1b[31mb\r\xc2\x9b2J\xe9 '\x7f"  # escapes, C0 and C1 as characters and bytes, no UTF-8
        folder = os.fsencode(self.folder)
        (pathlib.Path(os.fsdecode(folder + b"/" + name + b".yaml"))).write_text(pathlib.Path(MINIMAL).read_text())
        result = name + b".h5"
        for words, status in (([b"run", name + b".yaml", b"-n", b"64"], 0), ([b"run", name + b".yaml", b"-n", b"64"], 2),
                              ([b"run", MINIMAL, b"-n", b"64", b"--set", b"title=it's"], 0), ([b"show", result], 0), ([b"verify", result], 0),
                              ([b"compare", b"minimal.h5", result, b"-o", b"c.h5"], 0), ([b"status"], 0), ([b"slurm", name + b".yaml"], 0),
                              ([b"show", b"minimal.h5", name], 2), ([b"show", name], 4), ([b"run", b"x" + name], 3), ([name], 2),
                              ([b"replay", result, b"-r", name], 2), ([b"explain", name + b".yaml"], 0), ([b"check", name + b".yaml"], 0)):
            run = subprocess.run([ZHOL, *words], cwd=folder, capture_output=True)
            self.assertEqual(run.returncode, status, (words, run.stderr))
            for stream in (run.stdout, run.stderr):
                self.assertNotRegex(stream.decode(), r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", words)
        (pathlib.Path(os.fsdecode(folder + b"/" + result))).rename(self.folder / "r.h5")
        for file in ("r.h5", "c.h5", "minimal.h5"):
            with Result(self.folder / file) as read:
                for attribute in ("history", "title"):
                    self.assertNotRegex(read.file.attrs[attribute].decode(), r"[\x00-\x1f\x7f-\x9f]")
        # what a bar does to a terminal it does itself
        main, other = os.openpty()
        run = subprocess.run([ZHOL, "run", MINIMAL, "-n", "400000", "--memory", "1MiB", "--save", "none", "-o", "bar.h5"], cwd=folder, stderr=other)
        os.close(other)
        said = os.read(main, 1 << 16).decode()
        os.close(main)
        self.assertEqual(run.returncode, 0)
        self.assertRegex(said, r"\rminimal \[[#.]{30}\] +\d+ %  \d+/s  \d+ s left \x1b\[K")

    def test_what_cannot_be_written_is_refused_before_anything_is_simulated(self):
        many = str(10**9)  # would take hours
        for output, status, said in (("none/x.h5", 1, "none/x.h5 cannot be written: No such file or directory"),
                                     ("", 2, "'' names no file to write"), (".", 2, ". is a folder; expected the name of a file in it")):
            self.assertIn(said, self.zhol("run", MINIMAL, "-n", many, "-o", output, "--force", status=status).stderr)
        with open("/dev/full", "w") as full:
            check = subprocess.run([ZHOL, "check", MINIMAL], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual((check.returncode, check.stderr), (1, "zhol: error: the plan cannot be written\n"))

    def test_a_scenario_without_drivers_or_flows_has_no_outcomes(self):
        (self.folder / "bare.yaml").write_text("scenario: bare\ntime: {base: 2019-07, start: 2020-01, months: 24}\n")
        self.assertRegex(self.zhol("check", "bare.yaml").stdout, r"outcomes +0\n")
        self.zhol("run", "bare.yaml", "-n", "100")
        self.zhol("show", "bare.h5")

    def test_demand_is_a_headline_where_no_corridor_sums_flows_up(self):
        self.zhol("run", MINIMAL, "-n", "20", "-o", "m.h5")
        self.assertIn("grain-south", self.zhol("show", "m.h5").stdout)
        self.zhol("run", MINIMAL, "-n", "20", "-o", "n.h5", "--set", "flows.grain-south.volume=9 Mt/yr")
        self.assertIn("flows.grain-south.demand", self.zhol("compare", "m.h5", "n.h5").stdout)

    def test_several_scenarios_are_all_checked_before_the_first_is_simulated(self):
        (self.folder / "wrong.yaml").write_text("scenario: wrong\n")
        run = self.zhol("run", MINIMAL, "wrong.yaml", status=3)
        self.assertIn("wrong.yaml:1:1: error: the scenario lacks the key 'time'", run.stderr)
        self.assertEqual(self.files(), ["wrong.yaml"])

    def test_ctrl_c_leaves_no_result_and_exits_130(self):
        run = subprocess.Popen([ZHOL, "run", KAZAKHSTAN, "-n", "200000", "--memory", "8GiB", "--progress", "none"],
                               cwd=self.folder, stderr=subprocess.PIPE, text=True)
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        error = run.communicate(timeout=120)[1]
        self.assertEqual(run.returncode, 130, error)
        self.assertRegex(error, r"interrupted; (nothing was written|kazakhstan-2019.part holds \d+ of 200000 replications: the same command with "
                                r"--resume goes on)")
        self.assertEqual(self.files(), ["kazakhstan-2019.part"] if " holds " in error else [])

    @unittest.skipIf(os.environ.get("ZHOL_SANITIZER") == "thread", "the limit stops ThreadSanitizer itself")
    def test_a_full_disk_leaves_no_file(self):
        run = subprocess.run(["bash", "-c", 'ulimit -f 100; trap "" XFSZ; exec "$0" run "$1" -o full.h5 --progress none', ZHOL, MINIMAL],
                             cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertRegex(run.stderr, r"full.h5: HDF5 could not .*: File too large")
        self.assertEqual(self.files(), [])

    def test_an_unwritable_place_is_named(self):
        run = self.zhol("run", MINIMAL, "-n", "32", "-o", "nowhere/x.h5", status=1)
        self.assertIn("nowhere/x.h5", run.stderr)

    def test_sizes_beyond_memory_are_refused_before_anything_is_allocated(self):
        scenario = ALL_KEYS if SANITIZED else KAZAKHSTAN
        asked = ["--save", "drivers.*"]
        run = self.zhol("run", scenario, "-n", "1000000000", *asked, status=3)
        self.assertRegex(run.stderr, r"--save 'drivers.\*' asks for take [0-9.e+]+ GiB, more than --memory \(2 GiB\); lower -n to [0-9]+, raise")
        lower = re.search(r"lower -n to ([0-9]+)", run.stderr)[1]
        self.assertIn("of what was asked for; inputs would not fit", self.zhol("check", scenario, "-n", lower, *asked).stdout)
        self.zhol("check", scenario, "-n", str(int(lower) + 1), *asked, status=3)
        run = self.zhol("run", MINIMAL, "--memory", "10kB", *asked, status=3)
        self.assertIn("more than --memory", run.stderr)
        self.assertEqual(self.files(), [])

    def test_what_does_not_fit_in_memory_is_announced_with_the_number_that_does(self):
        plan = self.zhol("check", MINIMAL, "-n", "5000", "--memory", "100kB").stdout
        self.assertRegex(plan, r"memory for samples +0 kB")
        said = r"within 0.39 %, because the samples would take [0-9.e-]+ GiB, more than --memory \([0-9.e-]+ GiB\); -n ([0-9]+) would be exact"
        most = int(re.search("quantiles +" + said, plan)[1])
        self.assertRegex(self.zhol("check", MINIMAL, "-n", str(most), "--memory", "100kB").stdout, "quantiles +exact")
        self.assertRegex(self.zhol("check", MINIMAL, "-n", str(most + 1), "--memory", "100kB").stdout, "quantiles +" + said)
        run = self.zhol("run", MINIMAL, "-n", str(most), "--memory", "100kB").stderr
        self.assertIn("minimal: quantiles: exact\n", run)
        self.assertNotIn("within", self.zhol("show", "minimal.h5").stdout)
        run = self.zhol("run", MINIMAL, "-n", "5000", "--memory", "100kB", "--force").stderr
        self.assertRegex(run, "minimal: quantiles: " + said)
        self.assertIn("minimal: samples: none are kept; --save PATTERNS", run)
        self.assertIn("quantiles: within 0.39 %, because the samples were more than --memory", self.zhol("show", "minimal.h5").stdout)

    def test_beyond_memory_threads_do_not_change_a_byte(self):
        for options in ([], ["--save", "drivers.*"]):
            for threads in "1", "2", "4":
                said = self.zhol("run", ALL_KEYS, "-n", "3000", "--memory", "1MiB", "-j", threads, "-o", f"{threads}.h5", "--force", *options).stderr
                self.assertIn("quantiles: within 0.39 %", said)
            self.assertEqual(len({(self.folder / f"{threads}.h5").read_bytes() for threads in "124"}), 1)

    def contents(self, name, left_out):
        """All values and attributes by their place."""
        import h5py
        found = {}

        def add(place, item):
            if isinstance(item, h5py.Dataset):
                value = item[()]
                found[place] = (item.shape, item.dtype.str, list(value) if value.dtype.kind == "O" else value.tobytes())
            for key, value in item.attrs.items():
                if key not in left_out and key not in ("DIMENSION_LIST", "REFERENCE_LIST"):
                    found[f"{place}@{key}"] = value if isinstance(value, (bytes, h5py.Empty)) else value.tobytes()

        with h5py.File(self.folder / name) as file:
            add("/", file)
            file.visititems(add)
        return found

    def history(self, name):
        import h5py
        with h5py.File(self.folder / name) as file:
            return file.attrs["history"]

    def test_a_compressed_result_says_the_same_in_less_room(self):
        # of the first a row has two chunks, which it does not fill
        for scenario, number in ((MINIMAL, "16385"), (KAZAKHSTAN, "3000"))[:1 if SANITIZED else 2]:
            with self.subTest(scenario=scenario):
                self.zhol("run", scenario, "-n", number, "-o", "plain.h5", "--force")
                for threads in "13":
                    self.zhol("run", scenario, "-n", number, "--compress", "-j", threads, "-o", f"{threads}.h5", "--force")
                self.assertEqual((self.folder / "1.h5").read_bytes(), (self.folder / "3.h5").read_bytes())
                self.assertEqual(self.contents("1.h5", ["history", "content_sha256"]), self.contents("plain.h5", ["history", "content_sha256"]))
                self.assertEqual(self.history("1.h5"), self.history("plain.h5") + b" --compress")
                plan = self.zhol("check", scenario, "-n", number).stdout
                for label, name in (("result file", "plain.h5"), ("with --compress", "1.h5")):
                    told, unit = re.search(rf"{label}, about +([0-9.e+]+) (kB|MB)", plan).groups()
                    size = (self.folder / name).stat().st_size
                    self.assertLess(abs(float(told) * {"kB": 1e3, "MB": 1e6}[unit] / size - 1), 0.06, name)
                self.assertLess((self.folder / "1.h5").stat().st_size, 0.9 * (self.folder / "plain.h5").stat().st_size)

    def test_a_compressed_result_is_shown_replayed_and_verified_like_any(self):
        self.zhol("run", ALL_KEYS, "-n", "1000", "-o", "plain.h5")
        self.zhol("run", ALL_KEYS, "-n", "1000", "--compress", "-o", "small.h5")
        for words in (["show", "--csv"], ["show", "--year", "2021"], ["replay", "-r", "777"], ["replay", "--worst", "5%", "--outcome", "npv.national"]):
            with self.subTest(words=words):
                plain, small = (self.zhol(words[0], name, *words[1:]).stdout for name in ("plain.h5", "small.h5"))
                self.assertEqual(small.replace("small.h5", "plain.h5"), plain)
                self.assertGreater(len(small), 500)
        self.assertEqual(self.zhol("verify", "small.h5", "--all").stdout.count("; all agree\n"), 1)

    def test_beyond_memory_what_is_kept_is_compressed_too(self):
        words = ["run", ALL_KEYS, "-n", "3000", "--memory", "2MiB", "--save", "drivers.*"]
        self.zhol(*words, "-o", "plain.h5")
        self.zhol(*words, "--compress", "-o", "small.h5")
        self.assertEqual(self.contents("small.h5", ["history", "content_sha256"]), self.contents("plain.h5", ["history", "content_sha256"]))
        self.assertIn(b"--save 'drivers.*' --compress --memory 2097152", self.history("small.h5"))

    def test_wrong_options_are_refused(self):
        for words, said in (
            (["run"], "no scenario file was named"),
            (["run", MINIMAL, "-n", "0"], "-n is '0'; expected a whole number of replications from 1 to"),
            (["run", MINIMAL, "-n", "-5"], "-n is '-5'"),
            (["run", MINIMAL, "-n", "12345678901234567890"], "-n is '12345678901234567890'"),
            (["run", MINIMAL, "--seed", "x"], "--seed is 'x'; expected a whole number"),
            (["run", MINIMAL, "-j", "none"], "-j is 'none'; expected a number of threads"),
            (["run", MINIMAL, "--set", "time.months"], "--set is 'time.months'; expected PATH=VALUE"),
            (["run", MINIMAL, "--memory", "much"], "--memory is 'much'; expected a size"),
            (["run", MINIMAL, "--rng", "mt19973"], "mt19937"),
            (["run", MINIMAL, "--save", "drivver.*"], "--save 'drivver.*' matches no outcome"),
            (["run", MINIMAL, "--progress", "loud"], "--progress is 'loud'; expected auto, plain or none"),
            (["run", MINIMAL, KAZAKHSTAN, "-o", "x.h5"], "-o names one file, but 2 scenarios"),
            (["rum", MINIMAL], "'rum' is not a command; did you mean 'run'?"),
            ([], "Usage: zhol COMMAND"),
        ):
            with self.subTest(words=words):
                self.assertIn(said, self.zhol(*words, status=2).stderr)
        self.assertEqual(self.files(), [])

    def test_set_replaces_one_value_and_says_where_a_wrong_one_stands(self):
        run = self.zhol("run", MINIMAL, "--set", "drivers.oil.kapa=1 /yr", status=3)
        self.assertIn("--set:1:13: error: drivers.oil: 'kapa' is not a key of the model mean-reverting; did you mean 'kappa'?", run.stderr)
        run = self.zhol("run", MINIMAL, "--set", "drivers.oil.kappa=1 yr", status=3)
        self.assertIn("--set:1:19: error: drivers.oil.kappa: 1 yr is a duration; expected a rate such as /yr", run.stderr)
        self.assertIn("minimal.yaml:8:", run.stderr)
        self.zhol("run", MINIMAL, "-n", "32", "--set", "drivers.oil.kappa=2 /yr", "--set", "drivers.correlation=null")
        shown = self.zhol("explain", MINIMAL, "drivers.oil.kappa", "--set", "drivers.oil.kappa=2 /yr").stdout
        self.assertIn("drivers.oil.kappa: 2 /yr  # --set; replaces 0.5 /yr, ", shown)

    def test_every_generator_of_gsl_runs(self):
        for name in ("mt19937", "ranlxd2", "taus2", "philox"):
            self.zhol("run", MINIMAL, "-n", "64", "--rng", name, "-o", f"{name}.h5")

    def test_check_prints_the_state_at_start_and_writes_nothing(self):
        shown = self.zhol("check", KAZAKHSTAN).stdout
        for text in ("replications", "predicted time", "brent", "64.4 USD/bbl", "express", "900 kt/yr",
                     "Energy of the first year", "turkmen-transit"):
            self.assertIn(text, shown)
        self.assertEqual(self.files(), [])

    def test_check_speaks_the_units_of_the_file_in_80_columns(self):
        (self.folder / "town.yaml").write_text("""scenario: town
time: {base: 2019-07, start: 2020-01, months: 36}
run: {replications: 64}
commodities: {boxes: {unit: TEU, value: 30000 USD/TEU, time_value: 50 USD/TEU/d}}
flows:
  a-flow-with-a-name-that-is-longer-than-most-columns: {commodity: boxes, from: north, to: south, volume: 438.3 kTEU/yr,
    trend: {2019: 6 %/yr, 2021: 4 %/yr}, tariff: {2020: 12 %, 2022: 16 %}, routes: {by-the-gate: {share: 100 %, via: [gate]}}}
legs:
  gate: {capacity: 12 train/d, use: {boxes: 1/100 train/TEU}, time: 5 d, cost: {boxes: 900 USD/TEU}}
events: {flood: {rate: 0.25 /yr, duration: 0.5 mo, effects: {legs.gate.capacity: {scale: 0.5}}}}
""")
        plan = self.zhol("check", "town.yaml").stdout
        self.assertEqual([line for line in plan.splitlines() if len(line) > 79], [])
        self.assertRegex(plan, r"gate +100 % +12 train/d\n")          # 438300 TEU of 365.25 * 12 * 100
        self.assertRegex(plan, r"by-the-gate +100 % +438.3 kTEU/yr")
        self.assertRegex(plan, r"trend, %/yr:\n +2020 4.542, 2021 4\n")
        self.assertRegex(plan, r"tariff, %:\n +2020 12.92, 2021 14.92")
        self.assertNotRegex(plan, r"\d[eE][+-]?\d|(?<![\d.])-0(?![\d.])")

    @unittest.skipIf(SANITIZED, "the pilots of large scenarios take minutes")
    def test_every_shipped_scenario_is_accepted_without_a_warning(self):
        for scenario in sorted(set(SCENARIOS.rglob("*.yaml")) - set(SCENARIOS.glob("batch*.yaml"))):
            self.assertNotRegex(self.zhol("check", scenario).stderr, "warning:|error:", scenario.name)  # what a file deletes is noted

    def test_overlays_extend_merge_and_delete(self):
        (self.folder / "base.yaml").write_text(pathlib.Path(MINIMAL).read_text())
        (self.folder / "worlds").mkdir()
        (self.folder / "worlds/high.yaml").write_text("extends: base\nscenario: high\ndrivers:\n  oil: {mean: 90 USD/bbl}\n")
        (self.folder / "worlds/still.yaml").write_text("extends: [high, base]\nscenario: still\nflows:\n  grain-south: {tariff: null}\n")
        shown = self.zhol("explain", "worlds/still.yaml").stdout
        self.assertRegex(shown, r"mean: 90 USD/bbl  # worlds/high.yaml:4; replaces 60 USD/bbl, worlds/\.\./base.yaml:\d+")
        self.assertNotIn("tariff", shown)
        self.assertIn("flows.grain-south.tariff: 0  # the default", self.zhol("explain", "worlds/still.yaml", "flows.grain-south.tariff").stdout)
        self.zhol("run", "worlds/still.yaml", "-n", "32")
        self.assertTrue((self.folder / "still.h5").exists())

    def test_explain_tells_the_value_at_a_date(self):
        shown = self.zhol("explain", MINIMAL, "flows.grain-south.tariff", "--at", "2022-07").stdout
        self.assertIn("# at 2022-07: 0.075", shown)  # 10 % in 2020, 5 % in 2025: half way
        shown = self.zhol("explain", MINIMAL, "flows.grain-south.volume", "--at", "2025").stdout
        self.assertIn("drawn from 4e+06 to 7e+06", shown)
        # a value in place of a section is that of one of its keys
        shown = self.zhol("explain", SCENARIOS / "two-pipelines.yaml", "energy.oil.outlets", "--at", "2022").stdout
        self.assertIn("growth: triangular(0 1 2) %/yr", shown)
        shown = self.zhol("explain", SCENARIOS / "two-pipelines.yaml", "energy.gas.outlets.home.price", "--at", "2022").stdout
        self.assertIn("# at 2022-01: 40 USD/kcm", shown)

    # legs with one policy, one regime and one event on the same capacity
    PORT = """scenario: port
time: {base: 2019-07, start: 2020-01, months: 36}
run: {home: kz}
drivers:
  fall: {model: trend, start: 0 m, drift: 0 m/yr, sigma: 0.1 m}
commodities: {grain: {unit: t, value: 200 USD/t, time_value: 0.3 USD/t/d, reliability_ratio: 0.5}}
legs:
  port: {country: kz, capacity: {2020: 24 train/d, 2022: 48 train/d}, use: {grain: 1/4000 train/t}, fee: {grain: 5 USD/t}, draught: {driver: fall, loss: 10 %/m}}
flows:
  export: {commodity: grain, from: kz, to: ir, volume: 1 Mt/yr, routes: {sea: {share: 100 %, via: [port]}}}
events:
  storm: {rate: 2 /yr, duration: 1 mo, effects: {legs.port.capacity: {scale: 0.5}}}
  strike: {start: 2020-07, duration: 2.5 mo, effects: {legs.port.capacity: {scale: 0.55}}}
regimes:
  climate:
    start: calm
    states: {calm: {legs.port.capacity: {add: 2 train/d}}, tense: {legs.port.capacity: {add: -2 train/d}}}
    transition: {calm->tense: 0.1 /yr}
policies:
  track: {start: 2020-01, build: 6 mo, delay: uniform(0.5 1.5), effects: {legs.port.capacity: {add: 8 train/d, ramp: 4 mo}}}
  quota: {start: 2020-01, effects: {legs.port.capacity: {set: 30 train/d}}}
  other-quota: {start: 2020-01, effects: {legs.port.capacity: {set: 20 train/d}}}
  berths: {when: {outcome: legs.port.delay, above: 5 d}, effects: {legs.port.capacity: {scale: 2}}}
adopt: [track]
"""

    def test_explain_shows_which_effects_make_a_quantity(self):
        (self.folder / "port.yaml").write_text(self.PORT)

        def values(*words):
            shown = self.zhol("explain", "port.yaml", "legs.port.capacity", "--at", *words).stdout
            return [float(v) for v in re.findall(r"^ +([0-9.]+) train/d", shown, re.M)], shown

        # 24 at 2020-01 growing by 1 a month; the track is complete at its median, after 6 months
        steps, shown = values("2020-07")
        self.assertEqual(steps, [30, 32, 34, round(34 * 0.55, 4)])
        self.assertRegex(shown, r"32 train/d +policy track: add 8 train/d, to 25 %  # port.yaml:\d+\n")
        self.assertRegex(shown, r"34 train/d +regime climate: calm: add 2 train/d  # port.yaml:\d+\n")
        self.assertRegex(shown, r"18.7 train/d +event strike: scale 0.55  # port.yaml:\d+\n")
        self.assertRegex(shown, r"not in force:\n +regime climate: tense: add -2 train/d, while in that state")
        self.assertRegex(shown, r"event storm: scale 0.5, while it lasts")
        self.assertIn("then what the draught takes away, by driver fall", shown)
        steps, shown = values("2020-09")  # the strike lasts half of the month
        self.assertEqual(steps, [32, 38, 40, 40 - 0.5 * 0.45 * 40])
        self.assertIn("event strike: scale 0.55, to 50 %", shown)
        steps, shown = values("2020-03")
        self.assertEqual(steps, [26, 28])
        self.assertRegex(shown, r"policy track: add 8 train/d, from 2020-07 on")
        # of two `set` the later in the file holds, and both are shown
        steps, shown = values("2021-01", "--adopt", "other-quota", "--adopt", "quota", "--adopt", "berths")
        self.assertEqual(steps, [36, 30, 20, 28, 30])
        self.assertRegex(shown, r"policy berths: scale 2, once its trigger has held")
        self.assertIn("the run goes from 2020-01 to 2022-12", self.zhol("explain", "port.yaml", "legs.port.capacity", "--at", "2030").stdout)

    def test_adopt_adds_a_policy_and_the_result_says_so(self):
        (self.folder / "port.yaml").write_text(self.PORT)
        shown = self.zhol("check", "port.yaml", "--adopt", "quota").stdout
        self.assertRegex(shown, r"Policies adopted.*\n +track +starts 2020-01, complete 2020-07\n +quota +starts 2020-01\n")
        self.assertRegex(shown, r"Not adopted: other-quota, berths")
        self.assertRegex(shown, r"storm +2 /yr, 1 mo on average: 14 % of the time")
        self.assertRegex(shown, r"strike +from 2020-07 on for 2.5 mo")
        self.assertRegex(shown, r"climate +starts calm, calm->tense 0.1 /yr")
        self.zhol("run", "port.yaml", "-n", "32", "--adopt", "quota")
        self.zhol("run", "port.yaml", "-n", "32", "--set", "adopt=[track, quota]", "-o", "set.h5")
        with Result(self.folder / "port.h5") as adopted, Result(self.folder / "set.h5") as named:
            self.assertEqual(adopted.file.attrs["history"], b"zhol run port -n 32 --seed 1 --adopt quota")
            self.assertEqual(*(result.samples("horizon", "legs.port.used").tobytes() for result in (adopted, named)))
            self.assertEqual(adopted.statistic("annual", "mean", "policies.quota.active")[0], 1.0)
        run = self.zhol("run", "port.yaml", "--adopt", "quotas", status=3)
        self.assertIn("there is no 'quotas' in `policies`; expected one of its names; did you mean 'quota'?", run.stderr)

    def test_a_scenario_says_which_yearly_samples_are_saved_unless_the_command_does(self):
        def saved(name, *words):
            self.zhol("run", f"{name}.yaml", "-n", "32", "--force", *words)
            with Result(self.folder / f"{name}.h5") as result:
                return set(result.outcomes("samples/annual"))

        for name, text in (("usual", ""), ("some", "outcomes: {save: ['legs.*.delay', fiscal.total]}\n"), ("none", "outcomes: {save: none}\n")):
            (self.folder / f"{name}.yaml").write_text(self.PORT + text)
        usual = saved("usual")
        self.assertIn("drivers.fall", usual)
        self.assertIn("fiscal.total", usual)
        self.assertNotIn("legs.port.delay", usual)
        self.assertEqual(saved("some"), {"legs.port.delay", "fiscal.total"})
        self.assertEqual(saved("some", "--save", "drivers.*"), {"drivers.fall"})
        self.assertEqual(saved("none"), set())
        # beyond --memory too, and refused where it does not fit
        self.assertEqual(saved("some", "--memory", "2kB"), {"legs.port.delay", "fiscal.total"})
        self.assertIn("that outcomes.save asks for", self.zhol("run", "some.yaml", "-n", "3200", "--force", "--memory", "2kB", status=3).stderr)
        (self.folder / "wrong.yaml").write_text(self.PORT + "outcomes: {save: ['leg.*']}\n")
        self.assertIn("outcomes.save.1 is 'leg.*', which fits no outcome", self.zhol("check", "wrong.yaml", status=3).stderr)

    def test_a_run_says_what_its_three_worst_outcomes_would_need(self):
        (self.folder / "port.yaml").write_text(self.PORT)
        said = self.zhol("run", "port.yaml", "-n", "200", "--set", "legs.port.capacity=triangular(0.5 0.8 2) train/d").stderr
        found = re.search(r"for 1 % \(95 % error of the mean over the horizon\): (.*) replications", said)
        self.assertIsNotNone(found, said)
        named = dict(re.match(r"(\S+) (no number of|[0-9.e+]+)$", part).groups() for part in found[1].split(", "))
        self.assertLessEqual(len(named), 3)
        with Result(self.folder / "port.h5") as result:
            for path, number in named.items():
                mean, error = (result.statistic("horizon", name, path) for name in ("mean", "standard_error"))
                if number != "no number of":
                    self.assertAlmostEqual(float(number) / (200 * (1.959964 * error / (0.01 * mean)) ** 2), 1, delta=0.06)

    def test_a_diagnostic_beyond_what_is_tolerated_is_a_warning(self):
        for low, bound in ((0, True), (-90, False)):  # symmetric about 0: half of the months lie below it; 90 sd away none does
            (self.folder / "level.yaml").write_text(
                "scenario: level\ntime: {base: 2019-07, start: 2020-01, months: 24}\ndrivers:\n  x: {model: mean-reverting, of: level, "
                f"start: 0 m, mean: 0 m, kappa: 2 /yr, sigma: 2 m, clamp: {{low: {low} m}}}}\n")
            said = self.zhol("run", "level.yaml", "-n", "64", "--force").stderr
            found = re.findall(r"^warning: drivers.x.clamped is ([0-9.]+), more than 0.01: the bounds bind so often", said, re.M)
            self.assertEqual(len(found), bound, said)
            warned = json.loads(self.zhol("show", "level.h5", "--json").stdout)["warnings"]
            self.assertEqual([line.split(" is ")[0] for line in warned], ["drivers.x.clamped"] * bound)
            self.zhol("run", "level.yaml", "-n", "64", "--force", "--strict", status=5 if bound else 0)
            if bound:  # months depend on one another: of 64 replications the share has a standard error of 0.5/8 at most
                self.assertLess(abs(float(found[0]) - 0.5), 4 * 0.5 / 8)

    def test_of_two_worlds_that_set_the_same_key_the_last_holds_and_explain_shows_both(self):
        (self.folder / "port.yaml").write_text(self.PORT)
        for name, rate in (("calm", "1 /yr"), ("wild", "6 /yr")):
            (self.folder / f"{name}.yaml").write_text(f"extends: port\nevents: {{storm: {{rate: {rate}}}}}\n")
        (self.folder / "cell.yaml").write_text("extends: [calm, wild]\nscenario: cell\n")
        shown = self.zhol("explain", "cell.yaml", "events.storm.rate").stdout
        self.assertRegex(shown, r"rate: 6 /yr  # wild.yaml:2; replaces 1 /yr, calm.yaml:2; replaces 2 /yr, port.yaml:\d+")

    def test_show_prints_both_kinds_of_interval_by_name(self):
        self.zhol("run", MINIMAL, "-n", "500")
        for words in (["minimal.h5"], ["minimal.h5", "drivers.*"], ["minimal.h5", "--year", "2025"]):
            shown = self.zhol("show", *words).stdout
            self.assertIn("simulation", shown)
            self.assertIn("range of futures", shown)
        self.assertIn("no outcome matches 'legs.*'", self.zhol("show", "minimal.h5", "legs.*", status=2).stderr)
        self.assertIn("expected a year of the run, 2020 to 2029", self.zhol("show", "minimal.h5", "--year", "2050", status=2).stderr)
        self.assertIn("is not a result of zhol", self.zhol("show", MINIMAL, status=4).stderr)
        self.assertIn("No such file", self.zhol("show", "none.h5", status=4).stderr)

    def test_years_of_an_outcome_fit_a_screen_and_are_those_of_the_file_to_the_digits_shown(self):
        self.zhol("run", KAZAKHSTAN, "-n", "200", "-o", "k.h5")
        self.assertEqual([line for line in self.zhol("show", "k.h5", "*").stdout.splitlines()[5:] if len(line) > 80], [])
        factors = {"GUSD/yr": 1e9, "GUSD": 1e9, "d": 1, "%": 0.01}
        for outcome in ("fiscal.total", "legs.dostyk.delay", "routes.china-europe.trans-siberian.share"):
            stored = {str(row.get("year", "horizon")): row for row in json.loads(self.zhol("show", "k.h5", outcome, "--json").stdout)["statistics"]}
            shown = self.zhol("show", "k.h5", outcome).stdout
            title = " ".join(shown[shown.index(f"\n{outcome}: "):].split("  mean ±")[0].split()).split(" mean ")[0]
            annual, total = re.search(r", (\S+?)(?:; over the horizon (\S+))?$", title).groups()
            rows = re.findall(r"^  (\d{4}|horizon) +(\S+) ± (\S+) +(.*)$", shown.split("mean of the least")[0], re.M)
            self.assertEqual(len(rows), 21)
            for period, mean, error, quantiles in rows:
                scale = factors[total or annual if period == "horizon" else annual]
                expected = [stored[period]["mean"], 1.959963984540054 * stored[period]["standard_error"], *stored[period]["quantile_estimate"]]
                for text, value in zip([mean, error, *quantiles.split()], expected, strict=True):
                    digit = decimal.Decimal(text).as_tuple().exponent
                    self.assertLessEqual(abs(float(text) - value / scale), 0.5000001 * 10.0 ** digit, (outcome, period, text, value))

    def test_an_unfit_result_is_kept_apart_and_exits_5(self):
        (self.folder / "wild.yaml").write_text(
            "scenario: wild\ntime: {base: 2019-07, start: 2020-01, months: 240}\n"
            "drivers:\n  x: {model: gbm, start: 1e307 USD, drift: 50 %/yr, sigma: 5}\n")
        run = self.zhol("run", "wild.yaml", "-n", "64", status=5)
        self.assertIn("replications went non-finite, more than 1 in 10,000", run.stderr)
        self.assertEqual(self.files(), ["wild.h5.failed", "wild.yaml"])
        self.assertRegex(self.zhol("check", "wild.yaml").stderr, r"warning: \d+ of 1024 replications tried went non-finite; the first in month \d+ of drivers.x")

    def test_outcomes_whose_paths_differ_in_a_hyphen_are_two(self):
        (self.folder / "alike.yaml").write_text(
            "scenario: alike\ntime: {base: 2019-07, start: 2020-01, months: 12}\ndrivers:\n"
            "  a-b: {model: gbm, start: 1, sigma: 0.1}\n"
            "  a: {model: var, variables: [b], matrix: [[0.5]], constant: [0], start: [0], sigma: [0.1]}\n")
        self.zhol("run", "alike.yaml", "-n", "32")
        with Result(self.folder / "alike.h5") as result:
            self.assertEqual(result.outcomes(), ["drivers.a-b", "drivers.a.b"])
            self.assertNotEqual(*(result.samples("horizon", path).tobytes() for path in result.outcomes()))

    def test_help_fits_a_screen_and_ends_with_an_example(self):
        for command in ("new", "run", "batch", "check", "compare", "diff", "rank", "score", "sensitivity", "backtest", "explain", "show", "replay", "verify", "merge", "status", "reference"):
            shown = self.zhol(command, "--help").stdout
            self.assertLessEqual(len(shown.splitlines()), 40, command)
            self.assertIn("Example:", shown)
            self.assertEqual(self.zhol(command, "-h").stdout, shown)
        shown = self.zhol("--help").stdout
        self.assertEqual(self.zhol("-h").stdout, shown)
        self.assertIn("zhol run scenarios/kazakhstan-2019.yaml", shown)
        self.assertLessEqual(len(shown.splitlines()), 40)
        self.assertTrue(all(len(line) <= 80 for line in shown.splitlines()), shown)
        self.assertRegex(self.zhol("--version").stdout, r"^zhol \d+\.\d+\.\d+, with")
        self.assertEqual(self.zhol("-v").stdout, self.zhol("--version").stdout)
        self.assertIn("no scenario file was named", self.zhol("run", "-o", "-h", status=2).stderr)  # a file called so

    def test_the_reference_in_the_project_is_that_of_the_program(self):
        page = self.zhol("reference").stdout
        self.assertTrue(page.startswith("## How a scenario is written"))
        self.assertTrue((SCENARIOS / "README.md").read_text().endswith(page))
        outcomes = self.zhol("reference", "--outcomes").stdout
        self.assertTrue((PROJECT / "output/README.md").read_text().endswith(outcomes))
        self.assertEqual(self.zhol("reference", "--schema").stdout, (SCENARIOS / "scenario.schema.json").read_text())

    def test_progress_is_plain_lines_in_a_log(self):
        run = self.zhol("run", MINIMAL, "-n", "5000", "--progress", "plain")
        self.assertNotIn("\r", run.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
