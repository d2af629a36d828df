/* tests/scenarios/test_bad_input.c -- every kind of wrong scenario is refused with its place and one clear sentence.
 * The wrong files are in tests/fixtures/bad-input, but for those too long to read, which are made here.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "tests/models/support.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The fault number `nth` of a file: where it is (line 0: nowhere) and how its sentence begins. */
static const struct wrong {
    const char *file;
    size_t nth;
    int line, column;
    const char *sentence;
} wrongs[] = {
    {"unknown-key", 0, 7, 5, "drivers.oil: 'sigmma' is not a key of the model gbm; did you mean 'sigma'?"},
    {"unknown-required", 0, 4, 40, "drivers.oil: 'sigam' is not a key of the model gbm; did you mean 'sigma'?"},
    {"unknown-top-key", 0, 3, 1, "the scenario: 'drivvers' is not a key that stands here; did you mean 'drivers'?"},
    /* without its parents it would lack all that they state */
    {"slipped-extends", 0, 2, 1, "the scenario: 'extend' is not a key that stands here; did you mean 'extends'?"},
    /* what is under a slip is read as what was meant */
    {"slipped-section", 0, 3, 1, "the scenario: 'driver' is not a key that stands here; did you mean 'drivers'?"},
    {"slipped-section", 1, 6, 1, "the scenario: 'flow' is not a key that stands here; did you mean 'flows'?"},
    {"slipped-section", 2, 4, 40, "drivers.oil: 'sgima' is not a key of the model gbm; did you mean 'sigma'?"},
    {"slipped-section", 3, 4, 47, "drivers.oil.sigma: 0.3 /yr is a rate; expected a pure number"},
    {"slipped-section", 4, 4, 63, "drivers.oil.drift: 3 USD is an amount of money; expected a rate such as /yr"},
    {"slipped-section", 5, 11, 13,
     "flows.south.volume: 5 bbl/yr is a rate of volume; expected a rate of mass such as t/yr"},
    {"wrong-type", 0, 6, 12, "drivers.oil.start is a list; expected a number with its unit"},
    {"map-expected", 0, 4, 8, "drivers.oil is 'gbm'; expected a map of keys"},
    {"wrong-dimension", 0, 7, 11,
     "drivers.oil.mean: 50 USD/t is a price per mass; expected a price per volume such as USD/bbl"},
    {"wrong-dimension", 1, 8, 12, "drivers.oil.kappa: 1 yr is a duration; expected a rate such as /yr"},
    {"no-unit", 0, 4, 76, "drivers.oil.kappa: 1.5 has no unit; expected one such as /yr"},
    {"unknown-unit", 0, 4, 28, "drivers.oil.start: 'dollars' is not a unit; did you mean 'USD'?"},
    {"out-of-range", 0, 4, 47, "drivers.oil.sigma is -0.3; expected from 0 to 5"},
    {"out-of-range-tail", 0, 4, 47,
     "drivers.oil.sigma can be as low as -inf; expected from 0 to 5, for example through limits"},
    {"missing-key", 0, 4, 3, "drivers.oil lacks the key 'sigma': Volatility of the log"},
    {"missing-section", 0, 1, 1, "the scenario lacks the key 'time'"},
    {"dangling-reference", 0, 9, 16,
     "flows.south.commodity: there is no 'grian' in `commodities`; expected one of its names; did you mean 'grain'?"},
    {"dangling-reference", 1, 13, 14,
     "flows.south.income: there is no 'oli' in `drivers`; expected one of its names; did you mean 'oil'?"},
    {"unknown-model", 0, 4, 16,
     "drivers.oil.model is 'gmb'; expected gbm, mean-reverting, two-factor, growth, trend, path or var; did you mean "
     "'gbm'?"},
    {"unknown-distribution", 0, 4, 47,
     "drivers.oil.sigma: 'triangle' is not a distribution (uniform, triangular, normal, lognormal, gamma, exponential, "
     "pert or discrete); did you mean 'triangular'?"},
    {"duplicate-key", 0, 8, 5, "the key 'sigma' stands twice in this map"},
    {"alias", 0, 4, 8, "anchors (&o) are not read in scenario files; use `extends`"},
    {"alias", 1, 5, 8, "aliases (*o) are not read in scenario files; use `extends`"},
    {"merge-key", 0, 5, 5, "merge keys (<<) are not read in scenario files; use `extends`"},
    {"tag", 0, 4, 28, "tags (tag:yaml.org,2002:str) are not read in scenario files"},
    {"two-documents", 0, 3, 1, "a second document begins here; expected one document in a scenario file"},
    {"missing-parent", 0, 1, 10, "no scenario 'nowhere' was found in the folder of this file"},
    {"absolute-parent", 0, 1, 10, "extends is '/etc/passwd'; expected a name below the folder of this file"},
    {"leaving-parent", 0, 1, 10, "extends is 'worlds/../../secret'; expected a name below the folder of this file"},
    {"delete-nothing", 0, 3, 1, "'drivers: null' deletes a key, but there is nothing to delete; expected a value"},
    {"bad-utf8", 0, 3, 11, "the byte 0xE9 is not UTF-8; expected text in UTF-8"},
    {"nul", 0, 3, 9, "the control character U+0000 cannot stand in a scenario file"},
    {"control-character", 0, 3, 9, "the control character U+001B cannot stand in a scenario file"},
    {"tab", 0, 3, 1, "a tab cannot indent a line in YAML; expected spaces"},
    {"empty", 0, 1, 1, "the file is empty; expected a scenario, such as `scenario: name`"},
    {"only-comments", 0, 1, 1, "the file is empty; expected a scenario"},
    {"list-at-root", 0, 1, 1, "the file holds a list; expected a map of keys, such as `scenario: name`"},
    {"scalar-at-root", 0, 1, 1, "the file holds 'just words'; expected a map of keys"},
    {"not-yaml", 0, 5, 6, "this is not YAML: did not find expected ',' or ']'"},
    {"colon", 0, 2, 9,
     "this is not YAML: mapping values are not allowed in this context; expected one `key: value` to a line"},
    {"nested-100", 0, 3, 71, "maps and lists are nested more than 64 deep"},
    {"low-above-high", 0, 4, 47, "drivers.oil.sigma: uniform(0.4 0.2): low 0.4 is above high 0.2"},
    {"mode-outside", 0, 4, 47, "drivers.oil.sigma: triangular(0.2 0.5 0.4): mode 0.5 is above high 0.4"},
    {"empty-key", 0, 2, 1,
     "'drivers' is empty; expected a value, `drivers: null` to delete what it inherits, or `{}` to leave that as it "
     "is"},
    {"empty-inside", 0, 3, 9, "'sigma' is empty; expected a value, `sigma: null` to delete what it inherits"},
    {"empty-new", 0, 3, 1, "'drivers' is empty; expected a value"},
    {"utf-16", 0, 1, 1, "this is text in UTF-16; expected text in UTF-8"},
    {"no-break-space", 0, 3, 36,
     "drivers.oil.start: a no-break space (U+00A0) stands behind '60'; expected a plain space"},
    {"no-break-key", 0, 3, 48, "a key: a no-break space (U+00A0) stands before 'sigma'; expected a plain space"},
    {"minus-sign", 0, 3, 55, "drivers.oil.drift: a minus sign (U+2212) stands before '1 %/yr'; expected a hyphen, -"},
    {"comma-distribution", 0, 3, 55,
     "'triangular(0.1, 0.2': a comma ends a value inside braces; the numbers of a distribution have spaces between "
     "them, such as triangular(45 55 70)"},
    {"comma-decimal", 0, 3, 55,
     "'0,3': a comma ends a value inside braces; numbers have a decimal point, and nothing between thousands"},
    {"braces-limits", 0, 3, 71,
     "this is not YAML: did not find expected ',' or '}'; inside { } and [ ] a value that holds a bracket, a brace or "
     "a comma stands in quotes, such as 'normal(1 0.2) [0.5 1.5] t'"},
    {"no-list", 0, 3, 17,
     "run.discount is '8 %/yr'; expected a list in brackets, of 3 values: Three discount rates, ascending; the middle "
     "one is the plain one"},
    {"no-list", 1, 3, 31,
     "run.cvar is '0.9'; expected a list in brackets, of 1 to 9 values: Levels of the means of tails to report: of "
     "0.95 those"},
    {"nested-effect", 0, 9, 15,
     "events.e.effects: 'legs' holds maps; expected the whole path as one key, `legs.line.capacity: {...}`"},
    {"effect-on-a-driver", 0, 8, 15,
     "events.e.effects: drivers.oil cannot be edited: drivers move by themselves; a shock to one is its `shift`; "
     "expected a quantity such as legs.NAME.capacity"},
    {"batch-as-scenario", 0, 1, 1, "this is a batch; expected a scenario, or use `zhol batch`"},
    {"thousands", 0, 4, 17, "run.replications is '1,000'; expected a whole number, of digits alone"},
    {"capacity-without-unit", 0, 5, 20,
     "legs.line.capacity: 20 has no unit; expected a rate with its unit, such as 14 train/d"},
    {"replaced-without-unit", 0, 2, 24,
     "drivers.oil.start: 80 has no unit; expected one such as USD/bbl, which it had"},
    {"unit-map", 0, 2, 16, "units.wagon is a map; expected a text"},
    {"own-unit", 0, 2, 14, "units.KZT: 'usd' is not a unit; did you mean 'USD'?"},
    {"own-unit", 1, 2, 31, "units.t: 't' is a unit already; expected another name"},
    {"heat", 0, 3, 37,
     "commodities.coal.heat: 25 MWh/m3 is an amount of energy per volume; expected an amount of energy per mass such "
     "as GJ/t"},
    {"currency", 0, 3, 38,
     "commodities.coal.value.base: 'EUR' is not a unit; expected USD, or what one is worth in the base year among "
     "`units`, such as `units: {EUR: 1/N USD}`"},
    {"percent-tariff", 0, 5, 65,
     "flows.f.tariff is 6.1, which is 610 %; more than 100 % has to have its percent sign; did you mean '6.1 %'?"},
    {"percent-wedge", 0, 5, 69,
     "flows.f.cost_wedge is triangular(2 5 8), which is 800 %; more than 100 % has to have its percent sign; did you "
     "mean 'triangular(2 5 8) %'?"},
    {"percent-profile", 0, 5, 83,
     "flows.f.tariff.2025 is 3, which is 300 %; more than 100 % has to have its percent sign; did you mean '3 %'?"},
    {"percent-too-large", 0, 5, 65, "flows.f.tariff is 1100 %; expected more than -1 and at most 10"},
    {"percent-share", 0, 5, 69, "flows.f.home_share is 20; expected from 0 to 1; did you mean '20 %'?"},
    {"percent-growth", 0, 3, 38,
     "drivers.gdp.mean is 4 /yr, which is 400 % a year; more than 100 % has to have its percent sign; did you mean '4 "
     "%/yr'?"},
    {"percent-discount", 0, 3, 18,
     "run.discount.1 is 3 /yr, which is 300 % a year; more than 100 % has to have its percent sign; did you mean '3 "
     "%/yr'?"},
    {"percent-discount", 1, 3, 25,
     "run.discount.2 is 5 /yr, which is 500 % a year; more than 100 % has to have its percent sign; did you mean '5 "
     "%/yr'?"},
    {"percent-discount", 2, 3, 32,
     "run.discount.3 is 8 /yr, which is 800 % a year; more than 100 % has to have its percent sign; did you mean '8 "
     "%/yr'?"},
    {"percent-sigma", 0, 3, 92,
     "drivers.p.sigma is 35; expected at most 5, because it is of the log; per cent have their sign, such as 35 %"},
    {"percent-jump", 0, 3, 83,
     "drivers.p.jumps.mean is -20; expected at most 5, because it is of the log; per cent have their sign, such as 35 "
     "%"},
    {"percent-gbm", 0, 3, 51, "drivers.p.sigma is 30; expected from 0 to 5; did you mean '30 %'?"},
    {"percent-shift", 0, 3, 73,
     "drivers.p.shift.2020-03 is 20, which is 2000 %; more than 100 % has to have its percent sign; did you mean '20 "
     "%'?"},
    {"percent-effect", 0, 6, 61,
     "policies.p.effects.flows.f.tariff.set is 7, which is 700 %; more than 100 % has to have its percent sign; did "
     "you mean '7 %'?"},
    {"percent-effect", 1, 6, 116,
     "policies.q.effects.flows.f.tariff.add is 2.5, which is 250 %; more than 100 % has to have its percent sign; did "
     "you mean '2.5 %'?"},
    {"lognormal-sd", 0, 5, 47,
     "flows.f.volume: lognormal(100 10): the second value is the coefficient of variation, standard deviation over "
     "mean, and 10 is a great deal; did you mean 'lognormal(100 sd=10)'?"},
    {"home", 0, 3, 13,
     "run.home is 'mozambique', to which no leg, flow or field belongs; expected a country that is named, such as mz"},
    {"use-of-a-rate", 0, 5, 39,
     "legs.line.use.box: 1/100 train/TEU is a number of trains per TEU; expected a number per TEU such as /TEU"},
    {"probabilities", 0, 4, 47,
     "drivers.oil.sigma: discrete(0.2:0.5 0.3:0.4): the probabilities sum to 0.9; expected 1"},
    /* three correlations of -0.6: the eigenvalues are 1.6, 1.6 and 1 - 2 * 0.6 */
    {"not-positive-definite", 0, 8, 5,
     "the correlations of a, b, c are not positive definite: the smallest eigenvalue is -0.2; expected above 0"},
    {"nan", 0, 4, 28, "drivers.oil.start: '.nan' is not a number"},
    {"nan", 1, 4, 49, "drivers.oil.sigma: 'nan' is not a number"},
    {"infinity", 0, 4, 28, "drivers.oil.start: 'inf' is not a number"},
    {"infinity", 1, 4, 48, "drivers.oil.sigma: '.inf' is not a number"},
    {"trailing-text", 0, 4, 47, "drivers.oil.sigma: 'or' is not a unit; known are "},
    {"hexadecimal", 0, 4, 28, "drivers.oil.start: '0x3C' is not a plain decimal number; hexadecimal is not read"},
    {"month-13", 0, 2, 30, "time.start is '2020-13'; expected a year such as 2020 or a month such as 2020-01"},
    {"zero-months", 0, 2, 47, "time.months is 0; expected a whole number from 12 to 1200"},
    {"half-year", 0, 2, 47, "time.months is 18; expected whole years, such as 12 or 24"},
    {"start-before-base", 0, 2, 30,
     "time.start is 2018-01, before time.base, 2019-07; expected the base date or later"},
    {"past-9999", 0, 2, 47, "time.months is 72 from 9995-01 on, beyond 9999-12; expected at most 60"},
    {"negative-replications", 0, 3, 21, "run.replications is -5; expected a whole number from 1 to 1000000000"},
    {"twenty-digits", 0, 3, 21,
     "run.replications is 12345678901234567890; expected a whole number from 1 to 1000000000"},
    {"fractional-replications", 0, 3, 21, "run.replications is '1e4'; expected a whole number"},
    {"bad-name", 0, 4, 3, "drivers: 'Oil_Price' is not a name; expected lower-case letters, digits and single hyphens"},
    {"profile-not-allowed", 0, 4, 28,
     "drivers.oil.start is a map; expected one value, because this key cannot change over time"},
    {"distribution-in-profile", 0, 4, 37, "drivers.gdp.mean.2020 is a distribution; expected a number"},
    {"distribution-in-profile", 1, 4, 56, "drivers.gdp.mean: '2025-13' is not a date"},
    {"overlay", 0, 3, 16, "drivers.oil.sigma is -1; expected from 0 to 5"},
    {"trend-without-base", 0, 6, 67,
     "flows.f.trend begins at 2020-01, after time.base, 2019-07; expected its growth from the base date on"},
    {"trend-out-of-range", 0, 6, 67,
     "flows.f.trend is 4 /yr, which is 400 % a year; more than 100 % has to have its percent sign; did you mean '4 "
     "%/yr'?"},
    {"shock-with-itself", 0, 6, 54, "correlation of flows.f.shock with itself; expected two different shocks"},
    {"shock-not-stated", 0, 6, 25, "drivers.correlation.pairs: flows.g has no shock; expected its `shock:` too"},
    {"shock-of-no-flow", 0, 6, 25, "drivers.correlation.pairs: there is no 'h' in `flows`; expected f or g"},
    {"leg-season", 0, 4, 47, "legs.a.season has 11 values; expected 12"},
    {"leg-season-alone", 0, 4, 26,
     "legs.b.season stands without a capacity that it could change; expected `capacity:` too"},
    {"leg-season-alone", 1, 5, 44, "legs.c.season.4 is -1; expected a factor of 0 or more"},
    {"inputs-no-pair", 0, 5, 32,
     "inputs.correlation.pairs: 'legs.a.time' is not a pair; expected two paths of what is drawn joined by a slash"},
    {"inputs-unknown", 0, 5, 56,
     "inputs.correlation.pairs: 'legs.a.tim' is nothing that is drawn once per replication; expected such a path; did "
     "you mean 'legs.a.time'?"},
    {"inputs-not-drawn", 0, 5, 57,
     "inputs.correlation.pairs: 'legs.b.time' is nothing that is drawn once per replication; expected such a path"},
    {"inputs-itself", 0, 5, 57, "correlation of legs.a.time with itself; expected two different"},
    {"inputs-each", 0, 5, 78,
     "inputs.correlation.pairs: events.e.effects.legs.a.time.add is drawn each time its event happens; expected "
     "something drawn once per replication"},
    {"value-driver", 0, 7, 60, "flows.g.value lacks the key 'base': Value of a unit, with the driver at its base"},
    {"value-follows", 0, 6, 94,
     "flows.f.value.driver: driver sea may cross zero, so a value cannot follow its ratio; expected a price or a "
     "volume"},
    {"split", 0, 6, 67, "flows.f.split: flows.f is from or to home, kz; expected `home_share`"},
    {"control", 0, 9, 18,
     "outcomes.dependence.t.country.1 is 'consortium', in which no leg is; expected the `country` of a leg"},
    {"control", 1, 10, 18,
     "outcomes.dependence.c.country.1 is 'ru', which decides over no leg; expected the `control` or `country` of one"},
    {"season-of-eleven", 0, 4, 60, "drivers.oil.season has 11 values; expected 12"},
    {"pair", 0, 6, 13, "drivers.correlation.pairs: 'oil-gas' is not a pair; expected two names joined by a slash"},
    {"pair", 1, 6, 27, "drivers.correlation.pairs: there is no 'correlation' in `drivers`"},
    {"shares", 0, 16, 7, "flows.f.routes: the shares sum to 98 %; expected 100 %"},
    {"unknown-leg", 0, 17, 30,
     "flows.f.routes.s.via.1: there is no 'see' in `legs`; expected one of its names; did you mean 'sea'?"},
    {"unknown-nest", 0, 16, 43,
     "flows.f.routes.r.nest: there is no nest 'rial' in `choice.nests` of the flow; expected one of its names; did you "
     "mean 'rail'?"},
    {"nest-without-nests", 0, 6, 130,
     "flows.f.routes.r.nest: there is no nest 'rail' in `choice.nests` of the flow; expected one of its names"},
    {"empty-nest", 0, 14, 49,
     "flows.f.choice.nests.rail: no route is in this nest; expected `nest: rail` with some route"},
    {"no-choice", 0, 15, 7,
     "flows.f.routes offers a choice, but nothing says how shippers choose; expected `choice: {sensitivity: ...}`"},
    {"no-time-value", 0, 16, 7,
     "flows.f.routes needs the value of time of its commodity; expected commodities.box.time_value, in USD per unit "
     "and day"},
    {"leg-twice", 0, 17, 10, "flows.f.routes.s.via names sea twice; expected each leg once"},
    {"no-share", 0, 17, 10,
     "flows.f.routes.s has no share; expected its `share` in the base year, or `like:` a route that has one"},
    {"share-and-like", 0, 17, 10,
     "flows.f.routes.s has both a share and `like`; expected its `share` in the base year, or `like:` a route that has "
     "one"},
    {"like-unknown", 0, 17, 17, "flows.f.routes.s.like is 'q'; expected a route of the flow that has a share"},
    {"offset-alone", 0, 17, 32, "flows.f.routes.s.offset goes with `like`; a route with a share needs none"},
    {"zero-share", 0, 17, 18, "flows.f.routes.s.share is 0 %; expected more than 0 and at most 1"},
    {"no-use", 0, 16, 10,
     "flows.f.routes.r carries box over line, whose `use` does not say what capacity it takes; expected "
     "legs.line.use.box"},
    {"use-without-capacity", 0, 6, 21,
     "legs.line.use.box: its unit is that of `capacity`, which is not stated or has none; expected it too"},
    {"capacity-not-a-rate", 0, 6, 20,
     "legs.line.capacity: 5 train is a number of trains; expected a rate such as train/yr"},
    {"use-of-another-unit", 0, 6, 42,
     "legs.line.use.box: 1 t/TEU is a mass per TEU; expected a number of trains per TEU such as train/TEU"},
    {"soft-congestion", 0, 6, 67, "legs.line.bpr.2 is 2.5; expected b of [a, b], a whole number from 1 to 6"},
    {"soft-without-capacity", 0, 6, 26,
     "legs.line.bpr stands without a capacity to compare use with; expected `capacity:` too"},
    {"draught-without-capacity", 0, 8, 19,
     "legs.line.draught stands without a capacity that it could reduce; expected `capacity:` too"},
    {"draught-loss", 0, 8, 74, "legs.line.draught.loss: 5 % is a pure number; expected a number per length such as /m"},
    {"cost-driver", 0, 8, 47,
     "legs.line.cost_driver: driver fall may cross zero, so costs cannot follow its ratio; expected a price or a "
     "volume"},
    {"cost-of-nothing", 0, 6, 17, "legs.line.cost: there is no 'bocks' in `commodities`; expected box"},
    {"corridor", 0, 18, 36,
     "outcomes.corridors.land.routes.2 is 'f.q', which is not a route; expected FLOW.ROUTE, such as f.r"},
    {"title", 0, 4, 14, "drivers.a.title has more than one line; expected one line without control characters"},
    {"title", 1, 5, 14, "drivers.b.title has a control character; expected one line without control characters"},
    {"title", 2, 6, 14, "drivers.c.title is ''; expected a text"},
    {"title", 3, 7, 14, "drivers.d.title has 130 characters; expected at most 120"},
    {"title", 4, 8, 14, "drivers.e.title is a list; expected a text"},
    {"corridor", 1, 18, 59,
     "outcomes.corridors.both.routes.3: f.r stands in the corridor already; expected each route once"},
    {"no-sweeps", 0, 18, 19, "network.sweeps is 0; expected a whole number from 1 to 1000"},
    {"no-sweeps", 1, 18, 30, "network.renege: 10 % is a pure number; expected a rate such as %/yr"},
    {"clamp-of-a-price", 0, 6, 94,
     "drivers.p.clamp is stated, but a price has no bounds; expected it with `of: level` only"},
    {"clamp-order", 0, 6, 69, "drivers.p.clamp: low can be 2, above high, 1; expected low at most as high"},
    {"dotted-reference", 0, 6, 17,
     "legs.line.cost: there is no 'box.x' in `commodities`; expected one of its names; did you mean 'box'?"},
    {"dotted-reference", 1, 12, 16,
     "flows.f.commodity: there is no 'box.x' in `commodities`; expected one of its names; did you mean 'box'?"},
    {"choice-alone", 0, 13, 13, "flows.f.choice is stated, but the flow has no routes; expected `routes:` too"},
    {"energy-keys", 0, 14, 25,
     "energy.oil.outlets.a.from: there is no field 'nroth' in energy.oil.fields; expected one of its names; did you "
     "mean "
     "'north'?"},
    {"shared-leg", 0, 15, 10,
     "energy.oil: the leg line is shared by the outlets a and b, which are supplied from different fields, so that no "
     "order of netbacks is sure to be best (models/README.md, Energy); expected the same `from` (and `also`), all "
     "outlets "
     "of these fields on the leg, a leg for each, or a commodity for each, which may share a leg"},
    {"leg-of-both", 0, 7, 9,
     "legs.line is used by energy.oil and by a route of a flow, and nothing says who takes its capacity first "
     "(models/README.md, Shared legs); expected `shared: energy-first` or `shared: energy-last`, or a leg for each"},
    {"shared-circle", 0, 8, 101,
     "energy.coal takes legs.line before flows and legs.port after them, so that each would wait for the other "
     "(models/README.md, Shared legs); expected the same `shared` of both"},
    {"shared-soft", 0, 7, 97,
     "legs.line.bpr makes time depend on how much flows alone use, but energy.coal uses the leg too (models/README.md, "
     "Shared legs); expected it without `bpr`"},
    {"shared-also", 0, 7, 9,
     "legs.link is used by energy.oil and by energy.gas, but what one of several fields sends through a leg of `also` "
     "is left open, so that nobody knows what is left of it (models/README.md, Shared legs); expected a leg for each"},
    {"shared-use", 0, 7, 9,
     "legs.line.capacity counts in train, but energy.coal in t: train is a number of trains; expected a mass such as "
     "t, or legs.line.use.coal"},
    {"shared-use", 1, 8, 39,
     "legs.track.use does not say what capacity ore takes, which uses this leg; expected legs.track.use.ore"},
    {"shared-without-capacity", 0, 6, 31,
     "legs.line.shared stands without a capacity that could be shared; expected `capacity:` too"},
    {"use-of-nothing", 0, 6, 38,
     "legs.line.use: there is no 'cool' in `commodities` or `energy`; expected one of its names; did you mean 'coal'?"},
    {"field-country", 0, 11, 20,
     "energy.gas.fields.b.country is 'rus', which is no country of the scenario; expected `run.home`, the country of a "
     "leg, a `market`, or an end of a flow; did you mean 'ru'?"},
    {"field-country", 1, 12, 70,
     "energy.gas.fields.c.home_share is above 0, but the field lies in ru, and what it earns is in no account of kz; "
     "expected 0 %"},
    {"foreign-supply", 0, 11, 10,
     "energy.gas.outlets.o is supplied by a in kz and by b in cn, and how much comes from which is left open, so that "
     "nobody knows what kz exports (models/README.md, Energy); expected an outlet for each"},
    {"foreign-supply", 1, 12, 10,
     "energy.gas.outlets.p sells to kz what b produces in cn, an import that energy does not count; expected another "
     "`market`, or a flow to kz"},
    {"foreign-supply", 2, 13, 28, "energy.gas.outlets.q sells to kz what b produces in cn"},
    {"early-steps", 0, 9, 63, "energy.gas.fields.b.delay is -3 mo; expected from 0 to 1200"},
    {"delay-without-steps", 0, 8, 35,
     "energy.gas.fields.a.delay stands without `steps` that it could delay; expected them too"},
    {"quota-below-terms", 0, 7, 12,
     "energy.gas.quota is 6 kcm/yr in 2021-03, less than the 7.5 that outlets take by `term` or `contract`; expected "
     "at "
     "least as much"},
    {"state-without-home", 0, 7, 3, "state is stated, but no country is home; expected `run: {home: ...}`"},
    {"state-of-a-level", 0, 8, 37,
     "state.gdp.driver: driver sea may cross zero, so that it has no ratio; expected a volume, such as one of the "
     "model "
     "growth"},
    {"budget-without-trend", 0, 9, 11,
     "state.budget.spending follows the trend of gross domestic product, which is not stated; expected "
     "state.gdp.trend"},
    {"trend-without-budget", 0, 8, 49,
     "state.gdp.trend stands without a budget that follows it; expected `state.budget` too"},
    {"debt-without-budget", 0, 9, 9,
     "state.debt stands without a budget that could add to it; expected `state.budget` too"},
    {"fund-line-twice", 0, 9, 52,
     "state.fund.receives.3 is 'duty', which stands there already; expected each line once"},
    {"fund-line-unknown", 0, 9, 43,
     "state.fund.receives.2 is 'royality'; expected duty, royalty, profit-tax, fees or import-duty; did you mean "
     "'royalty'?"},
    {"fund-line-unknown", 1, 9, 82,
     "state.fund.guaranteed: 2 GUSD is an amount of money; expected a rate such as GUSD/yr"},
    {"threshold", 0, 6, 19,
     "outcomes.thresholds.t.outcome.1 is 'drivers.oli', which is no outcome of the scenario; expected a path such as "
     "drivers.NAME or legs.NAME.delay"},
    {"threshold", 1, 7, 38,
     "outcomes.thresholds.u.above: 5 USD/t is a price per mass; expected a price per volume such as USD/bbl"},
    {"dependence", 0, 11, 37,
     "outcomes.dependence.ru.of.2 is 'flows.g'; expected flows.NAME or energy.NAME of the scenario"},
    {"contract-growth", 0, 13, 60,
     "energy.gas.outlets.o.growth moves `demand`, which the outlet does not have; expected it too, or a profile of "
     "dates in "
     "`contract` or `term`"},
    {"price-band", 0, 13, 78,
     "energy.gas.outlets.o.price.floor is above energy.gas.outlets.o.price.ceiling; expected it below"},
    {"country-without-legs", 0, 16, 23,
     "outcomes.dependence.russia.country.1 is 'rus', in which no leg is; expected the `country` of a leg"},
    {"energy-leg-fee", 0, 7, 49,
     "legs.line.time means nothing for energy, which uses this leg; expected `tariff`, or of transit `fee`, at the "
     "outlet"},
    {"also-transit", 0, 13, 30,
     "energy.gas.outlets.o.also.b: transit of outlet t passes line too; expected a leg for one of the two"},
    {"two-bands", 0, 12, 93, "energy.gas.duty.table has two bands from 0.06 kUSD/bbl on; expected one"},
    {"also-dependence", 0, 16, 31,
     "outcomes.dependence.russia.of.1: what outlet o of energy.gas gets through line, in ru, is left open; expected "
     "that "
     "leg in `via`, or another country"},
    {"differential-of-own", 0, 12, 80,
     "energy.gas.outlets.o.differential_driver is added to the commodity's price, but the outlet has its own; "
     "expected"},
    {"duty-twice", 0, 10, 11,
     "energy.gas.duty has bands and a slope; expected `table` with bands, or `slope` with the duty for each unit"},
    {"duty-without", 0, 10, 11,
     "energy.gas.duty has neither bands nor a slope; expected `table` with bands, or `slope`"},
    {"duty-from", 0, 10, 60, "energy.gas.duty.from stands beside bands, which have their own levels; expected it with"},
    {"tax-lag", 0, 5, 79, "fiscal.profit_tax.deduct.gas.lag is 1.5 mo; expected whole months"},
    {"tax-nobody", 0, 5, 44, "fiscal.profit_tax.deduct: there is no 'oil' in `energy`; expected gas"},
    {"half-month", 0, 10, 57, "outcomes.thresholds.low.for is 1.5 mo; expected whole months"},
    {"half-month", 1, 11, 22,
     "outcomes.thresholds.lower.outcome.1 is 'drivers.oli', which is no outcome of the scenario; expected a path such "
     "as "
     "drivers.NAME or legs.NAME.delay; did you mean 'drivers.oil'?"},
    {"minimum-alone", 0, 3, 18, "energy.gas.outlets.o has a minimum, but no contract; expected `contract`"},
    {"ship-or-pay", 0, 13, 10,
     "energy.gas.outlets.o has `ship_or_pay`, but no tariff that would be owed; expected `tariff`"},
    {"import-duty", 0, 8, 35, "fiscal.import_duty.from.2 is 'ru'; expected a country from which a flow comes to kz"},
    {"mixed-set", 0, 13, 40,
     "outcomes.dependence.ru.of.2: flows.in is an import, unlike what stands before it; expected exports, transit or "
     "imports alone"},
    {"mixed-units", 0, 14, 38,
     "outcomes.dependence.ru.of.2: flows.ore is counted in t, what stands before it in TEU; expected one unit, or `by: "
     "value`"},
    {"loan-grace", 0, 10, 62,
     "finance.china.grace is 12 yr, but finance.china.maturity is 10 yr; expected less than the maturity"},
    {"loan-grace", 1, 11, 61,
     "finance.bank.grace is 120 mo, but finance.bank.maturity is 10 yr; expected less than the maturity"},
    {"loan-grace", 2, 12, 46, "finance.odd.maturity is 10.1 yr; expected whole months"},
    {"loan-grace", 3, 12, 62, "finance.odd.grace is 1.5 mo; expected whole months"},
    {"trigger-level", 0, 7, 37,
     "policies.rail.when.above: 50 USD/t is a price per mass; expected a price per volume such as USD/bbl"},
    {"trigger-level", 1, 8, 46, "policies.port.when.below: 50 has no unit; expected one such as USD/bbl"},
    {"trigger-level", 2, 9, 16, "policies.road.when has two levels; expected `above` or `below`, with a level"},
    {"trigger-level", 3, 10, 16, "policies.pipe.when has no level; expected `above` or `below`, with a level"},
    {"trigger-level", 4, 11, 36, "policies.sea.when.above: uniform(1 2) USD/bbl is a distribution; expected a number"},
    {"trigger-level", 5, 12, 53, "policies.air.when.for is 1.5 mo; expected whole months"},
    {"trigger-level", 6, 13, 37,
     "policies.idle.when.above: 50 USD/t is a price per mass; expected a price per volume such as USD/bbl"},
    {"trigger-index", 0, 9, 26,
     "policies.rail.when.outcome: index.hhi.partners comes from the sums of a year, so it has no value in a month; "
     "expected another outcome, such as fiscal.total"},
    {"trigger-unknown", 0, 7, 26,
     "policies.rail.when.outcome is 'drivers.oli', which is no outcome of the scenario; expected a path such as "
     "drivers.NAME or legs.NAME.delay; did you mean 'drivers.oil'?"},
    {"trigger-both", 0, 7, 16,
     "policies.rail.when names both an outcome and a driver; expected one of `outcome` and `driver`"},
    {"trigger-both", 1, 8, 16,
     "policies.port.when names neither an outcome nor a driver; expected one of `outcome` and `driver`"},
    {"bundle-of-itself", 0, 5, 8, "policies.all is a bundle that contains itself: all > all; expected other policies"},
    {"bundle-circle", 0, 6, 9,
     "policies.east is a bundle that contains itself: east > west > north > east; expected other policies"},
    {"bundle-unknown", 0, 6, 25,
     "policies.both.bundle.2: there is no 'prot' in `policies`; expected one of its names; did you mean 'port'?"},
    {"bundle-with-keys", 0, 6, 46,
     "policies.both.start stands in a bundle, which only lists policies; expected it in one of them"},
    {"bundle-with-keys", 1, 6, 58,
     "policies.both.cost stands in a bundle, which only lists policies; expected it in one of them"},
    {"adopt-nothing", 0, 6, 15,
     "adopt.2: there is no 'rial' in `policies`; expected one of its names; did you mean 'rail'?"},
    {"adopt-without-policies", 0, 4, 9, "adopt.1: there is no 'rail' in `policies`; expected it there too"},
    {"policy-ends-first", 0, 5, 31, "policies.rail.end is 2021-05, but it starts in 2021-05; expected a later month"},
    {"policy-ends-first", 1, 6, 28, "policies.port.end is 2020-06, but it starts in 2021; expected a later month"},
    {"policy-without-start", 0, 5, 9,
     "policies.rail does not say when it starts; expected `start`, `when` or `bundle`"},
    {"fail-probability", 0, 5, 69, "policies.rail.fail.probability is 120 %; expected from 0 to 1"},
    {"project-needs", 0, 5, 30, "policies.rail.delay stands without `build`; expected it too"},
    {"project-needs", 1, 6, 45, "policies.port.overrun stands without `cost`; expected it too"},
    {"project-needs", 2, 7, 60, "policies.road.fail stands without `build`; expected it too"},
    {"project-needs", 3, 7, 31, "policies.road.upkeep stands without `cost`; expected it too"},
    {"project-needs", 4, 7, 48, "policies.road.finance stands without `cost`; expected it too"},
    {"overrun-class", 0, 5, 45,
     "policies.rail.overrun is 'raod'; expected rail, fixed-link, road, a number or a distribution; did you mean "
     "'road'?"},
    {"unknown-loan", 0, 5, 45,
     "policies.rail.finance: there is no 'chian' in `finance`; expected one of its names; did you mean 'china'?"},
    {"effect-unknown-target", 0, 24, 7,
     "events.e.effects: 'legs.lin.capacity' is not a quantity of the scenario: there is no 'lin' in legs; did you mean "
     "'line'?"},
    {"effect-unknown-target", 1, 25, 7,
     "events.e.effects: 'leg.line.capacity' is not a quantity of the scenario: there is no 'leg' in it; did you mean "
     "'legs'?"},
    {"effect-unknown-target", 2, 26, 7,
     "events.e.effects: 'legs.line.capacty' is not a quantity of the scenario: there is no 'capacty' in legs.line; did "
     "you mean 'capacity'?"},
    {"effect-unknown-target", 3, 27, 7,
     "events.e.effects: 'legs.line.capacity.box' is not a quantity of the scenario: legs.line.capacity has no parts; "
     "expected that path alone"},
    {"effect-unknown-target", 4, 28, 7,
     "events.e.effects: 'legs.line.cost.bax' is not a quantity of the scenario: there is no 'bax' in legs.line.cost; "
     "did "
     "you mean 'box'?"},
    {"effect-unknown-target", 5, 29, 7,
     "events.e.effects: 'capacity' is not a quantity of the scenario: there is no 'capacity' in it"},
    {"effect-unknown-target", 6, 30, 7,
     "events.e.effects: legs is a map of more than quantities; expected the path of a quantity below legs.line"},
    {"effect-fixed-target", 0, 24, 7,
     "events.e.effects: drivers.oil.sigma cannot be edited: drivers move by themselves; a shock to one is its `shift`; "
     "expected a quantity such as legs.NAME.capacity"},
    {"effect-fixed-target", 1, 25, 7,
     "events.e.effects: drivers.oil.drift cannot be edited: drivers move by themselves; a shock to one is its `shift`; "
     "expected a quantity such as legs.NAME.capacity"},
    {"effect-fixed-target", 2, 26, 7,
     "events.e.effects: flows.f.choice.sensitivity cannot be edited: it is part of how the base year is reproduced; "
     "expected a quantity such as legs.NAME.capacity"},
    {"effect-fixed-target", 3, 27, 7,
     "events.e.effects: commodities.box.value cannot be edited: it is part of how the base year is reproduced; "
     "expected a quantity such as legs.NAME.capacity"},
    {"effect-fixed-target", 4, 28, 7,
     "events.e.effects: events.e.duration cannot be edited: of an event only the `rate` may be edited; expected a "
     "quantity such as legs.NAME.capacity"},
    {"effect-fixed-target", 5, 29, 7,
     "events.e.effects: legs.line.use.box cannot be edited: it is read once for the whole run; expected a quantity "
     "such as legs.NAME.capacity"},
    {"effect-fixed-target", 6, 30, 7,
     "events.e.effects: network.renege cannot be edited: it is read once for the whole run; expected a quantity such "
     "as legs.NAME.capacity"},
    {"effect-of-no-number", 0, 24, 7, "events.e.effects: legs.line is not a number; expected the path of a quantity"},
    {"effect-of-no-number", 1, 25, 7,
     "events.e.effects: legs.line.country is not a number; expected the path of a quantity"},
    {"effect-of-no-number", 2, 26, 7,
     "events.e.effects: flows.f.routes.r.via is not a number; expected the path of a quantity"},
    {"effect-of-no-number", 3, 27, 7, "events.e.effects: time.months is not a number; expected the path of a quantity"},
    {"effect-of-no-number", 4, 28, 7,
     "events.e.effects: flows is a map of more than quantities; expected the path of a quantity below flows.f"},
    {"effect-not-stated", 0, 24, 7,
     "events.e.effects: legs.sea.capacity is not stated in the scenario, so there is nothing to edit; expected it "
     "there too"},
    {"effect-not-stated", 1, 25, 7,
     "events.e.effects: legs.line.draught.loss is not stated in the scenario, so there is nothing to edit; expected it "
     "there too"},
    {"effect-not-stated", 2, 26, 7,
     "events.e.effects: fiscal.import_duty.rate is not stated in the scenario, so there is nothing to edit; expected "
     "it there too"},
    {"effect-not-stated", 3, 27, 7,
     "events.e.effects: flows.f.response.impact is not stated in the scenario, so there is nothing to edit; expected "
     "it there too"},
    {"effect-dimension", 0, 24, 33,
     "events.e.effects.legs.line.capacity.add: 5 TEU is a number of containers; expected a rate such as TEU/yr"},
    {"effect-dimension", 1, 25, 33,
     "events.e.effects.legs.line.cost.box.set: 5 USD/t is a price per mass; expected a price per TEU such as USD/TEU"},
    {"effect-dimension", 2, 26, 29, "events.e.effects.legs.line.time.add: 5 has no unit; expected one such as d"},
    {"effect-dimension", 3, 27, 29, "events.e.effects.legs.line.sd.scale: 2 d is a duration; expected a pure number"},
    {"effect-dimension", 4, 28, 29,
     "events.e.effects.flows.f.tariff.add: 5 USD is an amount of money; expected a pure number"},
    {"effect-of-transit", 0, 18, 7,
     "energy.gas.outlets.t.term: transit takes no field's supply, so it has none; expected `volume`, `via` and `fee`"},
    {"effect-of-a-fixed-price", 0, 18, 7,
     "energy.gas.outlets.o.price.intercept belongs to an indexed price; expected `driver` with it"},
    {"effect-of-a-layer", 0, 9, 52,
     "regimes.s.states.x.regimes.r.transition: regimes are settled before this acts; expected an effect of a policy"},
    {"effect-of-a-layer", 1, 5, 61,
     "events.b.effects.events.a.rate: events are settled together; expected an effect of a policy or a regime"},
    {"effect-of-a-layer", 2, 6, 73,
     "events.c.effects.regimes.r.transition.x->y: regimes are settled before this acts; expected an effect of a "
     "policy"},
    {"effect-dates", 0, 5, 99,
     "events.a.effects.legs.line.capacity.until is 2020-05, not after `from`; expected a later month"},
    {"effect-twice", 0, 10, 7, "the key 'legs.line.capacity' stands twice in this map"},
    {"effect-keys", 0, 5, 45, "events.a.effects is a list; expected a map of keys"},
    {"effect-keys", 1, 6, 67,
     "events.b.effects.legs.line.capacity: 'factor' is not a key that stands here; expected set, add, scale, ramp, "
     "each, "
     "from or until"},
    {"effect-keys", 2, 7, 66, "events.c.effects.legs.line.capacity is '2'; expected a map of keys"},
    {"effect-keys", 3, 8, 74, "events.d.effects.legs.line.capacity.scale can be as low as -1; expected 0 or more"},
    {"effect-keys", 4, 9, 83, "events.f.effects.legs.line.capacity.ramp is 0 mo; expected more than 0 mo"},
    {"effect-keys", 5, 10, 83,
     "events.g.effects.legs.line.capacity.from is '2020-13'; expected a year such as 2020 or a month such as 2020-01"},
    {"event-season", 0, 4, 35, "events.a.months names month 1 twice; expected each once"},
    {"event-season", 1, 5, 41, "events.b.season stands beside `months`; expected one of the two"},
    {"event-season", 2, 6, 46,
     "events.c.duration stands beside `months` without a rate, which say how long events.c is there"},
    {"event-season", 3, 7, 6, "events.d has both a rate and a start; expected one of them"},
    {"event-season", 4, 8, 6, "events.e has neither a rate nor a start; expected one of `rate`, `start` and `months`"},
    {"event-season", 5, 9, 6, "events.f lacks the key 'duration': How long it lasts"},
    {"event-rate", 0, 4, 13, "events.g.rate is 49 /yr; expected from 0 to 48 /yr"},
    {"event-season", 6, 10, 29,
     "events.h.season raises the rate of a month to 55.3846 /yr; expected at most 48 /yr: what happens more often is a "
     "lower capacity"},
    {"event-season", 7, 11, 31, "events.i.season belongs to a `rate`, but events.i has none; expected no season"},
    {"event-follows", 0, 5, 28,
     "events.a.driver: driver sea may cross zero, so a rate cannot follow its ratio; expected a price or a volume"},
    {"event-follows", 1, 6, 31, "events.b.driver belongs to a `rate`, but events.b has none; expected no driver"},
    {"event-during", 0, 4, 28,
     "events.a.during is b, which itself starts only during another; expected an event that does not"},
    {"each", 0, 5, 78,
     "policies.p.effects.legs.a.capacity.each: policy p does not happen again and again; expected `each` of an event "
     "only"},
    {"each", 1, 8, 82,
     "events.e.effects.legs.a.capacity.each: the value of the effect is not a distribution; expected one, to be drawn "
     "each time"},
    {"regime-arrow", 0, 7, 18,
     "regimes.r.transition: 'calm-tense' is not a transition; expected two names joined by ->, such as "
     "normal->strained"},
    {"regime-arrow", 1, 7, 37,
     "regimes.r.transition: 'calm->' is not a transition; expected two names joined by ->, such as normal->strained"},
    {"regime-arrow", 2, 7, 52,
     "regimes.r.transition: 'Calm->tense' is not a transition; expected two names joined by ->, such as "
     "normal->strained"},
    {"regime-arrow", 3, 7, 85, "regimes.r.transition.calm->tense: 1 has no unit; expected one such as /yr"},
    {"regime-arrow", 4, 7, 101, "regimes.r.transition.tense->calm is 1000 /yr; expected from 0 to 100 /yr"},
    {"regime-arrow", 5, 8, 13,
     "regimes.r.force: 'march' is not a date; expected a year such as 2025 or a month such as 2025-07"},
    {"policy-dates", 0, 5, 6, "policies.a does not say when it starts; expected `start`, `when` or `bundle`"},
    {"policy-dates", 1, 6, 28, "policies.b.end is 2020-03, but it starts in 2020-03; expected a later month"},
    {"policy-dates", 2, 7, 27,
     "policies.c.start stands in a bundle, which only lists policies; expected it in one of them"},
    {"policy-unknown", 0, 4, 19, "policies.plan.bundle.1: there is no 'x' in `policies`; expected plan or y"},
    {"policy-unknown", 1, 6, 9,
     "adopt.1: there is no 'plam' in `policies`; expected one of its names; did you mean 'plan'?"},
    {"policy-unknown", 2, 5, 33,
     "policies.y.effects: policies.plan.cost cannot be edited: what a policy does is not edited by another; expected a "
     "quantity such as legs.NAME.capacity"},
    {"effect-operations", 0, 9, 27,
     "events.e.effects.legs.line.capacity has more than one of `set`, `add` and `scale`; expected one of them"},
    {"effect-operations", 1, 10, 23,
     "events.e.effects.legs.line.time has none of `set`, `add` and `scale`; expected one of them"},
    {"effect-operations", 2, 11, 21,
     "events.e.effects.legs.line.sd has none of `set`, `add` and `scale`; expected one of them"},
    {"effect-on-a-map", 0, 20, 68,
     "events.a.effects.legs.line.cost.set: legs.line.cost is a map; expected `scale` or `add`, or the path of one of "
     "its entries"},
    {"effect-on-a-map", 1, 21, 68,
     "events.b.effects.legs.line.cost.add: the entries of legs.line.cost are in different units; expected `scale`, or "
     "one of them"},
    {"effect-on-a-map", 2, 22, 68,
     "events.c.effects.legs.line.cost.add: the entries of legs.line.cost are in different units; expected `scale`, or "
     "one of them"},
    {"effect-on-a-map", 3, 23, 46,
     "events.d.effects: legs.line.use cannot be edited: it is read once for the whole run; expected a quantity such as "
     "legs.NAME.capacity"},
    {"effect-on-a-map", 4, 24, 46,
     "events.e.effects: legs.sea.fee has no entries, so there is nothing to edit; expected some"},
    {"effect-out-of-range", 0, 18, 33, "events.e.effects.energy.gas.royalty.set is 120 %; expected from 0 to 1"},
    {"effect-out-of-range", 1, 19, 45,
     "events.e.effects.energy.gas.fields.a.home_share.set can be as high as 1.5; expected from 0 to 1"},
    {"effect-out-of-range", 2, 20, 39,
     "events.e.effects.energy.gas.fields.a.rate.set can be as low as -1 kcm/yr; expected 0 kcm/yr or more"},
    {"regime-states", 0, 5, 12,
     "regimes.r.start: there is no state 'calmm'; expected one of `states`; did you mean 'calm'?"},
    {"regime-states", 1, 7, 30,
     "regimes.r.transition.calm->tens: there is no state 'tens'; expected one of `states`; did you mean 'tense'?"},
    {"regime-states", 2, 7, 50,
     "regimes.r.transition.clam->tense: there is no state 'clam'; expected one of `states`; did you mean 'calm'?"},
    {"regime-states", 3, 7, 69, "regimes.r.transition.calm->calm leads from a state to itself; expected two states"},
    {"regime-states", 4, 8, 22,
     "regimes.r.force.2020-03: there is no state 'tens'; expected one of `states`; did you mean 'tense'?"},
    {"regime-states", 5, 8, 37, "regimes.r.force.2019-12 lies before the run; expected `start` to say what holds then"},
    {"regime-states", 6, 8, 64, "regimes.r.force.2021-01 is the same month as 2021; expected each month once"},
    {"regime-states", 7, 9, 25, "regimes.s.states has 0 states; expected 1 to 6"},
    {"regime-states", 8, 10, 25, "regimes.t.states has 7 states; expected 1 to 6"},
    {"edited-tariff", 0, 10, 33,
     "flows.in.tariff is edited, but flows.in pays fiscal.import_duty.rate; expected an effect on that, or a `tariff` "
     "of the flow's own"},
};

