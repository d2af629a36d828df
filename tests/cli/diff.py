#!/usr/bin/env python3
"""zhol diff: values of scenarios as PyYAML reads them, p values and false-discovery rates as worked out here, how often runs that
differ by the seed alone seem to differ, and how often effects of four standard errors are found.

Usage: diff.py ZHOL SCENARIOS [PAIRS]
"""
import csv
import io
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import numpy
import yaml

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, text

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
PAIRS = int(sys.argv[3]) if len(sys.argv) > 3 else 40
CHANGED = ["--set", "flows.grain-south.tariff=0 %", "--set", "drivers.oil.mean=70 USD/bbl"]


def p_value(t, freedom):
    """Both tails of Student's t, by Simpson's rule over its density in the angle atan(t / sqrt(freedom))."""
    angle = numpy.linspace(0.0, math.atan(abs(t) / math.sqrt(freedom)), 20001)
    y = numpy.cos(angle) ** (freedom - 1)
    step = angle[1] - angle[0]
    inside = step / 3 * (y[0] + y[-1] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum())
    whole = math.sqrt(math.pi) * math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom + 1) / 2)) / 2
    return 1 - inside / whole


def rates(p):
    """Benjamini and Hochberg's adjusted p values."""
    order = sorted(p, key=p.get)
    found, least = {}, 1.0
    for k in range(len(order), 0, -1):
        least = min(least, p[order[k - 1]] * len(order) / k)
        found[order[k - 1]] = least
    return found


def leaves(node, path=""):
    if isinstance(node, dict) and node:
        return {p: v for key, value in node.items() for p, v in leaves(value, f"{path}.{key}" if path else str(key)).items()}
    if isinstance(node, list) and node:
        return {p: v for i, value in enumerate(node, 1) for p, v in leaves(value, f"{path}.{i}").items()}
    return {path: {"{}": "{}", "[]": "[]"}.get(str(node), node)}


