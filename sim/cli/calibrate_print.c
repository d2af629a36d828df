/* sim/cli/calibrate_print.c -- see calibrate_print.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/calibrate_print.h"
#include "sim/core/printable.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* Correlations below this say nothing that figures could tell. */
#define LEAST_PAIR 0.05
/* Nearer to 1, matrices of rounded numbers may not be positive definite. */
#define MOST_PAIR 0.95
#define Z975      1.959963984540054
/* A positive value that may be wrong by this factor is too skewed for a normal law. */
#define SKEWED 1.5

/* A text of the user's in a comment, which it must not leave. */
static void put_words(FILE *to, const char *text)
{
    while (*text != '\0') {
        const size_t size = printable_size(text);
        if (size == 0)
            fputc('?', to);
        else
            fwrite(text, 1, size, to);
        text += size == 0 ? 1 : size;
    }
}

static const char *period_word(int months)
{
    return months == 1 ? "months" : months == 3 ? "quarters" : "years";
}

void calibrate_print_source(FILE *to, int spaces, const struct calibrate_series *series)
{
    char first[PERIOD_TEXT], last[PERIOD_TEXT];
    period_write(&series->first, first);
    period_write(&series->last, last);
    fprintf(to, "%*s# from ", spaces, "");
    put_words(to, series->wish->file);
    fputs(", column ", to);
    put_words(to, series->column);
    for (size_t i = 0; i < series->wish->filters; i++) {
        fputs(i == 0 ? " where " : " and ", to);
        put_words(to, series->wish->filter[i].column);
    }
    const size_t figures = series->rates ? series->there - 1 : series->there;
    fprintf(to, ", %s to %s: %zu figures%s, %s of %s\n", series->rates ? "growth rates" : first, last, figures,
            series->there < series->figures.count ? " (with gaps)" : "",
            series->figures.means ? "means" : "values at the ends", period_word(series->figures.months));
    if (series->wish->deflator == NULL) return;
    fprintf(to, "%*s# at the prices of %s by ", spaces, "", series->prices);
    put_words(to, series->wish->deflator);
    fputc('\n', to);
}

/* The unit of a parameter, with the space before it, and what one of the parameter is in it. */
static double unit_of(const struct calibrate_series *series, enum process_unit unit, char text[128])
{
    const char *level = series->unit == NULL || strcmp(series->unit, "1") == 0 ? "" : series->unit;
    switch (unit) {
    case PROCESS_PURE: text[0] = '\0'; break;
    case PROCESS_PER_YEAR: strcpy(text, " /yr"); break;
    case PROCESS_GROWTH: strcpy(text, " %/yr"); return 100.0;
    case PROCESS_LEVEL: snprintf(text, 128, "%s%.100s", level[0] == '\0' ? "" : " ", level); break;
    case PROCESS_LEVEL_PER_YEAR: snprintf(text, 128, " %.100s/yr", level); break;
    }
    return 1.0;
}

/* A positive value of median `value` whose log has the standard deviation s. */
static void put_lognormal(FILE *to, double value, double s, const char *unit)
{
    const double cv = sqrt(expm1(s * s));
    fprintf(to, "lognormal(%.4g %s%.4g)%s", value * exp(0.5 * s * s), cv > 2.0 ? "cv=" : "", cv, unit);
}

static bool is_unbounded(const struct process_parameter *parameter)
{
    return parameter->max >= 1e299;
}

/* A positive value by the middles of twenty parts, each as likely: lognormal on both sides of its median, as wide as its
 * interval is on that side. Whatever distribution the format has within bounds is symmetric or has a mode to state. */
static void put_parts(FILE *to, const struct process_parameter *parameter, const struct calibration_estimate *p,
                      double times, const char *unit)
{
    enum { PARTS = 20 };
    fputs("discrete(", to);
    for (size_t i = 0; i < PARTS; i++) {
        const double z = gsl_cdf_ugaussian_Pinv(((double)i + 0.5) / PARTS) / Z975;
        const double value = p->value * (z < 0.0 ? pow(p->low / p->value, -z) : pow(p->high / p->value, z));
        fprintf(to, "%s%.4g:0.05", i == 0 ? "" : " ", times * fmin(fmax(value, parameter->min), parameter->max));
    }
    fprintf(to, ")%s", unit);
}

