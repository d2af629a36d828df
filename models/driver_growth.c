/* models/driver_growth.c */
