/* models/driver_trend.c */