/* What is not known of a parameter, as a distribution within what the driver takes. */
static void put_distribution(FILE *to, const struct process_parameter *parameter, const struct calibration_estimate *p,
                             double times, const char *unit)
{
    const bool log_scale = parameter->scale == PROCESS_LOG;
    if (is_unbounded(parameter) && log_scale) {
        put_lognormal(to, p->value, p->se / p->value, unit);
        return;
    }
    if (log_scale && p->high > SKEWED * SKEWED * p->low) {
        put_parts(to, parameter, p, times, unit);
        return;
    }
    fprintf(to, "normal(%.4g %.3g)", times * p->value, times * p->se);
    if (!is_unbounded(parameter)) {
        /* far out in the tails, so that the law is cut and nothing else */
        const double low = log_scale ? 0.5 * p->low : p->value - 6.0 * p->se;
        const double high = log_scale ? 2.0 * p->high : p->value + 6.0 * p->se;
        fprintf(to, " [%.3g %.3g]", times * fmax(low, parameter->min), times * fmin(high, parameter->max));
    }
    fputs(unit, to);
}

static void put_start(FILE *to, const struct calibrate_series *series, const struct calibration_fit *fit)
{
    char unit[128], last[PERIOD_TEXT];
    (void)unit_of(series, PROCESS_LEVEL, unit);
    period_write(&series->last, last);
    fputs("    start: ", to);
    if (!(fit->last.se > 1e-9 * fabs(fit->last.value)))
        fprintf(to, "%.6g%s", fit->last.value, unit);
    else if (fit->process->log)
        put_lognormal(to, fit->last.value, fit->last.se / fit->last.value, unit);
    else
        fprintf(to, "normal(%.4g %.3g)%s", fit->last.value, fit->last.se, unit);
    fprintf(to, "   # at the end of %s\n", last);
}

static void put_fit(FILE *to, const struct calibration_fit *fit)
{
    const struct diagnostic *q = &fit->ljung_box, *j = &fit->jarque_bera;
    fprintf(to, "    # log likelihood %.2f, AIC %.2f, BIC %.2f, given the first figure\n", fit->maximum.log_likelihood,
            fit->aic, fit->bic);
    fprintf(to, "    # innovations: Ljung-Box Q(%zu) %.1f, p %.2g; Jarque-Bera %.1f, p %.2g\n", fit->lags, q->statistic,
            q->p, j->statistic, j->p);
    if (q->p < 0.05) fputs("    # warning: what the process leaves unexplained still hangs together in time\n", to);
    if (j->p < 0.05) fputs("    # warning: its shocks are not normal: tails or skewness are beyond it\n", to);
    if (calibration_no_reversion(fit) > 0.025)
        fprintf(to,
                "    # warning: hardly any reversion is seen; the interval of its speed holds the slowest (a process "
                "without would\n    # show as much with probability %.2f)\n",
                calibration_no_reversion(fit));
}

/* What a start cannot say. */
static void put_hidden(FILE *to, const struct calibrate_series *series, const struct calibration_fit *fit)
{
    char last[PERIOD_TEXT];
    period_write(&series->last, last);
    if (strcmp(fit->process->name, "two-factor") == 0) {
        fprintf(to, "    rho: %g   # stated: prices alone do not tell it from sigma_short\n", fit->settings.given.rho);
        fprintf(to,
                "    # at the end of %s the short-lived part of the log stood at %.3g ± %.2g, which fades; a driver "
                "starts without\n",
                last, fit->hidden, fit->hidden_se);
    } else if (strcmp(fit->process->name, "growth") == 0) {
        const double growth = 1.0 + fit->parameter[0].value;
        fprintf(to,
                "    # start: normal(%.3g %.2g) %%/yr [-50 50]   # growth over its mean at the end of %s: for a "
                "`time.base` then\n",
                100.0 * growth * expm1(fit->hidden), 100.0 * growth * fit->hidden_se, last);
    }
}

