#!/usr/bin/env python3
"""What the commands say of scenarios: deletions, warnings, --strict, names that were meant, valid JSON.

Usage: input.py ZHOL SCENARIOS
"""
import csv
import fcntl
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
MINIMAL, RED_SEA, PIPELINES = (str(SCENARIOS / f"{name}.yaml") for name in ("minimal", "red-sea-cape", "two-pipelines"))
KAZAKHSTAN = str(SCENARIOS / "kazakhstan-2019.yaml")


class Input(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def zhol(self, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return name

    def test_what_is_deleted_is_said_by_all_that_read(self):
        variant = self.write("v.yaml", "extends: minimal\nscenario: v\ndrivers:\n  correlation: null\n")
        for command in (["check"], ["run", "-n", "32"], ["explain"]):
            said = self.zhol(*command, variant, "--path", str(SCENARIOS)).stderr
            self.assertRegex(said, r"v\.yaml:4:3: note: drivers\.correlation is deleted, with its 1 key\n")
            self.assertRegex(said, r"minimal\.yaml:\d+:3: note: it was inherited from here\n")
        several = self.write("many.yaml", "extends: v\nscenario: many\ndrivers: {gdp: null}\nflows: {grain-south: {income: null, response: null}}\n")
        in_full = self.zhol("check", several, "--path", str(SCENARIOS)).stderr
        self.assertEqual(len(re.findall(r"^many\.yaml:\d+:\d+: note: \S+ is deleted", in_full, re.M)), 3)
        for command in (["run", "-n", "32"], ["slurm"]):
            said = self.zhol(*command, several, "--path", str(SCENARIOS)).stderr
            self.assertRegex(said, r"(?m)^v\.yaml:4:3: note: drivers\.correlation is deleted, with its 1 key; 3 more: `zhol check` has them all$")
            self.assertNotIn("inherited", said)
        self.write("v.yaml", "extends: minimal\nscenario: v\ndrivers:\n#  all: gone\n")
        for command in ("check", "run", "explain"):
            said = self.zhol(command, "v.yaml", "--path", str(SCENARIOS), status=3).stderr
            self.assertIn("v.yaml:3:1: error: 'drivers' is empty; expected a value, `drivers: null` to delete", said)

    def test_faults_of_a_file_come_in_its_order(self):
        flows = "flows: {grain-south: {volum: 5 Mt/yr, tariff: 6}}"
        wrong = self.write("wrong.yaml", f"extends: minimal\nscenario: wrong\ndrivrs: {{}}\n{flows}\nlgs: {{}}\n")
        said = self.zhol("check", wrong, "--path", str(SCENARIOS), status=3).stderr
        places = [tuple(map(int, place)) for place in re.findall(r"(?m)^wrong\.yaml:(\d+):(\d+): error", said)]
        self.assertEqual(places, [(3, 1), (4, flows.index("volum") + 1), (4, flows.index("6}") + 1), (5, 1)])

    def test_a_warning_is_said_stored_and_shown_and_an_error_if_strict(self):
        new = ["--set", "legs.red-see={time: 3 d}"]
        sentence = "legs.red-see is new here, and nothing uses it; did you mean 'red-sea'?"
        for command in (["check"], ["run", "-n", "32", "-o", "r.h5"]):
            self.assertIn(f"warning: {sentence}\n", self.zhol(*command, RED_SEA, *new).stderr)
            said = self.zhol(*command, RED_SEA, *new, "--strict", "--set", "run.seed=3", status=3).stderr \
                if command[0] == "check" else self.zhol("run", RED_SEA, "-n", "32", "-o", "s.h5", *new, "--strict", status=3).stderr
            self.assertIn(f"error: {sentence}\n", said)
        self.assertFalse((self.folder / "s.h5").exists())
        with Result(self.folder / "r.h5") as result:
            self.assertEqual(result.file.attrs["warnings"], f"--set:1:6: {sentence}".encode())
        self.assertIn(f"\nwarning: --set:1:6: {sentence}\n", self.zhol("show", "r.h5").stdout)
        self.zhol("verify", "r.h5")  # it is made again from the merged scenario, where nothing is new
        self.zhol("run", MINIMAL, "-n", "32", "--strict")
        with Result(self.folder / "minimal.h5") as result:
            self.assertNotIn("warnings", result.file.attrs)

    # every kind of entry that nothing uses, and of dates beyond the run
    IDLE = """scenario: t
time: {base: 2019-07, start: 2020-01, months: 24}
units: {KZT: 1/382 USD, box: 3 t}
drivers:
  gdp: {model: growth, mean: 3 %/yr, sigma: 1 %/yr, reversion: 1 /yr}
  spare: {model: gbm, start: 1 USD/t, sigma: 0.2}
  shown: {model: path, unit: USD/t, values: {2001: 2 USD/t, 2010: 3 USD/t}}
  late: {model: path, unit: USD/t, values: {2041: 2 USD/t, 2045: 3 USD/t}}
commodities:
  grain: {unit: t, value: 100 USD/t, time_value: 1 USD/t/d}
  wood: {unit: t, value: 100 USD/t}
legs:
  road: {capacity: {2030: 5 Mt/yr, 2035: 6 Mt/yr}, cost: {grain: 3 USD/t}, use: {grain: 1 t/t}}
  lane: {capacity: 5 Mt/yr}
flows:
  g: {commodity: grain, from: a, to: b, volume: 2 Mt/yr, income: {gdp: 1}, tariff: {2010: 5 %, 2012: 6 %}, routes: {one: {via: [road], share: 100 %}}}
events:
  calm: {rate: 1 /yr, duration: 1 mo}
  storm: {start: 2010-01, duration: 3 mo, effects: {legs.road.capacity: {scale: 0.5}}}
  gale: {start: 2050-01, duration: 3 mo, effects: {legs.road.capacity: {scale: 0.5}}}
  rain: {rate: 1 /yr, duration: 1 mo, effects: {legs.road.capacity: {scale: 0.5, until: 2015-01}}}
regimes:
  r: {start: ok, states: {ok: {}, bad: {legs.road.capacity: {scale: 0.5}}}, force: {2040-01: bad}}
policies:
  p: {start: 2019-01, end: 2019-06, effects: {legs.road.capacity: {scale: 2}}}
  q: {start: 2030-01, effects: {legs.road.capacity: {scale: 2}}}
  idle: {start: 2030-01, effects: {legs.road.capacity: {scale: 2}}}
finance: {loan: {share: 50 %, rate: 3 %/yr, grace: 12 mo, maturity: 36 mo}}
adopt: [p, q]
outcomes: {save: [drivers.late]}
"""

    def warned(self, text):
        said = self.zhol("check", self.write("t.yaml", text)).stderr
        return re.findall(r"^t\.yaml:\d+:\d+: warning: (.*)$", said, re.M)

    def test_what_nothing_uses_is_warned_of(self):
        warned = self.warned(self.IDLE)
        self.assertEqual(sorted(line for line in warned if "nothing uses it" in line or "no quantity" in line),
                         ["commodities.wood: nothing uses it", "drivers.shown: nothing uses it", "drivers.spare: nothing uses it",
                          "events.calm: nothing uses it, and it has no effects", "finance.loan: nothing uses it", "legs.lane: nothing uses it",
                          "units.KZT: no quantity has this unit", "units.box: no quantity has this unit"])
        # drivers alone are outcomes; a policy that is not adopted is there for others; what is named is used
        alone = "scenario: alone\ntime: {base: 2019-07, start: 2020-01, months: 24}\ndrivers:\n  oil: {model: gbm, start: 64 USD/bbl, sigma: 0.3}\n"
        self.assertEqual(self.warned(alone), [])
        used = self.IDLE.replace("drivers.late", "drivers.late, drivers.spare, drivers.shown")\
            .replace("value: 100 USD/t}", "value: 100 kKZT/t}").replace("volume: 2 Mt/yr", "volume: 2 box/d")
        self.assertEqual(sorted(line.split(":")[0] for line in self.warned(used) if "uses it" in line or "no quantity" in line),
                         ["commodities.wood", "events.calm", "finance.loan", "legs.lane"])

    def test_dates_beyond_the_run_are_warned_of(self):
        after, base = "after the end of the run in 2021-12", "before the base date in 2019-07: its last value holds all the time"
        warned = [line for line in self.warned(self.IDLE) if "uses it" not in line and "no quantity" not in line]
        self.assertEqual(sorted(warned), [
            f"drivers.late.values begins in 2041-01, {after}: its first value holds all the time",
            f"drivers.shown.values ends in 2010-01, {base}",
            f"events.gale.start is 2050-01, {after}: it has no effect",
            "events.rain.effects.legs.road.capacity.until is 2015-01, no later than the first month of the run, 2020-01: it has no effect",
            "events.storm.start is 2010-01, and it lasts 3 months at most: it is over when the run begins in 2020-01",
            f"flows.g.tariff ends in 2012-01, {base}",
            f"legs.road.capacity begins in 2030-01, {after}: its first value holds all the time",
            "policies.p.end is 2019-06, no later than the first month of the run, 2020-01: it has no effect",
            f"policies.q.start is 2030-01, {after}: it has no effect",
            f"regimes.r.force.2040-01 lies {after}: it has no effect"])
        longer = self.IDLE.replace("months: 24", "months: 396")  # in which all of these come
        self.assertEqual([line for line in self.warned(longer) if "after the end" in line], [])

    def test_a_batch_is_strict_too(self):
        self.write("w.yaml", "extends: red-sea-cape\nscenario: w\nlegs: {red-see: {time: 3 d}}\n")
        self.write("b.yaml", "batch: b\nbase: red-sea-cape\nworlds: [red-sea-cape, w]\npolicies: [red-sea-cape]\n")
        words = ["batch", "b.yaml", "-n", "32", "--path", str(SCENARIOS), "-o", "cells"]
        said = self.zhol(*words, "--strict", status=5)
        self.assertIn("error: legs.red-see is new here", said.stderr + said.stdout)
        self.assertIn("warning: legs.red-see is new here", self.zhol(*words).stderr)

    def test_a_mistake_is_one_sentence_that_helps(self):
        """Nothing that follows from a mistake is called another one, and no hint is absurd."""
        for scenario, value, said in (
                (MINIMAL, "time.months=24 mo", ["time.months is '24 mo'; expected a whole number, of digits alone"]),
                (MINIMAL, "run.replications=1e4", ["run.replications is '1e4'; expected a whole number, of digits alone"]),
                (MINIMAL, "run.home=Central Asia", ["run.home is 'Central Asia'; expected a name of lower-case letters, digits and single hyphens, "
                                                    "such as kazakhstan-2019; did you mean 'central-asia'?"]),
                # the mean has the unit of the start, which is said once
                (MINIMAL, "drivers.oil.start=64 USD/barrel", ["drivers.oil.start: 'barrel' is not a unit; did you mean 'bbl'?"]),
                (PIPELINES, "drivers.correlation={pairs: {oil/shallow: 1.4}}",
                 ["drivers.correlation.pairs.oil/shallow is 1.4; expected more than -1 and less than 1"]),
                (PIPELINES, "drivers.correlation={pairs: {oil/shallow: 40}}",
                 ["drivers.correlation.pairs.oil/shallow is 40; expected more than -1 and less than 1; did you mean '40 %'?"]),
                (PIPELINES, "drivers.correlation={oil/shallow: 0.4}",
                 ["drivers.correlation: 'oil/shallow' is not a key that stands here; expected it in `pairs`"]),
                (PIPELINES, "drivers.correlation={pairs: {oil/gas: 0.4}}",
                 ["drivers.correlation.pairs: there is no 'gas' in `drivers`; expected oil or shallow"]),
                (RED_SEA, "events.x={rate: 52 /yr, duration: 2 d}", ["events.x.rate is 52 /yr; expected from 0 to 48 /yr"]),
                (RED_SEA, "legs.red-sea.cost=5 USD/TEU",
                 ["legs.red-sea.cost is '5 USD/TEU'; expected a map by name of `commodities`, such as {NAME: 5 USD/TEU}"]),
                (RED_SEA, "regimes.r={states: [a, b], start: a}", ["regimes.r.states is a list; expected a map by name, such as {a: ...}"]),
                (RED_SEA, "regimes.r={states: {a: {}, b: {}}, start: a, a->b: 1 /yr}",
                 ["regimes.r: 'a->b' is not a key that stands here; expected it in `transition`"])):
            errors = self.zhol("check", scenario, "--set", value, status=3).stderr
            self.assertEqual(re.findall(r"^--set:1:\d+: error: (.*)$", errors, re.M), said, value)
            self.assertEqual(errors.count(": error: "), len(said), value)
        # where a unit follows from another value that is said, but not of what is wrong by itself
        for value, notes in (("50 USD/bbl", 1), ("triangular(1 2) USD/t", 0), ("triangle(1 2 3) USD/t", 0), ("triangular(3 2 1) USD/t", 0)):
            errors = self.zhol("check", PIPELINES, "--set", f"energy.oil.outlets.sea.tariff={value}", status=3).stderr
            self.assertEqual(errors.count("its unit follows from this value"), notes, errors)

    def test_what_was_meant(self):
        self.zhol("run", MINIMAL, "-n", "32", "-o", "a.h5")
        self.zhol("run", MINIMAL, "-n", "32", "--set", "drivers.oil.sigma=0.2", "-o", "b.h5")
        for words, status, hint in (
                (["show", "a.h5", "drivers.oi"], 2, "no outcome matches 'drivers.oi'; did you mean 'drivers.oil'?"),
                (["compare", "a.h5", "b.h5", "--outcome", "drivers.oi"], 2, "did you mean 'drivers.oil'?"),
                (["explain", MINIMAL, "drivers.oi"], 2, "has no value at 'drivers.oi'; did you mean 'drivers.oil'?"),
                (["explain", KAZAKHSTAN, "legs.dostik.capacity"], 2, "did you mean 'legs.dostyk'?"),
                (["run", MINIMAL, "--save", "drivers.*,drivers.gpd"], 2,
                 "--save 'drivers.gpd' matches no outcome; expected patterns such as 'drivers.*', or none; did you mean 'drivers.gdp'?"),
                (["run", str(SCENARIOS / "batch.yaml")], 3, "batch.yaml:4:1: error: this is a batch; expected a scenario, or use `zhol batch`"),
                (["batch", MINIMAL], 3, "this is a scenario; expected a batch, or use `zhol run`")):
            self.assertIn(hint, self.zhol(*words, status=status).stderr)

    def test_a_result_that_is_open_elsewhere_is_said_to_be(self):
        self.zhol("run", MINIMAL, "-n", "32", "-o", "a.h5")
        with open(self.folder / "a.h5", "rb") as file:  # as a program that writes it has it locked
            fcntl.flock(file, fcntl.LOCK_EX)
            for words in (["show", "a.h5"], ["verify", "a.h5"]):
                self.assertIn("a.h5 is open for writing in another program", self.zhol(*words, status=1).stderr)
        self.zhol("show", "a.h5")

    def test_results_that_mean_other_things_are_not_compared(self):
        base = ["run", PIPELINES, "-n", "32", "-o"]
        self.zhol(*base, "a.h5", "--set", "run.discount=[3 %/yr, 5 %/yr, 9 %/yr]")
        self.zhol(*base, "b.h5", "--set", "run.discount=[3 %/yr, 8 %/yr, 9 %/yr]")
        self.zhol(*base, "c.h5", "--set", "run.discount=[3 %/yr, 5 %/yr, 9 %/yr]", "--set", "time.base=2018-07")
        self.assertIn("their discount rates are 3, 5 and 9 %/yr and 3, 8 and 9 %/yr; expected the same",
                      self.zhol("compare", "a.h5", "b.h5", status=4).stderr)
        self.assertIn("their base dates are", self.zhol("compare", "a.h5", "c.h5", status=4).stderr)

    def test_check_prints_the_means_of_years(self):
        # linear between Januaries: 10 to 34 over 2020, so months 10, 12, ... 32 of mean 21; then 34 to 46, mean 39.5
        self.write("p.yaml", "scenario: p\ntime: {base: 2019-07, start: 2020-01, months: 36}\n"
                             "drivers: {d: {model: path, unit: USD/t, values: {2020: 10 USD/t, 2021: 34 USD/t, 2022: 46 USD/t}}}\n")
        self.assertIn("    drivers.d.values, USD/t:\n      2020 21, 2021 39.5, 2022 46\n", self.zhol("check", "p.yaml").stdout)
        step = self.zhol("check", "p.yaml", "--set", "drivers.d.values={interpolation: step}").stdout
        self.assertIn("    drivers.d.values, USD/t:\n      2020 10, 2021 34, 2022 46\n", step)

    def test_json_is_valid_for_every_choice_of_outcomes(self):
        discount = ["--set", "run.discount=[3 %/yr, 5 %/yr, 9 %/yr]"]
        self.zhol("run", PIPELINES, "-n", "64", "-o", "a.h5", *discount)
        self.zhol("run", PIPELINES, "-n", "64", "-o", "b.h5", *discount, "--set", "energy.oil.royalty=10 %")
        listed = json.loads(self.zhol("show", "a.h5", "*", "--json").stdout)["statistics"]
        paths = sorted({item["outcome"] for item in listed})
        kinds = {path.split(".")[0] + path.split(".")[-1]: path for path in paths}  # one of each
        self.assertGreater(len(kinds), 20)
        self.assertIn("npv.national", kinds.values())  # of the horizon only
        for path in kinds.values():
            for more in ([], ["--years"]):
                words = ["compare", "a.h5", "b.h5", "--outcome", path, "--json", *more]
                run = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True)
                if run.returncode == 2:
                    self.assertIn("whole horizon only", run.stderr)
                    continue
                for row in json.loads(run.stdout)["differences"]:
                    self.assertEqual(row["outcome"], path)
                shown = subprocess.run([ZHOL, "show", "a.h5", path, "--json"], cwd=self.folder, capture_output=True, text=True)
                json.loads(shown.stdout)
        both = json.loads(self.zhol("compare", "a.h5", "b.h5", "--outcome", "npv.national,drivers.oil", "--json").stdout)
        self.assertEqual({row["outcome"] for row in both["differences"]}, {"npv.national", "drivers.oil"})

    def test_sources_are_the_comments_beside_numbers(self):
        self.write("prices.csv", "year,price\n2019,64\n2020,41\n")
        self.write("s.yaml", """\
scenario: s
time: {base: 2019-07, start: 2020-01, months: 24}
drivers:
  oil: {model: gbm, start: 64 USD/bbl,     # Statistical Review 2020
        sigma: 0.3}
  gas:                                     # an assumption, both
    model: gbm
    start: 5 USD/GJ
    sigma: 0.2                             # hindsight: the shocks of 2022
  coal:
    model: gbm
# Published in 2019, but a comment in the first column is of the section.
    start: 80 USD/t
    sigma: 'uniform(0.1 0.3)'              # likewise
  path: {model: path, unit: USD/bbl, values: {csv: prices, column: price, unit: USD/bbl, prices: 2019 USD}}   # World Bank 2021
""")
        document = json.loads(self.zhol("explain", "s.yaml", "--sources", "--json", "--set", "drivers.oil.drift=1 %/yr").stdout)
        found = {item["path"]: (item["kind"], item["value"], item["file"], item["line"]) for item in document["sources"]}
        self.assertEqual(found, {
            "drivers.oil.start": ("sourced", "64 USD/bbl", "s.yaml", 4), "drivers.oil.sigma": ("sourced", "0.3", "s.yaml", 5),
            "drivers.oil.drift": ("none", "1 %/yr", "--set", 0), "drivers.gas.start": ("assumption", "5 USD/GJ", "s.yaml", 8),
            "drivers.gas.sigma": ("hindsight", "0.2", "s.yaml", 9), "drivers.coal.start": ("none", "80 USD/t", "s.yaml", 13),
            "drivers.coal.sigma": ("hindsight", "uniform(0.1 0.3)", "s.yaml", 14), "drivers.path.values": ("sourced", "prices", "s.yaml", 15)})
        self.assertEqual(document["counts"], {"none": 2, "assumption": 1, "hindsight": 2, "sourced": 3})
        rows = list(csv.DictReader(io.StringIO(self.zhol("explain", "s.yaml", "--sources", "--csv").stdout)))
        self.assertEqual({row["path"]: (row["kind"], row["value"], row["file"], int(row["line"])) for row in rows},
                         {path: item for path, item in found.items() if item[2] == "s.yaml"})
        page = self.zhol("explain", "s.yaml", "--sources").stdout
        self.assertTrue(page.startswith("7 numbers: 1 without a source, 1 assumptions, 2 hindsight, 3 with a source\n\nwithout a source:\n"
                                        "  drivers.coal.start: 80 USD/t  # s.yaml:13\n"), page)
        for words, sentence in ((["--csv"], "--csv needs --sources"), (["--sources", "--csv", "--json"], "exclude"),
                                (["--sources", "drivers.oil"], "leave out the path"), (["--sources", "--at", "2020"], "leave out --at")):
            self.assertIn(sentence, self.zhol("explain", "s.yaml", *words, status=2).stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
