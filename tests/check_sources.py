#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every number of a shipped scenario says where it comes from: check_sources.py FOLDER.

A number is accounted for by a comment that names a year, a publisher, or one of the words below: on a line of its own value, in the lines
of comment after that, or beside or right above the name of a map that holds it; the heading of a whole section is too far away. A file that
says at its head that all its numbers are assumptions has said it.
"""
import pathlib
import re
import sys

import yaml

ACCOUNT = re.compile(r"assumption|derived|\bfit\b|by definition|hindsight|from memory|likewise|the rest|counted in|published|"
                     r"\bas (above|at the head|[a-z-]*bound|[a-z-]+$|[a-z-]+[:;,])|\b(as|of|in|by) [A-Z]|\b(19|20)\d\d\b|class [A-DK-R]")
NUMBER = re.compile(r"[-+.]?\d|[a-z]+\([-+.]?\d")
EXEMPT = {"scenario", "title", "time", "run", "units"}


class Page:
    def __init__(self, text):
        self.code, self.comment = [], []
        for line in text.split("\n"):
            quoted = re.match(r"(?:[^#'\"]|'[^']*'|\"[^\"]*\"|(?<! )#)*", line).group()
            self.code.append(quoted.strip())
            self.comment.append(line[len(quoted):].lstrip("# ").strip())

    def around(self, first, last):
        """Comments on lines of a value and of the lines of comment after it."""
        last = min(last, len(self.code) - 1)
        words = self.comment[first:last + 1]
        while last + 1 < len(self.code) and not self.code[last + 1] and self.comment[last + 1]:
            last += 1
            words.append(self.comment[last])
        return " ".join(words)

    def heading(self, line):
        """Comments beside a name, after it and right above it."""
        words = [self.around(line, line)]
        while line > 0 and not self.code[line - 1] and self.comment[line - 1]:
            line -= 1
            words.append(self.comment[line])
        return " ".join(words)


def unaccounted(page, node, path=(), held=False, outer=None):
    """(line, path) of numbers without an account; held: by a heading further out; outer: the first and last line of flow braces."""
    if isinstance(node, yaml.ScalarNode):
        if not NUMBER.match(node.value) or held:
            return
        first, last = outer or (node.start_mark.line, node.end_mark.line)
        if not ACCOUNT.search(page.around(first, last)):
            yield node.start_mark.line + 1, ".".join(path)
        return
    if node.flow_style and outer is None:
        outer = node.start_mark.line, node.end_mark.line
    entries = node.value if isinstance(node, yaml.MappingNode) else [(None, item) for item in node.value]
    for key, value in entries:
        name = path + ((key.value,) if key is not None else ())
        if len(name) == 1 and name[0] in EXEMPT:
            continue
        ours = held or (key is not None and path and not isinstance(value, yaml.ScalarNode) and outer is None
                        and bool(ACCOUNT.search(page.heading(key.start_mark.line))))
        yield from unaccounted(page, value, name, ours, outer)


def main():
    folder = pathlib.Path(sys.argv[1])
    paths = sorted(path for path in folder.rglob("*.yaml") if not path.name.startswith("batch"))
    bad = []
    for path in paths:
        text = path.read_text()
        if "All numbers are assumptions" not in text.split("\nscenario:")[0]:
            bad += [f"{path.relative_to(folder)}:{line}: {name} has no source, nor the word assumption" for line, name in unaccounted(Page(text), yaml.compose(text))]
    # The check itself: without their comments the baselines must fail.
    for name, least in (("kazakhstan-2019.yaml", 500), ("kazakhstan-2025.yaml", 300)):
        bare = "\n".join(re.sub(r"(^| )#.*", "", line) for line in (folder / name).read_text().split("\n"))
        if len(list(unaccounted(Page(bare), yaml.compose(bare)))) < least:
            bad.append(f"{name} without its comments passes: the check sees nothing")
    sys.exit("\n".join(bad) if bad else 0)


main()
