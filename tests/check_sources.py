#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every number of a shipped scenario says where it comes from, and `zhol explain --sources` tells the same of each as the rule of
scenarios/README.md read anew here: check_sources.py ZHOL FOLDER.

The rule is asked of the files as they are, of the largest without its comments, and of that with some of them.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ACCOUNT = re.compile(r"assumption|derived|\bfit\b|by definition|hindsight|from memory|likewise|the rest|counted in|published|"
                     r"\bas (above|at the head|[a-z-]*bound|[a-z-]+$|[a-z-]+[:;,])|\b(as|of|in|by) [A-Z]|\b(19|20)\d\d\b|class [A-DK-R]")
REFERS, NAMES = re.compile(r"likewise|\bas above"), re.compile(r"derived|\bfit\b|by definition|published|\b(as|of|in|by) [A-Z]|\b(19|20)\d\d\b")
NUMBER = re.compile(r"[-+.]?\d|[a-z]+\([-+.]?\d")
EXEMPT = {"scenario", "title", "time", "run", "units"}


class Page:
    def __init__(self, text):
        self.code, self.comment = [], []
        for line in text.split("\n"):
            quoted = re.match(r"(?:[^#'\"]|'[^']*'|\"[^\"]*\"|(?<! )#|(?<=\w)')*", line).group()
            self.code.append(quoted.strip())
            self.comment.append(line[len(quoted):].lstrip("# ").strip())
        head = text.split("\nscenario:")[0]
        self.all = "All numbers are assumptions" if "All numbers are assumptions" in head else ""
        self.last = "none"

    def around(self, first, last):
        """Comments on lines of a value and of the lines of comment after it."""
        last = min(last, len(self.code) - 1)
        words = self.comment[first:last + 1]
        while last + 1 < len(self.code) and not self.code[last + 1] and self.comment[last + 1]:
            last += 1
            words.append(self.comment[last])
        return " ".join(word for word in words if word)

    def heading(self, line):
        """Comments beside a name, after it and right above it."""
        words = [self.around(line, line)]
        while line > 0 and not self.code[line - 1] and self.comment[line - 1]:
            line -= 1
            words.append(self.comment[line])
        return " ".join(word for word in words if word)

    def kind(self, words):
        """What a comment makes of its numbers, where it stands; None if it accounts for none."""
        if not ACCOUNT.search(words):
            return None
        if "hindsight" in words or "assumption" in words:
            return "hindsight" if "hindsight" in words else "assumption"
        return self.last if REFERS.search(words) and not NAMES.search(words) and self.last != "none" else "sourced"


def numbers(page, node, path=(), held=None, outer=None):
    """(path, line, kind); held: what the nearest name further out says; outer: what is said of flow braces, (None,) if nothing."""
    table = isinstance(node, yaml.MappingNode) and any(key.value == "csv" for key, _ in node.value)  # counts once
    if table or isinstance(node, yaml.ScalarNode):
        if table or NUMBER.match(node.value):
            own = outer[0] if outer else page.kind(page.around(node.start_mark.line, node.end_mark.line))
            kind = own or held or ("assumption" if page.all else "none")
            page.last = page.last if kind == "none" else kind
            yield ".".join(path), node.start_mark.line + 1, kind
        return
    if node.flow_style and outer is None:
        outer = (page.kind(page.around(node.start_mark.line, node.end_mark.line)),)
    entries = [(key.value, value, key) for key, value in node.value] if isinstance(node, yaml.MappingNode) else [
        (str(i), item, None) for i, item in enumerate(node.value, 1)]
    for name, value, key in entries:
        if not path and name in EXEMPT:
            continue
        ours = held
        if key is not None and path and not isinstance(value, yaml.ScalarNode) and outer is None:
            ours = page.kind(page.heading(key.start_mark.line)) or held
        yield from numbers(page, value, (*path, name), ours, outer)


def told(zhol, path):
    """What the program says of the numbers that stand in this file."""
    run = subprocess.run([zhol, "explain", "--sources", "--json", path], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{path}: {run.stderr}")
    document = json.loads(run.stdout)
    counts = collections.Counter(item["kind"] for item in document["sources"])
    if document["numbers"] != sum(counts.values()) or any(counts[kind] != count for kind, count in document["counts"].items()):
        sys.exit(f"{path}: the counts are not those of the numbers that are listed")
    return {item["path"]: (item["line"], item["kind"]) for item in document["sources"] if item["file"] == str(path)}


def compare(zhol, path, whole):
    """The first few numbers of a file of which the program tells something else; of a file that others change, what it tells."""
    text = path.read_text()
    expected = {name: (line, kind) for name, line, kind in numbers(Page(text), yaml.compose(text))}
    found = told(zhol, path)
    differ = [f"{path.name}: {name} is {found.get(name)} to zhol, and {expected.get(name)} by the rule"
              for name in (expected | found if whole else found) if found.get(name) != expected.get(name)]
    return differ[:5], expected


def main():
    zhol, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    bad = []
    for path in sorted(path for path in folder.rglob("*.yaml") if not path.name.startswith("batch")):
        differ, expected = compare(zhol, path, "\nextends:" not in path.read_text())
        bad += differ + [f"{path.relative_to(folder)}:{line}: {name} has no source, nor the word assumption"
                         for name, (line, kind) in expected.items() if kind == "none"]
    # Without its comments a file must fail, and both must see the same where some are left.
    with tempfile.TemporaryDirectory() as temporary:
        for name, least in (("kazakhstan-2019", 500), ("kazakhstan-2025", 300)):
            lines = (folder / f"{name}.yaml").read_text().split("\n")
            for part in (1, 2, 3, 5):
                path = pathlib.Path(temporary) / f"{name}.yaml"
                path.write_text("\n".join(re.sub(r"(^| )#.*", "", line) if i % part == 0 else line for i, line in enumerate(lines)))
                differ, expected = compare(zhol, path, "\nextends:" not in path.read_text())
                bad += differ
                if part == 1 and sum(kind == "none" for _, kind in expected.values()) < least:
                    bad.append(f"{name}.yaml without its comments passes: the check sees nothing")
    sys.exit("\n".join(bad) if bad else 0)


main()
