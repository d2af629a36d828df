/* sim/cli/command_show.c */
