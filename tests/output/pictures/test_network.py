import unittest

import numpy
from matplotlib.colors import to_hex

from drawn import check_texts, found, said
from ground import plot, read, result, title
from zhol_pictures import layers, network


class Network(unittest.TestCase):
    def test_widths_are_of_volumes_and_colours_of_use(self):
        figure = network.network(result("base"), "china-europe", 2030)
        volume = {route: read("base", "annual/mean", f"routes.china-europe.{route}.volume")[10]
                  for route in ("north-dostyk", "north-khorgos", "trans-siberian", "middle", "ocean")}
        wide = {"cn-ocean": volume["ocean"], "ocean-eu": volume["ocean"], "cn-rail-transsib": volume["trans-siberian"],
                "kz-north-russia": volume["north-dostyk"] + volume["north-khorgos"], "kz-south-kz-west": volume["middle"],
                "altynkol-khorgos-dry-port": volume["north-khorgos"] + volume["middle"],
                "brest-eu": volume["north-dostyk"] + volume["north-khorgos"] + volume["trans-siberian"]}
        most = sum(volume.values())  # what leaves China
        for line, moved in wide.items():
            expected = 72 * max(network.LEAST, network.WIDEST * (moved / most)**0.5)
            self.assertAlmostEqual(found(figure, f"line-{line}").get_linewidth(), expected, places=9, msg=line)
        edges, colours = [0.5, 0.75, 0.9, 0.97], [colour for _, colour, _ in network.USES]
        for leg in ("dostyk", "altynkol", "khorgos-dry-port", "transsib", "brest", "kz-west", "aktau-box", "caspian-box", "caucasus"):
            use = read("base", "annual/mean", f"legs.{leg}.utilisation")[10]
            self.assertEqual(to_hex(found(figure, f"leg-{leg}").get_facecolor()), colours[numpy.searchsorted(edges, use, side="right")])
            self.assertIn(f"{100 * use:.0f} %", said(figure).split("\n"))
        self.assertEqual(to_hex(found(figure, "leg-ocean").get_facecolor()), network.OPEN)  # it has no capacity
        queues = {leg: read("base", "annual/mean", f"legs.{leg}.delay")[10]
                  for leg in ("dostyk", "altynkol", "khorgos-dry-port", "transsib", "brest", "kz-west", "aktau-box", "caspian-box", "caucasus")}
        narrow = max(queues, key=queues.get)
        self.assertIn(f"bottleneck: {title('base', narrow)} (", said(figure))
        self.assertEqual(found(figure, f"leg-{narrow}").get_linewidth(), 2.5)
        self.assertIn("Network: China to Europe, 2030", said(figure))

    def test_texts_do_not_meet_in_small_networks_and_in_large_ones(self):
        for words in (("base", "china-europe", 2030), ("base", "china-europe,europe-china"), ("base", "container", 2025), ("base", "bulk"), ("base", "oil"), ("base", "express"),
                      ("pipelines", "oil"), ("pipelines", "gas")):
            with self.subTest(words):
                check_texts(self, network.network(result(words[0]), *words[1:]))

    def test_pipelines_are_drawn_from_oil_to_its_outlets(self):
        figure = network.network(result("pipelines"), "oil")
        for line in ("north-line-north", "oil-refinery", "transit-east-line", "east-line-passing", "port-sea"):
            self.assertGreater(found(figure, f"line-{line}").get_linewidth(), 0)
        self.assertIn("Network: oil, 2029", said(figure))
        self.assertIn("Legs by which single fields reach a line (`also`) are left out.", said(figure).replace("\n", " "))

    def test_places_are_called_as_people_write_them(self):
        self.assertEqual([network.place_name(name) for name in ("kz", "eu", "central-asia", "home")], ["KZ", "EU", "Central Asia", "Home"])

    def test_places_stand_in_the_order_of_the_ways(self):
        ways = [["a", "p", "q", "z"], ["a", "r", "z"], ["z", "q", "p", "a"], ["q", "p"]]
        self.assertEqual(layers.forward(ways), [False, False, True, True])
        lines = [way[::-1] if back else way for way, back in zip(ways, layers.forward(ways))]
        column = layers.columns(lines)
        self.assertEqual(column, {"a": 0, "p": 1, "q": 2, "z": 3, "r": 1})
        filled = layers.lanes(lines, column)
        self.assertEqual(filled[1], [("a", 0), ("r", 1), ("", "r", "z", 2), ("z", 3)])
        for line in filled:
            self.assertTrue(all(b[-1] == a[-1] + 1 for a, b in zip(line, line[1:])))
        # a circle is cut where it closes
        self.assertEqual(layers.columns([["a", "b"], ["b", "c"], ["c", "a"]]), {"a": 0, "b": 1, "c": 2})
        # two lines that need not cross do not
        crossed = layers.rows(layers.lanes([["a", "d"], ["b", "c"]], {"a": 0, "b": 0, "c": 1, "d": 1}) + [[("c", 1)], [("d", 1)]])
        self.assertEqual([place[0] for place in crossed[1]].index("d"), [place[0] for place in crossed[0]].index("a"))

    def test_what_cannot_stand_in_one_picture_is_told_in_a_sentence(self):
        for words, sentence in ((["minimal"], "has no flows with routes and no energy with outlets"), (["base"], "counted in different units; name one of container, "),
                                (["base", "china-europ"], "has no flow with routes, commodity or energy 'china-europ'"), (["pipelines"], "name one of oil, gas, or flows"),
                                (["base", "container,oil"], "counted in different units"), (["base", "oil", "--year", "2040"], "--year is 2040; expected a year of")):
            with self.subTest(words):
                self.assertIn(sentence, plot(self, "network", *words, status=2))
        self.assertEqual(plot(self, "network", "base", "china-e*"), "china-e_-network.png")
