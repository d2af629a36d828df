#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both baselines of Kazakhstan, month by month: what goes in comes out, and stocks follow from flows; that of 2025 begins with what was published.

Usage: baselines.py ZHOL SCENARIOS
"""
import csv
import functools
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy
import yaml

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
IDENTITY = 1e-9  # of the greatest part
REPLICATIONS = (0, 5, 31)
BASELINES = {"kazakhstan-2019": 240, "kazakhstan-2025": 120}


def merged(base, over):
    """The tree of a file on that of its parent, as `extends` has it."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


@functools.cache
def tree(name):
    base = yaml.load((SCENARIOS / "kazakhstan-2019.yaml").read_text(), yaml.CSafeLoader)
    return base if name == "kazakhstan-2019" else merged(base, yaml.load((SCENARIOS / f"{name}.yaml").read_text(), yaml.CSafeLoader))


class Baselines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.months = {}
        for name, months in BASELINES.items():
            result = f"{cls.temporary.name}/{name}.h5"
            subprocess.run([ZHOL, "run", SCENARIOS / f"{name}.yaml", "-n", "32", "--progress", "none", "-o", result], check=True, capture_output=True)
            for replication in REPLICATIONS:
                table = f"{cls.temporary.name}/{name}-{replication}.csv"
                subprocess.run([ZHOL, "replay", result, "-r", str(replication), "-o", table], check=True, capture_output=True)
                with open(table, newline="") as file:
                    heads, *rows = csv.reader(file)
                assert len(rows) == months, (name, len(rows))
                columns = {head.split(" ")[0]: numpy.array([float(row[i] or "nan") for row in rows]) for i, head in enumerate(heads) if i > 0}
                cls.months[name, replication] = columns

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def each(self):
        return [(name, columns) for (name, _), columns in self.months.items()]

    def same(self, got, expected, scale):
        numpy.testing.assert_array_less(abs(got - expected), IDENTITY * numpy.maximum(scale, 1.0))

    def test_the_fund_is_what_it_was_with_its_return_and_receipts_less_what_it_gave(self):
        """Its return is one number a future, so the factor from month to month is a constant."""
        for _, x in self.each():
            self.same(x["fund.receipts"], x["fiscal.royalty"] + x["fiscal.profit-tax"], x["fund.receipts"])
            factor = (x["fund.balance"][1:] - (x["fund.receipts"] - x["fund.transfer"])[1:] / 12) / x["fund.balance"][:-1]
            self.same(factor, factor.mean(), 1.0)
            self.assertGreater(factor.mean(), 0.98 ** (1 / 12))
            self.assertLess(factor.mean(), 1.06 ** (1 / 12) + IDENTITY)

    def test_debt_is_what_it_was_with_its_interest_less_the_balance_of_the_budget(self):
        for _, x in self.each():
            factor = (x["debt.balance"][1:] + x["budget.balance"][1:] / 12) / x["debt.balance"][:-1]
            self.same(factor, factor.mean(), x["debt.balance"].max() / abs(x["debt.balance"]).min())
            product = x["debt.balance"] / x["debt.ratio"] / x["drivers.gdp-kz"]
            self.same(product, product.mean(), product)

    def test_revenue_is_the_sum_of_its_lines(self):
        for _, x in self.each():
            lines = sum(x[f"fiscal.{line}"] for line in ("duty", "royalty", "profit-tax", "fees", "import-duty"))
            spent = sum(x[f"fiscal.{line}"] for line in ("investment", "upkeep", "debt-service"))
            self.same(x["fiscal.total"], lines - spent, lines)
            self.assertEqual(abs(spent).max(), 0.0)  # nothing is adopted

    def test_what_is_produced_is_sold_held_back_or_finds_no_way(self):
        for _, x in self.each():
            for commodity in ("oil", "gas"):
                head = f"energy.{commodity}."
                fields = sum(value for path, value in x.items() if path.startswith(head + "fields.") and path.endswith(".production"))
                sold = sum(value for path, value in x.items() if path.startswith(head + "outlets.") and path.endswith(".volume") and "transit" not in path)
                self.same(x[head + "production"], fields, fields)
                self.same(x[head + "production"], sold + x[head + "shut-in"] + x.get(head + "held-back", 0), fields)

    def test_a_corridor_is_the_sum_of_its_routes(self):
        for name, x in self.each():
            corridors = tree(name)["outcomes"]["corridors"]
            for corridor in ("dostyk", "transit"):
                for commodity in ("container", "bulk"):
                    routes = [f"routes.{route}.volume" for route in corridors[corridor] if tree(name)["flows"][route.split(".")[0]]["commodity"] == commodity]
                    self.assertGreater(len(routes), 0)
                    total = sum(x[route] for route in routes)
                    self.same(x[f"corridors.{corridor}.{commodity}"], total, total)

    def test_2025_begins_with_what_was_published_of_it(self):
        """Modes of the base year beside figures of 2025, each within the class of hindcast.md that the file names: 5 % or 15 %."""
        scenario = tree("kazakhstan-2025")

        def mode(text):
            words = str(text).split("(")[-1].split(")")[0].split()
            return float(words[1] if str(text).startswith(("triangular", "pert")) else words[0])

        def boxes(route):
            flow = scenario["flows"][route.split(".")[0]]
            return mode(flow["volume"]) * mode(flow["routes"][route.split(".")[1]]["share"]) / 100
        outlets, fields = scenario["energy"]["oil"]["outlets"], scenario["energy"]["oil"]["fields"]
        with open(SCENARIOS / "observed/kazakhstan.csv", newline="") as file:
            published = {row["outcome"]: float(row["value"]) for row in csv.DictReader(file) if row["year"] == "2025" and row["unit"] in ("Mt/yr", "kTEU/yr")}
        northern = sum(boxes(route) for route in scenario["outcomes"]["corridors"]["northern"])
        for path, got, width in (("corridors.northern.container", northern, 0.05),
                                 ("energy.oil.production", sum(mode(field["rate"]) for field in fields.values()), 0.05),
                                 ("energy.oil.outlets.europe-samara.volume", mode(outlets["europe-samara"]["term"][2025]), 0.05),
                                 ("energy.oil.outlets.europe-makhachkala.volume", mode(outlets["europe-makhachkala"]["term"]), 0.05),
                                 ("energy.oil.outlets.europe-btc.volume", mode(outlets["europe-btc"]["term"]["2025-07"]), 0.15),
                                 ("energy.oil.outlets.china.volume", mode(outlets["china"]["term"]), 0.15),
                                 ("energy.oil.outlets.russia-transit.volume", mode(outlets["russia-transit"]["volume"]), 0.05),
                                 ("energy.oil.outlets.refinery-west.volume,energy.oil.outlets.refinery-east.volume",
                                  mode(outlets["refinery-west"]["demand"]) + mode(outlets["refinery-east"]["demand"]), 0.05)):
            self.assertLess(abs(got / published[path] - 1), width, path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
