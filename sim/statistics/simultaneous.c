/* sim/statistics/simultaneous.c -- see simultaneous.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/simultaneous.h"
#include "sim/core/stream.h"
#include "sim/statistics/moments.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#define ROUNDING 0x1p-24 /* half a unit in the last place, over the number */
/* A variance below this share of what it is the difference of is lost in rounding. */
#define LOST 1e-10
/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

enum { STRETCH = 512 }; /* futures at a time */

void simultaneous_free(struct simultaneous *simultaneous)
{
    free(simultaneous->pair);
    free(simultaneous->confidence);
    *simultaneous = (struct simultaneous){.pair = NULL};
}

double simultaneous_half(const struct simultaneous *simultaneous, const struct simultaneous_pair *pair)
{
    return simultaneous->critical * pair->standard_error + pair->rounding;
}

struct simultaneous_gap simultaneous_gap(const struct simultaneous *simultaneous, size_t members, size_t group,
                                         size_t member)
{
    struct simultaneous_gap gap = {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL, member};
    for (size_t other = 0; other < members; other++) {
        const struct simultaneous_pair *pair = &simultaneous->pair[(group * members + other) * members + member];
        const double half = simultaneous_half(simultaneous, pair);
        if (other == member) continue;
        if (pair->gain > gap.estimate) gap.nearest = other;
        gap.estimate = fmax(gap.estimate, pair->gain);
        gap.low = fmax(gap.low, pair->gain - half);
        gap.high = fmax(gap.high, pair->gain + half);
    }
    return gap;
}

/* ---- pairs ---- */

static struct simultaneous_pair compare(const struct simultaneous_asked *asked, const float one[], const float other[],
                                        double work[])
{
    double size = 0.0;
    bool equal = true;
    for (size_t i = 0; i < asked->count; i++) {
        const double x = (double)one[i], y = (double)other[i];
        equal = equal && one[i] == other[i];
        work[i] = one[i] == other[i] ? 0.0 : asked->more ? x - y : y - x;
        size += fabs(x) + fabs(y);
    }
    if (equal) return (struct simultaneous_pair){0.0, 0.0, 0.0};
    const struct moments difference = moments_of(asked->count, work, NULL);
    return (struct simultaneous_pair){difference.mean, moments_standard_error(&difference),
                                      ROUNDING * size / (double)asked->count};
}

static void compare_all(const struct simultaneous_asked *asked, double work[], struct simultaneous *out)
{
    const size_t members = asked->members;
    for (size_t g = 0; g < asked->groups; g++)
        for (size_t a = 0; a < members; a++)
            for (size_t b = 0; b < a; b++) {
                const float *const *value = asked->value + g * members;
                const struct simultaneous_pair pair = compare(asked, value[a], value[b], work);
                out->pair[(g * members + a) * members + b] = pair;
                out->pair[(g * members + b) * members + a] =
                    (struct simultaneous_pair){-pair.gain, pair.standard_error, pair.rounding};
                out->comparisons += pair.standard_error > 0.0;
            }
}

/* ---- the covariance of all differences from the first member of each group ---- */

struct family {
    const struct simultaneous_asked *asked;
    size_t size;      /* (members - 1) groups */
    double *mean;     /* [size] */
    double *factor;   /* [size][size], lower: of the covariance of one future's differences */
    double *stretch;  /* [size][STRETCH] */
    double *greatest; /* [SIMULTANEOUS_DRAWS] */
    double *z;        /* [size + 1][LANES], aligned: the independent normals */
    double *drawn;    /* [size][LANES] */
    double *norm;     /* [groups][members][members] standard deviation of a pair by the factor; 0: lost */
};

static void free_family(struct family *family)
{
    free(family->mean);
    free(family->factor);
    free(family->stretch);
    free(family->greatest);
    free(family->z);
    free(family->drawn);
    free(family->norm);
}

static struct fault *make_family(struct family *family)
{
    const struct simultaneous_asked *asked = family->asked;
    const size_t size = family->size, rows = (size + 1) * LANES;
    family->mean = calloc(size + 1, sizeof *family->mean);
    family->factor = calloc(size * size + 1, sizeof *family->factor);
    family->stretch = calloc(size * STRETCH + 1, sizeof *family->stretch);
    family->greatest = calloc(SIMULTANEOUS_DRAWS, sizeof *family->greatest);
    family->z = aligned_alloc(64, (rows + LANES) * sizeof *family->z);
    family->drawn = calloc(rows, sizeof *family->drawn);
    family->norm = calloc(asked->groups * asked->members * asked->members, sizeof *family->norm);
    return family->mean == NULL || family->factor == NULL || family->stretch == NULL || family->greatest == NULL ||
                   family->z == NULL || family->drawn == NULL || family->norm == NULL
               ? fault_no_memory()
               : NULL;
}

