/* sim/core/lanes.h -- vector arithmetic on lanes: a lane is one replication inside a block of LANES.
 *
 * The functions have no branch, so that loops over lanes become vector code, and use explicit fused multiply-adds, so
 * that the bits are the same however wide the vectors are. Over the whole range, with denormals, infinities and NaN as
 * in the C standard, their errors are at most: exp 1.0 ulp, log 1.0 ulp, sine and cosine 1.5 ulp, log1p 2 ulp,
 * decay 2.5 ulp, inverse normal 8 ulp.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LANES_H
#define ZHOL_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 32, LANES_PER_CHUNK = 512, BLOCKS_PER_CHUNK = LANES_PER_CHUNK / LANES, LANES_ALIGNMENT = 64 };
enum { LANES_FEW = 8 }; /* of a block, that go on alone where the others are done: a vector of 512 bits */

/* The chunks of so many replications, the last of which need not be full. */
static inline uint64_t chunks_of(uint64_t replications)
{
    return replications / LANES_PER_CHUNK + (replications % LANES_PER_CHUNK != 0);
}

/* Runs the statement that follows for every lane l, as one vector loop. */
#define EACH_LANE(l) _Pragma("omp simd") for (int l = 0; l < LANES; l++)

/* Likewise for the first `width` lanes. */
#define EACH_OF(l, width) _Pragma("omp simd") for (size_t l = 0; l < (width); l++)

/* Of `count` rows of a block's lanes: those named, side by side in rows of LANES_FEW. */
static inline void lanes_gather(size_t count, double *few, const double *all, const size_t lane[])
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < LANES_FEW; j++) few[i * LANES_FEW + j] = all[i * LANES + lane[j]];
}

/* The way back, for the first `lanes` of a row. */
static inline void lanes_scatter(size_t count, const double *few, double *all, const size_t lane[], size_t lanes)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < lanes; j++) all[i * LANES + lane[j]] = few[i * LANES_FEW + j];
}

/* So many aligned rows of lanes, not set, to be freed by free(); NULL when memory is out. */
double (*lanes_rows(size_t count))[LANES];

/* False on a processor that lacks what this program was built for: fma and AVX2 on x86-64-v3. */
bool lanes_cpu_suffices(void);
/* Whether this one has what x86-64-v4 adds: AVX-512 F, BW, CD, DQ and VL. */
bool lanes_cpu_has_v4(void);
/* What it was built for, whatever it runs on. */
extern const bool lanes_target_fma, lanes_target_avx2, lanes_target_avx512;

#define LANES_INLINE static inline __attribute__((always_inline))

LANES_INLINE double lanes_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

LANES_INLINE uint64_t lanes_to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

#define LANES_FMA(a, b, c) __builtin_fma((a), (b), (c))
#define LANES_INFINITY     __builtin_inf()
#define LANES_NAN          __builtin_nan("")

/* Beyond these e^x is 0 or infinite. They stand where the compiler does not see them: of bounds that it knows gcc makes
 * comparisons and masks, in place of a greatest and a least. */
extern const double lanes_exp_least, lanes_exp_most;

/* e^r for |r| <= ln 2 / 2, by its Taylor series. */
LANES_INLINE double lanes_exp_series(double r)
{
    double p = 1.0 / 6227020800.0;
    p = LANES_FMA(p, r, 1.0 / 479001600.0);
    p = LANES_FMA(p, r, 1.0 / 39916800.0);
    p = LANES_FMA(p, r, 1.0 / 3628800.0);
    p = LANES_FMA(p, r, 1.0 / 362880.0);
    p = LANES_FMA(p, r, 1.0 / 40320.0);
    p = LANES_FMA(p, r, 1.0 / 5040.0);
    p = LANES_FMA(p, r, 1.0 / 720.0);
    p = LANES_FMA(p, r, 1.0 / 120.0);
    p = LANES_FMA(p, r, 1.0 / 24.0);
    p = LANES_FMA(p, r, 1.0 / 6.0);
    p = LANES_FMA(p, r, 0.5);
    p = LANES_FMA(p, r, 1.0);
    return LANES_FMA(p, r, 1.0);
}

