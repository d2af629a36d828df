/* sim/cli/calibrate_joint.h -- what several series say together: correlations, an elasticity, a driver of several
 * variables. Each is printed as YAML of a scenario.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CALIBRATE_JOINT_H
#define ZHOL_CALIBRATE_JOINT_H

#include "sim/cli/calibrate_series.h"

#include <stdio.h>

/* The correlations of the innovations of fitted drivers, two by two, as `correlation` of drivers. Faults: periods of
 * different lengths, too few in common. */
MUST_CHECK struct fault *calibrate_joint_correlation(FILE *to, size_t count, const struct calibrate_series series[],
                                                     const struct calibration_fit fit[]);

/* The elasticity of the flow to the driver, by changes of logs. Faults: as above, figures that are not positive. */
MUST_CHECK struct fault *calibrate_joint_elasticity(FILE *to, const struct calibrate_series *flow,
                                                    const struct calibrate_series *driver);

/* A `var` of all the series, of levels or of yearly log growth rates, over the months that all have. Faults: as
 * above, periods other than months, gaps. */
MUST_CHECK struct fault *calibrate_joint_var(FILE *to, const char *name, bool growth, size_t count,
                                             const struct calibrate_series series[]);

#endif
