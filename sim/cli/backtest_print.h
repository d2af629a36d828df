/* sim/cli/backtest_print.h -- a backtest as a table, CSV and JSON.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BACKTEST_PRINT_H
#define ZHOL_BACKTEST_PRINT_H

#include "models/calibration/backtest.h"
#include "sim/cli/calibrate_series.h"

#include <stdio.h>

/* What was asked, of which series, and what came out. */
struct backtest_told {
    const struct calibrate_series *series;
    const struct backtest_request *request;
    const struct backtest *backtest;
};

void backtest_print(const struct backtest_told *told, FILE *to);
/* A row per forecast. */
void backtest_print_csv(const struct backtest_told *told, FILE *to);
void backtest_print_json(const struct backtest_told *told, FILE *to);

#endif
