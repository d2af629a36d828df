/* models/energy/energy_price.c -- see energy_price.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/energy/energy_price.h"

#include <math.h>
#include <string.h>

const struct key energy_price_benchmark_keys[] = {
    {.name = "driver", .kind = KEY_REFERENCE, .target = "drivers", .meaning = "The benchmark, such as brent."},
    {.name = "convert",
     .kind = KEY_QUANTITY,
     .unit = "USD/$unit/$driver.start|unit",
     .min = 0,
     .max = 1e300,
     .min_open = true,
     .draws = true,
     .meaning = "What turns the driver's unit into USD per unit, such as 7.6 bbl/t."},
    {.name = NULL}};

const struct key energy_price_keys[] = {
    {.name = "fixed",
     .kind = KEY_QUANTITY,
     .unit = "USD/$unit",
     .editable = true,
     .default_value = "",
     .draws = true,
     .profile = true,
     .meaning = "A price that follows nothing."},
    {.name = "ratio",
     .kind = KEY_QUANTITY,
     .unit = "",
     .editable = true,
     .default_value = "",
     .min = 0,
     .max = 10,
     .draws = true,
     .profile = true,
     .meaning = "A share of the commodity's price."},
    {.name = "driver",
     .kind = KEY_REFERENCE,
     .default_value = "",
     .target = "drivers",
     .meaning = "What an indexed price follows, with lag and averaging."},
    {.name = "intercept",
     .kind = KEY_QUANTITY,
     .unit = "USD/$unit",
     .editable = true,
     .implied = true,
     .default_value = "",
     .draws = true,
     .profile = true,
     .meaning = "Of an indexed price: the part that does not follow the driver; 0 if absent."},
    {.name = "slope",
     .kind = KEY_QUANTITY,
     .unit = "USD/$unit/$driver.start|unit",
     .editable = true,
     .default_value = "",
     .draws = true,
     .profile = true,
     .meaning = "Of an indexed price: USD per unit for each unit of the driver."},
    {.name = "lag",
     .kind = KEY_QUANTITY,
     .unit = "mo",
     .default_value = "",
     .min = 0,
     .max = 36,
     .meaning = "Of an indexed price: months between the last one averaged and the price; whole, 0 if absent."},
    {.name = "window",
     .kind = KEY_QUANTITY,
     .unit = "mo",
     .default_value = "",
     .min = 1,
     .max = 24,
     .meaning = "Of an indexed price: months averaged; whole, 1 if absent."},
    {.name = "floor",
     .kind = KEY_QUANTITY,
     .unit = "USD/$unit",
     .editable = true,
     .default_value = "",
     .draws = true,
     .profile = true,
     .meaning = "Of an indexed price: never below it."},
    {.name = "ceiling",
     .kind = KEY_QUANTITY,
     .unit = "USD/$unit",
     .editable = true,
     .default_value = "",
     .draws = true,
     .profile = true,
     .meaning = "Of an indexed price: never above it."},
    {.name = NULL}};

struct fault *energy_price_read_benchmark(struct setting *commodity, const struct drivers *drivers, bool *has,
                                          struct energy_price *benchmark)
{
    struct setting *section = setting_find(commodity, "price");
    *has = section != NULL;
    if (section == NULL) return NULL;
    *benchmark = (struct energy_price){.form = PRICE_BENCHMARK,
                                       .convert = setting_slot(section, "convert"),
                                       .differential = -1,
                                       .floor = -1,
                                       .ceiling = -1};
    return drivers_refer(drivers, setting_find(section, "driver"), &benchmark->driver);
}

/* A whole number of months. */
static struct fault *months_read(struct setting *section, const char *name, int usual, const struct plan *plan,
                                 int *out)
{
    const struct setting *setting = setting_find(section, name);
    *out = usual;
    if (setting == NULL) return NULL;
    const double months = store_central(plan->store, setting->slot, plan->calendar.start), whole = rint(months);
    if (fabs(months - whole) > 1e-9)
        return fault_at(FAULT_SCENARIO, setting->place, "%s is %s; expected whole months", setting->path,
                        setting->text);
    *out = (int)whole;
    return NULL;
}