/* Reads and prepares a file as the program does. */
static struct fault *try_file(struct support *support, const char *path)
{
    *support = (struct support){0};
    const struct reader_request request = {.file = path, .keys = keys_root()};
    TRY(scenario_read(&request, &support->scenario));
    support->plan = (struct plan){.root = support->scenario->root,
                                  .store = support->scenario->store,
                                  .units = support->scenario->units,
                                  .outcomes = &support->outcomes};
    return world_prepare(&support->plan, &support->world);
}

static void fixture_path(const char *name, char path[512])
{
    snprintf(path, 512, "%s/bad-input/%s.yaml", ZHOL_FIXTURES, name);
}

static const struct fault *nth_fault(const struct fault *fault, size_t n)
{
    for (; n > 0 && fault != NULL; n--) fault = fault->next;
    return fault;
}

START_TEST(a_wrong_file_is_refused_at_its_place)
{
    const struct wrong *wrong = &wrongs[_i];
    struct support support;
    char path[512];
    fixture_path(wrong->file, path);
    struct fault *faults = try_file(&support, path);
    const struct fault *fault = nth_fault(faults, wrong->nth);
    ck_assert_msg(fault != NULL, "%s: accepted", wrong->file);
    ck_assert_int_eq(fault->code, FAULT_SCENARIO);
    ck_assert_msg(strncmp(fault->sentence, wrong->sentence, strlen(wrong->sentence)) == 0, "%s: %s", wrong->file,
                  fault->sentence);
    ck_assert_int_eq(fault->place.line, wrong->line);
    ck_assert_int_eq(fault->place.column, wrong->column);
    ck_assert_ptr_nonnull(fault->place.source);
    fault_free(faults);
    support_close(&support);
}
END_TEST

