/* sim/cli/command_reference.c */
