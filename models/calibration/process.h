/* models/calibration/process.h -- the processes that can be fitted, as the drivers of the same names define them
 * (models/drivers, models/README.md), each as a linear process of its log or level.
 *
 * phi are the parameters that the law of figures is not linear in, on scales without bounds (ln kappa, logit of a part);
 * beta is the linear one and sigma the scale (linear_process.h). A driver's own parameters are made of the three.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PROCESS_H
#define ZHOL_PROCESS_H

#include "models/calibration/linear_process.h"

enum { PROCESS_PHIS = 2, PROCESS_PARAMETERS = 4 };

/* What the unit of a parameter is; a growth compounds yearly. */
enum process_unit { PROCESS_PURE, PROCESS_PER_YEAR, PROCESS_GROWTH, PROCESS_LEVEL, PROCESS_LEVEL_PER_YEAR };

/* The scale on which what is not known of a parameter is nearly normal. */
enum process_scale { PROCESS_PLAIN, PROCESS_LOG };

struct process_parameter {
    const char *key; /* of the driver */
    enum process_unit unit;
    enum process_scale scale;
    double min, max; /* what the driver takes */
};

/* What is not estimated but stated. */
struct process_given {
    double rho; /* of two-factor: the correlation of its two shocks, of which prices alone say nothing */
};

struct process {
    const char *name;
    const char *meaning; /* a sentence */
    const char *model;   /* of the driver */
    const char *extra;   /* a further line of the driver, or NULL */
    bool log;            /* the figures are positive, and their logs are linear */
    bool starts;         /* the driver has a `start` */
    size_t least;        /* figures at least */
    size_t phis;
    double phi_min[PROCESS_PHIS], phi_max[PROCESS_PHIS]; /* where they are looked for; phi[0] is ln of a speed, 1/yr */
    size_t parameters;
    struct process_parameter parameter[PROCESS_PARAMETERS];
    void (*form)(const double phi[], const struct process_given *given, struct linear_process *linear);
    void (*values)(const double phi[], double beta, double sigma, double value[]);
};

/* All of them, in the order in which they are shown; NULL beyond the last. */
const struct process *process_at(size_t i);
/* The one of that name; NULL: none. */
const struct process *process_find(const char *name);

#endif
