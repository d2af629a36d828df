/* models/driver_var.c */
