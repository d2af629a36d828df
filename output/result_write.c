/* output/result_write.c */
