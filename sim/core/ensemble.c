/* sim/core/ensemble.c */
