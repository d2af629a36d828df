#!/usr/bin/env python3
"""How the program meets a terminal: help, manual pages, completion in bash, colours.

Usage: manners.py ZHOL SCENARIOS
"""
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ZHOL, SCENARIOS = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
PROJECT = SCENARIOS.parent
COMPLETION = PROJECT / "scripts" / "completion" / "zhol"
PLAIN = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
WITHOUT_PAGES = {"plot"}  # what Python says of itself


def zhol(*words, **options):
    return subprocess.run([ZHOL, *words], capture_output=True, text=True, timeout=120, **options)


COMMANDS = [name for name in zhol("--words").stdout.split() if name not in WITHOUT_PAGES]


def options_of_help(command):
    """Its options as --help has them: -n N, --seed=S."""
    text = zhol(command, "--help").stdout
    found = set()
    for line in text.splitlines():
        begin = re.match(r"  +(-\S.*?)(?:  +|$)", line)
        if begin and re.match(r"  (-|    --)", line):
            found |= set(re.findall(r"(?:^|, )(--?[\w-]+)", begin.group(1)))
    return found


def options_of_page(command):
    page = zhol(command, "--man").stdout
    heads = re.findall(r"^\.TP\n(\\fB\\-.*)$", page, re.M)
    names = {name.replace("\\-", "-") for head in heads for name in re.findall(r"\\fB(.*?)\\fR", head)}
    return names


class Help(unittest.TestCase):
    def test_the_first_screen_fits_a_terminal(self):
        lines = zhol("--help").stdout.splitlines()
        self.assertLessEqual(len(lines), 40)
        self.assertLessEqual(max(map(len, lines)), 80)

    def test_help_of_a_command_in_both_orders(self):
        for command in COMMANDS:
            self.assertEqual(zhol("help", command).stdout, zhol(command, "--help").stdout)
            self.assertIn(f"Usage: zhol {command} ", zhol("help", command).stdout)
        self.assertEqual(zhol("help").stdout, zhol("--help").stdout)

    def test_no_command_is_wrong_and_says_which_there_are(self):
        run = zhol()
        self.assertEqual((run.returncode, run.stdout, run.stderr), (2, "", zhol("--help").stdout))

    def test_a_slip_is_told_what_it_was_meant_for(self):
        for words, said in ((["shwo"], "'shwo' is not a command; did you mean 'show'?"),
                            (["help", "rnu"], "'rnu' is not a command; did you mean 'run'?"),
                            (["nothing-like-it"], "'nothing-like-it' is not a command; expected one of those that `zhol --help` lists"),
                            (["run", "minimal", "--sede", "3"], "'--sede' is no option of zhol run; did you mean '--seed'?"),
                            (["run", "-o", "x.h5", "--sede=3"], "'--sede' is no option of zhol run; did you mean '--seed'?"),
                            (["show", "--wholly-else"], "'--wholly-else' is no option of zhol show; `zhol show --help` lists them")):
            run = zhol(*words)
            self.assertEqual((run.returncode, run.stderr), (2, f"zhol: error: {said}\n"), words)

    def test_what_only_looks_like_an_option_is_none(self):
        """An argument of the option before it, and what follows `--`."""
        self.assertIn("--progress is '--sede'", zhol("run", "minimal", "--progress", "--sede").stderr)
        self.assertIn("there is no scenario file --sede", zhol("check", "--", "--sede").stderr)
        self.assertIn("there is no scenario file nowhere", zhol("check", "nowhere", "--st").stderr)  # --strict


