/* tests/bench/plain_read.c -- see plain_model.h: the constants of a run, from a scenario.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/plain_model.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define D (1.0 / 12.0)

/* The reading goes on behind a fault, and tells the first. */
struct reader {
    const struct scenario *scenario;
    struct plain_model *model;
    struct fault *fault;
};

static void *need(void *memory)
{
    if (memory != NULL) return memory;
    fprintf(stderr, "plain_model: no memory\n");
    exit(EXIT_FAILURE);
}

static void *zeros(size_t count, size_t size)
{
    return need(calloc(count + 1, size));
}

/* The same, freed with the model. */
static void *owned(struct plain_model *model, size_t count, size_t size)
{
    model->owned = need(realloc(model->owned, (model->owns + 1) * sizeof *model->owned));
    return model->owned[model->owns++] = zeros(count, size);
}

static __attribute__((format(printf, 1, 2))) char *text_of(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) text = NULL;
    va_end(arguments);
    return need(text);
}

static void keep(struct reader *reader, struct fault *fault)
{
    if (reader->fault == NULL)
        reader->fault = fault;
    else
        fault_free(fault);
}

static void refuse(struct reader *reader, const struct setting *setting, const char *what)
{
    keep(reader, fault_at(FAULT_SCENARIO, setting->place, "%s: %s, which the plain reference does not know",
                          setting->path, what));
}

/* ---- numbers ---- */

static size_t draw_add(struct plain_model *model, const char *path, const char *suffix, struct quantity *quantity)
{
    char *name = text_of("%s%s", path, suffix);
    for (size_t i = 0; i < model->draws; i++)
        if (strcmp(model->draw[i].name, name) == 0) {
            free(name);
            quantity_free(quantity);
            return 1 + i;
        }
    model->draw = need(realloc(model->draw, (model->draws + 1) * sizeof *model->draw));
    model->draw[model->draws] = (struct plain_draw){name, *quantity};
    return ++model->draws;
}

/* The part of the merged document that a setting was read from: there stand the dates of a profile. */
static const struct node *node_of(const struct scenario *scenario, const struct setting *setting)
{
    if (setting->parent == NULL) return scenario->merged;
    const struct node *map = node_of(scenario, setting->parent);
    return map == NULL || map->kind != NODE_MAP ? NULL : tree_child(map, setting->name);
}

struct point {
    int month;
    double value;
};

static int by_month(const void *a, const void *b)
{
    return ((const struct point *)a)->month - ((const struct point *)b)->month;
}

static double profile_at(const struct point point[], size_t points, bool step, int month)
{
    size_t after = 0;
    while (after < points && point[after].month <= month) after++;
    if (after == 0) return point[0].value;
    const struct point *from = &point[after - 1], *to = from + 1;
    if (after == points || step) return from->value;
    return from->value + (to->value - from->value) * (month - from->month) / (to->month - from->month);
}

static struct plain_number profile_read(struct reader *reader, const struct setting *setting)
{
    struct plain_model *model = reader->model;
    const struct node *map = node_of(reader->scenario, setting);
    struct units *units = reader->scenario->units;
    struct point *point = zeros(map->children, sizeof *point);
    size_t points = 0;
    bool step = false;
    struct plain_number number = {0};
    double times = 1.0;
    for (size_t i = 0; i < map->children; i++) {
        const struct node *child = map->child[i];
        struct quantity quantity = {.form = QUANTITY_NUMBER};
        int month = 0;
        if (strcmp(child->key, "interpolation") == 0) {
            step = strcmp(child->text, "step") == 0;
        } else if (strcmp(child->key, "times") == 0) {
            keep(reader, quantity_read(units, child->text, "", &quantity));
            if (quantity_is_drawn(&quantity))
                number.draw = draw_add(model, setting->path, ".times", &quantity);
            else
                times = quantity.p[0];
        } else if (calendar_read(child->key, &month)) {
            keep(reader, quantity_read(units, child->text, setting->unit, &quantity));
            point[points++] = (struct point){month, quantity.p[0]};
        }
    }
    if (reader->fault == NULL) {
        const ptrdiff_t lead = model->start - model->base;
        qsort(point, points, sizeof *point, by_month);
        double *at = (double *)owned(model, (size_t)(lead + model->months), sizeof *at) + lead;
        for (int t = model->base - model->start; t < model->months; t++)
            at[t] = times * profile_at(point, points, step, model->start + t);
        number.at = at;
        number.base = at[-lead];
    }
    free(point);
    return number;
}

