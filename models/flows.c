/* models/flows.c */
