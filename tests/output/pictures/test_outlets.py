import unittest

import numpy

from drawn import check_texts, found, order, said
from ground import plot, read, result
from zhol_pictures import outlets

OIL = ["refinery-west", "refinery-east", "europe-cpc", "europe-samara", "europe-makhachkala", "europe-btc", "china"]


class Outlets(unittest.TestCase):
    def test_areas_are_the_means_and_whiskers_the_range_of_their_sum(self):
        figure = outlets.outlets(result("base"), "oil")
        paths = [f"energy.oil.outlets.{name}.volume" for name in OIL]
        below = numpy.zeros(20)
        for i, path in enumerate(paths):
            top = below + 1e-6 * read("base", "annual/mean", path)
            vertices = found(figure, f"outlet-{i}").get_paths()[0].vertices
            for year in range(20):
                sides = vertices[numpy.isclose(vertices[:, 0], 2020 + year)][:, 1]
                self.assertLess(abs(sides - below[year]).min(), 1e-9)
                self.assertLess(abs(sides - top[year]).min(), 1e-9)
            below = top
        total = 1e-6 * sum(read("base", "samples/annual/value", path) for path in paths)
        points = found(figure, "total")
        numpy.testing.assert_allclose(points.get_ydata(), total.mean(axis=1), rtol=1e-6)
        bars = figure.axes[0].containers[0][2][0].get_segments()
        numpy.testing.assert_allclose([[bar[0, 1], bar[1, 1]] for bar in bars], numpy.column_stack([order(total, 0.05), order(total, 0.95)]), rtol=1e-9)
        self.assertIn("Without transit (russia-transit), which is not its own.", said(figure).replace("\n", " "))
        check_texts(self, figure)

    def test_revenue_is_drawn_too_and_what_is_not_saved_has_no_range(self):
        figure = outlets.outlets(result("pipelines"), "gas", True)
        means = [read("pipelines", "annual/mean", f"energy.gas.outlets.{name}.revenue") for name in ("home", "east", "north")]
        numpy.testing.assert_allclose(found(figure, "total").get_ydata(), 1e-9 * sum(means), rtol=1e-12)
        self.assertEqual(figure.axes[0].get_ylabel(), "bn USD per year (constant 2019 USD)")
        check_texts(self, figure)
        figure = outlets.outlets(result("plain"), "gas")
        self.assertIn("The range of the sum is not known, since yearly samples are not saved", said(figure).replace("\n", " "))
        self.assertNotIn("range of futures", said(figure))
        check_texts(self, figure)

    def test_where_there_are_no_outlets_or_several_kinds_that_is_said(self):
        for words, sentence in ((["minimal"], "has no oil or gas with outlets"), (["pipelines"], "has 2 kinds of energy; expected oil or gas"),
                                (["pipelines", "coal"], "has no energy 'coal'; expected oil or gas")):
            self.assertIn(sentence, plot(self, "outlets", *words, status=2))
        self.assertEqual(plot(self, "outlets", "pipelines", "oil"), "oil-outlets.png")
