/* sim/cli/guard.c -- see guard.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/guard.h"
#include "output/comparison/comparison.h"
#include "output/hdf5/integrity.h"
#include "output/result/result.h"
#include "sim/cli/sandbox.h"

static struct fault *run(struct fault *(*check)(const char *path), const char *path)
{
    const struct sandbox_limits limits = sandbox_limits_of(path);
    return sandbox_run(check, path, &limits);
}

static struct fault *check_result(const char *path)
{
    return result_check(path, true);
}

static struct fault *check_unsealed_result(const char *path)
{
    return result_check(path, false);
}

static struct fault *check_comparison(const char *path)
{
    return comparison_check(path, true);
}

static struct fault *check_unsealed_comparison(const char *path)
{
    return comparison_check(path, false);
}

/* What is read of it later, too, so that a crash is the child's. */
static struct fault *check_whole(const char *path)
{
    struct result head;
    TRY(result_check(path, true));
    struct fault *fault = result_read_outline(path, &head);
    result_free(&head);
    return fault != NULL ? fault : integrity_check(path);
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
