/* scenarios/reference.c */
