#!/usr/bin/env python3
"""How much of an answer hangs on the seed: the mean of an outcome over the whole horizon, seed by seed, with the standard error that
each run states; as seeds.c, without a compiler.

    seeds.py SCENARIO OUTCOME REPLICATIONS

ZHOL_LIBRARY names libzhol.so where the system does not find it.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import ctypes
import os
import sys
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_uint64, c_void_p

zhol = ctypes.CDLL(os.environ.get("ZHOL_LIBRARY", "libzhol.so.0"))
HORIZON = 0


def declare(name, *arguments, returns=c_void_p):
    """What ctypes cannot read in zhol.h: pointers, and among them the handles, would be cut to 32 bits."""
    function = getattr(zhol, name)
    function.argtypes, function.restype = arguments, returns
    return function


def must(fault):
    """Raises what went wrong, in the library's words."""
    if fault:
        text = fault_text(fault).decode()
        fault_free(fault)
        raise SystemExit(text)


fault_text = declare("zhol_fault_text", c_void_p, returns=c_char_p)
fault_free = declare("zhol_fault_free", c_void_p, returns=None)
settings_new = declare("zhol_settings_new", POINTER(c_void_p))
settings_free = declare("zhol_settings_free", c_void_p, returns=None)
settings_seed = declare("zhol_settings_seed", c_void_p, c_uint64)
settings_replications = declare("zhol_settings_replications", c_void_p, c_uint64)
plan_open = declare("zhol_open", c_char_p, c_void_p, POINTER(c_void_p))
plan_free = declare("zhol_plan_free", c_void_p, returns=None)
simulate = declare("zhol_simulate", c_void_p, c_void_p, c_void_p, POINTER(c_void_p))
result_free = declare("zhol_result_free", c_void_p, returns=None)
warnings = declare("zhol_warnings", c_void_p, returns=c_char_p)
statistic = declare("zhol_statistic", c_void_p, c_char_p, c_int, c_char_p, c_double, POINTER(c_double))


def mean_and_error(scenario, outcome, settings):
    """Of the outcome over the whole horizon."""
    plan, result, mean, error = c_void_p(), c_void_p(), c_double(), c_double()
    try:
        must(plan_open(scenario.encode(), settings, byref(plan)))
        must(simulate(plan, None, None, byref(result)))
        if warnings(result):
            print(warnings(result).decode(), file=sys.stderr)
        must(statistic(result, outcome.encode(), HORIZON, b"mean", 0.0, byref(mean)))
        must(statistic(result, outcome.encode(), HORIZON, b"standard_error", 0.0, byref(error)))
    finally:
        result_free(result)
        plan_free(plan)
    return mean.value, error.value


def main(scenario, outcome, replications):
    settings = c_void_p()
    must(settings_new(byref(settings)))
    must(settings_replications(settings, int(replications)))
    print("seed,mean,standard_error")
    for seed in range(1, 6):
        must(settings_seed(settings, seed))
        print(seed, *(f"{value:.17g}" for value in mean_and_error(scenario, outcome, settings)), sep=",")
    settings_free(settings)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit("Usage: seeds.py SCENARIO OUTCOME REPLICATIONS")
    main(*sys.argv[1:])
