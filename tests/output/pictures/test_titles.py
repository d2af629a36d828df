import os
import pathlib
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

import h5py

from ground import FOLDER, PLOT, ZHOL, made, plot
from results import reseal

TEXT = "{http://www.w3.org/2000/svg}text"
KINDS = [["fan", "base", "fiscal.total"], ["corridors", "base", "customs", "china-europe.middle"], ["exceedance", "base", "customs", "npv.national"],
         ["network", "base", "china-europe"], ["outlets", "base", "oil"], ["closure", "base", "legs.dostyk.delay", "--event", "border-backlog", "--replications", "40", "--zhol", ZHOL]]


def texts(path):
    return ["".join(element.itertext()) for element in xml.etree.ElementTree.parse(path).iter(TEXT)]


class Titles(unittest.TestCase):
    def test_every_kind_has_the_title_that_is_chosen_as_text_and_the_same_bytes_twice(self):
        hostile = "<b>&amp; $x$ \\n ]]> \"q\" 'q' \x1b[31m\x00 Қазақстан"
        shown = "<b>&amp; $x$ \\n ]]> \"q\" 'q' ?[31m? Қазақстан"
        for words in KINDS:
            with self.subTest(words[0]):
                for name in "first.svg", "second.svg":
                    self.assertEqual(plot(self, *words, "--title", hostile, "-o", name), name)
                self.assertIn(shown, texts(FOLDER / "first.svg"))
                self.assertEqual((FOLDER / "first.svg").read_bytes(), (FOLDER / "second.svg").read_bytes())
                svg = (FOLDER / "first.svg").read_text()
                self.assertLess(len(svg), 61_440)
                self.assertNotIn("<dc:date>", svg)
                self.assertIn("'DejaVu Sans', 'Bitstream Vera Sans', Verdana, sans-serif", svg)

    def test_a_title_is_wrapped_and_neither_empty_nor_endless(self):
        plot(self, "fan", "base", "fiscal.total", "--title", "many words " * 25, "-o", "long.svg")
        self.assertGreater(sum("many words" in text for text in texts(FOLDER / "long.svg")), 2)
        for title, count in (("", 0), (" \t ", 0), ("x" * 301, 301)):
            self.assertIn(f"--title has {count} characters; expected 1 to 300", plot(self, "fan", "base", "fiscal.total", "--title", title, status=2))

    def test_titles_in_the_file_stand_above_pictures_and_cannot_harm(self):
        shutil.copy(made("plain"), FOLDER / "titled.h5")
        with h5py.File(FOLDER / "titled.h5", "a") as file:
            for group in file["annual"], file["horizon"]:
                paths = list(group["outcome"].asstr())
                titles = [f"Title of {path} <&>\x07" for path in paths]
                if "title" in group:
                    group["title"][...] = titles
                else:
                    group.create_dataset("title", data=titles, dtype=h5py.string_dtype())
        reseal(FOLDER / "titled.h5")
        plot(self, "fan", "titled.h5", "index.dependence.ru", "-o", "titled.svg", "--unsealed")
        self.assertIn("Title of index.dependence.ru <&>?", texts(FOLDER / "titled.svg"))

    def test_zhol_hands_over_to_the_script_with_words_and_status(self):
        def run(*words, **options):
            return subprocess.run([str(word) for word in words], cwd=FOLDER, capture_output=True, text=True, **options)
        made("base")
        for program in ([PLOT], [ZHOL, "plot"]):
            done = run(*program, "fan", "base.h5", "fiscal.total", "--title", "a b", "-o", f"{len(program)}.svg", env={})
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"{len(program)}.svg\n", ""))
        self.assertEqual((FOLDER / "1.svg").read_bytes(), (FOLDER / "2.svg").read_bytes())
        done = run(ZHOL, "plot", "fan", "base.h5", "nothing")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertTrue(done.stderr.startswith("zhol plot: error: base.h5 has no outcome 'nothing'"), done.stderr)
        for words in ["--help"], ["-h"], ["network", "--help"]:
            done = run(ZHOL, "plot", *words)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertTrue(done.stdout.startswith("usage: zhol plot"), done.stdout)
        self.assertIn("usage: zhol plot", run(ZHOL, "plot").stderr)
        # --given and months come from the program that called
        done = run(ZHOL, "plot", "closure", "base.h5", "legs.dostyk.delay", "--event", "border-backlog", "--replications", "8", "-o", "called.svg", env={})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("  plot  ", run(ZHOL, "--help").stdout)

    def test_what_is_missing_is_told_in_one_sentence(self):
        alone = FOLDER / "alone"
        (alone / "bin").mkdir(parents=True)
        shutil.copy(ZHOL, alone / "bin" / "zhol")
        done = subprocess.run([str(alone / "bin" / "zhol"), "plot", "--help"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1))
        self.assertIn(f"what draws pictures is not beside {alone}/bin/zhol; expected zhol-plot there", done.stderr)
        for module in "matplotlib", "h5py":
            pathlib.Path(alone / f"{module}.py").write_text(f"raise ModuleNotFoundError(name='{module}')\n")
            done = subprocess.run([ZHOL, "plot", "--help"], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(alone)})
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1))
            self.assertIn(f"Python has no module {module}; apt-get install python3-h5py python3-matplotlib python3-yaml", done.stderr)
            os.unlink(alone / f"{module}.py")