static struct fault *indexed_read(struct setting *section, struct setting *driver, const struct plan *plan,
                                  const struct drivers *drivers, struct energy_price *price)
{
    price->form = PRICE_INDEXED;
    price->intercept = setting_slot(section, "intercept");
    price->slope = setting_slot(section, "slope");
    price->floor = setting_slot(section, "floor");
    price->ceiling = setting_slot(section, "ceiling");
    TRY(drivers_refer(drivers, driver, &price->driver));
    TRY(months_read(section, "lag", 0, plan, &price->lag));
    TRY(months_read(section, "window", 1, plan, &price->window));
    if (price->floor >= 0 && price->ceiling >= 0 &&
        store_central(plan->store, price->floor, plan->calendar.start) >
            store_central(plan->store, price->ceiling, plan->calendar.start))
        return fault_at(FAULT_SCENARIO, setting_find(section, "floor")->place,
                        "%s.floor is above %s.ceiling; expected it below", section->path, section->path);
    if (price->slope >= 0) return NULL;
    return fault_at(FAULT_SCENARIO, section->place,
                    "%s follows %s, but has no `slope`; expected one such as 2.4 bbl/kcm", section->path, driver->text);
}

struct fault *energy_price_read(struct setting *outlet, const struct plan *plan, const struct drivers *drivers,
                                const struct energy_price *benchmark, struct energy_price *price)
{
    static const char *const of_index[] = {"intercept", "slope", "lag", "window", "floor", "ceiling"};
    struct setting *section = setting_find(outlet, "price"), *differential = setting_find(outlet, "differential");
    *price = benchmark == NULL ? (struct energy_price){.form = PRICE_FIXED, .fixed = -1} : *benchmark;
    price->differential = differential == NULL ? -1 : differential->slot;
    struct setting *added = setting_find(outlet, "differential_driver");
    price->floor = price->ceiling = -1;
    struct setting *fixed = section == NULL ? NULL : setting_find(section, "fixed"),
                   *ratio = section == NULL ? NULL : setting_find(section, "ratio"),
                   *driver = section == NULL ? NULL : setting_find(section, "driver");
    if ((fixed != NULL) + (ratio != NULL) + (driver != NULL) > 1)
        return fault_at(FAULT_SCENARIO, section->place,
                        "%s is stated in more than one way; expected one of a price, %s", section->path,
                        "`ratio`, or `driver` with `slope`");
    for (size_t i = 0; section != NULL && driver == NULL && i < sizeof of_index / sizeof *of_index; i++) {
        const struct setting *alone = setting_find(section, of_index[i]);
        if (alone != NULL)
            return fault_at(FAULT_SCENARIO, alone->place, "%s belongs to an indexed price; expected `driver` with it",
                            alone->path);
    }
    if (differential != NULL && (fixed != NULL || ratio != NULL || driver != NULL))
        return fault_at(FAULT_SCENARIO, differential->place,
                        "%s is added to the commodity's price, but the outlet has its own; expected one of the two",
                        differential->path);
    if (added != NULL && (fixed != NULL || ratio != NULL || driver != NULL || benchmark == NULL))
        return fault_at(FAULT_SCENARIO, added->place,
                        "%s is added to the commodity's price, but the outlet has %s; expected one of the two",
                        added->path, benchmark == NULL ? "none of its commodity" : "its own");
    if (added != NULL) {
        price->varies = true;
        TRY(drivers_refer(drivers, added, &price->added));
        if (strcmp(drivers_unit(drivers, price->added), drivers_unit(drivers, price->driver)) != 0)
            return fault_at(FAULT_SCENARIO, added->place,
                            "%s: %s is in %s, the driver that it is added to in %s; expected the same unit",
                            added->path, added->text, drivers_unit(drivers, price->added),
                            drivers_unit(drivers, price->driver));
    }
    if (driver != NULL) return indexed_read(section, driver, plan, drivers, price);
    if (fixed != NULL) {
        price->form = PRICE_FIXED;
        price->fixed = fixed->slot;
        return NULL;
    }
    if (benchmark == NULL)
        return fault_at(FAULT_SCENARIO, outlet->place,
                        "%s has no price, and its commodity has none; expected `price:` of one of them", outlet->path);
    if (ratio != NULL) {
        price->form = PRICE_RATIO;
        price->ratio = ratio->slot;
    }
    return NULL;
}

