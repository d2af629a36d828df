#!/usr/bin/env python3
"""Pictures: the numbers drawn are those that numpy finds in the files, axes and keys say what they are, no text meets
another, and what cannot be drawn is told in a sentence.

Usage: plot.py ZHOL SCENARIOS [TEST...]
"""
import contextlib
import io
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest
import warnings
import xml.etree.ElementTree

import h5py
import matplotlib.image
import numpy

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
PROJECT = SCENARIOS.parent
PLOT = str(PROJECT / "scripts" / "plot")
sys.dont_write_bytecode = True
sys.path.insert(0, str(PROJECT / "scripts"))
sys.path.append(str(PROJECT / "tests"))
import drawn as seen  # noqa: E402
from drawn import found, order, said  # noqa: E402
from results import reseal  # noqa: E402
from zhol_pictures import choices, command, facts, given, horizon, page, results, tornado, units, wording, years  # noqa: E402

REPLICATIONS = 400
STUDENT = 1.965927296  # a t of 399 degrees of freedom is within that in 95 of 100 cases
SAVED = "drivers.brent,fiscal.total,trade.balance,index.dependence.ru,flows.china-europe.backlog,thresholds.congestion"
VARIANTS = ["nurly-zhol-sreb", "multivector"]
POLICIES = ["kazakhstan-2019", *VARIANTS]


def setUpModule():
    global FOLDER, HOLDER
    HOLDER = tempfile.TemporaryDirectory()
    FOLDER = pathlib.Path(HOLDER.name)
    run("kazakhstan-2019.yaml", "kazakhstan-2019.h5")
    for name in VARIANTS:
        run(f"policies/{name}.yaml", f"{name}.h5")
    run("kazakhstan-2019.yaml", "every.h5", save="thresholds.*")
    run("minimal.yaml", "minimal.h5", save="*")
    subprocess.run([ZHOL, "compare", *(f"{name}.h5" for name in ("kazakhstan-2019", *VARIANTS)), "-o", "differences.h5"],
                   cwd=FOLDER, check=True, capture_output=True)
    subprocess.run([ZHOL, "sensitivity", "kazakhstan-2019.h5", "--outcome", "npv.national", "--by", "drivers.brent,drivers.gdp*,legs.dostyk*",
                    "--group", "Dostyk=legs.dostyk*", "-o", "sensitivity.h5"], cwd=FOLDER, check=True, capture_output=True)
    subprocess.run([ZHOL, "rank", *(f"{name}.h5" for name in POLICIES), "--outcome", "fiscal.total,index.dependence.ru", "-o", "ranking.h5"],
                   cwd=FOLDER, check=True, capture_output=True)
    page.style()


def tearDownModule():
    HOLDER.cleanup()


def run(scenario, name, *options, save=SAVED):
    """A small result in the folder of the tests."""
    subprocess.run([ZHOL, "run", str(SCENARIOS / scenario), "-n", str(REPLICATIONS), "--progress", "none", "--save", save, "-o",
                    str(FOLDER / name), *options], check=True, capture_output=True)


def result(name="kazakhstan-2019"):
    return results.Result(FOLDER / f"{name}.h5")


def samples(name, period, outcome):
    """By h5py alone."""
    with h5py.File(FOLDER / f"{name}.h5") as file:
        return file[f"samples/{period}/value"][row(file, period, outcome)].astype(float)


def row(file, period, outcome):
    """Where its samples are."""
    return list(file[f"samples/{period}/outcome"].asstr()).index(outcome)


@contextlib.contextmanager
def changed(path, source, outcome):
    """A copy of a result; its yearly samples of an outcome, to change in place."""
    path.write_bytes((FOLDER / source).read_bytes())
    with h5py.File(path, "a") as file:
        at, data = row(file, "annual", outcome), file["samples/annual/value"]
        values = data[at]
        yield values
        data[at] = values
    reseal(path)


def band(figure, gid):
    """The lower and upper side of a band of steps, a value of each year: from the path as drawn."""
    vertices = found(figure, gid).get_paths()[0].vertices
    middle = numpy.arange(2020, 2040) + 0.5
    sides = []
    for pick in (min, max):
        side = []
        for x in middle:
            at = [(a[1], b[1]) for a, b in zip(vertices, vertices[1:]) if min(a[0], b[0]) < x < max(a[0], b[0])]
            side.append(pick(y for pair in at for y in pair))
        sides.append(numpy.array(side))
    return sides


