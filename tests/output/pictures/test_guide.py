import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

from ground import PROJECT, SCENARIOS, ZHOL
from zhol_pictures import command

FEW = 60


class Guide(unittest.TestCase):
    def test_commands_work_in_the_order_in_which_they_stand_in_an_empty_folder(self):
        text = (PROJECT / "guide" / "pictures.md").read_text()
        lines = [line for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S) for line in block.splitlines()]
        self.assertGreater(len(lines), 20)
        before = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(SCENARIOS, pathlib.Path(folder) / "scenarios")
            os.chdir(folder)
            try:
                for line in lines:
                    with self.subTest(line):
                        program, *words = shlex.split(line)
                        self.assertEqual(program, "zhol")
                        if words[0] == "plot":
                            self.assertEqual(command.main(["plot", f"--called-by={ZHOL}", *words[1:]]), 0)
                        else:
                            few = ["-n", str(FEW)] if words[0] == "run" else []
                            subprocess.run([ZHOL, *words, *few], check=True, capture_output=True)
            finally:
                os.chdir(before)

    def test_pictures_of_the_page_are_there_and_small(self):
        for name in re.findall(r"\]\(\.\./(output/pictures/[^)]*)\)", (PROJECT / "guide" / "pictures.md").read_text()):
            self.assertLess((PROJECT / name).stat().st_size, 60_000, name)
