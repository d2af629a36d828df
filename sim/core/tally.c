/* sim/core/tally.c */
