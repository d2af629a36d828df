/* models/driver_mean_reverting.c */
