/* sim/core/units.c */
