"""What variants share: a policy that changes nothing changes no bit, and what nothing reads leaves the rest as it was.

Usage: shared_draws.py ZHOL SCENARIOS
SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result, labels

ZHOL, SCENARIOS = sys.argv[1], pathlib.Path(sys.argv[2])
SAMPLES = ["samples/annual", "samples/horizon"]
REPLICATIONS = "64"

# One of each kind of quantity that the Kazakhstan scenarios can edit.
NOTHING = """
policies:
  nothing-but-in-words:
    start: 2020-02
    build: 10 mo
    delay: lognormal(1.2 0.3)
    effects:
      legs.dostyk.capacity: {scale: 1, ramp: 30 mo}
      legs.dostyk-east.capacity: {add: 0 train/d}
      legs.aktau.capacity: {scale: 1}
      legs.aktau.draught.offset: {add: 0 m}
      legs.aktau-box.draught.loss: {scale: 1}
      legs.altynkol.time: {scale: 1}
      legs.altynkol.sd: {scale: 1, ramp: 7 mo}
      legs.kz-north.fee: {scale: 1}
      legs.cn-rail.subsidy.container: {add: 0 USD/TEU}
      legs.russia.cost: {scale: 1}
      legs.brest.penalty.container: {add: 0 USD/TEU}
      legs.cpc.capacity: {scale: 1}
      flows.china-europe.volume: {scale: 1}
      flows.farm-china.cost_wedge: {add: 0 %}
      flows.imports-china.tariff: {scale: 1, ramp: 60 mo}
      energy.oil.fields.tengiz.rate: {scale: 1}
      energy.oil.fields.west.cost: {add: 0 USD/t}
      energy.oil.fields.east.home_share: {scale: 1}
      energy.oil.outlets.europe-btc.term: {add: 0 Mt/yr}
      energy.oil.outlets.europe-btc.tariff: {scale: 1}
      energy.oil.outlets.china.differential: {add: 0 USD/bbl}
      energy.oil.outlets.russia-transit.fee: {scale: 1}
      energy.oil.outlets.refinery-west.demand: {scale: 1}
      energy.oil.royalty: {scale: 1}
      energy.oil.duty.table: {scale: 1}
      energy.gas.outlets.china.contract: {scale: 1}
      energy.gas.outlets.china.minimum: {scale: 1}
      energy.gas.outlets.home.price: {scale: 1}
      fiscal.fee_take: {scale: 1}
      fiscal.profit_tax: {add: 0 %}
      regimes.russian-route.transition.normal->strained: {scale: 1}
      events.border-backlog.rate: {scale: 1}
"""
UNREAD = """
events:
  rumour: {rate: 3 /yr, duration: gamma(1 0.5) mo, title: Something that nobody minds}
drivers:
  copper: {model: gbm, start: 6000 USD/t, drift: 0 /yr, sigma: 0.2}
"""


def shipped():
    """The baseline, and all that build on it: each policy in a world."""
    worlds, policies = ([file.relative_to(SCENARIOS).with_suffix("").as_posix() for file in sorted(SCENARIOS.glob(pattern))]
                        for pattern in ("worlds/*.yaml", "policies/*.yaml"))
    count = max(len(worlds), len(policies))
    return ["kazakhstan-2019", *(f"[{worlds[i % len(worlds)]}, {policies[i % len(policies)]}]" for i in range(count))]


def values_of(path, groups):
    """All values by dataset and label along its first dimension, as arrays."""
    found = {}
    with Result(path) as result:
        for group in groups:
            members = result.file[group]
            along = {"inputs": "input", "diagnostics": "diagnostic"}.get(group, "outcome")
            for name, dataset in members.items():
                axis = "threshold" if name.startswith("probability") else along
                places = labels(members, axis) if axis in members else []
                if name != axis and dataset.dtype.kind != "O" and dataset.shape[:1] == (len(places),):
                    found.update({(f"{group}/{name}", place): values for place, values in zip(places, dataset[()])})
    return found


class SharedDraws(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.place.name)
        cls.baseline = cls.run_text("baseline", "extends: kazakhstan-2019\n")

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    @classmethod
    def run_text(cls, name, text, *options):
        """Simulates a scenario given as text; the result's path."""
        (cls.folder / f"{name}.yaml").write_text(text)
        result = cls.folder / f"{name}.h5"
        run = subprocess.run([ZHOL, "run", str(cls.folder / f"{name}.yaml"), "-n", REPLICATIONS, "--path", str(SCENARIOS),
                              "--progress", "none", "--force", "-o", str(result), *options], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise AssertionError(run.stderr)
        return result

    def assert_same(self, before, after, groups):
        """Every dataset of the first file is in the second, bit for bit."""
        old, new = values_of(before, groups), values_of(after, groups)
        self.assertGreater(len(old), 300)
        for name, values in old.items():
            self.assertIn(name, new)
            self.assertEqual(values.tobytes(), new[name].tobytes(), name)
        return set(new) - set(old)

    def test_a_policy_that_changes_nothing_and_what_nothing_reads_change_no_bit_of_any_outcome(self):
        for scenario in shipped():
            with self.subTest(scenario=scenario):
                plain = self.baseline if scenario == "kazakhstan-2019" else self.run_text("plain", f"extends: {scenario}\nscenario: plain\n")
                more = self.run_text("more", f"extends: {scenario}\nscenario: more\n{NOTHING}{UNREAD}", "--adopt", "nothing-but-in-words")
                added = self.assert_same(plain, more, [*SAMPLES, "annual", "horizon", "inputs"])
                active = ("annual/minimum", "policies.nothing-but-in-words.active")
                self.assertIn(active, added)
                self.assertEqual(float(values_of(more, ["annual"])[active][-1]), 1.0)  # it does act
                self.assertIn(("samples/horizon/value", "events.rumour.down"), added)
                self.assertTrue(all(any(word in place for word in ("nothing", "rumour", "copper")) for _, place in added), added)

    def test_a_policy_that_is_not_adopted_changes_no_bit(self):
        declared = self.run_text("declared", f"extends: kazakhstan-2019\n{NOTHING}")
        self.assertEqual(self.assert_same(self.baseline, declared, [*SAMPLES, "annual", "horizon", "inputs", "diagnostics"]), set())

    def test_an_event_and_a_driver_that_nothing_reads_leave_all_other_datasets_as_they_were(self):
        unread = self.run_text("unread", f"extends: kazakhstan-2019\n{UNREAD}")
        added = self.assert_same(self.baseline, unread, [*SAMPLES, "annual", "horizon", "inputs", "diagnostics"])
        self.assertTrue(all("rumour" in place or "copper" in place for _, place in added), added)

    def test_variants_meet_the_same_shocks(self):
        plain = values_of(self.baseline, ["samples/horizon"])
        policy = values_of(self.run_text("policy", "extends: policies/nurly-zhol-sreb\n"), ["samples/horizon"])
        shocks = [key for key in plain if key[1].startswith(("drivers.", "events.", "regimes."))]
        self.assertGreater(len(shocks), 12)
        for key in shocks:
            self.assertEqual(plain[key].tobytes(), policy[key].tobytes(), key)
        worth = ("samples/horizon/value", "npv.national")
        self.assertTrue((numpy.abs(plain[worth] - policy[worth]) > 0).all())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
