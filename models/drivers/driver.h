/* models/drivers/driver.h -- one exogenous process, and what a family of processes provides.
 *
 * Every family is an exact transition over a month D: x' = A x + c + s e with e standard normal (models/README.md,
 * Drivers), so the step size never matters. A family owns rows of lanes: state first, then coefficients computed once
 * per block, since any parameter may differ between replications. What is common to all families (jumps, volatility
 * regimes, seasons, shifts) is in driver_wrappers.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DRIVER_H
#define ZHOL_DRIVER_H

#include "models/drivers/correlation.h"
#include "models/drivers/season.h"
#include "models/plan.h"
#include "sim/core/lanes.h"

enum { DRIVER_PARAMETERS = 8, DRIVER_INNOVATIONS = 8, DRIVER_OUTPUTS = 8 };

/* What the wrappers of a driver are; see driver_wrappers.h. */
struct driver_wrappers {
    bool jumps;
    int jump_rate, jump_mean, jump_sd; /* slots */
    struct stream jump_stream;
    bool volatility;
    int low, high, up, down; /* slots */
    struct stream volatility_stream;
    struct season season;
    bool clamps;
    int clamp_low, clamp_high; /* slots; -1: no bound */
    size_t shifts;
    int *shift_month;
    double *shift; /* -0.5 is a halving */
};

struct driver {
    const struct driver_family *family;
    const char *name;
    const char *unit;
    bool exponential; /* the state is the log of the level */
    bool growth; /* 1 at the base date and moving since; else it stands still before the start, and that is its base */
    bool reads_months;           /* a parameter of the family varies by month */
    int slot[DRIVER_PARAMETERS]; /* parameters, numbered by the family */
    size_t outputs;
    char *output_name[DRIVER_OUTPUTS]; /* "brent", or "macro.cn" of a var */
    size_t innovations;
    size_t first_innovation;   /* in the correlation */
    size_t past, first_before; /* of `growth`: in the correlations of its history */
    struct innovation innovation[DRIVER_INNOVATIONS];
    char *innovation_name[2 * DRIVER_INNOVATIONS]; /* name and shock of each, owned */
    double inner_rho;                              /* of a two-factor price: stated between its two shocks (central) */
    double inner;                                  /* correlation of the first two innovations as factored (central) */
    size_t rows;                                   /* rows of lanes it needs */
    double *matrix;                                /* of a var: constants, by the family */
    struct driver_wrappers wrappers;
};

/* What a family sees at run time. */
struct driver_lanes {
    double (*x)[LANES];          /* [rows]: state first; x[0 .. outputs-1] take jumps and shifts */
    const double (*e)[LANES];    /* [innovations], standard normal */
    const double *past;          /* at the start: standard normal, all the past of the first innovation; of `growth` */
    const double *volatility;    /* factor on every sigma this month; 1 where there are no regimes */
    const double *mean_square;   /* stationary mean of the factor's square */
    const double (*jump)[LANES]; /* rate per month, mean and sd of the log jump; NULL without jumps */
    struct rows *rows;
    const struct calendar *calendar;
    int month; /* from start */
};

/* All that is known of a family: what it is called, its keys, and what it does. */
struct driver_family {
    struct variant variant; /* its value of the key `model`, a sentence and its keys; first, see drivers.c */
    size_t rows;
    /* Reads slots and constants; declares innovations and outputs. */
    struct fault *(*prepare)(struct driver *driver, struct setting *setting, struct plan *plan);
    /* Coefficients, and the state at the start date, of `growth` at the base date; rows hold the values of that. */
    void (*start)(const struct driver *driver, struct driver_lanes *lanes);
    /* One month. */
    void (*step)(const struct driver *driver, struct driver_lanes *lanes);
    /* The log level (exponential) or the level of an output; NULL: x[output] is it. */
    void (*output)(const struct driver *driver, const struct driver_lanes *lanes, size_t output, double level[LANES]);
};

/* One per file driver_*.c; drivers.c lists them. */
extern const struct driver_family driver_gbm, driver_mean_reverting, driver_two_factor, driver_growth, driver_trend,
    driver_path, driver_var;
/* Adds an innovation named NAME or NAME.FACTOR to the driver; `shock` as in correlation.h. Terms are set by the caller.
 */
MUST_CHECK struct fault *driver_add_innovation(struct driver *driver, const char *suffix, const char *shock_suffix);

/* What is per log of a level, such as a volatility, is at most DRIVER_LOG_MOST: more is a percentage without its sign. */
#define DRIVER_LOG_MOST 5.0
MUST_CHECK struct fault *driver_check_log(const struct setting *setting, const struct plan *plan);

/* The slot of a parameter, noting whether it varies by month. */
int driver_parameter(struct driver *driver, struct setting *setting, const struct plan *plan, const char *name);

/* Keys that every random family has, for the ends of their tables. */
#define DRIVER_WRAPPER_KEYS(jump_keys)                                                                                 \
    {.name = "jumps",                                                                                                  \
     .kind = KEY_SECTION,                                                                                              \
     .default_value = "",                                                                                              \
     .keys = jump_keys,                                                                                                \
     .meaning = "Jumps of the process (Merton), added at the end of a month."},                                        \
        {.name = "volatility",                                                                                         \
         .kind = KEY_SECTION,                                                                                          \
         .default_value = "",                                                                                          \
         .keys = driver_volatility_keys,                                                                               \
         .meaning = "Two regimes of volatility; each multiplies every sigma of the driver."},                          \
        DRIVER_SEASON_KEY,                                                                                             \
    {                                                                                                                  \
        .name = "shift", .kind = KEY_ENTRIES, .default_value = "", .names = NAME_MONTH, .entry = driver_shift_entry,   \
        .meaning = "Shocks to come: after the transition of that month the process is multiplied by 1 + shift."        \
    }
/* Bounds of a level, beside the wrappers. */
#define DRIVER_CLAMP_KEY                                                                                               \
    {                                                                                                                  \
        .name = "clamp", .kind = KEY_SECTION, .default_value = "", .keys = driver_clamp_keys,                          \
        .meaning = "Bounds of a level that the process itself may leave; how often they bind is an outcome."           \
    }
#define DRIVER_SEASON_KEY                                                                                              \
    {                                                                                                                  \
        .name = "season", .kind = KEY_FACTORS, .default_value = "", .min = 12, .max = 12,                              \
        .meaning = "Twelve factors, January first, on the level; normalised to mean 1."                                \
    }
/* The jumps of a log, or of a level in the unit of the key named (conditional on `of: level` for the first and last).
 */
extern const struct key driver_jump_keys[], driver_level_jump_keys[], driver_var_jump_keys[];
extern const struct key driver_volatility_keys[], driver_shift_entry[], driver_clamp_keys[];

#endif
