/* sim/core/store.c */
