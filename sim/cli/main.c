/* sim/cli/main.c -- zhol: finds the command and hands over.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/command.h"
#include "sim/cli/terminal.h"
#include "sim/core/lanes.h"
#include "sim/core/units.h"
#include "sim/run/crew.h"
#include "sim/run/kernels.h"

#include <errno.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *purpose; /* of this one and those that follow; NULL: as before */
    const char *name;
    int (*run)(int argc, char **argv);
    const char *meaning;
} commands[] = {
    {"Write scenarios", "new", command_new, "a commented scenario to begin with, or one from two tables"},
    {NULL, "check", command_check, "read, validate and print the plan; simulates a pilot block alone"},
    {NULL, "explain", command_explain, "each value with file:line, what it replaced and where it is from"},
    {NULL, "reference", command_reference, "every key of a scenario, as a page or as a JSON schema"},
    {"Simulate", "run", command_run, "one result file per scenario, all on the same seed"},
    {NULL, "batch", command_batch, "worlds x policies, compared and ranked; one result file per cell"},
    {"Look", "show", command_show, "tables of a result in the terminal"},
    {NULL, "replay", command_replay, "replications in full, or what the worst ones have in common"},
    {NULL, "plot", command_plot, "pictures of results as PNG, SVG or PDF: `zhol plot -h` lists them"},
    {"Compare and choose", "compare", command_compare, "what results differ in from a base, future by future"},
    {NULL, "diff", command_diff, "values that changed, and outcomes that moved beyond chance"},
    {NULL, "rank", command_rank, "which policy is the best in each world, by how much, how sure"},
    {NULL, "sensitivity", command_sensitivity, "which inputs decide an outcome, or what results differ by"},
    {"Share", "report", command_report, "a page of HTML to mail: tables, figures, futures to ask"},
    {"Data", "calibrate", command_calibrate, "fit processes to series of figures: drivers to extend"},
    {NULL, "backtest", command_backtest, "what a calibrated driver would have forecast"},
    {NULL, "score", command_score, "forecasts beside what happened: coverage, CRPS, naive ones"},
    {"Go on and prove", "status", command_status, "what is done, left or damaged, and the command that goes on"},
    {NULL, "merge", command_merge, "the shards of a run as one result, the same bytes as in one go"},
    {NULL, "slurm", command_slurm, "job scripts for a cluster: parts, MPI, or the cells of a batch"},
    {NULL, "verify", command_verify, "simulate parts of a result again and compare every bit"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void usage(FILE *to)
{
    fputs("Usage: zhol COMMAND [OPTION...] ...\n\n"
          "Monte Carlo simulator of trade corridors and energy exports.\n",
          to);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i].purpose != NULL) fprintf(to, "\n%s\n", commands[i].purpose);
        fprintf(to, "  %-11s  %s\n", commands[i].name, commands[i].meaning);
    }
    fputs("\n`zhol COMMAND -h` says more. Example: zhol run scenarios/kazakhstan-2019.yaml\n", to);
}

/* "zhol 0.1.0, without MPI; instruction sets: v3, v4 (chosen)" */
static struct fault *print_version(void)
{
    const struct kernels *chosen;
    TRY(kernels_choose(NULL, &chosen));
    printf("zhol " ZHOL_VERSION ", %s; instruction sets:", crew_library());
    for (size_t i = 0; kernels_at(i) != NULL; i++) {
        const struct kernels *each = kernels_at(i);
        const char *remark = each == chosen ? " (chosen)" : kernels_run_here(each) ? "" : " (not on this processor)";
        printf("%s %s%s", i == 0 ? "" : ",", each->name, remark);
    }
    putchar('\n');
    return NULL;
}

int main(int argc, char **argv)
{
    if (!lanes_cpu_suffices()) {
        fputs("zhol: error: this processor has no fused multiply-add (fma, AVX2), which zhol is built for\n", stderr);
        return FAULT_MACHINE;
    }
    terminal_begin();
    gsl_set_error_handler_off();
    (void)signal(SIGXFSZ, SIG_IGN); /* what then cannot be written is told by its writer */
    if (argc < 2) {
        usage(stderr);
        return FAULT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return command_end(command_flush());
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "-v") == 0) {
        struct fault *fault = print_version();
        return command_end(fault == NULL ? command_flush() : fault);
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) != 0) continue;
        char name[32];
        snprintf(name, sizeof name, "zhol %s", commands[i].name);
        argv[1] = name;
        return commands[i].run(argc - 1, argv + 1);
    }
    const char *names[COMMANDS + 1] = {NULL};
    for (size_t i = 0; i < COMMANDS; i++) names[i] = commands[i].name;
    const char *meant = units_nearest(argv[1], names);
    fprintf(stderr, "zhol: error: '%s' is not a command; %s%s%s\n", argv[1],
            meant == NULL ? "expected one of those that " : "did you mean '",
            meant == NULL ? "`zhol --help` lists" : meant, meant == NULL ? "" : "'?");
    return FAULT_USAGE;
}
