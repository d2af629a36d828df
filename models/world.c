/* models/world.c */
