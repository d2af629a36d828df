#!/usr/bin/env python3
"""Batch files that are changed at random: names, lists, keys, lines, bytes. Each is refused with its place, or checked and simulated.

Usage: fuzz_batches.py ZHOL SCENARIOS [--runs N] [--seconds S] [--seed S] [--keep FOLDER]
"""
import sys

import fuzzing

SCENARIOS = {"worlds": ("base", "dear", "cheap", "worlds/far"), "policies": ("base", "policy", "also")}
OTHERS = ("missing", "b", "wrong", "../base", "/etc/passwd", "worlds", "worlds/", "", "~", "null", "base.yaml", "[base]", "{a: b}", "7", "é", "'a b'", "x" * 300, "loop")
OUTCOMES = ("drivers.oil", "flows.g.value", "npv.national", "drivers.*", "drivers.oli", "*", "''", "[x]", "fiscal.total")


class Batches(fuzzing.Target):
    def prepare(self):
        (self.folder / "worlds").mkdir()
        (self.folder / "base.yaml").write_text(
            "scenario: base\ntime: {base: 2019-07, start: 2020-01, months: 12}\nrun: {replications: 8, quantiles: [0.5], home: south, discount: [3 %/yr, 5 %/yr, 9 %/yr], prices: constant 2019 USD}\n"
            "drivers: {oil: {model: gbm, start: 64 USD/bbl, sigma: 0.3}}\ncommodities: {grain: {unit: t, value: 200 USD/t}}\n"
            "flows: {g: {commodity: grain, from: north, to: south, volume: 5 Mt/yr, tariff: 5 %}}\n")
        for name, more in (("dear", "drivers: {oil: {start: 90 USD/bbl}}"), ("cheap", "drivers: {oil: {start: 30 USD/bbl}}"), ("worlds/far", "flows: {g: {volume: 9 Mt/yr}}"),
                           ("policy", "policies: {cut: {start: 2020-03, effects: {flows.g.tariff: {set: 0 %}}}}\nadopt: [cut]"), ("also", "flows: {g: {tariff: 9 %}}"), ("wrong", "drivers: {oil: {start: 1 d}}"),
                           ("loop", "drivers: {oil: {sigma: 0.2}}")):
            (self.folder / f"{name}.yaml").write_text(f"extends: {'loop' if name == 'loop' else 'base'}\nscenario: {name.split('/')[-1]}\n{more}\n")

    def names(self, key, most):
        """A list in brackets; in three of four batches of names that fit."""
        found = [self.pick(SCENARIOS[key]) if self.chance(0.96) else self.pick((*OTHERS, *SCENARIOS["worlds"])) for _ in range(self.random.randrange(most + 1))]
        found = list(dict.fromkeys(found)) if self.chance(0.9) else found
        return f"[{', '.join(found)}]" if self.chance(0.98) else self.pick((found[0] if found else "", "{}", "[[]]", "[,]"))

    def text(self):
        base = self.pick(("base",) * 12 + ("dear", *OTHERS[:3]))
        lines = ["batch: b", f"base: {base}"]
        for key in ("worlds", "policies"):
            names = self.names(key, 3)
            if names.startswith("[") and base not in names and self.chance(0.97):
                names = f"[{base}, {names[1:]}" if len(names) > 2 else f"[{base}]"
            lines.append(f"{key}: {names}")
        if self.chance(0.4):
            some = ", ".join(self.random.sample(OUTCOMES[:3], self.random.randrange(1, 4)) + ([self.pick(OUTCOMES)] if self.chance(0.1) else []))
            more = self.pick(("", "", ", regret: npv.national", ", rank: [drivers.oil, fiscal.total]", ", rank: fiscal.total", ", regret: drivers.oli", ", regret: '*'"))
            lines.append(f"compare: {{outcomes: [{some}]{more}}}")
        if self.chance(0.1):
            lines.append(self.pick(("title: A title", "precision: {limit: 64, goals: [{outcome: drivers.oil, relative: 50 %}]}", "precision: none", "precision: {goals: [{regret: 5 %}]}", "run: {}", "seed: 1",
                                    "extends: b", "scenario: b", "worlds: [base]")))
        if self.chance(0.15):
            self.random.shuffle(lines)
        if self.chance(0.04):
            lines.pop(self.random.randrange(len(lines)))
        if self.chance(0.05):
            lines.insert(self.random.randrange(len(lines) + 1), self.pick((lines[0], "  x: y", "- x", "\t", "# comment", "---", "x:", "}", "&a b: c", "batch: [x]", "batch: a/b", "batch: ..")))
        return "\n".join(lines) + "\n"

    def may_stay(self, name, ended):
        # the cells that were done, and what they differ in, when another one was refused
        return name in ("b", "b.csv", "b.h5") or name.startswith("b/")

    def one(self):
        content = self.text().encode()
        if self.chance(0.07):
            content = bytearray(content)
            for _ in range(self.random.randrange(1, 4)):
                content[self.random.randrange(len(content))] = self.random.randrange(256)
        (self.folder / "b.yaml").write_bytes(bytes(content))
        words = ["batch", "b.yaml", "--progress", "none", "-j", "1"]
        words += self.pick((["--check"], ["--check"], ["-n", "8"], ["--cells", "1/2", "-n", "8"], ["-n", "8", "--csv", "b.csv"], ["-n", "8", "--comparison", "b.h5"]))
        if self.chance(0.1):
            words = self.pick((["slurm", "b.yaml"], ["status", "b.yaml"], ["check", "b.yaml"], ["explain", "b.yaml"]))
        self.execute(words, None)


if __name__ == "__main__":
    sys.exit(fuzzing.main(Batches))
