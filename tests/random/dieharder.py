#!/usr/bin/env python3
"""Puts the random numbers of a run, in the orders in which they are used, before the tests of dieharder.

Usage: dieharder.py RANDOM_WORDS [TEST[,TEST...] [ORDER...]]

Prints a table: of every test how many p-values there were in all orders, the least and the greatest. The status is 1 if a p-value is below
1e-8 or above 1 - 1e-8, which chance does once in 50,000 campaigns of 1,000. Tests are numbers of `dieharder -l`; without them, those of
Diehard, STS and DAB that dieharder calls good and that take less than 20 seconds. The numbers are the same in every campaign.
"""
import subprocess
import sys

TESTS = "0,3,4,8,9,10,11,12,13,15,16,100,101,102,205,206,207,208,209"
LIMIT = 1e-8


def p_values(words, order, test):
    """The name of the test and its p-values, one of each variant."""
    source = subprocess.Popen([words, order], stdout=subprocess.PIPE)
    try:
        # -S: what dieharder draws itself
        found = subprocess.run(["dieharder", "-g", "200", "-S", "1", "-c", ",", "-D", "test_name", "-D", "pvalues", "-d", test],
                               stdin=source.stdout, capture_output=True, text=True, check=True).stdout
    finally:
        source.stdout.close()
        source.wait()
    rows = [line.split(",") for line in found.splitlines() if "," in line]
    return rows[0][0].strip(), [float(row[1]) for row in rows]


def main():
    words = sys.argv[1]
    tests = (sys.argv[2] if len(sys.argv) > 2 else TESTS).split(",")
    orders = sys.argv[3:] or [line.split()[0] for line in subprocess.run([words], capture_output=True, text=True, check=True).stdout.splitlines()]
    count, outside = 0, 0
    print("| test | p-values | least | in | greatest | in |\n|---|---|---|---|---|---|", flush=True)
    for test in tests:
        found = []  # (p-value, order)
        for order in orders:
            name, values = p_values(words, order, test)
            found += [(p, order) for p in values]
        least, greatest = min(found), max(found)
        count += len(found)
        outside += sum(not LIMIT <= p <= 1 - LIMIT for p, _ in found)
        print(f"| {name} | {len(found)} | {least[0]:.2g} | {least[1]} | {greatest[0]:.6f} | {greatest[1]} |", flush=True)
    print(f"\n{count} p-values, {outside} outside {LIMIT:g} and 1 - {LIMIT:g}")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
