/* tests/inject/failing.h -- preloaded into zhol: lets its k-th call of a kind fail, or kills it there, and counts them.
 *
 * FAIL_WHAT is the kind: memory, calls (that open, change or close a file, or make a pipe or process), reads, or opens.
 * FAIL_AT=k names the first that fails and FAIL_FOR how many do (1; 0: all from there on). FAIL_WITH is EIO, ESTALE, ENOSPC, EMFILE,
 * or KILL, which ends the program just before that call. FAIL_CALL: only calls of that name count. Each process counts
 * by itself, from what its parent had counted. REPORT_TO is a file for what there was when the first process ended: how
 * many calls, the name of the first that failed, and how many allocations were not freed.
 *
 * Calls of the program and of its libraries count, but not those on the standard streams, nor those that the C library
 * makes of its own; of allocations only those of the program itself, and of argp, which leaves it to the program to say so.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_FAILING_H
#define ZHOL_FAILING_H

#include <stdbool.h>
#include <stddef.h>

enum failing_kind { FAILING_MEMORY = 1, FAILING_CALLS = 2, FAILING_READS = 4, FAILING_OPENS = 8 };

/* Counts a call, which may be of several kinds; whether it is one that fails, and errno then. */
bool failing(unsigned int kinds, const char *name);

/* How many allocations are alive. */
size_t failing_alive(void);

#endif