/* What a setting states; `absent` where it is not there. */
static struct plain_number number_read(struct reader *reader, const struct setting *setting, double absent)
{
    struct plain_number number = {.base = absent};
    struct quantity quantity = {.form = QUANTITY_NUMBER};
    if (setting == NULL || reader->fault != NULL) return number;
    if (setting->text == NULL) return profile_read(reader, setting);
    keep(reader, quantity_read(reader->scenario->units, setting->text, setting->unit, &quantity));
    if (reader->fault != NULL) return number;
    number.base = quantity.p[0];
    if (!quantity_is_drawn(&quantity)) return number;
    number.base = 1.0;
    number.draw = draw_add(reader->model, setting->path, "", &quantity);
    return number;
}

static struct plain_number number_of(struct reader *reader, struct setting *parent, const char *name, double absent)
{
    return number_read(reader, setting_find(parent, name), absent);
}

/* One of a map by commodity. */
static struct plain_number entry_of(struct reader *reader, struct setting *parent, const char *name, const char *entry,
                                    double absent)
{
    struct setting *map = setting_find(parent, name);
    return number_read(reader, map == NULL ? NULL : setting_find(map, entry), absent);
}

static double constant_of(struct reader *reader, struct setting *parent, const char *name, double absent)
{
    const struct plain_number number = number_of(reader, parent, name, absent);
    if (number.draw > 0 || number.at != NULL) refuse(reader, setting_find(parent, name), "varies");
    return number.base;
}

static void season_read(struct reader *reader, struct setting *setting, double season[12])
{
    double sum = 0.0;
    for (size_t i = 0; i < 12; i++) {
        season[i] = setting == NULL ? 1.0 : number_read(reader, setting->child[i], 1.0).base;
        sum += season[i];
    }
    for (size_t i = 0; i < 12; i++) season[i] *= 12.0 / sum;
}

/* ---- drivers ---- */

/* An innovation: the integral over a month of (c0 + c1 e^{-k (D - s)}) dW_s of a shock. */
struct innovation_of {
    char *shock;
    double c0, c1, k;
};

struct innovations {
    struct innovation_of *item;
    size_t count;
};

static void innovation_add(struct innovations *all, const char *driver, const char *factor, double c0, double c1,
                           double k)
{
    all->item = need(realloc(all->item, (all->count + 1) * sizeof *all->item));
    all->item[all->count++] = (struct innovation_of){text_of("%s%s", driver, factor), c0, c1, k};
}

static double phi(double k)
{
    return k == 0.0 ? D : -expm1(-k * D) / k;
}

static double covariance(const struct innovation_of *a, const struct innovation_of *b)
{
    return a->c0 * b->c0 * D + a->c0 * b->c1 * phi(b->k) + a->c1 * b->c0 * phi(a->k) + a->c1 * b->c1 * phi(a->k + b->k);
}

static void two_factor_read(struct reader *reader, struct setting *setting, struct plain_driver *driver,
                            struct innovations *all)
{
    const size_t months = (size_t)reader->model->months;
    const double kappa = driver->kappa = constant_of(reader, setting, "kappa", 0.0);
    driver->rho = constant_of(reader, setting, "rho", 0.0);
    driver->keep = exp(-kappa * D);
    driver->start = number_of(reader, setting, "start", 0.0);
    driver->drift = number_of(reader, setting, "drift", 0.0);
    driver->sigma = number_of(reader, setting, "sigma_short", 0.0);
    driver->sigma_long = number_of(reader, setting, "sigma_long", 0.0);
    innovation_add(all, driver->name, ".short", 0.0, 1.0, kappa);
    innovation_add(all, driver->name, ".long", 1.0, 0.0, 0.0);
    driver->own = owned(reader->model, months, sizeof(double));
    driver->cross = owned(reader->model, months, sizeof(double));
    if (kappa == 0.0) refuse(reader, setting, "kappa is 0");
    for (size_t t = 0; t < months; t++) {
        const double from = (double)t * D, to = (double)(t + 1) * D;
        driver->own[t] = (exp(-2.0 * kappa * from) - exp(-2.0 * kappa * to)) / (2.0 * kappa);
        driver->cross[t] = 2.0 * driver->rho * (exp(-kappa * from) - exp(-kappa * to)) / kappa;
    }
}

