/* models/drivers/correlation.c -- see correlation.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/correlation.h"
#include "models/drivers/copula.h"
#include "sim/core/calendar.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_EIGENVALUE 1e-6 /* after a repair */

/* A connected group: its members in order of name, and the lower Cholesky factor of their correlations, packed by rows.
 */
const struct key correlation_pair_entry[] = {{.name = "*",
                                              .kind = KEY_QUANTITY,
                                              .unit = "",
                                              .min = -1,
                                              .max = 1,
                                              .min_open = true,
                                              .max_open = true,
                                              .meaning = "Correlation of the two shocks, or normal scores."}};

struct group {
    size_t members;
    size_t *member;
    double *factor; /* [members * members], row-major */
};

struct correlation {
    size_t innovations;
    struct stream *stream; /* [innovations] */
    double *matrix;        /* [innovations * innovations], as factored */
    size_t *group_of;
    struct group *group;
    size_t groups;
    double shrinkage;
    struct copula *copula; /* NULL: Gaussian */
    struct stream copula_stream;
};

struct correlation_state {
    const struct correlation *correlation;
    uint64_t first;
    struct stream_state *draws; /* [innovations] */
    struct stream_state copula_draws;
    double (*odd)[LANES]; /* [innovations] the normals of the next, odd month */
    double (*z)[LANES];   /* [innovations] independent normals of the month */
};

/* phi(k) = (1 - e^{-k D}) / k, D at 0; of the past 1 / k. */
static double phi(enum correlation_span span, double k)
{
    if (span == CORRELATION_PAST) return 1.0 / k;
    return k == 0.0 ? CALENDAR_MONTH_YEARS : -expm1(-k * CALENDAR_MONTH_YEARS) / k;
}

static double covariance(enum correlation_span span, const struct innovation *a, const struct innovation *b)
{
    double sum = 0.0;
    for (size_t i = 0; i < a->terms; i++)
        for (size_t j = 0; j < b->terms; j++) sum += a->c[i] * b->c[j] * phi(span, a->k[i] + b->k[j]);
    return sum;
}

static bool shock_known(const struct correlation_plan *plan, const char *shock)
{
    for (size_t i = 0; i < plan->innovations; i++)
        if (strcmp(plan->innovation[i].shock, shock) == 0) return true;
    return false;
}

/* The sentence for a shock that is none: a driver with factors, or a name that nothing has. */
static struct fault *unknown_shock(const struct correlation_plan *plan, const struct correlation_pair *pair,
                                   const char *shock)
{
    char *known = NULL;
    size_t size = 0;
    bool has_factors = false;
    FILE *to = open_memstream(&known, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < plan->innovations; i++) {
        const char *name = plan->innovation[i].shock;
        if (i > 0 && strcmp(name, plan->innovation[i - 1].shock) == 0) continue;
        const bool factor = strncmp(name, shock, strlen(shock)) == 0 && name[strlen(shock)] == '.';
        if (factor && !has_factors) rewind(to);
        if (has_factors && !factor) continue;
        fprintf(to, "%s%s", ftell(to) == 0 ? "" : ", ", name);
        has_factors = has_factors || factor;
    }
    struct fault *fault = NULL;
    if (fclose(to) != 0)
        fault = fault_no_memory();
    else if (has_factors)
        fault = fault_at(FAULT_SCENARIO, pair->place,
                         "correlation of '%s': the driver has several shocks; expected one of %s", shock, known);
    else
        fault = fault_at(FAULT_SCENARIO, pair->place,
                         "correlation of '%s': no random driver has that shock; expected one of %s", shock, known);
    free(known);
    return fault;
}

static bool same_pair(const struct correlation_pair *a, const struct correlation_pair *b)
{
    return (strcmp(a->shock[0], b->shock[0]) == 0 && strcmp(a->shock[1], b->shock[1]) == 0) ||
           (strcmp(a->shock[0], b->shock[1]) == 0 && strcmp(a->shock[1], b->shock[0]) == 0);
}

static struct fault *pairs_check(const struct correlation_plan *plan)
{
    for (size_t i = 0; i < plan->pairs; i++) {
        const struct correlation_pair *pair = &plan->pair[i];
        for (int s = 0; s < 2; s++)
            if (!shock_known(plan, pair->shock[s])) return unknown_shock(plan, pair, pair->shock[s]);
        if (strcmp(pair->shock[0], pair->shock[1]) == 0)
            return fault_at(FAULT_SCENARIO, pair->place, "correlation of %s with itself; expected two different shocks",
                            pair->shock[0]);
        if (!(pair->rho > -1.0 && pair->rho < 1.0))
            return fault_at(FAULT_SCENARIO, pair->place,
                            "correlation of %s and %s is %g; expected more than -1 and less than 1", pair->shock[0],
                            pair->shock[1], pair->rho);
        for (size_t j = 0; j < i; j++)
            if (same_pair(pair, &plan->pair[j]))
                return fault_at(FAULT_SCENARIO, pair->place, "the correlation of %s and %s is stated twice",
                                pair->shock[0], pair->shock[1]);
    }
    return NULL;
}

