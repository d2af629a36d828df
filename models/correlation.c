/* models/correlation.c */
