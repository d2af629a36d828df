/* sim/core/stream.c -- see stream.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/stream.h"

#include <Random123/philox.h>
#include <stdlib.h>
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

/* FNV-1a of the name (Fowler, Noll and Vo), and the finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t hash_name(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name != '\0'; name++) hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash;
}

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

struct stream stream_named(uint64_t seed, const char *name, const gsl_rng_type *type)
{
    const uint64_t key = mix(mix(seed) ^ hash_name(name));
    return (struct stream){.key = {(uint32_t)key, (uint32_t)(key >> 32)}, .type = type};
}

/* The state of the wrapped generator: words already made, and the counter of the next four. */
struct philox_state {
    philox4x32_key_t key;
    philox4x32_ctr_t counter;
    philox4x32_ctr_t word;
    unsigned used;
};

static void philox_set(void *state, unsigned long seed)
{
    struct philox_state *philox = state;
    *philox = (struct philox_state){.used = 4};
    philox->key.v[0] = (uint32_t)seed;
    philox->key.v[1] = (uint32_t)((uint64_t)seed >> 32);
}

static unsigned long philox_get(void *state)
{
    struct philox_state *philox = state;
    if (philox->used == 4) {
        philox->word = philox4x32(philox->counter, philox->key);
        philox->counter.v[3]++;
        philox->used = 0;
    }
    return philox->word.v[philox->used++];
}

static double philox_uniform(void *state)
{
    const uint64_t high = philox_get(state), low = philox_get(state);
    return (double)((high << 21) | (low >> 11)) * 0x1p-53;
}

static const gsl_rng_type philox_type = {"philox",   0xffffffffu,   0, sizeof(struct philox_state), philox_set,
                                         philox_get, philox_uniform};
const gsl_rng_type *const stream_gsl_philox = &philox_type;

static philox4x32_ctr_t counter_of(uint64_t replication, int month, uint32_t slot)
{
    philox4x32_ctr_t counter;
    counter.v[0] = (uint32_t)replication;
    counter.v[1] = (uint32_t)(replication >> 32);
    counter.v[2] = (uint32_t)(month + 1);
    counter.v[3] = slot;
    return counter;
}

void stream_seek(gsl_rng *rng, const struct stream *stream, uint64_t replication, int month, uint32_t slot)
{
    struct philox_state *philox = gsl_rng_state(rng);
    philox->key.v[0] = stream->key[0];
    philox->key.v[1] = stream->key[1];
    philox->counter = counter_of(replication, month, slot);
    philox->used = 4;
}

struct fault *stream_generator(const char *name, const gsl_rng_type **type)
{
    *type = NULL;
    if (strcmp(name, "philox") == 0) return NULL;
    for (const gsl_rng_type **t = gsl_rng_types_setup(); *t != NULL; t++)
        if (strcmp((*t)->name, name) == 0) {
            *type = *t;
            return NULL;
        }
    return fault_raise(
        FAULT_USAGE,
        "'%s' is not a generator; expected philox or one that GSL ships, such as mt19937, ranlxd1 or taus2", name);
}

struct fault *stream_state_init(const struct stream *stream, struct arena *arena, struct stream_state *state)
{
    *state = (struct stream_state){{NULL}};
    if (stream->type == NULL) return NULL;
    for (int l = 0; l < LANES; l++) {
        gsl_rng *rng = arena_take(arena, 1, sizeof *rng);
        if (rng != NULL) *rng = (gsl_rng){.type = stream->type, .state = arena_take(arena, 1, stream->type->size)};
        state->lane[l] = rng;
    }
    return arena_check(arena);
}

void stream_state_start(const struct stream *stream, struct stream_state *state, uint64_t first_replication)
{
    if (stream->type == NULL) return;
    const uint64_t key = (uint64_t)stream->key[1] << 32 | stream->key[0];
    for (int l = 0; l < LANES; l++)
        gsl_rng_set(state->lane[l], (unsigned long)(mix(key ^ mix(first_replication + (uint64_t)l)) >> 32));
}

/* So many 64-bit elements at once, of each of which only the lower half counts. */
#if defined(__AVX512F__)
typedef __m512i wide;
enum { WIDE = 8 };

static wide wide_of(uint64_t x)
{
    return _mm512_set1_epi64((long long)x);
}

