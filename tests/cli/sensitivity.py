#!/usr/bin/env python3
"""zhol sensitivity against NumPy on the stored inputs and samples, and every message for bad input.

Usage: sensitivity.py ZHOL SCENARIOS
"""
import csv
import io
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy
import scipy.stats

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import labels, text

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
SCENARIO = "two-pipelines"
OUTCOME = "fiscal.total"
REPLICATIONS = 1500


def zhol(*words, expect=0):
    done = subprocess.run([ZHOL, *map(str, words)], capture_output=True, text=True, cwd=WORK.name)
    assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout if expect == 0 else done.stderr


def rows(*words):
    return {row["factor"]: row for row in csv.DictReader(io.StringIO(zhol("sensitivity", *words, "--csv")))}


def number(row, name):
    return float(row[name])


def columns(path):
    """Factors with their columns, as the page of the format says, of a file whose inputs are all drawn by themselves."""
    with h5py.File(f"{WORK.name}/{path}") as file:
        found = {}
        for name, values in zip(labels(file["inputs"], "input"), file["inputs/value"][()]):
            found[name] = [values]
        horizon, annual = file["samples/horizon"], file["samples/annual"]
        years = dict(zip(labels(annual, "outcome"), annual["value"][()]))
        regimes = {}
        for name, values in zip(labels(horizon, "outcome"), horizon["value"][()].astype(float)):
            words = name.split(".")
            if words[0] == "drivers" and len(words) == 2:
                found[name] = [values, years[name][0], years[name][-1]]
            if words[0] == "events" and len(words) == 3:
                found[".".join(words[:2])] = [values]
            if words[0] == "regimes" and len(words) == 3:
                regimes.setdefault(".".join(words[:2]), []).append(values)
        found.update({name: values[1:] for name, values in regimes.items()})
        vary = {name: [v.astype(float) for v in values if numpy.ptp(v) > 0] for name, values in found.items()}
        return {name: values for name, values in vary.items() if values}


def outcome(path, name, year=None):
    with h5py.File(f"{WORK.name}/{path}") as file:
        samples = file["samples/horizon" if year is None else "samples/annual"]
        values = samples["value"][labels(samples, "outcome").index(name)].astype(float)
        return values if year is None else values[year]


def r2(y, x):
    if not x:
        return 0.0
    design = numpy.column_stack([numpy.ones(len(y)), *[(v - v.mean()) / v.std() for v in x]])
    fitted = design @ numpy.linalg.lstsq(design, y, rcond=None)[0]
    return 1 - ((y - fitted) ** 2).sum() / ((y - y.mean()) ** 2).sum()


def every(factors, but=None):
    return [v for name, values in factors.items() if name != but for v in values]


