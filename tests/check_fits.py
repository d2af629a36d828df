#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drivers of kazakhstan-2019.yaml are what scenarios/history/fit.py computes from its series: check_fits.py SCENARIOS.

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


def main():
    folder = pathlib.Path(sys.argv[1])
    printed = subprocess.run([sys.executable, folder / "history/fit.py"], check=True, capture_output=True, text=True).stdout
    drivers = yaml.safe_load((folder / "kazakhstan-2019.yaml").read_text())["drivers"]
    pairs = drivers["correlation"]["pairs"]
    bad, seen = [], 0

    def compare(name, stated, *computed):
        nonlocal seen
        seen += 1
        if differs(stated, [float(value) for value in computed]):
            bad.append(f"{name} is {stated}; fit.py says {' '.join(map(str, computed))}")

    growth = re.findall(rf"^(gdp-\w+): sigma lognormal\(({NUMBER}) ({NUMBER})\) .* reversion triangular\(({NUMBER}) ({NUMBER}) ({NUMBER})\) /yr; "
                        rf"mean ({NUMBER}), 2030 ({NUMBER}) %/yr, times normal\(1 ({NUMBER})\)", printed, re.M)
    for name, sigma, cv, *speeds, begin, later, times in growth:
        driver = drivers[name]
        compare(f"{name}.sigma", driver["sigma"], sigma, float(sigma) * float(cv))
        compare(f"{name}.reversion", driver["reversion"], *speeds)
        compare(f"{name}.mean.2019", driver["mean"][2019], begin)
        compare(f"{name}.mean.2030", driver["mean"][2030], later)
        compare(f"{name}.mean.times", driver["mean"]["times"], 1, times)
    for name, at, cv in re.findall(rf"(sigma_short|sigma_long) lognormal\(({NUMBER}) ({NUMBER})\)", printed):
        compare(f"brent.{name}", drivers["brent"][name], at, float(at) * float(cv))
    compare("tenge.sigma", drivers["tenge"]["sigma"], re.search(rf"^tenge: sigma ({NUMBER})", printed, re.M)[1])
    names = {"kz": "gdp-kz", "cn": "gdp-cn", "eu": "gdp-eu", "ru": "gdp-ru", "ca": "gdp-ca", "brent": "brent.long"}
    for first, rest in re.findall(r"^  correlation (\w+) (.*)$", printed, re.M):
        for second, value in re.findall(rf"(\w+) ({NUMBER})", rest):
            a, b = names[first], names[second]
            stated = pairs.get(f"{a}/{b}", pairs.get(f"{b}/{a}", 0.0))
            seen += 1
            if abs(float(value)) > 0.2 and abs(stated - float(value)) > 0.03 or abs(float(value)) <= 0.2 and stated:
                bad.append(f"the correlation of {a} and {b} is {stated}; fit.py says {value}")
    if len(growth) != 5 or seen < 40:
        bad.append(f"fit.py printed {len(growth)} economies and {seen} numbers; expected 5 and 40 or more")
    sys.exit("\n".join(bad) if bad else 0)


main()
