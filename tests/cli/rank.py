#!/usr/bin/env python3
"""zhol rank against numpy on the stored samples: ranks, joint intervals, regret, probabilities, dominance, the value of
perfect information and the front of Pareto; and what cannot be ranked.

Usage: rank.py ZHOL SCENARIOS
"""
import csv
import io
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy
import xarray

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, seal_of, text

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
N, Z = 400, 1.959963984540054
WORLDS = {"dear-oil": "extends: base\nscenario: dear-oil\ndrivers: {oil: {mean: 90 USD/bbl}}\n"}
POLICIES = {"no-tariff": "extends: base\nscenario: no-tariff\nflows: {grain-south: {tariff: 0}}\n",
            "low-tariff": "extends: base\nscenario: low-tariff\nflows: {grain-south: {tariff: 4.9 %}}\n",
            "nothing": "scenario: nothing\n",
            "gamble": "extends: base\nscenario: gamble\nflows: {grain-south: {tariff: uniform(0 12) %}}\n"}
BATCH = """batch: small
base: base
worlds: [base, worlds/dear-oil]
policies: [base, policies/no-tariff, policies/low-tariff, policies/nothing, policies/gamble]
compare: {outcomes: [fiscal.total]}
"""
NAMES, OUTCOMES = ("base", "no-tariff", "low-tariff", "nothing", "gamble"), ("fiscal.total", "flows.grain-south.surplus")


def dominance(value, base):
    """Of value over base where more is better: first and second order, by the band of two Dvoretzky-Kiefer-Wolfowitz bands."""
    n, grid = len(value), numpy.unique(numpy.concatenate([value, base]))
    f, g = (numpy.searchsorted(numpy.sort(x), grid, side="right") / n for x in (value, base))
    band = 2 * math.sqrt(math.log(4 / 0.05) / (2 * n))
    area = numpy.concatenate([[0.0], numpy.cumsum((g - f)[:-1] * numpy.diff(grid))])

    def verdict(ahead, limit, zero):
        return -1 if (-ahead > limit).any() else 1 if (ahead > limit).any() and (ahead >= -zero).all() else 0

    first = verdict(g - f, band, 0.0)
    return first, 1 if first == 1 else verdict(area, band * (grid - grid[0]), 1e-12 * max(1.0, abs(area).max()))


def perfect_information(gain):
    """Chosen by one half, valued on the other; [policies][futures]."""
    regret = gain.max(axis=0) - gain
    halves = [regret[:, 0::2], regret[:, 1::2]]
    chosen = [other.mean(axis=1).argmin() for other in halves[::-1]]
    valued = [half[p] for half, p in zip(halves, chosen)]
    n = [len(half) for half in valued]
    estimate = sum(half.sum() for half in valued) / sum(n)
    errors = [k / sum(n) * half.std(ddof=1) / math.sqrt(k) for k, half in zip(n, valued)]
    error = math.hypot(*errors)
    apart = gain - gain[regret.mean(axis=1).argmin()]
    rivals = 1 + sum((d != d[0]).any() and abs(d.mean()) <= 3 * d.std(ddof=1) / math.sqrt(len(d)) for d in apart)
    z = statistics.NormalDist().inv_cdf(1 - 0.025 / rivals)
    low = min([estimate - Z * error, *(r.mean() - Z * r.std(ddof=1) / math.sqrt(len(r)) for r in regret)])
    return {"perfect_information": estimate, "perfect_information_low": max(0.0, low), "perfect_information_high": estimate + z * error,
            "perfect_information_unsplit": regret.mean(axis=1).min()}


