/* output/table.c */
