#!/usr/bin/env python3
"""Checks that folders include one another in one direction only.

sim/core stands alone; models, scenarios and output include it and themselves, never one another; sim/cli may include all.
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


def main(root):
    wrong, seen = [], 0
    for folder, allowed in ALLOWED.items():
        for path in sorted((root / folder).glob("*.[ch]")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                included = re.match(r'#include "(.+)/[^/]+"', line)
                seen += 1 if included else 0
                if included and included[1] not in allowed:
                    wrong.append(f"{path.relative_to(root)}:{number}: {folder} must not include {included[1]}")
    print("\n".join(wrong) or f"{seen} includes, all in the right direction")
    return 1 if wrong or seen == 0 else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
