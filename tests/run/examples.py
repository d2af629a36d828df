#!/usr/bin/env python3
"""libzhol as it is installed: the examples are built as their README says, run, and print what `zhol run` and `zhol show` give.

Usage: examples.py ZHOL SOURCES BUILD LIBRARY CMAKE COMPILER
"""
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ZHOL, SOURCES, BUILD, LIBRARY, CMAKE, COMPILER = sys.argv[1:7]
EXAMPLES, SCENARIO = pathlib.Path(SOURCES, "examples"), str(pathlib.Path(SOURCES, "scenarios", "minimal.yaml"))
OUTCOME, REPLICATIONS = "drivers.oil", "600"
# A debugger's or a user's settings must not decide which library is found.
PLAIN = {name: value for name, value in os.environ.items() if name not in ("LD_LIBRARY_PATH", "PKG_CONFIG_PATH", "ZHOL_LIBRARY")}


def run(*command, **environment):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, env={**PLAIN, **environment})
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="zhol-examples-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.prefix = cls.folder / "prefix"
        run(CMAKE, "--install", BUILD, "--prefix", cls.prefix)
        cls.library_folder = next(cls.prefix.rglob("libzhol.so")).parent
        cls.expected = {}
        for seed in range(1, 6):
            result = cls.folder / f"{seed}.h5"
            run(ZHOL, "run", SCENARIO, "-n", REPLICATIONS, "--seed", seed, "--progress", "none", "-o", result)
            rows = csv.DictReader(run(ZHOL, "show", result, OUTCOME, "--csv").splitlines())
            cls.expected[seed] = next(row for row in rows if row["period"] == "horizon")

    def assert_right(self, printed):
        """The means and errors that the program gives, to as many digits as it prints."""
        rows = list(csv.DictReader(printed.splitlines()))
        self.assertEqual([int(row["seed"]) for row in rows], list(range(1, 6)))
        self.assertEqual(len({row["mean"] for row in rows}), 5)
        for row in rows:
            for name in ("mean", "standard_error"):
                self.assertEqual(float(row[name]), float(self.expected[int(row["seed"])][name]), (row["seed"], name))

    def test_python(self):
        printed = run(sys.executable, EXAMPLES / "seeds.py", SCENARIO, OUTCOME, REPLICATIONS, ZHOL_LIBRARY=LIBRARY)
        self.assert_right(printed)
        installed = run(sys.executable, EXAMPLES / "seeds.py", SCENARIO, OUTCOME, REPLICATIONS,
                        LD_LIBRARY_PATH=str(self.library_folder))
        self.assertEqual(printed, installed)

    def test_python_says_what_is_wrong(self):
        done = subprocess.run([sys.executable, EXAMPLES / "seeds.py", SCENARIO, "drivers.oli", "64"], capture_output=True, text=True,
                              env={**PLAIN, "ZHOL_LIBRARY": LIBRARY})
        self.assertEqual((done.returncode, done.stdout), (1, "seed,mean,standard_error\n"))
        self.assertIn("did you mean 'drivers.oil'", done.stderr)

    def test_pkg_config(self):
        if shutil.which("pkg-config") is None:
            self.skipTest("pkg-config is missing")
        flags = run("pkg-config", "--cflags", "--libs", "zhol", PKG_CONFIG_PATH=str(self.library_folder / "pkgconfig")).split()
        run(COMPILER, "-Wall", "-Wextra", "-Wpedantic", "-Werror", EXAMPLES / "seeds.c", "-o", self.folder / "seeds", *flags)
        self.assert_right(run(self.folder / "seeds", SCENARIO, OUTCOME, REPLICATIONS, LD_LIBRARY_PATH=str(self.library_folder)))

    def test_find_package(self):
        tree = self.folder / "build"
        run(CMAKE, "-S", EXAMPLES, "-B", tree, f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_C_COMPILER={COMPILER}")
        run(CMAKE, "--build", tree)
        self.assert_right(run(tree / "seeds", SCENARIO, OUTCOME, REPLICATIONS))

    def test_the_library_shows_what_the_header_declares(self):
        header = pathlib.Path(SOURCES, "sim", "zhol.h").read_text()
        declared = set(re.findall(r"^ZHOL_(?:API|FAIL) .*?(zhol_\w+)\(", header, re.MULTILINE))
        shown = set(re.findall(r" T (\w+)$", run("nm", "-D", "--defined-only", LIBRARY), re.MULTILINE))
        self.assertEqual(declared, shown)

    def test_the_header_is_one_of_c_and_of_cplusplus(self):
        include = self.prefix / "include"
        for name, language, standard in ((COMPILER, "c", "c99"), (shutil.which("c++"), "c++", "c++11")):
            if name is None:
                continue
            source = self.folder / f"header.{language}"
            source.write_text('#include <zhol.h>\nint main(void) { return zhol_version() == 0; }\n')
            run(name, "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", include, "-fsyntax-only",
                source)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
