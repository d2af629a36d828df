/* examples/seeds.c -- how much of an answer hangs on the seed: the mean of an outcome over the whole horizon, seed by
 * seed, with the standard error that each run states.
 *
 *     seeds SCENARIO OUTCOME REPLICATIONS
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <zhol.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Opens and simulates the scenario, and prints a row. */
static struct zhol_fault *row(const char *scenario, const char *outcome, const struct zhol_settings *settings)
{
    struct zhol_plan *plan = NULL;
    struct zhol_result *result = NULL;
    double mean = 0.0, error = 0.0;
    struct zhol_fault *fault = zhol_open(scenario, settings, &plan);
    if (fault == NULL) fault = zhol_simulate(plan, NULL, NULL, &result);
    if (fault == NULL) fault = zhol_statistic(result, outcome, ZHOL_HORIZON, "mean", 0.0, &mean);
    if (fault == NULL) fault = zhol_statistic(result, outcome, ZHOL_HORIZON, "standard_error", 0.0, &error);
    if (fault == NULL && *zhol_warnings(result) != '\0') fprintf(stderr, "%s\n", zhol_warnings(result));
    if (fault == NULL) printf("%" PRIu64 ",%.17g,%.17g\n", zhol_seed(result), mean, error);
    zhol_result_free(result);
    zhol_plan_free(plan);
    return fault;
}

int main(int argc, char **argv)
{
    struct zhol_settings *settings = NULL;
    if (argc != 4) {
        fputs("Usage: seeds SCENARIO OUTCOME REPLICATIONS\n", stderr);
        return ZHOL_USAGE;
    }
    struct zhol_fault *fault = zhol_settings_new(&settings);
    if (fault == NULL) fault = zhol_settings_replications(settings, strtoull(argv[3], NULL, 10));
    puts("seed,mean,standard_error");
    for (uint64_t seed = 1; seed <= 5 && fault == NULL; seed++) {
        fault = zhol_settings_seed(settings, seed);
        if (fault == NULL) fault = row(argv[1], argv[2], settings);
    }
    const int status = fault == NULL ? EXIT_SUCCESS : (int)zhol_fault_status(fault);
    if (fault != NULL) fprintf(stderr, "%s\n", zhol_fault_text(fault));
    zhol_fault_free(fault);
    zhol_settings_free(settings);
    return status;
}
