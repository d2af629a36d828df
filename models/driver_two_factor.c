/* models/driver_two_factor.c */