static void growth_read(struct reader *reader, struct setting *setting, struct plain_driver *driver,
                        struct innovations *all)
{
    const struct plain_model *model = reader->model;
    const double kappa = driver->kappa = constant_of(reader, setting, "reversion", 0.0);
    driver->keep = exp(-kappa * D);
    driver->carry = (1.0 - driver->keep) / kappa;
    driver->sigma = number_of(reader, setting, "sigma", 0.0);
    driver->mean = number_of(reader, setting, "mean", 0.0);
    if (driver->mean.draw > 0) refuse(reader, setting, "a mean growth that is drawn");
    innovation_add(all, driver->name, "", 0.0, 1.0, kappa);
    innovation_add(all, driver->name, "", 1.0 / kappa, -1.0 / kappa, kappa);
    driver->growth = owned(reader->model, (size_t)model->months, sizeof(double));
    for (int t = model->base - model->start; t < model->months; t++) {
        const double mean = driver->mean.at == NULL ? driver->mean.base : driver->mean.at[t];
        if (t < 0)
            driver->before += log1p(mean) * D;
        else
            driver->growth[t] = log1p(mean) * D;
    }
}

static void one_factor_read(struct reader *reader, struct setting *setting, struct plain_driver *driver,
                            struct innovations *all)
{
    const bool trend = driver->family == PLAIN_TREND;
    driver->kappa = trend ? 0.0 : constant_of(reader, setting, "kappa", 0.0);
    driver->level = trend || strcmp(setting_find(setting, "of")->text, "level") == 0;
    driver->keep = exp(-driver->kappa * D);
    driver->start = number_of(reader, setting, "start", 0.0);
    driver->mean = trend ? driver->start : number_of(reader, setting, "mean", 0.0);
    if (trend) driver->drift = number_of(reader, setting, "drift", 0.0);
    driver->sigma = number_of(reader, setting, "sigma", 0.0);
    innovation_add(all, driver->name, "", 0.0, 1.0, driver->kappa);
    if (!trend && !(driver->kappa > 0.0)) refuse(reader, setting, "kappa is 0");
}

static void driver_read(struct reader *reader, struct setting *setting, struct plain_driver *driver,
                        struct innovations *all)
{
    static const char *const wrappers[] = {"jumps", "volatility", "season", "shift", "clamp"};
    static const char *const models[] = {"two-factor", "growth", "mean-reverting", "trend"};
    const char *model = setting_find(setting, "model")->text;
    int family = 0;
    driver->name = setting->name;
    driver->innovation = all->count;
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
        if (setting_find(setting, wrappers[i]) != NULL) refuse(reader, setting, wrappers[i]);
    while (family <= PLAIN_TREND && strcmp(models[family], model) != 0) family++;
    driver->family = (enum plain_family)family;
    if (family == PLAIN_TWO_FACTOR)
        two_factor_read(reader, setting, driver, all);
    else if (family == PLAIN_GROWTH)
        growth_read(reader, setting, driver, all);
    else if (family <= PLAIN_TREND)
        one_factor_read(reader, setting, driver, all);
    else
        refuse(reader, setting, model);
}

