/* sim/core/outcome.c */
