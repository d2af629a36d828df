/* sim/cli/command_explain.c */
