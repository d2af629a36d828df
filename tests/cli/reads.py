#!/usr/bin/env python3
"""What happens when a disk fails: the k-th reading of a result gives an error of the machine, for k = 1, 2, ...

Each time there is one sentence and exit status 1: neither is the file said to be damaged or no result, nor an outcome to be missing in it.

Usage: reads.py ZHOL SCENARIOS FAILING_READS [long]
"""
import concurrent.futures
import errno
import os
import pathlib
import subprocess
import sys
import tempfile

ZHOL, SCENARIOS, SHIM = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), os.path.abspath(sys.argv[3])
TRIES = None if sys.argv[4:] == ["long"] else 60


def run(folder, words, fail_at=0, error=0):
    """The finished command, and how often it read, but for the process that checks the file first."""
    report = folder / f"report-{fail_at}-{error}"
    environment = dict(os.environ, LD_PRELOAD=SHIM, REPORT_TO=str(report), FAIL_AT=str(fail_at), WITH=str(error))
    done = subprocess.run([ZHOL, *words], env=environment, cwd=folder, capture_output=True, text=True, timeout=120)
    calls = int(report.read_text()) if report.exists() else 0
    report.unlink(missing_ok=True)
    return done, calls


def judge(folder, words, fail_at, error):
    """What is wrong when that reading fails; None: nothing."""
    done, _ = run(folder, words, fail_at, error)
    lines = done.stderr.splitlines()
    if done.returncode == 1 and len(lines) == 1 and os.strerror(error) in lines[0] and "only in" not in done.stdout:
        return None
    return f"exit {done.returncode}: {done.stderr[-300:]!r}"


def check(folder, words):
    """The number of failures of a command; prints them."""
    done, calls = run(folder, words)
    if done.returncode != 0 or calls == 0:
        print(f"{words}: exit {done.returncode}, {calls} readings: {done.stderr}")
        return 1
    tried = [(k, error) for error in (errno.EIO, errno.ESTALE) for k in range(1, calls + 1, 1 if TRIES is None else max(1, calls // TRIES))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [(case, fault) for case, fault in zip(tried, pool.map(lambda case: judge(folder, words, *case), tried)) if fault]
    print(f"{' '.join(words)}: {calls} readings, {len(tried)} failures")
    for case, fault in wrong[:10]:
        print(f"  {case}: {fault}")
    return len(wrong)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file, more in (("base", []), ("variant", ["--set", "drivers.oil.start=70 USD/bbl"])):
            subprocess.run([ZHOL, "run", str(SCENARIOS / "minimal.yaml"), "-n", "64", "--progress", "none", "-o", f"{file}.h5", *more], cwd=folder, check=True,
                           capture_output=True)
        subprocess.run([ZHOL, "compare", "base.h5", "variant.h5", "-o", "c.h5"], cwd=folder, check=True, capture_output=True)
        wrong = sum(check(folder, words) for words in (
            ["show", "base.h5"], ["show", "base.h5", "--unsealed"], ["compare", "base.h5", "variant.h5"], ["compare", "base.h5", "variant.h5", "--unsealed", "--outcome", "*"],
            ["compare", "--list", "c.h5"], ["replay", "base.h5", "-r", "1"], ["verify", "base.h5", "-j", "1"], ["verify", "base.h5", "--all", "-j", "1"]))
    return 1 if wrong else 0


sys.exit(main())
