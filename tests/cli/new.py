#!/usr/bin/env python3
"""`zhol new`: what it writes checks without a warning and runs, routes and shares are those of another computation, and whatever is
wrong in a table is said at its place.

Usage: new.py ZHOL SCENARIOS
"""
import json
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

ZHOL = os.path.abspath(sys.argv[1])
FLOWS = """origin,destination,cargo,volume (kt/yr),source
Mombasa,Kampala,goods,6000,Customs 2023
Dar es Salaam,Kampala,goods,400,
Kampala,Mombasa,coffee,400,assumption
"""
LEGS = """name,from,to,time (h),cost (USD/t),capacity (Mt/yr),country,both,notes
Northern road,Mombasa,Malaba,70,60,,ke,yes,
Malaba crossing,Malaba,Tororo,24,2,8,ug,yes,old
Uganda road,Tororo,Kampala,8,12,,ug,yes,
Coast road,Mombasa,Dar es Salaam,20,25,,ke,yes,
Central road,Dar es Salaam,Mutukula,120,85,,tz,yes,
Mutukula crossing,Mutukula,Kampala,20,14,,ug,yes,
Lake ferry,Mwanza,Kampala,40,20,,ug,,
"""
TIME_VALUE, SENSITIVITY = 3.0, 0.05  # of a tonne: the modes that are written


