/* sim/core/lanes.c */