class Diff(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.simulate("a.h5", "-n", "500")
        cls.simulate("same.h5", "-n", "500")
        cls.simulate("changed.h5", "-n", "500", *CHANGED)
        cls.simulate("little.h5", "-n", "500", "--set", "drivers.gdp.mean=3.001 %/yr", "--set", "drivers.oil.sigma=0.29")
        cls.simulate("seed.h5", "-n", "400", "--seed", "7", "--set", "drivers.oil.mean=65 USD/bbl")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def zhol(cls, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=cls.folder, capture_output=True, text=True)
        if run.returncode != status:
            raise AssertionError(f"{words}: {run.returncode}\n{run.stderr}{run.stdout}")
        return run

    @classmethod
    def simulate(cls, name, *words):
        cls.zhol("run", str(SCENARIOS / "minimal.yaml"), "-j", "1", "--progress", "none", "--force", "-o", name, *words)

    def document(self, *words):
        return json.loads(self.zhol("diff", *words, "--json").stdout)

    def scenario(self, name):
        with Result(self.folder / name) as result:
            return leaves(yaml.load(text(result.file.attrs["scenario"]), yaml.BaseLoader))

    def test_values_are_those_that_differ_between_the_scenarios(self):
        for other in ("changed.h5", "little.h5", "seed.h5"):
            before, after = self.scenario("a.h5"), self.scenario(other)
            expected = {path: (before.get(path), after.get(path)) for path in {**before, **after} if before.get(path) != after.get(path)}
            found = {value["path"]: (value["before"], value["after"]) for value in self.document("a.h5", other)["values"]}
            self.assertEqual(found, expected)
            self.assertGreater(len(expected), 0)

    def test_numbers_have_their_places_in_the_files(self):
        places = {value["path"]: (value["before_place"], value["after_place"]) for value in self.document("a.h5", "little.h5")["values"]}
        lines = (SCENARIOS / "minimal.yaml").read_text().split("\n")
        at = {name: next(i for i, line in enumerate(lines, 1) if line.startswith(f"  {name}:")) for name in ("oil", "gdp")}
        self.assertEqual(places, {f"drivers.{path}": (f"minimal.yaml:{at[path[:3]]}", "--set") for path in ("gdp.mean", "oil.sigma")})

    def test_results_hold_where_their_numbers_come_from(self):
        told = json.loads(self.zhol("explain", str(SCENARIOS / "minimal.yaml"), "--sources", "--json").stdout)["sources"]
        with Result(self.folder / "a.h5") as result:
            held = [line.split("\t") for line in text(result.file.attrs["sources"]).splitlines()]
        self.assertEqual(held, [[item["kind"], item["path"], f"{pathlib.Path(item['file']).name}:{item['line']}", item["comment"]] for item in told])
        self.zhol("verify", "a.h5")
        for i in (1, 2):
            self.simulate("s.h5", "-n", "1500", "--shard", f"{i}/2")
        self.zhol("merge", "s.shard-1-of-2", "s.shard-2-of-2", "-o", "merged.h5")
        self.simulate("whole.h5", "-n", "1500")
        self.assertEqual((self.folder / "merged.h5").read_bytes(), (self.folder / "whole.h5").read_bytes())

    def check_outcomes(self, document, p, means):
        expected = {outcome: rate for outcome, rate in rates(p).items() if rate <= document["rate"]}
        self.assertEqual({item["outcome"] for item in document["outcomes"]}, set(expected))
        self.assertEqual(document["tested"], len(p))
        for item in document["outcomes"]:
            self.assertAlmostEqual(item["p_value"], p[item["outcome"]], delta=1e-9)
            self.assertAlmostEqual(item["false_discovery_rate"], expected[item["outcome"]], delta=1e-9)
            before, after = means[item["outcome"]]
            for name, value in (("before_mean", before), ("after_mean", after), ("mean_difference", after - before)):
                self.assertLessEqual(abs(item[name] - value), 1e-6 * max(abs(before), abs(after)), name)
        effects = [item["effect"] if item["effect"] is not None else math.inf for item in document["outcomes"]]
        self.assertEqual(effects, sorted(effects, reverse=True))

    def test_of_pairs_the_outcomes_are_those_of_the_samples(self):
        for other, rate in (("changed.h5", "5 %"), ("little.h5", "0.05"), ("little.h5", "1e-9")):
            p, means = {}, {}
            with Result(self.folder / "a.h5") as before, Result(self.folder / other) as after:
                for outcome in before.outcomes():
                    x, y = (result.samples("horizon", outcome).astype(float) for result in (after, before))
                    d, slack = x - y, 2.0 ** -24 * (abs(x) + abs(y))
                    if (d == 0).all() or abs(d.mean()) <= slack.mean():
                        continue
                    error = d.std(ddof=1) / math.sqrt(len(d))
                    p[outcome] = p_value(d.mean() / error, len(d) - 1) if error > 0 else 0.0
                    means[outcome] = (y.mean(), x.mean())
            document = self.document("a.h5", other, "--false-discoveries", rate)
            self.assertTrue(document["same_draws"])
            self.check_outcomes(document, p, means)

    def test_of_other_seeds_the_outcomes_are_those_of_independent_draws(self):
        p, means = {}, {}
        with Result(self.folder / "a.h5") as before, Result(self.folder / "seed.h5") as after:
            for outcome in before.outcomes():
                (x, e), (y, f) = ([result.statistic("horizon", name, outcome) for name in ("mean", "standard_error")] for result in (after, before))
                p[outcome] = p_value((x - y) / math.hypot(e, f), 399)  # the degrees of freedom of the fewer replications
                means[outcome] = (y, x)
        document = self.document("a.h5", "seed.h5", "--false-discoveries", "50 %")
        self.assertFalse(document["same_draws"])
        self.check_outcomes(document, p, means)

    def test_tables_have_the_same(self):
        document = self.document("a.h5", "changed.h5")
        rows = list(csv.DictReader(io.StringIO(self.zhol("diff", "a.h5", "changed.h5", "--csv").stdout)))
        self.assertEqual([(row["path"], row["before"] or None, row["after"] or None) for row in rows if row["kind"] == "value"],
                         [(value["path"], value["before"], value["after"]) for value in document["values"]])
        outcomes = [row for row in rows if row["kind"] == "outcome"]
        self.assertEqual([row["path"] for row in outcomes], [item["outcome"] for item in document["outcomes"]])
        for row, item in zip(outcomes, document["outcomes"]):
            self.assertEqual(float(row["mean_difference"]), item["mean_difference"])
        page = self.zhol("diff", "a.h5", "changed.h5").stdout
        self.assertIn("  drivers.oil.mean: 60 USD/bbl (minimal.yaml:8) -> 70 USD/bbl (--set)\n", page)
        self.assertIn("\nNames to type in place of titles: --names\n", page)
        named = self.zhol("diff", "a.h5", "changed.h5", "--names").stdout
        self.assertNotIn("--names", named)
        for text, key in (page, "title"), (named, "outcome"):  # a long one has a line of its own
            places = [re.search(rf"^  {re.escape(item[key])}(?: |$)", text, re.M).start() for item in document["outcomes"]]
            self.assertEqual(places, sorted(places))

    def test_equal_runs_are_one_line(self):
        for other in ("a.h5", "same.h5"):
            page = self.zhol("diff", "a.h5", other).stdout
            self.assertEqual((page.count("\n"), page.startswith("no difference: a and ")), (1, True), page)
        document = self.document("a.h5", "same.h5")
        self.assertEqual((document["values"], document["outcomes"], document["tested"]), ([], [], 0))

    def test_what_cannot_be_compared_still_tells_its_values(self):
        self.simulate("years.h5", "-n", "100", "--set", "time.months=24")
        run = self.zhol("diff", "a.h5", "years.h5", status=4)
        self.assertIn("time.months: 120 -> 24", run.stdout)
        self.assertIn("their numbers of months", run.stderr)

    def test_what_is_no_use_is_refused(self):
        (self.folder / "text.h5").write_text("no result")
        for words, status, sentence in ((["a.h5"], 2, "expected two results"), (["a.h5", "a.h5", "a.h5"], 2, "a third file"),
                                        (["a.h5", "a.h5", "--false-discoveries", "5"], 2, "a share between 0 and 1"), (["a.h5", "a.h5", "--false-discoveries", "-1 %"], 2, "a share"),
                                        (["a.h5", "a.h5", "--csv", "--json"], 2, "exclude"), (["a.h5", "none.h5"], 4, "none.h5"),
                                        (["a.h5", "text.h5"], 4, "text.h5")):
            self.assertIn(sentence, self.zhol("diff", *words, status=status).stderr)

    def test_seeds_alone_rarely_differ_and_four_standard_errors_are_mostly_found(self):
        """Where nothing differs the chance of any discovery is at most the rate. With five of the seven outcomes moved by four errors,
        and together, one is found where |z| > 2.10, which is 1 - Phi(2.10 - 4) = 97 %. Of so many pairs, within four errors."""
        n, short = 100, ["--set", "time.months=12", "-n", "100"]
        self.simulate("large.h5", "--set", "time.months=12", "-n", "20000")
        with Result(self.folder / "large.h5") as result:
            demand = result.samples("horizon", "flows.grain-south.demand").astype(float)
        size = 1 + 4 * math.sqrt(2 / n) * demand.std() / demand.mean()
        volume = f"flows.grain-south.volume=triangular({4 * size:.9g} {5 * size:.9g} {7 * size:.9g}) Mt/yr"
        wrong = found = 0
        for i in range(PAIRS):
            self.simulate("x.h5", *short, "--seed", str(3 * i + 11))
            self.simulate("y.h5", *short, "--seed", str(3 * i + 12))
            self.simulate("z.h5", *short, "--seed", str(3 * i + 13), "--set", volume)
            wrong += len(self.document("x.h5", "y.h5")["outcomes"]) > 0
            found += "flows.grain-south.demand" in {item["outcome"] for item in self.document("x.h5", "z.h5")["outcomes"]}
        error = math.sqrt(0.05 * 0.95 / PAIRS)
        self.assertLessEqual(wrong / PAIRS, 0.05 + 4 * error)
        self.assertGreaterEqual(found / PAIRS, 0.95 - 4 * error)
        print(f"{PAIRS} pairs: {wrong} differ by the seed alone, {found} effects of four standard errors found", file=sys.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
