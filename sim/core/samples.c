/* sim/core/samples.c */
