/* models/drivers/driver_var.c -- jointly fitted growth or levels: x' = c + A x + v diag(sigma) e, monthly, e from the
 * correlation, v the factor of the volatility regime (1 without).
 *   of: growth   x are yearly log growth rates; levels are exp(sum x D), 1 at the start
 *   of: level    x are the levels themselves
 * Refused unless the spectral radius of A is below 1, since else there would be no long run. Without regimes, jumps and
 * shifts the stationary mean is (I - A)^-1 c, and the covariance S solves S = A S A' + diag(sigma) R diag(sigma).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/driver.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* rows: outputs, then (growth) the rates, then scratch */
enum { ROWS = 3 * DRIVER_OUTPUTS };

static const struct key number_entry[] = {{.name = "*", .kind = KEY_QUANTITY, .unit = "", .meaning = "A number."}};
static const struct key name_entry[] = {{.name = "*", .kind = KEY_NAME, .meaning = "A name."}};
static const struct key row_entry[] = {
    {.name = "*", .kind = KEY_LIST, .min = 1, .max = DRIVER_OUTPUTS, .entry = number_entry, .meaning = "A row."}};

static const struct key var_keys[] = {
    {.name = "of",
     .kind = KEY_CHOICE,
     .choices = "growth level",
     .default_value = "growth",
     .meaning = "What the variables are: yearly log growth rates, or levels."},
    {.name = "unit", .kind = KEY_UNIT, .default_value = "1", .meaning = "Unit of the levels, for `of: level`."},
    {.name = "variables",
     .kind = KEY_LIST,
     .min = 1,
     .max = DRIVER_OUTPUTS,
     .entry = name_entry,
     .meaning = "Names of the variables; each is used as NAME.VARIABLE."},
    {.name = "matrix",
     .kind = KEY_LIST,
     .min = 1,
     .max = DRIVER_OUTPUTS,
     .entry = row_entry,
     .meaning = "Monthly transition matrix, one row per variable."},
    {.name = "constant",
     .kind = KEY_LIST,
     .min = 1,
     .max = DRIVER_OUTPUTS,
     .entry = number_entry,
     .meaning = "Constant added each month, one per variable."},
    {.name = "start",
     .kind = KEY_LIST,
     .min = 1,
     .max = DRIVER_OUTPUTS,
     .entry = number_entry,
     .meaning = "Values at the start, one per variable."},
    {.name = "sigma",
     .kind = KEY_LIST,
     .min = 1,
     .max = DRIVER_OUTPUTS,
     .entry = number_entry,
     .meaning = "Standard deviations of the monthly innovations, one per variable."},
    DRIVER_WRAPPER_KEYS(driver_var_jump_keys),
    {.name = NULL}};

/* matrix holds A [n][n], then c, start and sigma [n] each. */
static double *var_part(const struct driver *driver, size_t part)
{
    const size_t n = driver->outputs;
    return driver->matrix + n * n + part * n;
}

static struct fault *var_numbers(struct setting *list, const struct plan *plan, size_t count, double out[])
{
    if (list->children != count)
        return fault_at(FAULT_SCENARIO, list->place, "%s has %zu numbers; expected %zu, one per variable", list->path,
                        list->children, count);
    for (size_t i = 0; i < count; i++) {
        list->child[i]->used = true;
        out[i] = store_central(plan->store, list->child[i]->slot, plan->calendar.start);
    }
    return NULL;
}

static struct fault *var_radius(const double *matrix, size_t n, double *radius)
{
    gsl_matrix *a = gsl_matrix_alloc(n, n);
    gsl_vector_complex *values = gsl_vector_complex_alloc(n);
    gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(n);
    struct fault *fault = NULL;
    *radius = 0.0;
    if (a == NULL || values == NULL || work == NULL) {
        fault = fault_no_memory();
        goto done;
    }
    for (size_t i = 0; i < n * n; i++) gsl_matrix_set(a, i / n, i % n, matrix[i]);
    if (gsl_eigen_nonsymm(a, values, work) != 0) {
        fault = fault_raise(FAULT_SCENARIO, "the eigenvalues of the matrix could not be computed");
        goto done;
    }
    for (size_t i = 0; i < n; i++) {
        const gsl_complex z = gsl_vector_complex_get(values, i);
        *radius = fmax(*radius, hypot(GSL_REAL(z), GSL_IMAG(z)));
    }
done:
    if (work != NULL) gsl_eigen_nonsymm_free(work);
    gsl_vector_complex_free(values);
    gsl_matrix_free(a);
    return fault;
}

