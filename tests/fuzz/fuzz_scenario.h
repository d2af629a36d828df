/* tests/fuzz/fuzz_scenario.h -- what the fuzz targets of scenarios share: the judge of an input, and draws.
 *
 * fuzz_scenario.c has the entry points of libFuzzer; mutate_text.c and mutate_values.c each the mutation of a target.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_FUZZ_SCENARIO_H
#define ZHOL_FUZZ_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls, and what it offers. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/* SplitMix64 (Steele, Lea and Flood 2014). */
uint64_t fuzz_scenario_next(uint64_t *state);
/* A draw from 0 to below - 1; 0 if below is 0. */
size_t fuzz_scenario_draw(uint64_t *state, size_t below);

/* An input that the reader accepted: `data` itself if it is one, else another, put in its place; false if none is known.
 * *size is its size. */
bool fuzz_scenario_accepted(uint8_t *data, size_t *size, size_t most, uint64_t *state);

#endif
