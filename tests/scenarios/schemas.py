#!/usr/bin/env python3
"""The editors' schemas accept what is shipped and refuse what is wrong, by two validators that know nothing of each other:
Python's jsonschema and Perl's JSON::Validator.

Usage: schemas.py ZHOL SCENARIOS
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

ZHOL, SCENARIOS = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
FIXTURES = SCENARIOS.parent / "tests/fixtures"
PERL = """
use JSON::Validator; use JSON::PP;
my $json = JSON::PP->new->utf8->allow_nonref;
my ($schema, @files) = @ARGV;
my $validator = JSON::Validator->new;
sub slurp { local (@ARGV, $/) = @_; <> }
$validator->schema($json->decode(slurp($schema)));
for my $file (@files) { print scalar(my @errors = $validator->validate($json->decode(slurp($file)))) ? "refused" : "accepted", "\\n"; }
"""
# What is wrong by its shape, by names or by a number alone; the rest of the fixtures is wrong in ways that a schema cannot see.
WRONG = """bad-name batch-as-scenario comma-decimal comma-distribution distribution-in-profile effect-keys effect-of-no-number
effect-unknown-target event-month-13 fund-line-unknown infinity inputs-no-pair leg-season list-at-root many-faults map-expected merge-key
minus-sign month-13 nan negative-replications nested-100 nested-effect no-break-key no-list no-sweeps no-unit out-of-range overrun-class
pair percent-gbm percent-share profile-not-allowed regime-arrow scalar-at-root season-of-eleven thousands twenty-digits
unknown-distribution unknown-key unknown-model unknown-top-key wrong-type zero-months""".split()


def plain(node):
    """A YAML node as JSON has it, by the core schema of YAML 1.2, which editors use."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    text = node.value
    if node.style is not None:
        return text
    if re.fullmatch(r"~|null|Null|NULL|", text):
        return None
    if re.fullmatch(r"true|True|TRUE|false|False|FALSE", text):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


def printed(option):
    return json.loads(subprocess.run([ZHOL, "reference", option], capture_output=True, text=True, check=True).stdout)


class Schemas(unittest.TestCase):
    def verdicts(self, schema, documents):
        """By both validators, which have to agree."""
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        first = [validator.is_valid(document) for document in documents]
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder) / f"{i}.json" for i in range(len(documents) + 1)]
            for path, document in zip(paths, [schema, *documents]):
                path.write_text(json.dumps(document))
            run = subprocess.run(["perl", "-e", PERL, *map(str, paths)], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        second = [word == "accepted" for word in run.stdout.split()]
        self.assertEqual(first, second)
        return first

    def read(self, paths):
        return [plain(yaml.compose(path.read_text())) for path in paths]

    def scenarios(self):
        return sorted(path for path in SCENARIOS.rglob("*.yaml") if not path.name.startswith("batch"))

    def test_all_shipped_scenarios_are_accepted(self):
        paths = self.scenarios()
        self.assertGreater(len(paths), 15)
        paths += sorted(FIXTURES.glob("*.yaml"))  # among them all-keys.yaml, which states every key
        paths += sorted(path for path in (SCENARIOS.parent / "examples").rglob("*.yaml"))
        for path, verdict in zip(paths, self.verdicts(printed("--schema"), self.read(paths))):
            self.assertTrue(verdict, path)

    def test_the_files_are_what_is_printed(self):
        for name, option in (("scenario", "--schema"), ("batch", "--batch-schema")):
            self.assertEqual(json.loads((SCENARIOS / f"{name}.schema.json").read_text()), printed(option))

    def test_batches(self):
        batch = self.read([SCENARIOS / "batch.yaml"])[0]
        without = [{key: value for key, value in batch.items() if key != left} for left in ("batch", "base", "worlds", "policies")]
        wrong = [{**batch, "wrolds": []}, {**batch, "worlds": []}, {**batch, "policies": None}, {**batch, "compare": {"regrets": "a"}},
                 {**batch, "batch": "Two Words"}, {**batch, "precision": {"goals": [{"outcome": "npv.national", "statistic": "median"}]}},
                 *without, *self.read([SCENARIOS / "minimal.yaml"])]
        goal = {"outcome": "npv.national", "statistic": "quantile", "at": 0.05, "absolute": "50 MUSD"}
        right = [batch, *self.read([SCENARIOS / "batch-2025.yaml"]), {**batch, "worlds": "worlds/border-closure"}, {**batch, "precision": {"limit": 200000, "goals": [goal]}}]
        schema = printed("--batch-schema")
        self.assertEqual(self.verdicts(schema, right), [True] * len(right))
        self.assertEqual(self.verdicts(schema, wrong), [False] * len(wrong))

    def test_what_is_wrong_by_its_shape_is_refused(self):
        paths, documents = [], []
        for path in sorted((FIXTURES / "bad-input").glob("*.yaml")):
            try:
                documents += self.read([path])
                paths.append(path)
            except (yaml.YAMLError, UnicodeDecodeError, AttributeError):
                continue  # no YAML, or none of one document
        verdicts = dict(zip((path.stem for path in paths), self.verdicts(printed("--schema"), documents)))
        self.assertGreater(len(verdicts), 150)
        for name in WRONG:
            self.assertFalse(verdicts[name], name)

    def test_overlays_and_deletions_are_accepted(self):
        accepted = [{"extends": "minimal", "scenario": "v", "drivers": {"oil": {"sigma": 0.2}, "correlation": None}},
                    {"extends": ["minimal", "worlds/w"], "legs": {"a": {"capacity": {2020: "1 t/yr", "2021-06": "2 t/yr", "times": "uniform(0.9 1.1)"}}}},
                    {"legs": {"a": {"capacity": "14 train/d", "cost": {"box": "1 USD/TEU"}}}, "policies": None},
                    {"energy": {"gas": {"outlets": {"o": {"first": "true", "via": "line"}}}}}, {"units": {"KZT": "1/382.75 USD"}},
                    {"drivers": {"oil": {"model": "path", "unit": "USD/bbl", "values": {"csv": "a.csv", "column": "b", "unit": "USD/bbl"}, "kappa": None}}}]
        refused = [{"drivers": {"correlation": {"pair": {}}}}, {"legs": {"a": {"capacity": {"2020-13": "1 t/yr"}}}},
                   {"legs": {"A": {}}}, {"legs": {"a": {"capacity": "much"}}}, {"time": {"months": 12.5}}, {"run": {"discount": ["3 %/yr"]}},
                   {"flows": {"f": {"tariff": 11}}}, {"units": {"K2": "1 USD"}}, {"drivers": {"oil": {"model": "gbm", "kappa": "1 /yr"}}}]
        schema = printed("--schema")
        as_json = lambda documents: json.loads(json.dumps(documents))
        self.assertEqual(self.verdicts(schema, as_json(accepted)), [True] * len(accepted))
        self.assertEqual(self.verdicts(schema, as_json(refused)), [False] * len(refused))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
