#!/usr/bin/env python3
"""What `cmake --install` puts there, moved elsewhere and used from an empty folder.

Usage: install.py ZHOL SCENARIOS
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ZHOL, SCENARIOS = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
PROJECT = SCENARIOS.parent
BUILD = next(folder for folder in ZHOL.parents if (folder / "cmake_install.cmake").exists())


def tree(folder):
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="zhol-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        first, cls.prefix = cls.folder / "first", cls.folder / "moved" / "here"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", first], check=True, capture_output=True)
        cls.prefix.parent.mkdir()
        first.rename(cls.prefix)
        cls.share = cls.prefix / "share" / "zhol"
        cls.documents = cls.prefix / "share" / "doc" / "zhol"
        cls.tree = tree(cls.prefix)

    @classmethod
    def tearDownClass(cls):
        if tree(cls.prefix) != cls.tree:
            raise AssertionError("something was written where the program is installed")

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.here = pathlib.Path(temporary.name)

    def zhol(self, *words, status=0, program=None):
        run = subprocess.run([program or self.prefix / "bin" / "zhol", *words], cwd=self.here, capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def test_every_shipped_scenario_is_there_and_found_by_its_name(self):
        shipped = {str(path.relative_to(SCENARIOS).with_suffix("")) for path in SCENARIOS.rglob("*.yaml")}
        installed = {str(path.relative_to(self.share / "scenarios").with_suffix("")) for path in (self.share / "scenarios").rglob("*.yaml")}
        self.assertEqual(shipped, installed)
        names = [name.split("/")[-1] for name in sorted(shipped)]
        self.assertEqual(len(set(names)), len(names), "a name must be of one scenario")
        for name in ("minimal", "minimal.yaml", "worlds/border-closure", "border-closure", "policies/customs-agreement.yaml"):
            self.assertIn(f": scenario {name.split('/')[-1].split('.')[0]}", self.zhol("check", name, "-j", "1").stdout)

    def test_a_scenario_runs_under_its_name_and_so_does_its_history(self):
        self.zhol("run", "minimal", "-n", "64")
        self.zhol("run", "border-closure", "-n", "32", "-j", "1", "-o", "one.h5")
        self.assertEqual(sorted(path.name for path in self.here.iterdir()), ["minimal.h5", "one.h5"])
        self.zhol("verify", "minimal.h5")
        import h5py
        with h5py.File(self.here / "one.h5") as file:
            history = file.attrs["history"].decode()
        self.zhol(*history.split()[1:], "-o", "again.h5")
        self.assertEqual((self.here / "one.h5").read_bytes(), (self.here / "again.h5").read_bytes())

    def test_the_same_name_here_comes_first(self):
        (self.here / "minimal.yaml").write_text("extends: red-sea-cape\nscenario: mine\n")
        self.assertIn(": scenario mine", self.zhol("check", "minimal", "-j", "1").stdout)

    def test_a_folder_of_that_name_is_no_scenario(self):
        (self.here / "minimal").mkdir()
        self.assertIn(": scenario minimal", self.zhol("check", "minimal", "-j", "1").stdout)

    def test_scenarios_of_ones_own_extend_what_is_shipped(self):
        (self.here / "mine.yaml").write_text("extends: [kazakhstan-2019, worlds/border-closure]\nscenario: mine\n")
        self.assertIn(": scenario mine", self.zhol("check", "mine.yaml", "-j", "1").stdout)

    def test_tables_of_shipped_scenarios_are_found(self):
        """hindcast-given.yaml and kazakhstan-2025.yaml name tables."""
        for name in "hindcast-given", "kazakhstan-2025":
            self.zhol("check", name, "-j", "1")

    def test_what_is_not_found_says_where_was_looked(self):
        scenarios = self.share / "scenarios"
        self.assertIn(f"there is no scenario file minimul, here or in --path other or the scenarios that come with zhol ({scenarios}); "
                      "did you mean 'minimal'?", self.zhol("check", "minimul", "--path", "other", status=3).stderr)
        (self.here / "mine.yaml").write_text("extends: nowhere\nscenario: mine\n")
        self.assertIn("mine.yaml:1:10: error: no scenario 'nowhere' was found in the folder of this file, the folder above it, the scenarios "
                      f"that come with zhol ({scenarios})", self.zhol("check", "mine.yaml", status=3).stderr)
        alone = self.here / "bin" / "zhol"
        alone.parent.mkdir()
        shutil.copy(self.prefix / "bin" / "zhol", alone)
        self.assertIn("which are not beside the program", self.zhol("check", "minimal", status=3, program=alone).stderr)

    def test_a_link_to_the_program_finds_them_too(self):
        (self.here / "zhol").symlink_to(self.prefix / "bin" / "zhol")
        self.zhol("check", "minimal", "-j", "1", program=self.here / "zhol")

    def test_the_library_finds_them_from_where_it_is(self):
        library = next(path for path in self.prefix.rglob("libzhol.so"))
        code = f"""import ctypes
