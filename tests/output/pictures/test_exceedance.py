import unittest

import numpy

from drawn import check_texts, found, said
from ground import REPLICATIONS, plot, read, result
from zhol_pictures import exceedance


class Exceedance(unittest.TestCase):
    def check_curve(self, line, values, factor):
        for x, y in zip(line.get_xdata(), line.get_ydata()):
            self.assertAlmostEqual(y, 100 * (values >= x / factor * (1 - 1e-12)).mean(), places=9)

    def test_a_curve_is_the_share_of_the_futures_that_are_at_least_so_much(self):
        figure = exceedance.exceedance([result("base"), result("customs")], "npv.national")
        for number, name in enumerate(("base", "customs")):
            values = read(name, "samples/horizon/value", "npv.national")
            line = found(figure, f"curve-{number}")
            self.assertEqual(len(line.get_xdata()), REPLICATIONS)
            self.check_curve(line, values, 1e-12 if "trillion" in said(figure) else 1e-9)
            self.assertEqual(line.get_drawstyle(), "steps-pre")
            # Wilson's bounds where half of the futures are
            z, n, p = 1.959963984540054, REPLICATIONS, 0.5
            half = z * (p * (1 - p) / n + z**2 / (4 * n * n))**0.5 / (1 + z**2 / n)
            band = found(figure, f"error-{number}").get_paths()[0].vertices
            x = line.get_xdata()[numpy.nonzero(numpy.isclose(line.get_ydata(), 50))[0][0]]
            heights = band[numpy.isclose(band[:, 0], x, rtol=1e-12)][:, 1]
            for side in (50 - 100 * half, 50 + 100 * half):
                self.assertLess(abs(heights - side).min(), 1e-9)
        self.assertIn("arbitrary origin", said(figure))
        check_texts(self, figure)

    def test_a_year_is_that_of_its_samples(self):
        figure = exceedance.exceedance([result("base")], "drivers.brent", 2030)
        self.check_curve(found(figure, "curve-0"), read("base", "samples/annual/value", "drivers.brent")[10], 1)
        self.assertIn("mean of 2030", said(figure))
        check_texts(self, figure)

    def test_of_many_values_some_are_drawn_where_they_are(self):
        values = numpy.random.default_rng(1).lognormal(size=5000)
        x, share = exceedance.curve(values)
        self.assertLessEqual(len(x), exceedance.POINTS)
        numpy.testing.assert_allclose(share, [(values >= at).mean() for at in x], rtol=1e-12)
        self.assertEqual((x[0], x[-1], share[0]), (values.min(), values.max(), 1.0))
        self.assertLess(numpy.abs(numpy.diff(share)).max(), 0.01)

    def test_what_has_no_curve_is_told_in_a_sentence(self):
        for status, words, sentence in (
                (2, ["base", "thresholds.congestion"], "either happens or not; `fan` draws how probable that is"),
                (2, ["base", "npv.national", "--year", "2030"], "has a value over the whole horizon only"),
                (4, ["plain", "drivers.brent", "--year", "2030"], "holds no yearly samples of drivers.brent"),
                (2, ["base", "drivers.brent", "--year", "2040"], "--year is 2040; expected a year of"),
                (2, [*["base"] * 9, "drivers.brent"], "the number of results is 9; expected 1 to 8")):
            with self.subTest(words):
                self.assertIn(sentence, plot(self, "exceedance", *words, status=status))
