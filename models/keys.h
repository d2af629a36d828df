/* models/keys.h -- the root of the declaration of a scenario: which sections there are, and those keys that belong to no
 * model.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_KEYS_H
#define ZHOL_KEYS_H

#include "sim/core/schema.h"

/* The most replications that can be asked for. */
#define KEYS_MOST_REPLICATIONS 1000000000L

/* The root table, ended by name == NULL. Built on first use, since sections stand beside their models. */
const struct key *keys_root(void);

#endif
