#!/usr/bin/env python3
"""What the documents show is so: their commands work, in the order in which they stand, in a folder that has the project's scenarios and
scripts and nothing else.

In a document
- ```sh has commands, a line each, that succeed;
- ```console has commands behind `$ ` and what they print, word for word; `...` on a line of its own stands for lines left out;
- ```yaml NAME.yaml and ```csv NAME.csv (any language, any name) are files that the reader saves, then used by what follows;
- ```python and ```r of the guide are programs, which succeed (those of output/README.md are parts, which the suite readers runs);
- ``` alone and every other language are not run.
`zhol run` and `zhol batch` of shipped scenarios without a number get fewer replications in ```sh blocks (`few`, below), never in ```console blocks.

Usage: documents.py ZHOL SCENARIOS [--write] [DOCUMENT...]

With --write, what a ```console block shows is replaced by what is printed now, unless it leaves lines out: then look at the difference.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
PROJECT = SCENARIOS.parent
# Whose commands others run: the suites slurm, examples, pictures, plot (pictures of Kazakhstan) and languages.
LEFT_OUT = {"tests/README.md", "tests/bench/README.md", "sim/run/README.md", "scripts/cluster/README.md", "examples/README.md", "guide/pictures.md", "CHANGELOG.md",
            "CONTRIBUTING.md"}
# Lines that go by machine: time, threads and what memory they take.
CHANGING = re.compile(r"\b[0-9.]+ s\b|on \d+ threads?|\b[0-9.]+ [kM]B\b")
FENCE = re.compile(r"^```(\w*)(?: +(\S+))?\n(.*?)^```$", re.M | re.S)
WRITES, NAMED = "--write" in sys.argv, {name for name in sys.argv[3:] if not name.startswith("--")}
WITHOUT = {"README.md", "typical-values.md"}  # of the guide, without a command
PROGRAMS = {"python": [sys.executable, "-"], "r": ["Rscript", "--vanilla", "-"]}


def few(line):
    """The command with fewer replications."""
    line = line.replace("-r 4711", "-r 711")
    if re.match(r"zhol (run|batch) scenarios/", line) and not re.search(r" -n |--precision|run\.replications", line):
        line += " -n 900"  # `sensitivity` of Kazakhstan asks for 810
    if "--assumptions" in line:  # two runs of each of hundreds: of a small scenario instead
        line = "zhol run scenarios/minimal.yaml -n 200 -o audited.h5 && " + re.sub(r"kazakhstan-2019\.h5 --outcome \S+", "audited.h5", line)
    return line


def same(printed, shown):
    """Whether lines are those shown, of which `...` stands for any number."""
    printed, shown = ([CHANGING.sub("#", line).rstrip() for line in lines] for lines in (printed, shown))

    def fits(i, k):
        while k < len(shown) and shown[k] != "...":
            if i == len(printed) or printed[i] != shown[k]:
                return False
            i, k = i + 1, k + 1
        return i == len(printed) if k == len(shown) else any(fits(j, k + 1) for j in range(i, len(printed) + 1))
    return fits(0, 0)


class Documents(unittest.TestCase):
    maxDiff = None

    def bash(self, line):
        environment = {**os.environ, "PATH": f"{pathlib.Path(ZHOL).parent}:{os.environ['PATH']}", "MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1"}
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            environment.pop(name, None)
        return subprocess.run(["bash", "-c", line], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)

    def commands(self, text):
        """Lines, joined where one ends in a backslash."""
        return [line for line in re.sub(r"\\\n\s*", "", text).splitlines() if line and not line.startswith("#")]

    def check_console(self, body):
        """The block as it should be: what is shown differently is replaced, unless lines are left out."""
        parts = []
        for part in re.split(r"(?m)^\$ ", body)[1:]:
            line, *shown = part.rstrip("\n").split("\n")
            printed = [text.rstrip() for text in self.bash(line).stdout.rstrip("\n").split("\n")]
            printed = [] if printed == [""] else printed
            if same(printed, shown) or (WRITES and "..." not in shown):
                parts.append([line, *(shown if same(printed, shown) else printed)])
            else:
                self.assertEqual("\n".join(printed), "\n".join(shown), f"$ {line}")
        return "".join("$ " + "\n".join(lines) + "\n" for lines in parts)

    def check_program(self, language, body):
        command = PROGRAMS[language]
        if shutil.which(command[0]) is None:
            return
        run = subprocess.run(command, input=body, cwd=self.folder, capture_output=True, text=True, env={**os.environ, "MPLBACKEND": "Agg"})
        self.assertEqual(run.returncode, 0, run.stderr)

    def check_document(self, path):
        """How many blocks of it were run. Rewrites it where --write asks for that."""
        text = path.read_text()
        with tempfile.TemporaryDirectory() as temporary:
            self.folder = pathlib.Path(temporary)
            for name in ("scenarios", "scripts", "examples"):
                os.symlink(PROJECT / name, self.folder / name)
            done = 0
            for language, name, body in FENCE.findall(text):
                with self.subTest(document=str(path.relative_to(PROJECT)), block=body.split("\n")[0]):
                    if name:
                        (self.folder / name).write_text(body)
                    elif language == "sh":
                        for line in self.commands(body):
                            run = self.bash(few(line))
                            self.assertEqual(run.returncode, 0, f"{line}\n{run.stdout}")
                    elif language == "console":
                        now = self.check_console(body)
                        if WRITES and now != body:
                            path.write_text(path.read_text().replace(f"```console\n{body}```", f"```console\n{now}```"))
                    elif language in PROGRAMS and path.parent.name == "guide":
                        self.check_program(language, body)
                done += 1 if name or language in ("sh", "console", *PROGRAMS) else 0
            return done

    def test_what_is_shown_is_compared(self):
        self.assertTrue(same(["a", "b", "c"], ["a", "...", "c"]))
        self.assertTrue(same(["x: 10 rows, 0.3 s"], ["x: 10 rows, 1.2 s"]))
        self.assertTrue(same(["a", "b", "a", "c"], ["...", "a", "c"]))
        self.assertFalse(same(["a", "b"], ["a"]))
        self.assertFalse(same(["a", "b"], ["a", "...", "c"]))
        self.assertFalse(same(["x: 10 rows"], ["x: 11 rows"]))

    def test_every_command_in_the_documents_works(self):
        for path in documents():
            done = self.check_document(path)
            if path.parent.name == "guide" and path.name not in WITHOUT:
                self.assertGreater(done, 0, f"{path.name} has no block that is run")


def documents():
    """Those named on the command line, or all."""
    for path in sorted(PROJECT.rglob("*.md")):
        name = str(path.relative_to(PROJECT))
        if name not in LEFT_OUT and not name.startswith((".", "build")) and (not NAMED or name in NAMED):
            yield path


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
