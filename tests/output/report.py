#!/usr/bin/env python3
"""The page of `zhol report`: what it tells is what the other commands tell and what numpy finds in the files, it asks nothing of
anybody, and a browser shows and answers it by mouse and by keyboard.

Usage: report.py ZHOL SCENARIOS [TEST...]
"""
import base64
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import numpy

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import Result  # noqa: E402

try:
    from selenium import webdriver
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    webdriver = None
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
REPLICATIONS, YEARS, FIRST, Z = 2300, 20, 2020, 1.959963984540054
INSIDE = 2000
HOSTILE = "</script><img src=x onerror=alert(1)> & \"quotes\" \u2028 -->"


def zhol(*words, status=0):
    done = subprocess.run([ZHOL, *map(str, words)], cwd=FOLDER, capture_output=True, text=True)
    if done.returncode != status:
        raise AssertionError(f"zhol {' '.join(map(str, words))} ended with {done.returncode}: {done.stderr}")
    return done


def setUpModule():
    global FOLDER, HOLDER, BROWSE
    HOLDER = tempfile.TemporaryDirectory()
    FOLDER = pathlib.Path(HOLDER.name)
    simulate = ["-n", REPLICATIONS, "--progress", "none"]
    zhol("run", SCENARIOS / "kazakhstan-2019.yaml", *simulate, "-o", "base.h5")
    zhol("run", SCENARIOS / "policies/nurly-zhol-sreb.yaml", *simulate, "-o", "variant.h5")
    zhol("report", "base.h5", "-o", "one.html", "--observed", SCENARIOS / "observed/kazakhstan.csv")
    zhol("report", "base.h5", "variant.h5", "-o", "two.html")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,1000"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    BROWSE = webdriver.Chrome(service=webdriver.chrome.service.Service(DRIVER), options=options)


def tearDownModule():
    BROWSE.quit()
    HOLDER.cleanup()


def number(text):
    """What is shown, and half its last digit."""
    text = text.replace("\u2212", "-").replace("\u00b1", "").replace(",", "").strip()
    digits, _, power = text.partition("e")
    decimals = len(digits.partition(".")[2])
    return float(text), 0.5 * 10.0 ** (int(power or 0) - decimals)


def rank(n, p):
    return max(1, int(numpy.ceil(round(n * p, 9))))


class Page(unittest.TestCase):
    """A page in the browser."""

    def open(self, name):
        BROWSE.get_log("browser")
        BROWSE.get_log("performance")
        BROWSE.get(f"file://{FOLDER}/{name}")
        self.data = json.loads(self.run_script("return document.getElementById('data').textContent"))

    def tearDown(self):
        for domain, empty in (("Emulation.clearDeviceMetricsOverride", {}), ("Emulation.setEmulatedMedia", {"features": []}),
                              ("Emulation.setScriptExecutionDisabled", {"value": False})):
            BROWSE.execute_cdp_cmd(domain, empty)

    def run_script(self, script, *arguments):
        return BROWSE.execute_script(script, *arguments)

    def find(self, selector):
        return BROWSE.find_element(By.CSS_SELECTOR, selector)

    def outcome(self, path):
        return next(i for i, each in enumerate(self.data["outcomes"]) if each["path"] == path)

    def settle(self):
        """Waits until all that was asked is answered."""
        BROWSE.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))")

    def cells(self, table, path):
        return self.run_script("return Array.from(document.querySelector(`${arguments[0]} tr[data-outcome='${arguments[1]}']`).children).slice(1)"
                               ".map((cell) => cell.textContent)", table, self.outcome(path))

    def count(self):
        found = re.search(r"in these futures: ([\d,]+) of ([\d,]+)", self.find("#count").get_attribute("textContent"))
        return tuple(int(each.replace(",", "")) for each in found.groups()) if found else None

    def bounds(self, condition=0):
        box = BROWSE.find_elements(By.CSS_SELECTOR, ".condition")[condition]
        low, high = (box.get_attribute(f"data-{end}") for end in ("low", "high"))
        return float(low) if low else -numpy.inf, float(high) if high else numpy.inf

    def assert_shown(self, text, value, step, divisor=1.0):
        """That a number is shown as precisely as its digits say; step: by how much a future may be off."""
        shown, half = number(text)
        self.assertLessEqual(abs(shown - value / divisor), half * 1.0001 + step / divisor + 1e-6 * abs(shown), f"{text} for {value / divisor}")

    def assert_statistics(self, cells, values, unit):
        """A row of the headline table about these futures."""
        divisor, step = unit[1], (values.max() - values.min()) / 65533
        n, ascending = len(values), numpy.sort(values)
        self.assert_shown(cells[0], values.mean(), step, divisor)
        self.assert_shown(cells[1], Z * values.std(ddof=1) / numpy.sqrt(n), step, divisor)
        self.assert_shown(cells[2], ascending[rank(n, 0.5) - 1], step, divisor)
        for text, p in zip(cells[3].split(" to "), (0.05, 0.95)):
            self.assert_shown(text, ascending[rank(n, p) - 1], step, divisor)


