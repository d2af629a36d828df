/* models/drivers/shocks.c -- see shocks.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/shocks.h"

#include <stdio.h>
#include <stdlib.h>

const struct key shocks_keys[] = {{.name = "sigma",
                                   .kind = KEY_QUANTITY,
                                   .unit = "",
                                   .min = 0,
                                   .max = 2,
                                   .draws = true,
                                   .meaning = "Standard deviation of the log of demand, in every month."},
                                  {.name = "reversion",
                                   .kind = KEY_QUANTITY,
                                   .unit = "1/yr",
                                   .min = 0.05,
                                   .max = 50,
                                   .draws = true,
                                   .meaning = "Speed at which it returns to 0; ln 2 / reversion is the half-life."},
                                  {.name = NULL}};

struct fault *shocks_prepare(const struct plan *plan, struct shocks *shocks)
{
    struct setting *flows = setting_find(plan->root, "flows");
    const size_t most = flows == NULL ? 0 : flows->children;
    shocks->shock = calloc(most + 1, sizeof *shocks->shock);
    if (shocks->shock == NULL) return fault_no_memory();
    for (size_t i = 0; i < most; i++) {
        struct setting *setting = setting_find(flows->child[i], "shock");
        if (setting == NULL) continue;
        struct shock *shock = &shocks->shock[shocks->count++];
        shock->flow = flows->child[i]->name;
        shock->sigma = setting_slot(setting, "sigma");
        shock->reversion = setting_slot(setting, "reversion");
        if (asprintf(&shock->name, "flows.%s.shock", shock->flow) < 0) {
            shock->name = NULL;
            return fault_no_memory();
        }
        shock->innovation =
            (struct innovation){.name = shock->name,
                                .shock = shock->name,
                                .of_flow = true,
                                .terms = 1,
                                .c = {1.0},
                                .k = {store_central(plan->store, shock->reversion, plan->calendar.start)}};
    }
    return NULL;
}

void shocks_free(struct shocks *shocks)
{
    for (size_t i = 0; i < shocks->count; i++) free(shocks->shock[i].name);
    free(shocks->shock);
    *shocks = (struct shocks){0};
}

void shocks_start(const struct shock *shock, const struct rows *rows, const double past[LANES], double x[][LANES])
{
    const double *sigma = rows_get(rows, shock->sigma), *reversion = rows_get(rows, shock->reversion);
    EACH_LANE(l)
    {
        const double y = 2.0 * reversion[l] * CALENDAR_MONTH_YEARS;
        x[SHOCK_LOG][l] = sigma[l] * past[l];
        x[SHOCK_KEEP][l] = lanes_exp(-0.5 * y);
        x[SHOCK_SPREAD][l] = sigma[l] * __builtin_sqrt(y * lanes_decay(y));
    }
}

void shocks_step(const double e[LANES], double x[][LANES])
{
    EACH_LANE(l) x[SHOCK_LOG][l] = x[SHOCK_KEEP][l] * x[SHOCK_LOG][l] + x[SHOCK_SPREAD][l] * e[l];
}
