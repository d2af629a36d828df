/* sim/cli/tell_retention.c -- see tell_retention.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/tell_retention.h"
#include "sim/core/gib.h"
#include "sim/statistics/sketch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

char *tell_retention_quantiles(const struct simulation *simulation, const struct retention *retention)
{
    char *text = NULL, advice[64] = "";
    const uint64_t most = retention_most(simulation);
    if (!retention->sketched) return strdup("exact");
    if (simulation->goals.count > 0 && most >= PRECISION_FIRST * LANES_PER_CHUNK) {
        const int said = asprintf(&text,
                                  "exact up to %" PRIu64 " replications, of which the samples fit in --memory "
                                  "(%.3g GiB), and within %.2g %% beyond",
                                  most, (double)retention->memory / GIB, 100.0 * SKETCH_ERROR);
        return said < 0 ? NULL : text;
    }
    if (most > 0) snprintf(advice, sizeof advice, "; -n %" PRIu64 " would be exact", most);
    const double all = (double)retention_all_bytes(simulation, retention->replications);
    const int length = asprintf(&text,
                                "within %.2g %%, because the samples would take %.3g GiB, more than --memory "
                                "(%.3g GiB)%s",
                                100.0 * SKETCH_ERROR, all / GIB, (double)retention->memory / GIB, advice);
    return length < 0 ? NULL : text;
}

const char *tell_retention_samples(const struct simulation *simulation, const struct retention *retention)
{
    if (!retention->sketched) return "of all outcomes";
    if (retention_rows(simulation, retention) == 0)
        return "none are kept; --save PATTERNS keeps those of what it names";
    return retention->inputs ? "of what was asked for, and inputs"
                             : "of what was asked for; inputs would not fit beside them";
}

struct fault *tell_retention(const struct simulation *simulation, const struct retention *retention, FILE *to)
{
    char *quantiles = tell_retention_quantiles(simulation, retention);
    if (quantiles == NULL) return fault_no_memory();
    fprintf(to, "%s: quantiles: %s\n", simulation_name(simulation), quantiles);
    if (retention->sketched)
        fprintf(to, "%s: samples: %s\n", simulation_name(simulation), tell_retention_samples(simulation, retention));
    free(quantiles);
    return NULL;
}
