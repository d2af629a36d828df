#!/usr/bin/env python3
"""Checks that folders include one another in one direction only.

Each folder with sources is listed below with the folders and headers that it may include; one that is not listed is a fault, so that nothing
goes unchecked because it was moved. And one file alone includes what only one architecture has, or has a piece of its assembler.
"""
import pathlib
import re
import sys

CORE, STATISTICS = {"sim/core"}, {"sim/core", "sim/statistics"}
DRIVERS = CORE | {"models/plan.h", "models/drivers"}
NETWORK = DRIVERS | {"models/network"}
ENERGY = NETWORK | {"models/energy"}
POLICY = DRIVERS | {"models/policy"}
MODELS = ENERGY | POLICY | {"models/accounts"}
TABLE = CORE | {"scenarios/table"}
READER = TABLE | {"scenarios/reader"}
WRITER = TABLE | {"scenarios/writer"}
HDF5 = STATISTICS | {"output/hdf5"}
RESULT = HDF5 | {"output/result"}
GIVEN = RESULT | READER | {"output/given"}
OUTPUT = RESULT | {"output/comparison", "output/tables"}
RANKING = OUTPUT | {"output/ranking"}
SCORE = RESULT | TABLE | {"output/tables", "output/score"}
SENSITIVITY = OUTPUT | {"output/sensitivity"}
REPORT = SENSITIVITY | SCORE | RANKING | {"output/report"}
RUN = MODELS | {"models"} | READER | RANKING | {"sim/run"}
ALLOWED = {
    "sim/core": CORE,
    "sim/statistics": STATISTICS,
    "models/drivers": DRIVERS,
    "models/network": NETWORK,
    "models/energy": ENERGY,
    "models/policy": POLICY,
    "models/accounts": MODELS,
    "models/calibration": STATISTICS | {"models/calibration"},
    "models": MODELS | {"models"},
    "scenarios/table": TABLE,
    "scenarios/reader": READER,
    "scenarios/writer": WRITER,
    "output/hdf5": HDF5,
    "output/result": RESULT,
    "output/tables": RESULT | {"output/tables"},
    "output/given": GIVEN,
    "output/diff": OUTPUT | READER | {"output/diff"},
    "output/comparison": OUTPUT | {"output/given"},
    "output/ranking": RANKING | {"output/given", "output/sensitivity"},
    "output/report": REPORT,
    "output/score": SCORE,
    "output/sensitivity": SENSITIVITY | {"output/given"},
    "sim": set(),
    "sim/run": RUN | {"sim/zhol.h"},
    "sim/batch": RUN | {"sim/batch"},
    "sim/cli": RUN | WRITER | REPORT | {"output/diff", "output/given", "sim/batch", "sim/cli", "models/calibration"},
}
PROCESSOR = {"sim/core/stream.c"}
ROOTS = ("sim", "models", "scenarios", "output")


def main(root):
    wrong, seen = [], 0
    for path in sorted(path for top in ROOTS for path in (root / top).rglob("*.[ch]")):
        folder = str(path.parent.relative_to(root))
        if folder not in ALLOWED:
            wrong.append(f"{path.relative_to(root)}: nothing says what {folder} may include")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            included = re.match(r'#include "((.+)/[^/]+)"', line)
            seen += 1 if included else 0
            if re.search(r"<(\w*intrin|arm_\w+|cpuid|x86\w+|asm/.*|sys/(auxv|platform/.*))\.h>|\b(__)?asm(__)?\b", line) and str(path.relative_to(root)) not in PROCESSOR:
                wrong.append(f"{path.relative_to(root)}:{number}: only {', '.join(PROCESSOR)} may be about one architecture: {line.strip()}")
            if included and not ALLOWED[folder] & {included[1], included[2]}:
                wrong.append(f"{path.relative_to(root)}:{number}: {folder} must not include {included[1]}")
    print("\n".join(wrong) or f"{seen} includes, all in the right direction")
    return 1 if wrong or seen == 0 else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
