/* sim/core/stream.c */
