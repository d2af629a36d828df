#!/usr/bin/env python3
"""Workbooks of show, compare and rank: their numbers are those of --json, their formats show the digits that errors justify, nothing in
them is a formula, LibreOffice reads them, equal commands give equal bytes, and a file is there whole or not at all.

Usage: spreadsheet.py ZHOL SCENARIOS
"""
import csv
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree
import zipfile

import h5py
import numpy

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import reseal

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
Z = 1.959963984540054
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SETTINGS = ["--set", "run.home=south", "--set", "outcomes={thresholds: {dear: {outcome: drivers.oil, above: 95 USD/bbl}}}"]
FACTOR = {"G": 1e9, "M": 1e6, "k": 1e3}
ERROR = "Error of the simulation, 95 %: "


class Workbook:
    """The sheets of a file: by name, rows of cells; a cell is None, a text or a number. `format` is of the same shape."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        tree = {name: xml.etree.ElementTree.fromstring(text) for name, text in self.parts.items()}
        strings = ["".join(part.text or "" for part in item.iter(MAIN + "t")) for item in tree["xl/sharedStrings.xml"]]
        strings = [re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), text) for text in strings]
        codes = {item.get("numFmtId"): item.get("formatCode") for item in tree["xl/styles.xml"].iter(MAIN + "numFmt")}
        codes.update({"0": "General", "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%"})
        formats = [codes[item.get("numFmtId")] for item in tree["xl/styles.xml"].find(MAIN + "cellXfs")]
        target = {item.get("Id"): item.get("Target") for item in tree["xl/_rels/workbook.xml.rels"]}
        self.sheet, self.format, self.tree = {}, {}, {}
        for item in tree["xl/workbook.xml"].iter(MAIN + "sheet"):
            sheet = self.tree[item.get("name")] = tree["xl/" + target[item.get(RELATION)]]
            rows, shown = self.sheet.setdefault(item.get("name"), []), self.format.setdefault(item.get("name"), [])
            for row in sheet.iter(MAIN + "row"):
                while len(rows) < int(row.get("r")):
                    rows.append([]), shown.append([])
                for cell in row:
                    column = 0
                    for letter in re.match("[A-Z]+", cell.get("r"))[0]:
                        column = 26 * column + ord(letter) - 64
                    for cells, value in ((rows, self.value(cell, strings)), (shown, formats[int(cell.get("s", 0))])):
                        cells[-1].extend([None] * (column - len(cells[-1])))
                        cells[-1][column - 1] = value

    @staticmethod
    def value(cell, strings):
        text = cell.findtext(MAIN + "v")
        return None if text is None else strings[int(text)] if cell.get("t") == "s" else float(text)

    def head(self, name):
        """The row of the table's column names: the last that stays in view."""
        return int(self.tree[name].find(f".//{MAIN}pane").get("ySplit")) - 1

    def names(self, name):
        """Of the columns; those of an interval are told apart by what they are of."""
        names, of = [], None
        for title in self.sheet[name][self.head(name)]:
            if title.startswith("Error of the simulation"):
                names.append(f"{of}: {title[-4:].strip(': ')}")
            else:
                of = title
                names.append(title)
        return names

    def table(self, name, cells=None):
        names = self.names(name)
        rows = (cells or self.sheet[name])[self.head(name) + 1:]
        return [dict(zip(names, row + [None] * (len(names) - len(row)))) for row in rows]

    def formats(self, name):
        return self.table(name, self.format[name])

    def texts(self, name):
        return "\n".join(str(cell) for row in self.sheet[name] for cell in row if cell is not None)


def factor(shown, unit):
    """What a number in one unit is to be multiplied with to be in the other."""
    if shown in ("%", "% points"):
        return 0.01
    if (shown or "1") == unit:
        return 1.0
    if shown.startswith("bcm"):
        return 1e6
    if unit.startswith("k"):
        return FACTOR[shown[0]] / 1e3
    return FACTOR[shown[0]]


def decimals(code):
    return len(code.rstrip("%").partition(".")[2])