static wide wide_from(uint64_t first)
{
    return _mm512_add_epi64(wide_of(first), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
}

static wide wide_upper(wide x)
{
    return _mm512_srli_epi64(x, 32);
}

static wide wide_product(wide x, wide y)
{
    return _mm512_mul_epu32(x, y);
}

static wide wide_xor(wide x, wide y, wide z)
{
    return _mm512_ternarylogic_epi64(x, y, z, 0x96);
}

static void wide_store(wide x, uint32_t word[WIDE])
{
    _mm256_storeu_si256((__m256i *)word, _mm512_cvtepi64_epi32(x));
}
#elif defined(__AVX2__)
typedef __m256i wide;
enum { WIDE = 4 };

static wide wide_of(uint64_t x)
{
    return _mm256_set1_epi64x((long long)x);
}

static wide wide_from(uint64_t first)
{
    return _mm256_add_epi64(wide_of(first), _mm256_set_epi64x(3, 2, 1, 0));
}

static wide wide_upper(wide x)
{
    return _mm256_srli_epi64(x, 32);
}

static wide wide_product(wide x, wide y)
{
    return _mm256_mul_epu32(x, y);
}

static wide wide_xor(wide x, wide y, wide z)
{
    return _mm256_xor_si256(x, _mm256_xor_si256(y, z));
}

static void wide_store(wide x, uint32_t word[WIDE])
{
    const __m256i pack = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    _mm_storeu_si128((__m128i *)word, _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(x, pack)));
}
#endif

#if defined(__AVX2__)
enum { ROUNDS = 10 };

static inline void philox_round(wide x[4], const wide key[2])
{
    const wide p = wide_product(x[0], wide_of(0xD2511F53)), q = wide_product(x[2], wide_of(0xCD9E8D57));
    x[0] = wide_xor(wide_upper(q), x[1], key[0]);
    x[2] = wide_xor(wide_upper(p), x[3], key[1]);
    x[1] = q;
    x[3] = p;
}
#endif

/* The four words of each lane, word[4][LANES]: Philox4x32-10 on 32-bit words that stand in 64-bit elements; only their
 * lower halves count, so what products leave above does no harm. */
static void philox_words(const struct stream *stream, uint64_t first, int month, uint32_t slot, uint32_t word[4][LANES])
{
#if defined(__AVX2__)
    wide key[ROUNDS][2];
    for (uint32_t round = 0; round < ROUNDS; round++) {
        key[round][0] = wide_of(stream->key[0] + round * 0x9E3779B9u);
        key[round][1] = wide_of(stream->key[1] + round * 0xBB67AE85u);
    }
    for (int l = 0; l < LANES; l += 2 * WIDE) { /* two at once, for each round waits for the one before */
        wide x[2][4];
        for (int i = 0; i < 2; i++) {
            x[i][0] = wide_from(first + (uint64_t)(l + i * WIDE));
            x[i][1] = wide_upper(x[i][0]);
            x[i][2] = wide_of((uint32_t)(month + 1));
            x[i][3] = wide_of(slot);
        }
        for (int round = 0; round < ROUNDS; round++)
            for (int i = 0; i < 2; i++) philox_round(x[i], key[round]);
        for (int i = 0; i < 2; i++)
            for (int w = 0; w < 4; w++) wide_store(x[i][w], &word[w][l + i * WIDE]);
    }
#else
    philox4x32_key_t key;
    key.v[0] = stream->key[0];
    key.v[1] = stream->key[1];
    for (int l = 0; l < LANES; l++) {
        const philox4x32_ctr_t out = philox4x32(counter_of(first + (uint64_t)l, month, slot), key);
        for (int i = 0; i < 4; i++) word[i][l] = out.v[i];
    }
#endif
}

/* Uniforms of 53 bits from two words, exactly as philox_uniform; 0 becomes 2^-54. */
static void words_to_uniforms(const uint32_t high[LANES], const uint32_t low[LANES], double u[LANES])
{
    EACH_LANE(l)
    {
        const double h = lanes_from_bits(0x4330000000000000u | high[l]) - 4503599627370496.0;
        const double t = lanes_from_bits(0x4330000000000000u | (low[l] >> 11)) - 4503599627370496.0;
        const double uniform = LANES_FMA(h, 0x1p-32, t * 0x1p-53);
        u[l] = uniform == 0.0 ? 0x1p-54 : uniform;
    }
}

void stream_uniforms(const struct stream *stream, struct stream_state *state, uint64_t first_replication, int month,
                     uint32_t slot, double u[2][LANES])
{
    if (stream->type != NULL) {
        for (int i = 0; i < 2; i++)
            for (int l = 0; l < LANES; l++) u[i][l] = gsl_rng_uniform_pos(state->lane[l]);
        return;
    }
    _Alignas(LANES_ALIGNMENT) uint32_t word[4][LANES];
    philox_words(stream, first_replication, month, slot, word);
    words_to_uniforms(word[0], word[1], u[0]);
    words_to_uniforms(word[2], word[3], u[1]);
}

void stream_normals(const struct stream *stream, struct stream_state *state, uint64_t first_replication, int month,
                    uint32_t slot, double z[2][LANES])
{
    _Alignas(LANES_ALIGNMENT) double u[2][LANES];
    stream_uniforms(stream, state, first_replication, month, slot, u);
    EACH_LANE(l)
    {
        double sine, cosine;
        const double radius = __builtin_sqrt(-2.0 * lanes_log(u[0][l]));
        lanes_sincos_turn(u[1][l], &sine, &cosine);
        z[0][l] = radius * cosine;
        z[1][l] = radius * sine;
    }
}
