#!/usr/bin/env python3
"""What becomes of a result when the machine fails: a disk that fills at every stage of the writing, a kill at any moment, files that are
not what they should be. Never a wrong number, never a half file under the final name, always one clear sentence.

Usage: faults.py ZHOL SCENARIOS [KILLS]
"""
import os
import pathlib
import random
import signal
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
            self.assertLessEqual(sum(p.name.startswith("x.h5.tmp.") for p in left), 1, left)  # those of before were swept
        self.assertGreater(killed, 0)
        self.make("x.h5", "--seed", "2", "--force")
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith("x.h5.tmp.")], [])

    def test_what_others_write_is_not_swept(self):
        name = "x.h5.tmp.%s.%d.0badcafe"
        host = "".join(c if c.isascii() and c.isalnum() else "-" for c in os.uname().nodename[:32])
        dead = subprocess.Popen(["true"])
        dead.wait()
        others = [name % (host, os.getpid()), name % ("another-machine", dead.pid), "x.h5.tmp.notes"]
        for other in [*others, name % (host, dead.pid)]:
            (self.folder / other).write_text("half")
        self.make("x.h5")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), sorted(["x.h5", *others]))

    @unittest.skipIf(os.environ.get("ZHOL_SANITIZER") == "thread", "the limit stops ThreadSanitizer itself")
    def test_a_limit_on_files_is_told_and_leaves_nothing(self):
        script = 'ulimit -f 20; exec "$0" run "$1" -n 300 --progress none -o x.h5'
        run = subprocess.run(["bash", "-c", script, ZHOL, MINIMAL], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertRegex(run.stderr, r"zhol: error: x\.h5.*: .*File too large\n\Z")
        self.assertEqual([p.name for p in self.folder.iterdir()], [])

    def test_a_closed_terminal_ends_a_run_as_ctrl_c_does(self):
        def started(output, **more):
            return subprocess.Popen([ZHOL, "run", MINIMAL, "-n", "3000000", "-o", output, "--progress", "none"], cwd=self.folder, stderr=subprocess.PIPE, text=True, **more)

        run = started("x.h5")
        time.sleep(1.5)
        run.send_signal(signal.SIGHUP)
        said = run.communicate()[1]
        self.assertEqual(run.returncode, 130, said)
        self.assertIn("interrupted", said)
        self.assertEqual([p.name for p in self.folder.iterdir() if ".tmp." in p.name or p.name == "x.h5"], [])
        run = started("y.h5", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))  # as nohup does
        time.sleep(1.5)
        run.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertIsNone(run.poll())
        run.kill()
        run.communicate()

    def test_outputs_that_are_no_files_are_refused_before_anything_is_simulated(self):
        self.make("r.h5")
        os.mkfifo(self.folder / "pipe")
        (self.folder / "dangling").symlink_to("nowhere.h5")
        (self.folder / "folder").mkdir()
        before = sorted(p.name for p in self.folder.iterdir())
        for output, status, said in (("pipe", 2, "pipe is a pipe or device; expected the name of a file"), ("/dev/null", 2, "/dev/null is a pipe or device"),
                                     ("dangling", 2, "dangling is a link that leads nowhere"), ("folder", 2, "folder is a folder"),
                                     ("nowhere/x.h5", 1, "nowhere/x.h5 cannot be written: No such file or directory")):
            for words in (["run", MINIMAL, "-n", "1000000000", "--memory", "1MiB", "--force"], ["replay", "r.h5", "-r", "1", "--force"], ["compare", "r.h5", "r.h5", "--force"]):
                with self.subTest(output=output, words=words):
                    run = subprocess.run([ZHOL, *words, "-o", output], cwd=self.folder, capture_output=True, text=True, timeout=20)
                    self.assertEqual(run.returncode, status, run.stderr)
                    self.assertIn(said, run.stderr)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), before)

    def test_inputs_are_not_written_over(self):
        whole = self.make("r.h5").read_bytes()
        (self.folder / "other-name.h5").symlink_to("r.h5")
        for words in (["replay", "r.h5", "-r", "1", "-o", "r.h5", "--force"], ["replay", "r.h5", "-r", "1", "-o", "other-name.h5", "--force"],
                      ["compare", "r.h5", "r.h5", "-o", "./r.h5", "--force"], ["replay", "r.h5", "-r", "1", "-o", "other-name.h5"]):
            self.assertEqual(self.zhol(*words).returncode, 2)
        self.assertEqual((self.folder / "r.h5").read_bytes(), whole)

    def test_a_link_stays_and_what_it_leads_to_is_replaced(self):
        (self.folder / "far").mkdir()
        self.make("far/r.h5")
        (self.folder / "near.h5").symlink_to("far/r.h5")
        run = self.zhol("run", MINIMAL, "-n", "400", "-o", "near.h5", "--force", "--progress", "none")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue((self.folder / "near.h5").is_symlink())
        with h5py.File(self.folder / "far/r.h5") as file:
            self.assertEqual(file.attrs["replications"], 400)
        self.assertEqual([p.name for p in (self.folder / "far").iterdir()], ["r.h5"])

    def test_no_command_ends_well_where_its_words_are_lost(self):
        self.make("r.h5")
        for words in (["check", MINIMAL], ["explain", MINIMAL], ["show", "r.h5"], ["show", "r.h5", "--list"], ["show", "r.h5", "--csv"], ["show", "r.h5", "--json"],
                      ["compare", "r.h5", "r.h5"], ["replay", "r.h5", "-r", "1"], ["verify", "r.h5"], ["reference"], ["--help"], ["--version"],
                      ["check", "--help"], ["run", "--usage"], ["batch", "-h"]):
            with self.subTest(words=words), open("/dev/full", "w") as full:
                run = subprocess.run([ZHOL, *words], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, text=True)
                self.assertEqual(run.returncode, 1, run.stderr)
                self.assertRegex(run.stderr, r"cannot be written")

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
