#!/usr/bin/env python3
"""Runs that are interrupted, go on, grow, and are made of shards: always the bytes of one run in one go. And what status says of them.

Usage: resume.py ZHOL SCENARIOS [CLASS.TEST...]
"""
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import SANITIZED

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
MINIMAL = SCENARIOS / "minimal.yaml"
CHUNK, FIRST = 512, 40  # of replications; of chunks before a goal is judged
CELLS, INPUTS = 7 * 11, 1  # of minimal.yaml: outcomes, each in ten years and over the horizon
EACH = 4 * CELLS + 8 * INPUTS  # bytes that are sampled of a replication
WILD = ("scenario: wild\ntime: {base: 2019-07, start: 2020-01, months: 240}\n"
        "drivers:\n  x: {model: gbm, start: 1e307 USD, drift: 50 %/yr, sigma: 5}\n")
# the regimes: exact; sketched; sketched with all samples, but without inputs; sketched with some samples and inputs
def regimes(n):
    all_of_them = (("exact", []), ("compressed", ["--save", "*", "--compress"]), ("sketched", ["--memory", str(EACH * n // 4)]),
                   ("sketched, all saved", ["--memory", str(4 * CELLS * n + 4 * n), "--save", "*"]),
                   ("sketched, some saved", ["--memory", str(EACH * n // 2), "--save", "drivers.oil"]))
    return all_of_them[::2] if SANITIZED else all_of_them


class Runs(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def zhol(self, *words, status=0, **more):
        run = subprocess.run([ZHOL, *map(str, words)], cwd=self.folder, capture_output=True, text=True, **more)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def run_to(self, name, *words, status=0, scenario=MINIMAL):
        return self.zhol("run", scenario, "-o", name, "--progress", "none", *words, status=status)

    def fresh(self, *words, scenario=MINIMAL):
        """The bytes of one run in one go."""
        self.run_to("fresh.h5", *words, "--force", scenario=scenario)
        return (self.folder / "fresh.h5").read_bytes()

    def begin(self, name, *words, scenario=MINIMAL):
        """A run that has kept something, and is at work."""
        state = self.folder / f"{name[:-3] if name.endswith('.h5') else name}.part/state"
        old = state.stat().st_ino if state.exists() else None
        run = subprocess.Popen([ZHOL, "run", str(scenario), "-o", name, "--progress", "none", "--checkpoint", "0", *map(str, words)],
                               cwd=self.folder, stderr=subprocess.PIPE, text=True)
        while not state.exists() or state.stat().st_ino == old:
            self.assertIsNone(run.poll(), "it ended before it could be interrupted")
            time.sleep(0.002)
        return run

    def interrupt(self, name, *words, signal_number=signal.SIGINT, **more):
        run = self.begin(name, *words, **more)
        run.send_signal(signal_number)
        said = run.communicate()[1]
        self.assertEqual(run.returncode, 130, said)
        self.assertRegex(said, r"(?s)zhol: interrupted; .*\.part holds \d+ of (at most )?\d+ replications: the same command with --resume goes on\n$")
        return said

    def assert_bytes(self, name, expected):
        self.assertTrue((self.folder / name).read_bytes() == expected, f"{name} is not as in one go")
        self.assertFalse((self.folder / f"{name[:-3]}.part").exists())


class Resume(Runs):
    def test_interrupted_and_resumed_is_as_in_one_go_in_every_regime(self):
        n = 12345
        for i, (regime, words) in enumerate(regimes(n)):
            with self.subTest(regime=regime):
                expected = self.fresh("-n", n, *words)
                self.interrupt("r.h5", "-n", n, *words, signal_number=(signal.SIGINT, signal.SIGTERM)[i % 2])
                self.assertFalse((self.folder / "r.h5").exists())
                self.assertIn("--resume goes on with them, --force begins anew", self.run_to("r.h5", "-n", n, *words, status=2).stderr)
                self.assertRegex(self.run_to("r.h5", "-n", n, *words, "--resume", "-j", i % 3 + 1).stderr, r"r.part: goes on from [1-9]\d* replications")
                self.assert_bytes("r.h5", expected)
                (self.folder / "r.h5").unlink()

    def test_interrupted_again_and_again(self):
        expected = self.fresh("-n", 9000)
        done, words = 0, []
        for _ in range(3):
            self.interrupt("r.h5", "-n", 9000, "-j", 1, *words)
            item = json.loads(self.zhol("status", "--json", "r.part").stdout)["items"][0]
            self.assertGreaterEqual(item["done"], done)
            done, words = item["done"], ["--resume"]
        self.run_to("r.h5", "-n", 9000, "--resume")
        self.assert_bytes("r.h5", expected)

    def test_a_large_scenario_too(self):
        scenario = SCENARIOS / "kazakhstan-2019.yaml"
        expected = self.fresh("-n", 1100, scenario=scenario)
        self.interrupt("r.h5", "-n", 1100, "-j", 1, scenario=scenario)
        self.run_to("r.h5", "-n", 1100, "--resume", scenario=scenario)
        self.assert_bytes("r.h5", expected)

    def test_what_is_kept_is_extended(self):
        for words in ([], ["--memory", EACH * 6000], ["--memory", EACH * 6000, "--save", "drivers.oil"], ["--memory", EACH * 1000]):
            with self.subTest(words=words):  # exact; from exact to sketched, with and without samples; sketched
                self.run_to("r.h5", "-n", 5000, "--keep", "--force", *words)
                self.assertEqual((self.folder / "r.h5").read_bytes(), self.fresh("-n", 5000, *words))
                self.run_to("r.h5", "-n", 7777, "--keep", "--resume", *words)
                self.run_to("r.h5", "-n", 9100, "--resume", *words)
                self.assert_bytes("r.h5", self.fresh("-n", 9100, *words))

    def test_no_fewer_than_are_in(self):
        self.run_to("r.h5", "-n", 5000, "--keep")
        self.assertIn("r.part has 4608 replications already; expected -n of as many or more, not 4000",
                      self.run_to("r.h5", "-n", 4000, "--resume", status=4).stderr)
        self.run_to("r.h5", "-n", 4608, "--resume")  # of which the checkpoint has all
        self.assert_bytes("r.h5", self.fresh("-n", 4608))

    def test_without_a_checkpoint_it_says_that_it_begins_anew(self):
        self.run_to("r.h5", "-n", 700, "--resume")
        expected = (self.folder / "r.h5").read_bytes()
        self.assertEqual(expected, self.fresh("-n", 700))
        self.assertIn("r.h5 is there, but not its checkpoint r.part: it is simulated anew", self.run_to("r.h5", "-n", 700, "--resume").stderr)
        self.assert_bytes("r.h5", expected)
        self.assertIn("r.h5 is of another scenario or seed; use --force", self.run_to("r.h5", "-n", 700, "--seed", 9, "--resume", status=4).stderr)

    def test_another_run_is_refused_with_the_difference(self):
        self.run_to("r.h5", "-n", 1100, "--keep")
        for words, said in ((["--seed", 2], "r.part is of seed 1; expected seed 2|r.part is of seed 1; expected 2"),
                            (["--rng", "mt19937"], "r.part is of the generator philox; expected mt19937"),
                            (["--memory", "1GiB"], "r.part is of --memory 2147483648; expected 1073741824"),
                            (["--save", "*"], r"r.part is of --save as the scenario says; expected \*"),
                            (["--set", "drivers.oil.kappa=0.4 /yr"], "r.part is of another text of the scenario minimal: it has '.*' where this one has '.*'")):
            (self.folder / "r.h5").unlink(missing_ok=True)
            with self.subTest(words=words):
                self.assertRegex(self.run_to("r.h5", "-n", 1200, "--resume", *words, status=4).stderr, said)
        other = self.folder / "other.yaml"
        other.write_text(WILD)
        self.assertIn("r.part is of the scenario minimal; expected wild", self.run_to("r.h5", "-n", 1200, "--resume", status=4, scenario=other).stderr)

    def test_a_run_that_was_refused_leaves_what_the_one_at_work_needs(self):
        """Before anything is kept, there is a lock alone, which is not the second one's to take away."""
        words = ["-n", 10**7, "--memory", "1MiB", "--save", "none"]
        run = subprocess.Popen([str(word) for word in (ZHOL, "run", MINIMAL, "-o", "r.h5", "--progress", "none", *words)],
                               cwd=self.folder, stderr=subprocess.PIPE, text=True)
        while run.poll() is None and not (self.folder / "r.part/lock").exists():
            time.sleep(0.002)
        time.sleep(0.3)
        for more in ([], ["--resume"], ["--force"]):
            self.assertIn("another run is at work", self.run_to("r.h5", *words, *more, status=2).stderr)
            self.assertTrue((self.folder / "r.part/lock").exists())
        run.send_signal(signal.SIGINT)
        said = run.communicate()[1]
        self.assertEqual(run.returncode, 130, said)
        self.assertRegex(said, r"r.part holds \d+ of 10000000 replications")

    def test_less_than_there_is_does_not_take_its_place(self):
        whole = self.fresh("-n", 2000)
        self.assertIn("fresh.h5 has 2000 replications already; expected -n of as many or more, not 1000",
                      self.run_to("fresh.h5", "-n", 1000, "--resume", status=4).stderr)
        self.assertEqual((self.folder / "fresh.h5").read_bytes(), whole)

    def test_a_damaged_shard_is_not_finished(self):
        self.run_to("s.h5", "-n", 2000, "--shard", "1/2")
        path = self.folder / "s.shard-1-of-2"
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1:])
        self.assertRegex(self.run_to("s.h5", "-n", 2000, "--shard", "1/2", "--resume", status=4).stderr,
                         "s.shard-1-of-2 is damaged: .*; --force simulates it anew")
        self.run_to("s.h5", "-n", 2000, "--shard", "1/2", "--force")
        self.assertEqual(path.read_bytes(), whole)

    def test_a_second_run_at_the_same_result_is_refused(self):
        run = self.begin("r.h5", "-n", 10**6)
        for words in ([], ["--resume"], ["--force"]):
            self.assertIn("another run is at work on this result: it holds r.part", self.run_to("r.h5", "-n", 700, *words, status=2).stderr)
        run.terminate()
        run.communicate()
        self.assertEqual(run.returncode, 130)
        self.run_to("r.h5", "-n", 700, "--force")
        self.assert_bytes("r.h5", self.fresh("-n", 700))

    def test_wrong_options(self):
        self.assertIn("--resume and --force exclude each other", self.run_to("r.h5", "--resume", "--force", status=2).stderr)
        for seconds in ("-1", "x", "", "nan"):
            self.assertIn(f"--checkpoint is '{seconds}'; expected a number of seconds", self.run_to("r.h5", f"--checkpoint={seconds}", status=2).stderr)

    def test_a_run_until_enough_is_known_is_resumed(self):
        goal = ["--precision", "drivers.oil=0.14 %", "--precision", "limit=60000"]
        for memory in ([], ["--memory", EACH * 25000]):
            expected = self.fresh(*goal, *memory)
            self.interrupt("i.h5", *goal, *memory)
            self.run_to("i.h5", "--resume", *goal, *memory)
            self.assert_bytes("i.h5", expected)
            (self.folder / "i.h5").unlink()
        self.interrupt("o.h5", *goal)
        for words, said in ((["--precision", "drivers.oil=0.1 %"], "o.part is of a run until mean of drivers.oil over the horizon within 0.14 %; expected one until mean of drivers.oil over the horizon within 0.1 %"),):
            self.assertIn(said, self.run_to("o.h5", "--resume", *words, status=4).stderr)
        self.run_to("o.h5", "--resume", "-n", 60000)  # a number alone may follow
        self.assert_bytes("o.h5", self.fresh("-n", 60000))
        self.run_to("n.h5", "-n", FIRST * CHUNK, "--keep")
        self.assertIn("n.part is of a run of a fixed number of replications; expected one until mean of drivers.oil",
                      self.run_to("n.h5", "--resume", *goal, status=4).stderr)

    def test_invalid_replications_survive(self):
        scenario = self.folder / "wild.yaml"
        scenario.write_text(WILD)
        self.run_to("whole.h5", "-n", 2000, status=5, scenario=scenario)
        expected = (self.folder / "whole.h5.failed").read_bytes()
        self.interrupt("r.h5", "-n", 2000, "-j", 1, scenario=scenario)
        self.run_to("r.h5", "-n", 2000, "--resume", status=5, scenario=scenario)
        self.assertEqual((self.folder / "r.h5.failed").read_bytes(), expected)
        for i in (1, 2, 3):
            self.run_to("s.h5", "-n", 2000, "--shard", f"{i}/3", scenario=scenario)
        self.zhol("merge", "-o", "s.h5", *(f"s.shard-{i}-of-3" for i in (2, 3, 1)), status=5)
        self.assertEqual((self.folder / "s.h5.failed").read_bytes(), expected)
        self.assertRegex(self.zhol("status", "s.h5.failed").stdout, r"not trusted +2000 replications, too many of which went non-finite")


class Shards(Runs):
    def shards(self, name, count, *words, only=None):
        for i in only or range(1, count + 1):
            self.run_to(name, "--shard", f"{i}/{count}", *words)
        return [f"{name[:-3]}.shard-{i}-of-{count}" for i in range(1, count + 1)]

    def test_merged_they_are_as_in_one_go_whatever_their_number_and_order(self):
        n, draw = 5000, random.Random(7)
        for regime, words in regimes(n):
            expected = self.fresh("-n", n, *words)
            for count in (1, 2, 3, 7):
                with self.subTest(regime=regime, count=count):
                    shards = self.shards("s.h5", count, "-n", n, "--force", *words)
                    draw.shuffle(shards)
                    self.zhol("merge", "-o", "s.h5", "--force", *shards)
                    self.assert_bytes("s.h5", expected)

    def test_a_shard_is_interrupted_and_resumed(self):
        expected = self.fresh("-n", 20000)
        self.shards("s.h5", 2, "-n", 20000, only=[2])
        state = self.folder / "s.shard-1-of-2.part/state"
        run = subprocess.Popen([ZHOL, "run", str(MINIMAL), "-n", "20000", "-o", "s.h5", "--shard", "1/2", "--checkpoint", "0", "-j", "1"],
                               cwd=self.folder, stderr=subprocess.DEVNULL)
        while not state.exists():
            self.assertIsNone(run.poll())
            time.sleep(0.002)
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(), 130)
        self.assertRegex(self.zhol("merge", "-o", "s.h5", "s.shard-2-of-2", "s.shard-1-of-2.part", status=4).stderr,
                         "s.shard-1-of-2.part is the checkpoint of a shard that is not finished: --resume goes on with it")
        self.assertRegex(self.zhol("merge", "-o", "s.h5", "s.shard-2-of-2", "s.shard-1-of-2.part/state", status=4).stderr, "not finished")
        self.run_to("s.h5", "-n", 20000, "--shard", "1/2", "--resume")
        self.assertIn("s.shard-1-of-2 is finished already", self.run_to("s.h5", "-n", 20000, "--shard", "1/2", "--resume").stderr)
        self.zhol("merge", "-o", "s.h5", "s.shard-1-of-2", "s.shard-2-of-2")
        self.assert_bytes("s.h5", expected)

    def test_numbers_that_are_none_are_refused(self):
        for shard in ("5/4", "1/0", "0/3", "0/0"):
            self.assertIn(f"--shard is '{shard}'; expected a part from 1/K to K/K", self.run_to("s.h5", "--shard", shard, status=2).stderr)
        for shard in ("a/b", "3", "", "1/2/3", "-1/3", "1/3x", "1 /3", "/", "99999999999999999999/1"):
            self.assertIn(f"--shard is '{shard}'; expected I/K, such as 3/8", self.run_to("s.h5", f"--shard={shard}", status=2).stderr)
        self.assertIn("--shard is 1/11, but 5000 replications are 10 chunks of 512, which are not split",
                      self.run_to("s.h5", "-n", 5000, "--shard", "1/11", status=2).stderr)
        self.shards("s.h5", 10, "-n", 5000)  # one chunk each
        self.zhol("merge", "-o", "s.h5", *(f"s.shard-{i}-of-10" for i in range(1, 11)))
        self.assert_bytes("s.h5", self.fresh("-n", 5000))
        self.assertIn("--shard and --precision 'drivers.oil=1 %' exclude each other",
                      self.run_to("s.h5", "--shard", "1/2", "--precision", "drivers.oil=1 %", status=2).stderr)

    def test_what_does_not_belong_together_is_named(self):
        n, shards = 2000, self.shards("s.h5", 3, "-n", 2000)
        third = (self.folder / shards[2]).read_bytes()

        def refused(*said, files=shards):
            error = self.zhol("merge", "-o", "m.h5", *files, status=4).stderr
            for pattern in said:
                self.assertRegex(error, pattern)
            self.assertFalse((self.folder / "m.h5").exists())

        refused("of 3 shards these are missing: 2", files=[shards[2], shards[0]])
        refused(f"{shards[1]} and {shards[1]} are both shard 2 of 3", files=[*shards, shards[1]])
        for words, said in ((["-n", n, "--seed", 2], "seed"), (["-n", 1999], "a run of 1999 replications; expected 2000"), (["-n", n, "--memory", "1GiB"], "--memory"),
                            (["-n", n, "--save", "none"], "--save"), (["-n", n, "--rng", "mt19937"], "the generator"),
                            (["-n", n, "--compress"], "--compress"), (["-n", n, "--set", "drivers.oil.kappa=0.4 /yr"], "another text of the scenario")):
            with self.subTest(words=words):
                self.shards("s.h5", 3, *words, "--force", only=[3])
                refused(f"{shards[2]} (is of|was made).*{said}|is of {said}")
        self.shards("other.h5", 4, "-n", n, only=[3])
        refused("other.shard-3-of-4 is of a run in 4 shards; expected 3", files=[*shards[:2], "other.shard-3-of-4"])
        (self.folder / shards[2]).write_bytes(third)
        for part in (0, 5, 16, 100, len(third) // 2, len(third) - 1):
            (self.folder / shards[2]).write_bytes(third[:part])
            refused(f"{shards[2]} is (damaged|no part of a run of zhol)")
        draw = random.Random(5)
        for _ in range(20):
            at = draw.randrange(len(third))
            (self.folder / shards[2]).write_bytes(third[:at] + bytes([third[at] ^ 1 << draw.randrange(8)]) + third[at + 1:])
            refused(f"{shards[2]} is (damaged|no part of a run of zhol)")
        (self.folder / shards[2]).write_bytes(third.replace(b"zhol parcel 2", b"zhol parcel 1", 1))
        refused(f"{shards[2]} is damaged, or was written by an older version of zhol or a newer one")
        (self.folder / shards[2]).write_bytes(third)
        self.run_to("r.h5", "-n", n, "--keep")
        refused("r.part is a folder|r.part is the checkpoint", files=[*shards, "r.part"])
        refused("r.part/state is no shard but the checkpoint of a whole run", files=[*shards, "r.part/state"])
        refused("r.h5 is no part of a run of zhol", files=[*shards, "r.h5"])
        self.assertIn("No such file", self.zhol("merge", "-o", "m.h5", *shards, "none", status=4).stderr)
        # damage and absence, all at once
        (self.folder / shards[2]).write_bytes(third[:-1])
        refused(f"{shards[2]} is damaged", "r.h5 is no part", files=[shards[0], shards[2], "r.h5"])
        (self.folder / shards[2]).write_bytes(third)
        self.assertIn(f"the result {shards[0]} would replace a shard", self.zhol("merge", "-o", shards[0], "--force", *shards, status=2).stderr)
        os.link(self.folder / shards[1], self.folder / "linked.h5")
        self.assertIn("the result linked.h5 would replace a shard", self.zhol("merge", "-o", "linked.h5", "--force", *shards, status=2).stderr)
        self.zhol("merge", "-o", "m.h5", *shards)
        self.assertIn("m.h5 is there already; use --force", self.zhol("merge", "-o", "m.h5", *shards, status=2).stderr)
        self.assert_bytes("m.h5", self.fresh("-n", n))

    def test_merge_says_whether_goals_are_met(self):
        shards = self.shards("s.h5", 2, "-n", 2000)
        said = self.zhol("merge", "-o", "m.h5", "--precision", "drivers.oil=0.1 %", "--precision", "drivers.oil=50 %", *shards).stderr
        self.assertRegex(said, r"not as precise as was asked for\nmean of drivers.oil over the horizon within 0.1 %: .* \(not met\)\n"
                               r"mean of drivers.oil over the horizon within 50 %: [^(\n]*\nall goals would take about \d+ replications, \d+ more")
        self.assert_bytes("m.h5", self.fresh("-n", 2000))


class Status(Runs):
    def status(self, *paths, status=0, cwd=None):
        """What it says of each path. The folder is left as it was."""
        run = subprocess.run([ZHOL, "status", "--json", *paths], cwd=cwd or self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        table = subprocess.run([ZHOL, "status", *paths], cwd=cwd or self.folder, capture_output=True, text=True).stdout
        items = {item["path"]: item for item in json.loads(run.stdout)["items"]}
        for item in items.values():
            self.assertIn(item["state"], table)
        return items

    def type(self, command, cwd=None):
        """Types a command as it stands, with zhol on the PATH."""
        path = self.folder.parent / f"bin-{self.folder.name}"
        path.mkdir(exist_ok=True)
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        if not (path / "zhol").exists():
            (path / "zhol").symlink_to(ZHOL)
        run = subprocess.run(["bash", "-c", command], cwd=cwd or self.folder, capture_output=True, text=True,
                             env=dict(os.environ, PATH=f"{path}:{os.environ['PATH']}"))
        self.assertEqual(run.returncode, 0, f"{command}: {run.stderr}")

    def test_the_command_that_it_prints_goes_on(self):
        shutil.copy(MINIMAL, self.folder / "my run.yaml")
        words = ["-n", 20000, "--seed", 3, "--set", "drivers.oil.kappa=0.4 /yr", "--memory", EACH * 15000, "--save", "drivers.*", "--compress",
                 "--rng", "mt19937", "--path", "a folder"]
        expected = self.fresh(*words, scenario="my run.yaml")
        for cwd in (self.folder, pathlib.Path("/")):
            self.interrupt("it's.h5", *words, scenario="my run.yaml")
            path = "it's.part" if cwd == self.folder else str(self.folder / "it's.part")
            item = self.status(path, cwd=cwd)[path]
            self.assertEqual((item["state"], item["replications"]), ("unfinished", 20000))
            self.assertEqual(item["words"], f"{item['done']} of 20000 replications, {20000 - item['done']} left")
            self.type(item["command"], cwd)
            self.assert_bytes("it's.h5", expected)
            (self.folder / "it's.h5").unlink()

    def test_of_a_run_until_enough_is_known(self):
        goal = ["--precision", "drivers.oil=0.14 %", "--precision", "limit=60000"]
        expected = self.fresh(*goal)
        self.interrupt("r", *goal, "--keep")  # which has no ending
        item = self.status()["r.part"]
        self.assertRegex(item["words"], r"^\d+ of at most 60000 replications")
        self.type(item["command"])
        self.assertEqual((self.folder / "r").read_bytes(), expected)

    def test_a_checkpoint_that_was_kept_beside_its_result(self):
        self.run_to("r.h5", "-n", 5000, "--keep")
        items = self.status()
        self.assertEqual((items["r.h5"]["state"], items["r.part"]["state"], items["r.part"]["command"]), ("done", "kept", None))
        (self.folder / "r.h5").unlink()
        self.assertEqual(self.status("r.h5")["r.part"]["state"], "unfinished")  # of a result that is not there
        self.type(self.status()["r.part"]["command"])
        self.assertEqual(self.status()["r.part"]["state"], "kept")

    def test_shards_are_told_by_run(self):
        expected = self.fresh("-n", 5000)
        (self.folder / "fresh.h5").unlink()
        for i in (1, 3, 4, 9):
            self.run_to("s.h5", "-n", 5000, "--shard", f"{i}/9")
        item = self.status()["s.shard-*-of-9"]
        self.assertEqual((item["state"], item["words"]), ("unfinished", "4 of 9 shards are finished; missing: 2, 5, 6, 7, 8"))
        self.assertIn("for i in 2 $(seq 5 8); do zhol run ", item["command"])
        self.assertEqual(self.status("s.shard-3-of-9")["s.shard-*-of-9"], item)
        shard = self.folder / "s.shard-3-of-9"
        shard.write_bytes(shard.read_bytes()[:-7])
        item = self.status(status=4)["s.shard-*-of-9"]
        self.assertEqual(item["state"], "damaged")
        self.assertRegex(item["words"], r"^3 of 9 shards are finished; missing: 2, 5, 6, 7, 8; damaged or of another run: 3 \(is damaged: .*\)$")
        self.type(item["command"])
        item = self.status()["s.shard-*-of-9"]
        self.assertEqual((item["words"], item["command"]), ("9 of 9 shards are finished", "zhol merge -o s.h5 s.shard-*-of-9"))
        self.type(item["command"])
        self.assert_bytes("s.h5", expected)
        item = self.status()["s.shard-*-of-9"]
        self.assertEqual((item["state"], item["command"]), ("done", None))
        self.run_to("s.h5", "-n", 5000, "--shard", "2/9", "--seed", 8, "--force")
        item = self.status(status=4)["s.shard-*-of-9"]
        self.assertRegex(item["words"], r"of another run: 2 \(it is of seed 8; expected (seed )?1\)")

    def test_a_shard_that_was_begun(self):
        run = subprocess.Popen([ZHOL, "run", str(MINIMAL), "-n", "1000000", "-o", "s.h5", "--shard", "2/3", "--checkpoint", "0"],
                               cwd=self.folder, stderr=subprocess.DEVNULL)
        while not (self.folder / "s.shard-2-of-3.part/state").exists():
            time.sleep(0.002)
        run.kill()
        run.wait()
        item = self.status()["s.shard-*-of-3"]
        self.assertRegex(item["words"], r"^0 of 3 shards are finished; begun: 2 \(\d+ of 333312 replications\); missing: 1, 3$")

    def test_damage_is_named_and_exits_4(self):
        self.run_to("r.h5", "-n", 3000, "--keep")
        self.assertEqual({item["state"] for item in self.status().values()}, {"done", "kept"})
        whole = (self.folder / "r.h5").read_bytes()
        changed = bytearray(whole)
        changed[whole.index(b"mean-reverting") - 1] ^= 1
        (self.folder / "r.h5").write_bytes(changed)
        self.assertEqual(self.status(status=4)["r.h5"]["state"], "damaged")
        (self.folder / "r.h5").write_bytes(whole)
        for name in ("state", next(path.name for path in (self.folder / "r.part").glob("samples-*"))):
            path = self.folder / "r.part" / name
            whole = path.read_bytes()
            path.write_bytes(whole[:1000] + bytes([whole[1000] ^ 4]) + whole[1001:])
            item = self.status(status=4)["r.part"]
            self.assertEqual(item["state"], "damaged")
            path.write_bytes(whole)
        self.assertEqual(self.status()["r.part"]["state"], "kept")
        (self.folder / "r.part/state").write_bytes(b"zhol")
        item = self.status(status=4)["r.part"]
        self.assertIn("the command that made it begins anew with --force", item["words"])

    def test_without_descriptors_nothing_is_said_to_be_damaged(self):
        self.zhol("run", MINIMAL, "-n", "600", "--keep", "-o", "k.h5")
        self.zhol("run", MINIMAL, "-n", "1100", "--shard", "1/2", "-o", "s.h5")
        ended = set()
        for most in range(3, 12):  # of some of them the loader of the program itself is in want
            status = subprocess.run([ZHOL, "status"], cwd=self.folder, capture_output=True, text=True, timeout=60,
                                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
            self.assertNotIn("damaged", status.stdout)
            self.assertIn(status.returncode, (0, 1, 127), status.stderr)
            if status.returncode == 1:
                self.assertRegex(status.stderr, r"\Azhol: error: [^\n]*Too many open files[^\n]*\n\Z")
            ended.add(status.returncode)
        self.assertLessEqual({0, 1}, ended)

    def test_what_killed_runs_left_is_named(self):
        host = re.sub("[^A-Za-z0-9]", "-", socket.gethostname()[:32])
        with subprocess.Popen(["true"]) as ended:
            pass
        left, at_work, elsewhere = (f"r.h5.tmp.{name}.0123abcd" for name in (f"{host}.{ended.pid}", f"{host}.{os.getpid()}", f"not{host[:20]}.1"))
        for name in (left, at_work, elsewhere):
            (self.folder / name).write_bytes(b"\x89HDF\r\n\x1a\n")
        (self.folder / "e.part").mkdir()
        items = self.status()
        self.assertEqual({name: item["state"] for name, item in items.items()}, {left: "remnant", "e.part": "empty"})
        self.type(items[left]["command"])
        self.assertFalse((self.folder / left).exists())
        self.assertEqual(list(self.status()), ["e.part"])
        self.run_to("e.h5", "-n", 100)
        self.assertEqual(list(self.status()), ["e.h5"])

    def test_a_result_of_another_name_is_one_too(self):
        self.run_to("r", "-n", 1100, "--keep")
        items = self.status()
        self.assertEqual({name: item["state"] for name, item in items.items()}, {"r": "done", "r.part": "kept"})
        # r.part is of r, not of r.h5
        said = self.run_to("r.h5", "-n", 2000, "--resume", status=2).stderr
        self.assertIn("r.part is of r; expected -o of another name than r.h5, or --force to begin anew", said)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["r", "r.part"])
        self.run_to("r", "-n", 2000, "--resume")
        self.assert_bytes("r", self.fresh("-n", 2000))

    def test_other_files_are_left_alone(self):
        (self.folder / "notes.txt").write_text("x")
        self.assertEqual(self.status(), {})
        self.assertEqual(self.status("notes.txt", status=4)["notes.txt"]["state"], "damaged")
        self.assertIn("none: No such file", self.zhol("status", "none", status=4).stderr)

    def test_a_batch_goes_on_by_its_own_command(self):
        shutil.copy(MINIMAL, self.folder / "base.yaml")
        (self.folder / "cheap.yaml").write_text("extends: base\nscenario: cheap\ndrivers: {oil: {mean: 40 USD/bbl}}\n")
        (self.folder / "b.yaml").write_text("batch: b\nbase: base\nworlds: [base, cheap]\npolicies: [base]\ncompare: {outcomes: [drivers.oil]}\n")
        words = ["batch", "b.yaml", "-n", "400000", "--memory", "1MiB", "--save", "none"]
        run = subprocess.Popen([ZHOL, *words], cwd=self.folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while not list(self.folder.glob("b/*.part/lock")) and run.poll() is None:
            time.sleep(0.002)
        if run.poll() is None:
            run.send_signal(signal.SIGINT)
        run.wait()
        items = self.status("b") if (self.folder / "b").exists() else {}
        # by its file, all of its cells are known, also those that have not begun
        cells = self.status("b.yaml")
        self.assertEqual({name.removeprefix("b/").split(".")[0] for name in cells}, {"base", "cheap"})
        self.assertEqual({name: item["state"] for name, item in items.items()},
                         {name: item["state"] for name, item in cells.items() if item["state"] != "not begun"})
        self.assertEqual([item["state"] for item in self.status("b.yaml", "-o", "elsewhere").values()], ["not begun"] * 2)
        (self.folder / "no.yaml").write_text("batch: no\nworlds: [base]\n")
        self.assertIn("no.yaml: ", self.zhol("status", "no.yaml", status=3).stderr)
        left = [item for item in items.values() if item["state"] == "unfinished"]
        for item in left:
            self.assertEqual(item["command"], "zhol batch b.yaml -n 400000 --memory 1MiB --save none")

    def test_nothing_from_a_file_acts_on_a_terminal(self):
        name = "a\x1b[2Jb\n'\x9b"
        scenario = self.folder / f"{name}.yaml"
        shutil.copy(MINIMAL, scenario)
        expected = self.fresh("-n", 20000, scenario=scenario)  # a result names the file of its numbers
        self.interrupt(f"{name}.h5", "-n", 20000, scenario=f"{name}.yaml")
        (self.folder / f"{name}.h5.tmp.12").write_text("x")
        for words in ([], [f"{name}.part"]):
            shown = self.zhol("status", *words).stdout
            self.assertNotRegex(shown, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
            self.assertNotRegex(self.zhol("status", "--json", *words).stdout, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        self.type(self.status(f"{name}.part")[f"{name}.part"]["command"])
        self.assertTrue((self.folder / f"{name}.h5").read_bytes() == expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
