import unittest

import numpy

from drawn import check_texts, found, order, said
from ground import plot, read, result
from zhol_pictures import corridors

LEGS = ["cn-rail", "altynkol", "khorgos-dry-port", "kz-south", "kz-west", "aktau-box", "caspian-box", "caucasus", "black-sea"]


def along(name, what, place="samples/horizon/value", year=None):
    values = numpy.array([read(name, place, f"routes.china-europe.middle.legs.{leg}.{what}") for leg in LEGS])
    return values if year is None else values[:, year]


class Corridors(unittest.TestCase):
    def check_way(self, figure, name, number, place="samples/horizon/value", year=None):
        cost, time, delay = (along(name, what, place, year) for what in ("cost", "time", "delay"))
        there = ~numpy.isnan(cost).any(axis=0)
        sums = numpy.cumsum(cost[:, there], axis=0)
        line = found(figure, f"cost-mean-{number}")
        numpy.testing.assert_array_equal(line.get_xdata(), numpy.arange(10))
        numpy.testing.assert_allclose(line.get_ydata(), [0, *sums.mean(axis=1)], rtol=1e-12)
        self.assertEqual(said(figure).count("\n".join(LEGS[:2])), 1)
        days = found(figure, f"time-mean-{number}")
        before = numpy.cumsum(time + delay, axis=0)[:, there] - time[:, there]  # each leg's queue is over
        behind = numpy.cumsum(time + delay, axis=0)[:, there]
        at = {}
        for x, y in zip(days.get_xdata(), days.get_ydata()):
            at.setdefault(x, []).append(y)
        for i in range(9):
            numpy.testing.assert_allclose(at[i][-1], before[i].mean(), rtol=1e-12)
            numpy.testing.assert_allclose(at[i + 1][0], behind[i].mean(), rtol=1e-12)
        band = found(figure, f"cost-band-5-95-{number}").get_paths()[0].vertices
        for i, values in enumerate(sums):
            heights = band[band[:, 0] == i + 1][:, 1]
            numpy.testing.assert_allclose([heights.min(), heights.max()], [order(values, 0.05)[0], order(values, 0.95)[0]], rtol=1e-12)

    def test_costs_and_times_are_summed_in_each_replication(self):
        figure = corridors.corridors([result("base"), result("customs")], "china-europe.middle")
        for number, name in enumerate(("base", "customs")):
            self.check_way(figure, name, number)
        check_texts(self, figure)
        a, b = (along(name, "time").sum(axis=0) + along(name, "delay").sum(axis=0) for name in ("base", "customs"))
        apart = (b - a)[~numpy.isnan(b - a)]
        told = said(figure).replace("\n", " ")
        self.assertIn(f"time {apart.mean():.4f}"[:10].replace("-", "−"), told)
        self.assertIn("customs less base, the whole way", told)
        self.assertIn("USD per TEU\n(constant 2019 USD)", said(figure))

    def test_a_year_is_that_of_its_samples(self):
        self.check_way(corridors.corridors([result("base")], "china-europe.middle", 2030), "base", 0, "samples/annual/value", 10)

    def test_delays_of_legs_add_up_to_that_of_the_route(self):
        total, parts = read("base", "samples/horizon/value", "routes.china-europe.middle.delay"), along("base", "delay").sum(axis=0)
        self.assertGreater(total.max(), 0.5)
        numpy.testing.assert_allclose(parts, total, rtol=1e-5, atol=1e-6)

    def test_what_makes_no_route_is_told_in_a_sentence(self):
        for status, words, sentence in (
                (2, ["base", "china-europe"], "china-europe has 5 routes; name one: china-europe.north-dostyk, "),
                (2, ["base", "china-europ"], "has no route 'china-europ'; expected FLOW.ROUTE, such as china-europe.north-dostyk"),
                (2, ["base", "europe-china.ocean"], "does not tell of the legs on the routes of europe-china; run it with --set 'outcomes.by_leg=[europe-china]'"),
                (2, ["minimal", "x.y"], "has no flows with routes"), (2, ["pipelines", "oil"], "has no flows with routes"),
                (2, ["base", "china-europe.middle", "--year", "1999"], "--year is 1999; expected a year of"),
                (4, ["base", "closed", "china-europe.middle"], "do not tell of the same legs"),
                (4, ["base", "other-seed", "china-europe.middle"], "cannot be paired: they differ in their seed")):
            with self.subTest(words):
                self.assertIn(sentence, plot(self, "corridors", *words, status=status))
        # of the routes of a corridor one alone is told of by its legs
        self.assertEqual(plot(self, "corridors", "base", "middle", "-o", "c.svg"), "c.svg")