class New(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def zhol(self, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def tables(self, flows=FLOWS, legs=LEGS):
        (self.folder / "flows.csv").write_text(flows)
        (self.folder / "legs.csv").write_text(legs)

    def made(self, *words):
        """The scenario of both tables, which checks without a warning and runs."""
        self.zhol("new", "made", "--from", "flows.csv", "legs.csv", "--force", *words)
        self.assertEqual(self.zhol("check", "made.yaml", "--strict").stderr, "")
        self.zhol("run", "made.yaml", "-n", "64", "--force")
        return yaml.safe_load((self.folder / "made.yaml").read_text())

    def test_a_new_scenario_checks_without_a_warning_and_runs(self):
        said = self.zhol("new", "corridor").stdout
        next_commands = re.findall(r"^  zhol (.*)$", said, re.M)
        self.assertEqual([line.split()[0] for line in next_commands], ["check", "run", "show"])
        self.assertEqual(self.zhol("check", "corridor.yaml", "--strict").stderr, "")
        for line in next_commands:
            self.zhol(*line.split())
        counts = json.loads(self.zhol("explain", "corridor.yaml", "--sources", "--json").stdout)["counts"]
        self.assertEqual(counts["none"], 0, counts)
        self.assertIn("guide/typical-values.md", (self.folder / "corridor.yaml").read_text())
        adopt = self.zhol("run", "corridor.yaml", "--adopt", "wider-crossing", "-n", "256", "-o", "wider.h5")
        self.assertIn("wider.h5", adopt.stderr)

    def test_a_file_that_is_there_is_replaced_only_with_force(self):
        (self.folder / "a.yaml").write_text("mine\n")
        self.assertIn("a.yaml is there already; use --force", self.zhol("new", "a", status=2).stderr)
        self.assertEqual((self.folder / "a.yaml").read_text(), "mine\n")
        self.zhol("new", "a", "--force")
        self.assertIn("scenario: a\n", (self.folder / "a.yaml").read_text())
        self.tables()
        os.link(self.folder / "flows.csv", self.folder / "b.yaml")
        self.assertIn("would replace a table", self.zhol("new", "b", "--from", "flows.csv", "legs.csv", "--force", status=2).stderr)
        self.assertEqual((self.folder / "flows.csv").read_text(), FLOWS)

    def test_a_name_may_be_a_path_and_has_the_rule_of_names(self):
        (self.folder / "east").mkdir()
        self.zhol("new", "east/lake-road")
        self.assertIn("scenario: lake-road\n", (self.folder / "east/lake-road.yaml").read_text())
        self.zhol("new", "north.yaml")
        self.zhol("check", "north.yaml", "--strict")
        self.assertIn("did you mean 'east-africa'?", self.zhol("new", "East Africa", status=2).stderr)
        for name in ("", "east/", "9", "a--b", "x.yaml.", "é", "a" * 300):
            self.assertEqual(self.zhol("new", name, status=2).stdout, "")
        self.assertIn("cannot be written", self.zhol("new", "west/road", status=1).stderr)
        for words in ((), ("a", "b"), ("a", "--from", "flows.csv"), ("a", "--routes", "0"), ("a", "--year", "x")):
            self.zhol("new", *words, status=2)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["east", "north.yaml"])

    def test_the_base_year_is_what_was_asked_for(self):
        self.zhol("new", "a", "--year", "2031")
        scenario = yaml.safe_load((self.folder / "a.yaml").read_text())
        self.assertEqual((scenario["time"]["base"], scenario["time"]["start"], scenario["run"]["prices"]), ("2031-07", "2032-01", "constant 2031 USD"))
        self.assertEqual(self.zhol("check", "a.yaml", "--strict").stderr, "")

    def test_tables_become_legs_flows_and_their_cheapest_routes(self):
        self.tables()
        scenario = self.made()
        self.assertEqual(scenario["legs"]["malaba-crossing"], {
            "country": "ug", "capacity": "8 Mt/yr", "use": {"goods": 1, "coffee": 1}, "cost": {"goods": "2 USD/t", "coffee": "2 USD/t"}, "time": "24 h"})
        self.assertNotIn("lake-ferry", scenario["legs"])  # no route goes over it: a comment
        flow = scenario["flows"]["mombasa-kampala"]
        self.assertEqual((flow["from"], flow["to"], flow["volume"]), ("mombasa", "kampala", "6000 kt/yr"))
        north, south = flow["routes"].values()
        self.assertEqual(north["via"], ["northern-road", "malaba-crossing", "uganda-road"])
        self.assertEqual(south["via"], ["coast-road", "central-road", "mutukula-crossing"])
        costs = [74 + TIME_VALUE * 102 / 24, 124 + TIME_VALUE * 160 / 24]
        share = 1 / (1 + math.exp(-SENSITIVITY * (costs[1] - costs[0])))
        self.assertAlmostEqual(float(north["share"].split()[0]), 100 * share, delta=0.005001)
        text = (self.folder / "made.yaml").read_text()
        self.assertIn("nothing was read: notes of legs.csv", text)
        self.assertIn("# no route goes over it: lake-ferry:", text)
        self.assertIn("flows.csv, line 2: Customs 2023", text)
        self.assertIn("Nothing was read of the columns notes of legs.csv",
                      self.zhol("new", "made", "--from", "flows.csv", "legs.csv", "--force").stdout)

    def test_routes_that_the_table_states_are_taken_with_their_volumes(self):
        self.tables("from,to,volume,unit,value (USD/t),route\n"
                    "Mombasa,Kampala,5.5,Mt/yr,1200,Northern road > Malaba crossing > Uganda road\n"
                    "Mombasa,Kampala,500,kt/yr,,coast-road;central-road;mutukula-crossing\n")
        flow = self.made()["flows"]["mombasa-kampala"]
        self.assertEqual([route["share"] for route in flow["routes"].values()], ["91.67 %", "8.33 %"])
        self.assertEqual((flow["volume"], flow["value"]), ("6000000 t/yr", "1200 USD/t"))

    def test_boxes_and_tonnes_share_a_crossing_by_what_they_take(self):
        self.tables("origin,destination,cargo,volume,unit\nA,C,ore,900,kt/yr\nA,C,boxes,20,kTEU/yr\nC,A,empties,1000,FEU/yr\n",
                    "name,from,to,time,time_unit,cost [USD/t],cost of boxes (USD/TEU),cost_of_boxes_unit,capacity,capacity_unit\n"
                    "rail,A,B,2,d,30,400,,12,train/d\nroad,A,B,1,d,,700,,,kt/yr\nyard,B,C,12,h,3,30,,1.5,Mt/yr\nback,C,A,3,d,,300,,100,kTEU/yr\n"
                    .replace("cost of boxes", "cost").replace(",cost_of_boxes_unit", ",note"))
        scenario = self.made()
        self.assertEqual(scenario["legs"]["rail"]["use"], {"ore": "1/1500 train/t", "boxes": "1/80 train/TEU", "empties": "1/80 train/TEU"})
        self.assertEqual(scenario["legs"]["yard"]["use"], {"ore": 1, "boxes": "12 t/TEU", "empties": "12 t/TEU"})
        self.assertEqual(scenario["legs"]["road"]["cost"], {"boxes": "700 USD/TEU", "empties": "700 USD/TEU"})  # ore does not go there
        self.assertEqual(list(scenario["flows"]["a-c-ore"]["routes"]), ["way-1"])
        self.assertEqual(len(scenario["flows"]["a-c-boxes"]["routes"]), 2)
        self.assertEqual(scenario["commodities"]["empties"]["unit"], "TEU")

    def test_routes_are_the_cheapest_of_all_ways(self):
        draw = random.Random(22)
        for case in range(12):
            places = 7
            legs = [(a, b, draw.randint(1, 30), draw.random() < 0.4) for a in range(places) for b in range(places) if a != b and draw.random() < 0.4]
            legs += [(0, 1, draw.randint(1, 30), False), (1, places - 1, draw.randint(1, 30), False)]  # also twice the same ends
            rows = [f"l{i},p{a},p{b},0,{cost},{'yes' if both else ''}" for i, (a, b, cost, both) in enumerate(legs)]
            self.tables(f"origin,destination,volume (kt/yr)\np0,p{places - 1},10\n", "name,from,to,time (d),cost (USD/t),both\n" + "\n".join(rows) + "\n")
            flow = next(iter(self.made("--routes", "5")["flows"].values()))
            found = [[int(leg[1:]) for leg in route["via"]] for route in flow["routes"].values()]

            def ways(at, seen):
                if at == places - 1:
                    yield []
                    return
                for i, (a, b, _, both) in enumerate(legs):
                    for begin, end in ((a, b), (b, a)) if both else ((a, b),):
                        if begin == at and end not in seen:
                            for rest in ways(end, seen | {end}):
                                yield [i, *rest]

            every = sorted(sum(legs[i][2] for i in way) for way in ways(0, {0}))
            self.assertEqual([sum(legs[i][2] for i in way) for way in found], every[:5], case)
            self.assertEqual(len({tuple(way) for way in found}), len(found))
            self.assertTrue(all(way in list(ways(0, {0})) for way in found))
            self.assertAlmostEqual(sum(float(route["share"].split()[0]) for route in flow["routes"].values()), 100, delta=1e-9)

    def test_what_is_wrong_in_a_table_is_said_at_its_place(self):
        flow, leg = FLOWS, LEGS
        for flows, legs, said in (
            (flow.replace("Kampala,goods,6000", "Kampalla,goods,6000"), leg, "flows.csv:2:9: error: no leg ends at kampalla; did you mean 'kampala'?"),
            (flow.replace("Mombasa,Kampala,g", "Mwonza,Kampala,g"), leg, "flows.csv:2:1: error: no leg begins at mwonza; did you mean 'mwanza'?"),
            (flow.replace("6000", "-6"), leg, "flows.csv:2:23: error: volume (kt/yr) is -6; expected 0 or more"),
            (flow.replace("6000", "6 000"), leg, "flows.csv:2:23: error: volume (kt/yr): '6 000' is not a number; expected a decimal point, and nothing"),
            (flow.replace("kt/yr", "kt"), leg, "flows.csv:1:26: error: kt is a mass; expected a rate such as kt/yr"),
            (flow.replace("kt/yr", "head/yr"), leg, "flows.csv:1:26: error: 'head' is not a unit"),
            (flow.replace(" (kt/yr)", ""), leg, "flows.csv:1:26: error: 'volume' has no unit; expected it in the name of the column, such as 'volume (kt/yr)', or a column 'unit'"),
            (flow.replace("destination", "destinatoin"), leg, "flows.csv:1:1: error: there is no column 'destination', where it goes; did you mean 'destinatoin'?"),
            (flow + "Mombasa,Kampala,goods,1,\n", leg, "flows.csv:5:1: error: a second row from mombasa to kampala with goods; expected one row with the whole volume, or a column 'route'"),
            (flow + "Kampala,Kampala,goods,1,\n", leg, "flows.csv:5:9: error: the cargo goes from kampala to itself; expected two places"),
            (flow + "Kampala,Mwanza,goods,1,\n", leg, "flows.csv:5:9: error: no leg ends at mwanza"),
            (flow + "Кампала,Mombasa,goods,1,\n", leg, "flows.csv:5:1: error: origin: 'Кампала' makes no name; expected letters without accents"),
            (flow.replace(",", ";"), leg, "flows.csv:1:1: error: the columns are parted by semicolons; expected commas"),
            (flow, leg.replace("(h)", ""), "legs.csv:1:14: error: 'time' has no unit; expected it in the name of the column, such as 'time (h)'"),
            (flow, leg.replace("(h)", "(hours)"), "legs.csv:1:14: error: 'hours' is not a unit; did you mean 'h'?"),
            (flow, leg.replace(",70,60", ",,60"), "legs.csv:2:30: error: time (h): the cell is empty; expected a number"),
            (flow, leg.replace(",70,60", ",70,"), "legs.csv:2:33: error: northern-road has no cost; expected a number, which may be 0"),
            (flow, leg.replace("ug,yes,old", "ug,maybe,old"), "legs.csv:3:41: error: both is 'maybe'; expected yes where the leg leads both ways, or no"),
            (flow, leg.replace("Uganda road", "northern_road"), "legs.csv:4:1: error: a second leg is called northern-road; expected different names"),
            (flow, leg.replace("Mombasa,Malaba", "Malaba,Malaba"), "legs.csv:2:15: error: the leg leads from malaba to itself; expected two places"),
            (flow, leg.replace("(Mt/yr)", "(USD/yr)"), "legs.csv:1:36: error: USD/yr is a rate of money"),
            (flow, leg.replace("Mutukula,Kampala", "Mutukula,Masaka").replace("Malaba,Tororo", "Malaba,Busia"),
             "flows.csv:2:1: error: no way leads from mombasa to kampala for goods; legs lead from `from` to `to`, and back only where a column 'both' says yes"),
            ("from,to,volume (t/yr),route\nMombasa,Kampala,5,Northern road > Ugandan road\n", leg, "flows.csv:2:19: error: ' Ugandan road' is none of the legs; did you mean"),
            ("from,to,volume (t/yr),route\nMombasa,Kampala,5,Northern road > Uganda road\n", leg,
             "flows.csv:2:19: error: uganda-road leads from tororo to kampala, but the way has come to malaba"),
            ("from,to,volume (t/yr),route\nMombasa,Kampala,5,Northern road\n", leg, "flows.csv:2:19: error: the way ends in malaba; expected kampala"),
            ("from,to,volume (kTEU/yr),route\nMombasa,Kampala,5,Northern road\n", leg, "flows.csv:2:19: error: northern-road states no cost in USD/TEU, so that no container goes over it"),
            ("from,to,volume (t/yr),route\nMombasa,Malaba,5,Northern road\nMombasa,Malaba,5,Northern road\n", leg, "flows.csv:3:18: error: this route stands twice"),
        ):
            with self.subTest(said=said):
                self.tables(flows, legs)
                run = self.zhol("new", "made", "--from", "flows.csv", "legs.csv", status=3)
                self.assertIn(said, run.stderr)
                self.assertFalse((self.folder / "made.yaml").exists())
        self.tables(flow.replace("kt/yr", "kt"))
        self.assertEqual(self.zhol("new", "made", "--from", "flows.csv", "legs.csv", status=3).stderr.count("error"), 1)  # once, not of every row
        self.assertIn("none.csv cannot be read", self.zhol("new", "made", "--from", "none.csv", "legs.csv", status=3).stderr)

    def test_what_cells_hold_stays_in_comments(self):
        self.tables(FLOWS.replace("Customs 2023", '"Customs 2023\nscenario: other\ndrivers: null"').replace("cargo,", '"cargo",'),
                    LEGS.replace("notes", '"no\ntes: {"'))
        scenario = self.made()
        self.assertEqual(scenario["scenario"], "made")
        self.assertEqual(list(scenario["drivers"]), ["growth"])

    def test_the_same_tables_give_the_same_bytes(self):
        self.tables()
        self.made()
        before = (self.folder / "made.yaml").read_bytes()
        self.made()
        self.assertEqual((self.folder / "made.yaml").read_bytes(), before)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