/* The correlation of two shocks. */
static double correlation_of(struct reader *reader, struct setting *correlation, const char *a, const char *b)
{
    struct setting *pairs = correlation == NULL ? NULL : setting_find(correlation, "pairs");
    if (strcmp(a, b) == 0) return 1.0;
    for (size_t i = 0; pairs != NULL && i < pairs->children; i++) {
        const char *name = pairs->child[i]->name, *slash = strchr(name, '/');
        const size_t first = (size_t)(slash - name);
        const bool straight = strlen(a) == first && strncmp(name, a, first) == 0 && strcmp(slash + 1, b) == 0;
        const bool reverse = strlen(b) == first && strncmp(name, b, first) == 0 && strcmp(slash + 1, a) == 0;
        if (straight || reverse) return number_read(reader, pairs->child[i], 0.0).base;
    }
    return 0.0;
}

/* The rho of the two shocks of a two-factor price; 0 of any others. */
static double inner_rho(const struct plain_model *model, size_t i, size_t j)
{
    for (size_t d = 0; d < model->drivers; d++) {
        const struct plain_driver *driver = &model->driver[d];
        const size_t low = i < j ? i : j, high = i < j ? j : i;
        if (driver->family == PLAIN_TWO_FACTOR && low == driver->innovation && high == low + 1) return driver->rho;
    }
    return 0.0;
}

/* The lower factor of the correlations of a month's innovations. */
static void factor_make(struct reader *reader, struct setting *correlation, const struct innovations *all)
{
    struct plain_model *model = reader->model;
    const size_t n = model->innovations = all->count;
    model->sd = owned(model, n, sizeof(double));
    model->factor = owned(model, n * n, sizeof(double));
    if (n == 0) return;
    gsl_matrix *matrix = need(gsl_matrix_alloc(n, n));
    for (size_t i = 0; i < n; i++) model->sd[i] = sqrt(covariance(&all->item[i], &all->item[i]));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double rho = correlation_of(reader, correlation, all->item[i].shock, all->item[j].shock);
            if (rho == 0.0) rho = inner_rho(model, i, j);
            gsl_matrix_set(matrix, i, j,
                           rho * covariance(&all->item[i], &all->item[j]) / (model->sd[i] * model->sd[j]));
        }
    if (gsl_linalg_cholesky_decomp1(matrix) != 0) refuse(reader, correlation, "not positive definite");
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) model->factor[i * n + j] = gsl_matrix_get(matrix, i, j);
    gsl_matrix_free(matrix);
}

/* y -> Phi^-1(T_nu(y)) for y >= 0; tails above, where they are exact. */
static void copula_read(struct reader *reader, struct setting *correlation)
{
    struct plain_model *model = reader->model;
    struct setting *copula = correlation == NULL ? NULL : setting_find(correlation, "copula");
    if (copula == NULL || strcmp(setting_find(copula, "family")->text, "t") != 0) return;
    model->dof = (int)setting_find(copula, "dof")->integer;
    model->map = owned(model, PLAIN_KNOTS, sizeof(double));
    for (int i = 0; i < PLAIN_KNOTS; i++) {
        const double y = (double)PLAIN_REACH * i / (PLAIN_KNOTS - 1);
        model->map[i] = gsl_cdf_ugaussian_Qinv(gsl_cdf_tdist_Q(y, model->dof));
    }
}

static void drivers_read(struct reader *reader, struct setting *root)
{
    struct plain_model *model = reader->model;
    struct setting *drivers = setting_find(root, "drivers"), *correlation = NULL;
    struct innovations all = {0};
    if (drivers != NULL) {
        correlation = setting_find(drivers, "correlation");
        model->driver = owned(model, drivers->children, sizeof *model->driver);
        for (size_t i = 0; i < drivers->children; i++)
            if (drivers->child[i] != correlation)
                driver_read(reader, drivers->child[i], &model->driver[model->drivers++], &all);
    }
    if (correlation != NULL && strcmp(setting_find(correlation, "repair")->text, "none") != 0)
        refuse(reader, correlation, "repair");
    if (reader->fault == NULL) {
        factor_make(reader, correlation, &all);
        copula_read(reader, correlation);
    }
    for (size_t i = 0; i < all.count; i++) free(all.item[i].shock);
    free(all.item);
}

static int driver_find(struct reader *reader, const struct setting *setting, const char *name)
{
    for (size_t i = 0; i < reader->model->drivers; i++)
        if (strcmp(reader->model->driver[i].name, name) == 0) return (int)i;
    refuse(reader, setting, name);
    return 0;
}

