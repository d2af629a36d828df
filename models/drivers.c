/* models/drivers.c */
