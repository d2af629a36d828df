#!/usr/bin/env python3
"""What happens when memory runs out: the k-th allocation of a command fails, for k = 1, 2, ...

Each time there is one clear sentence and exit status 1, no crash, no file but a whole one, and nothing that was allocated is left. Commands
with many allocations are sampled; `long` as the last argument tries every one.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

ZHOL, SCENARIOS, SHIM = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
TRIES = None if sys.argv[4:] == ["long"] else 80
SENTENCES = ("out of memory", "no memory for")


def run(command, folder, fail_at):
    """The finished command, how many allocations it made, and how many of them it left."""
    report = folder / f"report-{fail_at}"
    environment = dict(os.environ, LD_PRELOAD=SHIM, REPORT_TO=str(report), FAIL_AT=str(fail_at))
    done = subprocess.run([ZHOL, *command], env=environment, cwd=folder, capture_output=True, text=True, timeout=300)
    calls, left = (int(word) for word in report.read_text().split()) if report.exists() else (None, None)
    report.unlink(missing_ok=True)
    return done, calls, left


def judge(command, fail_at, output, whole, usual):
    """What is wrong when that allocation fails; None: nothing. `whole` is the file without a failure."""
    with tempfile.TemporaryDirectory() as folder:
        done, _, left = run(command, pathlib.Path(folder), fail_at)
        files = sorted(path.name for path in pathlib.Path(folder).iterdir())
        part = output in files and (pathlib.Path(folder) / output).read_bytes() != whole
    said = [line for line in done.stderr.splitlines() if any(sentence in line for sentence in SENTENCES)]
    if done.returncode != 1 or len(said) != 1:
        return f"exit {done.returncode}, {len(said)} sentences: {done.stderr[-200:]!r}"
    if part or set(files) - {output}:
        return f"left {files}"
    if left is not None and left > usual:
        return f"left {left} blocks, {usual} without a failure"
    return None


def check(name, command, output=""):
    """The number of failures of a command; prints them."""
    with tempfile.TemporaryDirectory() as folder:
        done, calls, usual = run(command, pathlib.Path(folder), 0)
        whole = (pathlib.Path(folder) / output).read_bytes() if output else None
    if done.returncode != 0:
        print(f"{name}: exit {done.returncode} without a failing allocation: {done.stderr}")
        return 1
    step = 1 if TRIES is None else max(1, calls // TRIES)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tried = list(range(1, calls + 1, step))
        wrong = [(k, fault) for k, fault in zip(tried, pool.map(lambda k: judge(command, k, output, whole, usual), tried)) if fault]
    print(f"{name}: {calls} allocations, {len(tried)} made to fail, {usual} blocks left at the end")
    for k, fault in wrong[:10]:
        print(f"  allocation {k}: {fault}")
    return len(wrong)


def main():
    minimal, kazakhstan = str(SCENARIOS / "minimal.yaml"), str(SCENARIOS / "kazakhstan-2019.yaml")
    with tempfile.TemporaryDirectory() as folder:
        base, variant = (str(pathlib.Path(folder) / name) for name in ("base.h5", "variant.h5"))
        for path, drift in ((base, []), (variant, ["--set", "drivers.oil.start=70 USD/bbl"])):
            subprocess.run([ZHOL, "run", minimal, "-n", "64", "--progress", "none", "-o", path, *drift], check=True,
                           capture_output=True)
        wrong = check("check", ["check", minimal, "-j", "1"])
        wrong += check("run", ["run", minimal, "-n", "40", "-j", "1", "--progress", "none", "-o", "out.h5"], "out.h5")
        large = kazakhstan if TRIES is None else str(SCENARIOS / "two-pipelines.yaml")
        wrong += check("a larger run", ["run", large, "-n", "2", "-j", "1", "--progress", "none", "-o", "out.h5"], "out.h5")
        wrong += check("show", ["show", base])
        wrong += check("show as JSON", ["show", base, "--json"])
        wrong += check("compare", ["compare", base, variant, "-o", "c.h5"], "c.h5")
        compared = str(pathlib.Path(folder) / "c.h5")
        subprocess.run([ZHOL, "compare", base, variant, "-o", compared], check=True, capture_output=True)
        wrong += check("list of a comparison", ["compare", "--list", compared])
        parts = pathlib.Path(folder) / "parts"
        parts.mkdir()
        for words in (["-n", "600", "--keep"], ["-n", "2000", "--shard", "2/3"]):
            subprocess.run([ZHOL, "run", minimal, "--progress", "none", "-o", str(parts / "p.h5"), *words], check=True, capture_output=True)
        (parts / "p.h5").unlink()
        wrong += check("status", ["status", str(parts)])
    return 1 if wrong else 0


sys.exit(main())
