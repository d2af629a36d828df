/* output/result_read.c */
