/* sim/cli/command_run.c */
