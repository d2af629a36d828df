/* output/sha256.c */
