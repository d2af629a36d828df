/* sim/cli/progress.c */
