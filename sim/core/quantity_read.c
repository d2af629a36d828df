/* sim/core/quantity_read.c -- numbers and distributions as text, see quantity.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/quantity.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MOST = 60, ARGUMENTS_MOST = 3, PAIRS_MOST = 1000 };

/* Beyond this many standard deviations from the mean the probability left between limits nears the smallest double. */
#define NORMAL_REACH  37.0
#define SUM_TOLERANCE 1e-9
/* A lognormal beyond it has nine tenths of its draws below its mean. */
#define CV_MOST 2.0

static const struct form {
    const char *name;
    const char *usage; /* what stands between the parentheses */
    int arguments;     /* 0: pairs, any number of them        */
    int with_unit;     /* how many of the first carry the unit */
} forms[] = {
    [QUANTITY_NUMBER] = {"", "", 1, 1},
    [QUANTITY_UNIFORM] = {"uniform", "low high", 2, 2},
    [QUANTITY_TRIANGULAR] = {"triangular", "low mode high", 3, 3},
    [QUANTITY_NORMAL] = {"normal", "mean sd", 2, 2},
    [QUANTITY_LOGNORMAL] = {"lognormal", "mean cv", 2, 1},
    [QUANTITY_GAMMA] = {"gamma", "mean cv", 2, 1},
    [QUANTITY_EXPONENTIAL] = {"exponential", "mean", 1, 1},
    [QUANTITY_PERT] = {"pert", "low mode high", 3, 3},
    [QUANTITY_DISCRETE] = {"discrete", "value:probability ...", 0, 0},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static const char *const form_names[] = {"uniform",     "triangular", "normal",   "lognormal", "gamma",
                                         "exponential", "pert",       "discrete", NULL};

/* What people write for a distribution that we have; spellings close to ours need no entry. */
static const char *const habits[][2] = {{"gauss", "normal"},        {"gaussian", "normal"}, {"tri", "triangular"},
                                        {"triangle", "triangular"}, {"beta", "pert"},       {"choice", "discrete"},
                                        {"exp", "exponential"},     {"erlang", "gamma"}};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t') at++;
    return at;
}

/* How many bytes of a text to show: all, or up to a whole character before SHOWN_MOST; blanks at its end left out. */
static int shown(const char *text, size_t length)
{
    if (length > SHOWN_MOST) {
        length = SHOWN_MOST;
        while (length > 0 && ((unsigned char)text[length] & 0xC0U) == 0x80U) length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) length--;
    return (int)length;
}

static int shown_word(const char *word)
{
    return shown(word, strcspn(word, " \t()[]"));
}

/* The length of the plain decimal at the start of the text, 0 if there is none. */
static size_t decimal_length(const char *text)
{
    const char *at = text;
    if (*at == '+' || *at == '-') at++;
    const char *first = at;
    while (is_digit(*at)) at++;
    size_t digits = (size_t)(at - first);
    if (*at == '.') {
        first = ++at;
        while (is_digit(*at)) at++;
        digits += (size_t)(at - first);
    }
    if (digits == 0) return 0;
    if (*at == 'e' || *at == 'E') {
        const char *exponent = at + 1;
        if (*exponent == '+' || *exponent == '-') exponent++;
        if (is_digit(*exponent)) {
            while (is_digit(*exponent)) exponent++;
            at = exponent;
        }
    }
    return (size_t)(at - text);
}

static struct fault *beyond_range(const char *from, const char *to)
{
    return fault_raise(FAULT_SCENARIO, "%.*s is beyond the range of numbers", shown(from, (size_t)(to - from)), from);
}

