#!/usr/bin/env python3
"""The machine fails in every way and at every place: the k-th allocation, reading, open, write, sync, close, rename, pipe or process of each
command fails, or all opens from the k-th on, or there are only so many descriptors.

Each time there is one clear sentence and exit status 1, or no harm: the same words and the same files as without a failure. Never a crash,
never half a file under a final name, and after a failing allocation nothing that was allocated is left.

Usage: inject.py ZHOL SCENARIOS SHIM [--part I/K] [--ways WAY,...] [--commands PATTERN] [--sample N] [--small]
  --sample N: of each command and way N failures; else all
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile

SECONDS = 600
# By way: what fails, how, and how often. The kinds are those of failing.h.
WAYS = {
    "memory": ("memory", "ENOMEM", "1"),
    "calls": ("calls", "EIO", "1"),
    "full": ("calls", "ENOSPC", "0"),
    "reads": ("reads", "EIO", "1"),
    "stale": ("reads", "ESTALE", "0"),
    "opens": ("opens", "EMFILE", "0"),
    "descriptors": None,  # a limit on their number
}
DESCRIPTORS_LEAST, DESCRIPTORS_MOST = 2, 14  # with 3 only the standard streams are open
SMALL = """scenario: small
time: {base: 2019-07, start: 2020-01, months: 12}
run: {replications: 40, quantiles: [0.5], home: south, discount: [3 %/yr, 5 %/yr, 9 %/yr], prices: constant 2019 USD}
drivers: {oil: {model: gbm, start: 64 USD/bbl, sigma: uniform(0.2 0.4)}}
commodities: {grain: {unit: t, value: 200 USD/t}}
flows: {g: {commodity: grain, from: north, to: south, volume: 5 Mt/yr, tariff: 5 %}}
policies: {cut: {start: 2020-03, effects: {flows.g.tariff: {set: 0 %}}}}
"""
QUIET = ["-j", "1", "--progress", "none"]
# Name, words, and what it makes.
COMMANDS = [
    ("run", ["run", "small.yaml", *QUIET, "-o", "out.h5"], ["out.h5"]),
    ("run that keeps checkpoints", ["run", "small.yaml", "-n", "1100", *QUIET, "--checkpoint", "0", "--keep", "-o", "out.h5"], ["out.h5"]),
    ("run compressed", ["run", "small.yaml", *QUIET, "--compress", "--save", "*", "-o", "out.h5"], ["out.h5"]),
    ("run beyond memory", ["run", "small.yaml", "-n", "600", "--memory", "20kB", "--save", "none", *QUIET, "-o", "out.h5"], ["out.h5"]),
    ("run until known", ["run", "small.yaml", "--precision", "drivers.oil=50 %", *QUIET, "-o", "out.h5"], ["out.h5"]),
    ("run of a shard", ["run", "small.yaml", "-n", "1100", "--shard", "1/2", *QUIET, "-o", "out.h5"], ["out.shard-1-of-2"]),
    ("run resumed", ["run", "small.yaml", "-n", "1100", *QUIET, "--resume", "-o", "k.h5"], ["k.h5"]),
    ("check", ["check", "small.yaml", "-j", "1"], []),
    ("check of goals", ["check", "dear.yaml", "-j", "1", "--adopt", "cut", "--precision", "drivers.oil=50 %"], []),
    ("explain", ["explain", "dear.yaml"], []),
    ("explain of sources", ["explain", "dear.yaml", "--sources", "--json"], []),
    ("explain of a table", ["explain", "table.yaml"], []),
    ("explain at a date", ["explain", "small.yaml", "flows.g.tariff", "--at", "2020-06", "--adopt", "cut"], []),
    ("new", ["new", "out"], ["out.yaml"]),
    ("new from tables", ["new", "out", "--from", "flows.csv", "legs.csv"], ["out.yaml"]),
    ("show", ["show", "a.h5"], []),
    ("show as JSON", ["show", "a.h5", "--json"], []),
    ("show as CSV", ["show", "a.h5", "--csv"], []),
    ("show a list", ["show", "a.h5", "--list", "--unsealed"], []),
    ("show into a workbook", ["show", "a.h5", "drivers.oil", "--xlsx", "out.xlsx"], ["out.xlsx"]),
    ("verify", ["verify", "a.h5", "-j", "1"], []),
    ("verify all", ["verify", "a.h5", "--all", "-j", "1"], []),
    ("show some futures", ["show", "a.h5", "--given", "drivers.oil > 0 and (not drivers.oil@2020 between 1 and 2 USD/bbl or drivers.oil < 0)"], []),
    ("list of futures", ["show", "a.h5", "--futures", "--given", "drivers.oil > 0"], []),
    ("compare", ["compare", "a.h5", "b.h5", "-j", "1"], []),
    ("compare some futures", ["compare", "a.h5", "b.h5", "-j", "1", "--given", "drivers.oil > 0", "-o", "out.h5"], ["out.h5"]),
    ("compare by year", ["compare", "a.h5", "b.h5", "-j", "1", "--years", "--dominance", "--more", "drivers.oil", "--regret", "drivers.oil"], []),
    ("compare into a file", ["compare", "a.h5", "b.h5", "-j", "1", "-o", "out.h5"], ["out.h5"]),
    ("compare into a workbook", ["compare", "a.h5", "b.h5", "-j", "1", "--outcome", "drivers.oil", "--xlsx", "out.xlsx"], ["out.xlsx"]),
    ("diff", ["diff", "a.h5", "b.h5", "-j", "1"], []),
    ("assumptions", ["sensitivity", "a.h5", "--outcome", "drivers.oil", "--assumptions", "-n", "8", "-j", "1"], []),
    ("diff as JSON", ["diff", "a.h5", "b.h5", "-j", "1", "--json"], []),
    ("list of a comparison", ["compare", "--list", "c.h5"], []),
    ("rank", ["rank", "a.h5", "b.h5", "-j", "1", "--outcome", "drivers.oil", "--maximise", "*", "--margin", "drivers.oil=1 USD/bbl"], []),
    ("rank by some futures", ["rank", "a.h5", "b.h5", "-j", "1", "--outcome", "drivers.oil", "--maximise", "*", "--given", "drivers.oil > 0", "-o", "out.h5"], ["out.h5"]),
    ("rank into a file", ["rank", "a.h5", "b.h5", "-j", "1", "--outcome", "drivers.oil", "--minimise", "*", "--json", "-o", "out.h5"], ["out.h5"]),
    ("rank into a workbook", ["rank", "a.h5", "b.h5", "-j", "1", "--outcome", "drivers.oil", "--maximise", "*", "--xlsx", "out.xlsx"], ["out.xlsx"]),
    ("report", ["report", "a.h5", "b.h5", "-j", "1", "-o", "out.html"], ["out.html"]),
    ("report of what happened", ["report", "a.h5", "--observed", "o.csv", "-j", "1", "-o", "out.html"], ["out.html"]),
    ("score", ["score", "a.h5", "o.csv", "--history", "h.csv"], []),
    ("score without all samples", ["score", "b.h5", "o.csv", "--csv", "--unsealed"], []),
    ("score as JSON", ["score", "a.h5", "o.csv", "--json", "--without", "flows.g.*"], []),
    ("sensitivity", ["sensitivity", "a.h5", "--outcome", "drivers.oil"], []),
    ("sensitivity in some futures", ["sensitivity", "a.h5", "--outcome", "drivers.oil", "--given", "drivers.oil > 0"], []),
    ("sensitivity as JSON", ["sensitivity", "a.h5", "--group", "G=*", "--json", "--outcome", "drivers.*"], []),
    ("value of information", ["sensitivity", "a.h5", "b.h5", "--value-of-information", "flows.g.surplus"], []),
    ("sensitivity into a file", ["sensitivity", "a.h5", "--csv", "--outcome", "drivers.oil", "-o", "out.h5"], ["out.h5"]),
    ("backtest", ["backtest", "p.csv", "--model", "gbm", "--window", "20"], []),
    ("backtest as JSON", ["backtest", "p.csv", "--model", "mean-reverting", "--plain", "--json"], []),
    ("replay", ["replay", "a.h5", "-r", "7"], []),
    ("replay into a file", ["replay", "a.h5", "-r", "7", "--inputs", "-o", "out.csv"], ["out.csv"]),
    ("replay of the worst", ["replay", "a.h5", "--worst", "50%", "--outcome", "drivers.oil", "--upper"], []),
    ("merge", ["merge", "-o", "out.h5", "s.shard-1-of-2", "s.shard-2-of-2", "-j", "1"], ["out.h5"]),
    ("status", ["status", "."], []),
    ("status as JSON", ["status", "--json", "."], []),
    ("batch", ["batch", "b.yaml", *QUIET, "--csv", "out.csv", "--comparison", "out.h5"], ["out.csv", "out.h5", "b/small.h5", "b/dear.h5"]),
    ("batch --check", ["batch", "b.yaml", "-j", "1", "--check"], []),
    ("calibrate", ["calibrate", "p.csv", "--unit", "USD/t", "--model", "mean-reverting-level", "-o", "fit.yaml"], ["fit.yaml"]),
    ("calibrate with correlations", ["calibrate", "--unit", "USD/t", "--model", "trend", "--correlation", "p.csv", "q.csv"], []),
    ("calibrate an elasticity", ["calibrate", "p.csv", "--on", "q.csv"], []),
    ("calibrate jointly", ["calibrate", "--model", "var-growth", "p.csv", "q.csv"], []),
    ("slurm", ["slurm", "small.yaml", "-n", "1100", "--tasks", "2"], []),
    ("slurm of a batch", ["slurm", "b.yaml"], []),
    ("reference", ["reference"], []),
    ("reference as a schema", ["reference", "--schema"], []),
    ("reference of datasets", ["reference", "--datasets"], []),
    ("help", ["run", "--help"], []),
    ("run of a large scenario", ["run", "LARGE", "-n", "2", *QUIET, "-o", "out.h5"], ["out.h5"]),
]
MEMORY = re.compile(r"out of memory|no memory for")
# What a prediction says of time changes from run to run.
CHANGING = re.compile(r"predicted time|time  |seconds|#SBATCH --time")


def steady(text):
    """Without the lines that differ from run to run."""
    return "".join(line for line in text.splitlines(keepends=True) if not CHANGING.search(line))


def fill(folder, zhol):
    """What the commands read."""
    (folder / "small.yaml").write_text(SMALL)
    (folder / "dear.yaml").write_text("extends: small\nscenario: dear\ndrivers: {oil: {start: 90 USD/bbl}}\n")
    (folder / "prices.csv").write_text('\ufeffcountry,date,price\nA,2019,64.4\nA,2020,41.8\n"B, ""b""",2019,1\n')
    (folder / "table.yaml").write_text("extends: small\nscenario: table\ndrivers: {path: {model: path, unit: USD/bbl, "
                                       "values: {csv: prices, column: price, unit: USD/bbl, where: {country: A}, prices: 2019 USD}}}\n")
    (folder / "b.yaml").write_text("batch: b\nbase: small\nworlds: [small]\npolicies: [small, dear]\ncompare: {outcomes: [drivers.oil]}\n")
    (folder / "o.csv").write_text("outcome,year,value,unit,prices,confirmed\ndrivers.oil,2020,60,USD/bbl,2019 USD,yes\n"
                                  '"flows.g.demand*0.5,flows.g.value*1 t/USD",2020,7,Mt/yr,,derived\n')
    (folder / "h.csv").write_text("outcome,year,value,unit,prices,confirmed\n" + "".join(f"drivers.oil,{2015 + i},{50 + i * i},USD/bbl,2019 USD,yes\n" for i in range(5)))
    (folder / "flows.csv").write_text("origin,destination,cargo,volume (kt/yr)\nA,C,ore,9\nA,B,ore,5\nC,A,grain,7\n")
    (folder / "legs.csv").write_text("name,from,to,time (d),cost (USD/t),both,note\n" + "".join(f"l{i},{a},{b},{i},{9 - i},yes,\n" for i, (a, b) in enumerate(["AB", "BC", "AC", "AB"])))
    for name, step in (("p", 7), ("q", 5)):
        (folder / f"{name}.csv").write_text("date,value\n" + "".join(f"{1990 + i // 12}-{i % 12 + 1:02},{50 + i * step % 11 + i * i % 7}\n" for i in range(60)))
    for words in (["-n", "40", "--save", "*", "-o", "a.h5"], ["-n", "40", "--set", "drivers.oil.start=70 USD/bbl", "-o", "b.h5"], ["-n", "1100", "--shard", "1/2", "-o", "s.h5"],
                  ["-n", "1100", "--shard", "2/2", "-o", "s.h5"], ["-n", "600", "--keep", "-o", "k.h5"]):
        subprocess.run([zhol, "run", "small.yaml", *QUIET, *words], cwd=folder, check=True, capture_output=True)
    subprocess.run([zhol, "compare", "a.h5", "b.h5", "-o", "c.h5"], cwd=folder, check=True, capture_output=True)
    (folder / "k.h5").unlink()