/* ---- legs and flows ---- */

static void legs_read(struct reader *reader, struct setting *root)
{
    struct plain_model *model = reader->model;
    struct setting *legs = setting_find(root, "legs");
    model->legs = legs == NULL ? 0 : legs->children;
    model->leg = owned(model, model->legs, sizeof *model->leg);
    for (size_t i = 0; i < model->legs; i++) {
        struct setting *setting = legs->child[i], *capacity = setting_find(setting, "capacity");
        struct setting *bpr = setting_find(setting, "bpr"), *draught = setting_find(setting, "draught");
        struct plain_leg *leg = &model->leg[i];
        *leg = (struct plain_leg){.name = setting->name, .limited = capacity != NULL, .draught_driver = -1};
        leg->capacity = number_read(reader, capacity, 0.0);
        if (bpr != NULL) {
            leg->soft = number_read(reader, bpr->child[0], 0.0).base;
            leg->power = (int)number_read(reader, bpr->child[1], 0.0).base;
        }
        if (draught == NULL) continue;
        leg->draught_driver = driver_find(reader, draught, setting_find(draught, "driver")->text);
        leg->loss = number_of(reader, draught, "loss", 0.0);
        leg->offset = number_of(reader, draught, "offset", 0.0);
    }
}

static bool by_month_of(struct plain_number number)
{
    return number.at != NULL;
}

static size_t use_find(struct plain_flow *flow, size_t leg, struct plain_number each)
{
    size_t i = 0;
    while (i < flow->uses && flow->use[i].leg != leg) i++;
    if (i == flow->uses) {
        flow->use = need(realloc(flow->use, (flow->uses + 1) * sizeof *flow->use));
        flow->use[flow->uses++] = (struct plain_use){leg, each};
    }
    return i;
}

static void step_read(struct reader *reader, struct setting *legs, const char *name, const char *commodity,
                      struct plain_flow *flow, struct plain_route *route)
{
    struct setting *setting = setting_find(legs, name), *driver = setting_find(setting, "cost_driver");
    struct plain_step *step = &route->step[route->steps];
    size_t leg = 0;
    while (strcmp(reader->model->leg[leg].name, name) != 0) leg++;
    for (size_t s = 0; s < route->steps; s++)
        if (route->step[s].leg == leg) refuse(reader, setting, "a leg that is on the way twice");
    *step = (struct plain_step){
        .leg = leg,
        .cost_driver = driver == NULL ? -1 : driver_find(reader, setting, driver->text),
        .cost = entry_of(reader, setting, "cost", commodity, 0.0),
        .fee = entry_of(reader, setting, "fee", commodity, 0.0),
        .subsidy = entry_of(reader, setting, "subsidy", commodity, 0.0),
        .penalty = entry_of(reader, setting, "penalty", commodity, 0.0),
        .time = number_of(reader, setting, "time", 0.0),
        .sd = number_of(reader, setting, "sd", 0.0),
    };
    if (by_month_of(step->cost) || by_month_of(step->fee) || by_month_of(step->subsidy) || by_month_of(step->penalty) ||
        by_month_of(step->time) || by_month_of(step->sd))
        route->by_month = true;
    if (step->cost_driver >= 0 || reader->model->leg[leg].soft > 0.0) route->moving[route->movings++] = route->steps;
    if (reader->model->leg[leg].limited) {
        const struct plain_number each = entry_of(reader, setting, "use", commodity, 1.0);
        route->use[route->uses++] = use_find(flow, leg, each);
    }
    route->steps++;
}

static void route_read(struct reader *reader, struct setting *legs, struct setting *setting, const char *commodity,
                       struct plain_flow *flow, struct plain_route *route)
{
    struct setting *via = setting_find(setting, "via");
    route->name = setting->name;
    route->share = constant_of(reader, setting, "share", 0.0);
    route->offset = number_of(reader, setting, "offset", 0.0);
    route->step = owned(reader->model, via->children, sizeof *route->step);
    route->moving = owned(reader->model, via->children, sizeof *route->moving);
    route->use = owned(reader->model, via->children, sizeof *route->use);
    for (size_t i = 0; i < via->children; i++) step_read(reader, legs, via->child[i]->text, commodity, flow, route);
}

