#!/usr/bin/env python3
"""Command lines of every command at random: options with and without their arguments, abbreviated, doubled, misspelt, with numbers beyond
any bound and texts of any bytes. Each is refused in one sentence, or does what it says.

Usage: fuzz_words.py ZHOL SCENARIOS [--runs N] [--seconds S] [--seed S] [--keep FOLDER]
"""
import os
import re
import subprocess
import sys

import fuzzing

COMMANDS = ("run", "batch", "check", "explain", "show", "compare", "diff", "rank", "score", "sensitivity", "backtest", "replay", "verify", "merge", "status", "slurm", "calibrate", "reference")
NUMBERS = ("0", "1", "2", "7", "64", "-1", "1e3", "0x10", "01", " 5", "5 ", "+5", "1.5", "", "1000000000", "1000000001", "18446744073709551615", "18446744073709551616",
           "99999999999999999999999", "nan", "inf", "1/2", "2/2", "3/2", "0/1", "1/0", "-1/2", "1/2/3", "1%", "100 %", "101%", "0%", "1e-9 %", "1kB", "1 MiB", "1ZB", "2GiB", "1e400B")
TEXTS = ("", "x", "-", "--", "*", "**", "?", "[", "drivers.*", "drivers.oil", "npv.national", "flows.g.volume", "none", "auto", "plain", "philox", "mt19937", "mt1993", "gsl",
         "drivers.oil=1 %", "drivers.oil=0.5", "drivers.oil=1 USD/bbl", "drivers.oil=", "=", "a=b", "drivers.oil.start=70 USD/bbl", "drivers.oil.sigma=uniform(0 1)", "time.months=12",
         "drivers=null", "flows=null", "drivers.oil={", "drivers.oil.start=[", "run.replications=8", "adopt=[build]", "build", "nothing", "2020", "2020-06", "2020-13", "1999", "2021-01-01",
         "a,b,,c", ",", "é", "\udcff\udcfe", "\x1b[31m", "a\nb", "x" * 5000, "%s%n%s%n", "../..", "/", ".", "folder", "none/x.h5")
FILES = ("p.csv", "small.yaml", "small.yaml", "small", "small.yaml", "b.yaml", "a.h5", "a.h5", "v.h5", "c.h5", "s.shard-1-of-2", "s.shard-2-of-2", "missing", "wrong.yaml", "folder", "empty", "text.h5", "o.csv")