/* e^x. x = k ln 2 + r with |r| <= ln 2 / 2, Taylor series of r, and 2^k in two factors so that denormals round once. */
LANES_INLINE double lanes_exp(double x)
{
    const double round = 6755399441055744.0; /* 1.5 * 2^52: its last bits are whole numbers */
    x = x < lanes_exp_least ? lanes_exp_least : x;
    x = x > lanes_exp_most ? lanes_exp_most : x;
    const double shifted = LANES_FMA(x, 1.4426950408889634074, round);
    const double k = shifted - round;
    const uint64_t whole = lanes_to_bits(shifted) - lanes_to_bits(round); /* k, two's complement */
    double r = LANES_FMA(-k, 6.93147180369123816490e-01, x);
    r = LANES_FMA(-k, 1.90821492927058770002e-10, r);
    const double p = lanes_exp_series(r);
    const uint64_t biased = whole + 2048u; /* positive, so that the halving below is a plain shift */
    const uint64_t half = biased >> 1, rest = biased - half;
    return p * lanes_from_bits((half - 1u) << 52) * lanes_from_bits((rest - 1u) << 52);
}

/* e^x for x <= 0, with the bits of lanes_exp, but 0 below e^-707. */
LANES_INLINE double lanes_exp_nonpositive(double x)
{
    const double round = 6755399441055744.0;
    const double shifted = LANES_FMA(x, 1.4426950408889634074, round);
    const double k = shifted - round;
    double r = LANES_FMA(-k, 6.93147180369123816490e-01, x);
    r = LANES_FMA(-k, 1.90821492927058770002e-10, r);
    const double y = lanes_exp_series(r) * lanes_from_bits((lanes_to_bits(shifted) + 1023u) << 52);
    return x < -707.0 ? 0.0 : y;
}

/* ln(2^k m), m in [sqrt(1/2), sqrt 2): ln m by the series of 2 atanh(s), s = f / (2 + f), f = m - 1, arranged around
 * f. */
LANES_INLINE double lanes_log_series(double k, double m)
{
    const double f = m - 1.0, s = f / (2.0 + f), z = s * s, half_square = 0.5 * f * f;
    double r = 2.0 / 23.0;
    r = LANES_FMA(r, z, 2.0 / 21.0);
    r = LANES_FMA(r, z, 2.0 / 19.0);
    r = LANES_FMA(r, z, 2.0 / 17.0);
    r = LANES_FMA(r, z, 2.0 / 15.0);
    r = LANES_FMA(r, z, 2.0 / 13.0);
    r = LANES_FMA(r, z, 2.0 / 11.0);
    r = LANES_FMA(r, z, 2.0 / 9.0);
    r = LANES_FMA(r, z, 2.0 / 7.0);
    r = LANES_FMA(r, z, 2.0 / 5.0);
    r = LANES_FMA(r, z, 2.0 / 3.0);
    r *= z;
    const double low = LANES_FMA(s, half_square + r, k * 1.90821492927058770002e-10);
    return k * 6.93147180369123816490e-01 - ((half_square - low) - f);
}

/* ln x. x = 2^k m */
LANES_INLINE double lanes_log(double x)
{
    const bool tiny = x < 2.2250738585072014e-308;
    const uint64_t bits = lanes_to_bits(tiny ? x * 18014398509481984.0 : x); /* 2^54 */
    const uint64_t offset = bits - 0x3fe6a09e667f3bcdu;                      /* sqrt(1/2) */
    const uint64_t exponent = (offset >> 52) ^ 0x800u;                       /* biased by 2048 */
    const double m = lanes_from_bits(bits - ((offset >> 52) << 52));
    const double k = lanes_from_bits((exponent & 0xfffu) | 0x4330000000000000u) - (4503599627370496.0 + 2048.0) -
                     (tiny ? 54.0 : 0.0);
    const double y = lanes_log_series(k, m);
    const double up = x < LANES_INFINITY ? y : x, down = x == 0.0 ? -LANES_INFINITY : LANES_NAN;
    return x > 0.0 ? up : down;
}

/* ln x for x >= 1, with the bits of lanes_log. */
LANES_INLINE double lanes_log_from_one(double x)
{
    const uint64_t bits = lanes_to_bits(x);
    const uint64_t exponent = (bits - 0x3fe6a09e667f3bcdu) >> 52; /* sqrt(1/2) */
    const double m = lanes_from_bits(bits - (exponent << 52));
    const double k = lanes_from_bits(exponent | 0x4330000000000000u) - 4503599627370496.0;
    const double y = lanes_log_series(k, m);
    return x < LANES_INFINITY ? y : x;
}