class Sensitivity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zhol("run", SCENARIOS / f"{SCENARIO}.yaml", "-n", REPLICATIONS, "-o", "a.h5")
        zhol("run", SCENARIOS / f"{SCENARIO}.yaml", "-n", REPLICATIONS, "-o", "b.h5", "--set",
             "energy.oil.fields.old.cost=uniform(50 150) USD/t")
        cls.factors = columns("a.h5")
        cls.y = outcome("a.h5", OUTCOME)

    def check(self, table, factors, y):
        """What has a closed form, recomputed from the stored values."""
        n, x = len(y), every(factors)
        p, full = len(x), r2(y, x)
        chance = (1 - full) / (n - p - 1)
        self.assertEqual(set(table), set(factors))
        self.assertAlmostEqual(sum(number(row, "share") for row in table.values()), full - p * chance, delta=1e-5)
        rank = lambda v: scipy.stats.rankdata(v)
        leading = {name: rank(values[0]) for name, values in factors.items() if len(values) == 1 or name.startswith("drivers.")}
        matrix = numpy.linalg.inv(numpy.corrcoef([*leading.values(), rank(y)]))
        partial = dict(zip(leading, -matrix[-1, :-1] / numpy.sqrt(numpy.diag(matrix)[:-1] * matrix[-1, -1])))
        for name, row in table.items():
            last = full - r2(y, every(factors, name)) - len(factors[name]) * chance
            self.assertAlmostEqual(number(row, "share_last"), last, delta=1e-5, msg=name)
            self.assertLessEqual(number(row, "share_low"), max(0, number(row, "share")) + 1e-12)
            self.assertGreaterEqual(number(row, "share_high"), number(row, "share"))
            self.assertEqual(int(row["columns"]), len(factors[name]))
            if name in partial:
                self.assertAlmostEqual(number(row, "prcc"), partial[name], delta=2e-5, msg=name)
                self.assertAlmostEqual(number(row, "first_order"), self.first_order(factors[name][0], y), delta=1e-5, msg=name)
        return full - p * chance

    @staticmethod
    def first_order(x, y):
        """By bins, with what bins have by chance taken off and what the mean varies within a bin added."""
        n, bins = len(y), 32
        place = numpy.minimum(((scipy.stats.rankdata(x) - 0.5) / n * bins).astype(int), bins - 1)
        count = numpy.bincount(place, minlength=bins)
        mean = numpy.bincount(place, y - y.mean(), bins) / numpy.maximum(count, 1)
        total, between, used = ((y - y.mean()) ** 2).sum(), (count * mean ** 2).sum(), (count > 0).sum()
        noise, within = (total - between) / (n - used), 0
        if (abs(count - n / bins) <= 0.5 * n / bins + 1).all():
            before, after = numpy.maximum(numpy.arange(bins) - 1, 0), numpy.minimum(numpy.arange(bins) + 1, bins - 1)
            steps = after - before
            slope = (mean[after] - mean[before]) / steps
            within = (count * (slope ** 2 - noise * (1 / count[after] + 1 / count[before]) / steps ** 2) / 12).sum()
        return (between - (used - 1) * noise + within) / total

    def test_shares_and_correlations_of_a_result_are_those_of_numpy(self):
        self.check(rows("a.h5", "--outcome", OUTCOME), self.factors, self.y)

    def test_shares_of_a_year_are_those_of_numpy(self):
        self.check(rows("a.h5", "--outcome", OUTCOME, "--year", "2022"), self.factors, outcome("a.h5", OUTCOME, 2))

    def test_shares_of_a_difference_are_those_of_numpy(self):
        factors = columns("a.h5")
        self.check(rows("a.h5", "b.h5", "--outcome", OUTCOME), factors, outcome("b.h5", OUTCOME) - self.y)

    def test_a_driver_does_not_explain_itself(self):
        table = rows("a.h5", "--outcome", "drivers.oil")
        self.assertNotIn("drivers.oil", table)
        self.assertIn("drivers.shallow", table)

    def test_shapley_values_are_the_mean_over_all_orders(self):
        table = rows("a.h5", "--outcome", OUTCOME, "--by", "drivers.oil,drivers.shallow,energy.oil.fields.giant.*")
        factors = {name: self.factors[name] for name in table}
        names, n, p = list(factors), len(self.y), len(every(factors))
        self.assertEqual(len(names), 3)
        value = {s: r2(self.y, [v for i, name in enumerate(names) if s >> i & 1 for v in factors[name]]) for s in range(8)}
        chance = (1 - value[7]) / (n - p - 1)
        weight = {0: 1 / 3, 1: 1 / 6, 2: 1 / 3}
        for i, name in enumerate(names):
            share = sum(weight[bin(s).count("1")] * (value[s | 1 << i] - value[s]) for s in range(8) if not s >> i & 1)
            # of three factors there are six orders, of which the 64 that are drawn are a sample
            spread = max(value[s | 1 << i] - value[s] for s in range(8) if not s >> i & 1) - min(
                value[s | 1 << i] - value[s] for s in range(8) if not s >> i & 1)
            self.assertAlmostEqual(number(table[name], "share"), share - len(factors[name]) * chance, delta=1e-6 + spread / 8)

    def test_a_group_has_the_share_of_its_members_together(self):
        table = rows("a.h5", "--outcome", OUTCOME, "--group", "oil=inputs.energy.oil.*,drivers.oil")
        members = [n for n in self.factors if n.startswith("energy.oil.") or n == "drivers.oil"]
        factors = {"oil": [v for n in members for v in self.factors[n]]}
        factors.update({n: v for n, v in self.factors.items() if n not in members})
        self.check(table, factors, self.y)
        self.assertEqual(table["oil"]["kind"], "group")
        self.assertEqual(table["oil"]["prcc"], "")

    def test_knowledge_and_chance_add_up(self):
        found = json.loads(zhol("sensitivity", "a.h5", "--outcome", OUTCOME, "--json"))["outcomes"][0]
        with h5py.File(f"{WORK.name}/a.h5") as file:
            inputs = labels(file["inputs"], "input")
        known = [v for name in inputs if name in self.factors for v in self.factors[name]]
        n, plain = len(self.y), r2(self.y, known)
        self.assertAlmostEqual(found["knowledge"], plain - (1 - plain) * len(known) / (n - len(known) - 1), delta=1e-5)
        self.assertAlmostEqual(found["knowledge"] + found["unknowable"] + found["left_over"], 1, delta=1e-12)
        self.assertAlmostEqual(found["mean"], self.y.mean(), delta=1e-6 * abs(self.y.mean()))
        self.assertGreater(found["foreseen"], 0.9)

    def test_correlated_inputs_are_one_factor(self):
        text = "extends: two-pipelines\ninputs:\n  correlation:\n    pairs:\n      energy.oil.fields.old.cost/energy.oil.outlets.sea.tariff: 0.9\n"
        (pathlib.Path(WORK.name) / "c.yaml").write_text(text)
        zhol("run", "c.yaml", "--path", SCENARIOS, "-n", 500, "-o", "c.h5")
        table = rows("c.h5", "--outcome", OUTCOME)
        joined = [name for name in table if " + " in name]
        self.assertEqual(joined, ["energy.oil.fields.old.cost + energy.oil.outlets.sea.tariff"])
        self.assertEqual(table[joined[0]]["columns"], "2")

    def test_the_file_the_table_and_json_say_the_same(self):
        table = rows("a.h5", "--outcome", f"{OUTCOME},fiscal.royalty", "-o", "s.h5")
        again = json.loads(zhol("sensitivity", "a.h5", "--outcome", f"{OUTCOME},fiscal.royalty", "--json"))
        by_csv = list(csv.DictReader(io.StringIO(zhol("sensitivity", "a.h5", "--outcome", f"{OUTCOME},fiscal.royalty", "--csv"))))
        with h5py.File(f"{WORK.name}/s.h5") as file:
            group = file["sensitivity"]
            factors, outcomes = labels(group, "factor"), labels(group, "outcome")
            self.assertEqual(outcomes, [OUTCOME, "fiscal.royalty"])
            for row in by_csv:
                i, f = outcomes.index(row["outcome"]), factors.index(row["factor"])
                same = next(x for x in again["outcomes"][i]["factors"] if x["factor"] == row["factor"])
                for name in ("share", "share_low", "share_last", "first_order", "prcc_high", "false_discovery_rate"):
                    if row[name] != "":
                        self.assertEqual(group[name][i, f], float(row[name]))
                        self.assertEqual(same[name], float(row[name]))
            self.assertEqual(group["explained"][1], again["outcomes"][1]["explained"])
            words = shlex.split(file.attrs["history"].decode() if isinstance(file.attrs["history"], bytes) else file.attrs["history"])
        self.assertTrue(table)
        zhol(*words[1:], "-o", "again.h5")
        self.assertEqual((pathlib.Path(WORK.name) / "s.h5").read_bytes(), (pathlib.Path(WORK.name) / "again.h5").read_bytes())

    def test_information_is_worth_what_choosing_by_it_gains(self):
        # The results differ by the cost of one field alone, so that to know it is to know which is better: EVPPI is EVPI.
        words = ("a.h5", "b.h5", "--value-of-information", OUTCOME)
        gain = outcome("b.h5", OUTCOME) - self.y
        worth = numpy.maximum(gain, 0).mean() - max(0, gain.mean())
        table = rows(*words)
        of = {name: [number(row, f"evppi{end}") for end in ("", "_low", "_high")] for name, row in table.items()}
        for name in ("energy.oil.fields.old.cost", "all inputs together"):
            self.assertLessEqual(of[name][1], worth, name)
            self.assertGreaterEqual(of[name][2], worth, name)
            self.assertAlmostEqual(of[name][0], worth, delta=0.1 * worth)
        for name, (_, low, _) in of.items():  # four standard errors, of some twenty that are worth nothing
            if name not in ("energy.oil.fields.old.cost", "all inputs together"):
                self.assertLessEqual(of[name][0], 2 * (of[name][0] - low), name)
        said = json.loads(zhol("sensitivity", *words, "--json"))
        self.assertEqual({x["factor"]: x["evppi"] for x in said["factors"]}, {name: values[0] for name, values in of.items()})
        self.assertAlmostEqual(said["results"][1]["mean"] - said["results"][0]["mean"], gain.mean(), delta=1e-6 * worth)
        self.assertEqual(said["units"], "USD")
        screen = zhol("sensitivity", *words)
        self.assertTrue(all(len(line) <= 80 for line in screen.splitlines()), screen)
        self.assertIn("Without knowing more the best is a.h5.", screen)

    def some(self, path="a.h5"):
        """A condition on a driver and an input of a file, and in which replications it holds."""
        with h5py.File(f"{WORK.name}/{path}") as file:
            cost = file["inputs/value"][labels(file["inputs"], "input").index("energy.oil.fields.old.decline.rate")]
        middle = float(f"{numpy.median(cost):.6g}")
        with h5py.File(f"{WORK.name}/{path}") as file:
            unit = labels(file["inputs"], "units")[labels(file["inputs"], "input").index("energy.oil.fields.old.decline.rate")]
        holds = (outcome(path, "drivers.oil", 2) < 70) & ~(cost > middle)
        return f"drivers.oil@2022 < 70 USD/bbl and not inputs.energy.oil.fields.old.decline.rate > {middle!r} {'' if unit == '1' else unit}".strip(), holds

    @staticmethod
    def within(factors, holds):
        found = {name: [v[holds] for v in values if numpy.ptp(v[holds]) > 0] for name, values in factors.items()}
        return {name: values for name, values in found.items() if values}

    def test_in_some_futures_shares_are_those_of_numpy_of_these_alone(self):
        condition, holds = self.some()
        n = int(holds.sum())
        self.assertTrue(300 < n < REPLICATIONS / 2, n)
        self.check(rows("a.h5", "--outcome", OUTCOME, "--given", condition), self.within(self.factors, holds), self.y[holds])
        screen = zhol("sensitivity", "a.h5", "--outcome", OUTCOME, "--given", condition, "-o", "some.h5")
        self.assertIn(f"over the whole horizon, {n} futures", screen)
        self.assertIn(f"in these futures: {n} of {REPLICATIONS}, where {condition}\n", screen)
        said = json.loads(zhol("sensitivity", "a.h5", "--outcome", OUTCOME, "--given", condition, "--json"))
        self.assertEqual((said["given"], said["given_futures"], said["undecided_futures"], said["outcomes"][0]["futures"]), (condition, n, 0, n))
        self.assertAlmostEqual(said["outcomes"][0]["mean"], self.y[holds].mean(), delta=1e-6 * abs(self.y.mean()))
        with h5py.File(f"{WORK.name}/some.h5") as file:
            self.assertEqual((text(file.attrs["given"]), file.attrs["given_futures"], file.attrs["replications"]), (condition, n, n))
            words = shlex.split(text(file.attrs["history"]))
        zhol(*words[1:], "-o", "some-again.h5")
        self.assertEqual(*((pathlib.Path(WORK.name) / name).read_bytes() for name in ("some.h5", "some-again.h5")))
        self.assertNotIn("given", json.loads(zhol("sensitivity", "a.h5", "--outcome", OUTCOME, "--json")))

    def test_in_some_futures_pairs_are_those_in_which_the_condition_holds_in_the_base(self):
        # what the cost of a field changes, so that the other result has other futures in which it holds
        middle = f"{numpy.median(self.y) / 1e9:.4f}"
        holds, other = (numpy.float32(v) > numpy.float32(float(middle) * 1e9) for v in (self.y, outcome("b.h5", OUTCOME)))
        self.assertTrue((holds != other).any())
        words = ("a.h5", "b.h5", "--outcome", OUTCOME, "--given", f"{OUTCOME} > {middle} GUSD")
        said = json.loads(zhol("sensitivity", *words, "--json"))
        gain = (outcome("b.h5", OUTCOME) - self.y)[holds]
        self.assertEqual((said["given_futures"], said["outcomes"][0]["futures"]), (holds.sum(), holds.sum()))
        self.assertAlmostEqual(said["outcomes"][0]["mean"], gain.mean(), delta=1e-9 * abs(gain).max())
        self.assertAlmostEqual(said["outcomes"][0]["sd"], gain.std(ddof=1), delta=1e-3 * gain.std())
        self.assertIn(f"in these futures: {holds.sum()} of the base (a.h5), where", zhol("sensitivity", *words))

    def test_in_some_futures_information_is_worth_what_choosing_in_these_gains(self):
        condition, holds = self.some()
        words = ("a.h5", "b.h5", "--value-of-information", OUTCOME, "--by", "energy.oil.*", "--given", condition)
        gain = (outcome("b.h5", OUTCOME) - self.y)[holds]
        worth, row = numpy.maximum(gain, 0).mean() - max(0, gain.mean()), rows(*words)["energy.oil.fields.old.cost"]
        self.assertLessEqual(number(row, "evppi_low"), worth)
        self.assertGreaterEqual(number(row, "evppi_high"), worth)
        said = json.loads(zhol("sensitivity", *words, "--json"))
        self.assertEqual((said["given"], said["given_futures"], said["futures"]), (condition, holds.sum(), holds.sum()))
        for result, values in zip(said["results"], (self.y, outcome("b.h5", OUTCOME))):
            self.assertAlmostEqual(result["mean"], values[holds].mean(), delta=1e-6 * abs(values.mean()))
        self.assertIn(f"in these futures: {holds.sum()} of the first result (a.h5), where {condition}\n", zhol("sensitivity", *words))

    def test_a_screen_is_80_columns_and_ends_with_knowledge_and_chance(self):
        for words in (("a.h5",), ("a.h5", "b.h5", "--outcome", OUTCOME), ("a.h5", "--outcome", "fiscal.*", "--group", "all the oil=*oil*")):
            text = zhol("sensitivity", *words)
            self.assertTrue(all(len(line) <= 80 for line in text.splitlines()), text)
            for part in ("what is not known", "what nobody can know", "left over", "error of the simulation"):
                self.assertIn(part, text)
        self.assertLessEqual(len(zhol("sensitivity", "a.h5").splitlines()), 40)

    def test_bad_input_is_refused_in_one_sentence(self):
        zhol("run", SCENARIOS / f"{SCENARIO}.yaml", "-n", 40, "-o", "few.h5")
        zhol("run", SCENARIOS / f"{SCENARIO}.yaml", "-n", REPLICATIONS, "--seed", 5, "-o", "seed.h5")
        zhol("run", SCENARIOS / f"{SCENARIO}.yaml", "-n", REPLICATIONS, "--memory", "16KiB", "--save", "none", "-o", "none.h5")
        for words, status, parts in (
                (("a.h5", "--outcome", "fiscal.totl"), 2, ("no outcome matches 'fiscal.totl'", "did you mean 'fiscal.total'")),
                (("a.h5", "--given", "drivers.oil > 9000 USD/bbl"), 2, ("--given:1:1: error: none of 1500 futures are left; expected at least 30",)),
                (("a.h5", "--given", "drivers.oyl > 9000 USD/bbl"), 2, ("--given:1:1: error: ", "no outcome or input 'drivers.oyl'", "did you mean 'drivers.oil'")),
                (("a.h5", "b.h5", "--value-of-information", OUTCOME, "--given", "drivers.oil > 9000 USD/bbl"), 2, ("none of 1500 futures are left",)),
                (("a.h5", "--given", "drivers.oil >"), 2, ("--given:1:14: error: expected a number",)),
                (("a.h5", "--assumptions", "--given", "drivers.oil > 0"), 2, ("--assumptions is of all futures, and goes without --given",)),
                (("a.h5", "--year", "2019"), 2, ("--year 2019 is not of a.h5",)),
                (("a.h5", "--year", "x"), 2, ("expected a year",)),
                (("a.h5", "--by", "nothing.*"), 2, ("--by 'nothing.*' fits no input",)),
                (("a.h5", "--group", "G=nothing.*"), 2, ("--group 'G' has no member",)),
                (("a.h5", "--group", "G"), 2, ("expected a name and patterns",)),
                (("a.h5", "--csv", "--json"), 2, ("exclude each other",)),
                (("a.h5", "--false-discoveries", "2"), 2, ("between 0 and 1",)),
                (("a.h5", "b.h5", "few.h5"), 2, ("third file",)),
                (("a.h5", "-o", "a.h5"), 2, ("would replace a file that is read",)),
                ((), 2, ("no result file was named",)),
                (("a.h5", "--value-of-information", OUTCOME), 2, ("expected at least two",)),
                (("a.h5", "b.h5", "--value-of-information", OUTCOME, "-o", "v.h5"), 2, ("neither --outcome nor -o",)),
                (("a.h5", "b.h5", "--value-of-information", "fiscal.totl"), 2, ("did you mean 'fiscal.total'",)),
                (("a.h5", "b.h5", "--value-of-information", "drivers.oil"), 2, ("neither more nor less of drivers.oil",)),
                (("few.h5", "few.h5", "--value-of-information", OUTCOME), 4, ("expected at least",)),
                (("a.h5", "seed.h5"), 4, ("have different seeds", "the seed of the other")),
                (("a.h5", "a.h5"), 4, ("there is nothing to decide",)),
                (("few.h5",), 4, ("has 40 replications", "expected at least")),
                (("none.h5", "--outcome", OUTCOME), 4, ("holds no samples", "zhol run", "--save 'fiscal.total,drivers.*,events.*,regimes.*'")),
                (("nowhere.h5",), 4, ("No such file",))):
            text = zhol("sensitivity", *words, expect=status)
            for part in parts:
                self.assertIn(part, text, words)


WORK = tempfile.TemporaryDirectory()
if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