class Words(fuzzing.Target):
    def prepare(self):
        (self.folder / "small.yaml").write_text(
            "scenario: small\ntime: {base: 2019-07, start: 2020-01, months: 12}\nrun: {replications: 8, quantiles: [0.5], home: south, discount: [3 %/yr, 5 %/yr, 9 %/yr], prices: constant 2019 USD}\n"
            "drivers: {oil: {model: gbm, start: 64 USD/bbl, sigma: 0.3}}\ncommodities: {grain: {unit: t, value: 200 USD/t}}\n"
            "flows: {g: {commodity: grain, from: north, to: south, volume: 5 Mt/yr, tariff: 5 %}}\n"
            "policies: {build: {start: 2020-03, effects: {flows.g.tariff: {set: 0 %}}}}\n")
        (self.folder / "dear.yaml").write_text("extends: small\nscenario: dear\ndrivers: {oil: {start: 90 USD/bbl}}\n")
        (self.folder / "b.yaml").write_text("batch: b\nbase: small\nworlds: [small]\npolicies: [small, dear]\n")
        (self.folder / "wrong.yaml").write_text("scenario: wrong\ntime: soon\n")
        (self.folder / "o.csv").write_text("outcome,year,value,unit,prices,confirmed\ndrivers.oil,2020,60,USD/bbl,2019 USD,yes\n"
                                           '"flows.g.demand*0.5,flows.g.value*1 t/USD",2020,7,Mt/yr,,derived\n')
        (self.folder / "text.h5").write_text("not a result\n")
        (self.folder / "p.csv").write_text("date,value\n" + "".join(f"{1990 + i // 12}-{i % 12 + 1:02},{50 + i * 7 % 11 + i * i % 7}\n" for i in range(60)))
        (self.folder / "empty").write_text("")
        (self.folder / "folder").mkdir()
        self.quietly("run", "small.yaml", "-n", 40, "--save", "*", "-j", 1, "-o", "a.h5")
        self.quietly("run", "small.yaml", "-n", 40, "-j", 1, "--set", "drivers.oil.start=70 USD/bbl", "-o", "v.h5")
        self.quietly("compare", "a.h5", "v.h5", "-j", 1, "-o", "c.h5")
        for i in (1, 2):
            self.quietly("run", "small.yaml", "-n", 1200, "-j", 1, "--shard", f"{i}/2", "-o", "s.h5")
        self.options = {command: self.options_of(command) for command in COMMANDS}

    def options_of(self, command):
        """Each as it is written, and whether it takes an argument."""
        page = subprocess.run([self.zhol, command, "--help"], capture_output=True, text=True, check=True, env=fuzzing.environment()).stdout
        found = []
        for short, long, argument in re.findall(r"^ +(-\S)?,? *(?:(--[a-z-]+)(?:=(\S+))?|(?:[A-Z]+))? ", page, re.M):
            found += [(word, bool(argument) or (word == short and not long)) for word in (short, long) if word]
        return found

    def argument(self):
        return self.pick((self.pick(NUMBERS), self.pick(TEXTS), self.pick(FILES)))

    def option(self, command):
        word, takes = self.pick(self.options[self.pick(COMMANDS) if self.chance(0.05) else command])
        if self.chance(0.1) and word.startswith("--"):  # abbreviated, or misspelt
            word = self.pick((word[: self.random.randrange(2, len(word) + 1)], word + "x", word[:-1] + "z"))
        if self.chance(0.05):
            takes = not takes
        if not takes:
            return [word]
        argument = self.fitting(word) if self.chance(0.6) else self.argument()
        return [f"{word}={argument}"] if word.startswith("--") and self.chance(0.5) else [word + argument] if not word.startswith("--") and self.chance(0.3) else [word, argument]

    def fitting(self, word):
        """An argument that may well be right."""
        fit = {"-n": ("8", "40"), "-j": ("1", "2"), "-o": ("out.h5", "out.h5", "a.h5"), "--seed": ("1", "7"), "--set": ("drivers.oil.start=70 USD/bbl",), "--adopt": ("build",),
               "--path": (".", "folder"), "--rng": ("philox", "mt19937"), "--memory": ("1MiB", "20kB"), "--save": ("*", "none", "drivers.*"), "--precision": ("drivers.oil=50 %", "none"),
               "--checkpoint": ("0", "1"), "--progress": ("none", "plain"), "--shard": ("1/2", "2/2"), "--cells": ("1/2",), "--year": ("2020",), "--outcome": ("drivers.oil", "*"),
               "--regret": ("drivers.oil",), "--vary": ("20 %", "0.5"), "--false-discoveries": ("5 %", "0.01"),
               "--given": ("drivers.oil > 0 USD/bbl", "drivers.oil@2020 < 1000 USD/bbl and not flows.g.demand > 1 Gt", "0 < drivers.oil", "drivers.oil between 1 and 2 USD/bbl",
                           "drivers.oil > 1", "drivers.oil@1 > 0", "(drivers.oil > 0", "not", "", "a > 1 and b < 2 or c > 3", "drivers.oil > drivers.oil@2020", "(" * 400), "--maximise": ("*", "drivers.*"), "--minimise": ("fiscal.*",), "--margin": ("drivers.oil=1 USD/bbl",), "--world": ("a",), "--less": ("*",), "--more": ("drivers.*",), "--worst": ("10%", "50 %"), "-r": ("1", "39"), "--blocks": ("1", "99"), "--at": ("2020-06",),
               "--tasks": ("1", "3"), "--cpus": ("1", "8"), "--csv": ("out.csv",), "--comparison": ("out.h5",),
               "--history": ("o.csv",), "--confirmed": ("yes", "derived"), "--without": ("flows.*", "*"), "--years": ("2020", "2019-2021"),
               "--horizon": ("1", "12"), "--window": ("20",), "--refit": ("1", "12"), "--from": ("1991", "1993-01"), "--to": ("1994-06",), "--date": ("date",),
               "--model": ("gbm", "trend", "growth", "var", "event-rate"), "--unit": ("USD/t", "1", "%/yr"), "--column": ("value",), "--where": ("value=50",),
               "--deflate": ("p.csv",), "--on": ("p.csv",), "--name": ("oil",), "--rho": ("0.3",)}
        return self.pick(fit.get(word, ("1",)))

    def may_stay(self, name, ended):
        # what had been done of it when a batch or a run was refused, so that the next one goes on from there
        return name.startswith(("b/", "out")) or name in ("b", "out")

    def one(self):
        command = self.pick(COMMANDS)
        files = {"run": ["small.yaml"], "check": ["small.yaml"], "explain": ["small.yaml"], "slurm": [self.pick(("small.yaml", "b.yaml"))], "batch": ["b.yaml"], "show": ["a.h5"],
                 "compare": ["a.h5", "v.h5"], "diff": ["a.h5", "v.h5"], "rank": ["a.h5", "v.h5", "--outcome", "drivers.oil", "--maximise", "*"], "score": ["a.h5", "o.csv"], "sensitivity": ["a.h5"], "backtest": ["p.csv", "--model", "gbm"], "replay": ["a.h5", "-r", "1"], "verify": ["a.h5"],
                 "merge": ["-o", "out.h5", "s.shard-1-of-2", "s.shard-2-of-2"], "status": [], "calibrate": ["p.csv"], "reference": []}[command]
        words = [word for _ in range(self.pick((0, 1, 1, 2, 2, 3, 5))) for word in self.option(command)]
        words[self.random.randrange(len(words) + 1):0] = files if self.chance(0.7) else [self.pick(FILES) for _ in range(self.random.randrange(3))]
        if self.chance(0.05):
            words.insert(self.random.randrange(len(words) + 1), self.argument())
        # what would be long or large is not asked of what simulates
        if command in ("run", "batch", "verify"):
            words = [word for word in words if word not in ("-n1000000000",)]
            words = ["40" if word == "1000000000" else word for word in words]
            words += ["-n", "8"] if command != "verify" and not any(word.startswith(("-n", "--p")) for word in words) and self.chance(0.9) else []
        if self.chance(0.03):
            command = self.pick(("ru", "help", "--help", "--version", "", "-x", "x" * 300, "\x1b[31m", "run\n"))
        words = [word.replace("\0", "") for word in [command, *words]]
        self.execute([os.fsencode(word).decode(errors="surrogateescape") for word in words], None)


if __name__ == "__main__":
    sys.exit(fuzzing.main(Words))
