/* scenarios/reader/schema_json.h -- the declared keys as a JSON schema (draft 7, which editors know) of the YAML that states
 * them. It checks shapes, names and what numbers without a unit may be; units and references only zhol can check.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SCHEMA_JSON_H
#define ZHOL_SCHEMA_JSON_H

#include "sim/core/fault.h"
#include "sim/core/schema.h"

#include <stdio.h>

/* Of a scenario, which may extend others: nothing has to be stated, and null deletes. */
MUST_CHECK struct fault *schema_json_scenario(const struct key *keys, FILE *to);
/* Of another kind of document, which is whole. */
MUST_CHECK struct fault *schema_json_document(const struct key *keys, const char *kind, FILE *to);

#endif
