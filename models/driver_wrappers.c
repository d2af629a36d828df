/* models/driver_wrappers.c */
