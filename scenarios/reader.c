/* scenarios/reader.c */