static double rho_of(const struct correlation_plan *plan, size_t i, size_t j)
{
    const struct correlation_pair pair = {.shock = {plan->innovation[i].shock, plan->innovation[j].shock}};
    if (strcmp(pair.shock[0], pair.shock[1]) == 0) return 1.0;
    for (size_t p = 0; p < plan->pairs; p++)
        if (same_pair(&pair, &plan->pair[p])) return plan->pair[p].rho;
    return 0.0;
}

static void matrix_fill(struct correlation *correlation, const struct correlation_plan *plan)
{
    const size_t n = plan->innovations;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const struct innovation *a = &plan->innovation[i], *b = &plan->innovation[j];
            const double rho = rho_of(plan, i, j);
            double r = i == j ? 1.0 : 0.0;
            if (i != j && rho != 0.0)
                r = rho * covariance(plan->span, a, b) /
                    sqrt(covariance(plan->span, a, a) * covariance(plan->span, b, b));
            correlation->matrix[i * n + j] = r;
        }
}

/* Numbers the connected groups by their first name, given the innovations in order of name. */
static void groups_number(struct correlation *correlation, const size_t order[])
{
    const size_t n = correlation->innovations;
    for (size_t i = 0; i < n; i++) correlation->group_of[i] = n;
    for (size_t o = 0; o < n; o++) {
        if (correlation->group_of[order[o]] < n) continue;
        correlation->group_of[order[o]] = correlation->groups;
        for (bool grew = true; grew;) {
            grew = false;
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < n && correlation->group_of[i] == correlation->groups; j++)
                    if (correlation->group_of[j] == n && correlation->matrix[i * n + j] != 0.0) {
                        correlation->group_of[j] = correlation->groups;
                        grew = true;
                    }
        }
        correlation->groups++;
    }
}

static double smallest_eigenvalue(const struct correlation *correlation, const struct group *group)
{
    const size_t m = group->members, n = correlation->innovations;
    gsl_matrix *matrix = gsl_matrix_alloc(m, m);
    gsl_vector *values = gsl_vector_alloc(m);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(m);
    double least = NAN;
    if (matrix != NULL && values != NULL && work != NULL) {
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < m; j++)
                gsl_matrix_set(matrix, i, j, correlation->matrix[group->member[i] * n + group->member[j]]);
        if (gsl_eigen_symm(matrix, values, work) == 0) least = gsl_vector_min(values);
    }
    if (work != NULL) gsl_eigen_symm_free(work);
    gsl_vector_free(values);
    gsl_matrix_free(matrix);
    return least;
}

/* Cholesky by rows, so that later members never change the rows of earlier ones. False if not positive definite. */
static bool factor(const struct correlation *correlation, struct group *group)
{
    const size_t m = group->members, n = correlation->innovations;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = correlation->matrix[group->member[i] * n + group->member[j]];
            for (size_t k = 0; k < j; k++) sum -= group->factor[i * m + k] * group->factor[j * m + k];
            if (i == j && !(sum > 1e-14)) return false;
            group->factor[i * m + j] = i == j ? sqrt(sum) : sum / group->factor[j * m + j];
        }
    return true;
}

static struct fault *not_definite(const struct correlation_plan *plan, const struct group *group, double least)
{
    char *names = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&names, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < group->members; i++)
        fprintf(to, "%s%s", i == 0 ? "" : ", ", plan->innovation[group->member[i]].name);
    if (fclose(to) != 0) {
        free(names);
        return fault_no_memory();
    }
    struct fault *fault =
        fault_at(FAULT_SCENARIO, plan->place,
                 "the correlations of %s are not positive definite: the smallest eigenvalue is %.4g; expected "
                 "above 0 (or `repair: shrink`)",
                 names, least);
    free(names);
    return fault;
}

