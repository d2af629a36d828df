#!/usr/bin/env python3
"""The table of promises in tests/README.md names tests that exist, and every promise of the project's README has a row.

Usage: check_promises.py PROJECT
"""
import pathlib
import re
import sys

project = pathlib.Path(sys.argv[1])
page = (project / "tests/README.md").read_text()
promised = (project / "README.md").read_text()


def tests_of(path):
    """The names of the tests of a suite, without what its language puts before them."""
    text = path.read_text()
    if path.suffix == ".c":
        return set(re.findall(r"^START_TEST\((\w+)\)", text, re.M))
    return {name.removeprefix("test_") for name in re.findall(r"^    def (test_\w+)\(", text, re.M)}


def faults():
    section = re.search(r"^## Promises\n(.*?)^## ", page, re.M | re.S)
    if section is None:
        yield "tests/README.md has no section 'Promises'"
        return
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section.group(1), re.M)[1:]
    suites = {path.stem.removeprefix("test_"): path for folder in (project / "tests").iterdir() if folder.is_dir()
              for path in folder.glob("*.*") if path.suffix == ".py" or path.name.startswith("test_")}
    for promise, tests in rows:
        named = re.findall(r"`(\w+)/(\w+)`", tests)
        if not named:
            yield f"'{promise}' names no test such as `cli/threads_do_not_change_a_byte`"
        for suite, test in named:
            if suite not in suites:
                yield f"'{promise}': there is no suite {suite}"
            elif test not in tests_of(suites[suite]):
                yield f"'{promise}': the suite {suite} has no test {test}"
    relied = re.search(r"^## What may be relied on\n(.*?)^## ", promised, re.M | re.S).group(1)
    stated = [re.sub(r"\s+", " ", item).strip() for item in re.findall(r"^- (.*?)(?=^- |\Z)", relied, re.M | re.S)]
    words = " ".join(promise for promise, _ in rows)
    for item in stated:  # a row begins as the promise does
        begin = " ".join(item.split()[:6])
        if begin not in words:
            yield f"README.md promises '{begin} ...', of which the table has no row that begins so"


found = list(faults())
print("\n".join(found) if found else "each promise has tests that exist")
sys.exit(bool(found))