/* Errors of --set are placed at the option. */
START_TEST(a_wrong_set_is_refused_at_its_place)
{
    static const struct {
        const char *set;
        int column;
        const char *sentence;
    } sets[] = {
        {"drivers.oil.start=80", 19, "drivers.oil.start: 80 has no unit; expected one such as USD/bbl, which it had"},
        {"drivers.oil.sigma=", 19,
         "--set drivers.oil.sigma= has no value; expected PATH=VALUE, or PATH=null to delete"},
        {"drivers.oil={}", 13, "--set drivers.oil={} changes nothing, because maps merge key by key"},
        {"drivers.oil.sigmma=0.3", 13, "drivers.oil: 'sigmma' is not a key of the model gbm; did you mean 'sigma'?"},
        {"drivers.gas=null", 9, "'gas: null' deletes a key, but there is nothing to delete; expected a value"},
        {"drivers.oil.sigma=-1", 19, "drivers.oil.sigma is -1; expected from 0 to 5"},
        {"drivers.oil.sigma=[1", 21, "this is not YAML: did not find expected ',' or ']'"},
    };
    char path[512];
    fixture_path("overlay-parent", path);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct scenario *scenario = NULL;
        const struct reader_request request = {.file = path, .set = &sets[i].set, .sets = 1, .keys = keys_root()};
        struct fault *fault = scenario_read(&request, &scenario);
        ck_assert_msg(fault != NULL, "%s: accepted", sets[i].set);
        ck_assert_msg(strncmp(fault->sentence, sets[i].sentence, strlen(sets[i].sentence)) == 0, "%s: %s", sets[i].set,
                      fault->sentence);
        ck_assert_str_eq(fault->place.source->name, "--set");
        ck_assert_int_eq(fault->place.line, 1);
        ck_assert_int_eq(fault->place.column, sets[i].column);
        ck_assert_ptr_null(fault->next);
        fault_free(fault);
        scenario_free(scenario);
    }
}
END_TEST