/* Sine and cosine of 2 pi u: u in turns, reduced exactly to an eighth. */
LANES_INLINE void lanes_sincos_turn(double u, double *sine, double *cosine)
{
    const double q = __builtin_rint(4.0 * u), t = LANES_FMA(-0.25, q, u);
    const double quadrant = q - 4.0 * __builtin_floor(0.25 * q);
    const double y = LANES_FMA(t, 6.283185307179586232, t * 2.449293598294706414e-16), z = y * y;
    double s = 1.0 / 355687428096000.0, c = -1.0 / 6402373705728000.0;
    s = LANES_FMA(s, z, -1.0 / 1307674368000.0);
    s = LANES_FMA(s, z, 1.0 / 6227020800.0);
    s = LANES_FMA(s, z, -1.0 / 39916800.0);
    s = LANES_FMA(s, z, 1.0 / 362880.0);
    s = LANES_FMA(s, z, -1.0 / 5040.0);
    s = LANES_FMA(s, z, 1.0 / 120.0);
    s = LANES_FMA(s, z, -1.0 / 6.0);
    s = LANES_FMA(s * z, y, y);
    c = LANES_FMA(c, z, 1.0 / 20922789888000.0);
    c = LANES_FMA(c, z, -1.0 / 87178291200.0);
    c = LANES_FMA(c, z, 1.0 / 479001600.0);
    c = LANES_FMA(c, z, -1.0 / 3628800.0);
    c = LANES_FMA(c, z, 1.0 / 40320.0);
    c = LANES_FMA(c, z, -1.0 / 720.0);
    c = LANES_FMA(c, z, 1.0 / 24.0);
    const double half = 0.5 * z, near = 1.0 - half; /* 1 - z/2 with its rounding error taken back */
    c = near + LANES_FMA(z * z, c, (1.0 - near) - half);
    const bool odd = quadrant == 1.0 || quadrant == 3.0;
    const double a = odd ? c : s, b = odd ? s : c;
    *sine = quadrant >= 2.0 ? -a : a;
    *cosine = quadrant == 1.0 || quadrant == 2.0 ? -b : b;
}

/* ln(1 + x), without loss for small x. */
LANES_INLINE double lanes_log1p(double x)
{
    const double u = 1.0 + x, lost = x - (u - 1.0);
    const double y = lanes_log(u) + lost / u;
    return u > 0.0 && u < LANES_INFINITY ? y : lanes_log(u);
}

/* (1 - e^-y) / y for y >= 0, and 1 at 0: the mean of e^-s over 0 <= s <= y. */
LANES_INLINE double lanes_decay(double y)
{
    double p = -1.0 / 20922789888000.0;
    p = LANES_FMA(p, y, 1.0 / 1307674368000.0);
    p = LANES_FMA(p, y, -1.0 / 87178291200.0);
    p = LANES_FMA(p, y, 1.0 / 6227020800.0);
    p = LANES_FMA(p, y, -1.0 / 479001600.0);
    p = LANES_FMA(p, y, 1.0 / 39916800.0);
    p = LANES_FMA(p, y, -1.0 / 3628800.0);
    p = LANES_FMA(p, y, 1.0 / 362880.0);
    p = LANES_FMA(p, y, -1.0 / 40320.0);
    p = LANES_FMA(p, y, 1.0 / 5040.0);
    p = LANES_FMA(p, y, -1.0 / 720.0);
    p = LANES_FMA(p, y, 1.0 / 120.0);
    p = LANES_FMA(p, y, -1.0 / 24.0);
    p = LANES_FMA(p, y, 1.0 / 6.0);
    p = LANES_FMA(p, y, -0.5);
    p = LANES_FMA(p, y, 1.0);
    const bool small = y < 0.7;
    return small ? p : (1.0 - lanes_exp(-y)) / (small ? 1.0 : y);
}

/* The standard normal value below which lies p: Wichura 1988, algorithm AS 241 (PPND16). -inf at 0, inf at 1, NaN
 * outside. */