/* Row r is member 1 + r mod (members - 1) of its group, less the first. */
static void fill_stretch(const struct family *family, size_t first, size_t count)
{
    const struct simultaneous_asked *asked = family->asked;
    for (size_t r = 0; r < family->size; r++) {
        const size_t group = r / (asked->members - 1), member = 1 + r % (asked->members - 1);
        const float *value = asked->value[group * asked->members + member] + first,
                    *base = asked->value[group * asked->members] + first;
        double *row = family->stretch + r * STRETCH;
        for (size_t i = 0; i < count; i++) row[i] = (double)value[i] - (double)base[i] - family->mean[r];
        for (size_t i = count; i < STRETCH; i++) row[i] = 0.0;
    }
}

/* In a fixed order, whatever the compiler does. */
static double product(const double a[STRETCH], const double b[STRETCH])
{
    double part[8] = {0}, sum = 0.0;
    for (size_t i = 0; i < STRETCH; i += 8)
        for (size_t k = 0; k < 8; k++) part[k] += a[i + k] * b[i + k];
    for (size_t k = 0; k < 8; k++) sum += part[k];
    return sum;
}

static void find_means(struct family *family)
{
    const struct simultaneous_asked *asked = family->asked;
    for (size_t r = 0; r < family->size; r++) {
        const size_t group = r / (asked->members - 1), member = 1 + r % (asked->members - 1);
        const float *value = asked->value[group * asked->members + member],
                    *base = asked->value[group * asked->members];
        double sum = 0.0;
        for (size_t i = 0; i < asked->count; i++) sum += (double)value[i] - (double)base[i];
        family->mean[r] = sum / (double)asked->count;
    }
}

static void find_covariance(struct family *family)
{
    const size_t size = family->size, count = family->asked->count;
    find_means(family);
    for (size_t first = 0; first < count; first += STRETCH) {
        fill_stretch(family, first, count - first < STRETCH ? count - first : STRETCH);
        for (size_t a = 0; a < size; a++)
            for (size_t b = 0; b <= a; b++)
                family->factor[a * size + b] += product(family->stretch + a * STRETCH, family->stretch + b * STRETCH);
    }
    for (size_t i = 0; i < size * size; i++) family->factor[i] /= (double)(count - 1);
}

/* Cholesky in place; a row that depends on those before it has no part of its own. */
static void find_factor(struct family *family)
{
    const size_t size = family->size;
    double *l = family->factor;
    for (size_t j = 0; j < size; j++) {
        const double variance = l[j * size + j];
        double rest = variance;
        for (size_t k = 0; k < j; k++) rest -= l[j * size + k] * l[j * size + k];
        const double pivot = rest > 1e-13 * variance ? sqrt(rest) : 0.0;
        l[j * size + j] = pivot;
        for (size_t i = j + 1; i < size; i++) {
            double sum = l[i * size + j];
            for (size_t k = 0; k < j; k++) sum -= l[i * size + k] * l[j * size + k];
            l[i * size + j] = pivot > 0.0 ? sum / pivot : 0.0;
        }
    }
}

/* The row of a member; the first has none. */
static const double *row_of(const struct family *family, size_t group, size_t member)
{
    return member == 0 ? NULL : family->factor + (group * (family->asked->members - 1) + member - 1) * family->size;
}

static void find_norms(struct family *family)
{
    const size_t members = family->asked->members;
    for (size_t g = 0; g < family->asked->groups; g++)
        for (size_t a = 1; a < members; a++)
            for (size_t b = 0; b < a; b++) {
                const double *one = row_of(family, g, a), *other = row_of(family, g, b);
                double square = 0.0, size = 0.0;
                for (size_t k = 0; k < family->size; k++) {
                    const double x = one[k], y = other == NULL ? 0.0 : other[k];
                    square += (x - y) * (x - y);
                    size += x * x + y * y;
                }
                family->norm[(g * members + a) * members + b] = square > LOST * size ? sqrt(square) : 0.0;
            }
}

/* ---- normal vectors ---- */

/* LANES vectors from number `first` on; one more normal, which belongs to nothing else. */
static void draw(const struct family *family, const struct stream *stream, uint64_t first)
{
    struct stream_state none = {.lane = {NULL}};
    const size_t size = family->size;
    for (size_t slot = 0; 2 * slot < size + 1; slot++)
        stream_normals(stream, &none, first, STREAM_BEFORE, (uint32_t)slot,
                       (double(*)[LANES])(family->z + 2 * slot * LANES));
    for (size_t r = 0; r < size; r++) {
        double *row = family->drawn + r * LANES;
        EACH_LANE(l) row[l] = 0.0;
        for (size_t k = 0; k <= r; k++) {
            const double factor = family->factor[r * size + k], *z = family->z + k * LANES;
            EACH_LANE(l) row[l] += factor * z[l];
        }
    }
}

static double drawn_of(const struct family *family, size_t group, size_t member, size_t lane)
{
    return member == 0 ? 0.0 : family->drawn[(group * (family->asked->members - 1) + member - 1) * LANES + lane];
}

/* The greatest |T| of a group's pairs. Of a pair whose covariance is lost it is that of a normal of its own: no
 * correlation makes the greatest less. */
