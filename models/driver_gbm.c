/* models/driver_gbm.c */
