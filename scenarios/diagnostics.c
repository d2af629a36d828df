/* scenarios/diagnostics.c */