class Numbers(Page):
    def test_headline_numbers_are_those_of_show(self):
        self.open("one.html")
        told = json.loads(zhol("show", "base.h5", "--json").stdout)
        rows = {(row["outcome"], row.get("year")): row for row in told["statistics"]}
        seen = 0
        for table, year in (("table.numbers[data-period='horizon']", None), ("table.numbers[data-period='year']", FIRST + YEARS - 1)):
            for each in self.data["outcomes"]:
                if not each["key"] or (each["path"], year) not in rows or (year and "yearUnit" not in each):
                    continue
                row, cells = rows[each["path"], year], self.cells(table, each["path"])
                divisor = each["yearUnit" if year else "horizonUnit"][1]
                self.assert_shown(cells[0], row["mean"], 0, divisor)
                if each["probability"]:
                    for text, bound in zip(cells[1].split(" to "), (row["probability_low"], row["probability_high"])):
                        self.assert_shown(text, bound, 0, divisor)
                else:
                    self.assert_shown(cells[1], Z * row["standard_error"], 0, divisor)
                    self.assert_shown(cells[2], row["quantile_estimate"][2], 0, divisor)
                    for text, q in zip(cells[3].split(" to "), (0, 4)):
                        self.assert_shown(text, row["quantile_estimate"][q], 0, divisor)
                seen += 1
        self.assertGreater(seen, 30)

    def test_what_figures_draw_is_in_the_file(self):
        self.open("one.html")
        with Result(FOLDER / "base.h5") as result:
            for each in self.data["outcomes"]:
                of = each["statistics"][0]
                along = "yearUnit" in each
                for name, stored in (("mean", "mean"), ("count", "count")):
                    annual = result.statistic("annual", stored, each["path"]) if along else []
                    expected = numpy.append(annual, result.statistic("horizon", stored, each["path"]))
                    numpy.testing.assert_allclose(numpy.array(of[name], float), expected, rtol=1e-6)
                if along and not each["probability"]:
                    numpy.testing.assert_allclose(numpy.array(of["quantile"], float)[:, :YEARS], result.statistic("annual", "quantile_estimate", each["path"]).T, rtol=1e-6)

    def test_another_year_is_shown_on_demand(self):
        self.open("one.html")
        self.run_script("const s = document.getElementById('numbers-year'); s.value = '4'; s.dispatchEvent(new Event('change'))")
        with Result(FOLDER / "base.h5") as result:
            mean = result.statistic("annual", "mean", "fiscal.total")[4]
        unit = self.data["outcomes"][self.outcome("fiscal.total")]["yearUnit"]
        self.assert_shown(self.cells("table.numbers[data-period='year']", "fiscal.total")[0], mean, 0, unit[1])
        self.assertIn("2024", self.find("table.numbers[data-period='year'] caption").text)

    def test_differences_are_those_of_compare(self):
        self.open("two.html")
        keys = ",".join(each["path"] for each in self.data["outcomes"] if each["key"])
        told = json.loads(zhol("compare", "base.h5", "variant.h5", "--outcome", keys, "--json").stdout)
        rows = {row["outcome"]: row for row in told["differences"] if row["period"] == "horizon"}
        seen = 0
        for each in self.data["outcomes"]:
            if not each["key"] or each["path"].startswith("drivers."):
                continue
            row, cells, divisor = rows[each["path"]], self.cells("table.differences", each["path"]), each["horizonUnitOfDifference"][1]
            if len(cells) == 2:
                self.assertLessEqual(abs(row["mean_difference"]), row["rounding"])
                continue
            self.assert_shown(cells[0], row["mean_difference"], 0, divisor)
            self.assert_shown(cells[1], row["mean_difference_high"] - row["mean_difference"], 0, divisor)
            for text, q in zip(cells[2].split(" to "), (0, -1)):
                self.assert_shown(text, row["quantile_estimate"][q], 0, divisor)
            self.assert_shown(cells[4].replace("%", ""), row["share_same"], 0, 0.01)
            seen += 1
        self.assertGreater(seen, 10)

    def test_what_decides_is_what_sensitivity_says(self):
        self.open("one.html")
        told = json.loads(zhol("sensitivity", "base.h5", "--outcome", "fiscal.total", "--json").stdout)["outcomes"][0]
        factors = sorted(told["factors"], key=lambda each: -each["share"])
        shown = self.run_script("return Array.from(document.querySelector('table.tornado').tBodies[0].rows).map((row) => [row.cells[0].textContent, row.cells[2].textContent])")
        self.assertEqual([name for name, _ in shown[:5]], [each["factor"] for each in factors[:5]])
        for (_, text), each in zip(shown[:5], factors):
            self.assert_shown(text.replace("%", ""), each["share"], 0, 0.01)

    def test_what_happened_is_drawn(self):
        self.open("one.html")
        with open(SCENARIOS / "observed/kazakhstan.csv", newline="") as file:
            expected = {int(row["year"]): float(row["value"]) for row in csv.DictReader(file)
                        if row["outcome"] == "drivers.brent" and row["prices"] != "nominal" and row["confirmed"] != "no"}
        seen = {FIRST + year: value for year, value, _ in self.data["outcomes"][self.outcome("drivers.brent")]["observed"]}
        self.assertEqual(seen.keys(), expected.keys())
        for year in seen:
            self.assertAlmostEqual(seen[year], expected[year], delta=1e-5 * expected[year])
        self.assertIn("what happened", self.find("#charts").text)


