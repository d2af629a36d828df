/* sim/core/quantity.c */
