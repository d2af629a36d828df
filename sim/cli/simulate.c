/* sim/cli/simulate.c */