class Questions(Page):
    """What holds in some of the futures."""

    def values(self, result, path, year=None):
        with Result(FOLDER / result) as of:
            values = of.samples("horizon", path) if year is None else of.samples("annual", path)[year]
        return values[:INSIDE].astype(float)

    def mask_of(self, path, bounds, year=None):
        """The futures within bounds, and how many are so near to a bound that a page may take them otherwise."""
        values = self.values("base.h5", path, year)
        step = (values.max() - values.min()) / 65533
        near = sum(int((abs(values - bound) <= step).sum()) for bound in bounds if numpy.isfinite(bound))
        return (values >= bounds[0]) & (values <= bounds[1]), near

    def drag(self, begin, end):
        """Over the histogram, as shares of its width."""
        brush = self.find(".brush")
        self.run_script("arguments[0].scrollIntoView({block: 'center'})", brush)
        width = brush.size["width"]
        ActionChains(BROWSE).move_to_element_with_offset(brush, int((begin - 0.5) * width), 0).click_and_hold().move_by_offset(int((end - begin) * width), 0).release().perform()
        self.settle()

    def check_answer(self, mask, near, path="fiscal.total"):
        futures, inside = self.count()
        self.assertEqual(inside, INSIDE)
        self.assertLessEqual(abs(futures - mask.sum()), near)
        if futures != mask.sum():
            return
        outcome = self.data["outcomes"][self.outcome(path)]
        self.assert_statistics(self.cells("table.numbers[data-period='horizon']", path), self.values("base.h5", path)[mask], outcome["horizonUnit"])
        self.assert_statistics(self.cells("table.numbers[data-period='year']", path), self.values("base.h5", path, YEARS - 1)[mask], outcome["yearUnit"])

    def test_a_range_by_mouse(self):
        self.open("one.html")
        before = self.cells("table.numbers[data-period='horizon']", "fiscal.total")
        figure = self.run_script("return document.querySelector('#charts canvas').toDataURL()")
        self.drag(0.1, 0.4)
        bounds = self.bounds()
        self.assertTrue(numpy.isfinite(bounds).all())
        self.check_answer(*self.mask_of("drivers.brent", bounds))
        self.assertNotEqual(self.run_script("return document.querySelector('#charts canvas').toDataURL()"), figure)
        self.assertTrue(self.find("#numbers .state").text.startswith("In these futures: "))
        self.find("#reset").click()
        self.settle()
        self.assertIsNone(self.count())
        self.assertEqual(self.cells("table.numbers[data-period='horizon']", "fiscal.total"), before)
        self.assertEqual(self.run_script("return document.querySelector('#charts canvas').toDataURL()"), figure)

    def test_a_range_and_events_by_keyboard(self):
        self.open("one.html")
        slider = self.find(".sliders input")
        slider.send_keys(*[Keys.ARROW_RIGHT] * 12)
        self.settle()
        mask, near = self.mask_of("drivers.brent", self.bounds())
        self.assertEqual(self.bounds()[1], numpy.inf)
        self.check_answer(mask, near)
        event = next(i for i, each in enumerate(self.data["futures"]["events"]) if each["path"] == "events.cpc-terminal.down")
        did = self.values("base.h5", "events.cpc-terminal.down") > 0
        happened, did_not = BROWSE.find_elements(By.CSS_SELECTOR, ".event")[event].find_elements(By.CSS_SELECTOR, "input")
        did_not.send_keys(Keys.SPACE)
        self.settle()
        self.check_answer(mask & did, near)
        did_not.send_keys(Keys.SPACE)
        happened.send_keys(Keys.SPACE)
        self.settle()
        self.check_answer(mask & ~did, near)
        self.find("#reset").send_keys(Keys.ENTER)
        self.settle()
        self.assertIsNone(self.count())
        self.assertTrue(happened.is_selected())

    def test_two_quantities_and_a_year(self):
        self.open("one.html")
        self.find("#add").click()
        for box, value in zip(BROWSE.find_elements(By.CSS_SELECTOR, ".condition"), ("5", "horizon")):
            self.run_script("const s = arguments[0].querySelector('.moment select'); s.value = arguments[1]; s.dispatchEvent(new Event('change'))", box, value)
            box.find_elements(By.CSS_SELECTOR, ".sliders input")[1].send_keys(*[Keys.ARROW_LEFT] * 60)
        self.settle()
        other = self.run_script("return Number(document.querySelectorAll('.condition')[1].querySelector('select').value)")
        one, near = self.mask_of("drivers.brent", self.bounds(0), 5)
        two, nearer = self.mask_of(self.data["outcomes"][other]["path"], self.bounds(1))
        self.check_answer(one & two, near + nearer)

    def test_differences_in_these_futures(self):
        self.open("two.html")
        self.drag(0.05, 0.3)
        mask, near = self.mask_of("drivers.brent", self.bounds())
        self.assertLessEqual(abs(self.count()[0] - mask.sum()), near)
        if self.count()[0] != mask.sum():
            return
        for path in ("fiscal.total", "corridors.northern.container", "legs.aktau.delay", "trade.balance"):
            if path not in [each["path"] for each in self.data["outcomes"]]:
                continue
            difference = (self.values("variant.h5", path) - self.values("base.h5", path))
            step, divisor = (difference.max() - difference.min()) / 65533, self.data["outcomes"][self.outcome(path)]["horizonUnitOfDifference"][1]
            difference, cells = difference[mask], self.cells("table.differences", path)
            self.assert_shown(cells[0], difference.mean(), step, divisor)
            self.assert_shown(cells[1], Z * difference.std(ddof=1) / numpy.sqrt(len(difference)), step, divisor)
            self.assert_shown(cells[4].replace("%", ""), (difference == 0).mean(), 0, 0.01)

    def test_futures_are_those_of_the_file(self):
        for name in ("one.html", "two.html"):
            self.open(name)
            futures, seen = self.data["futures"], 0
            for outcome, places in zip(self.data["outcomes"], futures["outcome"]):
                for result, file in enumerate(("base.h5", "variant.h5")[:len(self.data["results"])]):
                    for period in ("horizon", "years"):
                        if not places[period] or places[period][result] in (None, "same"):
                            continue
                        kind, block = places[period][result]
                        codes = numpy.frombuffer(base64.b64decode(futures["block"][block]["data"]), "<u2").reshape(-1, INSIDE).astype(float)
                        first, step = numpy.array(futures["block"][block]["from"]).reshape(-1, 2, 1).transpose(1, 0, 2)
                        values = numpy.where(codes == 65535, numpy.nan, (codes + first) * step)
                        with Result(FOLDER / file) as of, Result(FOLDER / "base.h5") as base:
                            group = "horizon" if period == "horizon" else "annual"
                            stored = numpy.atleast_2d(of.samples(group, outcome["path"]))[:, :INSIDE].astype(float)
                            if kind == "less base":
                                stored = stored - numpy.atleast_2d(base.samples(group, outcome["path"]))[:, :INSIDE]
                        away = abs(values - stored)
                        self.assertTrue((numpy.isnan(values) == numpy.isnan(stored)).all())
                        self.assertTrue((numpy.nan_to_num(away) <= step * 1.000001).all(), outcome["path"])
                        self.assertTrue(((values == 0) == (stored == 0)).all(), outcome["path"])
                        seen += 1
            self.assertGreater(seen, 50)


