/* models/driver_path.c */
