#!/usr/bin/env python3
"""Runs, batches and merges that are killed at any moment, most of which is spent in writing checkpoints, or whose disk is full or fails:
gone on with, each gives the bytes of one run in one go; until then there is never half a file under a final name, and one clear sentence.

Usage: kills.py ZHOL SCENARIOS [KILLS [SHIM]]   the shim, tests/inject/failing.h, makes calls fail one by one: all with more than 100 kills
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 24
SHIM = os.path.abspath(sys.argv[4]) if len(sys.argv) > 4 else None
LONG = KILLS > 100
TRIED = 15  # of the calls of a command, unless all are
MINIMAL = str(SCENARIOS / "minimal.yaml")
OFTEN = ["--checkpoint", "0", "--progress", "none"]
TABLE = []


class Killed(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.draw = random.Random(20190911)

    def tearDown(self):
        self.temporary.cleanup()

    def zhol(self, *words, status=0, folder=None, **environment):
        run = subprocess.run([ZHOL, *map(str, words)], cwd=folder or self.folder, capture_output=True, text=True,
                             env=dict(os.environ, **environment))
        if status is not None:
            self.assertEqual(run.returncode, status, f"{words} {run.stderr}")
        return run

    def takes(self, words):
        begin = time.monotonic()
        self.zhol(*words)
        return time.monotonic() - begin

    def kill_within(self, words, seconds):
        """Kills it at some moment; whether it was in time."""
        run = subprocess.Popen([ZHOL, *map(str, words)], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(self.draw.uniform(0, seconds))
        run.kill()
        return run.wait() != 0

    def kill_and_resume(self, what, kills, words, resume, expected, most=3):
        """Up to `most` kills of a run that is resumed each time, then its end. `expected`: bytes by name."""
        takes = self.takes(words)
        killed = runs = 0
        while killed < kills:
            runs += 1
            for name in (*expected, *(path.name for path in self.folder.glob("*.part")), *(path.name for path in self.folder.glob("*.tmp.*"))):
                path = self.folder / name
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            for i in range(self.draw.randint(1, most)):
                killed += self.kill_within(resume if i else words, 1.1 * takes)
                for name, content in expected.items():
                    path = self.folder / name
                    self.assertTrue(not path.exists() or path.read_bytes() == content, f"half of {name}")
                status = self.zhol("status", status=0)  # nothing is damaged by a kill
                self.assertNotIn("damaged", status.stdout)
            self.zhol(*resume)
            for name, content in expected.items():
                self.assertTrue((self.folder / name).read_bytes() == content, f"{name} is not as in one go")
            self.assertEqual(list(self.folder.glob("*.part")), [])
        TABLE.append((what, f"{killed} kills in {runs} runs, each gone on with to the same bytes"))

    def fresh(self, *words):
        self.zhol("run", MINIMAL, "-o", "fresh.h5", "--force", "--progress", "none", *words)
        content = (self.folder / "fresh.h5").read_bytes()
        (self.folder / "fresh.h5").unlink()
        return content

    def test_a_run_with_samples(self):
        words = ["-n", 6000, "-j", 2]
        run = ["run", MINIMAL, "-o", "r.h5", *words, *OFTEN]
        self.kill_and_resume("run, exact", KILLS // 3, [*run, "--force"], [*run, "--resume"], {"r.h5": self.fresh(*words)})

    def test_a_run_with_sketches(self):
        words = ["-n", 6001, "-j", 2, "--memory", "400kB"]
        run = ["run", MINIMAL, "-o", "r.h5", *words, *OFTEN]
        self.kill_and_resume("run, sketched", KILLS // 3, [*run, "--force"], [*run, "--resume"], {"r.h5": self.fresh(*words)})

    def test_a_merge(self):
        expected = {"m.h5": self.fresh("-n", 5000)}
        for i in (1, 2, 3):
            self.zhol("run", MINIMAL, "-n", 5000, "-o", "s.h5", "--shard", f"{i}/3", "--progress", "none")
        merge = ["merge", "-o", "m.h5", "--force", *(f"s.shard-{i}-of-3" for i in (1, 2, 3))]
        self.kill_and_resume("merge", KILLS // 6, merge, merge, expected, most=1)

    def test_a_batch(self):
        shutil.copy(MINIMAL, self.folder / "base.yaml")
        (self.folder / "cheap.yaml").write_text("extends: base\nscenario: cheap\ndrivers: {oil: {mean: 40 USD/bbl}}\n")
        (self.folder / "b.yaml").write_text("batch: b\nbase: base\nworlds: [base, cheap]\npolicies: [base]\ncompare: {outcomes: [drivers.oil]}\n")
        batch = ["batch", "b.yaml", "-n", 3000, "--progress", "none"]
        takes = self.takes(batch)
        expected = {path: path.read_bytes() for path in (self.folder / "b").glob("*.h5")}
        killed = 0
        while killed < KILLS // 6:
            shutil.rmtree(self.folder / "b")
            killed += self.kill_within(batch, takes)
            self.zhol(*batch)
            for path, content in expected.items():
                self.assertTrue(path.read_bytes() == content)
            self.assertEqual(list((self.folder / "b").glob("*.part")), [])
        TABLE.append(("batch", f"{killed} kills, each gone on with to the same bytes"))

    @unittest.skipIf(os.environ.get("ZHOL_SANITIZER") == "thread", "the limit stops ThreadSanitizer itself")
    def test_a_full_disk(self):
        words = ["-n", 5000, "--save", "*"]
        expected = self.fresh(*words)
        kib = len(expected) // 1024
        failed = 0
        for limit in range(1, kib, kib // (40 if LONG else 6)):
            script = f'ulimit -f {limit}; trap "" XFSZ; exec "$0" run "$1" -o r.h5 {" ".join(OFTEN)} -n 5000 --save "*"'
            run = subprocess.run(["bash", "-c", script, ZHOL, MINIMAL], cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(run.returncode, 1, run.stderr)
            self.assertRegex(run.stderr, r"\nzhol: error: r.h5.*File too large")
            self.assertFalse((self.folder / "r.h5").exists())
            failed += "warning: r.part" in run.stderr
            self.zhol("run", MINIMAL, "-o", "r.h5", *words, *OFTEN, "--resume")
            self.assertTrue((self.folder / "r.h5").read_bytes() == expected)
            (self.folder / "r.h5").unlink()
            self.assertEqual(list(self.folder.iterdir()), [])
        self.assertGreater(failed, 0)
        TABLE.append(("full disk", f"{limit // (kib // (40 if LONG else 6)) + 1} limits, in {failed} of which checkpoints failed too"))


    def test_looks_while_runs_write(self):
        looks, states, wrong, ended = 1000 if LONG else 60, set(), [], threading.Event()
        expected = self.fresh("-n", 9000)

        def write():
            while not ended.is_set():
                run = self.zhol("run", MINIMAL, "-n", 9000, "-o", "r.h5", "--force", *OFTEN, status=None)
                if run.returncode != 0 or "warning" in run.stderr or (self.folder / "r.h5").read_bytes() != expected:
                    wrong.append(run.stderr)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(looks):
                look = self.zhol("status", "--json", status=None)
                self.assertEqual((look.returncode, look.stderr), (0, ""), look.stdout)
                states |= {item["state"] for item in json.loads(look.stdout)["items"]}
        finally:
            ended.set()
            writer.join()
        self.assertEqual(wrong, [])
        self.assertIn("unfinished", states)
        self.assertLessEqual(states, {"done", "unfinished", "kept", "empty", "remnant"})
        TABLE.append(("looks while a run writes", f"{looks}, none of which failed or saw damage; no run was disturbed"))


@unittest.skipIf(SHIM is None, "without what lets calls fail")
class Failing(Killed):
    """Each call that fails, or at which the program is killed. What the commands have in common: they are repeated until they end."""

    def count(self, words, folder):
        report = folder / "report"
        self.zhol(*words, folder=folder, LD_PRELOAD=SHIM, FAIL_WHAT="calls", REPORT_TO=str(report))
        calls = int(report.read_text().split()[0])
        report.unlink()
        return calls

    def try_one(self, prepare, words, resume, name, expected, k, way):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            prepare(folder)
            run = self.zhol(*words, folder=folder, status=None, LD_PRELOAD=SHIM, FAIL_WHAT="calls", FAIL_AT=str(k), FAIL_WITH=way[0], FAIL_FOR=way[1])
            result = folder / name
            errors = [line for line in run.stderr.splitlines() if line.startswith("zhol: error: ")]
            if result.exists() and result.read_bytes() != expected:
                return f"half of {name}"
            if way[0] == "KILL":
                outcome = "killed" if run.returncode < 0 else "ended"
            elif run.returncode == 0:
                outcome = "warned" if "warning" in run.stderr else "no harm"
                if not result.exists():
                    return "exit 0 without a result"
            elif run.returncode in (1, 3) and 1 <= len(errors) <= 2:  # 3: the scenario cannot be read; 2: neither can both shards
                outcome = "said"
            else:
                return f"exit {run.returncode}, {len(errors)} errors: {run.stderr[-300:]}"
            again = self.zhol(*resume, folder=folder, status=None)
            if again.returncode != 0 or result.read_bytes() != expected:
                return f"{outcome}, then exit {again.returncode}: {again.stderr[-300:]}"
            return collections.Counter([outcome])

    def fail_everywhere(self, what, prepare, words, resume, name, expected):
        with tempfile.TemporaryDirectory() as folder:
            prepare(pathlib.Path(folder))
            calls = self.count(words, pathlib.Path(folder))
        step = 1 if LONG else max(1, calls // TRIED)
        ways = ("EIO", "1"), ("ENOSPC", "0"), ("KILL", "1")
        for w, way in enumerate(ways):
            tried = range(1 + w * step // len(ways), calls + 1, step)
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                found = list(pool.map(lambda k: self.try_one(prepare, words, resume, name, expected, k, way), tried))
            wrong = [(k, said) for k, said in zip(tried, found) if isinstance(said, str)]
            self.assertEqual(wrong, [], f"{what}, {way}")
            sums = sum(found, collections.Counter())
            TABLE.append((f"{what}: {way[0]}{'' if way[1] == '1' else ' from there on'}",
                          f"{len(tried)} of {calls} calls; " + ", ".join(f"{number} {outcome}" for outcome, number in sorted(sums.items()))))

    RUN = ["run", MINIMAL, "-o", "r.h5", "-n", "1200", "-j", "1", *OFTEN]

    def test_every_call_of_a_run(self):
        self.fail_everywhere("run", lambda folder: None, self.RUN, [*self.RUN, "--resume"], "r.h5", self.fresh("-n", 1200))

    def test_every_call_of_its_resumption(self):
        subprocess.run([ZHOL, "run", MINIMAL, "-o", "r.h5", "-n", "600", "--keep", "--progress", "none"], cwd=self.folder, check=True, capture_output=True)

        def prepare(folder):
            shutil.copytree(self.folder / "r.part", folder / "r.part")
        self.fail_everywhere("resumption", prepare, [*self.RUN, "--resume"], [*self.RUN, "--resume"], "r.h5", self.fresh("-n", 1200))

    def test_every_call_of_a_shard_and_a_merge(self):
        for i in (1, 2):
            self.zhol("run", MINIMAL, "-n", 1200, "-o", "s.h5", "--shard", f"{i}/2", "--progress", "none")
        whole = (self.folder / "s.shard-1-of-2").read_bytes()

        def prepare(folder):
            for i in (1, 2):
                shutil.copy(self.folder / f"s.shard-{i}-of-2", folder)
        merge = ["merge", "-o", "m.h5", "s.shard-1-of-2", "s.shard-2-of-2"]
        self.fail_everywhere("merge", prepare, merge, [*merge, "--force"], "m.h5", self.fresh("-n", 1200))


for name in [name for name in dir(Killed) if name.startswith("test_")]:
    setattr(Failing, name, None)  # its own alone

if __name__ == "__main__":
    program = unittest.main(argv=sys.argv[:1] + sys.argv[5:], exit=False)
    for what, came in TABLE:
        print(f"| {what} | {came} |")
    sys.exit(0 if program.result.wasSuccessful() else 1)