void energy_price_history_start(struct energy_price_history *history, const double start[LANES])
{
    for (size_t i = 0; i < PRICE_MONTHS; i++) memcpy(history->level[i], start, sizeof history->level[i]);
}

void energy_price_history_step(struct energy_price_history *history, const double level[LANES], int month)
{
    memcpy(history->level[month % PRICE_MONTHS], level, sizeof history->level[0]);
}

static void indexed_from(const struct energy_price *price, const struct rows *rows, const double mean[LANES],
                         double out[LANES])
{
    const double *slope = rows_get(rows, price->slope);
    EACH_LANE(l) out[l] = slope[l] * mean[l];
    if (price->intercept >= 0) {
        const double *intercept = rows_get(rows, price->intercept);
        EACH_LANE(l) out[l] += intercept[l];
    }
    if (price->floor >= 0) {
        const double *floor = rows_get(rows, price->floor);
        EACH_LANE(l) out[l] = out[l] < floor[l] ? floor[l] : out[l];
    }
    if (price->ceiling >= 0) {
        const double *ceiling = rows_get(rows, price->ceiling);
        EACH_LANE(l) out[l] = out[l] > ceiling[l] ? ceiling[l] : out[l];
    }
}

const double *energy_price_level(const struct energy_price *price, const struct drivers_state *drivers,
                                 double sum[LANES])
{
    if (price->form == PRICE_FIXED) return NULL;
    const double *level = drivers_level(drivers, price->driver);
    if (!price->varies) return level;
    const double *added = drivers_level(drivers, price->added);
    EACH_LANE(l) sum[l] = level[l] + added[l];
    return sum;
}

void energy_price_at(const struct energy_price *price, const struct rows *rows, const double *level, double out[LANES])
{
    if (price->form == PRICE_INDEXED) {
        indexed_from(price, rows, level, out);
        return;
    }
    if (price->form == PRICE_FIXED) {
        const double *fixed = rows_get(rows, price->fixed);
        EACH_LANE(l) out[l] = fixed[l];
        return;
    }
    const double *convert = rows_get(rows, price->convert);
    EACH_LANE(l) out[l] = level[l];
    if (price->differential >= 0) {
        const double *differential = rows_get(rows, price->differential);
        EACH_LANE(l) out[l] += differential[l];
    }
    EACH_LANE(l) out[l] *= convert[l];
    if (price->form == PRICE_RATIO) {
        const double *ratio = rows_get(rows, price->ratio);
        EACH_LANE(l) out[l] *= ratio[l];
    }
}

void energy_price_of(const struct energy_price *price, const struct rows *rows, const double *level,
                     const struct energy_price_history *history, int month, double out[LANES])
{
    if (price->form != PRICE_INDEXED) {
        energy_price_at(price, rows, level, out);
        return;
    }
    _Alignas(LANES_ALIGNMENT) double mean[LANES];
    EACH_LANE(l) mean[l] = 0.0;
    for (int i = 0; i < price->window; i++) {
        const double *past = history->level[(month - price->lag - i + 2 * PRICE_MONTHS) % PRICE_MONTHS];
        EACH_LANE(l) mean[l] += past[l];
    }
    const double window = price->window;
    EACH_LANE(l) mean[l] /= window;
    indexed_from(price, rows, mean, out);
}
