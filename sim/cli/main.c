/* sim/cli/main.c */
