/* sim/cli/check_written.c -- see check_written.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/check_written.h"
#include "sim/core/quantity.h"

#include <stdio.h>
#include <string.h>

/* Whether the text of a quantity has a unit that the one it is kept in can be expressed in. */
static bool written_in(const struct simulation *simulation, const char *kept, const char *text,
                       struct check_written *written)
{
    const char *unit = text == NULL ? NULL : quantity_unit_text(text);
    if (unit == NULL || unit[0] == '\0' || strlen(unit) >= sizeof written->unit) return false;
    struct fault *fault = units_factor(simulation->plan.units, kept, unit, &written->factor);
    const bool fits = fault == NULL;
    fault_free(fault);
    if (fits) snprintf(written->unit, sizeof written->unit, "%s", unit);
    return fits;
}

struct check_written check_written(const struct simulation *simulation, const struct setting *setting, double most)
{
    struct check_written written = {.factor = 1.0};
    const char *kept = setting->unit == NULL || strcmp(setting->unit, "1") == 0 ? "" : setting->unit;
    bool found = written_in(simulation, kept, setting->text, &written);
    for (size_t i = 0; i < setting->children && !found; i++)
        found = written_in(simulation, kept, setting->child[i]->text, &written);
    if (found) return written;
    const char *rest = kept[0] == '1' ? kept + 1 : kept;
    if ((kept[0] == '\0' && setting->key->share) || strcmp(kept, "1/yr") == 0) {
        snprintf(written.unit, sizeof written.unit, "%%%s", rest);
        written.factor = 100.0;
        return written;
    }
    written.factor = 1.0 / readable_unit(kept, most, sizeof written.unit, written.unit);
    return written;
}