class Manners(Page):
    def test_it_asks_nothing_and_nothing_goes_wrong(self):
        for name in ("one.html", "two.html"):
            self.open(name)
            self.run_script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            self.assertEqual(BROWSE.get_log("browser"), [])
            self.assertEqual(self.run_script("return performance.getEntriesByType('resource').length"), 0)
            messages = [json.loads(entry["message"])["message"] for entry in BROWSE.get_log("performance")]
            asked = [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
            self.assertEqual([url for url in asked if not url.startswith("file://") or not url.endswith(name)], [])
            self.assertIn("default-src 'none'", self.find("meta[http-equiv='Content-Security-Policy']").get_attribute("content"))
            self.assertLessEqual((FOLDER / name).stat().st_size, 3_000_000)

    def test_the_policy_forbids_what_is_not_the_page_s_own(self):
        self.open("one.html")
        self.run_script("""window.stopped = []; document.addEventListener('securitypolicyviolation', (e) => window.stopped.push(e.violatedDirective));
                           const s = document.createElement('script'); s.textContent = 'window.foreign = 1'; document.body.append(s);
                           const i = new Image(); i.src = 'https://example.org/x.png'; fetch('https://example.org/').catch(() => 0);""")
        time.sleep(0.3)
        self.assertIsNone(self.run_script("return window.foreign || null"))
        self.assertEqual({each.split("-")[0] for each in self.run_script("return window.stopped")}, {"script", "img", "connect"})

    def test_every_figure_is_drawn(self):
        for name in ("one.html", "two.html"):
            self.open(name)
            modes = self.run_script("const s = document.getElementById('mode'); return s ? Array.from(s.options).map((o) => o.value) : [null]")
            for mode in modes:
                if mode is not None:
                    self.run_script("const s = document.getElementById('mode'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))", mode)
                drawn = self.run_script("""return Array.from(document.querySelectorAll('#charts canvas')).map((c) => {
                    const pixels = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let inked = 0;
                    for (let i = 3; i < pixels.length; i += 4) inked += pixels[i] > 0; return inked / (c.width * c.height); })""")
                self.assertEqual(len(drawn), 6)
                self.assertGreater(min(drawn), 0.02)

    def test_arrow_keys_read_a_figure(self):
        self.open("one.html")
        plot = self.find(".plot")
        plot.send_keys(Keys.HOME)
        self.assertTrue(self.find(".reading").text.startswith("2020"))
        plot.send_keys(Keys.ARROW_RIGHT)
        self.assertTrue(self.find(".reading").text.startswith("2021"))

    def test_every_control_is_reached_by_tab_and_has_a_name(self):
        self.open("two.html")
        controls = self.run_script("""return Array.from(document.querySelectorAll('select, input, button, summary, .plot')).filter((e) => e.checkVisibility() && !e.disabled).map((e) => {
            e.dataset.control = ''; return [e.tagName, (e.getAttribute('aria-label') || (e.labels && e.labels[0] ? e.labels[0].textContent : e.textContent) || '').trim()]; })""")
        self.assertEqual([kind for kind, name in controls if name == ""], [])
        self.run_script("document.activeElement.blur(); window.scrollTo(0, 0)")
        for _ in range(4 * len(controls)):
            ActionChains(BROWSE).send_keys(Keys.TAB).perform()
            left = self.run_script("delete document.activeElement.dataset.control; return document.querySelectorAll('[data-control]').length")
            if left == 0:
                break
        self.assertEqual(left, 0)

    def test_a_phone_scrolls_tables_and_not_the_page(self):
        BROWSE.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True})
        for name in ("one.html", "two.html"):
            self.open(name)
            self.run_script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            self.assertEqual(self.run_script("return [innerWidth, document.documentElement.scrollWidth]"), [360, 360])

    def test_the_dark_is_dark(self):
        shade = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0)"
        self.open("one.html")
        light = self.run_script(shade)
        figure = self.run_script("return document.querySelector('#charts canvas').toDataURL()")
        BROWSE.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.settle()
        self.assertLess(self.run_script(shade), 150)
        self.assertGreater(light, 600)
        self.assertNotEqual(self.run_script("return document.querySelector('#charts canvas').toDataURL()"), figure)

    def test_it_prints(self):
        self.open("one.html")
        printed = base64.b64decode(BROWSE.execute_cdp_cmd("Page.printToPDF", {})["data"])
        self.assertTrue(printed.startswith(b"%PDF"))
        self.assertGreater(len(printed), 50_000)
        self.assertEqual(self.run_script("return document.documentElement.classList.contains('printing')"), False)
        self.assertEqual(BROWSE.get_log("browser"), [])

    def test_tables_are_there_without_javascript(self):
        BROWSE.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        BROWSE.get(f"file://{FOLDER}/two.html")
        text = self.find("body").text
        for words in ("Headline numbers", "What changes against the base", "The figures need JavaScript", "fiscal.total", "How to make it again"):
            self.assertIn(words, text)
        self.assertNotIn("In which futures?", text)


