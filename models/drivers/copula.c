/* models/drivers/copula.c -- see copula.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/copula.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { KNOTS = 1024 };
#define REACH 40.0

struct copula {
    double dof;
    size_t uniforms;
    bool odd;
    double cubic[KNOTS - 1][4]; /* the map between two knots: c0 + c1 t + c2 t^2 + c3 t^3, 0 <= t <= 1 */
};

static double exact_map(double y, double dof)
{
    return gsl_cdf_ugaussian_Qinv(gsl_cdf_tdist_Q(y, dof));
}

/* Hermite's cubics from values and slopes at the knots; false where one of them is not finite. */
static bool table_fill(double cubic[KNOTS - 1][4], int dof)
{
    const double step = REACH / (KNOTS - 1);
    double v0 = 0.0, s0 = step * gsl_ran_tdist_pdf(0.0, dof) / gsl_ran_ugaussian_pdf(0.0);
    for (int i = 1; i < KNOTS; i++) {
        const double y = i * step, v1 = exact_map(y, dof),
                     s1 = step * gsl_ran_tdist_pdf(y, dof) / gsl_ran_ugaussian_pdf(v1);
        const double rise = v1 - v0;
        cubic[i - 1][0] = v0;
        cubic[i - 1][1] = s0;
        cubic[i - 1][2] = 3.0 * rise - 2.0 * s0 - s1;
        cubic[i - 1][3] = s0 + s1 - 2.0 * rise;
        if (!isfinite(v1) || !isfinite(s1)) return false;
        v0 = v1;
        s0 = s1;
    }
    return true;
}

struct fault *copula_prepare(int dof, struct copula **out)
{
    struct copula *copula = calloc(1, sizeof *copula);
    if (copula == NULL) return fault_no_memory();
    copula->dof = dof;
    copula->uniforms = (size_t)dof / 2;
    copula->odd = dof % 2 != 0;
    if (!table_fill(copula->cubic, dof)) {
        free(copula);
        return fault_raise(FAULT_SCENARIO,
                           "drivers.correlation.copula.dof: the t copula of %d degrees of freedom cannot be tabulated",
                           dof);
    }
    *out = copula;
    return NULL;
}

void copula_free(struct copula *copula)
{
    free(copula);
}

void copula_stretch(const struct copula *copula, const struct stream *stream, struct stream_state *state,
                    uint64_t first, int month, double stretch[LANES])
{
    _Alignas(LANES_ALIGNMENT) double pair[2][LANES], chi_square[LANES];
    EACH_LANE(l) chi_square[l] = 0.0;
    uint32_t slot = 0;
    for (size_t i = 0; i < copula->uniforms; i++) {
        if (i % 2 == 0) stream_uniforms(stream, state, first, month, slot++, pair);
        const double *u = pair[i % 2];
        EACH_LANE(l) chi_square[l] -= 2.0 * lanes_log(u[l]);
    }
    if (copula->odd) {
        stream_normals(stream, state, first, month, slot, pair);
        EACH_LANE(l) chi_square[l] += pair[0][l] * pair[0][l];
    }
    const double dof = copula->dof;
    EACH_LANE(l) stretch[l] = __builtin_sqrt(dof / chi_square[l]);
}

/* Without a branch, and with an index inside the table for any y. One after the other: gathering was measured to be
 * slower. */
LANES_INLINE double map_lane(const double *cubic, double y)
{
    const double last = KNOTS - 1, scale = last / REACH, size = __builtin_fabs(y) * scale;
    const double x = size < last ? size : last; /* held at the last knot; NaN goes there too */
    const double whole = __builtin_floor(x < last - 1.0 ? x : last - 1.0), t = x - whole;
    const double *c = cubic + 4 * (int)whole;
    const double z = LANES_FMA(LANES_FMA(LANES_FMA(c[3], t, c[2]), t, c[1]), t, c[0]);
    return y == y ? __builtin_copysign(z, y) : y;
}

void copula_normalise(const struct copula *copula, const double stretch[LANES], double e[LANES])
{
    const double *cubic = &copula->cubic[0][0];
    EACH_LANE(l) e[l] = map_lane(cubic, e[l] * stretch[l]);
}

double copula_map(const struct copula *copula, double y)
{
    return map_lane(&copula->cubic[0][0], y);
}
