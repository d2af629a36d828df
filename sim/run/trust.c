/* sim/run/trust.c -- see trust.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/trust.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_INVALID 1e-4 /* share of the replications */

static struct fault *refuse(const struct result *result, const char *kept_as)
{
    const struct invalid_replication *first = &result->invalid[0];
    return fault_raise(FAULT_UNTRUSTED,
                       "%zu of %" PRIu64 " replications went non-finite, more than 1 in 10,000; the first is %" PRIu64
                       ", in month %d of %s; the result is kept as %s",
                       result->invalids, result->replications, first->replication, first->month + 1,
                       result->cause[first->cause], kept_as);
}

struct fault *trust_write(const struct result *result, const char *path, bool force, int threads)
{
    const bool trusted = (double)result->invalids <= MOST_INVALID * (double)result->replications;
    if (trusted) return result_write(result, path, force, threads);
    char *failed = NULL;
    if (asprintf(&failed, "%s.failed", path) < 0) return fault_no_memory();
    struct fault *fault = result_write(result, failed, true, threads);
    if (fault == NULL) fault = refuse(result, failed);
    free(failed);
    return fault;
}

struct fault *trust_refuse_warnings(const char *path)
{
    return fault_raise(FAULT_UNTRUSTED, "%s was written, but --strict takes its warnings for errors", path);
}