class Rank(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.write("base", (SCENARIOS / "minimal.yaml").read_text().replace("\nrun: {", "\nrun: {home: south, "))
        for folder, texts in (("worlds", WORLDS), ("policies", POLICIES)):
            for name, text in texts.items():
                cls.write(f"{folder}/{name}", text)
        cls.write("batch", BATCH)
        cls.zhol("batch", "batch.yaml", "-n", str(N), "--progress", "none")
        cls.rows = cls.table("small", "--outcome", ",".join(OUTCOMES))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def write(cls, name, text):
        path = cls.folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    @classmethod
    def zhol(cls, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=cls.folder, capture_output=True, text=True)
        if run.returncode != status:
            raise AssertionError(f"{words}: {run.returncode}\n{run.stderr}{run.stdout}")
        return run

    @classmethod
    def table(cls, *words):
        return list(csv.DictReader(io.StringIO(cls.zhol("rank", *words, "--csv").stdout)))

    def cell(self, world, policy):
        return policy if world == "base" else world if policy == "base" else f"{world}-with-{policy}"

    def gains(self, world, outcome, folder="small"):
        """[policies][futures], more being better."""
        found = []
        for policy in NAMES:
            with Result(self.folder / folder / f"{self.cell(world, policy)}.h5") as result:
                found.append(result.samples("horizon", outcome).astype(float))
        return numpy.array(found)

    def of(self, rows, world, outcome):
        """The rows of a world, in the order of NAMES."""
        chosen = {row["policy"]: row for row in rows if (row["world"], row["outcome"]) == (world, outcome)}
        return [chosen[name] for name in NAMES]

    def each(self):
        for world in ("base", "dear-oil"):
            for outcome in OUTCOMES:
                yield self.of(self.rows, world, outcome), self.gains(world, outcome)

    def close(self, got, expected, scale, what):
        if not abs(float(got) - expected) <= 1e-9 * (abs(expected) + scale):
            self.fail(f"{what} is {got}; expected {expected}")

    def test_ranks_and_differences_are_those_of_the_means(self):
        self.assertEqual(len(self.rows), 2 * 2 * 5)
        for rows, gain in self.each():
            means, critical = gain.mean(axis=1), float(rows[0]["critical_value"])
            self.assertEqual({int(row["rank_of_mean"]) for row in rows}, {1, 2, 3, 4, 5})
            apart = gain[:, None, :] - gain[None, :, :]
            half = critical * apart.std(axis=2, ddof=1) / math.sqrt(N) + 2.0 ** -24 * (abs(gain)[:, None, :] + abs(gain)[None, :, :]).mean(axis=2)
            half[(apart == 0).all(axis=2)] = 0
            low, high, scale = apart.mean(axis=2) - half, apart.mean(axis=2) + half, abs(means).max() * 1e-4
            for p, row in enumerate(rows):
                others = [q for q in range(5) if q != p]
                self.close(row["mean"], means[p], 0, "mean")
                self.assertIn(int(row["rank_of_mean"]), range(1 + (means > means[p]).sum(), 1 + (means >= means[p]).sum()))
                self.close(row["behind"], max(apart.mean(axis=2)[q, p] for q in others), scale, "behind")
                self.close(row["behind_low"], max(low[q, p] for q in others), scale, "behind_low")
                self.close(row["behind_high"], max(high[q, p] for q in others), scale, "behind_high")
                self.assertEqual(int(row["rank_low"]), 1 + sum(low[q, p] > 0 for q in others))
                self.assertEqual(int(row["rank_high"]), 5 - sum(high[q, p] < 0 for q in others))
                behind_high, behind_low = max(high[q, p] for q in others), max(low[q, p] for q in others)
                self.assertEqual(int(row["verdict"]), 2 if behind_high <= 0 else -1 if behind_low > 0 else 0)

    def test_the_critical_value_is_that_of_the_greatest_of_all_differences_at_once(self):
        # by resampling the futures with normal weights: another way to the same law; 4,000 resamples leave 0.35 % of level, some 0.03
        random = numpy.random.default_rng(1)
        for outcome in OUTCOMES:
            differences = []
            for world in ("base", "dear-oil"):
                gain = self.gains(world, outcome)
                pairs = [gain[a] - gain[b] for a in range(5) for b in range(a)]
                differences += [pair for pair in pairs if (pair != 0).any()]
            t = numpy.array([(d - d.mean()) / d.std(ddof=1) for d in differences]) @ random.standard_normal((N, 4000)) / math.sqrt(N)
            row = self.of(self.rows, "base", outcome)[0]
            self.assertEqual(int(row["comparisons"]), len(differences))
            self.assertAlmostEqual(float(row["critical_value"]), numpy.quantile(abs(t).max(axis=0), 0.95), delta=0.12)

    def test_regret_and_probabilities_are_those_of_each_future(self):
        for rows, gain in self.each():
            best = gain.max(axis=0)
            hits = (gain == best) / (gain == best).sum(axis=0)
            for p, row in enumerate(rows):
                regret = best - gain[p]
                self.close(row["regret"], regret.mean(), 0, "regret")
                self.close(row["regret_standard_error"], regret.std(ddof=1) / math.sqrt(N), 0, "regret_standard_error")
                self.assertEqual(numpy.float32(row["regret_p95"]), numpy.sort(regret)[math.ceil(0.95 * N) - 1].astype(numpy.float32))
                share = hits[p].mean()
                self.close(row["probability_best"], share, 1, "probability_best")
                center, half = (share * N + Z * Z / 2) / (N + Z * Z), Z / (N + Z * Z) * math.sqrt(share * (1 - share) * N + Z * Z / 4)
                self.close(row["probability_best_low"], 0 if share == 0 else center - half, 1, "low")
                self.close(row["probability_best_high"], 1 if share == 1 else center + half, 1, "high")
            self.assertAlmostEqual(sum(float(row["probability_best"]) for row in rows), 1, places=9)
            self.assertAlmostEqual(sum(float(row["confidence_best_mean"]) for row in rows), 1, places=9)

    def test_confidence_is_that_of_the_estimated_means(self):
        random = numpy.random.default_rng(2)
        for rows, gain in self.each():
            drawn = gain.mean(axis=1)[:, None] + (gain - gain.mean(axis=1)[:, None]) @ random.standard_normal((N, 10000)) / N
            drawn = drawn.round(-int(math.floor(math.log10(abs(drawn).max()))) + 11)  # equal policies are equal
            best = drawn == drawn.max(axis=0)
            expected = (best / best.sum(axis=0)).mean(axis=1)
            for p, row in enumerate(rows):  # 10,000 and 65,536 draws, and n for n - 1
                self.assertAlmostEqual(float(row["confidence_best_mean"]), expected[p], delta=0.025)

    def test_dominance_is_that_of_the_distribution_functions(self):
        seen = set()
        for rows, gain in self.each():
            best = gain.mean(axis=1).argmax()
            for p, row in enumerate(rows):
                got = int(row["dominated_first"]), int(row["dominated_second"])
                same = p == best or (gain[p] == gain[best]).all()
                self.assertEqual(got, (-2, -2) if same else dominance(gain[best], gain[p]), row)
                seen.add(got)
        self.assertGreaterEqual(len(seen), 3, seen)

    def test_the_value_of_perfect_information_is_of_what_the_other_half_chooses(self):
        for rows, gain in self.each():
            for name, expected in perfect_information(gain).items():
                for row in rows:
                    self.close(row[name], expected, 0, name)

    def test_the_front_is_not_beaten_in_all(self):
        for world in ("base", "dear-oil"):
            means = numpy.array([self.gains(world, outcome).mean(axis=1) for outcome in OUTCOMES]).T
            for p, row in enumerate(self.of(self.rows, world, OUTCOMES[0])):
                beaten = any((m >= means[p]).all() and (m > means[p]).any() for m in means)
                self.assertEqual(int(row["pareto"]) == 1, not beaten)
        alone = self.table("small", "--outcome", "fiscal.total")
        self.assertEqual({row["pareto"] for row in alone}, {"-2"})

    def test_what_would_separate_two_is_by_the_square_of_their_distance(self):
        for rows, gain in self.each():
            best = gain.mean(axis=1).argmax()
            critical = float(rows[0]["critical_value"])
            for p, row in enumerate(rows):
                if p == best or row["replications_to_separate"] == "":
                    continue
                apart = gain[best] - gain[p]
                distance = apart.mean() - 2.0 ** -24 * (abs(gain[best]) + abs(gain[p])).mean()
                self.assertEqual(float(row["replications_to_separate"]), math.ceil(N * (critical * apart.std(ddof=1) / math.sqrt(N) / distance) ** 2))

    def test_in_some_futures_the_ranking_is_of_those_in_which_the_condition_holds_in_the_first_policy_of_every_world(self):
        condition, holds = "drivers.oil@2022 between 45 and 90 USD/bbl and fiscal.total > 550 MUSD", numpy.ones(N, dtype=bool)
        alone = []
        for world in ("base", "dear-oil"):
            with Result(self.folder / "small" / f"{world}.h5") as first:
                oil = first.samples("annual", "drivers.oil")[2]
                alone.append((45 <= oil) & (oil <= 90) & (first.samples("horizon", "fiscal.total") > numpy.float32(550e6)))
                holds &= alone[-1]
        n = int(holds.sum())
        self.assertTrue(60 < n < min(one.sum() for one in alone) < N, (n, [one.sum() for one in alone]))
        words = ["--outcome", ",".join(OUTCOMES), "--given", condition]
        run = self.zhol("rank", "small", *words, "--csv")
        line = f"in these futures: {n} of the first policy (base) in every world, where {condition}\n"
        self.assertIn(line, run.stderr)
        rows = list(csv.DictReader(io.StringIO(run.stdout)))
        for world in ("base", "dear-oil"):
            for outcome in OUTCOMES:
                chosen, gain = self.of(rows, world, outcome), self.gains(world, outcome)[:, holds]
                best, means = gain.max(axis=0), gain.mean(axis=1)
                hits = (gain == best) / (gain == best).sum(axis=0)
                for p, row in enumerate(chosen):
                    self.assertEqual(int(row["replications"]), n)
                    self.close(row["mean"], means[p], 0, "mean")
                    self.close(row["behind"], max(means[q] - means[p] for q in range(5) if q != p), abs(means).max() * 1e-4, "behind")
                    self.close(row["regret"], (best - gain[p]).mean(), 0, "regret")
                    self.close(row["regret_standard_error"], (best - gain[p]).std(ddof=1) / math.sqrt(n), 0, "regret_standard_error")
                    self.close(row["probability_best"], hits[p].mean(), 1, "probability_best")
                    for name, expected in perfect_information(gain).items():
                        self.close(row[name], expected, 0, name)
        one = self.zhol("rank", "small/base.h5", "small/gamble.h5", *words, "-o", "some.h5").stdout
        self.assertIn(f"in these futures: {alone[0].sum()} of the first policy (base), where {condition}\n", one)
        self.assertIn(f"2 policies on the same {alone[0].sum()} futures", one)
        with h5py.File(self.folder / "some.h5") as file:
            self.assertEqual((text(file.attrs["given"]), file.attrs["given_futures"]), (condition, alone[0].sum()))
            self.assertIn(f"--given '{condition}'", text(file.attrs["history"]))
        document = json.loads(self.zhol("rank", "small", *words, "--json").stdout)
        self.assertEqual((document["given"], document["futures"], document["undecided_futures"]), (condition, n, 0))
        self.assertNotIn("given", json.loads(self.zhol("rank", "small", "--outcome", "fiscal.total", "--json").stdout))

    def test_conditions_that_leave_too_few_futures_or_name_nothing_are_refused(self):
        for condition, said in (("drivers.oil > 9000 USD/bbl", ["none of 400 futures are left; expected at least 30", "it has to hold in 2 results at once"]),
                                ("drivers.oyl > 9000 USD/bbl", ["no outcome or input 'drivers.oyl'; did you mean 'drivers.oil'?", "in small/base.h5"]),
                                ("drivers.oil > 1", ["expected"]), ("drivers.oil >", ["expected a number"])):
            run = self.zhol("rank", "small", "--given", condition, status=2)
            self.assertEqual(run.stdout, "")
            self.assertTrue(run.stderr.startswith("--given:1:"), run.stderr)
            for sentence in said:
                self.assertIn(sentence, run.stderr)
        run = self.zhol("rank", "small/base.h5", "small/gamble.h5", "--given", "drivers.oil > 9000 USD/bbl", status=2)
        self.assertNotIn("at once", run.stderr)

    def test_json_file_and_table_say_the_same(self):
        files = ["small", "--outcome", ",".join(OUTCOMES)]
        told = json.loads(self.zhol("rank", *files, "--json", "-o", "ranking.h5", "--force").stdout)
        with xarray.open_dataset(self.folder / "ranking.h5", group="horizon") as data:
            for row in self.rows:
                choice, = (c for c in told["choices"] if (c["world"], c["outcome"]) == (row["world"], row["outcome"]))
                policy, = (p for p in choice["policies"] if p["policy"] == row["policy"])
                self.assertEqual(row["title"], data["title"].sel(outcome=row["outcome"]).item())
                for name in list(row)[5:-1]:
                    in_json = policy.get(name, choice.get(name))
                    at = {key: row[key] for key in ("world", "policy", "outcome") if key in data[name].dims}
                    expected = math.nan if row[name] == "" else float(row[name])
                    for value in (math.nan if in_json is None else in_json, float(data[name].sel(at))):
                        self.assertTrue(value == expected or (math.isnan(expected) and not math.isfinite(value)), (name, value, expected))
            apart = data["gain"].sel(world="base", policy="no-tariff", other="base", outcome="fiscal.total").item()
            gain = self.gains("base", "fiscal.total")
            self.assertAlmostEqual(apart / (gain[1] - gain[0]).mean(), 1, places=9)
            self.assertTrue((data["gain_low"] <= data["gain_high"]).all())
        again = (self.folder / "ranking.h5").read_bytes()
        self.zhol("rank", *files, "-o", "ranking.h5", "--force", "-j", "1")
        self.assertEqual(again, (self.folder / "ranking.h5").read_bytes())

    def test_files_of_a_batch_are_arranged_as_its_folder_is(self):
        files = sorted(str(path.relative_to(self.folder)) for path in (self.folder / "small").iterdir())
        self.assertEqual(self.table(*files, "--outcome", ",".join(OUTCOMES)), self.rows)
        one = self.table("small/base.h5", "small/gamble.h5", "--outcome", "fiscal.total")
        self.assertEqual([row["policy"] for row in one], ["base", "gamble"])

    def test_a_policy_within_a_margin_is_no_worse_surely(self):
        rows = self.of(self.rows, "base", "fiscal.total")
        wide = max(float(row["behind_high"]) for row in rows)
        found = self.table("small", "--outcome", "fiscal.total", "--margin", f"fiscal.total={wide * 1.01} USD")
        self.assertTrue(all(int(row["verdict"]) >= 1 for row in self.of(found, "base", "fiscal.total")))
        for margin, said in (("fiscal.total=1 t", "--margin 'fiscal.total=1 t': "), ("x", "expected an outcome that is ranked"), ("fiscal.total=-1 USD", "expected a width, 0 or more")):
            self.assertIn(said, self.zhol("rank", "small", "--outcome", "fiscal.total", "--margin", margin, status=2).stderr)

    def test_less_can_be_better(self):
        more, less = (self.of(self.table("small", "--outcome", "drivers.oil,fiscal.total", f"--{word}", "*"), "base", "fiscal.total") for word in ("maximise", "minimise"))
        self.assertEqual(max(less, key=lambda row: -int(row["rank_of_mean"]))["mean"], min(more, key=lambda row: float(row["mean"]))["mean"])
        self.assertIn("say with --maximise or --minimise which is meant", self.zhol("rank", "small", "--outcome", "drivers.oil", status=2).stderr)
        self.assertIn("both name fiscal.total", self.zhol("rank", "small", "--outcome", "fiscal.total", "--maximise", "*", "--minimise", "fiscal.*", status=2).stderr)
        self.assertIn("fits no outcome that is ranked", self.zhol("rank", "small", "--outcome", "fiscal.total", "--maximise", "trade.*", status=2).stderr)

    def test_a_screen_has_the_best_of_each_world_or_all_policies_of_one(self):
        shown = self.zhol("rank", "small", "--outcome", ",".join(OUTCOMES)).stdout
        self.assertIn("5 policies in 2 worlds, on the same 400 futures, over the horizon", shown)
        self.assertRegex(shown, r"\n  dear-oil +\S+ +\S+ ± \S+ +\S+ % +\S+ %\n")
        fronts = [tuple(row["policy"] for row in self.of(self.rows, world, OUTCOMES[0]) if row["pareto"] == "1") for world in ("base", "dear-oil")]
        words = shown[shown.index("worse in none, by the means:\n"):shown.index("\nWhat decides")].split("\n", 1)[1]
        groups = {tuple(front.split(", ")): worlds.split(", ") for front, worlds in re.findall(r"  (.*)\n    in (.*)\n", words)}
        self.assertEqual(groups, {front: [world for world, of in zip(("base", "dear-oil"), fronts) if of == front] for front in fronts})
        self.assertTrue(all(len(line) <= 80 for line in shown.splitlines()), shown)
        world = self.zhol("rank", "small", "--outcome", "fiscal.total", "--world", "dear-oil").stdout
        for name in NAMES:
            self.assertRegex(world, rf"\n  {name} +\d")
        self.assertTrue(all(len(line) <= 80 for line in world.splitlines()), world)
        self.assertIn("did you mean 'dear-oil'?", self.zhol("rank", "small", "--outcome", "fiscal.total", "--world", "dear-oill", status=2).stderr)

    def test_a_table_ends_with_the_three_factors_that_most_decide_the_lead_as_sensitivity_has_them(self):
        outcome = "fiscal.total"
        chosen = sorted(self.of(self.rows, "base", outcome), key=lambda row: int(row["rank_of_mean"]))
        best, gains = chosen[0]["policy"], dict(zip(NAMES, self.gains("base", outcome)))
        following = next(row["policy"] for row in chosen if not (gains[row["policy"]] == gains[best]).all())
        shares = list(csv.DictReader(io.StringIO(self.zhol("sensitivity", f"small/{self.cell('base', following)}.h5", f"small/{self.cell('base', best)}.h5",
                                                           "--outcome", outcome, "--csv").stdout)))
        decisive = [row for row in shares if float(row["false_discovery_rate"]) <= 0.05]
        greatest = sorted(decisive, key=lambda row: -float(row["share"]))[:3]
        self.assertTrue(greatest)
        for words, world in ((("small",), ",\nin the world base"), ([f"small/{self.cell('base', name)}.h5" for name in NAMES], "")):
            shown = self.zhol("rank", *words, "--outcome", outcome).stdout
            end = shown[shown.index(f"What decides by how much the first is ahead of the second{world},"):]
            self.assertIn(f"  {outcome}, {best} before {following}\n", end)
            found = re.findall(r"([\w.-]+) ([\d.]+) ±([\d.]+)", end[end.index(" before "):])
            expected = [(row["factor"], f"{100 * max(0, float(row['share'])):.1f}",
                         f"{100 * max(float(row['share_high']) - float(row['share']), float(row['share']) - float(row['share_low'])):.1f}") for row in greatest]
            self.assertEqual(found[:len(expected)], expected)
        dear = self.zhol("rank", "small", "--outcome", outcome, "--world", "dear-oil").stdout
        self.assertIn("ahead of the second,\nin the world dear-oil,", dear)
        self.assertNotIn("What decides", self.zhol("rank", "small", "--outcome", outcome, "--given", "drivers.oil > 0 USD/bbl").stdout)

    def test_why_what_decides_is_not_told(self):
        self.zhol("run", "base.yaml", "-n", "400", "-o", "same.h5", "--progress", "none")
        shown = self.zhol("rank", "small/base.h5", "same.h5", "--outcome", "fiscal.total").stdout
        self.assertRegex(" ".join(shown.split()), "not told: fiscal.total differs by the same in all futures")

    def test_what_cannot_be_ranked_is_told(self):
        self.assertIn("one policy only", self.zhol("rank", "small/base.h5", status=2).stderr)
        self.assertIn("did you mean 'fiscal.total'?", self.zhol("rank", "small", "--outcome", "fiscal.totl", status=2).stderr)
        self.zhol("run", "base.yaml", "-n", str(N), "--seed", "7", "-o", "other-seed.h5", "--progress", "none")
        self.assertIn("different seeds", self.zhol("rank", "small/base.h5", "other-seed.h5", "--outcome", "fiscal.total", status=4).stderr)
        self.zhol("run", "policies/no-tariff.yaml", "-n", "300", "-o", "fewer.h5", "--progress", "none")
        fewer = self.zhol("rank", "small/base.h5", "fewer.h5", "--outcome", "fiscal.total", "--csv")
        self.assertIn("the common first 300 are paired", fewer.stderr)
        self.assertEqual({row["replications"] for row in csv.DictReader(io.StringIO(fewer.stdout))}, {"300"})
        self.zhol("run", "base.yaml", "-n", "600", "--memory", "20kB", "--save", "none", "-o", "unsaved.h5", "--progress", "none")
        self.assertIn("does not hold the samples of fiscal.total", self.zhol("rank", "small/base.h5", "unsaved.h5", "--outcome", "fiscal.total", status=4).stderr)
        (self.folder / "nothing").mkdir()
        self.assertIn("holds no result", self.zhol("rank", "nothing", status=4).stderr)

    def test_a_batch_that_is_not_finished_is_not_ranked(self):
        shutil.copytree(self.folder / "small", self.folder / "part")
        (self.folder / "part" / "dear-oil-with-gamble.h5").unlink()
        self.assertIn("no result of the world dear-oil with gamble", self.zhol("rank", "part", status=4).stderr)
        (self.folder / "part" / "slow.part").mkdir()
        self.assertIn("part is not finished: there is no result of slow", self.zhol("rank", "part", status=4).stderr)

    def test_a_damaged_file_is_refused(self):
        shutil.copytree(self.folder / "small", self.folder / "damaged")
        path = self.folder / "damaged" / "gamble.h5"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        self.assertIn("gamble.h5", self.zhol("rank", "damaged", status=4).stderr)
        # an enemy's history: brackets that do not end, and names that act on terminals
        shutil.copytree(self.folder / "small", self.folder / "forged")
        for history in (b"zhol batch x -n 1; cell \x1b[2J: extends [", b"zhol batch x -n 1; cell a: extends []", b"zhol batch x -n 1; cell a: extends [\x1b[31m,,/]", b"; cell ", b"zhol batch"):
            path = self.folder / "forged" / "gamble.h5"
            with h5py.File(path, "r+") as file:
                for name, content in (("history", history), ("content_sha256", None)):
                    attribute = file.attrs.get_id(name)  # in place, which keeps the type
                    attribute.write(numpy.array(seal_of(file).encode() if content is None else content, dtype=attribute.dtype))
            run = subprocess.run([ZHOL, "rank", "forged", "--outcome", "fiscal.total"], cwd=self.folder, capture_output=True)
            self.assertIn(run.returncode, (0, 2, 4), run.stderr)
            self.assertNotIn(b"\x1b", run.stdout + run.stderr)

    def test_nothing_that_is_ranked_is_replaced(self):
        before = (self.folder / "small" / "base.h5").read_bytes()
        self.assertIn("would replace a file that is read", self.zhol("rank", "small", "--outcome", "fiscal.total", "-o", "small/base.h5", "--force", status=2).stderr)
        self.assertEqual(before, (self.folder / "small" / "base.h5").read_bytes())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