/* What a fault says is all of it: a file has as many faults as the table lists. */
START_TEST(a_wrong_file_has_no_further_faults)
{
    const struct wrong *wrong = &wrongs[_i];
    struct support support;
    char path[512];
    size_t listed = 0;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) listed += strcmp(wrongs[i].file, wrong->file) == 0;
    fixture_path(wrong->file, path);
    struct fault *faults = try_file(&support, path);
    ck_assert_uint_eq(fault_count(faults), listed);
    fault_free(faults);
    support_close(&support);
}
END_TEST

static void assert_refused(const char *path, const char *sentence)
{
    struct support support;
    struct fault *fault = try_file(&support, path);
    ck_assert_msg(fault != NULL, "%s: accepted", path);
    ck_assert_int_eq(fault->code, FAULT_SCENARIO);
    ck_assert_msg(strstr(fault->sentence, sentence) != NULL, "%s", fault->sentence);
    fault_free(fault);
    support_close(&support);
}

/* Writes `count` times `text` between `head` and `tail` into a new file. */
static void write_repeated(char path[64], const char *head, const char *text, size_t count, const char *tail)
{
    strcpy(path, "/tmp/zhol-test-XXXXXX");
    const int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    FILE *file = fdopen(descriptor, "w");
    ck_assert_ptr_nonnull(file);
    fputs(head, file);
    for (size_t i = 0; i < count; i++) fputs(text, file);
    fputs(tail, file);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(files_that_cannot_be_read_are_refused)
{
    char path[64];
    assert_refused("/tmp", "/tmp is a folder; expected a scenario file");
    assert_refused("/tmp/zhol-no-such-file.yaml",
                   "there is no scenario file /tmp/zhol-no-such-file.yaml; expected a path such as");
    write_repeated(path, "scenario: x\n", "", 0, "");
    ck_assert_int_eq(chmod(path, 0), 0);
    if (access(path, R_OK) != 0) assert_refused(path, "cannot be read: Permission denied"); /* root reads everything */
    unlink(path);
}
END_TEST

START_TEST(five_megabytes_are_too_long)
{
    char path[64];
    write_repeated(path, "scenario: x\n", "# 10 bytes\n", 500000, "");
    assert_refused(path, "is longer than 4 MiB; expected a scenario file");
    unlink(path);
}
END_TEST

START_TEST(nesting_of_5000_is_refused_in_either_style)
{
    char path[64];
    write_repeated(path, "scenario: ", "[", 5000, "\n");
    assert_refused(path, "maps and lists are nested more than 64 deep");
    unlink(path);
    write_repeated(path, "scenario: ", "{a: ", 5000, "\n");
    assert_refused(path, "maps and lists are nested more than 64 deep");
    unlink(path);
    write_repeated(path, "", "- ", 5000, "x\n");
    assert_refused(path, "maps and lists are nested more than 64 deep");
    unlink(path);
}
END_TEST

START_TEST(a_hundred_thousand_keys_are_read_in_time)
{
    char path[64];
    write_repeated(path, "scenario: x\nvalues: [", "1,", 250000, "]\n");
    assert_refused(path, "there are more than 200000 values; expected a smaller scenario");
    unlink(path);
    strcpy(path, "/tmp/zhol-test-XXXXXX");
    FILE *file = fdopen(mkstemp(path), "w");
    for (int i = 0; i < 90000; i++) fprintf(file, "k%d: 1\n", i);
    fclose(file);
    assert_refused(path, "the scenario: 'k0' is not a key that stands here");
    unlink(path);
}
END_TEST

START_TEST(a_circle_of_parents_is_named)
{
    struct support support;
    char path[512];
    fixture_path("cycle-a", path);
    struct fault *fault = try_file(&support, path);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "the scenarios extend one another in a circle: "));
    ck_assert_ptr_nonnull(strstr(fault->sentence, "cycle-a.yaml extends "));
    ck_assert_ptr_nonnull(strstr(fault->sentence, "cycle-b.yaml extends "));
    ck_assert_ptr_nonnull(strstr(fault->place.source->name, "cycle-b.yaml"));
    ck_assert_int_eq(fault->place.line, 1);
    fault_free(fault);
    support_close(&support);
}
END_TEST