class Spreadsheets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        run = ["run", str(SCENARIOS / "minimal.yaml"), "-n", "400", "--progress", "none", *SETTINGS]
        cls.zhol(*run, "-o", "base.h5", "--save", "*")
        for name, tariff in (("free", "0"), ("low", "4.9 %"), ("gamble", "uniform(0 12) %")):
            cls.zhol(*run, "-o", f"{name}.h5", "--save", "*", "--set", f"flows.grain-south.tariff={tariff}")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def zhol(cls, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=cls.folder, capture_output=True, text=True)
        if run.returncode != status:
            raise AssertionError(f"{words}: {run.returncode}\n{run.stderr}{run.stdout}")
        return run

    def book(self, *words, name="book.xlsx"):
        self.zhol(*words, "--xlsx", name, "--force")
        return Workbook(self.folder / name)

    def told(self, *words):
        return json.loads(self.zhol(*words, "--json").stdout)

    def assert_number(self, cell, scale, number, what=None):
        """A cell holds 16 digits of the number, which was divided once; null is empty."""
        if number is None:
            self.assertIsNone(cell, what)
        else:
            self.assertIsNotNone(cell, what)
            self.assertLessEqual(abs(cell * scale - number), 4e-15 * abs(number), what)

    def assert_interval(self, row, name, scale, mean, low, high):
        for title, number in ((name, mean), (name + ": from", low), (name + ": to", high)):
            self.assert_number(row[title], scale, number, title)

    # ---- show ----

    def assert_values(self, row, said, quantiles):
        scale = factor(row["Unit"], said["units"])
        self.assertEqual((row["Outcome"], row["Title"]), (said["outcome"], said["title"]))
        if said["outcome"].startswith("thresholds.") and "first" not in said["outcome"]:
            p, low, high = said["probability"], said["probability_low"], said["probability_high"]
            self.assertEqual(row["Remark"], "a probability")
            self.assertIsNone(row["Range of futures: 5 %"])
        else:
            p, half = said["mean"], None if said["standard_error"] is None else Z * said["standard_error"]
            low, high = (None, None) if p is None else (p - half, p + half)
            for at, number in zip(quantiles, said["quantile_estimate"]):
                self.assert_number(row[f"Range of futures: {100 * at:.4g} %"], scale, number)
        self.assertLess(abs(row["Mean, or probability"] * scale - p), 4e-15 * abs(p) + 1e-300)
        for title, number in ((": from", low), (": to", high)):  # of a difference of near numbers
            self.assertLess(abs(row["Mean, or probability" + title] * scale - number), 1e-14 * (abs(p) + abs(number)) + 1e-300)

    def test_every_number_of_every_year_is_that_of_json(self):
        said = self.told("show", "base.h5", "*")
        of = {(row["outcome"], row.get("year", "horizon")): row for row in said["statistics"]}
        book = self.book("show", "base.h5", "*")
        self.assertEqual(list(book.sheet), ["By year", "Tails", "Notes", "Provenance"])
        rows = book.table("By year")
        self.assertEqual({(row["Outcome"], row["Year"]) for row in rows}, set(of))
        self.assertEqual(len(rows), len(of))
        passages = 0
        for row in rows:
            here = of[row["Outcome"], row["Year"]]
            if here["count"] == 0:
                self.assertEqual((row["Remark"], row["Mean, or probability"]), ("in no future", None))
                continue
            self.assert_values(row, here, said["quantile"])
            if "first-passage" in row["Outcome"]:
                passages += 1
                for title, name in (("", "probability"), (": error, 95 %: from", "probability_low"), (": error, 95 %: to", "probability_high")):
                    self.assert_number(row["Futures with a value" + title], 1.0, here[name])
        self.assertGreater(passages, 5)

    def test_tails_have_the_means_of_json_and_their_errors(self):
        said = self.told("show", "base.h5", "drivers.*")
        of = {(row["outcome"], row.get("year", "horizon")): row for row in said["statistics"]}
        rows = self.book("show", "base.h5", "drivers.*").table("Tails")
        self.assertEqual(len(rows), len(of))
        self.assertGreater(len(said["level"]), 0)
        for row in rows:
            here = of[row["Outcome"], row["Year"]]
            scale = factor(row["Unit"], here["units"])
            for part, end in (("least", "lower"), ("greatest", "upper")):
                for level, mean, error in zip(said["level"], here["cvar"][end], here["cvar_standard_error"][end]):
                    name = f"Mean of the {part} {100 * (1 - level):.3g} % of futures"
                    self.assert_number(row[name], scale, mean)
                    self.assertAlmostEqual(row[name + ": to"] * scale, mean + Z * error, delta=1e-13 * abs(mean))

    def test_the_overview_is_of_the_year_that_show_prints(self):
        for words, year in ((["--year", "2024"], 2024), ([], 2029)):
            book = self.book("show", "base.h5", *words)
            self.assertEqual(list(book.sheet), [f"Overview {year}", *([] if words else ["By year"]), "Notes", "Provenance"])
            printed = self.zhol("show", "base.h5", "--names", *words).stdout
            of = {row["outcome"]: row for row in self.told("show", "base.h5", "*", "--year", str(year))["statistics"]}
            rows = book.table(f"Overview {year}")
            self.assertGreater(len(rows), 4)
            for row in rows:
                if row["Year"] == "horizon":
                    continue
                self.assertEqual(row["Year"], year)
                self.assert_values(row, of[row["Outcome"]], [0.05, 0.25, 0.5, 0.75, 0.95])
                name = row["Outcome"].split(".", 1)[1]
                line = next(line for line in printed.splitlines() if re.match(rf"  (\w+\.)?{re.escape(name)} ", line))
                mean = re.search(r" (-?[0-9.]+) ±? ", line)[1]  # with the digits that its error justifies
                digits = len(mean.partition(".")[2])
                self.assertEqual(float(mean), round(row["Mean, or probability"], digits))

    def test_formats_show_the_digits_that_errors_justify(self):
        book = self.book("show", "base.h5", "*")
        seen = set()
        for row, code in zip(book.table("By year"), book.formats("By year")):
            mean, low, high = (row["Mean, or probability" + end] for end in ("", ": from", ": to"))
            if mean is None or mean == 0.0 or high == low:
                continue
            expected = min(12, max(0, 1 - math.floor(math.log10(0.5 * (high - low)))))
            for end in ("", ": from"):
                if row["Mean, or probability" + end] != 0.0:
                    self.assertEqual(decimals(code["Mean, or probability" + end]), expected, row)
            seen.add(expected)
        self.assertGreater(len(seen), 2)

    def test_the_futures_of_a_condition_are_told_on_every_sheet_and_their_numbers_are_those_of_json(self):
        words = ["show", "base.h5", "drivers.*", "--given", "drivers.oil@2025 < 55 USD/bbl"]
        said = self.told(*words)
        book = self.book(*words)
        line = f"in these futures: {said['futures']} of 400, where drivers.oil@2025 < 55 USD/bbl"
        for name in ("By year", "Tails", "Notes"):
            self.assertIn(line, book.texts(name))
        self.assertIn("drivers.oil@2025 < 55 USD/bbl", book.texts("Provenance"))
        of = {(row["outcome"], row.get("year", "horizon")): row for row in said["statistics"]}
        for row in book.table("By year"):
            self.assert_values(row, of[row["Outcome"], row["Year"]], said["quantile"])

    def test_what_has_no_samples_is_empty_and_says_so(self):
        self.zhol("run", str(SCENARIOS / "minimal.yaml"), "-n", "300", "--progress", "none", "-o", "few.h5", "--save", "drivers.oil", "--force")
        book = self.book("show", "few.h5", "drivers.*", "--given", "drivers.oil < 60 USD/bbl")
        without = [row for row in book.table("By year") if row["Outcome"] == "drivers.gdp" and row["Year"] != "horizon"]
        self.assertEqual(len(without), 10)
        for row in without:
            self.assertRegex(row["Remark"], "no samples of it in the file")
            self.assertIsNone(row["Mean, or probability"])

    # ---- compare ----

    def assert_differences(self, rows, said):
        of = {(row["variant"], row["outcome"], row.get("year", "horizon")): row for row in said["differences"]}
        self.assertGreater(len(rows), 0)
        for row in rows:
            here = of[row["Variant"], row["Outcome"], row["Year"]]
            scale = factor(row["Unit"], here["units"])
            self.assertEqual(row["Better is"], here["better"])
            self.assert_interval(row, "Mean difference, variant less base", scale, *(here["mean_difference" + end] for end in ("", "_low", "_high")))
            self.assert_interval(row, "Better in (share of futures)", 1.0, *(here["share_better" + end] for end in ("", "_low", "_high")))
            self.assert_number(row["Same in (share of futures)"], 1.0, here["share_same"])
            for at, number in zip(said["quantile"], here["quantile_estimate"]):
                self.assert_number(row[f"Range of futures of the difference: {100 * at:.4g} %"], scale, number)
        return of

    def test_differences_are_those_of_json(self):
        words = ["compare", "base.h5", "free.h5", "gamble.h5", "--outcome", "fiscal.*,flows.*,drivers.oil", "--less", "flows.*.surplus"]
        said = self.told(*words)
        book = self.book(*words, "--years")
        self.assertEqual(list(book.sheet), ["Differences", "By year", "Means and pairs", "Quantiles and tails", "Notes", "Provenance"])
        horizon, years = book.table("Differences"), book.table("By year")
        of = self.assert_differences(horizon, said)
        self.assert_differences(years, said)
        self.assertEqual(len(horizon) + len(years), len(of))
        self.assertEqual({row["Remark"] for row in horizon if row["Outcome"] == "drivers.oil"}, {"no difference in any future"})
        for row in book.table("Means and pairs"):
            here = of[row["Variant"], row["Outcome"], row["Year"]]
            self.assert_number(row["Mean of the base"], factor(row["Unit"], here["units"]), here["base_mean"])
            self.assert_number(row["Mean of the variant"], factor(row["Unit"], here["units"]), here["variant_mean"])
        for row in book.table("Quantiles and tails"):
            here = of[row["Variant"], row["Outcome"], row["Year"]]
            scale = factor(row["Unit"], here["units"])
            for k, at in enumerate(said["quantile"]):
                self.assert_interval(row, f"Difference of the {100 * at:.4g} % quantiles", scale,
                                     *(here["quantile_difference" + end][k] for end in ("", "_low", "_high")))

    def test_one_year_dominance_and_regret_have_their_sheets(self):
        book = self.book("compare", "base.h5", "free.h5", "low.h5", "--year", "2024", "--outcome", "fiscal.total", "--dominance")
        self.assertEqual({row["Year"] for row in book.table("Differences")}, {2024.0})
        self.assertNotIn("By year", book.sheet)
        book = self.book("compare", "base.h5", "free.h5", "low.h5", "--outcome", "fiscal.total", "--dominance", "--regret", "fiscal.total")
        said = {row["variant"]: row for row in self.told("compare", "base.h5", "free.h5", "low.h5", "--outcome", "fiscal.total")["differences"]
                if row["period"] == "horizon"}
        words = {-1: "no", 0: "undecided", 1: "yes"}
        for row in book.table("Dominance"):
            self.assertEqual(row["The variant dominates, first order"], words[said[row["Variant"]]["dominance_first"]])
        regret = {row["Policy"]: row for row in book.table("Regret")}
        self.assertEqual(set(regret), {"base", "free", "low"})
        ranked = self.told("rank", "base.h5", "free.h5", "low.h5", "--outcome", "fiscal.total")["choices"][0]["policies"]
        for policy in ranked:
            row = regret[policy["policy"]]
            scale = factor(row["Unit"], "USD")
            self.assertAlmostEqual(row["Mean regret"] * scale, policy["regret"], delta=1e-9 * abs(policy["regret"]) + 1e-9)

    # ---- rank ----

    def test_rankings_are_those_of_json(self):
        words = ["rank", "base.h5", "free.h5", "low.h5", "gamble.h5", "--outcome", "fiscal.total,flows.grain-south.surplus"]
        said = self.told(*words)
        book = self.book(*words, "--margin", "fiscal.total=1 MUSD")
        self.assertEqual(list(book.sheet), ["Best by world", "Policies", "Joint intervals", "Regret", "Fronts", "What decides", "Notes", "Provenance"])
        units = {row["outcome"]: row["units"] for row in said["outcomes"]}
        of = {choice["outcome"]: choice for choice in said["choices"]}
        cells = {(choice["outcome"], policy["policy"]): policy for choice in said["choices"] for policy in choice["policies"]}
        verdicts = {-1: "worse", 0: "not separable", 1: "within the margin", 2: "best"}
        fronts = {-1: "beaten, surely", 0: "beaten, by the means", 1: "on the front"}
        for row in book.table("Best by world"):
            scale, choice = factor(row["Unit"], units[row["Outcome"]]), of[row["Outcome"]]
            best = cells[row["Outcome"], row["Best on average"]]
            self.assertEqual(row["Best on average"], choice["best"])
            self.assertAlmostEqual(-row["Ahead of the next by"] * scale, best["behind"], delta=1e-14 * abs(best["behind"]))
            self.assert_interval(row, "Value of perfect information", scale, *(choice["perfect_information" + end] for end in ("", "_low", "_high")))
            self.assert_number(row["Sure to be the best on average"], 1.0, best["confidence_best_mean"])
        rows = book.table("Policies")
        self.assertEqual([(row["Outcome"], row["Policy"]) for row in rows],
                         sorted(cells, key=lambda key: (list(of).index(key[0]), cells[key]["rank_of_mean"])))
        for row in rows:
            here, scale = cells[row["Outcome"], row["Policy"]], factor(row["Unit"], units[row["Outcome"]])
            self.assert_number(row["Mean"], scale, here["mean"])
            self.assertEqual([row["Rank by the mean"], row["Least rank that is possible"], row["Greatest rank that is possible"]],
                             [here["rank_of_mean"], here["rank_low"], here["rank_high"]])
            self.assert_interval(row, "Best in (share of futures)", 1.0, *(here["probability_best" + end] for end in ("", "_low", "_high")))
            if row["Outcome"] != "fiscal.total":  # which has a margin
                self.assertEqual(row["What the joint intervals say"], verdicts[here["verdict"]])
        for row in book.table("Regret"):
            here, scale = cells[row["Outcome"], row["Policy"]], factor(row["Unit"], units[row["Outcome"]])
            self.assert_number(row["Mean regret"], scale, here["regret"])
            self.assert_number(row["95th percentile of the regret"], scale, here["regret_p95"])
        for row in book.table("Fronts"):
            self.assertEqual(row["On the front"], fronts[cells["fiscal.total", row["Policy"]]["pareto"]])
        for outcome, choice in of.items():  # the lead is the difference of two results, which `sensitivity` explains
            rows = [row for row in book.table("What decides") if row["Outcome"] == outcome]
            self.assertEqual({row["Best on average"] for row in rows}, {choice["best"]})
            case, = self.told("sensitivity", f"{rows[0]['Next']}.h5", f"{choice['best']}.h5", "--outcome", outcome)["outcomes"]
            beyond = sorted((f for f in case["factors"] if f["false_discovery_rate"] <= 0.05), key=lambda f: -f["share"])[:3]
            self.assertEqual([row["What decides"] for row in rows], [f["factor"] for f in beyond] + ["left over"])
            for row, factors in zip(rows, beyond):
                self.assert_number(row["Share of the variance"], 1.0, factors["share"])
            self.assert_number(rows[-1]["Share of the variance"], 1.0, case["left_over"])
        gains = {(row["Outcome"], row["Policy"], row["Other policy"]): row for row in book.table("Joint intervals")}
        self.assertEqual(len(gains), 2 * 4 * 3)
        for (outcome, one, other), row in gains.items():
            self.assertEqual(row["Better than the other by"], -gains[outcome, other, one]["Better than the other by"])

    # ---- what it says of itself ----

    def test_provenance_says_all_that_makes_it_again(self):
        with h5py.File(self.folder / "base.h5") as file:
            attributes = {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in file.attrs.items()}
        for words, files in ((["show", "base.h5"], ["base.h5"]), (["compare", "base.h5", "free.h5"], ["base.h5", "free.h5"]),
                             (["rank", "base.h5", "low.h5"], ["base.h5", "low.h5"])):
            said = self.book(*words).texts("Provenance")
            self.assertIn(f"zhol {' '.join(words)} --xlsx book.xlsx --force", said)
            for name in ("title", "content_sha256", "seed", "prices", "arithmetic", "rng", "source", "history"):
                self.assertIn(attributes[name], said, name)
            for name in files:
                with h5py.File(self.folder / name) as file:
                    self.assertIn(file.attrs["content_sha256"].decode(), said)
            self.assertIn("Invalid replications", said)

    def test_notes_name_both_kinds_of_interval_and_warnings(self):
        shutil.copy(self.folder / "base.h5", self.folder / "warned.h5")
        with h5py.File(self.folder / "warned.h5", "r+") as file:
            file.attrs["warnings"] = numpy.bytes_("the first of them\nthe second of them")
        reseal(self.folder / "warned.h5")
        book = self.book("show", "warned.h5")
        for text in ("Range of futures: what may happen", "Error of the simulation, 95 %: how well", "the first of them", "the second of them"):
            self.assertIn(text, book.texts("Notes"))
        self.assertIn("the second of them", book.texts("Provenance"))

    def test_heads_stay_in_view_and_columns_have_widths(self):
        for words in (["show", "base.h5", "drivers.*"], ["compare", "base.h5", "free.h5"], ["rank", "base.h5", "free.h5"]):
            book = self.book(*words)
            for name in set(book.sheet) - {"Notes", "Provenance"}:
                self.assertEqual(book.tree[name].find(f".//{MAIN}pane").get("state"), "frozen")
                columns = len(book.sheet[name][book.head(name)])
                self.assertEqual(len(book.tree[name].findall(f".//{MAIN}col")), columns)
                self.assertIsNotNone(book.tree[name].find(MAIN + "autoFilter"))

    # ---- texts of others ----

    def titled(self, title, name="hostile.h5"):
        shutil.copy(self.folder / "base.h5", self.folder / name)
        with h5py.File(self.folder / name, "r+") as file:
            file.attrs["title"] = numpy.bytes_(title.encode())
        reseal(self.folder / name)
        return name

    def test_no_text_is_a_formula_or_a_link(self):
        for title in ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.org","x")', "=cmd|'/c calc'!A0", "http://example.org", "<v>&amp;</v>",
                      "_x0041_ is not A", "internal:Sheet1!A1", "Ақтау — «порт»", "'=1"):
            book = self.book("show", self.titled(title))
            self.assertEqual(book.sheet["Overview 2029"][0][0], title)
            self.assertIn(title, book.texts("Provenance"))
            for name, part in book.parts.items():
                if name.startswith("xl/worksheets/"):
                    self.assertNotRegex(part, b"<f[ >/]|hyperlink")
                    self.assertNotIn(b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"', part)

    def test_what_xml_cannot_hold_is_replaced(self):
        book = self.book("show", self.titled("not\ufffe a \uffff character"))
        self.assertEqual(book.sheet["Overview 2029"][0][0], "not\ufffd a \ufffd character")

    def test_a_text_longer_than_a_cell_is_cut_with_a_word(self):
        for title, kept in (("ж" * 40000, 32767), ("😀" * 20000, 32766), ("x" * 32767, None)):
            text = self.book("show", self.titled(title)).sheet["Overview 2029"][0][0]
            if kept is None:
                self.assertEqual(text, title)
                continue
            self.assertTrue(text.endswith(" ... (cut here: a cell holds 32,767 characters)"), text[-60:])
            self.assertTrue(title.startswith(text[:100]))
            units = len(text.encode("utf-16-le")) // 2
            self.assertTrue(kept - 1 <= units <= 32767, units)

    # ---- bytes and files ----

    def test_equal_commands_give_equal_bytes_at_another_time(self):
        commands = (["show", "base.h5", "drivers.*"], ["compare", "base.h5", "free.h5"], ["rank", "base.h5", "free.h5"])
        first = []
        for words in commands:
            self.zhol(*words, "--xlsx", "same.xlsx")
            first.append((self.folder / "same.xlsx").read_bytes())
            (self.folder / "same.xlsx").unlink()
        time.sleep(2.1)  # archives count in steps of two seconds
        for words, bytes_then in zip(commands, first):
            self.zhol(*words, "--xlsx", "same.xlsx")
            self.assertEqual((self.folder / "same.xlsx").read_bytes(), bytes_then)
            (self.folder / "same.xlsx").unlink()

    def test_what_must_not_be_replaced_is_refused_in_one_sentence(self):
        (self.folder / "there.xlsx").write_text("mine")
        (self.folder / "folder").mkdir(exist_ok=True)
        cases = [("there.xlsx", [], 2, "is there already; use --force"), ("base.h5", ["--force"], 2, "would replace a file that is read"),
                 ("folder", ["--force"], 2, "is a folder"), ("/dev/full", ["--force"], 2, "is a pipe or device"), ("no/where.xlsx", [], 1, "cannot be written")]
        for words in (["show", "base.h5"], ["compare", "base.h5", "free.h5"], ["rank", "base.h5", "free.h5"]):
            for path, more, status, pattern in cases:
                run = self.zhol(*words, "--xlsx", path, *more, status=status)
                self.assertEqual((run.stdout, len(run.stderr.strip().splitlines())), ("", 1), run.stderr)
                self.assertRegex(run.stderr, pattern)
        self.assertEqual((self.folder / "there.xlsx").read_text(), "mine")
        for words in (["show", "base.h5", "--list"], ["show", "base.h5", "--futures", "--given", "drivers.oil < 60 USD/bbl"],
                      ["compare", "--list", "base.h5"], ["compare", "base.h5", "free.h5", "-o", "x.xlsx"], ["rank", "base.h5", "free.h5", "-o", "x.xlsx"]):
            self.zhol(*words, "--xlsx", "x.xlsx", status=2)
        self.assertFalse((self.folder / "x.xlsx").exists())

    def test_force_replaces_what_is_there(self):
        (self.folder / "old.xlsx").write_text("old")
        self.assertIn("Notes", self.book("show", "base.h5", name="old.xlsx").sheet)

    @unittest.skipIf(os.environ.get("ZHOL_SANITIZER") == "thread", "the limit stops ThreadSanitizer itself")
    def test_a_disk_that_fills_at_any_stage_leaves_what_was_there(self):
        self.zhol("show", "base.h5", "*", "--xlsx", "whole.xlsx")
        most = max(len(part) for part in Workbook(self.folder / "whole.xlsx").parts.values())
        place = self.folder / "full"
        place.mkdir()
        (place / "old.xlsx").write_text("old")
        for limit in range(0, most // 1024, max(1, most // 1024 // 12)):
            for name in ("full/new.xlsx", "full/old.xlsx"):
                script = f'ulimit -f {limit}; trap "" XFSZ; exec "$0" show base.h5 "*" --force --xlsx "$1" | cat >/dev/null; exit "${{PIPESTATUS[0]}}"'
                run = subprocess.run(["bash", "-c", script, ZHOL, name], cwd=self.folder, capture_output=True, text=True)
                self.assertEqual(run.returncode, 1, f"{limit} KiB: {run.stderr}")
                self.assertRegex(run.stderr, rf"\Azhol: error: {name} cannot be written: [^\n]+\n\Z", f"{limit} KiB")
            self.assertEqual([path.name for path in place.iterdir()], ["old.xlsx"], f"{limit} KiB")
            self.assertEqual((place / "old.xlsx").read_text(), "old")

    # ---- LibreOffice ----

    @unittest.skipIf(shutil.which("soffice") is None, "libreoffice-calc-nogui is missing")
    def test_libreoffice_reads_the_same_numbers_and_no_error(self):
        office = self.folder / "office"
        office.mkdir()
        self.titled("=1+1", "office.h5")
        books = {"show": self.book("show", "office.h5", "*", name="office/show.xlsx"),
                 "compare": self.book("compare", "base.h5", "free.h5", name="office/compare.xlsx"),
                 "rank": self.book("rank", "base.h5", "free.h5", "low.h5", "--outcome", "fiscal.*,flows.*.surplus", "--maximise", "fiscal.*", name="office/rank.xlsx")}
        # separated by commas, in quotes, UTF-8, numbers as they are, all sheets
        subprocess.run(["soffice", f"-env:UserInstallation=file://{office}/profile", "--headless", "--convert-to",
                        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1", "--outdir", "csv",
                        *(f"{name}.xlsx" for name in books)], cwd=office, check=True, capture_output=True, timeout=300)
        numbers = 0
        for name, book in books.items():
            for sheet, rows in book.sheet.items():
                with open(office / "csv" / f"{name}-{sheet}.csv", newline="", encoding="utf-8") as file:
                    read = list(csv.reader(file))
                for row, cells in zip(rows, read):
                    for cell, text in zip(row, cells):
                        self.assertNotRegex(text, r"^(Err:\d+|#[A-Z/0!]+[?!]?)$")
                        if isinstance(cell, float):
                            numbers += 1
                            if text.endswith("%"):  # of which two decimals are written
                                self.assertAlmostEqual(float(text[:-1]) / 100, cell, delta=0.51e-4)
                            else:
                                self.assertLessEqual(abs(float(text) - cell), 1e-14 * abs(cell), (name, sheet, cell, text))
                        elif cell is not None:
                            self.assertEqual(text, cell)
        self.assertGreater(numbers, 2000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
