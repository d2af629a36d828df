/* sim/cli/command_check.c */
