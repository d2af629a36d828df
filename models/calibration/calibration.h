/* models/calibration/calibration.h -- a process fitted to figures, and what it forecasts (models/README.md,
 * Calibration).
 *
 * The likelihood is exact (kalman.h); speeds are corrected for what few figures do to them (small_sample.h), and what
 * hangs on a speed is estimated at the corrected one. The covariance is the observed information for beta and sigma at
 * given phi, widened by how their estimates move with phi; parameters of drivers have theirs by the delta method.
 * Pure numbers: no files, no printing.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CALIBRATION_H
#define ZHOL_CALIBRATION_H

#include "models/calibration/diagnostics.h"
#include "models/calibration/estimate.h"
#include "models/calibration/small_sample.h"

/* Figures as published, in equal periods one after another. */
struct calibration_series {
    size_t count;
    const double *value; /* [count], in the driver's unit; NaN: lacking. The first and the last are there. */
    int months;          /* length of a period: 1, 3, 12 */
    bool means;          /* each is the mean over its period (prices, flows by the year), else the value at its end */
};

struct calibration_settings {
    struct process_given given;
    uint64_t seed; /* of what is simulated to correct speeds */
    bool plain;    /* maximum likelihood alone: speeds are not corrected, which takes most of the time */
};

/* A parameter of the driver. */
struct calibration_estimate {
    double value;
    double se;        /* standard error, in the unit of the value */
    double low, high; /* 95 %: normal on the scale of the parameter (process.h); of a speed by small_sample.h */
};

struct calibration_fit {
    const struct process *process;
    struct calibration_settings settings;
    struct estimate maximum;               /* maximum likelihood */
    double phi[PROCESS_PHIS], beta, sigma; /* corrected: what forecasts use */
    size_t figures;                        /* that are there */
    double aic, bic; /* of the maximum, given the first figure: comparable between processes of the same figures */
    struct small_sample small_sample;
    struct calibration_estimate parameter[PROCESS_PARAMETERS];  /* as process->parameter */
    double correlation[PROCESS_PARAMETERS][PROCESS_PARAMETERS]; /* of their estimates, on their scales */
    double covariance[PROCESS_PHIS + 2][PROCESS_PHIS + 2];      /* of phi, beta, ln sigma */
    double hidden, hidden_se;         /* after the last figure: chi of two-factor, G of growth; else 0 */
    struct calibration_estimate last; /* the value at the end of the last period: where a driver would start */
    struct diagnostic ljung_box, jarque_bera;
    size_t lags; /* of Ljung and Box */
};

/* Fits. FAULT_SCENARIO, with a sentence that says what the figures do not tell: too few of them, one that is not above
 * 0, figures that do not vary, no reversion, two parts that are not seen apart. */
MUST_CHECK struct fault *calibration_fit(const struct process *process, const struct calibration_series *series,
                                         const struct calibration_settings *settings, struct calibration_fit *fit);

/* The probability that a process without reversion shows a speed as great as the figures do; above 0.025 the 95 %
 * interval of the speed holds the slowest one. 0 of processes without a speed. */
double calibration_no_reversion(const struct calibration_fit *fit);

/* The standardised innovations of the fitted process, e[series->count]: what is not explained by the figures before,
 * over its standard deviation. NaN where a figure is lacking, and for the first. */
MUST_CHECK struct fault *calibration_innovations(const struct calibration_fit *fit,
                                                 const struct calibration_series *series, double e[]);

/* The law of a figure: normal, or lognormal (the log is normal). */
struct calibration_law {
    bool log;
    double mean, sd; /* of the value, or of its log */
};

/* The law of the figure `ahead` periods (1 or more) after the last of `series`, at the parameters of the fit; the series
 * may be another than it was fitted to, as when an origin rolls. A log process needs positive figures (FAULT_SCENARIO). */
MUST_CHECK struct fault *calibration_forecast(const struct calibration_fit *fit,
                                              const struct calibration_series *series, size_t ahead,
                                              struct calibration_law *law);

/* Draws from the forecast with the uncertainty of the parameters: each with parameters of its own. draw[count], in
 * the unit of the figures; the same seed gives the same. */
MUST_CHECK struct fault *calibration_draws(const struct calibration_fit *fit, const struct calibration_series *series,
                                           size_t ahead, uint64_t seed, size_t count, double draw[]);

/* The continuous ranked probability score of a law at what happened, in the unit of the figures (Gneiting and Raftery
 * 2007; of the lognormal law: Baran and Lerch 2015). */
double calibration_crps(const struct calibration_law *law, double happened);

#endif