/* Puts the routes of a nest together, in the order in which the nests first appear. */
static void nests_read(struct reader *reader, struct setting *choice, struct setting *routes, const char *commodity,
                       struct setting *legs, struct plain_flow *flow)
{
    struct setting *nests = choice == NULL ? NULL : setting_find(choice, "nests");
    bool *done = zeros(routes->children, sizeof *done);
    flow->nest = owned(reader->model, routes->children, sizeof *flow->nest);
    flow->route = owned(reader->model, routes->children, sizeof *flow->route);
    for (size_t i = 0; i < routes->children; i++) {
        if (done[i]) continue;
        const struct setting *name = setting_find(routes->child[i], "nest");
        struct plain_nest *nest = &flow->nest[flow->nests];
        *nest = (struct plain_nest){.first = flow->routes, .lambda = {.base = 1.0}};
        if (name != NULL) nest->lambda = number_of(reader, nests, name->text, 1.0);
        for (size_t j = i; j < routes->children; j++) {
            const struct setting *other = setting_find(routes->child[j], "nest");
            if (j > i && (name == NULL || other == NULL || strcmp(other->text, name->text) != 0)) continue;
            struct plain_route *route = &flow->route[flow->routes++];
            route_read(reader, legs, routes->child[j], commodity, flow, route);
            route->nest = flow->nests;
            done[j] = true;
            nest->count++;
        }
        flow->nests++;
    }
    free(done);
}

static void likes_read(struct reader *reader, struct setting *routes, struct plain_flow *flow)
{
    for (size_t r = 0; r < flow->routes; r++) {
        struct setting *like = setting_find(setting_find(routes, flow->route[r].name), "like");
        flow->route[r].like = r;
        for (size_t other = 0; like != NULL && other < flow->routes; other++)
            if (strcmp(flow->route[other].name, like->text) == 0) flow->route[r].like = other;
        if (flow->route[flow->route[r].like].share <= 0.0) refuse(reader, routes, "like a route without a share");
    }
}

static void incomes_read(struct reader *reader, struct setting *income, struct plain_flow *flow)
{
    flow->incomes = income == NULL ? 0 : income->children;
    flow->income = owned(reader->model, flow->incomes, sizeof *flow->income);
    for (size_t i = 0; i < flow->incomes; i++)
        flow->income[i] = (struct plain_income){(size_t)driver_find(reader, income, income->child[i]->name),
                                                number_read(reader, income->child[i], 0.0)};
}

static void flow_read(struct reader *reader, struct setting *root, struct setting *setting, struct plain_flow *flow)
{
    struct plain_model *model = reader->model;
    struct setting *commodity =
        setting_find(setting_find(root, "commodities"), setting_find(setting, "commodity")->text);
    struct setting *response = setting_find(setting, "response"), *routes = setting_find(setting, "routes");
    struct setting *choice = setting_find(setting, "choice"), *value = setting_find(setting, "value");
    flow->name = setting->name;
    flow->volume = number_of(reader, setting, "volume", 0.0);
    flow->value =
        number_read(reader, setting_find(value == NULL ? setting_find(commodity, "value") : value, "base"), 0.0);
    flow->tariff = number_of(reader, setting, "tariff", 0.0);
    flow->wedge = number_of(reader, setting, "cost_wedge", 0.0);
    flow->price_by_month = by_month_of(flow->value) || by_month_of(flow->tariff) || by_month_of(flow->wedge);
    flow->responds = response != NULL;
    if (flow->responds) {
        flow->impact = number_of(reader, response, "impact", 0.0);
        flow->long_run = number_of(reader, response, "long_run", 0.0);
        flow->speed = number_of(reader, response, "speed", 0.0);
    }
    season_read(reader, setting_find(setting, "season"), flow->season);
    incomes_read(reader, setting_find(setting, "income"), flow);
    flow->first_route = model->routes;
    flow->first_nest = model->nests;
    flow->first_use = model->uses;
    flow->first_step = model->steps;
    if (setting_find(setting, "priority")->integer != 0) refuse(reader, setting, "a priority");
    if (routes == NULL) return;
    flow->time_value = number_of(reader, commodity, "time_value", 0.0);
    flow->reliability = number_of(reader, commodity, "reliability_ratio", 0.5);
    if (choice != NULL) flow->theta = number_of(reader, choice, "sensitivity", 0.0);
    nests_read(reader, choice, routes, commodity->name, setting_find(root, "legs"), flow);
    likes_read(reader, routes, flow);
    model->routes += flow->routes;
    model->nests += flow->nests;
    model->uses += flow->uses;
    for (size_t r = 0; r < flow->routes; r++) model->steps += flow->route[r].steps;
}

