import unittest

import numpy

from drawn import check_texts, found, order, said
from ground import FOLDER, ZHOL, plot, replay, result
from zhol_pictures import months

SOME = 24


def values(name, outcome):
    """[replications, months] of `zhol replay`."""
    head, *rows = replay(name, outcome, "-r", f"0:{SOME - 1}")
    many = {}
    for number, _, value in rows:
        many.setdefault(int(number), []).append(float(value) if value else numpy.nan)
    return numpy.array([many[number] for number in range(SOME)])


class Closure(unittest.TestCase):
    def test_two_results_are_compared_month_by_month_and_shaded_where_it_happens(self):
        outcome = "legs.dostyk.delay"
        figure = months.closure([result("base"), result("closed")], outcome, None, SOME, ZHOL)
        base, closed = values("base", outcome), values("closed", outcome)
        first, last = 0, 84 + 3 + months.AFTER  # October 2020 is month 9: the year before it would begin earlier; January 2027 is month 84
        apart = (closed - base)[:, first:last]
        numpy.testing.assert_allclose(found(figure, "mean-difference").get_ydata()[:-1], apart.mean(axis=0), rtol=1e-12, atol=1e-12)
        numpy.testing.assert_array_equal(found(figure, "mean-difference").get_xdata(), numpy.arange(first, last + 1))
        for number, one in enumerate((base, closed)):
            numpy.testing.assert_allclose(found(figure, f"line-{number}").get_ydata()[:-1], order(one.T, 0.5)[first:last], rtol=1e-12)
        for number, (begin, end) in enumerate(((9, 15), (84, 87))):
            box = found(figure, f"while-0-{number}").get_xy()
            self.assertEqual((min(box[:, 0]), max(box[:, 0])), (begin, end))
        self.assertIn("Shaded: border-closed-first, border-closed-again. 24 replications of each", said(figure).replace("\n", " "))
        check_texts(self, figure)
        figure = months.closure([result("base"), result("closed")], outcome, "border-closed-again", SOME, ZHOL)
        self.assertEqual(found(figure, "mean-difference").get_xdata()[0], 84 - months.BEFORE)
        check_texts(self, figure)

    def test_one_result_is_drawn_around_the_first_time_in_each_replication(self):
        outcome, event = "legs.dostyk.delay", "border-backlog"
        figure = months.closure([result("base")], outcome, event, SOME, ZHOL)
        delay, down = values("base", outcome), values("base", f"events.{event}.down")
        picked = []
        for one, on in zip(delay, down):
            begin = next((m for m in range(1, 240) if on[m] > 0 and on[m - 1] == 0), None)
            if begin is not None and 12 <= begin <= 240 - 24:
                picked.append(one[begin - 12:begin + 24])
        picked = numpy.array(picked)
        self.assertGreater(len(picked), 5)
        numpy.testing.assert_allclose(found(figure, "median").get_ydata()[:-1], order(picked.T, 0.5), rtol=1e-12)
        numpy.testing.assert_allclose(found(figure, "mean").get_ydata()[:-1], picked.mean(axis=0), rtol=1e-12)
        self.assertIn(f"in {len(picked)} of {SOME} replications", said(figure))
        check_texts(self, figure)

    def test_what_has_no_months_or_no_event_is_told_in_a_sentence(self):
        zhol = ["--zhol", ZHOL]
        for status, words, sentence in (
                (2, ["base", "legs.dostyk.delay"], "name what happens with --event: cpc-terminal, "),
                (2, ["base", "legs.dostyk.delay", "--event", "flood"], "has no event 'flood'; expected cpc-terminal or "),
                (2, ["minimal", "drivers.oil"], "name what happens with --event; or add a second result"),
                (2, ["base", "npv.national", "--event", "border-backlog"], "npv.national has no value in a month"),
                (2, ["base", "index.multivector", "--event", "border-backlog"], "index.multivector has no value in a month"),
                (2, ["base", "legs.dostyk.delay", "--event", "border-backlog", "--replications", "151"], "--replications is 151; expected 1 to 150"),
                (4, ["base", "other-seed", "legs.dostyk.delay"], "cannot be paired"),
                (2, ["base", "closed", "base", "legs.dostyk.delay"], "the number of results is 3")):
            with self.subTest(words):
                self.assertIn(sentence, plot(self, "closure", *words, *zhol, status=status))
        self.assertIn("nothing is no program", plot(self, "closure", "base", "legs.dostyk.delay", "--event", "border-backlog", "--zhol", "nothing", status=2))
        self.assertEqual(list(FOLDER.glob("*.tmp.*")), [])
