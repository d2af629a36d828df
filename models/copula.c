/* models/copula.c -- see copula.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/copula.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

enum { KNOTS = 1024 };
#define REACH 40.0

struct copula {
    double dof;
    size_t uniforms;
    bool odd;
    double value[KNOTS]; /* of the map at the knots */
    double slope[KNOTS]; /* times the distance of knots */
};

static double exact_map(double y, double dof)
{
    return gsl_cdf_ugaussian_Qinv(gsl_cdf_tdist_Q(y, dof));
}

struct fault *copula_prepare(int dof, struct copula **out)
{
    struct copula *copula = calloc(1, sizeof *copula);
    if (copula == NULL) return fault_no_memory();
    copula->dof = dof;
    copula->uniforms = (size_t)dof / 2;
    copula->odd = dof % 2 != 0;
    const double step = REACH / (KNOTS - 1);
    for (int i = 0; i < KNOTS; i++) {
        const double y = i * step, z = i == 0 ? 0.0 : exact_map(y, dof);
        copula->value[i] = z;
        copula->slope[i] = step * gsl_ran_tdist_pdf(y, dof) / gsl_ran_ugaussian_pdf(z);
        if (!isfinite(copula->value[i]) || !isfinite(copula->slope[i])) {
            free(copula);
            return fault_raise(
                FAULT_SCENARIO,
                "drivers.correlation.copula.dof: the t copula of %d degrees of freedom cannot be tabulated", dof);
        }
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

LANES_INLINE double map_lane(const struct copula *copula, double y)
{
    const double scale = (KNOTS - 1) / REACH;
    double x = (y < 0.0 ? -y : y) * scale;
    x = x < KNOTS - 1 ? x : KNOTS - 1; /* held at the last knot */
    const double floor = __builtin_floor(x < KNOTS - 2 ? x : KNOTS - 2), t = x - floor;
    const int i = (int)floor;
    const double v0 = copula->value[i], v1 = copula->value[i + 1], s0 = copula->slope[i], s1 = copula->slope[i + 1];
    const double rise = v1 - v0, a = s0 - rise, b = rise - s1;
    const double z = v0 + t * (rise + (1.0 - t) * (a * (1.0 - t) + b * t));
    return y < 0.0 ? -z : z;
}

void copula_normalise(const struct copula *copula, const double stretch[LANES], double e[LANES])
{
    EACH_LANE(l)
    {
        const double y = e[l] * stretch[l];
        e[l] = y == y ? map_lane(copula, y) : y;
    }
}

double copula_map(const struct copula *copula, double y)
{
    return map_lane(copula, y);
}