/* ---- stops ---- */

/* Whether the one leg comes before the other on some way, directly or through others: before[a * legs + b]. */
static bool *before_make(const struct plain_model *model)
{
    const size_t n = model->legs;
    bool *before = zeros(n * n, sizeof *before);
    for (size_t s = 1; s < model->stops; s++)
        if (!model->stop[s].first) before[model->stop[s - 1].leg * n + model->stop[s].leg] = true;
    for (size_t via = 0; via < n; via++)
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++)
                before[a * n + b] = before[a * n + b] || (before[a * n + via] && before[via * n + b]);
    return before;
}

/* The legs in an order in which each stands behind those before it, legs before one another as in the file. */
static void order_make(struct plain_model *model)
{
    const size_t n = model->legs;
    bool *before = before_make(model);
    size_t *place = zeros(n, sizeof *place); /* from 1 */
    model->order = owned(model, n, sizeof *model->order);
    for (bool more = true; more;) {
        more = false;
        for (size_t a = 0; a < n && !more; a++) {
            bool ready = model->leg[a].limited && place[a] == 0;
            for (size_t b = 0; b < n && ready; b++) ready = place[b] > 0 || !before[b * n + a] || before[a * n + b];
            if (!ready) continue;
            /* its whole group now, so that no other comes between */
            for (size_t b = 0; b < n; b++)
                if (b == a || (before[a * n + b] && before[b * n + a])) {
                    model->order[model->limited++] = b;
                    place[b] = model->limited;
                }
            more = true;
        }
    }
    for (size_t s = 1; s < model->stops; s++) {
        struct plain_stop *stop = &model->stop[s];
        stop->late = !stop->first && place[stop[-1].leg] > place[stop->leg];
        model->crosses = model->crosses || stop->late;
    }
    free(before);
    free(place);
}

static void stops_make(struct plain_model *model)
{
    size_t most = 0;
    for (size_t f = 0; f < model->flows; f++)
        for (size_t r = 0; r < model->flow[f].routes; r++) most += model->flow[f].route[r].uses;
    model->stop = owned(model, most, sizeof *model->stop);
    for (size_t l = 0; l < model->legs; l++) model->leg[l].stop = owned(model, most, sizeof(size_t));
    for (size_t f = 0; f < model->flows; f++)
        for (size_t r = 0; r < model->flow[f].routes; r++) {
            struct plain_route *route = &model->flow[f].route[r];
            route->first_stop = model->stops;
            for (size_t i = 0; i < route->uses; i++) {
                const size_t leg = model->flow[f].use[route->use[i]].leg;
                model->leg[leg].stop[model->leg[leg].stops++] = model->stops;
                model->stop[model->stops++] =
                    (struct plain_stop){.leg = leg, .flow = f, .route = r, .use = route->use[i], .first = i == 0};
            }
        }
    order_make(model);
}

/* ---- outputs ---- */

static size_t output_add(struct plain_model *model, char *name)
{
    model->output = need(realloc(model->output, (model->outputs + 1) * sizeof *model->output));
    model->output[model->outputs] = name;
    return model->outputs++;
}