static struct fault *decimal_read(const char **at, double *value)
{
    const char *word = *at;
    const size_t length = decimal_length(word);
    if (length == 0)
        return fault_raise(FAULT_SCENARIO, "'%.*s' is not a number; expected digits such as 0.25", shown_word(word),
                           word);
    const char after = word[length];
    if (after == 'x' || after == 'X')
        return fault_raise(FAULT_SCENARIO, "'%.*s' is not a plain decimal number; hexadecimal is not read",
                           shown_word(word), word);
    if (after == ',' || after == '_')
        return fault_raise(
            FAULT_SCENARIO,
            "'%.*s' is not a number: numbers are written with a decimal point and nothing between the digits",
            shown_word(word), word);
    errno = 0;
    *value = strtod(word, NULL);
    if (errno == ERANGE) return beyond_range(word, word + length);
    *at = word + length;
    return NULL;
}

/* A decimal, or a fraction of two such as 1/4000. */
static struct fault *number_read(const char **at, double *value)
{
    const char *word = *at;
    TRY(decimal_read(at, value));
    if (**at != '/' || !(is_digit((*at)[1]) || (*at)[1] == '.')) return NULL;
    double divisor;
    (*at)++;
    TRY(decimal_read(at, &divisor));
    if (!(fabs(divisor) > 0.0))
        return fault_raise(FAULT_SCENARIO, "%.*s divides by zero", shown(word, (size_t)(*at - word)), word);
    *value /= divisor;
    return isfinite(*value) ? NULL : beyond_range(word, *at);
}

/* A text on its way to becoming a quantity. `head` is what stands before the unit, for messages ("%.*s"). */
struct parsing {
    const char *head;
    int head_length;
    const char *unit;
    enum { SPREAD_PLAIN, SPREAD_SD, SPREAD_CV } spread; /* what is said of the second value of a lognormal or gamma */
    struct quantity *quantity;
};
#define HEAD(parsing) (parsing)->head_length, (parsing)->head

static struct fault *unknown_form(const char *name, size_t length)
{
    char word[SHOWN_MOST + 1] = {0};
    memcpy(word, name, (size_t)shown(name, length));
    const char *meant = NULL;
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
        if (strcmp(habits[i][0], word) == 0) meant = habits[i][1];
    if (meant == NULL) meant = units_nearest(word, form_names);
    return fault_raise(FAULT_SCENARIO,
                       "'%s' is not a distribution (uniform, triangular, normal, lognormal, gamma, exponential, pert "
                       "or discrete)%s%s%s",
                       word, meant == NULL ? "" : "; did you mean '", meant == NULL ? "" : meant,
                       meant == NULL ? "" : "'?");
}

/* Reads the name and the opening parenthesis. */
static struct fault *form_read(const char **at, enum quantity_form *form)
{
    const char *name = *at;
    const size_t length = strcspn(name, " \t()[]");
    const char *next = skip_blanks(name + length);
    int f = 1;
    while (f < FORMS && (strlen(forms[f].name) != length || strncmp(forms[f].name, name, length) != 0)) f++;
    if (*next != '(') {
        if (f < FORMS)
            return fault_raise(FAULT_SCENARIO, "%s has no values; expected %s(%s)", forms[f].name, forms[f].name,
                               forms[f].usage);
        if (*name == '\0')
            return fault_raise(FAULT_SCENARIO, "nothing is written here; expected a number or a distribution");
        return fault_raise(FAULT_SCENARIO,
                           "'%.*s' is not a number; expected a number, or a distribution such as "
                           "triangular(1 2 3)",
                           shown_word(name), name);
    }
    if (f == FORMS) return unknown_form(name, length);
    const size_t inside = strcspn(next + 1, "()");
    if (next[1 + inside] != ')')
        return fault_raise(FAULT_SCENARIO, "'%.*s' has no closing parenthesis; expected %s(%s)",
                           shown(name, strlen(name)), name, forms[f].name, forms[f].usage);
    if (memchr(next + 1, ',', inside) != NULL)
        return fault_raise(FAULT_SCENARIO, "%.*s: distributions are written with spaces, not commas; expected %s(%s)",
                           shown(name, (size_t)(next + 2 + inside - name)), name, forms[f].name, forms[f].usage);
    *form = (enum quantity_form)f;
    *at = next + 1;
    return NULL;
}

