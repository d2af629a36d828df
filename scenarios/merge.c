/* scenarios/merge.c */