/* What a repair of that weight makes of the correlations of a group. */
static struct fault *shrink_warn(const struct correlation *correlation, const struct correlation_plan *plan,
                                 const struct group *group, double w)
{
    enum { SHOWN_MOST = 10 };
    char *text = NULL;
    size_t size = 0, shown = 0, left = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < group->members; i++)
        for (size_t j = i + 1; j < group->members; j++) {
            const double rho = correlation->matrix[group->member[i] * correlation->innovations + group->member[j]];
            if (rho == 0.0) continue;
            if (shown++ >= SHOWN_MOST)
                left++;
            else
                fprintf(to, "%s%s/%s %.3g instead of %.3g", shown == 1 ? "" : ", ",
                        plan->innovation[group->member[i]].name, plan->innovation[group->member[j]].name,
                        (1.0 - w) * rho, rho);
        }
    if (left > 0) fprintf(to, " and %zu more", left);
    if (fclose(to) != 0) return fault_no_memory();
    struct fault *warning =
        fault_at(FAULT_SCENARIO, plan->place,
                 "correlations%s that cannot all be are shrunk towards independence with weight %.3g: %s",
                 plan->span == CORRELATION_PAST ? " of the past" : "", w, text);
    free(text);
    for (const struct fault *said = *plan->warnings; said != NULL; said = said->next)
        if (strcmp(said->sentence, warning->sentence) == 0) { /* the months before the run have the same */
            fault_free(warning);
            return NULL;
        }
    *plan->warnings = fault_join(*plan->warnings, warning);
    return NULL;
}

/* Off-diagonal entries times 1 - w: eigenvalues become (1 - w) l + w. */
static struct fault *shrink(struct correlation *correlation, const struct correlation_plan *plan,
                            const struct group *group, double least)
{
    const size_t n = correlation->innovations;
    const double w = (LEAST_EIGENVALUE - least) / (1.0 - least);
    if (plan->warnings != NULL) TRY(shrink_warn(correlation, plan, group, w));
    for (size_t i = 0; i < group->members; i++)
        for (size_t j = 0; j < group->members; j++)
            if (i != j) correlation->matrix[group->member[i] * n + group->member[j]] *= 1.0 - w;
    correlation->shrinkage = fmax(correlation->shrinkage, w);
    return NULL;
}

static struct fault *groups_factor(struct correlation *correlation, const struct correlation_plan *plan,
                                   const size_t order[])
{
    const size_t n = correlation->innovations;
    correlation->group = calloc(correlation->groups + 1, sizeof *correlation->group);
    if (correlation->group == NULL) return fault_no_memory();
    for (size_t g = 0; g < correlation->groups; g++) {
        struct group *group = &correlation->group[g];
        for (size_t o = 0; o < n; o++) group->members += correlation->group_of[order[o]] == g;
        group->member = calloc(group->members, sizeof *group->member);
        group->factor = calloc(group->members * group->members, sizeof *group->factor);
        if (group->member == NULL || group->factor == NULL) return fault_no_memory();
        for (size_t o = 0, m = 0; o < n; o++)
            if (correlation->group_of[order[o]] == g) group->member[m++] = order[o];
        if (factor(correlation, group)) continue;
        const double least = smallest_eigenvalue(correlation, group);
        if (!plan->shrink) return not_definite(plan, group, least);
        TRY(shrink(correlation, plan, group, least));
        if (!factor(correlation, group)) return not_definite(plan, group, smallest_eigenvalue(correlation, group));
    }
    return NULL;
}

static struct fault *stream_name(const struct correlation_plan *plan, const char *root, const char *name,
                                 struct stream *stream)
{
    char *full = NULL;
    if (asprintf(&full, "%s%s%s", root, name, plan->suffix == NULL ? "" : plan->suffix) < 0) return fault_no_memory();
    *stream = stream_named(plan->seed, full, plan->generator);
    free(full);
    return NULL;
}

static struct fault *streams_name(struct correlation *correlation, const struct correlation_plan *plan)
{
    for (size_t i = 0; i < plan->innovations; i++) {
        const struct innovation *innovation = &plan->innovation[i];
        TRY(stream_name(plan, innovation->of_flow ? "" : "drivers.", innovation->name, &correlation->stream[i]));
    }
    return stream_name(plan, "drivers.", "correlation", &correlation->copula_stream);
}