class Pages(unittest.TestCase):
    def test_a_page_has_the_options_of_help_and_no_other(self):
        for command in COMMANDS:
            self.assertEqual(options_of_page(command), options_of_help(command), command)
            self.assertTrue(options_of_page(command), command)

    def test_pages_are_without_fault(self):
        if shutil.which("mandoc") is None:
            self.skipTest("mandoc is missing")
        pages = {command: zhol(command, "--man").stdout for command in COMMANDS} | {"zhol": zhol("--man").stdout}
        for name, page in pages.items():
            run = subprocess.run(["mandoc", "-Tlint", "-Wwarning"], input=page, capture_output=True, text=True)
            said = [line for line in (run.stdout + run.stderr).splitlines() if "missing date" not in line]  # the same whenever it is made
            self.assertEqual(said, [], name)

    def test_the_first_page_names_all_commands(self):
        page = zhol("--man").stdout
        for command in COMMANDS:
            self.assertIn(f"\\fBzhol\\-{command}\\fR(1)\n", page)

    def test_examples_are_as_they_are_typed(self):
        page = zhol("show", "--man").stdout
        example = re.search(r"\.SH EXAMPLES\n\.nf\n(.*?)\n\.fi", page, re.S).group(1)
        self.assertIn(r"zhol show kazakhstan\-2019.h5 ", example)
        self.assertIn(r"\(aqdrivers.brent@2030 < 40 USD/bbl\(aq", example)

    def test_the_guide_has_the_exit_statuses_of_the_pages(self):
        section = re.search(r'\.SH "EXIT STATUS"\n(.*?)\.SH', zhol("run", "--man").stdout, re.S).group(1)
        stated = re.findall(r"\.TP\n(\d+)\n(.*)", section.replace("\\-", "-"))
        self.assertEqual([int(status) for status, _ in stated], [0, 1, 2, 3, 4, 5, 130])
        guide = (PROJECT / "guide" / "terminal.md").read_text()
        self.assertEqual(re.findall(r"^\| (\d+) \| (.*?) \|$", guide, re.M), stated)

    def test_the_page_of_pictures_is_what_its_program_prints(self):
        run = subprocess.run(["/usr/bin/python3", PROJECT / "scripts" / "plot", "--man"], capture_output=True, text=True)
        if "has no module" in run.stderr:
            self.skipTest(run.stderr.strip())
        self.assertEqual(run.stdout, (PROJECT / "scripts" / "zhol-plot.1").read_text(), "renew it: scripts/plot --man > scripts/zhol-plot.1")


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="zhol-completion-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        subprocess.run([ZHOL, "run", "minimal", "-n", "32"], cwd=cls.folder, check=True, capture_output=True)
        (cls.folder / "a file.h5").touch()
        (cls.folder / "mine.yaml").touch()
        (cls.folder / "series.csv").touch()
        (cls.folder / "results").mkdir()

    def complete(self, *words, function="_zhol"):
        """What bash would offer for the last word."""
        code = f'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); {function}; printf "%s\\n" "${{COMPREPLY[@]}}"'
        run = subprocess.run(["bash", "--norc", "-c", code, "bash", COMPLETION, *words], cwd=self.folder, capture_output=True, text=True,
                             env={**os.environ, "PATH": f"{ZHOL.parent}:{os.environ['PATH']}"})
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return set(run.stdout.splitlines()) - {""}

    def test_commands(self):
        self.assertEqual(self.complete("zhol", "sh"), {"show"})
        self.assertLessEqual(set(COMMANDS), self.complete("zhol", ""))
        self.assertEqual(self.complete("zhol", "help", "ba"), {"batch", "backtest"})

    def test_options_are_those_of_the_command(self):
        for command in COMMANDS:
            offered = {word.removesuffix("=") for word in self.complete("zhol", command, "--")}
            self.assertEqual(offered, {name for name in options_of_help(command) if name.startswith("--")})
        self.assertEqual(self.complete("zhol", "run", "--se"), {"--seed=", "--set="})
        self.assertEqual(self.complete("zhol", "run", "--fo"), {"--force"})

    def test_scenarios_here_and_those_that_come_with_the_program(self):
        shipped = {str(path.relative_to(SCENARIOS).with_suffix("")) for path in SCENARIOS.rglob("*.yaml")}
        self.assertEqual(set(zhol("reference", "--scenarios").stdout.split()), shipped)
        self.assertEqual(self.complete("zhol", "run", ""), shipped | {"mine.yaml", "results"})
        self.assertEqual(self.complete("zhol", "check", "min"), {"minimal", "mine.yaml"})
        self.assertEqual(self.complete("zhol", "run", "worlds/b"), {"worlds/border-closure"})
        self.assertEqual(self.complete("zhol", "run", "border-c"), {"border-closure"})

    def test_files_by_their_kind(self):
        self.assertEqual(self.complete("zhol", "show", ""), {"minimal.h5", "a file.h5", "results"})
        self.assertEqual(self.complete("zhol", "compare", "minimal.h5", "a"), {"a file.h5"})
        self.assertEqual(self.complete("zhol", "calibrate", "s"), {"series.csv"})
        self.assertEqual(self.complete("zhol", "score", "minimal.h5", "s"), {"series.csv"})
        self.assertEqual(self.complete("zhol", "run", "mine.yaml", "--path", "=", "r"), {"results"})
        self.assertEqual(self.complete("zhol", "merge", "-o", "out.h5", "min"), {"mine.yaml", "minimal.h5"} & self.complete("zhol", "merge", "min"))

    def test_outcomes_of_a_result(self):
        outcomes = {line.split(":")[0] for line in zhol("show", self.folder / "minimal.h5", "--list").stdout.splitlines()}
        self.assertIn("drivers.oil", outcomes)
        self.assertGreaterEqual(self.complete("zhol", "show", "minimal.h5", ""), outcomes)
        self.assertEqual(self.complete("zhol", "show", "minimal.h5", "drivers."), {"drivers.oil", "drivers.gdp"})
        self.assertEqual(self.complete("zhol", "replay", "minimal.h5", "--worst", "1%", "--outcome", "drivers.o"), {"drivers.oil"})
        self.assertEqual(self.complete("zhol", "compare", "minimal.h5", "minimal.h5", "--outcome", "=", "drivers.o"), {"drivers.oil"})
        self.assertEqual(self.complete("zhol", "show", "--memory", "=", "1GiB", "minimal.h5", "drivers.o"), {"drivers.oil"})

    def test_words_that_options_take(self):
        self.assertEqual(self.complete("zhol", "run", "--progress", "="), {"auto", "plain", "none"})
        self.assertEqual(self.complete("zhol", "run", "--progress", "p"), {"plain"})
        self.assertEqual(self.complete("zhol", "show", "--color", "=", "n"), {"never"})
        self.assertEqual(self.complete("zhol", "run", "--set", "run.seed", "=", "3", "min"), {"minimal", "mine.yaml"})

    def test_nothing_where_nothing_is_known(self):
        self.assertEqual(self.complete("zhol", "nonsense", ""), set())
        self.assertEqual(self.complete("zhol", "show", "a file.h5", "drivers."), set())
        self.assertEqual(self.complete("zhol", "show", "nowhere.h5", "drivers."), set())

    def test_pictures(self):
        plot = str(PROJECT / "scripts" / "plot")
        if "has no module" in subprocess.run([plot], capture_output=True, text=True).stderr:
            self.skipTest("what scripts/plot needs is missing")
        self.assertGreaterEqual(self.complete(plot, "", function="_zhol_plot"), {"fan", "variants", "difference", "tornado"})
        self.assertEqual(self.complete(plot, "fan", "minimal", function="_zhol_plot"), {"minimal.h5"})
        self.assertEqual(self.complete(plot, "fan", "minimal.h5", "--obs", function="_zhol_plot"), {"--observed"})

    def test_it_is_loaded_by_name(self):
        """By bash-completion, where that is installed, from what is installed beside the program."""
        loader = pathlib.Path("/usr/share/bash-completion/bash_completion")
        if not loader.exists():
            self.skipTest("bash-completion is missing")
        share = self.folder / "results" / "share"
        (share / "bash-completion" / "completions").mkdir(parents=True)
        shutil.copy(COMPLETION, share / "bash-completion" / "completions" / "zhol")
        self.addCleanup(shutil.rmtree, share)
        run = subprocess.run(["bash", "--norc", "-c", f"source {loader}; _completion_loader zhol; complete -p zhol"], capture_output=True, text=True,
                             env={**os.environ, "XDG_DATA_DIRS": str(share)})
        self.assertEqual(run.stdout, "complete -F _zhol zhol\n", run.stderr)


