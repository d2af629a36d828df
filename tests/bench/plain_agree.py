#!/usr/bin/python3
"""Whether zhol and a plain Python program are the same model: z-scores of the means of yearly outcomes.

Usage: tests/bench/plain_agree.py ZHOL [-m numpy|numba] [-s SCENARIO] [-n REPLICATIONS] [-z REPLICATIONS OF ZHOL] [-y YEARS] [-v]

Both simulate the scenario without what the plain program leaves out, each with random numbers of its own. A difference of
two means in standard errors of it, z, has a root mean square near 1; years and outcomes hang together, so it scatters.
Then zhol simulates a scenario that differs in a little, which has to be told apart.
"""
import argparse
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


def zhol_means(zhol, scenario, replications, folder, *options):
    """{(outcome, year): (mean, standard error, unit)} of zhol's run, with the present values of the horizon as year -1."""
    result = os.path.join(folder, "agree.h5")
    subprocess.run([zhol, "run", scenario, "-n", str(replications), "-o", result, "--force", "--progress", "none", *options],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
    """{(outcome, year): z}; what varies in neither has to be equal but for rounding: to float32, and of differences of
    values as great as the greatest of that unit."""
    z, greatest = {}, {}
    for _, (mean, _, unit) in zhol.items():
        greatest[unit] = max(greatest.get(unit, 0.0), abs(mean))
    for cell, (mean, error) in plain.items():
        if cell not in zhol:
            raise KeyError(f"zhol reports no {cell[0]}")
        of_zhol, zhol_error, unit = zhol[cell]
        factor = plain_scenario.result_factor(unit)
        apart, spread = mean - factor * of_zhol, math.hypot(error, factor * zhol_error)
        rounding = max(1e-5 * abs(mean), 1e-12 * factor * greatest[unit])
        z[cell] = apart / spread if spread > rounding else 0.0 if abs(apart) <= 4 * rounding else math.inf
    return z


def judge(z):
    """(rms, the cell that is worst, whether both are as of one model)."""
    worst = max(z, key=lambda cell: abs(z[cell]))
    rms = math.sqrt(numpy.mean(numpy.square(list(z.values()))))
    return rms, worst, rms < MOST_RMS and abs(z[worst]) < most_worst(len(z))


def tell(z, name, replications, of_zhol):
    parts = {}
    for (outcome, _), value in z.items():
        parts.setdefault(outcome.split(".")[0], []).append(value)
    print(f"{name}: {len(z)} means of {len({outcome for outcome, _ in z})} outcomes, "
          f"{replications} replications against {of_zhol} of zhol")
    for part, values in parts.items():
        print(f"  {part:10} rms z {numpy.sqrt(numpy.mean(numpy.square(values))):.2f}, worst {max(values, key=abs):+.2f}")


def main():
    parser = argparse.ArgumentParser(description="Whether zhol and a plain Python program are the same model.")
    parser.add_argument("zhol")
    parser.add_argument("-m", "--model", default="numpy", choices=("numpy", "numba"))
    parser.add_argument("-s", "--scenario", default=PROJECT / "tests/bench/kazakhstan.yaml")
    parser.add_argument("-n", "--replications", type=int, default=1000)
    parser.add_argument("-z", "--of-zhol", type=int, default=10240)
    parser.add_argument("-y", "--years", type=int, help="simulated, in place of the scenario's")
    parser.add_argument("-v", "--verbose", action="store_true", help="name the greatest differences")
    asked = parser.parse_args()
    model = importlib.import_module("plain_" + asked.model)
    with tempfile.TemporaryDirectory() as folder:
        variant, time = os.path.join(folder, "plain.yaml"), plain_scenario.load(asked.scenario)["time"]
        months = {"time": time | {"months": str(12 * asked.years)}} if asked.years else {}
        plain_scenario.variant(asked.scenario, variant, **months)
        plain = plain_means(model, variant, asked.replications)
        z = compare(zhol_means(asked.zhol, variant, asked.of_zhol, folder), plain)
        other = compare(zhol_means(asked.zhol, variant, asked.of_zhol, folder, "--set", "fiscal.profit_tax=21 %"), plain)
    tell(z, asked.model, asked.replications, asked.of_zhol)
    rms, worst, good = judge(z)
    print(f"  all        rms z {rms:.2f} (at most {MOST_RMS:.2f}), worst {z[worst]:+.2f} (at most {most_worst(len(z)):.2f}): "
          f"{worst[0]} of year {worst[1] + 1}: {'the same model' if good else 'DIFFERENT MODELS'}")
    if asked.verbose:
        for cell in sorted(z, key=lambda cell: -abs(z[cell]))[:40]:
            print(f"    {cell[0]:50} {cell[1] + 1:3} {z[cell]:+.2f}")
    rms, worst, same = judge(other)
    print(f"  with another profit tax in zhol worst {other[worst]:+.2f}: {'NOT TOLD APART' if same else 'told apart'}")
    return 0 if good and not same else 1


if __name__ == "__main__":
    sys.exit(main())