static void order_by_name(const struct correlation_plan *plan, size_t order[])
{
    for (size_t i = 0; i < plan->innovations; i++) {
        size_t at = i;
        while (at > 0 && strcmp(plan->innovation[order[at - 1]].name, plan->innovation[i].name) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

struct fault *correlation_prepare(const struct correlation_plan *plan, struct correlation **out)
{
    const size_t n = plan->innovations;
    *out = NULL;
    TRY(pairs_check(plan));
    struct correlation *correlation = calloc(1, sizeof *correlation);
    size_t *order = calloc(n + 1, sizeof *order);
    struct fault *fault = NULL;
    if (correlation != NULL) {
        correlation->innovations = n;
        correlation->stream = calloc(n + 1, sizeof *correlation->stream);
        correlation->matrix = calloc(n * n + 1, sizeof *correlation->matrix);
        correlation->group_of = calloc(n + 1, sizeof *correlation->group_of);
    }
    if (correlation == NULL || order == NULL || correlation->stream == NULL || correlation->matrix == NULL ||
        correlation->group_of == NULL)
        fault = fault_no_memory();
    if (fault == NULL) {
        order_by_name(plan, order);
        matrix_fill(correlation, plan);
        groups_number(correlation, order);
        fault = groups_factor(correlation, plan, order);
    }
    if (fault == NULL) fault = streams_name(correlation, plan);
    if (fault == NULL && plan->family == COPULA_T) fault = copula_prepare(plan->dof, &correlation->copula);
    free(order);
    if (fault != NULL) {
        correlation_free(correlation);
        return fault;
    }
    *out = correlation;
    return NULL;
}

void correlation_free(struct correlation *correlation)
{
    if (correlation == NULL) return;
    for (size_t g = 0; correlation->group != NULL && g < correlation->groups; g++) {
        free(correlation->group[g].member);
        free(correlation->group[g].factor);
    }
    copula_free(correlation->copula);
    free(correlation->group);
    free(correlation->group_of);
    free(correlation->matrix);
    free(correlation->stream);
    free(correlation);
}

double correlation_of(const struct correlation *correlation, size_t i, size_t j)
{
    return correlation->matrix[i * correlation->innovations + j];
}

double correlation_shrinkage(const struct correlation *correlation)
{
    return correlation->shrinkage;
}

size_t correlation_groups(const struct correlation *correlation)
{
    return correlation->groups;
}

size_t correlation_group(const struct correlation *correlation, size_t i)
{
    return correlation->group_of[i];
}

const double *correlation_factor(const struct correlation *correlation, size_t group, size_t *members,
                                 const size_t **member)
{
    *members = correlation->group[group].members;
    *member = correlation->group[group].member;
    return correlation->group[group].factor;
}

struct fault *correlation_state_open(const struct correlation *correlation, struct arena *arena,
                                     struct correlation_state **out)
{
    const size_t n = correlation->innovations;
    struct correlation_state *state = arena_take(arena, 1, sizeof *state);
    *out = state;
    if (state == NULL) return fault_no_memory();
    state->draws = arena_take(arena, n, sizeof *state->draws);
    state->odd = arena_rows(arena, n);
    state->z = arena_rows(arena, n);
    TRY(arena_check(arena));
    for (size_t i = 0; i < n; i++) TRY(stream_state_init(&correlation->stream[i], arena, &state->draws[i]));
    if (correlation->copula == NULL) return NULL;
    return stream_state_init(&correlation->copula_stream, arena, &state->copula_draws);
}

void correlation_start(const struct correlation *correlation, struct correlation_state *state,
                       uint64_t first_replication)
{
    state->first = first_replication;
    for (size_t i = 0; i < correlation->innovations; i++)
        stream_state_start(&correlation->stream[i], &state->draws[i], first_replication);
    if (correlation->copula != NULL)
        stream_state_start(&correlation->copula_stream, &state->copula_draws, first_replication);
}

/* The independent normals of a month. One slot of a stream holds the normals of two months: an even month takes the
 * first and keeps the second for the odd month that follows. */
static void draw(const struct correlation *correlation, struct correlation_state *state, int month)
{
    for (size_t i = 0; i < correlation->innovations; i++) {
        double *z = state->z[i], *odd = state->odd[i];
        if (month % 2 == 0) {
            _Alignas(LANES_ALIGNMENT) double pair[2][LANES];
            stream_normals(&correlation->stream[i], &state->draws[i], state->first, month / 2, 0, pair);
            memcpy(z, pair[0], sizeof pair[0]);
            memcpy(odd, pair[1], sizeof pair[1]);
        } else {
            memcpy(z, odd, LANES * sizeof *z);
        }
    }
}

static void group_apply(const struct group *group, const double (*z)[LANES], double e[][LANES])
{
    const size_t m = group->members;
    for (size_t i = 0; i < m; i++) {
        double *to = e[group->member[i]];
        const double diagonal = group->factor[i * m + i], *own = z[group->member[i]];
        EACH_LANE(l) to[l] = diagonal * own[l];
        for (size_t j = 0; j < i; j++) {
            const double weight = group->factor[i * m + j], *other = z[group->member[j]];
            EACH_LANE(l) to[l] = LANES_FMA(weight, other[l], to[l]);
        }
    }
}

void correlation_step(const struct correlation *correlation, struct correlation_state *state, int month,
                      double e[][LANES])
{
    draw(correlation, state, month);
    for (size_t g = 0; g < correlation->groups; g++)
        group_apply(&correlation->group[g], (const double(*)[LANES])state->z, e);
    if (correlation->copula == NULL) return;
    _Alignas(LANES_ALIGNMENT) double stretch[LANES];
    copula_stretch(correlation->copula, &correlation->copula_stream, &state->copula_draws, state->first, month,
                   stretch);
    for (size_t i = 0; i < correlation->innovations; i++) copula_normalise(correlation->copula, stretch, e[i]);
}