static void outputs_make(struct plain_model *model)
{
    static const char *const of_flow[] = {"demand", "shipped", "lost", "backlog", "cost"};
    static const char *const of_leg[] = {"used", "utilisation", "delay"};
    bool *used = zeros(model->legs, sizeof *used);
    for (size_t d = 0; d < model->drivers; d++) output_add(model, text_of("drivers.%s", model->driver[d].name));
    for (size_t f = 0; f < model->flows; f++) {
        struct plain_flow *flow = &model->flow[f];
        const size_t most = flow->routes > 0 ? PLAIN_FLOW_OUTPUTS : PLAIN_SHIPPED;
        flow->output = model->outputs;
        for (size_t i = 0; i < most; i++) output_add(model, text_of("flows.%s.%s", flow->name, of_flow[i]));
        for (size_t r = 0; r < flow->routes; r++)
            output_add(model, text_of("routes.%s.%s.volume", flow->name, flow->route[r].name));
        for (size_t u = 0; u < flow->uses; u++) used[flow->use[u].leg] = true;
    }
    for (size_t l = 0; l < model->legs; l++) {
        struct plain_leg *leg = &model->leg[l];
        leg->limited = used[l];
        leg->output = model->outputs;
        for (size_t i = 0; leg->limited && i < PLAIN_LEG_OUTPUTS; i++)
            output_add(model, text_of("legs.%s.%s", leg->name, of_leg[i]));
    }
    free(used);
}

/* What of the scenario is not in here. */
static char *left_out(const struct setting *root)
{
    static const char *const known[] = {"scenario",    "title", "time",  "run",     "drivers",
                                        "commodities", "legs",  "flows", "network", "outcomes"};
    char *text = text_of("%s", "");
    for (size_t i = 0; i < root->children; i++) {
        size_t k = 0;
        while (k < sizeof known / sizeof *known && strcmp(known[k], root->child[i]->name) != 0) k++;
        if (k < sizeof known / sizeof *known || !root->child[i]->stated) continue;
        char *longer = text_of("%s%s%s", text, text[0] == '\0' ? "" : ", ", root->child[i]->name);
        free(text);
        text = longer;
    }
    return text;
}

struct fault *plain_open(const struct scenario *scenario, struct plain_model **out)
{
    struct setting *root = scenario->root, *time = setting_find(root, "time");
    struct plain_model *model = *out = zeros(1, sizeof *model);
    struct reader reader = {.scenario = scenario, .model = model};
    model->base = (int)setting_find(time, "base")->integer;
    model->start = (int)setting_find(time, "start")->integer;
    model->months = (int)setting_find(time, "months")->integer;
    model->left_out = left_out(root);
    drivers_read(&reader, root);
    legs_read(&reader, root);
    struct setting *flows = setting_find(root, "flows"), *network = setting_find(root, "network");
    model->flows = flows == NULL ? 0 : flows->children;
    model->flow = owned(model, model->flows, sizeof *model->flow);
    for (size_t f = 0; f < model->flows && reader.fault == NULL; f++)
        flow_read(&reader, root, flows->child[f], &model->flow[f]);
    model->sweeps = (int)setting_find(network, "sweeps")->integer;
    model->most_sweeps = (int)setting_find(network, "most_sweeps")->integer;
    model->tolerance = number_of(&reader, network, "tolerance", 0.0).base;
    model->renege = number_of(&reader, network, "renege", 0.1);
    if (reader.fault == NULL) outputs_make(model);
    if (reader.fault == NULL) stops_make(model);
    return reader.fault;
}

void plain_close(struct plain_model *model)
{
    if (model == NULL) return;
    for (size_t i = 0; i < model->draws; i++) {
        free(model->draw[i].name);
        quantity_free(&model->draw[i].quantity);
    }
    for (size_t f = 0; model->flow != NULL && f < model->flows; f++) free(model->flow[f].use);
    for (size_t i = 0; i < model->outputs; i++) free(model->output[i]);
    for (size_t i = 0; i < model->owns; i++) free(model->owned[i]);
    free(model->owned);
    free(model->draw);
    free(model->output);
    free(model->left_out);
    free(model);
}

size_t plain_cells(const struct plain_model *model)
{
    return model->outputs * (size_t)(model->months / 12);
}