LANES_INLINE double lanes_inverse_normal(double p)
{
    const double q = p - 0.5, s = 0.180625 - q * q;
    double a = 2.5090809287301226727e+3, b = 5.2264952788528545610e+3;
    a = LANES_FMA(a, s, 3.3430575583588128105e+4);
    a = LANES_FMA(a, s, 6.7265770927008700853e+4);
    a = LANES_FMA(a, s, 4.5921953931549871457e+4);
    a = LANES_FMA(a, s, 1.3731693765509461125e+4);
    a = LANES_FMA(a, s, 1.9715909503065514427e+3);
    a = LANES_FMA(a, s, 1.3314166789178437745e+2);
    a = LANES_FMA(a, s, 3.3871328727963666080e+0);
    b = LANES_FMA(b, s, 2.8729085735721942674e+4);
    b = LANES_FMA(b, s, 3.9307895800092710610e+4);
    b = LANES_FMA(b, s, 2.1213794301586595867e+4);
    b = LANES_FMA(b, s, 5.3941960214247511077e+3);
    b = LANES_FMA(b, s, 6.8718700749205790830e+2);
    b = LANES_FMA(b, s, 4.2313330701600911252e+1);
    b = LANES_FMA(b, s, 1.0);
    const double tail = q < 0.0 ? p : 1.0 - p;
    const double root = __builtin_sqrt(-lanes_log(tail));
    const double r = root - 1.6;
    double c = 7.74545014278341407640e-4, d = 1.05075007164441684324e-9;
    c = LANES_FMA(c, r, 2.27238449892691845833e-2);
    c = LANES_FMA(c, r, 2.41780725177450611770e-1);
    c = LANES_FMA(c, r, 1.27045825245236838258e+0);
    c = LANES_FMA(c, r, 3.64784832476320460504e+0);
    c = LANES_FMA(c, r, 5.76949722146069140550e+0);
    c = LANES_FMA(c, r, 4.63033784615654529590e+0);
    c = LANES_FMA(c, r, 1.42343711074968357734e+0);
    d = LANES_FMA(d, r, 5.47593808499534494600e-4);
    d = LANES_FMA(d, r, 1.51986665636164571966e-2);
    d = LANES_FMA(d, r, 1.48103976427480074590e-1);
    d = LANES_FMA(d, r, 6.89767334985100004550e-1);
    d = LANES_FMA(d, r, 1.67638483018380384940e+0);
    d = LANES_FMA(d, r, 2.05319162663775882187e+0);
    d = LANES_FMA(d, r, 1.0);
    const double t = root - 5.0;
    double e = 2.01033439929228813265e-7, f = 2.04426310338993978564e-15;
    e = LANES_FMA(e, t, 2.71155556874348757815e-5);
    e = LANES_FMA(e, t, 1.24266094738807843860e-3);
    e = LANES_FMA(e, t, 2.65321895265761230930e-2);
    e = LANES_FMA(e, t, 2.96560571828504891230e-1);
    e = LANES_FMA(e, t, 1.78482653991729133580e+0);
    e = LANES_FMA(e, t, 5.46378491116411436990e+0);
    e = LANES_FMA(e, t, 6.65790464350110377720e+0);
    f = LANES_FMA(f, t, 1.42151175831644588870e-7);
    f = LANES_FMA(f, t, 1.84631831751005468180e-5);
    f = LANES_FMA(f, t, 7.86869131145613259100e-4);
    f = LANES_FMA(f, t, 1.48753612908506148525e-2);
    f = LANES_FMA(f, t, 1.36929880922735805310e-1);
    f = LANES_FMA(f, t, 5.99832206555887937690e-1);
    f = LANES_FMA(f, t, 1.0);
    const double outer = root <= 5.0 ? c / d : e / f, side = q < 0.0 ? -outer : outer;
    const double y = q <= 0.425 && q >= -0.425 ? q * a / b : side;
    const double special = p == 0.0 ? -LANES_INFINITY : p == 1.0 ? LANES_INFINITY : LANES_NAN;
    return p > 0.0 && p < 1.0 ? y : special;
}

/* The i-th of rows of `width` lanes that stand one right after another. */
#define LANES_ROW(rows, i, width) ((rows) + (i) * (width))

#endif
