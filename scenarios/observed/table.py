#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `zhol score RESULT OBSERVED.csv --history HISTORY.csv --csv` prints, as the table of a page: a row per figure.

    zhol score all.h5 scenarios/observed/kazakhstan.csv --history scenarios/observed/kazakhstan-history.csv --csv | scenarios/observed/table.py
"""
import csv
import sys

NAMES = {  # of sums and multiples, whose paths are long
    "energy.oil.outlets.europe-cpc.volume,energy.oil.outlets.europe-samara.volume": "oil exports",
    "energy.oil.outlets.refinery-west.volume,": "oil refined at home",
    "energy.gas.outlets.china.volume,energy.gas.outlets.russia": "gas exports",
    "energy.gas.outlets.turkmen-transit.volume,": "gas in transit to China",
    "corridors.northern.container,routes.": "container transit",
    "corridors.dostyk.container*12": "rail freight with China",
    "corridors.khorgos.container*12": "rail freight at Altynkol",
    "corridors.middle.container*12": "Caspian route, all cargo",
    "fiscal.royalty,": "oil taxes into the National Fund",
}


def name(outcome):
    return next((word for start, word in NAMES.items() if outcome.startswith(start)), f"`{outcome}`")


def number(text):
    """Four digits, without an exponent."""
    if not text:
        return "-"
    value = float(text)
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}" if abs(value) >= 1e-3 else f"{value:.4f}"


def main():
    print("| outcome, unit | year | figure | 5 % | 50 % | 95 % | fell on, % | CRPS | no change | trend |\n|---|---|---|---|---|---|---|---|---|---|")
    before = None
    for row in csv.DictReader(sys.stdin):
        title = "" if row["outcome"] == before else f"{name(row['outcome'])}, {row['unit']}"
        before = row["outcome"]
        place = f"{100 * float(row['fell_on']):.0f}"
        print(f"| {title} | {row['year']} | {number(row['value'])}{'' if row['confirmed'] == 'yes' else ' d'} | "
              f"{number(row['quantile_0.05'])} | {number(row['quantile_0.5'])} | {number(row['quantile_0.95'])} | "
              f"{place if row['in_90'] == '1' else f'**{place}**'} | {number(row['crps_fair'])} | {number(row['crps_no_change'])} | "
              f"{number(row['crps_trend'])} |")


main()