static double greatest_of(const struct family *family, const struct simultaneous *out, size_t group, size_t lane)
{
    const size_t members = family->asked->members;
    double greatest = 0.0;
    for (size_t a = 1; a < members; a++)
        for (size_t b = 0; b < a; b++) {
            const size_t index = (group * members + a) * members + b;
            const double norm = family->norm[index];
            const double t = norm > 0.0 ? (drawn_of(family, group, a, lane) - drawn_of(family, group, b, lane)) / norm
                             : out->pair[index].standard_error > 0.0 ? family->z[family->size * LANES + lane]
                                                                     : 0.0;
            greatest = fmax(greatest, fabs(t));
        }
    return greatest;
}

/* Adds who is the best of a group in a vector. */
static void add_best(const struct family *family, struct simultaneous *out, size_t group, size_t lane)
{
    const size_t members = family->asked->members;
    const double scale = 1.0 / sqrt((double)family->asked->count), sign = family->asked->more ? 1.0 : -1.0;
    double greatest = -HUGE_VAL;
    size_t best = 0, equals = 0;
    for (size_t m = 0; m < members; m++) {
        const double mean = m == 0 ? 0.0 : family->mean[group * (members - 1) + m - 1];
        const double is = sign * (mean + scale * drawn_of(family, group, m, lane));
        if (!(is > greatest)) continue;
        greatest = is;
        best = m;
    }
    for (int pass = 0; pass < 2; pass++)
        for (size_t m = 0; m < members; m++) {
            const struct simultaneous_pair *pair = &out->pair[(group * members + m) * members + best];
            const bool equal = m == best || (pair->standard_error == 0.0 && pair->gain == 0.0);
            if (equal && pass == 0) equals++;
            if (equal && pass == 1) out->confidence[group * members + m] += 1.0 / (double)equals;
        }
}

static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The same probability for each pair with so many degrees of freedom. */
static double with_student(double normal, double freedom)
{
    return freedom > 1e6 ? normal : gsl_cdf_tdist_Qinv(gsl_cdf_ugaussian_Q(normal), freedom);
}

static void count_draws(const struct family *family, struct simultaneous *out)
{
    const struct simultaneous_asked *asked = family->asked;
    const struct stream stream = stream_named(asked->seed, "simultaneous", NULL);
    for (uint64_t first = 0; first < SIMULTANEOUS_DRAWS; first += LANES) {
        draw(family, &stream, first);
        for (size_t l = 0; l < LANES; l++) {
            double greatest = 0.0;
            for (size_t g = 0; g < asked->groups; g++) {
                greatest = fmax(greatest, greatest_of(family, out, g, l));
                add_best(family, out, g, l);
            }
            family->greatest[first + l] = greatest;
        }
    }
    for (size_t i = 0; i < asked->groups * asked->members; i++) out->confidence[i] /= SIMULTANEOUS_DRAWS;
    qsort(family->greatest, SIMULTANEOUS_DRAWS, sizeof *family->greatest, ascending);
    const double normal = family->greatest[(size_t)ceil(asked->level * SIMULTANEOUS_DRAWS) - 1];
    out->critical = with_student(normal, (double)asked->count - 1.0);
}

static struct fault *by_draws(const struct simultaneous_asked *asked, struct simultaneous *out)
{
    struct family family = {.asked = asked, .size = asked->groups * (asked->members - 1)};
    struct fault *fault = make_family(&family);
    if (fault == NULL) {
        find_covariance(&family);
        find_factor(&family);
        find_norms(&family);
        count_draws(&family, out);
    }
    free_family(&family);
    return fault;
}

static void by_bonferroni(const struct simultaneous_asked *asked, struct simultaneous *out)
{
    const double beyond = (1.0 - asked->level) / (double)(out->comparisons > 0 ? out->comparisons : 1);
    out->bonferroni = true;
    out->critical = gsl_cdf_tdist_Qinv(beyond / 2.0, (double)asked->count - 1.0);
    for (size_t i = 0; i < asked->groups * asked->members; i++) out->confidence[i] = UNKNOWN;
}

struct fault *simultaneous_of(const struct simultaneous_asked *asked, struct simultaneous *out)
{
    const size_t cells = asked->groups * asked->members;
    *out = (struct simultaneous){.critical = UNKNOWN};
    out->pair = calloc(cells * asked->members + 1, sizeof *out->pair);
    out->confidence = calloc(cells + 1, sizeof *out->confidence);
    double *work = malloc((asked->count + 1) * sizeof *work);
    struct fault *fault = out->pair == NULL || out->confidence == NULL || work == NULL ? fault_no_memory() : NULL;
    if (fault == NULL) compare_all(asked, work, out);
    free(work);
    if (fault == NULL && asked->groups * (asked->members - 1) > SIMULTANEOUS_MOST)
        by_bonferroni(asked, out);
    else if (fault == NULL)
        fault = by_draws(asked, out);
    return fault;
}