library = ctypes.CDLL({str(library)!r})
plan = ctypes.c_void_p()
print(library.zhol_open(b"minimal", None, ctypes.byref(plan)))"""
        run = subprocess.run([sys.executable, "-c", code], cwd=self.here, capture_output=True, text=True)
        self.assertEqual((run.stdout, run.stderr), ("0\n", ""))

    def test_nothing_installed_names_the_machine_it_was_built_on(self):
        """But for what a debugger reads."""
        for path in self.prefix.rglob("*"):
            if not path.is_file():
                continue
            if path == self.prefix / "bin" / "zhol" or ".so" in path.name:
                stripped = self.here / path.name
                subprocess.run(["strip", "-o", stripped, path], check=True)
                path = stripped
            content = path.read_bytes()
            for place in (PROJECT, BUILD, self.folder / "first"):
                self.assertNotIn(bytes(place), content, path)

    def test_links_of_the_documents_lead_to_what_is_installed(self):
        pages = sorted(self.documents.rglob("*.md")) + sorted((self.documents / "scenarios").rglob("*.md"))
        self.assertIn(self.documents / "README.md", pages)
        self.assertIn(self.documents / "scenarios" / "README.md", pages)
        lost = set()
        for page in pages:
            text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
                if "://" not in target and not os.path.exists(os.path.normpath(page.parent / target)):
                    lost.add((str(page.relative_to(self.documents)), target))
        self.assertEqual(lost, set())
        self.assertEqual((self.documents / "LICENSE").read_bytes(), (PROJECT / "LICENSE").read_bytes())

    def test_manual_pages_and_completion_are_there(self):
        pages = {path.name for path in (self.prefix / "share" / "man" / "man1").iterdir()}
        commands = set(self.zhol("--words").stdout.split())
        self.assertEqual(pages, {"zhol.1"} | {f"zhol-{command}.1" for command in commands | {"plot"}})
        self.assertEqual((self.prefix / "share" / "man" / "man1" / "zhol-run.1").read_text(), self.zhol("run", "--man").stdout)
        for name in "zhol", "zhol-plot":
            completion = self.prefix / "share" / "bash-completion" / "completions" / name
            self.assertEqual(completion.read_bytes(), (PROJECT / "scripts" / "completion" / "zhol").read_bytes())

    def test_pictures_say_what_they_draw(self):
        run = subprocess.run([self.prefix / "bin" / "zhol-plot", "--help"], cwd=self.here, capture_output=True, text=True)
        if "has no module" in run.stderr:
            self.skipTest(run.stderr.strip())
        self.assertIn("zhol-plot fan kazakhstan-2019.h5 drivers.brent", run.stdout)

    def test_an_installation_below_another_root(self):
        root = self.here / "root"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", "/usr"], check=True, capture_output=True, env={**os.environ, "DESTDIR": str(root)})
        self.assertEqual([path.name for path in root.iterdir()], ["usr"])
        self.assertEqual(set(tree(root / "usr")), set(self.tree))
        self.zhol("check", "minimal", "-j", "1", program=root / "usr" / "bin" / "zhol")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
