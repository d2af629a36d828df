#!/usr/bin/env python3
"""Checks that folders include one another in one direction only.

Each folder with sources is listed below with those that it may include; one that is not listed is a fault, so that nothing
goes unchecked because it was moved.
"""
import pathlib
import re
import sys

ALLOWED = {
    "sim/core": {"sim/core"},
    "models": {"sim/core", "models"},
    "scenarios": {"sim/core", "scenarios"},
    "output": {"sim/core", "output"},
    "sim/cli": {"sim/core", "models", "scenarios", "output", "sim/cli"},
}
ROOTS = ("sim", "models", "scenarios", "output")


def main(root):
    wrong, seen = [], 0
    for path in sorted(path for top in ROOTS for path in (root / top).rglob("*.[ch]")):
        folder = str(path.parent.relative_to(root))
        if folder not in ALLOWED:
            wrong.append(f"{path.relative_to(root)}: nothing says what {folder} may include")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            included = re.match(r'#include "(.+)/[^/]+"', line)
            seen += 1 if included else 0
            if included and included[1] not in ALLOWED[folder]:
                wrong.append(f"{path.relative_to(root)}:{number}: {folder} must not include {included[1]}")
    print("\n".join(wrong) or f"{seen} includes, all in the right direction")
    return 1 if wrong or seen == 0 else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