/* Reads one number between the parentheses; it must end at a blank, the parenthesis or `end`. */
static struct fault *argument_read(const struct parsing *parsing, const char **at, char end, double *value)
{
    const char *word = *at;
    struct fault *fault = number_read(at, value);
    if (fault == NULL && (**at == ' ' || **at == '\t' || **at == ')' || **at == end)) return NULL;
    fault_free(fault);
    return fault_raise(FAULT_SCENARIO,
                       "%.*s: '%.*s' is not a number; between the parentheses stand numbers only, and the unit "
                       "follows once",
                       HEAD(parsing), shown_word(word), word);
}

/* "sd=" or "cv=" before the second value of a law that is stated by its mean and its spread. */
static void spread_read(struct parsing *parsing, const char **at, int count)
{
    const bool by_spread = parsing->quantity->form == QUANTITY_LOGNORMAL || parsing->quantity->form == QUANTITY_GAMMA;
    if (!by_spread || count != 1 || (strncmp(*at, "sd=", 3) != 0 && strncmp(*at, "cv=", 3) != 0)) return;
    parsing->spread = **at == 's' ? SPREAD_SD : SPREAD_CV;
    *at += 3;
}

static struct fault *arguments_read(struct parsing *parsing, const char **at)
{
    struct quantity *quantity = parsing->quantity;
    const struct form *form = &forms[quantity->form];
    int count = 0;
    for (*at = skip_blanks(*at); **at != ')'; *at = skip_blanks(*at)) {
        double value;
        spread_read(parsing, at, count);
        TRY(argument_read(parsing, at, ')', &value));
        if (count < ARGUMENTS_MOST) quantity->p[count] = value;
        count++;
    }
    if (count != form->arguments)
        return fault_raise(FAULT_SCENARIO, "%.*s has %d %s; expected %d: %s(%s)", HEAD(parsing), count,
                           count == 1 ? "value" : "values", form->arguments, form->name, form->usage);
    return NULL;
}

static struct fault *pairs_read(const struct parsing *parsing, const char **at)
{
    struct quantity *quantity = parsing->quantity;
    size_t most = 1;
    for (const char *c = *at; *c != ')'; c++) most += *c == ':';
    if (most > PAIRS_MOST + 1)
        return fault_raise(FAULT_SCENARIO, "%.*s has %zu values; at most %d are read", HEAD(parsing), most - 1,
                           PAIRS_MOST);
    quantity->value = calloc(most, sizeof *quantity->value);
    quantity->weight = calloc(most, sizeof *quantity->weight);
    if (quantity->value == NULL || quantity->weight == NULL) return fault_no_memory();
    for (*at = skip_blanks(*at); **at != ')'; *at = skip_blanks(*at)) {
        const char *word = *at;
        double value, weight;
        TRY(argument_read(parsing, at, ':', &value));
        if (**at != ':')
            return fault_raise(FAULT_SCENARIO,
                               "%.*s: '%.*s' has no probability; expected value:probability such as 1:0.5",
                               HEAD(parsing), shown_word(word), word);
        (*at)++;
        TRY(argument_read(parsing, at, ')', &weight));
        quantity->value[quantity->count] = value;
        quantity->weight[quantity->count++] = weight;
    }
    return NULL;
}

static struct fault *limit_read(const char **at, double *limit)
{
    const char *word = *at;
    const size_t length = strcspn(word, " \t[]()");
    if ((length == 3 && strncmp(word, "inf", 3) == 0) || (length == 4 && strncmp(word, "-inf", 4) == 0)) {
        *limit = length == 3 ? INFINITY : -INFINITY;
        *at = word + length;
        return NULL;
    }
    return number_read(at, limit);
}