START_TEST(a_note_points_at_the_first_of_two_keys)
{
    struct support support;
    char path[512];
    fixture_path("duplicate-key", path);
    struct fault *fault = try_file(&support, path);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(fault->note);
    ck_assert_int_eq(fault->note->place.line, 6);
    ck_assert_str_eq(fault->note->sentence, "the first one is here");
    fault_free(fault);
    support_close(&support);
}
END_TEST

START_TEST(a_note_points_at_the_value_that_was_replaced)
{
    struct support support;
    char path[512];
    fixture_path("overlay", path);
    struct fault *fault = try_file(&support, path);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(fault->note);
    ck_assert_ptr_nonnull(strstr(fault->note->place.source->name, "overlay-parent.yaml"));
    ck_assert_int_eq(fault->note->place.line, 4);
    ck_assert_int_eq(fault->note->place.column, 62);
    fault_free(fault);
    support_close(&support);
}
END_TEST

START_TEST(a_note_points_at_the_value_that_states_the_unit)
{
    struct support support;
    char path[512];
    fixture_path("use-of-a-rate", path);
    struct fault *fault = try_file(&support, path);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(fault->note);
    ck_assert_int_eq(fault->note->place.line, 5);
    ck_assert_int_eq(fault->note->place.column, 20); /* 20 /yr, not the TEU of the box */
    ck_assert_str_eq(fault->note->sentence, "its unit follows from this value");
    ck_assert_ptr_null(fault->note->note);
    fault_free(fault);
    support_close(&support);
}
END_TEST

