/* sim/cli/guard.c -- see guard.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/guard.h"
#include "output/comparison/comparison.h"
#include "output/hdf5/integrity.h"
#include "output/result/stored.h"
#include "sim/cli/sandbox.h"

static struct fault *run(struct fault *(*check)(const char *path), const char *path)
{
    const struct sandbox_limits limits = sandbox_limits_of(path);
    return sandbox_run(check, path, &limits);
}

/* And what will be read of it, so that it is refused, or crashes, here. */
static struct fault *check_result_and_read(const char *path, bool sealed)
{
    struct result outline;
    struct stored *stored = NULL;
    TRY(result_check(path, sealed));
    struct fault *fault = result_read_outline(path, &outline);
    result_free(&outline);
    if (fault != NULL) return fault;
    fault = stored_open(path, &stored);
    return stored_close(stored, fault);
}

static struct fault *check_result(const char *path)
{
    return check_result_and_read(path, true);
}

static struct fault *check_unsealed_result(const char *path)
{
    return check_result_and_read(path, false);
}

static struct fault *check_comparison(const char *path)
{
    return comparison_check(path, true);
}

static struct fault *check_unsealed_comparison(const char *path)
{
    return comparison_check(path, false);
}

static struct fault *check_whole(const char *path)
{
    TRY(check_result_and_read(path, true));
    return integrity_check(path);
}

struct fault *guard_result(const char *path, bool unsealed)
{
    return run(unsealed ? check_unsealed_result : check_result, path);
}

struct fault *guard_comparison(const char *path, bool unsealed)
{
    return run(unsealed ? check_unsealed_comparison : check_comparison, path);
}

struct fault *guard_whole(const char *path)
{
    return run(check_whole, path);
}