/* Reads "[low high]" if it is there. */
static struct fault *limits_read(const struct parsing *parsing, const char **at)
{
    double *p = parsing->quantity->p;
    if (parsing->quantity->form == QUANTITY_NORMAL) {
        p[2] = -INFINITY;
        p[3] = INFINITY;
    }
    if (**at != '[') return NULL;
    if (parsing->quantity->form != QUANTITY_NORMAL)
        return fault_raise(FAULT_SCENARIO, "%.*s: limits in brackets are for normal only", HEAD(parsing));
    *at = skip_blanks(*at + 1);
    TRY(limit_read(at, &p[2]));
    *at = skip_blanks(*at);
    if (**at != ']')
        TRY(limit_read(at, &p[3]));
    else
        p[3] = NAN;
    *at = skip_blanks(*at);
    if (**at != ']' || isnan(p[3]))
        return fault_raise(FAULT_SCENARIO, "%.*s: expected two limits in brackets, such as [0 2]", HEAD(parsing));
    (*at)++;
    return NULL;
}

/* Reads all but the unit; on a fault the caller frees the quantity. */
static struct fault *head_read(const char *text, struct parsing *parsing)
{
    struct quantity *quantity = parsing->quantity;
    const char *at = skip_blanks(text);
    parsing->head = at;
    if (strchr("+-.0123456789", *at) != NULL && *at != '\0') {
        TRY(number_read(&at, &quantity->p[0]));
        parsing->unit = skip_blanks(at);
        parsing->head_length = shown(parsing->head, (size_t)(at - parsing->head));
        const char next = *parsing->unit;
        if ((is_digit(next) && strncmp(parsing->unit, "1/", 2) != 0) || (next != '\0' && strchr("+-.", next) != NULL))
            return fault_raise(FAULT_SCENARIO, "'%.*s': a unit is expected after %.*s", shown(text, strlen(text)), text,
                               HEAD(parsing));
        return NULL;
    }
    TRY(form_read(&at, &quantity->form));
    parsing->head_length = shown(parsing->head, strcspn(parsing->head, ")") + 1);
    TRY(quantity->form == QUANTITY_DISCRETE ? pairs_read(parsing, &at) : arguments_read(parsing, &at));
    const char *close = at + 1;
    at = skip_blanks(close);
    const bool limited = *at == '[';
    TRY(limits_read(parsing, &at));
    parsing->head_length = shown(parsing->head, (size_t)((limited ? at : close) - parsing->head));
    parsing->unit = skip_blanks(at);
    return NULL;
}

static struct fault *order_check(const struct parsing *parsing, const char *low_name, double low, const char *high_name,
                                 double high)
{
    if (low <= high) return NULL;
    return fault_raise(FAULT_SCENARIO, "%.*s: %s %.15g is above %s %.15g", HEAD(parsing), low_name, low, high_name,
                       high);
}

static struct fault *positive_check(const struct parsing *parsing, const char *name, double value)
{
    if (value > 0.0) return NULL;
    return fault_raise(FAULT_SCENARIO, "%.*s: %s %.15g is not positive", HEAD(parsing), name, value);
}

static struct fault *normal_check(const struct parsing *parsing)
{
    const double *p = parsing->quantity->p;
    if (p[1] < 0.0)
        return fault_raise(FAULT_SCENARIO, "%.*s: standard deviation %.15g is negative; expected 0 or more",
                           HEAD(parsing), p[1]);
    TRY(order_check(parsing, "low limit", p[2], "high limit", p[3]));
    const double away = fmax(p[2] - p[0], p[0] - p[3]);
    if (away > NORMAL_REACH * p[1])
        return fault_raise(FAULT_SCENARIO,
                           "%.*s: the limits lie more than %g standard deviations from the mean and leave "
                           "nothing to draw",
                           HEAD(parsing), NORMAL_REACH);
    return NULL;
}

