#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drivers of the baselines are what scenarios/history/fit.py computes from its series: check_fits.py SCENARIOS.

What the scenario rounds may differ by half of its last digit.
"""
import pathlib
import re
import subprocess
import sys

import yaml

NUMBER = r"-?\d+(?:\.\d+)?"


def numbers(text):
    return [(float(word), 0.5 * 10.0**-len(word.partition(".")[2])) for word in re.findall(NUMBER, str(text))]


def differs(stated, computed):
    """Whether any of the stated numbers is not the computed one, as it is rounded."""
    stated = numbers(stated)
    return len(stated) < len(computed) or any(abs(value - fitted) > half * (1 + 1e-9) + 0.005 for (value, half), fitted in zip(stated, computed))


def baseline(folder, year, words, begins, later, least):
    """What the drivers of a baseline and the fits printed for it differ in; paths begin and end at these years."""
    printed = subprocess.run([sys.executable, folder / "history/fit.py", *words], check=True, capture_output=True, text=True).stdout
    drivers = yaml.safe_load((folder / f"kazakhstan-{year}.yaml").read_text())["drivers"]
    inherited = yaml.safe_load((folder / "kazakhstan-2019.yaml").read_text())["drivers"]
    pairs = {**inherited["correlation"]["pairs"], **drivers["correlation"]["pairs"]}
    bad, seen = [], 0

    def compare(name, stated, *computed):
        nonlocal seen
        seen += 1
        if differs(stated, [float(value) for value in computed]):
            bad.append(f"{year}: {name} is {stated}; fit.py says {' '.join(map(str, computed))}")

    growth = re.findall(rf"^(gdp-\w+): sigma lognormal\(({NUMBER}) ({NUMBER})\) .* reversion triangular\(({NUMBER}) ({NUMBER}) ({NUMBER})\) /yr; "
                        rf"mean ({NUMBER}), \d+ ({NUMBER}) %/yr, times normal\(1 ({NUMBER})\)", printed, re.M)
    for name, sigma, cv, *speeds, begin, end, times in growth:
        driver = drivers[name]
        compare(f"{name}.sigma", driver["sigma"], sigma, float(sigma) * float(cv))
        compare(f"{name}.reversion", driver["reversion"], *speeds)
        compare(f"{name}.mean.{begins}", driver["mean"][begins], begin)
        compare(f"{name}.mean.{later}", driver["mean"][later], end)
        compare(f"{name}.mean.times", driver["mean"]["times"], 1, times)
    for name, at, cv in re.findall(rf"(sigma_short|sigma_long) lognormal\(({NUMBER}) ({NUMBER})\)", printed):
        compare(f"brent.{name}", drivers["brent"][name], at, float(at) * float(cv))
    for sigma in re.findall(rf"^tenge: sigma ({NUMBER})", printed, re.M):
        compare("tenge.sigma", drivers["tenge"]["sigma"], sigma)
    for kappa, sigma in re.findall(rf"^sea-rate: .*kappa ({NUMBER}), sigma ({NUMBER})", printed, re.M):
        compare("sea-rate.kappa", drivers["sea-rate"]["kappa"], *(factor * float(kappa) for factor in (0.5, 1, 1.5)))
        compare("sea-rate.sigma", drivers["sea-rate"]["sigma"], *(factor * float(sigma) for factor in (0.75, 1, 1.25)))
    names = {"kz": "gdp-kz", "cn": "gdp-cn", "eu": "gdp-eu", "ru": "gdp-ru", "ca": "gdp-ca", "brent": "brent.long"}
    for first, rest in re.findall(r"^  correlation (\w+) (.*)$", printed, re.M):
        for second, value in re.findall(rf"(\w+) ({NUMBER})", rest):
            a, b = names[first], names[second]
            stated = pairs.get(f"{a}/{b}", pairs.get(f"{b}/{a}", 0.0))
            seen += 1
            if abs(float(value)) > 0.2 and abs(stated - float(value)) > 0.03 or abs(float(value)) <= 0.2 and stated:
                bad.append(f"{year}: the correlation of {a} and {b} is {stated}; fit.py says {value}")
    if len(growth) != 5 or seen < least:
        bad.append(f"{year}: fit.py printed {len(growth)} economies and {seen} numbers; expected 5 and {least} or more")
    return bad


def main():
    folder = pathlib.Path(sys.argv[1])
    bad = baseline(folder, 2019, [], 2019, 2030, 40) + baseline(folder, 2025, ["--2025"], 2025, 2036, 40)
    sys.exit("\n".join(bad) if bad else 0)


main()
