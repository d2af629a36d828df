/* sim/core/calendar.c */
