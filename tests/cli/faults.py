#!/usr/bin/env python3
"""What becomes of a result when the machine fails: a disk that fills at every stage of the writing, a kill at any moment, files that are
not what they should be. Never a wrong number, never a half file under the final name, always one clear sentence.

Usage: faults.py ZHOL SCENARIOS [KILLS]
"""
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 15
MINIMAL = str(SCENARIOS / "minimal.yaml")


class Faults(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def zhol(self, *words):
        return subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True)

    def make(self, name, *words):
        run = self.zhol("run", MINIMAL, "-n", "300", "-o", name, "--progress", "none", *words)
        self.assertEqual(run.returncode, 0, run.stderr)
        return self.folder / name

    def assert_refused(self, name, pattern):
        run = self.zhol("show", name)
        self.assertEqual(run.returncode, 4, run.stdout + run.stderr)
        self.assertEqual(len(run.stderr.strip().splitlines()), 1, run.stderr)
        self.assertRegex(run.stderr, pattern)

    @unittest.skipIf(os.environ.get("ZHOL_SANITIZER") == "thread", "the limit stops ThreadSanitizer itself")
    def test_a_disk_that_fills_at_any_stage_leaves_the_file_that_was_there(self):
        self.fill_disk([])

    @unittest.skipIf(os.environ.get("ZHOL_SANITIZER") == "thread", "the limit stops ThreadSanitizer itself")
    def test_neither_does_it_while_samples_are_compressed(self):
        self.fill_disk(["-n", "5000", "--save", "*", "--compress", "-j", "2"])  # most of it are samples

    def fill_disk(self, words):
        size = self.make("whole.h5", *words).stat().st_size
        old = self.make("old.h5", "--seed", "2").read_bytes()
        kib = range(0, size // 1024, max(1, size // 1024 // 24))
        for limit in kib:
            script = f'ulimit -f {limit}; trap "" XFSZ; exec "$0" run "$1" -n 300 --progress none --force -o "${{@:2}}"'
            for name in ("new.h5", "old.h5"):
                run = subprocess.run(["bash", "-c", script, ZHOL, MINIMAL, name, *words], cwd=self.folder, capture_output=True, text=True)
                self.assertEqual(run.returncode, 1, f"{limit} KiB: {run.stderr}")
                self.assertRegex(run.stderr, rf"zhol: error: {name}.*: .*File too large", f"{limit} KiB")
            self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["old.h5", "whole.h5"], f"{limit} KiB")
            self.assertEqual((self.folder / "old.h5").read_bytes(), old)

    def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new(self):
        draw = random.Random(20190911)
        new = self.make("new.h5", "--seed", "2").read_bytes()
        old = self.make("x.h5", "--seed", "1").read_bytes()
        begin = time.monotonic()
        self.make("y.h5", "--seed", "2")
        takes = time.monotonic() - begin
        killed = 0
        for _ in range(KILLS):
            (self.folder / "x.h5").write_bytes(old)
            run = subprocess.Popen([ZHOL, "run", MINIMAL, "-n", "300", "--seed", "2", "-o", "x.h5", "--force", "--progress", "none"],
                                   cwd=self.folder, stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0, 1.1) * takes)
            run.kill()
            killed += run.wait() != 0
            self.assertIn((self.folder / "x.h5").read_bytes(), (old, new))
            left = [p for p in self.folder.iterdir() if p.name not in ("new.h5", "x.h5", "y.h5")]
            for path in left:  # what was being written, beside the final name, and the lock, which the next run takes
                if path.name == "x.part":
                    self.assertLessEqual({p.name for p in path.iterdir()}, {"lock"})
                else:
                    self.assertIn(".tmp.", path.name)
                    path.unlink()
        self.assertGreater(killed, 0)

    def test_a_truncated_file_is_refused_wherever_it_ends(self):
        whole = self.make("whole.h5").read_bytes()
        for part in numpy.linspace(0, 1, 12, endpoint=False):
            (self.folder / "part.h5").write_bytes(whole[: int(part * len(whole))])
            self.assert_refused("part.h5", r"part.h5 (is not a result of zhol|is damaged)")

    def test_other_files_are_refused_by_what_they_are(self):
        (self.folder / "text.h5").write_text("scenario: x\n")
        self.assert_refused("text.h5", "text.h5 is not a result of zhol")
        with h5py.File(self.folder / "other.h5", "w") as file:
            file["x"] = 1.0
        self.assert_refused("other.h5", "other.h5 is not a result of zhol")
        self.make("made.h5")
        for schema in (1, 99):
            with h5py.File(self.folder / "made.h5", "a") as file:
                file.attrs.modify("zhol_schema", schema)
            self.assert_refused("made.h5", f"made.h5 has the result format {schema}; this zhol reads 2: simulate it again, by the command in its attribute `history`\n")
        self.assert_refused("none.h5", "No such file")
        (self.folder / "folder.h5").mkdir()
        self.assert_refused("folder.h5", "folder.h5")

    def test_a_changed_number_is_found(self):
        path = self.make("changed.h5")
        with h5py.File(path, "a") as file:
            file["samples/horizon/value"][0, 17] *= numpy.float32(1.0 + 2.0**-20)
        self.assert_refused("changed.h5", "changed.h5 is damaged")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