class Command:
    """A command, and what it does when nothing fails."""

    def __init__(self, tool, name, words, makes):
        self.tool, self.name, self.words, self.makes = tool, name, words, makes
        self.whole, self.said, self.usual = None, None, None
        self.inputs = {name: content for name, content in tool.inputs.items() if self.reads(name)}

    def reads(self, name):
        """Whether it is to find that file."""
        return name.endswith((".yaml", ".csv")) or name in self.words or self.words[0] == "status" or ("--resume" in self.words and name.startswith("k.part/"))

    def run(self, folder, way=None, k=0):
        """The finished command; of what fails the count, the name of the first, and the blocks left."""
        report = folder.parent / (folder.name + ".report")
        more = {}
        if WAYS.get(way):
            kind, error, often = WAYS[way]
            more = {"LD_PRELOAD": self.tool.shim, "REPORT_TO": str(report), "FAIL_WHAT": kind, "FAIL_AT": str(k), "FAIL_WITH": error, "FAIL_FOR": often}
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS_LEAST + k,) * 2)) if way == "descriptors" else None
        done = subprocess.run([self.tool.zhol, *self.words], cwd=folder, env=os.environ | more | {"OMP_NUM_THREADS": "1"}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=SECONDS, preexec_fn=limit)
        told = report.read_text().split() if report.exists() else ["0", "-", "0"]
        report.unlink(missing_ok=True)
        return done, int(told[0]), told[1], int(told[2])

    def in_copy(self, way=None, k=0):
        """Runs it in a copy of the folder; what became of it, and of the files."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name) / "work"
            for file, content in self.inputs.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_bytes(content)
            result = self.run(folder, way, k)
            files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file() and str(path.relative_to(folder)) not in self.inputs}
            for shard in [name for name in self.makes if "shard" in name and name in files]:  # whose bytes have something of their own
                status = subprocess.run([self.tool.zhol, "status", shard], cwd=folder, capture_output=True, text=True)
                files[shard] = status.stdout if status.returncode == 0 else status.stdout + status.stderr
            changed = [name for name, content in self.inputs.items() if not (folder / name).exists() or (folder / name).read_bytes() != content]
        return result, files, changed

    def prepare(self):
        (done, *_), files, _ = self.in_copy()
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: exit {done.returncode} without a failure: {done.stderr}")
        self.whole, self.said = files, steady(done.stdout)

    def count(self, way):
        if way == "descriptors":
            return DESCRIPTORS_MOST - DESCRIPTORS_LEAST
        (_, calls, _, left), *_ = self.in_copy(way)
        self.usual = left
        return calls

    def judge(self, way, k):
        """What came of it, and what is wrong with that, or None."""
        try:
            (done, _, failed, left), files, changed = self.in_copy(way, k)
        except subprocess.TimeoutExpired:
            return "hangs", f"it does not end within {SECONDS} s"
        errors = re.findall(r"^(?:zhol: error|[^\n:]+:\d+:\d+: error): [^\n]+$", done.stderr, re.M)
        where = f"{failed}: exit {done.returncode}, {len(errors)} errors: {done.stderr[-400:]!r}"
        if done.returncode < 0:
            return "crashed", f"{signal.Signals(-done.returncode).name} {where}"
        for name, content in files.items():
            compared_less = done.returncode == 5 and self.words[0] == "batch" and name.startswith("out.")  # the cells that are there
            if name in self.makes and content != self.whole.get(name) and not compared_less:
                return "half", f"half of {name} {where}"
            if ".tmp." in name and way not in ("full", "opens", "descriptors") and not failed.startswith("unlink"):
                return "left", f"{name} is left {where}"
            if name not in self.makes and ".tmp." not in name and name not in self.whole and not re.search(r"(^|/)[^/]+\.part/", name):
                return "left", f"{name} is left {where}"
        if [name for name in changed if not name.startswith("k.part/")] and not self.name == "run resumed":
            return "changed", f"{changed} changed {where}"
        if done.returncode == 0:
            if [name for name in self.makes if name not in files]:
                return "lost", f"exit 0 without {self.makes} {where}"
            if steady(done.stdout) != self.said and self.words[0] != "slurm":  # of which a pilot says what to ask for
                return "changed", f"exit 0, but it says something else {where}"
            return ("warned" if "warning" in done.stderr else "no harm"), (f"exit 0, though it says {errors}" if errors else None)
        if done.returncode == 127 and way == "descriptors" and "error while loading" in done.stderr:
            return "not begun", None  # by the loader, which needs some itself
        if done.returncode == 4 and way in ("reads", "stale") and "HDF5 crashes when it reads it" in done.stderr:
            return "crashed apart", None  # HDF5 itself, in the process that is there for it; the disk reads again, so that no more can be told
        if done.returncode == 5 and self.words[0] == "batch" and "cells failed" in done.stderr:
            return "said", None
        if done.returncode != 1 or not 1 <= len(errors) <= (2 if self.words[0] in ("batch", "merge") else 1):
            return "unclear", where
        if way == "memory" and not MEMORY.search(done.stderr):
            return "unclear", f"memory is not named {where}"
        if way == "memory" and left > self.usual:
            return "lost", f"{left} blocks are left, {self.usual} without a failure; {where}"
        return "said", None


class Tool:
    def __init__(self, words, folder):
        self.zhol, self.shim, self.folder = os.path.abspath(words.zhol), os.path.abspath(words.shim), folder
        fill(folder, self.zhol)
        self.inputs = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def tried(calls, sample, salt):
    """Which of 1 ... calls are made to fail; of a limit 0 ... too."""
    if sample is None or calls <= sample:
        return range(1, calls + 1)
    step = calls / sample
    return sorted({1 + int((i + (salt % 7) / 7) * step) for i in range(sample)})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zhol")
    parser.add_argument("scenarios")
    parser.add_argument("shim")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--commands", default="*")
    parser.add_argument("--sample", type=int, default=None)
    parser.add_argument("--small", action="store_true", help="without the large scenario, which is slow")
    parser.add_argument("--shift", type=int, default=0, help="which of them a sample has")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    words = parser.parse_args()
    total, wrong = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(words.jobs) as pool:
        tool = Tool(words, pathlib.Path(name))
        for number, (label, line, makes) in enumerate(COMMANDS):
            if not fnmatch.fnmatch(label, words.commands) or (words.small and "LARGE" in line):
                continue
            command = Command(tool, label, [str(pathlib.Path(words.scenarios).resolve() / "kazakhstan-2019.yaml") if word == "LARGE" else word for word in line], makes)
            command.prepare()
            for way in words.ways.split(","):
                if "LARGE" in line and way != "memory":
                    continue  # it is the others once more, and slow
                calls = command.count(way)
                if calls == 0 and way == "memory" and line[0] == "check":
                    raise SystemExit(f"{label}: nothing is counted; is {words.shim} what it should be?")
                places = tried(calls, words.sample, number + words.shift)
                found = list(pool.map(lambda k: command.judge(way, k), places))
                counts = collections.Counter(what for what, _ in found)
                faults = [(k, fault) for k, (_, fault) in zip(places, found) if fault]
                total += collections.Counter({(way, what): count for what, count in counts.items()})
                wrong += len(faults)
                print(f"{label}, {way}: {len(places)} of {calls}: " + ", ".join(f"{count} {what}" for what, count in sorted(counts.items())), flush=True)
                for k, fault in faults[:5]:
                    print(f"  {k}: {fault}", flush=True)
    for way in words.ways.split(","):
        counts = {what: count for (of, what), count in total.items() if of == way}
        print(f"{way}: {sum(counts.values())} failures, " + ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    print(f"in all {sum(total.values())} failures, {wrong} findings")
    return 1 if wrong or not total else 0


if __name__ == "__main__":
    sys.exit(main())