class Numbers(unittest.TestCase):
    """What is drawn, against the samples."""

    def narrowed(self, condition, name="kazakhstan-2019"):
        return given.Narrowed(FOLDER / f"{name}.h5", False, condition, ZHOL)

    def test_in_some_futures_all_is_of_the_samples_in_which_the_condition_holds(self):
        condition = "drivers.brent@2025 < 60 USD/bbl and trade.balance@2025 > 0"
        holds = (samples("kazakhstan-2019", "annual", "drivers.brent")[5] < 60) & (samples("kazakhstan-2019", "annual", "trade.balance")[5] > 0)
        some = self.narrowed(condition)
        numpy.testing.assert_array_equal(some.futures, holds)
        values = samples("kazakhstan-2019", "annual", "fiscal.total")[:, holds]
        series = facts.series(some, "fiscal.total")
        numpy.testing.assert_array_equal(series.line, order(values, 0.5))
        numpy.testing.assert_allclose(series.mean, values.mean(axis=1), rtol=1e-12)
        numpy.testing.assert_allclose(series.error, 1.959963984540054 * values.std(axis=1, ddof=1) / holds.sum() ** 0.5, rtol=1e-9)
        numpy.testing.assert_array_equal(series.bands[0].low, order(values, 0.05))
        figure = years.fan(some, "fiscal.total")
        self.assertIn(f"In these futures only: {holds.sum()} where {condition}", said(figure).replace("\n", " "))
        hits = facts.series(self.narrowed(condition), "thresholds.congestion")
        numpy.testing.assert_allclose(hits.line, samples("kazakhstan-2019", "annual", "thresholds.congestion")[:, holds].mean(axis=1), rtol=1e-12)
        spread = facts.spread(self.narrowed(condition).samples("horizon", "npv.national"))
        numpy.testing.assert_array_equal(numpy.sort(spread.values), numpy.sort(samples("kazakhstan-2019", "horizon", "npv.national")[holds]))
        apart = facts.difference(self.narrowed(condition), result(VARIANTS[0]), "fiscal.total")
        d = (samples(VARIANTS[0], "annual", "fiscal.total") - samples("kazakhstan-2019", "annual", "fiscal.total"))[:, holds]
        self.assertEqual(apart.pairs, holds.sum())
        numpy.testing.assert_allclose(apart.mean, d.mean(axis=1), rtol=1e-9, atol=1e-9 * abs(d).max())

    def test_a_condition_that_is_none_is_told_in_the_words_of_the_program(self):
        for words, sentence in ((["--given", "drivers.brnt > 1"], "did you mean 'drivers.brent'?"), (["--given", "drivers.brent@2025 > 9000 USD/bbl"], "none of 400 futures"),
                                (["--given", "drivers.brent > 0", "--zhol", "nothing"], "nothing is no program")):
            with contextlib.redirect_stderr(io.StringIO()) as errors:
                self.assertEqual(command.main(["plot", "fan", str(FOLDER / "kazakhstan-2019.h5"), "drivers.brent", "-o", str(FOLDER / "x.png"),
                                               *(["--zhol", ZHOL] if "--zhol" not in words else []), *words]), 2)
            self.assertIn(sentence, errors.getvalue())
            self.assertFalse((FOLDER / "x.png").exists())

    def test_a_fan_is_made_of_the_order_statistics_of_the_samples_a_year_long_each(self):
        for outcome, factor, label in (("drivers.brent", 1, "USD per bbl (constant 2019 USD)"),
                                       ("fiscal.total", 1e-9, "bn USD per year (constant 2019 USD)"),
                                       ("index.dependence.ru", 100, "%")):
            figure, values = years.fan(result(), outcome), samples("kazakhstan-2019", "annual", outcome)
            axes = figure.axes[0]
            self.assertEqual(axes.get_ylabel(), label)
            for gid, low, high in (("band-5-95", 0.05, 0.95), ("band-25-75", 0.25, 0.75)):
                for drawn, p in zip(band(figure, gid), (low, high)):
                    numpy.testing.assert_allclose(drawn, factor * order(values, p), rtol=1e-12)
            line = found(figure, "median")
            numpy.testing.assert_array_equal(line.get_xdata(), numpy.arange(2020, 2041))
            numpy.testing.assert_allclose(line.get_ydata()[:-1], factor * order(values, 0.5), rtol=1e-12)
            self.assertEqual(line.get_drawstyle(), "steps-post")
            mean = found(figure, "mean")
            numpy.testing.assert_allclose(mean.get_xdata(), numpy.arange(2020, 2040) + 0.5)
            # samples are rounded to single precision
            numpy.testing.assert_allclose(mean.get_ydata(), factor * values.mean(axis=1), rtol=2.0**-23)
            bars = axes.containers[0][2][0].get_segments()
            half = numpy.array([segment[1, 1] - segment[0, 1] for segment in bars]) / 2
            numpy.testing.assert_allclose(half, factor * 1.959964 * values.std(axis=1, ddof=1) / REPLICATIONS**0.5, rtol=1e-5)
            low, high = axes.get_ylim()
            self.assertTrue(low <= min(band(figure, "band-5-95")[0]) and high >= max(band(figure, "band-5-95")[1]))

    def test_what_happened_stands_in_its_years_and_is_hollow_where_it_is_derived(self):
        head = "outcome,year,value,unit,prices,confirmed\n"
        path = FOLDER / "happened.csv"
        path.write_text(head + "drivers.brent,2022,88.04,USD/bbl,2019 USD,derived\ndrivers.brent,2020,41.25,USD/bbl,2019 USD,yes\n"
                        "drivers.brent,2020,41.76,USD/bbl,nominal,yes\ndrivers.brent,2021,66,USD/bbl,2019 USD,no\n"
                        "drivers.brent,2019,64,USD/bbl,2019 USD,yes\n")
        figure = years.fan(result(), "drivers.brent", str(path))
        for gid, x, y in (("happened", 2020.5, 41.25), ("happened-derived", 2022.5, 88.04)):
            self.assertEqual([found(figure, gid).get_xdata(), found(figure, gid).get_ydata()], [(x,), (y,)])
        self.assertEqual(found(figure, "happened-derived").get_markerfacecolor(), "white")
        self.assertIn("what happened, derived", said(figure).split("\n"))
        self.assertIn("happened.csv, without 2 of nominal prices or not confirmed, 1 of other years.", said(figure).replace("\n", " "))
        path.write_text(head + "fiscal.total,2021,3000,MUSD/yr,2019 USD,yes\n")
        self.assertEqual(found(years.fan(result(), "fiscal.total", str(path)), "happened").get_ydata(), (3.0,))  # bn USD per year
        path.write_text(head + "trade.balance,2021,90,GUSD/yr,2019 USD,yes\n")
        figure = years.fan(result(), "trade.balance", str(path))
        self.assertGreater(figure.axes[0].get_ylim()[1], 90)  # beyond all futures, and yet within the picture
        path.write_text(head + "trade.balance*1.25,2021,10,GUSD/yr,2019 USD,yes\n\"trade.balance*2,fiscal.total\",2021,1,GUSD/yr,2019 USD,yes\n")
        figure = years.fan(result(), "trade.balance", str(path))
        self.assertEqual(found(figure, "happened").get_ydata(), (8.0,))
        self.assertIn("happened.csv, divided by 1.25, as the outcome is a part of it.", said(figure).replace("\n", " "))
        for line, sentence in (("drivers.brent,2020,41,USD/t,2019 USD,yes", "happened.csv:2: the unit is 'USD/t'; expected one such as USD/bbl"),
                               ("drivers.brent,2020,41,USD/bbl,2015 USD,yes", "prices are '2015 USD', those of the result 'constant 2019 USD'"),
                               ("drivers.brent,2020,41,USD/bbl,2019 USD,maybe", "confirmed is 'maybe'"), ("drivers.brent,2020,\"4,1\",USD/bbl,2019 USD,yes", "'4,1' is not"),
                               ("drivers.gdp-eu,2020,1,1,,yes", "has no figure of drivers.brent"), ("drivers.brent,2050,41,USD/bbl,2019 USD,yes", "in the years of"),
                               ("drivers.brent,2020,41,USD/bbl,2019 USD,yes\ndrivers.brent,2020,42,USD/bbl,2019 USD,yes", "a second figure of 2020")):
            path.write_text(head + line + "\n")
            with self.assertRaisesRegex(results.Refused, sentence):
                years.fan(result(), "drivers.brent", str(path))

    def test_what_is_of_the_end_of_a_year_stands_there(self):
        figure = years.fan(result(), "flows.china-europe.backlog")
        line = found(figure, "median")
        numpy.testing.assert_array_equal(line.get_xdata(), numpy.arange(2021, 2041))
        self.assertEqual(line.get_drawstyle(), "default")
        numpy.testing.assert_array_equal(line.get_ydata(), order(samples("kazakhstan-2019", "annual", "flows.china-europe.backlog"),
                                                                 0.5))
        self.assertIn("at the end of each year", said(figure))

    def test_a_threshold_is_drawn_as_its_probability_with_wilson_bounds(self):
        figure = years.fan(result(), "thresholds.congestion")
        p = samples("kazakhstan-2019", "annual", "thresholds.congestion").mean(axis=1)
        numpy.testing.assert_allclose(found(figure, "probability").get_ydata()[:-1], 100 * p, rtol=1e-12)
        z, n = 1.959963984540054, REPLICATIONS
        half = z * (p * (1 - p) / n + z**2 / (4 * n * n))**0.5
        for drawn, side in zip(band(figure, "band-2.5-97.5"), (-1, 1)):
            numpy.testing.assert_allclose(drawn, 100 * (p + z**2 / (2 * n) + side * half) / (1 + z**2 / n), rtol=1e-9, atol=1e-12)
        self.assertIn("error of the simulation (95 %)", said(figure))
        self.assertNotIn("range of futures", said(figure))
        self.assertEqual(figure.axes[0].get_ylabel(), "%")

    def test_a_first_passage_is_drawn_as_the_probability_that_it_has_happened(self):
        outcome = "thresholds.congestion.first-passage"
        figure, values = years.fan(result("every"), outcome), samples("every", "annual", outcome)
        line = found(figure, "probability")
        numpy.testing.assert_allclose(line.get_ydata(), 100 * (~numpy.isnan(values)).mean(axis=1), rtol=1e-12)
        numpy.testing.assert_array_equal(line.get_xdata(), numpy.arange(2021, 2041))
        self.assertIn("Long queue at a crossing or port: probability that it has happened by the end of the year", said(figure).replace("\n", " "))
        apart = facts.difference(result("every"), result("every"), outcome)
        about = result("every").about(outcome)
        self.assertIn("Long queue at a crossing or port: month in which it first happens", said(years.difference(apart, about, outcome, "ab", "")).replace("\n", " "))

    def test_a_difference_is_that_of_each_replication(self):
        for outcome, factor in (("fiscal.total", 1e-6), ("index.dependence.ru", 100)):
            pair = [result(), result("nurly-zhol-sreb")]
            figure = years.difference(facts.difference(*pair, outcome), pair[0].about(outcome), outcome, ["a", "b"], "")
            apart = samples("nurly-zhol-sreb", "annual", outcome) - samples("kazakhstan-2019", "annual", outcome)
            mean, error = apart.mean(axis=1), STUDENT * apart.std(axis=1, ddof=1) / REPLICATIONS**0.5
            numpy.testing.assert_allclose(found(figure, "mean-difference").get_ydata()[:-1], factor * mean, rtol=1e-12)
            for drawn, expected in zip(band(figure, "error"), (mean - error, mean + error)):
                numpy.testing.assert_allclose(drawn, factor * expected, rtol=1e-9)
            for drawn, p in zip(band(figure, "band-5-95"), (0.05, 0.95)):
                numpy.testing.assert_allclose(drawn, factor * order(apart, p), rtol=1e-12)
            self.assertEqual(set(found(figure, "zero").get_ydata()), {0})
            self.assertIn({"fiscal.total": "million USD per year (constant 2019 USD)", "index.dependence.ru": "percentage points"}
                          [outcome], figure.axes[0].get_ylabel())
            self.assertIn("b minus a", said(figure))

    def test_pairs_are_those_of_replications_with_a_value_in_both(self):
        outcome = "drivers.brent"
        paths = [FOLDER / f"holes-{i}.h5" for i in range(2)]
        for i, path in enumerate(paths):
            with changed(path, "kazakhstan-2019.h5" if i == 0 else "nurly-zhol-sreb.h5", outcome) as values:
                values[3, 10 * i: 10 * i + 20] = numpy.nan
                values[3, 100] += 8 * i
        apart = facts.difference(results.Result(paths[0]), results.Result(paths[1]), outcome)
        self.assertEqual(apart.mean[3], 8 / (REPLICATIONS - 30))
        self.assertEqual(apart.pairs, REPLICATIONS)
        self.assertFalse(apart.same)

    def test_what_is_equal_is_no_difference_and_what_is_below_rounding_is_zero(self):
        pair = [result(), result("multivector")]
        apart = facts.difference(*pair, "drivers.brent")
        self.assertTrue(apart.same)
        self.assertTrue((apart.mean == 0).all() and (apart.error == 0).all())
        figure = years.difference(apart, pair[0].about("drivers.brent"), "drivers.brent", ["a", "b"], "")
        self.assertIn("no difference", said(figure).split("\n"))
        path = FOLDER / "nudged.h5"
        with changed(path, "kazakhstan-2019.h5", "drivers.brent") as values:
            values[:, 7] = numpy.nextafter(values[:, 7], numpy.float32(numpy.inf))
        apart = facts.difference(result(), results.Result(path), "drivers.brent")
        self.assertTrue((apart.mean == 0).all())
        self.assertTrue(apart.rounded and not apart.same)

    def test_a_run_of_fewer_replications_pairs_with_the_first_of_more(self):
        run("policies/multivector.yaml", "fewer.h5", "-n", "150")
        apart = facts.difference(result(), result("fewer"), "fiscal.total")
        self.assertEqual(apart.pairs, 150)
        expected = samples("multivector", "annual", "fiscal.total") - samples("kazakhstan-2019", "annual", "fiscal.total")
        numpy.testing.assert_allclose(apart.mean, expected[:, :150].mean(axis=1), rtol=1e-12)

    def test_variants_have_their_medians_on_one_scale_and_their_ranges_on_another(self):
        many = [result(), *map(result, VARIANTS)]
        figure = years.variants(many, "index.dependence.ru")
        for i, name in enumerate(["kazakhstan-2019", *VARIANTS]):
            values = samples(name, "annual", "index.dependence.ru")
            numpy.testing.assert_allclose(found(figure, f"line-{i}").get_ydata()[:-1], 100 * order(values, 0.5), rtol=1e-12)
            for drawn, p in zip(band(figure, f"band-5-95-{i}"), (0.05, 0.95)):
                numpy.testing.assert_allclose(drawn, 100 * order(values, p), rtol=1e-12)
            self.assertEqual(said(figure).split("\n").count(name), 2)  # at the line and above the panel
        self.assertEqual(len({axes.get_ylim() for axes in figure.axes[1:]}), 1)
        means = years.variants(many, "index.dependence.ru", True)
        numpy.testing.assert_allclose(found(means, "line-1").get_ydata()[:-1],
                                      100 * samples(VARIANTS[0], "annual", "index.dependence.ru").mean(axis=1), rtol=2.0**-23)

    def test_a_spread_counts_every_future_and_darkens_their_range(self):
        values = samples("kazakhstan-2019", "horizon", "npv.fiscal")
        figure = horizon.spread([result()], "npv.fiscal")
        bars = sorted((a for a in figure.findobj() if (a.get_gid() or "").startswith("futures-0-")), key=lambda bar: bar.get_x())
        edges = numpy.array([bar.get_x() for bar in bars] + [bars[-1].get_x() + bars[-1].get_width()]) * 1e9
        counts = numpy.array([((values >= a) & (values < b)).sum() for a, b in zip(edges, edges[1:])])
        # an edge may fall on either side of a value by rounding
        self.assertLessEqual(abs(numpy.array([bar.get_height() for bar in bars]) - 100 * counts / len(values)).max(),
                             100 / len(values) + 1e-9)
        self.assertGreaterEqual(sum(bar.get_height() for bar in bars), 99)
        numpy.testing.assert_allclose(found(figure, "median-0").get_xdata()[0], 1e-9 * order(values, 0.5)[0])
        numpy.testing.assert_allclose(found(figure, "mean-0").get_xdata()[0], 1e-9 * values.mean(), rtol=2.0**-23)
        dark = [bar for bar in bars if bar.get_facecolor() == min((b.get_facecolor() for b in bars), key=sum)]
        low, high = 1e-9 * order(values, 0.05)[0], 1e-9 * order(values, 0.95)[0]
        self.assertTrue(dark[0].get_x() <= low <= dark[0].get_x() + dark[0].get_width())
        self.assertTrue(dark[-1].get_x() <= high <= dark[-1].get_x() + dark[-1].get_width())
        self.assertEqual(figure.axes[0].get_xlabel(), "bn USD (constant 2019 USD)")

    def test_a_difference_over_the_horizon_says_in_how_many_futures_it_is_above_zero(self):
        pair = [result(), result("nurly-zhol-sreb")]
        figure = horizon.difference(facts.difference(*pair, "npv.national"), pair[0].about("npv.national"), "npv.national",
                                    ["a", "b"], "")
        apart = samples("nurly-zhol-sreb", "horizon", "npv.national") - samples("kazakhstan-2019", "horizon", "npv.national")
        self.assertIn(f"above 0 in {100 * (apart > 0).mean():.3g} % of the futures", said(figure))
        numpy.testing.assert_allclose(found(figure, "mean-0").get_xdata()[0], 1e-9 * apart.mean(), rtol=1e-12)
        self.assertEqual(set(found(figure, "zero").get_xdata()), {0})

    def test_one_replication_is_a_point_without_an_error(self):
        run("kazakhstan-2019.yaml", "one.h5", "-n", "1", save="fiscal.total")
        run("policies/nurly-zhol-sreb.yaml", "another.h5", "-n", "1", save="fiscal.total")
        subprocess.run([ZHOL, "compare", "one.h5", "another.h5", "-o", "ones.h5"], cwd=FOLDER, check=True, capture_output=True)
        one, both = result("one"), results.Comparison(FOLDER / "ones.h5")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fan, spread = years.fan(one, "fiscal.total"), horizon.spread([one], "npv.national")
            for figure, gid, outcome in ((fan, "mean", "fiscal.total"), (spread, "mean-0", "npv.national")):
                Pictures.check_texts(self, figure)
                self.assertIn("error of the simulation (95 %): unknown", said(figure))
                bars = figure.axes[0].containers[-1][2][0].get_segments()
                self.assertTrue(all((bar[0] == bar[1]).all() for bar in bars), outcome)
            for outcome in "npv.national", "fiscal.total":
                apart = facts.compared(both, outcome, 0, 0)
                about = both.about(outcome)
                figure = (horizon.ladder([apart], ["b"], about, outcome, "a", "") if apart.edges is None else
                          years.difference(apart, about, outcome, ["a", "b"], ""))
                Pictures.check_texts(self, figure)
        bars = [bar for bar in spread.findobj() if (bar.get_gid() or "").startswith("futures-0-")]
        full = [bar.get_facecolor() for bar in bars if bar.get_height() == 100]
        self.assertEqual(full, [(*page.tint(page.BLUE, horizon.DARK), 1)])  # within the range of futures
        numpy.testing.assert_allclose(found(fan, "mean").get_ydata(), 1e-9 * samples("one", "annual", "fiscal.total")[:, 0],
                                      rtol=2.0**-23)
        numpy.testing.assert_allclose(found(spread, "mean-0").get_xdata()[0],
                                      1e-9 * samples("one", "horizon", "npv.national")[0], rtol=2.0**-23)

    def test_without_yearly_samples_a_difference_is_over_the_horizon_and_says_so(self):
        run("policies/nurly-zhol-sreb.yaml", "yearly.h5", save="*")
        base = result()
        for variant, outcome, lacking in (("nurly-zhol-sreb", "thresholds.congestion.first-passage",
                                           "kazakhstan-2019 and nurly-zhol-sreb"),
                                          ("nurly-zhol-sreb", "fiscal.fees", "kazakhstan-2019 and nurly-zhol-sreb"),
                                          ("yearly", "fiscal.fees", "kazakhstan-2019")):
            pair = [base, result(variant)]
            difference = facts.difference(*pair, outcome)
            apart = samples(variant, "horizon", outcome) - samples("kazakhstan-2019", "horizon", outcome)
            there = apart[~numpy.isnan(apart)]
            self.assertIsNone(difference.edges)
            numpy.testing.assert_array_equal(numpy.sort(difference.values), numpy.sort(there))
            figure = command.draw_difference(pair, outcome)
            self.assertIn(f"Over the whole horizon, since yearly samples are not saved in {lacking}: `zhol run --save`",
                          said(figure).replace("\n", " "))
            edge = figure.axes[0].get_xlabel().split(" (")[0]
            factor = {"months": 1, "million USD": 1e-6, "bn USD": 1e-9}[edge]
            numpy.testing.assert_allclose(found(figure, "mean-0").get_xdata()[0], factor * there.mean(), rtol=1e-12)
        for saved in ("fiscal.total", "npv.national"):
            self.assertNotIn("yearly samples", said(command.draw_difference([base, result("nurly-zhol-sreb")], saved)))

    def test_far_values_are_counted_and_said_where_they_are_not_drawn(self):
        values = numpy.concatenate([numpy.linspace(0, 1, 1000), [1e6]])
        edges = facts.bins([values])
        self.assertLess(edges[-1], 2)
        self.assertAlmostEqual(facts.shares(values, edges).sum(), 1000 / 1001)
        constant = facts.bins([numpy.full(10, 3.0)])
        self.assertEqual(facts.shares(numpy.full(10, 3.0), constant).sum(), 1)

    def test_years_that_begin_in_july_are_named_by_both(self):
        self.assertEqual([page.name_of_year(at) for at in (2020, 2020 + 182 / 366)], ["2020", "2020/21"])
        self.assertEqual(results.decimal_year(18262), 2020)
        self.assertEqual(results.decimal_year(18262 + 182), 2020 + 182 / 366)

    def test_intervals_are_those_of_students_t(self):
        """Its distribution in closed form, of whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
        def within(t, freedom):
            angle = numpy.arctan(t / freedom**0.5)
            part, total = numpy.cos(angle) if freedom % 2 else 1.0, 0.0
            for k in range(freedom % 2 + 1, freedom, 2):
                total += part
                part *= numpy.cos(angle)**2 * k / (k + 1)
            return 2 / numpy.pi * (angle + numpy.sin(angle) * total) if freedom % 2 else numpy.sin(angle) * total
        freedom = numpy.array([*range(1, 41), 100, 399, 2000])
        for n, t in zip(freedom, facts.student(freedom)):
            self.assertLess(within(t - 1e-5, int(n)), 0.95, n)
            self.assertGreater(within(t + 1e-5, int(n)), 0.95, n)
        self.assertTrue(numpy.isnan(facts.student(0)))

    def test_quantiles_are_of_the_ranks_that_results_have(self):
        values = numpy.array([[5.0, 1, 4, numpy.nan, 2, 3]])
        self.assertEqual([facts.quantile(values, p)[0] for p in (0.05, 0.2, 0.21, 0.5, 0.95)], [1, 1, 2, 3, 5])


class Comparisons(unittest.TestCase):
    """Pictures from what `zhol compare -o` writes, against the samples of the results that it compared."""

    def setUp(self):
        self.file = results.Comparison(FOLDER / "differences.h5")

    def test_a_comparison_and_the_two_results_give_the_same_picture(self):
        for number, variant in enumerate(VARIANTS):
            for outcome in "fiscal.total", "index.dependence.ru", "drivers.brent":
                ours = facts.compared(self.file, outcome, 0, number)
                theirs = facts.difference(result(), result(variant), outcome)
                numpy.testing.assert_array_equal(ours.edges, theirs.edges)
                # both sum the same differences, in another order
                for mine, other in (ours.mean, theirs.mean), (ours.low, theirs.low), (ours.high, theirs.high):
                    numpy.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-12 * theirs.most)
                numpy.testing.assert_array_equal(ours.band.low, theirs.band.low)
                numpy.testing.assert_array_equal(ours.band.high, theirs.band.high)
                self.assertEqual((ours.pairs, ours.same), (theirs.pairs, theirs.same))
                about, expected = self.file.about(outcome), result().about(outcome)
                self.assertEqual({key: about[key] for key in expected}, expected)

    def test_values_over_the_horizon_have_a_row_for_each_variant(self):
        self.assertEqual(self.file.variants, VARIANTS)
        differences = [facts.compared(self.file, "npv.national", 0, number) for number in range(2)]
        figure = horizon.ladder(differences, VARIANTS, self.file.about("npv.national"), "npv.national", "kazakhstan-2019", "")
        for i, name in enumerate(VARIANTS):
            apart = samples(name, "horizon", "npv.national") - samples("kazakhstan-2019", "horizon", "npv.national")
            self.assertAlmostEqual(found(figure, f"mean-{i}").get_xdata()[0], 1e-9 * apart.mean(), places=9)
            bar = found(figure, f"band-5-95-{i}")
            numpy.testing.assert_allclose([bar.get_x(), bar.get_x() + bar.get_width()],
                                          [1e-9 * order(apart, 0.05)[0], 1e-9 * order(apart, 0.95)[0]])
            error = 1e-9 * STUDENT * apart.std(ddof=1) / REPLICATIONS**0.5
            self.assertIn(units.signed(1e-9 * apart.mean(), error), said(figure).split("\n"))
        self.assertEqual(figure.axes[0].get_xlabel(), "bn USD (constant 2019 USD)")
        self.assertIn("more is better", said(figure))
        self.assertIn("multivector: Multivector exports. 400 replications, seed 20190911, zhol",
                      wording.compared_runs(self.file, 0, [0, 1]))
        Pictures.check_texts(self, figure)

    def test_what_is_not_paired_has_the_error_of_independent_runs_and_no_range(self):
        outcome = "legs.aktau.delay"
        apart = facts.compared(self.file, outcome, 0, 0)
        self.assertEqual((apart.band, apart.pairs), (None, 0))
        errors = [result(name).read("annual/standard_error", outcome) for name in ("kazakhstan-2019", VARIANTS[0])]
        # a t of at least 399 degrees of freedom, and of at most twice as many
        numpy.testing.assert_allclose(apart.error, 1.96 * numpy.hypot(*errors), rtol=4e-3)
        figure = years.difference(apart, self.file.about(outcome), outcome, ["a", "b"], "")
        self.assertIn("Not paired: errors are those of independent runs", said(figure))

    def test_commands_draw_comparisons_or_say_what_is_missing(self):
        plot = Pictures.plot
        for words in (["trade.balance", "--variant", VARIANTS[1]], ["npv.national"],
                      ["thresholds.congestion", "--variant", VARIANTS[0]], ["npv.fiscal", "--variant", VARIANTS[0], "--world",
                                                                                          "kazakhstan-2019"]):
            self.assertEqual(plot(self, "difference", "differences.h5", *words, "-o", "c.svg"), "c.svg")
            self.assertIn("multivector" if VARIANTS[1] in words else VARIANTS[0], (FOLDER / "c.svg").read_text())
        for status, words, sentence in (
                (2, ["difference", "differences.h5", "trade.balance"],
                 "differences.h5 has 2 variants; name one with --variant: nurly-zhol-sreb, multivector"),
                (2, ["difference", "differences.h5", "trade.balance", "--variant", "x"],
                 "has no variant 'x'; expected nurly-zhol-sreb or multivector"),
                (2, ["difference", "differences.h5", "npv.national", "--variant", "x"], "has no variant 'x'"),
                (2, ["difference", "differences.h5", "npv.national", "--world", "x"], "has no world 'x'; expected kazakhstan-2019"),
                (2, ["difference", "differences.h5", "npv.nation"], "did you mean npv.national"),
                (2, ["difference", "kazakhstan-2019.h5", "fiscal.total"], "the number of results is 1; expected 2"),
                (4, ["fan", "differences.h5", "fiscal.total"], "differences.h5 is a comparison of zhol, not a result")):
            with self.subTest(words):
                self.assertIn(sentence, plot(self, *words, status=status))


class Words(unittest.TestCase):
    def test_units_are_said_as_a_reader_says_them(self):
        for unit, most, factor, label in (
                ("USD/yr", 3.1e9, 1e-9, "bn USD per year"), ("USD yr-1", 3.1e9, 1e-9, "bn USD per year"),
                ("USD/yr", 2e12, 1e-12, "trillion USD per year"), ("TEU/yr", 99_000, 1, "TEU per year"),
                ("TEU/yr", 120_000, 1e-3, "thousand TEU per year"), ("kTEU/yr", 4500, 1e-3, "million TEU per year"),
                ("Mt/yr", 12, 1, "million t per year"), ("kcm/yr", 5e7, 1e-6, "bn m³ per year"),
                ("USD/kcm", 200, 1, "USD per thousand m³"), ("d", 3, 1, "days"), ("USD/bbl", 60, 1, "USD per bbl"),
                ("1", 2, 1, "no unit"), ("mo", 2e-6, 1e6, "10⁻⁶ months"), ("1", 0, 1, "no unit"), ("m2 s-1", 4, 1, "m2 s-1")):
            scale = units.scale(unit, most)
            self.assertEqual(scale.label, label)
            self.assertAlmostEqual(scale.factor / factor, 1, places=12)
        self.assertEqual(units.scale("1", 0.3, True), units.Scale(100, "%"))
        self.assertEqual(units.scale("1", 0.3, True, True), units.Scale(100, "percentage points"))

    def test_numbers_have_the_digits_that_are_known(self):
        self.assertEqual([units.number(v) for v in (0, 1234.5, 0.0831, -7.25)], ["0", "1,234", "0.083", "−7.2"])
        self.assertEqual(units.signed(-1.23456, 0.0234), "−1.235 ± 0.023")
        self.assertEqual(units.signed(12345.6, 120), "12,346 ± 120")

    def test_every_rule_of_a_year_is_said(self):
        self.assertEqual([wording.rule({"aggregation": m}) for m in ("sum", "mean", "last", "ratio of sums")],
                         ["sum over each year", "mean of each year", "at the end of each year",
                          "ratio of the sums over each year"])
        self.assertEqual(wording.rule({"aggregation": "sum"}, True), "sum over the whole horizon")

    def test_labels_keep_their_order_and_room_and_do_not_move_without_need(self):
        self.assertEqual(page.apart([1, 3, 5], [1, 1, 1], 0, 6), [1, 3, 5])
        places = page.apart([3, 3, 3.1, 5.9], [1, 1, 1, 1], 0, 6)
        self.assertTrue(all(b - a >= 1 - 1e-9 for a, b in zip(places, places[1:])))
        self.assertTrue(all(0.5 <= place <= 5.5 for place in places))
        random = numpy.random.default_rng(20190911)
        for _ in range(200):
            wanted, sizes = random.uniform(0, 10, 8), random.uniform(0.2, 1.2, 8)
            places = page.apart(list(wanted), list(sizes), 0, 10)
            at = sorted(range(8), key=lambda i: wanted[i])
            for a, b in zip(at, at[1:]):
                self.assertGreaterEqual(places[b] - places[a], (sizes[a] + sizes[b]) / 2 - 1e-9)
            self.assertTrue(all(s / 2 - 1e-9 <= p <= 10 - s / 2 + 1e-9 for p, s in zip(places, sizes)))

    def test_long_texts_are_wrapped_within_their_width(self):
        text = "a long title that says what is to be seen, " * 5 + "and-a-name-without-any-space-in-it." * 6
        lines = page.wrap(text, 4.0, 11)
        self.assertGreater(len(lines), 5)
        self.assertTrue(all(page.measure(line, 11) <= 4.0 for line in lines))
        self.assertEqual("".join(lines).replace(" ", ""), text.replace(" ", ""))


class Rankings(unittest.TestCase):
    """What `zhol rank -o` wrote, against the samples."""

    def setUp(self):
        self.file = results.Ranking(FOLDER / "ranking.h5")
        self.values = {path: numpy.array([samples(name, "horizon", path) for name in POLICIES]) for path in ("fiscal.total", "index.dependence.ru")}

    def test_a_ranking_has_the_differences_to_the_best_in_their_order(self):
        values = self.values["fiscal.total"]
        order = numpy.argsort(-values.mean(axis=1))
        figure = choices.ranking(self.file, "fiscal.total", 0)
        for i, policy in enumerate(order):
            apart = (values[policy] - values[order[0]]).mean()
            self.assertAlmostEqual(found(figure, f"mean-{i}").get_xdata()[0], 1e-9 * apart, places=9)
        Pictures.check_texts(self, figure)

    def test_regret_is_what_the_best_of_each_future_has_more(self):
        values = self.values["index.dependence.ru"]
        regret = values - values.min(axis=0)
        figure = choices.regret(self.file, "index.dependence.ru", 0)
        for i, policy in enumerate(numpy.argsort(regret.mean(axis=1), kind="stable")):
            self.assertAlmostEqual(found(figure, f"mean-{i}").get_xdata()[0], 100 * regret[policy].mean(), places=9)
            self.assertAlmostEqual(found(figure, f"band-0-95-{i}").get_width(), 100 * order(regret[policy], 0.95)[0], places=5)
        Pictures.check_texts(self, figure)

    def test_the_front_is_drawn_where_the_means_are(self):
        figure = choices.pareto(self.file, "fiscal.total", "index.dependence.ru", 0)
        x, y = (self.values[path].mean(axis=1) for path in ("fiscal.total", "index.dependence.ru"))
        for p in range(3):
            beaten = any(x[q] >= x[p] and y[q] <= y[p] and (x[q], y[q]) != (x[p], y[p]) for q in range(3))
            point = found(figure, f"{'beaten' if beaten else 'front'}-{p}")
            self.assertAlmostEqual(point.get_xdata()[0], 1e-9 * (x[p] - x[0]), places=9)
            self.assertAlmostEqual(point.get_ydata()[0], 100 * (y[p] - y[0]), places=6)
        Pictures.check_texts(self, figure)

    def test_what_is_no_ranking_or_lacks_what_is_asked_is_told(self):
        plot = Pictures.plot
        self.assertIn("is not a ranking", plot(self, "ranking", "kazakhstan-2019.h5", "fiscal.total", status=4))
        self.assertIn("is a comparison of zhol, not a ranking", plot(self, "regret", "differences.h5", "fiscal.total", status=4))
        self.assertIn("is a ranking of zhol, not a result", plot(self, "fan", "ranking.h5", "fiscal.total", status=4))
        self.assertIn("has no world 'x'", plot(self, "ranking", "ranking.h5", "fiscal.total", "--world", "x", status=2))
        self.assertIn("has no outcome 'trade'", plot(self, "pareto", "ranking.h5", "fiscal.total", "--and", "trade", status=2))


class Pictures(unittest.TestCase):
    """Whole pictures, as they are written."""

    def plot(self, *words, status=0):
        return seen.plot(self, command.main, FOLDER, *words, status=status)

    KINDS = [(["fan", "kazakhstan-2019.h5", "fiscal.total"], "bn USD per year (constant 2019 USD)",
              ["median", "band-5-95", "mean"]),
             (["variants", "kazakhstan-2019.h5", "multivector.h5", "nurly-zhol-sreb.h5", "index.dependence.ru"], "%",
              ["line-0", "line-2", "band-5-95-1"]),
             (["difference", "kazakhstan-2019.h5", "nurly-zhol-sreb.h5", "fiscal.total"],
              "million USD per year (constant 2019 USD)", ["mean-difference", "error", "band-5-95", "zero"]),
             (["difference", "kazakhstan-2019.h5", "nurly-zhol-sreb.h5", "npv.national"], "bn USD (constant 2019 USD)",
              ["mean-0", "zero", "futures-0-3"]),
             (["spread", "kazakhstan-2019.h5", "multivector.h5", "npv.fiscal"], "bn USD (constant 2019 USD)",
              ["median-1", "futures-1-3"]),
             (["ranking", "ranking.h5", "fiscal.total"], "bn USD (constant 2019 USD)", ["mean-0", "mean-2", "zero"]),
             (["regret", "ranking.h5", "fiscal.total"], "bn USD (constant 2019 USD)", ["mean-2", "band-0-95-1"]),
             (["pareto", "ranking.h5", "fiscal.total", "--and", "index.dependence.ru"],
              "fiscal.total, bn USD (constant 2019 USD), more is better", ["front-0", "beaten-1", "front-2"])]

    def test_every_kind_is_drawn_as_png_and_svg_and_one_as_pdf(self):
        for words, label, gids in self.KINDS:
            with self.subTest(words[0]):
                self.assertEqual(self.plot(*words, "-o", "p.png"), "p.png")
                image = matplotlib.image.imread(FOLDER / "p.png")
                self.assertEqual(image.shape[1], 1500)
                self.assertTrue(500 <= image.shape[0] <= 2500, image.shape)
                self.assertGreater(len(numpy.unique((image[..., :3] * 255).astype(int) @ [65536, 256, 1])), 50)
                self.assertGreater((image[..., :3] == 1).all(axis=2).mean(), 0.3)  # paper is white
                for edge in image[:10], image[-10:], image[:, :10], image[:, -10:]:
                    self.assertTrue((edge[..., :3] == 1).all(), "something is cut off at the edge")
                self.plot(*words, "-o", "p.svg")
                tree = xml.etree.ElementTree.parse(FOLDER / "p.svg")
                self.assertEqual(tree.getroot().attrib["width"], "720pt")
                drawn = {element.attrib.get("id") for element in tree.iter()}
                self.assertLessEqual(set(gids), drawn)
                svg = (FOLDER / "p.svg").read_text()
                self.assertIn(label, ["".join(element.itertext()) for element in tree.iter("{http://www.w3.org/2000/svg}text")])
                self.assertLess(len(svg), 400_000)
        self.plot(*self.KINDS[0][0], "-o", "p.pdf")
        self.assertTrue((FOLDER / "p.pdf").read_bytes().startswith(b"%PDF"))

    def test_the_same_picture_has_the_same_bytes_and_no_date(self):
        words = self.KINDS[0][0]
        for kind in page.KINDS:
            first, second = f"first{kind}", f"second{kind}"
            self.plot(*words, "-o", first)
            self.plot(*words, "-o", second)
            self.assertEqual((FOLDER / first).read_bytes(), (FOLDER / second).read_bytes())
            self.assertNotRegex((FOLDER / first).read_bytes(), rb"<dc:date>|CreationDate|:date")

    def test_without_a_name_pictures_are_called_by_outcome_and_kind(self):
        self.assertEqual(self.plot("fan", "kazakhstan-2019.h5", "drivers.brent"), "drivers.brent.png")
        self.assertEqual(self.plot("spread", "minimal.h5", "drivers.oil"), "drivers.oil-spread.png")
        self.assertTrue((FOLDER / "drivers.oil-spread.png").exists())

    def test_title_footnote_and_keys_say_what_is_drawn(self):
        text = said(years.fan(result(), "fiscal.total"))
        for part in ("Public revenue less what the state pays", "fiscal.total, sum over each year", "range of futures, 5–95 %",
                     "range of futures, 25–75 %", "median", "mean, error of the simulation (95 %): at most ±",
                     "Kazakhstan-China corridors and energy exports, 2019 baseline. 400 replications, seed 20190911, zhol "):
            self.assertIn(part, text)
        self.assertIn("400 replications, seed 20190911", said(horizon.spread([result()], "npv.national")))
        self.assertIn("nurly-zhol-sreb: Nurly Zhol", said(years.variants([result(), result("nurly-zhol-sreb")], "fiscal.total")))

    def test_no_text_meets_another_or_leaves_the_picture(self):
        def named(name):
            one = result(name if name in VARIANTS else "kazakhstan-2019")
            one.name = name
            return one
        eight = [named(name) for name in ("kazakhstan-2019", *VARIANTS, "russian-route-disruption-with-nurly-zhol-sreb",
                                          "a_very_long_name_without_any_dash_or_space_in_it_at_all", "d", "e", "f")]
        long = result()
        long.about = lambda outcome: dict(results.Result.about(long, outcome), title="a long name of what is drawn, " * 9)
        figures = {f"variants-{n}": years.variants(eight[:n], ("index.dependence.ru", "fiscal.total")[n % 2]) for n in range(2, 9)}
        figures |= {f"spread-{n}": horizon.spread(eight[:n], "npv.national") for n in (1, 2, 8)}
        figures |= {outcome: years.fan(result(), outcome) for outcome in
                    ("drivers.brent", "legs.dostyk.delay", "thresholds.congestion.first-passage", "network.residual",
                     "routes.china-europe.north-khorgos.share", "flows.china-europe.demand", "energy.gas.production")}
        figures["long"] = years.fan(long, "fiscal.total")
        for outcome in "fiscal.total", "drivers.brent", "index.dependence.ru":
            figures[f"difference-{outcome}"] = years.difference(facts.difference(eight[0], eight[2], outcome),
                                                                long.about(outcome), outcome, ["a" * 60, "b" * 60], "note " * 60)
        for name, figure in figures.items():
            with self.subTest(name):
                self.check_texts(figure)

    check_texts = seen.check_texts

    def test_colours_differ_for_any_kind_of_sight(self):
        """Machado, Oliveira and Fernandes (2009): no red, no green or no blue cones, at full severity."""
        sight = {"deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
                 "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
                 "usual": numpy.eye(3)}
        to_xyz = numpy.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        from matplotlib.colors import to_rgb
        rgb = numpy.array([to_rgb(colour) for colour in page.COLOURS])
        linear = numpy.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055)**2.4)
        for name, matrix in sight.items():
            xyz = numpy.clip(linear @ numpy.array(matrix).T, 0, 1) @ to_xyz.T / [0.9505, 1, 1.089]
            f = numpy.where(xyz > (6 / 29)**3, numpy.cbrt(xyz), xyz / (3 * (6 / 29)**2) + 4 / 29)
            lab = numpy.column_stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])])
            for i in range(len(lab)):
                for j in range(i):
                    # 2.3 is just noticeable in CIE 1976; lines are named at their ends besides
                    self.assertGreater(numpy.linalg.norm(lab[i] - lab[j]), 5 * 2.3, f"{name}: {i} and {j}")

    def test_quantiles_of_sketches_are_drawn_and_said_to_be_near(self):
        run("kazakhstan-2019.yaml", "sketch.h5", "--memory", "2MiB", save="drivers.brent")
        self.assertIn("quantiles to within 0.39 %", said(years.fan(result("sketch"), "fiscal.total")))

    def test_what_cannot_be_drawn_is_told_in_a_sentence(self):
        (FOLDER / "text.h5").write_text("no result")
        with h5py.File(FOLDER / "other.h5", "w") as file:
            file["x"] = 1
        run("kazakhstan-2019.yaml", "seed.h5", "-n", "40", "--seed", "7")
        run("kazakhstan-2019.yaml", "none.h5", "--memory", "2MiB", save="none")  # nor samples of the horizon
        run("kazakhstan-2019.yaml", "shorter.h5", "-n", "40", "--set", "time.months=120")
        run("kazakhstan-2019.yaml", "prices.h5", "-n", "40", "--set", "run.prices=current USD")
        base = "kazakhstan-2019.h5"
        for status, words, sentence in (
                (4, ["fan", "missing.h5", "x"], "missing.h5 cannot be read: no such file"),
                (4, ["fan", "text.h5", "x"], "text.h5 is not a result of zhol: HDF5 cannot open it"),
                (4, ["fan", "other.h5", "x"], "other.h5 is not a result of zhol: it has no attribute zhol_schema"),
                (2, ["fan", base, "brent"], f"{base} has no outcome 'brent'; did you mean drivers.brent?"),
                (2, ["fan", base, "fiscal.totl"], "did you mean fiscal.total"),
                (2, ["fan", base, "zzzzzz"], f"{base} has no outcome 'zzzzzz'; `zhol show RESULT --list` lists them"),
                (2, ["fan", base, "npv.national"], "npv.national has a value over the whole horizon only, none by year"),
                (2, ["fan", base, "drivers.brent", "-o", "p.jpg"], "'p.jpg' does not say what kind of picture it is"),
                (1, ["fan", base, "drivers.brent", "-o", "nowhere/p.png"], "nowhere/p.png cannot be written: No such file"),
                (2, ["variants", base, "fiscal.total"], "the number of results is 1; expected 2 to 8"),
                (2, ["variants", *[base] * 9, "fiscal.total"], "the number of results is 9; expected 2 to 8"),
                (4, ["variants", base, "shorter.h5", "fiscal.total"], "are not of the same years"),
                (2, ["difference", base, base, base, "fiscal.total"], "the number of results is 3; expected 2"),
                (2, ["difference", base, "multivector.h5", "fiscal.total", "--variant", "x"], "--variant and --world choose from"),
                (4, ["difference", base, "seed.h5", "fiscal.total"],
                 f"{base} and seed.h5 cannot be paired: they differ in their seed, 20190911 and 7"),
                (4, ["difference", base, "shorter.h5", "fiscal.total"],
                 f"{base} and shorter.h5 cannot be paired: they differ in their number of months, 240 and 120"),
                (4, ["difference", base, "prices.h5", "index.dependence.ru"],
                 f"{base} and prices.h5 cannot be paired: they differ in their prices, constant 2019 USD and current USD\n"),
                *((4, [kind, base, "prices.h5", "fiscal.total"],
                   f"fiscal.total is in USD{per} (constant 2019 USD) in {base} but in USD{per} (current USD) in prices.h5")
                  for kind, per in (("difference", "/yr"), ("variants", "/yr"), ("spread", ""))),
                (4, ["difference", base, "none.h5", "fiscal.fees"],
                 f"{base} holds no yearly samples of fiscal.fees (6 outcomes have some); run it with --save 'fiscal.fees'"),
                (4, ["difference", base, "none.h5", "fiscal.total"], "none.h5 holds no yearly samples of fiscal.total"),
                (2, ["spread", base, "npv.nation"], "did you mean npv.national")):
            with self.subTest(words):
                before = set(os.listdir(FOLDER))
                self.assertIn(sentence, self.plot(*words, status=status))
                self.assertEqual(set(os.listdir(FOLDER)), before)

    def test_a_damaged_result_is_a_sentence(self):
        data = bytearray((FOLDER / "kazakhstan-2019.h5").read_bytes())
        with h5py.File(FOLDER / "kazakhstan-2019.h5") as file:
            at = row(file, "annual", "fiscal.total")
            chunk = file["samples/annual/value"].id.get_chunk_info_by_coord((at, 0, 0))
        data[chunk.byte_offset + 8] ^= 255
        (FOLDER / "damaged.h5").write_bytes(data)
        told = self.plot("difference", "damaged.h5", "nurly-zhol-sreb.h5", "fiscal.total", status=4)
        self.assertIn("damaged.h5 or nurly-zhol-sreb.h5 is damaged: ", told)

    def test_bars_of_a_tornado_are_the_shares_beyond_chance_the_greatest_first(self):
        figure = tornado.tornado(tornado.Sensitivity(FOLDER / "sensitivity.h5"), "npv.national")
        with h5py.File(FOLDER / "sensitivity.h5") as file:
            group = file["sensitivity"]
            share = 100 * group["share"][0][group["false_discovery_rate"][0] <= 0.05]
        drawn = [bar.get_width() for bar in sorted((o for o in figure.findobj() if (o.get_gid() or "").startswith("share-")),
                                                   key=lambda o: int(o.get_gid()[6:]))]
        numpy.testing.assert_allclose(drawn, sorted(share, reverse=True)[:tornado.MOST])
        for status, words, sentence in (
                (2, ["tornado", "sensitivity.h5", "npv.nation"], "did you mean npv.national"),
                (4, ["tornado", "kazakhstan-2019.h5", "npv.national"], "is not a file of shares of zhol: it has no attribute zhol_sensitivity")):
            self.assertIn(sentence, self.plot(*words, status=status))

    def test_commands_of_the_documents_draw_pictures(self):
        lines = [line for line in (PROJECT / "scenarios/hindcast.md").read_text().split("\n") if line.startswith("scripts/plot ")]
        self.assertGreater(len(lines), 1)
        os.symlink(SCENARIOS, FOLDER / "scenarios")
        for line in lines:
            with self.subTest(line):
                printed = self.plot(*shlex.split(line, comments=True)[1:])
                self.assertTrue((FOLDER / printed).exists())

    def test_an_installed_program_draws_the_same_picture(self):
        build = next(folder for folder in pathlib.Path(ZHOL).parents if (folder / "cmake_install.cmake").exists())
        prefix = FOLDER / "prefix"
        subprocess.run(["cmake", "--install", str(build), "--prefix", str(prefix)], check=True, capture_output=True)
        for program, name in ([PLOT], "here.svg"), ([prefix / "bin" / "zhol-plot"], "there.svg"), ([prefix / "bin" / "zhol", "plot"], "by-zhol.svg"):
            done = subprocess.run([*map(str, program), "fan", "kazakhstan-2019.h5", "drivers.brent", "-o", name], cwd=FOLDER,
                                  capture_output=True, text=True, env={})
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"{name}\n", ""))
        self.assertEqual((FOLDER / "here.svg").read_bytes(), (FOLDER / "there.svg").read_bytes())
        self.assertEqual((FOLDER / "here.svg").read_bytes(), (FOLDER / "by-zhol.svg").read_bytes())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
