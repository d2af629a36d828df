#!/usr/bin/python3
"""Whether zhol and a plain Python program are the same model: z-scores of the means of yearly outcomes.

Usage: tests/bench/plain_agree.py ZHOL [numpy|numba [SCENARIO [REPLICATIONS [OF_ZHOL]]]]

Both simulate the scenario without what the plain program leaves out, each with random numbers of its own. A difference of
two means in standard errors of it, z, has a root mean square near 1; years and outcomes hang together, so it scatters.
"""
import importlib
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

import plain_scenario

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SEED = 7
# With S outcomes of Y years that hang together as if K were independent, the mean square of z scatters by sqrt(2/K); K is
# about the 115 distributions and 12 innovations that drive everything. The worst of N normals is rarely above the bound.
MOST_RMS = 1 + 4 * math.sqrt(2 / 127) / 2


def most_worst(count):
    """What the greatest of that many independent normals exceeds once in a thousand times."""
    import scipy.stats
    return scipy.stats.norm.isf(1e-3 / 2 / count)


def zhol_means(zhol, scenario, replications, folder):
    """{(outcome, year): (mean, standard error, unit)} of zhol's run, with the present values of the horizon as year -1."""
    result = os.path.join(folder, "agree.h5")
    subprocess.run([zhol, "run", scenario, "-n", str(replications), "-o", result, "--force", "--progress", "none"],
                   check=True, stdout=subprocess.DEVNULL)
    out = {}
    with h5py.File(result) as file:
        for group in ("annual", "horizon"):
            of = file[group]
            names = [name.decode() for name in of["outcome"][()]]
            units = [unit.decode() for unit in of["units"][()]]
            means, deviations = of["mean"][()], of["sd"][()]
            for i, name in enumerate(names):
                if group == "horizon":
                    if name.startswith("npv."):
                        out[name, -1] = (float(means[i]), float(deviations[i]) / math.sqrt(replications), units[i])
                    continue
                for year in range(means.shape[1]):
                    out[name, year] = (float(means[i, year]), float(deviations[i, year]) / math.sqrt(replications), units[i])
    return out


def plain_means(model, scenario, replications):
    cells, npv = model.run(plain_scenario.read(scenario), SEED, replications)
    root, out = math.sqrt(replications), {}
    for name, rows in cells.items():
        mean, spread = rows.mean(axis=1, dtype=float), rows.std(axis=1, dtype=float, ddof=1)
        out |= {(name, year): (mean[year], spread[year] / root) for year in range(len(mean))}
    return out | {(name, -1): (row.mean(dtype=float), row.std(dtype=float, ddof=1) / root) for name, row in npv.items()}


def compare(zhol, plain):
    """{(outcome, year): z}; what varies in neither has to be equal but for rounding to float32."""
    z = {}
    for cell, (mean, error) in plain.items():
        if cell not in zhol:
            raise KeyError(f"zhol reports no {cell[0]}")
        of_zhol, zhol_error, unit = zhol[cell]
        factor = plain_scenario.result_factor(unit)
        apart, spread = mean - factor * of_zhol, math.hypot(error, factor * zhol_error)
        rounding = 1e-5 * max(abs(mean), 1e-12)
        z[cell] = apart / spread if spread > rounding else 0.0 if abs(apart) <= 4 * rounding else math.inf
    return z


def agree(zhol, model, scenario, replications, of_zhol):
    with tempfile.TemporaryDirectory() as folder:
        variant = os.path.join(folder, "plain.yaml")
        plain_scenario.variant(scenario, variant)
        return compare(zhol_means(zhol, variant, of_zhol, folder), plain_means(model, variant, replications))


def main():
    zhol = sys.argv[1]
    name = sys.argv[2] if len(sys.argv) > 2 else "numpy"
    scenario = sys.argv[3] if len(sys.argv) > 3 else PROJECT / "scenarios/kazakhstan-2019.yaml"
    replications = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
    of_zhol = int(sys.argv[5]) if len(sys.argv) > 5 else 10240
    z = agree(zhol, importlib.import_module("plain_" + name), scenario, replications, of_zhol)
    parts = {}
    for (outcome, _), value in z.items():
        parts.setdefault(outcome.split(".")[0], []).append(value)
    print(f"{name}: {len(z)} means of {len({outcome for outcome, _ in z})} outcomes, "
          f"{replications} replications against {of_zhol} of zhol")
    for part, values in parts.items():
        print(f"  {part:10} rms z {numpy.sqrt(numpy.mean(numpy.square(values))):.2f}, worst {max(values, key=abs):+.2f}")
    rms = math.sqrt(numpy.mean(numpy.square(list(z.values()))))
    worst = max(z, key=lambda cell: abs(z[cell]))
    good = rms < MOST_RMS and abs(z[worst]) < most_worst(len(z))
    print(f"  all        rms z {rms:.2f} (at most {MOST_RMS:.2f}), worst {z[worst]:+.2f} (at most {most_worst(len(z)):.2f}): "
          f"{worst[0]} of year {worst[1] + 1}: {'the same model' if good else 'DIFFERENT MODELS'}")
    if "-v" in sys.argv:
        for cell in sorted(z, key=lambda cell: -abs(z[cell]))[:40]:
            print(f"    {cell[0]:50} {cell[1]:3} {z[cell]:+.2f}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
