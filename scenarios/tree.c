/* scenarios/tree.c */
