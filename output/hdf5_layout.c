/* output/hdf5_layout.c */
