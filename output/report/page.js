/* output/report/page.js -- what a page of `zhol report` does: figures, and questions about some of the futures. The tables are there
 * without it. Everything it needs is in the element `data`; it asks nothing of anybody.
 * SPDX-License-Identifier: GPL-3.0-or-later */
(function () {
    "use strict";

    const data = JSON.parse(document.getElementById("data").textContent);
    const futures = data.futures;
    const outcomes = data.outcomes;
    const years = data.years.length;
    const HORIZON = "horizon";
    const SIGMA = 1.959963984540054; /* of a 95 % interval of the mean */
    const FEW = 30; /* fewer futures than that say little */
    const root = document.documentElement;

    /* ---- elements ---- */

    function make(name, attributes, ...children) {
        const element = document.createElement(name);
        for (const [key, value] of Object.entries(attributes || {})) {
            if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
            else if (value === true) element.setAttribute(key, "");
            else if (value !== false && value !== null) element.setAttribute(key, value);
        }
        element.append(...children);
        return element;
    }

    function all(selector, within) {
        return Array.from((within || document).querySelectorAll(selector));
    }

    let names = 0;
    function labelled(text, control) {
        control.id = control.id || "control-" + names++;
        return make("label", { for: control.id }, make("span", {}, text), control);
    }

    /* ---- numbers, as the tables of zhol write them ---- */

    function general(value, digits) { /* printf's %.*g */
        if (value === 0) return "0";
        const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
        if (exponent < -4 || exponent >= digits) {
            const [head, tail] = value.toExponential(digits - 1).split("e");
            return (head.includes(".") ? head.replace(/\.?0+$/, "") : head) + "e" + tail[0] + tail.slice(1).padStart(2, "0");
        }
        const text = value.toFixed(Math.max(0, digits - 1 - exponent));
        return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
    }

    function decimalsOf(value, error) { /* as many as the error justifies; null: four digits */
        const size = Math.abs(error);
        if (!Number.isFinite(value) || !(size > 1e-9) || size >= 100 || Math.abs(value) >= 1e9) return null;
        return Math.max(0, 1 - Math.floor(Math.log10(size)));
    }

    function known(value) {
        return value !== null && value !== undefined && Number.isFinite(value);
    }

    function withMinus(text) {
        return /^-[0.]*$/.test(text) ? text.slice(1) : text.replace(/^-/, "\u2212");
    }

    function numberText(value, error) {
        if (!known(value)) return "\u2013";
        const decimals = decimalsOf(value, error);
        return withMinus(decimals === null ? general(value, 4) : value.toFixed(decimals));
    }

    /* Ends of a range: no more than four digits, nor more than the error of their mean justifies. */
    function endsText(ends, error) {
        const most = Math.max(...ends.map(Math.abs)), coarse = most > 0 ? Math.pow(10, Math.floor(Math.log10(most)) - 2) : 0;
        const digits = known(error) ? Math.max(error, coarse) : coarse;
        return ends.map((end) => numberText(end, digits)).join(" to ");
    }

    function errorText(value, error) {
        if (!known(error)) return "\u2013";
        const decimals = decimalsOf(value, error);
        return decimals === null || Math.abs(error) < 1e-4 ? general(error, 2) : error.toFixed(decimals);
    }

    function countText(count) {
        return count.toLocaleString("en-US");
    }

    function capital(text) {
        return text.charAt(0).toUpperCase() + text.slice(1);
    }

    function unitOf(outcome, period, ofDifference) {
        const name = (period === HORIZON ? "horizonUnit" : "yearUnit") + (ofDifference ? "OfDifference" : "");
        return outcome[name] || outcome.horizonUnit;
    }

    /* ---- the futures that are inside ---- */

    const blocks = new Map();
    const kept = new Map();

    function bytesOf(text) {
        const binary = atob(text);
        const bytes = new Uint8Array(binary.length);
        for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
        return bytes;
    }

    function codesOf(index) {
        if (!blocks.has(index)) {
            const bytes = bytesOf(futures.block[index].data), codes = new Uint16Array(bytes.length / 2);
            for (let i = 0; i < codes.length; i++) codes[i] = bytes[2 * i] | bytes[2 * i + 1] << 8;
            blocks.set(index, codes);
            futures.block[index].data = "";
        }
        return blocks.get(index);
    }

    function rowOf(index, row) {
        const codes = codesOf(index), [first, step] = futures.block[index].from.slice(2 * row, 2 * row + 2);
        const values = new Float64Array(futures.count), at = row * futures.count;
        for (let i = 0; i < values.length; i++) values[i] = codes[at + i] === 65535 ? NaN : (codes[at + i] + first) * step;
        return values;
    }

    function remember(key, work) {
        if (!kept.has(key)) kept.set(key, work());
        return kept.get(key);
    }

    function referenceOf(result, outcome, period) {
        const of = futures.outcome[outcome];
        const reference = of === undefined ? undefined : (period === HORIZON ? of.horizon : of.years)[result];
        return reference === undefined ? null : reference;
    }

    /* Values of an outcome in each future, NaN where there is none; null: they are not inside. */
    function valuesOf(result, outcome, period) {
        return remember("values " + result + " " + outcome + " " + period, function () {
            const reference = referenceOf(result, outcome, period), row = period === HORIZON ? 0 : period;
            if (reference === null) return null;
            if (reference === "same") return valuesOf(0, outcome, period);
            const values = rowOf(reference[1], row);
            if (reference[0] === "value") return values;
            return values.map((value, i) => value + valuesOf(0, outcome, period)[i]);
        });
    }

    function differencesOf(result, outcome, period) {
        return remember("differences " + result + " " + outcome + " " + period, function () {
            const reference = referenceOf(result, outcome, period), row = period === HORIZON ? 0 : period;
            if (reference === null || referenceOf(0, outcome, period) === null) return null;
            if (reference[0] === "less base") return rowOf(reference[1], row);
            const base = valuesOf(0, outcome, period);
            return valuesOf(result, outcome, period).map((value, i) => value - base[i]);
        });
    }

    /* Values with the futures that have one in ascending order, which is found once. Codes of 20 bits before the number of a future sort
     * as whole numbers. */
    function sortedOf(values) {
        if (values === null) return null;
        let low = Infinity, high = -Infinity, count = 0;
        for (const value of values)
            if (value === value) {
                low = Math.min(low, value);
                high = Math.max(high, value);
                count++;
            }
        const scale = high > low ? 1048575 / (high - low) : 0, mixed = new Uint32Array(count);
        for (let i = 0, at = 0; i < values.length; i++)
            if (values[i] === values[i]) mixed[at++] = Math.round((values[i] - low) * scale) * 2048 + i;
        mixed.sort();
        return { values: values, order: Uint16Array.from(mixed, (each) => each & 2047) };
    }

    function samplesOf(kind, result, outcome, period) {
        return remember("sorted " + kind + " " + result + " " + outcome + " " + period,
            () => sortedOf((kind === "values" ? valuesOf : differencesOf)(result, outcome, period)));
    }

    /* The rank of a quantile of n values: ceil(n p), of decimal p. */
    function rankOf(n, p) {
        const exact = n * p, whole = Math.round(exact);
        return Math.max(1, Math.abs(exact - whole) <= 4.4e-16 * exact ? whole : Math.ceil(exact));
    }

    function wilson(hits, n) {
        const z = SIGMA * SIGMA, centre = (hits + z / 2) / (n + z);
        const half = SIGMA / (n + z) * Math.sqrt(hits * (n - hits) / n + z / 4);
        return [hits === 0 ? 0 : centre - half, hits === n ? 1 : centre + half];
    }

    /* Statistics of those futures that the mask has. */
    function statisticsOf(samples, mask, total) {
        if (samples === null) return null;
        const { values, order } = samples;
        let n = 0, sum = 0;
        for (const i of order)
            if (mask[i]) {
                n++;
                sum += values[i];
            }
        const mean = sum / n, quantile = [];
        const ranks = data.probability.map((p) => rankOf(n, p));
        let squares = 0, seen = 0, zero = 0, above = 0, hits = 0;
        for (const i of order) {
            if (!mask[i]) continue;
            seen++;
            squares += (values[i] - mean) * (values[i] - mean);
            zero += values[i] === 0;
            above += values[i] > 0;
            hits += values[i] > 0.5;
            for (let q = 0; q < ranks.length; q++)
                if (ranks[q] === seen) quantile[q] = values[i];
        }
        const [low, high] = n > 0 ? wilson(hits, n) : [NaN, NaN];
        return { mean, error: n > 1 ? SIGMA * Math.sqrt(squares / (n - 1) / n) : NaN, quantile, low, high, count: n, total, same: zero / n, above: above / n };
    }

    /* ---- which futures ---- */

    const state = { conditions: [], events: new Map(), mask: null, futures: 0, result: 0, year: data.year, other: Math.min(1, data.results.length - 1), period: HORIZON };

    function bitsOf(event) {
        return remember("event " + event, function () {
            const bytes = bytesOf(futures.events[event].data), bits = new Uint8Array(futures.count);
            for (let i = 0; i < bits.length; i++) bits[i] = bytes[i >> 3] >> (i & 7) & 1;
            return bits;
        });
    }

    const valid = new Uint8Array(futures.count).fill(1);
    for (const i of futures.invalid) valid[i] = 0;
    const validCount = valid.reduce((sum, each) => sum + each, 0);

    function isAsked() {
        return state.conditions.some((c) => c.low !== null || c.high !== null) || state.events.size > 0;
    }

    function setMask() {
        const mask = Uint8Array.from(valid);
        for (const c of state.conditions) {
            if (c.low === null && c.high === null) continue;
            const values = valuesOf(0, c.outcome, c.period), low = c.low === null ? -Infinity : c.low, high = c.high === null ? Infinity : c.high;
            for (let i = 0; i < mask.length; i++) mask[i] &= values[i] >= low && values[i] <= high;
        }
        for (const [event, wish] of state.events) {
            const bits = bitsOf(event);
            for (let i = 0; i < mask.length; i++) mask[i] &= bits[i] ? wish.happened : wish.not;
        }
        state.futures = mask.reduce((sum, each) => sum + each, 0);
        state.mask = isAsked() ? mask : null;
    }

    /* What is shown of an outcome: of all replications as the file tells it, or in these futures. null: not known. */
    function shown(result, outcome, period) {
        if (state.mask !== null) return statisticsOf(samplesOf("values", result, outcome, period), state.mask, state.futures);
        const of = outcomes[outcome].statistics[result], at = outcomes[outcome].yearUnit ? (period === HORIZON ? years : period) : 0;
        if (of === null || of === undefined || (period !== HORIZON && !outcomes[outcome].yearUnit)) return null;
        return {
            mean: of.mean[at], error: of.error[at], quantile: of.quantile.map((each) => each[at]), count: of.count[at],
            low: of.low && of.low[at], high: of.high && of.high[at], total: data.results[result].futures
        };
    }

    function shownDifference(result, outcome, period) {
        const of = outcomes[outcome];
        if (of.differences === undefined) return null;
        if (state.mask !== null) {
            const statistics = statisticsOf(samplesOf("differences", result, outcome, period), state.mask, state.futures);
            if (statistics === null) return null;
            const below = 1 - statistics.same - statistics.above;
            statistics.better = of.better > 0 ? statistics.above : of.better < 0 ? below : NaN;
            return statistics;
        }
        const from = of.differences[result], at = of.yearUnit ? (period === HORIZON ? years : period) : 0;
        if (period !== HORIZON && !of.yearUnit) return null;
        return { mean: from.mean[at], error: from.error[at], better: from.better[at], same: from.same[at], quantile: from.quantile.map((each) => each[at]), count: 1 };
    }

    /* ---- tables ---- */

    function rangeText(statistics, divisor, error) {
        const q = statistics.quantile;
        if (q.length === 0 || !known(q[0])) return "";
        return endsText([q[0] / divisor, q[q.length - 1] / divisor], error);
    }

    function cell(kind, text) {
        return make("td", { class: kind }, text);
    }

    function numberCells(outcome, period, statistics) {
        const [unit, divisor] = unitOf(outcome, period, false);
        if (statistics === null || !(statistics.count > 0))
            return [cell("number", "\u2013"), cell("none", statistics === null ? "not among the futures inside" : "in none of these futures"), cell(""), cell(""), cell("")];
        const mean = statistics.mean / divisor, error = statistics.error / divisor;
        const middle = data.probability.findIndex((p) => Math.abs(p - 0.5) < 1e-9);
        const last = make("td", { class: "unit" }, unit);
        if (statistics.count < statistics.total)
            last.append(" ", make("span", { class: "part" }, "in " + general(100 * statistics.count / statistics.total, 3) + " % of futures"));
        if (outcome.probability)
            return [cell("number", numberText(mean, error)), cell("number error", numberText(statistics.low / divisor, error) + " to " + numberText(statistics.high / divisor, error)),
                cell("number", ""), cell("number range", "happens or not"), last];
        return [cell("number", numberText(mean, error)), cell("number error", "\u00b1 " + errorText(mean, error)),
            cell("number", middle < 0 ? "" : endsText([statistics.quantile[middle] / divisor], error)), cell("number range", rangeText(statistics, divisor, error)), last];
    }

    function shareText(share) {
        return known(share) ? (100 * share).toFixed(1) + " %" : "";
    }

    function differenceCells(outcome, period, statistics) {
        const [unit, divisor] = unitOf(outcome, period, true);
        if (statistics === null || !(statistics.count > 0) || !known(statistics.mean))
            return [cell("number", "\u2013"), cell(""), cell(""), cell(""), cell(""), cell("")];
        const mean = statistics.mean / divisor, error = statistics.error / divisor;
        if (mean === 0 && (statistics.same === 1 || error === 0)) {
            const none = cell("none", "no difference in any of these futures");
            none.setAttribute("colspan", "5");
            return [cell("number", "0"), none];
        }
        return [cell("number", numberText(mean, error)), cell("number error", "\u00b1 " + errorText(mean, error)), cell("number range", rangeText(statistics, divisor, error)),
            cell("number", shareText(statistics.better)), cell("number", shareText(statistics.same)), cell("unit", unit)];
    }

    const rows = all("tr[data-outcome]").map(function (row) {
        const table = row.closest("table");
        return {
            row, table, outcome: Number(row.dataset.outcome), difference: table.classList.contains("differences"),
            horizon: table.dataset.period === HORIZON, result: Number(table.dataset.result || 0), original: Array.from(row.children).slice(1)
        };
    });

    function isDefault(of) { /* what was written with the page */
        if (state.mask !== null) return false;
        if (of.difference) return state.period === HORIZON;
        return state.result === 0 && (of.horizon || state.year === data.year);
    }

    function fillRow(of) {
        const outcome = outcomes[of.outcome], head = of.row.firstElementChild;
        const period = of.difference ? state.period : of.horizon ? HORIZON : state.year;
        let cells = of.original;
        if (!isDefault(of))
            cells = of.difference ? differenceCells(outcome, period, shownDifference(of.result, of.outcome, period))
                : numberCells(outcome, period, shown(state.result, of.outcome, period));
        of.row.replaceChildren(head, ...cells);
        of.row.hidden = of.difference && period !== HORIZON && !outcome.yearUnit;
    }

    function fillTables() {
        for (const each of rows)
            if (!each.difference || each.result === state.other) fillRow(each);
        for (const table of all("table.differences")) table.closest(".box").hidden = Number(table.dataset.result) !== state.other;
        for (const each of all("table.numbers .year")) each.textContent = data.years[state.year];
        for (const each of all("table.differences .when"))
            each.textContent = state.period === HORIZON ? "over the whole horizon" : "in the year " + data.years[state.period];
    }

    /* ---- figures ---- */

    const charts = [];
    let printing = false;
    let mode = data.results.length > 1 ? "all" : "fan 0";

    function colour(name) {
        return getComputedStyle(document.body).getPropertyValue("--" + name).trim();
    }

    function plain(length) {
        return new Array(length).fill(null);
    }

    /* By year, in the unit of the figure: quantiles and mean. */
    function courseOf(outcome, result, ofDifference) {
        const divisor = unitOf(outcomes[outcome], 0, ofDifference)[1];
        const course = { quantile: data.probability.map(() => plain(years)), mean: plain(years), known: false };
        for (let y = 0; y < years; y++) {
            const s = ofDifference ? shownDifference(result, outcome, y) : shown(result, outcome, y);
            if (s === null || !(s.count > 0) || !known(s.mean)) continue;
            course.known = true;
            course.mean[y] = s.mean / divisor;
            for (let q = 0; q < course.quantile.length; q++) course.quantile[q][y] = known(s.quantile[q]) ? s.quantile[q] / divisor : null;
        }
        return course;
    }

    function indexOf(p) {
        return data.probability.findIndex((each) => Math.abs(each - p) < 1e-9);
    }

    const MEDIAN = indexOf(0.5), LAST = data.probability.length - 1;

    function per(p) {
        return general(100 * p, 4) + " %";
    }

    const WIDE = LAST > 0 ? general(100 * (data.probability[LAST] - data.probability[0]), 3) + " %" : "";
    const NARROW = LAST > 2 ? general(100 * (data.probability[LAST - 1] - data.probability[1]), 3) + " %" : "";

    function fanSeries(course, stroke, inner, outer) {
        const none = { points: { show: false }, width: 0, stroke: "transparent" };
        const series = [], values = [], bands = [];
        const add = function (of, how) {
            values.push(of);
            series.push(Object.assign({ points: { show: false } }, how));
            return series.length;
        };
        if (LAST > 0) bands.push([add(course.quantile[LAST], none), add(course.quantile[0], none), outer]);
        if (LAST > 2) bands.push([add(course.quantile[LAST - 1], none), add(course.quantile[1], none), inner]);
        if (MEDIAN >= 0) add(course.quantile[MEDIAN], { stroke, width: 2 });
        add(course.mean, { stroke, width: 1.5, dash: [5, 4] });
        return { series, values, bands };
    }

    function pictureOf(outcome) {
        const parts = { series: [], values: [], bands: [], key: [], known: false };
        const join = function (fan) {
            const before = parts.series.length;
            parts.series.push(...fan.series);
            parts.values.push(...fan.values);
            parts.bands.push(...fan.bands.map(([high, low, fill]) => ({ series: [high + before, low + before], fill })));
        };
        const [kind, number] = mode.split(" ");
        if (kind === "all") {
            data.results.forEach(function (result, r) {
                const course = courseOf(outcome, r, false), stroke = colour("series-" + r % 8);
                if (!course.known) return;
                parts.known = true;
                if (r === 0) join({ series: fanSeries(course, stroke, "", "").series.slice(0, 2), values: LAST > 0 ? [course.quantile[LAST], course.quantile[0]] : [], bands: LAST > 0 ? [[1, 2, colour("band-outer")]] : [] });
                const ends = data.results.length <= 3 && r > 0 && LAST > 0;
                const dashed = { stroke, width: 1, dash: [3, 3], points: { show: false } };
                join({ series: [{ stroke, width: 2, points: { show: false } }].concat(ends ? [dashed, dashed] : []), values: [MEDIAN >= 0 ? course.quantile[MEDIAN] : course.mean].concat(ends ? [course.quantile[0], course.quantile[LAST]] : []), bands: [] });
                parts.key.push([result.name + (r === 0 ? ": median, " + WIDE + " of futures" : ends ? ": median, " + WIDE + " dashed" : ": median"), stroke, "line"]);
            });
        } else {
            const ofDifference = kind === "difference", course = courseOf(outcome, Number(number), ofDifference);
            parts.known = course.known;
            const stroke = colour("series-" + number % 8);
            if (course.known) join(fanSeries(course, stroke, colour("band-inner"), colour("band-outer")));
            if (MEDIAN >= 0) parts.key.push(["median", stroke, "line"]);
            parts.key.push(["mean", stroke, "dash"]);
            if (LAST > 2) parts.key.push([NARROW + " of futures", colour("band-inner"), "area"]);
            if (LAST > 0) parts.key.push([WIDE + " of futures", colour("band-outer"), "area"]);
        }
        const seen = kind === "difference" ? [] : outcomes[outcome].observed || [];
        if (seen.length > 0) {
            const points = plain(years);
            for (const [year, value] of seen) points[year] = value / unitOf(outcomes[outcome], 0, false)[1];
            parts.values.push(points);
            parts.series.push({ stroke: colour("observed"), width: 0, paths: () => null, points: { show: true, size: 7, fill: colour("observed"), stroke: colour("page") } });
            parts.key.push(["what happened", colour("observed"), "point"]);
        }
        return parts;
    }

    function readingOf(outcome, year) {
        const [kind, number] = mode.split(" "), ofDifference = kind === "difference";
        const [unit, divisor] = unitOf(outcomes[outcome], 0, ofDifference);
        const one = function (result, name) {
            const s = ofDifference ? shownDifference(result, outcome, year) : shown(result, outcome, year);
            if (s === null || !(s.count > 0)) return name + "no futures inside";
            const e = s.error / divisor;
            if (outcomes[outcome].probability && !ofDifference) return name + numberText(s.mean / divisor, e);
            const q = s.quantile.map((each) => each / divisor), texts = endsText([q[0], q[LAST], MEDIAN >= 0 ? q[MEDIAN] : s.mean / divisor], e).split(" to ");
            return name + (MEDIAN >= 0 ? "median " : "mean ") + texts[2] + ", " + WIDE + " from " + texts[0] + " to " + texts[1];
        };
        const parts = kind === "all" ? data.results.map((result, r) => one(r, result.name + ": ")) : [one(Number(number), "")];
        const seen = (ofDifference ? [] : outcomes[outcome].observed || []).find((each) => each[0] === year);
        if (seen !== undefined) parts.push("happened: " + general(seen[1] / divisor, 4));
        return data.years[year] + " \u2013 " + parts.join("; ") + (unit ? " " + unit : "");
    }

    function drawKey(chart, key) {
        chart.key.replaceChildren(...key.map(function ([text, stroke, kind]) {
            const mark = make("span", { class: "mark " + kind });
            mark.style.setProperty("--mark", stroke);
            return make("span", { class: "entry" }, mark, text);
        }));
    }

    function widthOf(chart) {
        return printing ? 330 : Math.max(220, Math.floor(chart.plot.clientWidth));
    }

    function read(chart, year) {
        chart.year = year;
        chart.reading.textContent = readingOf(chart.outcome, year);
    }

    function draw(chart) {
        const parts = pictureOf(chart.outcome), unit = unitOf(outcomes[chart.outcome], 0, mode.startsWith("difference"))[0];
        if (chart.drawn) chart.drawn.destroy();
        chart.drawn = null;
        chart.plot.replaceChildren();
        drawKey(chart, parts.key);
        chart.plot.setAttribute("aria-label", capital(outcomes[chart.outcome].name) + " by year" + (unit ? ", " + unit : "") + "; arrow keys read the years");
        if (!parts.known) {
            chart.plot.append(make("p", { class: "empty" }, state.mask === null ? "There are no values by year." : state.futures === 0 ? "There is no such future." : "The page holds no futures of this by year."));
            chart.reading.textContent = "";
            return;
        }
        const text = colour("text-soft"), grid = { stroke: colour("grid"), width: 1 };
        const axis = { stroke: text, grid, ticks: grid, font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif" };
        chart.drawn = new uPlot({
            width: widthOf(chart), height: 230, legend: { show: false }, padding: [10, 12, 0, 0],
            cursor: { y: false, points: { show: false }, drag: { setScale: false, x: false, y: false } },
            scales: { x: { time: false } },
            axes: [Object.assign({ incrs: [1, 2, 5, 10, 20, 50], values: (u, at) => at.map((x) => data.years[x - data.firstYear] || "") }, axis),
                Object.assign({ label: unit === "" ? "no unit" : unit, labelSize: 22, size: 52, values: (u, at) => at.map((y) => withMinus(general(y, 4))) }, axis)],
            series: [{}].concat(parts.series), bands: parts.bands,
            hooks: { setCursor: [(u) => { if (u.cursor.idx !== null && u.cursor.idx !== undefined) read(chart, u.cursor.idx); }] }
        }, [data.years.map((name, i) => data.firstYear + i)].concat(parts.values), chart.plot);
        read(chart, chart.year);
    }

    function move(chart, event) {
        const step = { ArrowLeft: -1, ArrowRight: 1, Home: -years, End: years }[event.key];
        if (step === undefined || chart.drawn === null) return;
        event.preventDefault();
        const year = Math.min(years - 1, Math.max(0, chart.year + step));
        chart.drawn.setCursor({ left: chart.drawn.valToPos(data.firstYear + year, "x"), top: 20 });
        read(chart, year);
    }

    function outcomeChoice(fits, chosen, onchange) {
        const select = make("select", { onchange });
        let group = null, subject = null;
        outcomes.forEach(function (outcome, o) {
            if (!fits(outcome, o)) return;
            if (outcome.subject !== subject) {
                subject = outcome.subject;
                group = make("optgroup", { label: subject });
                select.append(group);
            }
            const option = make("option", { value: o }, capital(outcome.name));
            option.selected = o === chosen;
            group.append(option);
        });
        return select;
    }

    function addChart(outcome) {
        const chart = { outcome, year: state.year, drawn: null };
        const select = outcomeChoice((each) => each.yearUnit !== undefined, outcome, function () {
            chart.outcome = Number(select.value);
            draw(chart);
        });
        chart.plot = make("div", { class: "plot", tabindex: "0", role: "group", onkeydown: (event) => move(chart, event) });
        chart.key = make("div", { class: "key" });
        chart.reading = make("p", { class: "reading", "aria-live": "polite" });
        const label = labelled("Outcome of figure " + (charts.length + 1), select);
        label.firstElementChild.className = "spoken";
        document.getElementById("charts").append(make("figure", {}, label, chart.plot, chart.key, chart.reading));
        charts.push(chart);
        draw(chart);
    }

    /* The first outcome of every subject, then the second: those whose futures are inside first. */
    function firstOutcomes(most) {
        const bySubject = new Map();
        outcomes.forEach(function (outcome, o) {
            if (outcome.yearUnit === undefined || !outcome.key || outcome.probability) return;
            if (!bySubject.has(outcome.subject)) bySubject.set(outcome.subject, []);
            bySubject.get(outcome.subject).push(o);
        });
        const found = [];
        for (let turn = 0; turn < outcomes.length; turn++)
            for (const list of bySubject.values())
                if (turn < list.length) found.push(list[turn]);
        const differs = (o) => data.results.length < 2 || data.results.some((result, r) => r > 0 && Array.isArray(referenceOf(r, o, 0)));
        const inside = (o) => referenceOf(0, o, 0) !== null && differs(o);
        return found.filter(inside).concat(found.filter((o) => !inside(o))).slice(0, most).sort((a, b) => a - b);
    }

    function choiceOf(entries, chosen, onchange) {
        const select = make("select", { onchange: () => onchange(select.value) });
        for (const [value, text] of entries) {
            const option = make("option", { value }, text);
            option.selected = String(value) === String(chosen);
            select.append(option);
        }
        return select;
    }

    function makeCharts() {
        const box = document.getElementById("charts");
        if (data.results.length > 1) {
            const entries = [["all", "all results beside one another"]];
            data.results.forEach((result, r) => entries.push(["fan " + r, result.name + ": range of futures"]));
            data.results.forEach((result, r) => { if (r > 0) entries.push(["difference " + r, result.name + " less " + data.results[0].name]); });
            const select = choiceOf(entries, mode, function (value) {
                mode = value;
                charts.forEach(draw);
            });
            select.id = "mode";
            box.before(make("div", { class: "controls" }, labelled("Show", select)));
        }
        firstOutcomes(6).forEach(addChart);
        let width = 0;
        new ResizeObserver(function () {
            if (box.clientWidth === width || printing) return;
            width = box.clientWidth;
            for (const chart of charts)
                if (chart.drawn) chart.drawn.setSize({ width: widthOf(chart), height: 230 });
        }).observe(box);
    }

    function setPrinting(value) {
        printing = value;
        root.classList.toggle("printing", value);
        charts.forEach(draw);
    }

    /* ---- controls of tables ---- */

    function yearEntries() {
        return data.years.map((name, y) => [y, name]);
    }

    function makeControls() {
        const numbers = document.getElementById("numbers-controls"), differences = document.getElementById("differences-controls");
        if (data.results.length > 1) {
            const select = choiceOf(data.results.map((result, r) => [r, result.name]), 0, function (value) {
                state.result = Number(value);
                fillTables();
            });
            select.id = "numbers-result";
            numbers.previousElementSibling.previousElementSibling.hidden = true;
            numbers.append(labelled("Result", select));
        }
        const year = choiceOf(yearEntries(), state.year, function (value) {
            state.year = Number(value);
            fillTables();
        });
        year.id = "numbers-year";
        numbers.append(labelled("Year", year));
        if (differences === null) return;
        const other = choiceOf(data.results.map((result, r) => [r, result.name]).slice(1), state.other, function (value) {
            state.other = Number(value);
            fillTables();
        });
        other.id = "differences-result";
        const period = choiceOf([[HORIZON, "whole horizon"]].concat(yearEntries()), HORIZON, function (value) {
            state.period = value === HORIZON ? HORIZON : Number(value);
            fillTables();
        });
        period.id = "differences-period";
        if (data.results.length > 2) differences.append(labelled("Result", other));
        differences.append(labelled("Period", period));
    }

    /* ---- the question: in which futures? ---- */

    const POSITIONS = 100, BARS = 50;
    let count, reset, list, note;

    /* A scale of positions over all but the outermost values; its ends are open. */
    function scaleOf(condition) {
        const { values, order } = samplesOf("values", 0, condition.outcome, condition.period), n = order.length;
        const low = values[order[Math.floor(0.005 * (n - 1))]], high = values[order[Math.ceil(0.995 * (n - 1))]];
        return { low, high: high > low ? high : low + 1 };
    }

    function valueAt(condition, position) {
        return condition.scale.low + (condition.scale.high - condition.scale.low) * position / POSITIONS;
    }

    function setBounds(condition, low, high) {
        condition.at = [Math.min(low, high), Math.max(low, high)];
        condition.low = condition.at[0] <= 0 ? null : valueAt(condition, condition.at[0]);
        condition.high = condition.at[1] >= POSITIONS ? null : valueAt(condition, condition.at[1]);
        condition.from.value = condition.at[0];
        condition.to.value = condition.at[1];
    }

    function boundText(condition, value) {
        const [unit, divisor] = unitOf(outcomes[condition.outcome], condition.period, false);
        return withMinus(general(value / divisor, 3)) + (unit ? " " + unit : "");
    }

    function tellBounds(condition) {
        const { low, high } = condition;
        condition.words.textContent = low === null && high === null ? "any value" : low === null ? "at most " + boundText(condition, high)
            : high === null ? "at least " + boundText(condition, low) : boundText(condition, low) + " to " + boundText(condition, high);
        condition.from.setAttribute("aria-valuetext", low === null ? "no least value" : boundText(condition, low));
        condition.to.setAttribute("aria-valuetext", high === null ? "no greatest value" : boundText(condition, high));
        condition.box.dataset.low = low === null ? "" : low;
        condition.box.dataset.high = high === null ? "" : high;
        condition.window.style.left = condition.at[0] + "%";
        condition.window.style.width = condition.at[1] - condition.at[0] + "%";
    }

    function countBars(condition, mask) {
        const values = valuesOf(0, condition.outcome, condition.period), bars = new Uint32Array(BARS);
        const { low, high } = condition.scale;
        for (let i = 0; i < values.length; i++) {
            if (!mask[i] || values[i] !== values[i]) continue;
            bars[Math.min(BARS - 1, Math.max(0, Math.floor((values[i] - low) / (high - low) * BARS)))]++;
        }
        return bars;
    }

    function drawBars(condition) {
        const everything = countBars(condition, valid), chosen = state.mask === null ? everything : countBars(condition, state.mask);
        const most = everything.reduce((a, b) => Math.max(a, b), 1);
        condition.bars.forEach(function ([back, front], i) {
            for (const [bar, bars] of [[back, everything], [front, chosen]]) {
                bar.setAttribute("height", 40 * bars[i] / most);
                bar.setAttribute("y", 40 - 40 * bars[i] / most);
            }
        });
    }

    function makeHistogram(condition) {
        const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg");
        svg.setAttribute("viewBox", "0 0 " + BARS + " 40");
        svg.setAttribute("preserveAspectRatio", "none");
        svg.setAttribute("aria-hidden", "true");
        condition.bars = Array.from({ length: BARS }, function (_, i) {
            return ["back", "front"].map(function (kind) {
                const bar = document.createElementNS(space, "rect");
                bar.setAttribute("x", i + 0.08);
                bar.setAttribute("width", 0.84);
                bar.setAttribute("class", kind);
                svg.append(bar);
                return bar;
            });
        });
        condition.window = make("div", { class: "window" });
        const brush = make("div", { class: "brush" }, svg, condition.window);
        const at = function (event) {
            const box = brush.getBoundingClientRect();
            return Math.min(POSITIONS, Math.max(0, Math.round(POSITIONS * (event.clientX - box.left) / box.width)));
        };
        brush.addEventListener("pointerdown", function (event) {
            const begin = at(event);
            brush.setPointerCapture(event.pointerId);
            event.preventDefault();
            const drag = (moved) => {
                setBounds(condition, begin, at(moved));
                ask();
            };
            const end = function () {
                brush.removeEventListener("pointermove", drag);
                if (condition.at[0] === condition.at[1]) setBounds(condition, 0, POSITIONS);
                ask();
            };
            brush.addEventListener("pointermove", drag);
            brush.addEventListener("pointerup", end, { once: true });
            brush.addEventListener("pointercancel", end, { once: true });
        });
        return brush;
    }

    function periodsOf(outcome) {
        const entries = [];
        if (referenceOf(0, outcome, HORIZON) !== null) entries.push([HORIZON, "whole horizon"]);
        if (referenceOf(0, outcome, 0) !== null) entries.push(...yearEntries());
        return entries;
    }

    function isAskable(outcome, o) {
        return !outcome.probability && periodsOf(o).length > 0;
    }

    function setQuantity(condition, outcome, period) {
        condition.outcome = outcome;
        condition.period = period;
        condition.scale = scaleOf(condition);
        const entries = periodsOf(outcome);
        condition.when.replaceChildren(...entries.map(([value, text]) => make("option", { value }, text)));
        condition.when.value = String(period);
        setBounds(condition, 0, POSITIONS);
    }

    function addCondition(outcome) {
        const condition = { low: null, high: null };
        const periodFor = (o) => periodsOf(o)[0][0];
        const what = outcomeChoice(isAskable, outcome, function () {
            setQuantity(condition, Number(what.value), periodFor(Number(what.value)));
            ask();
        });
        condition.when = make("select", {
            onchange: function () {
                setQuantity(condition, condition.outcome, condition.when.value === HORIZON ? HORIZON : Number(condition.when.value));
                ask();
            }
        });
        const slider = (name) => make("input", {
            type: "range", min: "0", max: POSITIONS, step: "1", "aria-label": name,
            oninput: function () {
                setBounds(condition, Math.min(Number(condition.from.value), Number(condition.to.value)), Math.max(Number(condition.from.value), Number(condition.to.value)));
                ask();
            }
        });
        condition.from = slider("least value");
        condition.to = slider("greatest value");
        condition.words = make("output", { class: "bounds" });
        const remove = make("button", {
            type: "button", class: "quiet", onclick: function () {
                state.conditions.splice(state.conditions.indexOf(condition), 1);
                box.remove();
                ask();
            }
        }, "Remove");
        const box = make("div", { class: "condition" }, labelled("Quantity", what), make("div", { class: "moment" }, labelled("When", condition.when), remove),
            makeHistogram(condition), make("div", { class: "sliders" }, condition.from, condition.to), condition.words);
        condition.box = box;
        setQuantity(condition, outcome, periodFor(outcome));
        state.conditions.push(condition);
        list.append(box);
        tellBounds(condition);
        drawBars(condition);
    }

    function eventName(event) {
        return event.name !== event.path ? event.name : event.path.replace(/^(events|thresholds|regimes)\./, "").replace(/\.down$/, "").replace(/\./, ": ");
    }

    function makeEvents() {
        const table = make("div", { class: "events" });
        futures.events.forEach(function (event, e) {
            const bits = bitsOf(e), share = bits.reduce((sum, bit, i) => sum + bit * valid[i], 0) / validCount;
            const box = (kind, text) => make("input", {
                type: "checkbox", checked: true, "aria-label": eventName(event) + ": " + text, onchange: function () {
                    if (happened.checked && not.checked) state.events.delete(e);
                    else state.events.set(e, { happened: Number(happened.checked), not: Number(not.checked) });
                    ask();
                }
            });
            const happened = box("happened", "happened"), not = box("not", "did not happen");
            event.boxes = [happened, not];
            table.append(make("div", { class: "event" }, make("span", {}, eventName(event)), make("small", {}, "in " + general(100 * share, 3) + " %"),
                make("label", {}, happened, "happened"), make("label", {}, not, "did not")));
        });
        return make("fieldset", {}, make("legend", {}, "Did it ever happen?"), table);
    }

    function resetAll() {
        for (const condition of state.conditions) setBounds(condition, 0, POSITIONS);
        state.events.clear();
        for (const event of futures.events) event.boxes.forEach((box) => { box.checked = true; });
        ask();
    }

    function makeFilter() {
        const aside = document.getElementById("filter");
        if (futures.count === 0) return;
        count = make("span", { id: "count", role: "status", "aria-live": "polite" });
        reset = make("button", { type: "button", id: "reset", disabled: true, onclick: resetAll }, "Back to all futures");
        list = make("div", { id: "conditions" });
        note = make("p", { class: "hint" });
        const drivers = outcomes.map((outcome, o) => o).filter((o) => isAskable(outcomes[o], o));
        const add = make("button", { type: "button", class: "quiet", id: "add", onclick: () => addCondition(next()) }, "Ask of another quantity");
        const next = function () {
            const taken = state.conditions.map((each) => each.outcome);
            return drivers.find((o) => !taken.includes(o)) || drivers[0];
        };
        const panel = make("details", { class: "panel" }, make("summary", {}, make("b", {}, "In which futures?"), " ", count), reset, note, list);
        if (drivers.length > 0) {
            addCondition(drivers[0]);
            panel.append(add);
        }
        if (futures.events.length > 0) panel.append(makeEvents());
        panel.open = window.matchMedia("(min-width: 1100px)").matches;
        aside.replaceChildren(panel);
        aside.hidden = false;
    }

    function tell() {
        const inside = countText(validCount);
        const text = "in these futures: " + countText(state.futures) + " of " + inside;
        if (count) {
            count.textContent = state.mask === null ? "all " + countText(data.results[0].futures) : text;
            reset.disabled = state.mask === null;
            note.textContent = state.mask === null
                ? "Drag a range, or untick what shall not be: tables and figures then show what holds in these futures, of the " + inside + " that the page holds."
                : state.futures < FEW ? "So few futures say little." : data.results.length > 1 ? "The futures are chosen by what happens in the base." : "";
        }
        for (const each of all(".state")) {
            each.textContent = state.mask === null ? "" : capital(text) + (state.futures < FEW ? " \u2013 so few say little" : "");
            each.hidden = state.mask === null;
        }
        root.classList.toggle("asked", state.mask !== null);
    }

    let waiting = false;
    function answer() {
        const begin = performance.now();
        waiting = false;
        setMask();
        tell();
        for (const condition of state.conditions) {
            tellBounds(condition);
            drawBars(condition);
        }
        fillTables();
        charts.forEach(draw);
        root.dataset.milliseconds = (performance.now() - begin).toFixed(1);
    }

    function ask() { /* once a frame at most */
        if (!waiting) requestAnimationFrame(answer);
        waiting = true;
    }

    /* What an answer needs is made ready while nothing else is to be done. */
    function prepare() {
        const work = [];
        for (const each of rows)
            for (const period of each.difference ? [HORIZON] : [each.horizon ? HORIZON : state.year])
                work.push([each.difference ? "differences" : "values", each.difference ? each.result : 0, each.outcome, period]);
        for (const chart of charts)
            for (let r = 0; r < data.results.length; r++)
                for (let y = 0; y < years; y++) work.push(["values", r, chart.outcome, y]);
        const idle = window.requestIdleCallback || ((call) => setTimeout(() => call({ timeRemaining: () => 5 }), 20));
        const step = function (deadline) {
            while (work.length > 0 && deadline.timeRemaining() > 2) samplesOf(...work.shift());
            if (work.length > 0) idle(step);
            else root.dataset.ready = "";
        };
        idle(step);
    }

    root.classList.add("script");
    makeControls();
    makeFilter();
    makeCharts();
    setMask();
    tell();
    fillTables();
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach(draw));
    window.addEventListener("beforeprint", () => setPrinting(true));
    window.addEventListener("afterprint", () => setPrinting(false));
    if (futures.count > 0) prepare();
})();
