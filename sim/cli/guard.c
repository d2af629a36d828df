/* sim/cli/guard.c -- see guard.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/guard.h"
#include "output/comparison/comparison.h"
#include "output/hdf5/integrity.h"
#include "output/result/stored.h"
#include "sim/cli/options.h"
#include "sim/cli/sandbox.h"

#include <argp.h>

enum { OPTION_MEMORY = 1024 };

static const struct argp_option list[] = {
    {"memory", OPTION_MEMORY, "SIZE", 0, "Most memory for reading a file (default: 4GiB and 4 times the file)", 20},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    uint64_t *memory = state->input;
    if (key != OPTION_MEMORY) return ARGP_ERR_UNKNOWN;
    if (!options_read_bytes(argument, memory))
        argp_error(state, "--memory is '%s'; expected a size such as 2GiB or 500MB", argument);
    return 0;
}

const struct argp guard_argp = {list, parse, NULL, NULL, NULL, NULL, NULL};

static struct fault *run(struct fault *(*check)(const char *path), const char *path, uint64_t memory)
{
    const struct sandbox_limits limits = sandbox_limits_of(path, memory);
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

static struct fault *check_head(const char *path)
{
    bool ours = false;
    struct result result;
    struct fault *fault = result_read_head(path, &ours, &result);
    result_free(&result);
    if (fault == NULL || ours || fault->code == FAULT_MACHINE) return fault;
    struct fault *other = fault_raise(FAULT_USAGE, "%s", fault->sentence);
    fault_free(fault);
    return other;
}

static struct fault *check_whole(const char *path)
{
    TRY(check_result_and_read(path, true));
    return integrity_check(path);
}

struct fault *guard_result(const char *path, bool unsealed, uint64_t memory)
{
    return run(unsealed ? check_unsealed_result : check_result, path, memory);
}

struct fault *guard_comparison(const char *path, bool unsealed, uint64_t memory)
{
    return run(unsealed ? check_unsealed_comparison : check_comparison, path, memory);
}

struct fault *guard_head(const char *path, uint64_t memory)
{
    return run(check_head, path, memory);
}

struct fault *guard_whole(const char *path, uint64_t memory)
{
    return run(check_whole, path, memory);
}
