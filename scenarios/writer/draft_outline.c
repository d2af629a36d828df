/* scenarios/writer/draft_outline.c -- see draft.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/writer/draft.h"

/* In order: the name, the base year, the first year, and the years in which policy and profile begin and end. */
static const char head[] =
    "# %s: a scenario to begin with, as `zhol new` writes it. It runs as it is; then change one thing at a time.\n"
    "#   zhol check %s.yaml        is it right, and what is its state at the start?\n"
    "#   zhol run %s.yaml          simulates it; zhol show %s.h5 prints what came out\n"
    "# Every number has a unit. `triangular(low mode high) UNIT` in place of a number says that it is not known: each "
    "future\n"
    "# draws its own. Typical values with their sources: guide/typical-values.md; all keys: zhol reference.\n"
    "# All numbers are assumptions: write where yours come from behind each, and `zhol explain %s.yaml --sources` "
    "counts them.\n"
    "scenario: %s\n"
    "title: My first corridors                              # stands above every table\n"
    "time: {base: %d-07, start: %d-01, months: 120}     # base: the middle of the year that all figures below are of\n"
    "run: {replications: 10000, seed: 1, home: home, prices: constant %d USD}   # home: whose fees and gains are "
    "national\n"
    "\n"
    "drivers:                                # what the scenario does not explain, random from month to month\n"
    "  growth:                               # of the economy that trades; 1 in the base year\n"
    "    {model: growth, mean: 3 %%/yr, reversion: 0.7 /yr, sigma: 2 %%/yr}   # mean and spread of yearly growth; "
    "assumption\n"
    "\n";
static const char goods[] =
    "commodities:\n"
    "  goods:\n"
    "    unit: t                                            # what it is counted in: t, TEU, ...\n"
    "    value: 1000 USD/t                                  # at the exporter's border; assumption\n"
    "    time_value: triangular(1 3 7) USD/t/d              # what a day sooner is worth to a shipper; assumption\n"
    "    reliability_ratio: triangular(0.2 0.5 1.2)         # of a day of standard deviation, in days; assumption\n"
    "\n"
    "legs:                                   # whatever has a cost, a time or a capacity: roads, ports and crossings "
    "alike\n"
    "  near-port: {country: abroad, cost: {goods: 20 USD/t}, time: 4 d, sd: 1.5 d}    # sd: how far the time scatters; "
    "assumption\n"
    "  near-road: {country: abroad, cost: {goods: 60 USD/t}, time: 4 d, sd: 1 d}      # assumption\n"
    "  crossing:                             # where more comes than it takes there is a queue, whose days count as "
    "delay\n"
    "    country: home                                      # whose fees these are\n"
    "    capacity: {%d: 2.2 Mt/yr, %d: 2.9 Mt/yr, times: triangular(0.85 1 1.15)}   # linear between its dates; "
    "assumption\n"
    "    use: {goods: 1}                                    # capacity that a tonne takes: 1 by definition\n"
    "    fee: {goods: 2 USD/t}                              # charged above cost; assumption\n"
    "    time: 1 d                                          # without the queue; assumption\n"
    "  far-port: {country: beyond, cost: {goods: 22 USD/t}, time: 5 d, sd: 2 d}       # assumption\n"
    "  far-road: {country: beyond, cost: {goods: 90 USD/t}, time: 6 d, sd: 1.5 d}     # assumption\n"
    "\n"
    "flows:                                  # who wants to move what\n"
    "  imports:\n"
    "    commodity: goods\n"
    "    from: world\n"
    "    to: home\n"
    "    volume: 2 Mt/yr                                    # in the base year; assumption\n"
    "    income: {growth: 1}                                # 1 %% more of the driver is so many %% more cargo; "
    "assumption\n"
    "    response:                                          # of demand to its delivered price: at once, in the end, "
    "how fast\n"
    "      {impact: 0.37, long_run: triangular(1.5 2 5), speed: 0.27 /yr}   # Boehm, Levchenko, Pandalai-Nayar 2023\n"
    "    choice: {sensitivity: triangular(0.02 0.05 0.1) /USD}   # how strongly costs decide between routes; "
    "assumption\n"
    "    routes:                                            # shares of the base year; costs alone change them later\n"
    "      near: {share: 85 %%, via: [near-port, near-road, crossing]}    # assumption\n"
    "      far: {share: 15 %%, via: [far-port, far-road]}                 # assumption\n"
    "\n";
static const char rest[] =
    "events:                                 # what may go wrong, and how often\n"
    "  closure:\n"
    "    rate: 0.3 /yr                                      # once in three years; assumption\n"
    "    duration: lognormal(1 0.6) mo                      # mean and coefficient of variation, anew each time; "
    "assumption\n"
    "    effects: {legs.crossing.capacity: {scale: 0.4}}    # two fifths still pass; assumption\n"
    "\n"
    "policies:                               # what may be chosen, what it costs and changes\n"
    "  wider-crossing:\n"
    "    start: %d-01                                     # assumption\n"
    "    build: 24 mo                                       # as planned; assumption\n"
    "    delay: lognormal(1.3 0.4)                          # times that; assumption\n"
    "    cost: 20 MUSD                                      # as planned; assumption\n"
    "    overrun: road                                      # 20 %% dearer on average (Flyvbjerg, Skamris Holm, Buhl "
    "2003)\n"
    "    effects: {legs.crossing.capacity: {add: 0.6 Mt/yr}}   # assumption\n"
    "adopt: []                               # [wider-crossing] adopts it; so does: zhol run %s.yaml --adopt "
    "wider-crossing\n"
    "\n"
    "outcomes:\n"
    "  thresholds:                           # what is watched: in how many futures it happens\n"
    "    congested: {outcome: legs.crossing.delay, above: 5 d, for: 3 mo}   # assumption\n";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void draft_outline(FILE *to, const struct draft *draft)
{
    const char *name = draft->name;
    const int year = draft->year;
    fprintf(to, head, name, name, name, name, name, name, year, year + 1, year);
    fprintf(to, goods, year, year + 11);
    fprintf(to, rest, year + 2, name);
}
#pragma GCC diagnostic pop
