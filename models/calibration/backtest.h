/* models/calibration/backtest.h -- what a fitted process would have forecast: at one origin after another it is fitted to
 * the figures up to there, and forecasts the figure so many periods ahead; beside it a driftless walk that knows the same
 * figures (sim/statistics/naive.h).
 *
 * Scores are in the unit of the figures. Forecasts of origins that follow one another overlap, so that what is known of
 * their means goes by hac.h; of shares by as many independent forecasts as say as much.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BACKTEST_H
#define ZHOL_BACKTEST_H

#include "models/calibration/calibration.h"
#include "sim/statistics/hac.h"

enum { BACKTEST_BINS = 10, BACKTEST_LEAST = 24 };

struct backtest_request {
    const struct process *process;
    struct calibration_settings settings;
    size_t ahead;  /* periods, from 1 */
    size_t first;  /* the last figure that is known at the first origin, as an index */
    size_t window; /* so many figures, the last ones, are known at an origin; 0: all before */
    size_t refit;  /* periods after which it is fitted again, from 1 */
};

/* A forecast: of the process ([0]) and of the walk ([1]). */
enum { BACKTEST_PROCESS, BACKTEST_WALK, BACKTEST_FORECASTS };
struct backtest_forecast {
    double median, low, high; /* low and high: 5 and 95 % */
    double place;             /* the quantile on which the figure fell */
    double in_50, in_90;      /* 1 or 0 */
    double crps;
};
struct backtest_origin {
    size_t at; /* the last figure that is known; the forecast is of at + ahead */
    double happened;
    struct backtest_forecast forecast[BACKTEST_FORECASTS];
};

struct backtest_summary {
    struct hac_estimate crps;
    struct hac_share in_50, in_90;
    double mean_place;
    size_t held[BACKTEST_BINS]; /* places, by tenths */
};

struct backtest {
    size_t count; /* of forecasts */
    struct backtest_origin *origin;
    size_t fits;    /* how often the process was fitted */
    size_t refused; /* origins at which the process could not be fitted: neither forecast is scored there */
    char *refusal;  /* why, at the first of them; NULL: none */
    size_t lacking; /* origins without a figure, there or where the forecast is of */
    struct backtest_summary summary[BACKTEST_FORECASTS];
    struct hac_estimate skill;  /* 1 - mean CRPS of the process over that of the walk; its error by the delta method */
    size_t apart;               /* forecasts that do not overlap: count / ahead, at least 1 */
    double band_low, band_high; /* how many of the places a tenth holds in 95 of 100 cases, if all were even: of `apart`
                                   independent ones, as shares */
};

/* Rolls the origin from `first` on to the end. FAULT_SCENARIO where that leaves no forecast. Free in any case. */
MUST_CHECK struct fault *backtest_run(const struct backtest_request *request, const struct calibration_series *series,
                                      struct backtest *backtest);
void backtest_free(struct backtest *backtest);

#endif