class Names(unittest.TestCase):
    def test_a_line_feed_in_the_name_of_a_file_begins_no_line(self):
        with tempfile.TemporaryDirectory() as folder:
            name = pathlib.Path(folder, "a\nb")
            name.with_suffix(".yaml").write_text("extends: minimal\nscenario: mine\nrun: {home: qq}\n")
            scenario, result = name.with_suffix(".yaml").name, name.with_suffix(".h5").name
            for words in (["check", scenario, "-j", "1"], ["explain", scenario], ["explain", scenario, "drivers.oil.start", "--at", "2025"],
                          ["run", scenario, "-n", "64", "--keep"], ["run", scenario, "-n", "128", "--resume"],
                          ["run", scenario, "-n", "640", "--shard", "1/2"], ["show", result], ["verify", result], ["compare", result, result],
                          ["diff", result, result], ["status"], ["replay", result, "--worst", "10%", "--outcome", "drivers.oil"],
                          ["show", "c\nd.h5"], ["run", "c\nd"]):
                run = zhol(*words, cwd=folder)
                for line in (run.stdout + run.stderr).splitlines():
                    self.assertFalse(line.startswith(("b.", "d.", "b:")), (words, line))


class Colours(unittest.TestCase):
    """On a terminal only: the kind of a message, its place, and the heads of tables."""
    RED, YELLOW, BOLD, END = "\033[1;31m", "\033[1;33m", "\033[1m", "\033[0m"

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def on_terminal(self, *words, stream="stderr", **environment):
        """What comes out of one stream that is a terminal."""
        lead, follow = pty.openpty()
        other = {"stdout": "stderr", "stderr": "stdout"}[stream]
        with subprocess.Popen([ZHOL, *words], stdin=subprocess.DEVNULL, **{stream: follow, other: subprocess.DEVNULL},
                              cwd=self.folder, env={**PLAIN, **environment}) as process:
            os.close(follow)
            got = b""
            while True:
                try:
                    some = os.read(lead, 65536)
                except OSError:  # the other end is closed
                    break
                if not some:
                    break
                got += some
            process.wait()
        os.close(lead)
        return got.decode().replace("\r\n", "\n")

    def test_the_kind_and_the_place_of_an_error(self):
        (self.folder / "s.yaml").write_text("extends: minimal\nnonsense: 1\n")
        said = self.on_terminal("check", "s.yaml", TERM="xterm")
        self.assertTrue(said.startswith(f"{self.BOLD}s.yaml:2:1:{self.END} {self.RED}error:{self.END} the scenario: 'nonsense' is not a key"), said)
        self.assertEqual(said.count("\033"), 4)
        self.assertTrue(self.on_terminal("shwo", TERM="xterm").startswith(f"{self.BOLD}zhol:{self.END} {self.RED}error:{self.END} 'shwo'"))

    def test_the_kind_of_a_warning(self):
        (self.folder / "s.yaml").write_text("extends: minimal\nscenario: mine\nrun: {home: qq}\n")
        said = self.on_terminal("check", "s.yaml", "-j", "1", TERM="xterm")
        self.assertIn(f"{self.BOLD}s.yaml:3:13:{self.END} {self.YELLOW}warning:{self.END} run.home is 'qq'", said)

    def test_heads_of_tables(self):
        subprocess.run([ZHOL, "run", "minimal", "-n", "32", "-o", "a.h5"], cwd=self.folder, check=True, capture_output=True)
        for words, head in ((["show", "a.h5"], "2029 "), (["show", "a.h5", "drivers.oil"], "  ")):
            shown = self.on_terminal(*words, stream="stdout", TERM="xterm")
            self.assertRegex(shown, re.escape(self.BOLD + head) + r"( +range of futures\n)? +mean +± *error[^\n]*")
            self.assertEqual(shown.count("\033"), 2)
            plain = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True).stdout
            self.assertEqual(shown.replace(self.BOLD, "").replace(self.END, ""), plain)

    def test_nothing_elsewhere_or_where_it_is_not_wanted(self):
        words = ["check", "nowhere"]
        self.assertIn("\033", self.on_terminal(*words, TERM="xterm"))
        for environment in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {}):
            self.assertNotIn("\033", self.on_terminal(*words, **environment))
        self.assertIn("\033", self.on_terminal(*words, TERM="xterm", NO_COLOR=""))
        self.assertNotIn("\033", self.on_terminal(*words, "--color=never", TERM="xterm"))
        self.assertNotIn("\033", zhol(*words, env={**PLAIN, "TERM": "xterm"}).stderr)
        self.assertIn("\033", zhol(*words, "--color=always", env={**PLAIN, "NO_COLOR": "1"}).stderr)
        self.assertNotIn("\033", zhol(*words, "--color", "auto", env=PLAIN).stderr)
        self.assertIn("--color is 'blue'; expected auto, always or never", zhol(*words, "--color=blue").stderr)

    def test_what_files_say_colours_nothing(self):
        (self.folder / "s.yaml").write_text("extends: minimal\nscenario: mine\n\"a\\eb[31m\": 1\n")
        said = self.on_terminal("check", "s.yaml", TERM="xterm")
        self.assertNotIn("\033[31m", said)
        self.assertNotIn("\033[31m", self.on_terminal("check", "a\033[31m", TERM="xterm"))

    def test_a_bar_on_a_terminal_only(self):
        self.assertNotIn("\033", zhol("run", "minimal", "-n", "64", "-o", "b.h5", cwd=self.folder).stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