void calibrate_print_driver(FILE *to, const struct calibrate_series *series, const struct calibration_fit *fit)
{
    const struct process *process = fit->process;
    char unit[128];
    fprintf(to, "  %s:\n", series->name);
    calibrate_print_source(to, 4, series);
    put_fit(to, fit);
    fprintf(to, "    model: %s\n", process->model);
    if (process->extra != NULL) fprintf(to, "    %s\n", process->extra);
    if (process->starts) put_start(to, series, fit);
    for (size_t i = 0; i < process->parameters; i++) {
        const struct calibration_estimate *p = &fit->parameter[i];
        const double times = unit_of(series, process->parameter[i].unit, unit);
        fprintf(to, "    %s: ", process->parameter[i].key);
        put_distribution(to, &process->parameter[i], p, times, unit);
        fprintf(to, "   # %.4g ± %.2g, 95 %% from %.3g to %.3g\n", times * p->value, times * p->se, times * p->low,
                times * p->high);
    }
    put_hidden(to, series, fit);
}

size_t calibrate_print_pairs(FILE *to, const struct calibrate_series *series, const struct calibration_fit *fit)
{
    const struct process *process = fit->process;
    double most = 0.0;
    size_t lines = 0;
    for (size_t i = 0; i < process->parameters; i++)
        for (size_t k = 0; k < i; k++) most = fmax(most, fabs(fit->correlation[i][k]));
    for (size_t i = 0; i < process->parameters; i++)
        for (size_t k = 0; k < i; k++) {
            const double r = fit->correlation[i][k] * (most > MOST_PAIR ? MOST_PAIR / most : 1.0);
            if (fabs(r) < LEAST_PAIR) continue;
            lines++;
            if (to != NULL)
                fprintf(to, "      drivers.%s.%s/drivers.%s.%s: %.2f\n", series->name, process->parameter[k].key,
                        series->name, process->parameter[i].key, r);
        }
    return lines;
}

void calibrate_print_rivals(FILE *to, const struct calibrate_series *series, size_t count, const struct rival rival[])
{
    fprintf(to,
            "# %s: processes of the same figures. Fitted to the first %g %% of them, CRPS is the score of what they "
            "forecast\n# of the rest, one period and a year ahead (less is better; %s)\n",
            series->name, 100.0 * RIVALS_FIRST_PART, series->unit == NULL ? "unit of the figures" : series->unit);
    fprintf(to, "#   %-21s %10s %9s %9s %12s %12s\n", "", "log L", "AIC", "BIC", "CRPS, period", "CRPS, year");
    for (size_t i = 0; i < count; i++) {
        const struct rival *r = &rival[i];
        fprintf(to, "#   %-21s ", r->process->name);
        if (r->refusal != NULL)
            put_words(to, r->refusal);
        else
            fprintf(to, "%10.2f %9.1f %9.1f %12.4g %12.4g", r->log_likelihood, r->aic, r->bic, r->crps[0], r->crps[1]);
        fputc('\n', to);
    }
}

/* The shocks of a driver: its own name, or those of its two factors. */
static size_t shocks_of(const struct process *process, const char *suffix[2])
{
    const bool two = strcmp(process->name, "two-factor") == 0;
    suffix[0] = two ? ".short" : "";
    suffix[1] = ".long";
    return two ? 2 : 1;
}

