/* sim/core/statistics.c */
