/* sim/cli/command.h -- the commands of the front door. Each takes its own argc and argv, argv[0] being "zhol COMMAND",
 * and returns the exit status.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_COMMAND_H
#define ZHOL_COMMAND_H

#include "sim/core/fault.h"

#include <argp.h>

int command_run(int argc, char **argv);
int command_batch(int argc, char **argv);
int command_new(int argc, char **argv);
int command_check(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_show(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_rank(int argc, char **argv);
int command_score(int argc, char **argv);
int command_sensitivity(int argc, char **argv);
int command_backtest(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_report(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_calibrate(int argc, char **argv);
int command_slurm(int argc, char **argv);
int command_status(int argc, char **argv);
int command_reference(int argc, char **argv);

/* Reads the words of a command into `input`. A wrong one ends the program with FAULT_USAGE; a fault is that of the
 * machine, which argp itself is silent about. */
MUST_CHECK struct fault *command_parse(const struct argp *parser, int argc, char **argv, void *input);
/* The same in the order of the words, where options are about the file before them. */
MUST_CHECK struct fault *command_parse_in_order(const struct argp *parser, int argc, char **argv, void *input);

/* A fault (FAULT_USAGE) if this is one of several processes that were started at once, as by mpirun: each would do the
 * whole work, into the same file. */
MUST_CHECK struct fault *command_check_alone(void);

/* A fault (FAULT_MACHINE) if something of what was printed is lost. */
MUST_CHECK struct fault *command_flush(void);

/* Prints the faults to stderr as a compiler does, frees them, and returns the exit status of the first. 0 for none. */
int command_end(struct fault *faults);

#endif
