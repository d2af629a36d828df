/* models/keys.c */