static struct fault *discrete_check(const struct parsing *parsing)
{
    const struct quantity *quantity = parsing->quantity;
    double sum = 0.0;
    for (size_t i = 0; i < quantity->count; i++) {
        TRY(positive_check(parsing, "probability", quantity->weight[i]));
        sum += quantity->weight[i];
    }
    if (fabs(sum - 1.0) <= SUM_TOLERANCE) return NULL;
    return fault_raise(FAULT_SCENARIO, "%.*s: the probabilities sum to %.15g; expected 1", HEAD(parsing), sum);
}

/* A standard deviation is no coefficient of variation, which it is taken for where nothing is said. */
static struct fault *spread_check(const struct parsing *parsing)
{
    double *p = parsing->quantity->p;
    TRY(positive_check(parsing, "mean", p[0]));
    TRY(positive_check(parsing, parsing->spread == SPREAD_SD ? "standard deviation" : "coefficient of variation",
                       p[1]));
    if (parsing->spread == SPREAD_SD) p[1] /= p[0];
    if (parsing->spread != SPREAD_PLAIN || p[1] <= CV_MOST) return NULL;
    const char *name = forms[parsing->quantity->form].name;
    return fault_raise(
        FAULT_SCENARIO,
        "%.*s: the second value is the coefficient of variation, standard deviation over mean, and %g is "
        "a great deal; did you mean '%s(%.15g sd=%.15g)'? A coefficient above %g is written cv=%.15g",
        HEAD(parsing), p[1], name, p[0], p[1], CV_MOST, p[1]);
}

static struct fault *law_check(const struct parsing *parsing)
{
    const double *p = parsing->quantity->p;
    switch (parsing->quantity->form) {
    case QUANTITY_UNIFORM: return order_check(parsing, "low", p[0], "high", p[1]);
    case QUANTITY_TRIANGULAR:
    case QUANTITY_PERT:
        TRY(order_check(parsing, "low", p[0], "mode", p[1]));
        return order_check(parsing, "mode", p[1], "high", p[2]);
    case QUANTITY_NORMAL: return normal_check(parsing);
    case QUANTITY_LOGNORMAL:
    case QUANTITY_GAMMA: return spread_check(parsing);
    case QUANTITY_EXPONENTIAL: return positive_check(parsing, "mean", p[0]);
    case QUANTITY_DISCRETE: return discrete_check(parsing);
    case QUANTITY_NUMBER: break;
    }
    return NULL;
}

static bool is_pure(const char *unit)
{
    return unit[0] == '\0' || strcmp(unit, "1") == 0;
}

/* Whether the texts are units of one dimension. */
static bool is_convertible(struct units *units, const char *from, const char *to)
{
    double factor;
    struct fault *fault = units_factor(units, from, to, &factor);
    const bool convertible = fault == NULL;
    fault_free(fault);
    return convertible;
}

/* The unit as written. Where it is none, the number and its unit are read together: 5 mln USD is 5 MUSD. Nothing is
 * suggested that would not do. */
static struct fault *unit_check(struct units *units, const struct parsing *parsing, const char *unit)
{
    struct unit_meaning meant;
    struct fault *fault = units_check(units, parsing->unit);
    if (fault == NULL || fault->code != FAULT_SCENARIO || !units_meant(units, parsing->unit, &meant)) return fault;
    if (meant.note != NULL || meant.currency || !is_convertible(units, unit, unit)) return fault;
    if (!is_convertible(units, meant.unit, unit)) {
        fault_free(fault);
        return fault_raise(FAULT_SCENARIO, "'%s' is not a unit; expected one such as %s", meant.wrong,
                           is_pure(unit)                 ? "%, or none"
                           : strncmp(unit, "1/", 2) == 0 ? unit + 1
                                                         : unit);
    }
    if (meant.one_word) return fault;
    if (parsing->quantity->form != QUANTITY_NUMBER && meant.times != 1.0) return fault;
    fault_free(fault);
    if (meant.times == 1.0)
        return fault_raise(FAULT_SCENARIO, "'%s' is not a unit; did you mean '%.*s %s'?", meant.wrong, HEAD(parsing),
                           meant.unit);
    return fault_raise(FAULT_SCENARIO, "'%s' is not a unit; did you mean '%.10g%s%s'?", meant.wrong,
                       parsing->quantity->p[0] * meant.times, meant.unit[0] == '\0' ? "" : " ", meant.unit);
}