class Writing(Page):
    def minimal(self, name, *settings, replications=300):
        zhol("run", SCENARIOS / "minimal.yaml", "-n", replications, "--progress", "none", "--force", "-o", name, *settings)

    def test_never_over_another_file(self):
        self.minimal("kept.h5")
        zhol("report", "kept.h5", "-o", "kept.html")
        before = (FOLDER / "kept.html").read_bytes()
        self.assertIn("--force", zhol("report", "kept.h5", "-o", "kept.html", "--title", "other", status=2).stderr)
        self.assertEqual((FOLDER / "kept.html").read_bytes(), before)
        zhol("report", "kept.h5", "-o", "kept.html", "--title", "other", "--force")
        self.assertNotEqual((FOLDER / "kept.html").read_bytes(), before)
        self.assertIn("would replace", zhol("report", "kept.h5", "-o", "kept.h5", "--force", status=2).stderr)
        self.assertIn("cannot be written", zhol("report", "kept.h5", "-o", "nowhere/page.html", status=1).stderr)
        self.assertEqual(sorted(each.name for each in FOLDER.glob("*.tmp*")), [])

    def test_what_a_file_says_does_not_act(self):
        text = (SCENARIOS / "minimal.yaml").read_text().replace("title: One price, one economy, one flow", f"title: {json.dumps(HOSTILE)}")
        (FOLDER / "hostile.yaml").write_text(text + "# </script><img src=y onerror=alert(2)> 2019\n")
        zhol("run", "hostile.yaml", "-n", 300, "--progress", "none", "-o", "hostile.h5")
        zhol("report", "hostile.h5", "-o", "hostile.html", "--title", HOSTILE)
        self.assertNotIn(b"<img", (FOLDER / "hostile.html").read_bytes())
        self.open("hostile.html")
        self.assertEqual(self.run_script("return [document.images.length, document.scripts.length]"), [0, 2])
        self.assertEqual(self.find("h1").get_attribute("textContent"), HOSTILE)
        self.assertEqual(BROWSE.get_log("browser"), [])

    def test_a_result_without_samples_is_a_page_without_questions(self):
        self.minimal("bare.h5", "--save", "none", "--memory", "64kB", replications=2000)
        zhol("report", "bare.h5", "-o", "bare.html")
        self.open("bare.html")
        self.assertEqual(BROWSE.get_log("browser"), [])
        self.assertFalse(self.find("#filter").is_displayed())
        self.assertIn("No samples are in the results", self.find("#caveats").text)
        self.assertIn("cannot be told", self.find("#decides").text)
        self.assertGreater(self.run_script("return document.querySelectorAll('#charts canvas').length"), 0)

    def test_outcomes_on_request_and_a_year(self):
        self.minimal("minimal.h5")
        zhol("report", "minimal.h5", "-o", "minimal.html", "--outcome", "flows.*", "--year", "2025")
        self.open("minimal.html")
        keys = [each["path"] for each in self.data["outcomes"] if each["key"]]
        self.assertTrue(keys and all(path.startswith("flows.") for path in keys))
        self.assertIn("2025", self.find("table.numbers[data-period='year'] caption").text)
        self.assertIn("no outcome matches", zhol("report", "minimal.h5", "-o", "x.html", "--outcome", "nonsense", status=2).stderr)
        self.assertIn("expected a year of the run", zhol("report", "minimal.h5", "-o", "x.html", "--year", "1999", status=2).stderr)
        self.assertIn("cannot be compared", zhol("report", "minimal.h5", "base.h5", "-o", "x.html", status=4).stderr)

    def test_a_batch_is_ranked(self):
        (FOLDER / "small.yaml").write_text("batch: small\nbase: kazakhstan-2019\nworlds: [kazakhstan-2019, worlds/border-closure]\n"
                                           "policies: [kazakhstan-2019, policies/nurly-zhol-sreb, policies/eaeu-tariff]\n")
        zhol("batch", "small.yaml", "--path", SCENARIOS, "-n", 96, "-o", "small", "--progress", "none")
        zhol("report", "small", "-o", "batch.html")
        zhol("report", "small", "-o", "again.html", "-j", "1")
        self.assertEqual((FOLDER / "again.html").read_bytes(), (FOLDER / "batch.html").read_bytes())
        told = json.loads(zhol("rank", "small", "--json").stdout)
        self.open("batch.html")
        self.assertEqual(BROWSE.get_log("browser"), [])
        self.assertEqual(len(self.data["results"]), 3)
        text = self.find("#ranking").text
        for name in ("border-closure", "nurly-zhol-sreb", "eaeu-tariff", "Mean regret", "Least greatest mean regret"):
            self.assertIn(name, text)
        shown = self.run_script("return Array.from(document.querySelector('table.ranking').tBodies[0].rows).map((row) => row.cells[1].textContent)")
        ranks = {row["policy"]: row["rank_of_mean"] for each in told["choices"] if (each["world"], each["outcome"]) == ("kazakhstan-2019", "fiscal.total")
                 for row in each["policies"]}
        self.assertEqual(shown, sorted(ranks, key=ranks.get))


if __name__ == "__main__":
    if webdriver is None or BROWSER is None or DRIVER is None:
        print("chromium, chromium-driver or python3-selenium is missing: the suite is skipped")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