static struct fault *var_read(struct driver *driver, struct setting *setting, struct plan *plan)
{
    static const char *const parts[] = {"constant", "start", "sigma"};
    const size_t n = driver->outputs;
    struct setting *matrix = setting_find(setting, "matrix");
    driver->matrix = calloc(n * n + 3 * n, sizeof *driver->matrix);
    if (driver->matrix == NULL) return fault_no_memory();
    if (matrix->children != n)
        return fault_at(FAULT_SCENARIO, matrix->place, "%s has %zu rows; expected %zu, one per variable", matrix->path,
                        matrix->children, n);
    for (size_t i = 0; i < n; i++) {
        matrix->child[i]->used = true;
        TRY(var_numbers(matrix->child[i], plan, n, driver->matrix + i * n));
    }
    for (size_t i = 0; i < 3; i++) TRY(var_numbers(setting_find(setting, parts[i]), plan, n, var_part(driver, i)));
    for (size_t i = 0; i < n; i++)
        if (!(var_part(driver, 2)[i] >= 0.0))
            return fault_at(FAULT_SCENARIO, setting_find(setting, "sigma")->child[i]->place,
                            "%s.sigma.%zu is %g; expected 0 or more", setting->path, i + 1, var_part(driver, 2)[i]);
    for (size_t i = 0; i < n && driver->growth; i++)
        TRY(driver_check_log(setting_find(setting, "sigma")->child[i], plan));
    double radius;
    TRY(var_radius(driver->matrix, n, &radius));
    if (radius < 1.0) return NULL;
    return fault_at(FAULT_SCENARIO, matrix->place,
                    "%s has the spectral radius %.4f; expected below 1, or the variables have no long run",
                    matrix->path, radius);
}

static struct fault *var_prepare(struct driver *driver, struct setting *setting, struct plan *plan)
{
    struct setting *variables = setting_find(setting, "variables");
    driver->growth = strcmp(setting_find(setting, "of")->text, "growth") == 0;
    driver->exponential = driver->growth;
    driver->unit = setting_find(setting, "unit")->text;
    driver->outputs = variables->children;
    for (size_t i = 0; i < driver->outputs; i++) {
        variables->child[i]->used = true;
        const char *name = variables->child[i]->text;
        if (asprintf(&driver->output_name[i], "%s.%s", driver->name, name) < 0) return fault_no_memory();
        for (size_t j = 0; j < i; j++)
            if (strcmp(driver->output_name[i], driver->output_name[j]) == 0)
                return fault_at(FAULT_SCENARIO, variables->child[i]->place, "%s names %s twice", variables->path, name);
        TRY(driver_add_innovation(driver, name, name));
        driver->innovation[i].terms = 1;
        driver->innovation[i].c[0] = 1.0;
    }
    return var_read(driver, setting, plan);
}

static void var_start(const struct driver *driver, struct driver_lanes *lanes)
{
    const size_t n = driver->outputs, state = driver->growth ? n : 0;
    const double *start = var_part(driver, 1);
    for (size_t i = 0; i < n; i++) {
        double *output = lanes->x[i], *x = lanes->x[state + i];
        EACH_LANE(l) output[l] = 0.0;
        EACH_LANE(l) x[l] = start[i];
    }
}

static void var_step(const struct driver *driver, struct driver_lanes *lanes)
{
    const size_t n = driver->outputs, state = driver->growth ? n : 0;
    const double *constant = var_part(driver, 0), *sigma = var_part(driver, 2), *volatility = lanes->volatility;
    double(*next)[LANES] = lanes->x + 2 * n;
    for (size_t i = 0; i < n; i++) {
        double *to = next[i];
        const double *e = lanes->e[i];
        EACH_LANE(l) to[l] = constant[i] + sigma[i] * volatility[l] * e[l];
        for (size_t j = 0; j < n; j++) {
            const double a = driver->matrix[i * n + j], *x = lanes->x[state + j];
            EACH_LANE(l) to[l] += a * x[l];
        }
    }
    for (size_t i = 0; i < n; i++) {
        double *x = lanes->x[state + i], *output = lanes->x[i];
        EACH_LANE(l) x[l] = next[i][l];
        if (driver->growth) EACH_LANE(l) output[l] += x[l] * CALENDAR_MONTH_YEARS;
    }
}

const struct driver_family driver_var = {
    .variant = {"var", "Several variables fitted jointly (vector autoregression of order 1).", var_keys},
    .rows = ROWS,
    .prepare = var_prepare,
    .start = var_start,
    .step = var_step,
};