static struct fault *ratio_find(struct units *units, const struct parsing *parsing, const char *unit, double *multiply,
                                double *divide)
{
    const bool bare = *parsing->unit == '\0' && !is_pure(unit);
    if (bare && !units_are_pure(units, unit))
        return fault_raise(FAULT_SCENARIO, "%.*s has no unit; expected one such as %s", HEAD(parsing),
                           strncmp(unit, "1/", 2) == 0 ? unit + 1 : unit);
    TRY(unit_check(units, parsing, unit));
    TRY(units_check(units, unit));
    struct fault *fault = units_ratio(units, parsing->unit, unit, multiply, divide);
    if (fault == NULL || fault->code != FAULT_SCENARIO) return fault;
    struct fault *whole = fault_raise(FAULT_SCENARIO, "%.*s %s", HEAD(parsing), fault->sentence);
    fault_free(fault);
    return whole;
}

/* One rounding in most cases: one of the two is nearly always 1. */
static struct fault *value_convert(const struct parsing *parsing, double multiply, double divide, double *value)
{
    const double converted = *value * multiply / divide;
    if (isfinite(*value) && !isfinite(converted))
        return beyond_range(parsing->head, parsing->unit + strlen(parsing->unit));
    *value = converted;
    return NULL;
}

static struct fault *values_convert(struct units *units, const struct parsing *parsing, const char *unit)
{
    struct quantity *quantity = parsing->quantity;
    double multiply, divide;
    TRY(ratio_find(units, parsing, unit, &multiply, &divide));
    const int last = quantity->form == QUANTITY_NORMAL ? 4 : forms[quantity->form].with_unit;
    for (int i = 0; i < last; i++) TRY(value_convert(parsing, multiply, divide, &quantity->p[i]));
    for (size_t i = 0; i < quantity->count; i++) TRY(value_convert(parsing, multiply, divide, &quantity->value[i]));
    return NULL;
}

/* By insertion: lists are short (PAIRS_MOST), and equal values keep their order. */
static void pairs_sort(struct quantity *quantity)
{
    for (size_t i = 1; i < quantity->count; i++) {
        const double value = quantity->value[i], weight = quantity->weight[i];
        size_t j = i;
        for (; j > 0 && quantity->value[j - 1] > value; j--) {
            quantity->value[j] = quantity->value[j - 1];
            quantity->weight[j] = quantity->weight[j - 1];
        }
        quantity->value[j] = value;
        quantity->weight[j] = weight;
    }
}

struct fault *quantity_read(struct units *units, const char *text, const char *unit, struct quantity *quantity)
{
    *quantity = (struct quantity){.form = QUANTITY_NUMBER};
    struct parsing parsing = {.quantity = quantity};
    struct fault *fault = head_read(text, &parsing);
    if (fault == NULL) fault = law_check(&parsing);
    if (fault == NULL) fault = values_convert(units, &parsing, unit);
    if (fault == NULL)
        pairs_sort(quantity);
    else
        quantity_free(quantity);
    return fault;
}

const char *quantity_unit_text(const char *text)
{
    struct quantity quantity = {.form = QUANTITY_NUMBER};
    struct parsing parsing = {.quantity = &quantity};
    struct fault *fault = head_read(text, &parsing);
    const char *unit = fault == NULL ? parsing.unit : NULL;
    fault_free(fault);
    quantity_free(&quantity);
    return unit;
}
