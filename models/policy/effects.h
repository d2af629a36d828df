/* models/policy/effects.h -- edits of quantities by policies, regimes and events: one mechanism (models/README.md,
 * Effects).
 *
 *   x' = v (set), x + v (add), v x (scale);    x <- x + d (x' - x)
 * d is the part to which the owner is in force (the part of the month that an event is down; else 0 or 1) times the
 * part of the ramp that is done, (months since + 1)/ramp, at most 1. Effects on a quantity apply in layers: policies,
 * then regimes, then events; inside a layer set, add, scale, then in the order of the file. At the end the quantity is
 * held in the range of its key, which is counted.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_EFFECTS_H
#define ZHOL_EFFECTS_H

#include "models/plan.h"

enum effect_layer { EFFECT_POLICY, EFFECT_REGIME, EFFECT_EVENT };
enum effect_operation { EFFECT_SET, EFFECT_ADD, EFFECT_SCALE };

/* Who makes effects. The owner writes its signals each month. */
struct effect_owner {
    enum effect_layer layer;
    const char *name; /* "policy NAME", "regime NAME: STATE", "event NAME"; lives as long as the effects */
    int weight;       /* signal: to which part it is in force */
    int age;          /* signal: months since it is, 1 in the first; 0 while it is not */
};

struct effect {
    struct effect_owner owner;
    int target; /* slot */
    enum effect_operation operation;
    int value, ramp; /* slots; ramp -1: none */
    int drawn;       /* signal: the value that its event has drawn for this month; -1: that of the slot */
    int from, until; /* calendar months; until is the first month without */
    size_t order;    /* in the file */
    const struct setting *setting;
};

/* What a quantity is held within after its effects. */
struct effect_bounds {
    const struct effects *effects;
    double min, max;
};

struct effects {
    struct effect *effect; /* in the order in which they apply, by target */
    size_t count;
    struct effect_bounds *bounds;
    size_t bounded; /* quantities that have bounds */
    int held;       /* signal: how many quantities were held */
    size_t outcome;
};

/* The entry of a map of effects: names are paths. */
extern const struct key effects_entry[];
#define EFFECTS_KEY(key_name, sentence)                                                                                \
    {                                                                                                                  \
        .name = key_name, .kind = KEY_ENTRIES, .default_value = "", .names = NAME_TARGET, .entry = effects_entry,      \
        .meaning = sentence                                                                                            \
    }
extern const struct outcome_kind effects_outcomes[];

/* Reads a map of effects (NULL: none) of an owner. The effects stay where they are only until effects_settle. All
 * faults at once. */
MUST_CHECK struct fault *effects_read(struct effects *effects, struct setting *map, const struct effect_owner *owner,
                                      const struct plan *plan);
/* Orders what was read and makes it writers of the store. `effects` must stay in place from here on. */
MUST_CHECK struct fault *effects_settle(struct effects *effects, struct plan *plan);
void effects_free(struct effects *effects);

/* In which stage of the store the writers of effects on regimes, on events and on all else are. */
enum { EFFECTS_STAGE_REGIMES, EFFECTS_STAGE_EVENTS, EFFECTS_STAGE_MODELS };

/* Each month, before any stage. */
void effects_step(const struct effects *effects, const struct rows *rows);
void effects_report(const struct effects *effects, const struct rows *rows, struct outcome_rows *report);

/* One effect on a row in a month, as it stands by the signals. */
void effect_apply(const struct effect *effect, const struct rows *rows, int month, double row[LANES]);
/* The part to which it is in force. */
void effect_weight(const struct effect *effect, const struct rows *rows, int month, double weight[LANES]);

#endif