START_TEST(a_note_says_what_a_trigger_may_watch_where_that_is_what_is_wrong)
{
    struct support support;
    char path[512];
    fixture_path("trigger-index", path);
    struct fault *fault = try_file(&support, path);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(fault->note);
    ck_assert_int_eq(fault->note->place.line, 9);
    ck_assert_int_eq(fault->note->place.column, 16);
    ck_assert_str_eq(
        fault->note->sentence,
        "a trigger reads this month's drivers and last month's value of any outcome that has one each month");
    fault_free(fault);
    support_close(&support);
    fixture_path("trigger-level", path);
    fault = try_file(&support, path);
    for (const struct fault *f = fault; f != NULL; f = f->next) ck_assert_ptr_null(f->note);
    fault_free(fault);
    support_close(&support);
}
END_TEST

START_TEST(all_faults_of_a_file_come_at_once_up_to_a_few_more_than_are_shown)
{
    struct support support;
    char path[512];
    fixture_path("many-faults", path);
    struct fault *fault = try_file(&support, path);
    ck_assert_uint_gt(fault_count(fault), FAULT_SHOWN_MOST);
    ck_assert_uint_le(fault_count(fault), FAULT_SHOWN_MOST + 5);
    fault_free(fault);
    support_close(&support);
}
END_TEST