void calibrate_print_correlation(FILE *to, const struct calibrate_series *const series[2],
                                 const struct calibration_fit *const fit[2],
                                 const struct regression_correlation *correlation)
{
    const char *suffix[2][2];
    const size_t n = shocks_of(fit[0]->process, suffix[0]), m = shocks_of(fit[1]->process, suffix[1]);
    double part = 1.0;
    for (size_t k = 0; k < 2; k++) { /* both factors alike: r of the sum is r (s1 + s2) / sqrt(s1^2 + s2^2) of each */
        const double s1 = fit[k]->parameter[1].value, s2 = fit[k]->parameter[3].value;
        if (suffix[k][0][0] != '\0')
            part *= sqrt(s1 * s1 + s2 * s2 + 2.0 * fit[k]->settings.given.rho * s1 * s2) / (s1 + s2);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            fprintf(to, "      %s%s/%s%s: %.2f   # %.3f of innovations, 95 %% from %.2f to %.2f, %zu pairs\n",
                    series[0]->name, suffix[0][i], series[1]->name, suffix[1][k], part * correlation->r, correlation->r,
                    correlation->low, correlation->high, correlation->n);
}

void calibrate_print_event(FILE *to, const struct calibrate_series *series, const struct event_rate *rate)
{
    fprintf(to, "events:\n  %s:   # what it does and how long it lasts is for the scenario to say\n", series->name);
    calibrate_print_source(to, 4, series);
    fprintf(to, "    # %g starts in %.4g years; counts vary %.2f times as those of a Poisson process, p %.2g\n",
            rate->starts, rate->years, rate->dispersion, rate->p);
    if (rate->p < 0.05) fputs("    # warning: starts come in clusters, which one rate does not describe\n", to);
    fprintf(to,
            "    # %.4g ± %.2g a year, 95 %% from %.3g to %.3g: a gamma law, by the middles of its twenty parts\n    "
            "rate: discrete(",
            rate->mean, rate->mean * rate->cv, rate->low, rate->high);
    for (size_t i = 0; i < EVENT_RATE_PARTS; i++) fprintf(to, "%s%.4g:0.05", i == 0 ? "" : " ", rate->part[i]);
    fputs(") /yr\n", to);
}

void calibrate_print_elasticity(FILE *to, const struct calibrate_series *flow, const struct calibrate_series *driver,
                                const struct regression *regression)
{
    fprintf(to, "flows:\n  %s:\n", flow->name);
    calibrate_print_source(to, 4, flow);
    fprintf(to, "    # log changes on those of %s:\n", driver->name);
    calibrate_print_source(to, 4, driver);
    fprintf(to, "    # %zu changes, R2 %.2f; standard error of Newey and West, %zu lags\n", regression->n,
            regression->r2, regression->lags);
    if (regression->low <= 0.0 && regression->high >= 0.0)
        fputs("    # warning: the interval holds 0: the figures do not show that one moves with the other\n", to);
    fprintf(to, "    income:\n      %s: normal(%.4g %.3g)   # 95 %% from %.3g to %.3g\n", driver->name,
            regression->slope, regression->se, regression->low, regression->high);
}

static void put_list(FILE *to, const char *key, size_t n, const double value[])
{
    fprintf(to, "    %s: [", key);
    for (size_t i = 0; i < n; i++) fprintf(to, "%s%.6g", i == 0 ? "" : ", ", value[i]);
    fputs("]\n", to);
}

void calibrate_print_joint(FILE *to, const char *name, bool growth, size_t count,
                           const struct calibrate_series series[], const double last[],
                           const struct autoregression *fit)
{
    fprintf(to, "drivers:\n  %s:\n", name);
    for (size_t i = 0; i < count; i++) calibrate_print_source(to, 4, &series[i]);
    fprintf(to, "    # %zu months; log likelihood %.2f; spectral radius %.4f; %s\n", fit->steps, fit->log_likelihood,
            fit->radius,
            fit->corrected ? "corrected by the jackknife" : "least squares: the jackknife has no long run");
    fputs("    # the matrix is not drawn: its standard errors stand beside it\n    model: var\n", to);
    fprintf(to, "    of: %s\n", growth ? "growth" : "level");
    if (!growth && series[0].unit != NULL) fprintf(to, "    unit: %s\n", series[0].unit);
    fputs("    variables: [", to);
    for (size_t i = 0; i < count; i++) fprintf(to, "%s%s", i == 0 ? "" : ", ", series[i].name);
    fputs("]\n    matrix:\n", to);
    for (size_t i = 0; i < count; i++) {
        fputs("      - [", to);
        for (size_t j = 0; j < count; j++) fprintf(to, "%s%.6g", j == 0 ? "" : ", ", fit->a[i][j]);
        fputs("]   # ±", to);
        for (size_t j = 0; j < count; j++) fprintf(to, " %.2g", fit->se[i][j]);
        fputc('\n', to);
    }
    put_list(to, "constant", count, fit->c);
    put_list(to, "start", count, last);
    put_list(to, "sigma", count, fit->sigma);
    if (count < 2) return;
    fputs("  correlation:\n    pairs:\n", to);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            fprintf(to, "      %s.%s/%s.%s: %.2f\n", name, series[i].name, name, series[j].name,
                    fit->correlation[i][j]);
}
