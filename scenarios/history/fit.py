#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fits of kazakhstan-2019.yaml by the rule of ../hindcast.md: prints what each series gives. Needs NumPy.
usage: fit.py [--ocean FILE | --2025]
FILE: the Shanghai index, date,index by month, which may not be passed on; --2025: the fits of kazakhstan-2025.yaml, ../baseline-2025.md
"""
import csv
import math
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def rows(name):
    with open(os.path.join(HERE, name), newline="") as file:
        return list(csv.DictReader(file))


def detrended(y):
    """Residuals about the straight line, and their standard deviation with n - 2 degrees of freedom."""
    t = np.arange(len(y))
    residuals = y - np.polyval(np.polyfit(t, y, 1), t)
    return residuals, math.sqrt(residuals @ residuals / (len(y) - 2))


def held(phi):
    return min(max(phi, 0.1), 0.8)


def since_2019():
    """Yearly figures of 2014-25 by series: (year, value) in the order of years."""
    series = {}
    for row in rows("since_2019.csv"):
        series.setdefault(row["series"], []).append((int(row["year"]), float(row["value"])))
    return series


def growth_of_economies(last=2019, recent=5):
    """recent: how many years there are in the mean that growth begins with."""
    series = {}
    for row in rows("gdp_growth_annual.csv"):
        series.setdefault(row["country"], {})[int(row["year"])] = float(row["pct"])
    later = {name.removeprefix("growth_"): dict(values) for name, values in since_2019().items() if name.startswith("growth_")}
    for country in series:  # after 2019 Uzbekistan stands for its neighbours too
        series[country].update({year: value for year, value in later.get(country, later["UZB"]).items() if year <= last})
    y = {c: np.array([v[year] for year in range(2000, last + 1)]) for c, v in series.items()}
    weights = {"UZB": 7.1, "KGZ": 2.26, "TJK": 1.2}
    y["central-asia"] = sum(w * y[c] for c, w in weights.items()) / sum(weights.values())
    n, world = last - 1999, y["WLD"].mean()
    print(f"world mean {world:.2f} %")
    residuals = {}
    for name, country in {"kz": "KAZ", "cn": "CHN", "eu": "EUU", "ru": "RUS", "ca": "central-asia"}.items():
        r, s = detrended(y[country])
        raw = (r[1:] @ r[:-1]) / (r @ r)
        phi = held(raw + (1 + 3 * raw) / n)
        error = math.sqrt((1 - phi * phi) / n)
        speeds = [-math.log(held(p)) for p in (phi + error, phi, phi - error)]
        begin = y[country][-recent:].mean()
        cv = s * math.sqrt((1 + phi) / (1 - phi) / n) / begin
        print(f"gdp-{name}: sigma lognormal({s:.2f} {1 / math.sqrt(2 * (n - 2)):.3f}) %/yr; phi {raw:.2f} -> {phi:.2f}, reversion triangular("
              + " ".join(f"{v:.2f}" for v in speeds) + f") /yr; mean {begin:.2f}, {last + 11} {(begin + world) / 2:.2f} %/yr, times normal(1 {cv:.2f}); {last} {y[country][-1]:.2f}")
        residuals[name] = r
    brent = {}
    for row in rows("brent_monthly.csv"):
        brent.setdefault(int(row["date"][:4]), []).append(float(row["usd_per_bbl"]))
    brent.update({year: [value] for year, value in since_2019()["brent"]})
    yearly = np.array([np.mean(brent[year]) for year in range(1999, last + 1)])
    residuals["brent"] = np.diff(np.log(yearly))
    names = list(residuals)
    for i, a in enumerate(names):
        print("  correlation", a, *(f"{b} {np.corrcoef(residuals[a], residuals[b])[0, 1]:.2f}" for b in names[:i]))


def real_factor():
    """From dollars of a month to those of 2019: yearly prices placed at mid-year, straight between."""
    prices = {int(r["year"]): float(r["cpi_u_1982_84"]) for r in rows("us_consumer_prices.csv")}
    years = np.array(sorted(prices)) + 0.5
    values = np.array([prices[y] for y in sorted(prices)])
    return lambda when: prices[2019] / np.interp(when, years, values)


def when(date):
    return int(date[:4]) + (int(date[5:7]) - 0.5) / 12


def brent(real):
    log = np.array([math.log(float(r["usd_per_bbl"]) * real(when(r["date"]))) for r in rows("brent_monthly.csv")])
    kappa, rho = 1.49, 0.30
    squares = {h: np.mean((log[12 * h:] - log[:-12 * h]) ** 2) for h in (1, 5)}
    # Var = l^2 h + (s^2 + 2 rho s l) g(h), g = (1 - e^(-kappa h))/kappa: q = s^2 + 2 rho s l is found from the two, then s
    g = {h: (1 - math.exp(-kappa * h)) / kappa for h in squares}
    long2, q = np.linalg.solve([[1, g[1]], [5, g[5]]], [squares[1], squares[5]])
    long = math.sqrt(long2)
    short = -rho * long + math.sqrt(rho * rho * long2 + q)
    years = len(log) / 12
    print(f"brent: sd of log changes {math.sqrt(squares[1]):.3f}, {math.sqrt(squares[5]):.3f}; sigma_short lognormal({short:.3f} {1 / math.sqrt(2 * years):.3f}),"
          f" sigma_long lognormal({long:.3f} {1 / math.sqrt(2 * years / 5):.3f})")


def tenge(real):
    quarters = rows("kazakhstan_quarterly.csv")
    rate = np.diff(np.log([float(r["kzt_per_usd"]) for r in quarters]))
    oil = np.diff(np.log([float(r["brent_usd_bbl"]) for r in quarters]))
    floating = [i - 1 for i, r in enumerate(quarters) if r["date"] > "2015-Q4"]
    print(f"tenge: sigma {2 * rate.std(ddof=1):.3f}; with Brent since the float {np.corrcoef(rate[floating], oil[floating])[0, 1]:.2f} ({len(floating)} quarters)")
    prices = {int(r["year"]): float(r["cpi_u_1982_84"]) for r in rows("us_consumer_prices.csv")}
    trade = {int(r["year"]): float(r["imports_musd"]) / prices[int(r["year"])] for r in rows("kazakhstan_trade.csv")}
    year_rate = {}
    for r in quarters:
        year_rate.setdefault(int(r["date"][:4]), []).append(float(r["kzt_per_usd"]))
    growth = {int(r["year"]): float(r["pct"]) for r in rows("gdp_growth_annual.csv") if r["country"] == "KAZ"}
    years = range(2011, 2020)
    y = np.array([math.log(trade[t] / trade[t - 1]) for t in years])
    x = np.array([[1, math.log(np.mean(year_rate[t]) / np.mean(year_rate[t - 1])), math.log(1 + growth[t] / 100)] for t in years])
    estimate, *_ = np.linalg.lstsq(x, y, rcond=None)
    left = y - x @ estimate
    s2 = left @ left / (len(y) - 3)
    errors = np.sqrt(np.diag(s2 * np.linalg.inv(x.T @ x)))
    print("imports on constant, rate, GDP:", *(f"{e:.2f} ({d:.2f})" for e, d in zip(estimate, errors)), f"residual sd {math.sqrt(s2):.3f}")


def shock(name, values):
    changes = np.diff(np.log(values))
    print(f"{name}: yearly growth {100 * math.expm1(changes.mean()):.0f} %, last {100 * math.expm1(changes[-1]):.0f} %;"
          f" shock.sigma {changes.std(ddof=1) / 0.89:.3f}, cv {1 / math.sqrt(2 * (len(changes) - 1)):.2f}")


def pace(name, values):
    """Growth a year between dated counts, and the sd of its log about the mean over 0.89, each change scaled to one year."""
    years, counts = (np.array(column, dtype=float) for column in zip(*values))
    gaps = np.diff(years)
    changes = np.diff(np.log(counts))
    mean = changes.sum() / gaps.sum()
    sigma = ((changes - mean * gaps) / np.sqrt(gaps)).std(ddof=1) / 0.89 if len(changes) > 1 else float("nan")
    print(f"{name}: yearly growth {100 * math.expm1(mean):.0f} %, last {100 * math.expm1(changes[-1] / gaps[-1]):.0f} %; shock.sigma {sigma:.3f},"
          f" cv {1 / math.sqrt(2 * max(len(changes) - 1, 1)):.2f}")


def freight(values):
    """First-order autoregression of the log of yearly means in units of the last year."""
    log = np.log([value for _, value in values])
    x, n = log - log.mean(), len(log)
    raw = (x[1:] @ x[:-1]) / (x[:-1] @ x[:-1])
    phi = held(raw + (1 + 3 * raw) / n)
    kappa = -math.log(phi)
    sd = x.std(ddof=1)
    level = np.exp(log - log[-1])
    print(f"sea-rate: phi {raw:.2f} -> {phi:.2f}, kappa {kappa:.2f}, sigma {sd * math.sqrt(2 * kappa):.2f}, mean {level.mean():.2f} (standard error "
          f"{level.std(ddof=1) / math.sqrt(n * (1 - phi) / (1 + phi)):.2f}), median {np.median(level):.2f}")


def fits_of_2025():
    growth_of_economies(2025, 6)
    series = since_2019()
    freight(series["freight"])
    for name in ("land_bridge", "other_transit", "rail_china", "imports_china", "middle"):
        pace(name, series[name])


def ocean(path, real):
    with open(path, newline="") as file:
        table = [(r["date"], float(r[next(k for k in r if k != "date")])) for r in csv.DictReader(file)]
    log = np.array([math.log(v * real(when(d))) for d, v in table])
    year = np.array([d[:4] for d, _ in table])
    x = log - log.mean()
    n = len(x)
    raw = (x[1:] @ x[:-1]) / (x[:-1] @ x[:-1])
    phi = raw + (1 + 3 * raw) / n
    kappa = -12 * math.log(min(phi, 0.99))
    innovation = (x[1:] - raw * x[:-1]).std(ddof=1)
    sigma = innovation * math.sqrt(2 * kappa / (1 - math.exp(-kappa / 6)))
    level = np.exp(log)
    base = level[year == "2019"].mean()
    error = level.std(ddof=1) / base / math.sqrt(n * (1 - phi) / (1 + phi))
    print(f"sea-rate: phi {raw:.3f} -> {phi:.3f}, kappa {kappa:.2f}, sigma {sigma:.3f}, mean {level.mean() / base:.2f} (standard error {error:.2f})")


def main():
    if sys.argv[1:] == ["--2025"]:
        fits_of_2025()
        return
    real = real_factor()
    growth_of_economies()
    brent(real)
    tenge(real)
    counts = {}
    for r in rows("corridors.csv"):
        counts.setdefault(r["series"], []).append((int(r["year"]), float(r["value"])))
    for series, values in counts.items():
        shock(series, [v for _, v in sorted(values)])
    if sys.argv[1:2] == ["--ocean"]:
        ocean(sys.argv[2], real)


main()
