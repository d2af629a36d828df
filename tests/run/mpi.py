#!/usr/bin/env python3
"""One run on several processes of MPI: the same bytes as on one, however it goes.

Usage: mpi.py ZHOL ZHOL_WITH_MPI SCENARIOS MPIRUN
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ZHOL, WITH_MPI, SCENARIOS, MPIRUN = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve(), sys.argv[4]
MINIMAL = str(SCENARIOS / "minimal.yaml")
CHUNK = 512
# Root is refused as a rule; more ranks than processors are meant here, and a rank may use all of them.
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none"}


class Mpi(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self, *words, **more):
        return subprocess.Popen([str(word) for word in words], cwd=self.folder, env=ENVIRONMENT, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **more)

    def end(self, process, status=0):
        try:
            output, errors = process.communicate(timeout=120)
        finally:
            process.kill()
        self.assertEqual(process.returncode, status, errors)
        return output + errors

    def run_alone(self, *words, status=0):
        return self.end(self.start(ZHOL, "run", MINIMAL, *words), status)

    def run_shared(self, ranks, *words, status=0):
        return self.end(self.start(MPIRUN, "-n", ranks, WITH_MPI, "run", MINIMAL, *words), status)

    def assert_same(self, *names):
        first = (self.folder / names[0]).read_bytes()
        for name in names[1:]:
            self.assertEqual((self.folder / name).read_bytes(), first, name)

    def test_version_says_it(self):
        self.assertRegex(subprocess.run([WITH_MPI, "--version"], check=True, capture_output=True, text=True).stdout, r"^zhol [\d.]+, with \w+")

    def test_ranks_and_threads(self):
        """The last chunk is not full; exact quantiles, then sketches with samples of some outcomes."""
        for name, words in {"exact": (), "sketched": ("--memory", "2MB", "--save", "drivers.*")}.items():
            words = ("-n", 40 * CHUNK + 77, *words)
            self.run_alone(*words, "-o", f"{name}.h5")
            for ranks, threads in (1, 2), (2, 1), (2, 2), (4, 1):
                told = self.run_shared(ranks, *words, "-j", threads, "-o", f"{name}-{ranks}-{threads}.h5")
                self.assertEqual(told.count("replications, "), 1, told)
                self.assert_same(f"{name}.h5", f"{name}-{ranks}-{threads}.h5")
            self.assertEqual(list(self.folder.glob("*.part")), [])

    def test_checkpoints_on_the_way(self):
        """As many as can be, between parts that come in any order."""
        for memory in "2GiB", "1MB":
            words = ("-n", 64 * CHUNK + 1, "--memory", memory, "--force")
            self.run_alone(*words, "-o", "alone.h5")
            self.run_shared(3, *words, "-j", 1, "--checkpoint", 0, "--keep", "-o", "shared.h5")
            self.assert_same("alone.h5", "shared.h5")
            # and it grows, elsewhere
            larger = ("-n", 70 * CHUNK, "--memory", memory)
            self.run_alone(*larger, "--force", "-o", "alone.h5")
            self.run_alone(*larger, "--resume", "-o", "shared.h5")
            self.assert_same("alone.h5", "shared.h5")

    def test_until_it_is_known(self):
        words = ("--precision", "drivers.oil=0.3 %", "--precision", "limit=100000")
        self.run_alone(*words, "-o", "alone.h5")
        self.run_shared(3, *words, "-j", 1, "-o", "shared.h5")
        self.assert_same("alone.h5", "shared.h5")

    def test_shard_of_several_ranks(self):
        for index in 1, 2:
            self.run_shared(2, "-n", 20 * CHUNK, "-j", 1, "--shard", f"{index}/2", "-o", "parts.h5")
        self.end(self.start(ZHOL, "merge", "-o", "merged.h5", "parts.shard-1-of-2", "parts.shard-2-of-2"))
        self.run_alone("-n", 20 * CHUNK, "-o", "alone.h5")
        self.assert_same("alone.h5", "merged.h5")

    def wait_for(self, there, process):
        until = time.monotonic() + 60
        while not there() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        self.assertTrue(there())

    def ranks_of(self, process):
        """The processes of the run, by rank."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if os.fsencode(self.folder) == os.fsencode(os.readlink(entry / "cwd")) and words[0] == os.fsencode(WITH_MPI):
                    environment = dict(pair.split(b"=", 1) for pair in (entry / "environ").read_bytes().split(b"\0") if b"=" in pair)
                    found[int(environment[b"OMPI_COMM_WORLD_RANK"])] = int(entry.name)
            except (OSError, ValueError, KeyError):
                continue
        return found

    def stopped(self, stop):
        """A long run that is stopped once something is safe, and goes on to the same bytes, alone and with others."""
        words = ("-n", 1000 * CHUNK, "--save", "none", "--memory", "1MB")  # seconds, of which the first part takes little
        process = self.start(MPIRUN, "-n", 3, WITH_MPI, "run", MINIMAL, *words, "-j", 1, "--checkpoint", 0, "-o", "shared.h5")
        try:
            self.wait_for((self.folder / "shared.part/state").exists, process)
            stop(process)
            process.communicate(timeout=60)  # it ends, whatever happened: no rank waits for ever
        finally:
            process.kill()
        self.assertNotEqual(process.returncode, 0)
        self.assertFalse((self.folder / "shared.h5").exists())
        self.assertTrue((self.folder / "shared.part/state").exists())
        until = time.monotonic() + 30
        while self.ranks_of(process) and time.monotonic() < until:
            time.sleep(0.02)
        self.assertEqual(self.ranks_of(process), {})
        return words

    def goes_on(self, words):
        shutil.copytree(self.folder / "shared.part", self.folder / "again.part")
        self.run_alone(*words, "-o", "alone.h5")
        self.assertIn("goes on from", self.run_alone(*words, "--resume", "-o", "shared.h5"))
        self.assertIn("goes on from", self.run_shared(2, *words, "--resume", "-o", "again.h5"))
        self.assert_same("alone.h5", "shared.h5", "again.h5")

    def test_rank_that_is_killed(self):
        self.goes_on(self.stopped(lambda process: os.kill(self.ranks_of(process)[2], signal.SIGKILL)))

    def test_lead_that_is_killed(self):
        self.goes_on(self.stopped(lambda process: os.kill(self.ranks_of(process)[0], signal.SIGKILL)))

    def test_terminated(self):
        """What mpirun is told, it tells all ranks."""
        self.goes_on(self.stopped(lambda process: process.send_signal(signal.SIGTERM)))

    def test_one_rank_is_told_to_stop(self):
        """Then all stop, with the status of an interruption."""
        for rank in 0, 1:
            with self.subTest(rank=rank):
                process = self.start(MPIRUN, "-n", 2, WITH_MPI, "run", MINIMAL, "-n", 250 * CHUNK, "-j", 1, "--checkpoint", 0,
                                     "-o", f"told-{rank}.h5")
                self.wait_for((self.folder / f"told-{rank}.part/state").exists, process)
                os.kill(self.ranks_of(process)[rank], signal.SIGTERM)
                self.assertIn("the same command with --resume goes on", self.end(process, 130))

    def test_another_run(self):
        """Ranks that are not about to do the same."""
        for theirs, told in {("--seed", 2): "is of seed 2; expected 1", ("--shard", "1/2"): "is of a run in 2 shards; expected 0",
                             ("--set", "drivers.oil.kappa=0.4 /yr"): "is of another text of the scenario",
                             ("--memory", "1GiB"): "is of --memory 1073741824"}.items():
            told_all = self.end(self.start(MPIRUN, "-n", 1, WITH_MPI, "run", MINIMAL, "-n", 2 * CHUNK, "-o", "a.h5", ":",
                                           "-n", 1, WITH_MPI, "run", MINIMAL, "-n", 2 * CHUNK, "-o", "a.h5", *theirs), 4)
            self.assertRegex(told_all, f"error: rank 1 on .*{told}")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_fault_of_a_rank(self):
        """A scenario that one of the ranks does not have."""
        (self.folder / "here.yaml").write_text(pathlib.Path(MINIMAL).read_text())
        told = self.end(self.start(MPIRUN, "-n", 1, WITH_MPI, "run", "here.yaml", ":", "-n", 1, WITH_MPI, "run", "there.yaml"), 3)
        self.assertRegex(told, "error: rank 1 on .*there.yaml")
        self.assertFalse((self.folder / "here.h5").exists())

    def test_faults_are_told_once(self):
        told = self.run_shared(3, "--set", "drivers.oil.kapa=1", status=3)
        self.assertEqual(told.count("kapa"), 2, told)  # the sentence, and the value that it is about

    def test_program_without_mpi(self):
        told = self.end(self.start(MPIRUN, "-n", 2, ZHOL, "run", MINIMAL, "-o", "raced.h5"), 2)
        self.assertIn("this was started 2 times at once", told)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[5:])
