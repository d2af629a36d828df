"""Instruction sets: which one computes is chosen at start or by name, and no byte of any result depends on it.

Usage: instruction_sets.py ZHOL SCENARIOS
What needs two sets that run here is skipped where the processor has only one.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ZHOL, SCENARIOS = sys.argv[1], pathlib.Path(sys.argv[2])
FREE = {name: value for name, value in os.environ.items() if name != "ZHOL_ISA"}


def zhol(*words, **variables):
    return subprocess.run([ZHOL, *map(str, words)], env={**FREE, **variables}, capture_output=True, text=True)


def sets():
    """By name, what --version says of each: "chosen", "not on this processor" or None."""
    listed = re.search(r"instruction sets: (.*)\n", zhol("--version").stdout)[1]
    return {name: remark for name, remark in re.findall(r"(\S+?)(?: \((.*?)\))?(?:, |$)", listed)}


SETS = sets()
HERE = [name for name, remark in SETS.items() if remark != "not on this processor"]


class InstructionSets(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_on(self, isa, *words):
        path = self.folder / f"{isa}.h5"
        done = zhol("run", *words, "--isa", isa, "--force", "-o", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path.read_bytes()

    def test_one_is_chosen_and_it_is_the_last_that_runs_here(self):
        self.assertEqual([name for name, remark in SETS.items() if remark == "chosen"], HERE[-1:])

    def test_the_environment_chooses_and_the_option_goes_before_it(self):
        for name in HERE:
            self.assertIn(f"{name} (chosen)", zhol("--version", ZHOL_ISA=name).stdout)
        check = ["check", SCENARIOS / "minimal.yaml"]
        self.assertEqual(zhol(*check, "--isa", HERE[0], ZHOL_ISA="v9").returncode, 0)
        done = zhol(*check, ZHOL_ISA="v9")
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"ZHOL_ISA is 'v9', an instruction set that is not in this program; expected {' or '.join(SETS)}", done.stderr)

    def test_what_is_not_there_or_does_not_run_here_is_refused(self):
        asked = ["v9", *(name for name in SETS if name not in HERE)]
        for words in (["run", "x.yaml"], ["batch", "x.yaml"], ["check", "x.yaml"], ["replay", "x.h5", "-r", 1], ["verify", "x.h5"]):
            for name in asked:
                done = zhol(*words, "--isa", name)
                self.assertEqual(done.returncode, 2, words)
                self.assertRegex(done.stderr, f"--isa is '?{name}'?, .*expected {HERE[0]}")

    def test_a_result_does_not_say_what_computed_it(self):
        plain = self.folder / "plain.h5"
        self.assertEqual(zhol("run", SCENARIOS / "minimal.yaml", "-n", 600, "-o", plain).returncode, 0)
        self.assertEqual(self.run_on(HERE[0], SCENARIOS / "minimal.yaml", "-n", 600), plain.read_bytes())

    @unittest.skipIf(len(HERE) < 2, f"this processor runs one instruction set, {HERE[0]}, of {', '.join(SETS)}")
    def test_the_whole_file_is_the_same(self):
        for words in (["minimal.yaml", "-n", 3000],
                      ["minimal.yaml", "-n", 3000, "--memory", "1kB"],
                      ["minimal.yaml", "--precision", "drivers.oil=2 %"],
                      ["two-pipelines.yaml", "-n", 700, "--compress", "--save", "*"],
                      ["red-sea-cape.yaml", "-n", 70, "--save", "none"],
                      ["kazakhstan-2019.yaml", "-n", 550, "--compress"],
                      ["kazakhstan-2019.yaml", "-n", 70, "--memory", "1MB"],
                      ["kazakhstan-2019.yaml", "-n", 33, "--rng", "mt19937"]):
            with self.subTest(words=words):
                results = {self.run_on(name, SCENARIOS / words[0], *words[1:]) for name in HERE}
                self.assertEqual(len(results), 1)

    @unittest.skipIf(len(HERE) < 2, f"this processor runs one instruction set, {HERE[0]}, of {', '.join(SETS)}")
    def test_what_one_began_another_goes_on_with_verifies_and_replays(self):
        whole = self.run_on(HERE[0], SCENARIOS / "minimal.yaml", "-n", 5000)
        for i in (1, 2):
            done = zhol("run", SCENARIOS / "minimal.yaml", "-n", 5000, "--shard", f"{i}/2", "--isa", HERE[i - 1], "-o", self.folder / "s.h5")
            self.assertEqual(done.returncode, 0, done.stderr)
        files = sorted(self.folder.glob("s.shard-*"))
        done = zhol("merge", *files, "-o", self.folder / "merged.h5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "merged.h5").read_bytes(), whole)
        result = self.folder / f"{HERE[0]}.h5"
        for name in HERE:
            self.assertEqual(zhol("verify", result, "--all", "--isa", name).returncode, 0)
        self.assertEqual(len({zhol("replay", result, "-r", 7, "--isa", name).stdout for name in HERE}), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
