/* scenarios/reader/targets.h -- the targets of effects: from a path to the quantities that it names.
 *
 * A path leads to a quantity, to a section for one of whose keys a value may stand, or to a map whose entries are
 * quantities, all of which may be edited. A key that is not stated, but whose absence means 0, is added as 0.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TARGETS_H
#define ZHOL_TARGETS_H

#include "scenarios/reader/values.h"

/* The setting at the path of an effect, marked as edited, and the unit of its quantities (a pointer into it): "" where
 * the entries of a map differ. `node` is the effect, whose key is the path. *unit is NULL where the target is itself a
 * fault, which is reported elsewhere. */
MUST_CHECK struct fault *targets_find(struct walk *walk, const struct node *node, const char *owner,
                                      struct setting **target, const char **unit);

/* After the effect was read into `effect`: whether it suits its target. */
MUST_CHECK struct fault *targets_check(struct walk *walk, const struct setting *effect, struct setting *target);

#endif