/* An outlet whose boolean `first` is written so. */
#define OUTLET(first)                                                                                                  \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 12}\nenergy:\n  gas:\n    unit: kcm\n"                 \
    "    fields:\n      a: {rate: 12 kcm/yr, cost: 1 USD/kcm, home_share: 0 %}\n"                                      \
    "    outlets:\n      o: {from: a, price: 50 USD/kcm, demand: 5 kcm/yr, first: " first "}\n"

static void assert_boolean(const char *yaml, bool expected)
{
    struct support support;
    support_open(&support, yaml, 1);
    ck_assert(setting_at(support.plan.root, "energy.gas.outlets.o.first")->truth == expected);
    support_close(&support);
}

static void assert_no_boolean(const char *yaml, const char *found)
{
    struct support support;
    char sentence[160];
    struct fault *fault = support_try(&support, yaml, 1);
    snprintf(sentence, sizeof sentence, "energy.gas.outlets.o.first is %s; expected true or false", found);
    ck_assert_ptr_nonnull(fault);
    ck_assert_str_eq(fault->sentence, sentence);
    fault_free(fault);
    support_close(&support);
}

START_TEST(a_boolean_is_true_or_false)
{
    assert_boolean(OUTLET("true"), true);
    assert_boolean(OUTLET("false"), false);
    assert_boolean(OUTLET("'true'"), true);
    assert_no_boolean(OUTLET("yes"), "'yes'");
    assert_no_boolean(OUTLET("1"), "'1'");
    assert_no_boolean(OUTLET("[true]"), "a list");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bad input");
    TCase *facts = tcase_create("facts");
    gsl_set_error_handler_off();
    tcase_add_loop_test(facts, a_wrong_file_is_refused_at_its_place, 0, (int)(sizeof wrongs / sizeof *wrongs));
    tcase_add_loop_test(facts, a_wrong_file_has_no_further_faults, 0, (int)(sizeof wrongs / sizeof *wrongs));
    tcase_add_test(facts, a_wrong_set_is_refused_at_its_place);
    tcase_add_test(facts, files_that_cannot_be_read_are_refused);
    tcase_add_test(facts, five_megabytes_are_too_long);
    tcase_add_test(facts, nesting_of_5000_is_refused_in_either_style);
    tcase_add_test(facts, a_hundred_thousand_keys_are_read_in_time);
    tcase_add_test(facts, a_circle_of_parents_is_named);
    tcase_add_test(facts, a_note_points_at_the_first_of_two_keys);
    tcase_add_test(facts, a_note_points_at_the_value_that_was_replaced);
    tcase_add_test(facts, a_note_points_at_the_value_that_states_the_unit);
    tcase_add_test(facts, a_note_says_what_a_trigger_may_watch_where_that_is_what_is_wrong);
    tcase_add_test(facts, all_faults_of_a_file_come_at_once_up_to_a_few_more_than_are_shown);
    tcase_add_test(facts, a_boolean_is_true_or_false);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
