/* tests/bench/bench.c -- see bench.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench.h"
#include "models/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void bench_must(struct fault *fault)
{
    if (fault == NULL) return;
    fprintf(stderr, "%s: line %d: %s\n", program_invocation_short_name, fault->place.line, fault->sentence);
    exit(EXIT_FAILURE);
}

double bench_seconds(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) bench_must(fault_raise(FAULT_MACHINE, "there is no such clock"));
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void bench_sort(size_t count, double x[])
{
    qsort(x, count, sizeof *x, ascending);
}

void bench_open(struct bench_scenario *opened, const char *file, size_t sets, const char *const set[], uint64_t seed)
{
    const struct reader_request request = {.file = file, .keys = keys_root(), .set = set, .sets = sets};
    *opened = (struct bench_scenario){0};
    bench_must(scenario_read(&request, &opened->scenario));
    opened->plan = (struct plan){.root = opened->scenario->root,
                                 .store = opened->scenario->store,
                                 .units = opened->scenario->units,
                                 .seed = seed,
                                 .outcomes = &opened->outcomes};
    bench_must(world_prepare(&opened->plan, &opened->world));
}

void bench_open_calm(struct bench_scenario *opened, const char *file, uint64_t seed)
{
    static const char *const parts[] = {"events", "regimes", "adopt"};
    static const char *const without[] = {"events=null", "regimes=null", "adopt=[]"};
    const char *set[3];
    size_t sets = 0;
    bench_open(opened, file, 0, NULL, seed);
    for (size_t i = 0; i < 3; i++)
        if (setting_find(opened->plan.root, parts[i]) != NULL) set[sets++] = without[i];
    bench_close(opened);
    bench_open(opened, file, sets, set, seed);
}

void bench_close(struct bench_scenario *opened)
{
    fault_free(opened->plan.warnings);
    world_free(opened->world);
    outcomes_free(&opened->outcomes);
    scenario_free(opened->scenario);
}
