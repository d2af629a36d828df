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
    const char *name;
    int (*run)(int argc, char **argv);
    const char *meaning;
} commands[] = {
    {"run", command_run, "simulate; one result file per scenario, all on the same seed"},
    {"batch", command_batch, "simulate worlds x policies and compare them; one result file per cell"},
    {"check", command_check, "read, validate and print the plan; simulates nothing but a pilot block"},
    {"explain", command_explain, "the merged scenario, each value with file:line and what it replaced"},
    {"show", command_show, "tables of a result in the terminal"},
    {"compare", command_compare, "what results differ in from a base, future by future"},
    {"diff", command_diff, "changed values of two runs, and the outcomes that moved beyond simulation error"},
    {"score", command_score, "forecasts beside what happened: coverage, CRPS, against naive ones"},
    {"sensitivity", command_sensitivity, "which inputs decide an outcome, or the difference of two results"},
    {"replay", command_replay, "one replication in full, or what the worst ones have in common"},
    {"verify", command_verify, "simulate parts of a result again and compare every bit of them"},
    {"merge", command_merge, "the shards of a run as one result, the same bytes as in one go"},
    {"status", command_status, "what there is of runs: done, left, damaged, and the command that goes on"},
    {"calibrate", command_calibrate, "fit processes to series of figures: drivers to extend"},
    {"backtest", command_backtest, "what a calibrated driver would have forecast, beside a driftless walk"},
    {"slurm", command_slurm, "job scripts for a cluster: an array of parts, MPI, or the cells of a batch"},
    {"reference", command_reference, "every key of the scenario format, as a page or as a JSON schema"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void usage(FILE *to)
{
    fputs("Usage: zhol COMMAND [OPTION...] ...\n\n"
          "Monte Carlo simulator of trade corridors and energy exports.\n\n",
          to);
    for (size_t i = 0; i < COMMANDS; i++) fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].meaning);
    fputs("\n`zhol COMMAND --help` says more. Example:\n\n  zhol run scenarios/kazakhstan-2019.yaml\n", to);
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
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
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
