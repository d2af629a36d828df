#!/usr/bin/env python3
"""How good `zhol check` is at telling what a run takes: predicted over actual.

Usage: tests/bench/pilot.py [ZHOL]
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import h5py

PROJECT = pathlib.Path(__file__).resolve().parents[2]
ZHOL = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "build/release/zhol"
KAZAKHSTAN = PROJECT / "tests/bench/kazakhstan.yaml"
CASES = [["-n", "10000"], ["-n", "50000"], ["-n", "100000"], ["--precision", "npv.national=0.5 %"],
         ["--precision", "routes.china-europe.middle.volume=0.7 %"], ["--precision", "fiscal.total@2030:quantile:0.05=1 %"],
         ["--precision", "fiscal.total@2030:cvar-lower:0.99=2 %"], ["--precision", "npv.national:cvar-lower=0.7 %"]]
FACTOR = {"kB": 1e3, "MB": 1e6, "GB": 1e9}


def size(plan, label):
    number, unit = re.search(label + r" +([0-9.e+]+) (kB|MB|GB)", plan).groups()
    return float(number) * FACTOR[unit]


def seconds(text, before):
    """The time that stands behind some words, such as "24 s" or "3.4 h"."""
    number, unit = re.search(before + r" *([0-9.]+) (s|min|h|days)\b", text).groups()
    return float(number) * {"s": 1.0, "min": 60.0, "h": 3600.0, "days": 86400.0}[unit]


def main():
    print("predicted over actual:\n\n| asked | replications | time | memory | file |\n|---|---|---|---|---|")
    for words in CASES:
        with tempfile.TemporaryDirectory() as folder:
            plan = subprocess.run([ZHOL, "check", KAZAKHSTAN, *words], check=True, capture_output=True, text=True).stdout
            result = pathlib.Path(folder) / "r.h5"
            process = subprocess.Popen([ZHOL, "run", KAZAKHSTAN, *words, "-o", result], stderr=subprocess.PIPE, text=True)
            said = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            assert status == 0, said
            with h5py.File(result) as file:
                replications = int(file.attrs["replications"])
            predicted = int(re.search(r"replications(?:, about)? +(\d+)", plan)[1])
            memory = size(plan, "memory in all, about")
            row = [predicted / replications, seconds(plan, "predicted time, about") / seconds(said, "outcomes,"),
                   memory / (1024 * usage.ru_maxrss), size(plan, "result file, about") / result.stat().st_size]
            print(f"| `{' '.join(words)}`: {replications} | " + " | ".join(f"{value:.2f}" for value in row) + " |", flush=True)


if __name__ == "__main__":
    main()
