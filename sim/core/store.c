/* sim/core/store.c -- see store.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/store.h"

#include <gsl/gsl_cdf.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct writing {
    store_writer *writer;
    const void *context;
};

struct slot {
    char *path;
    char *unit;
    struct quantity quantity; /* the number or distribution; of a profile its factor */
    size_t points;            /* of a profile; 0: none */
    int *month;               /* [points] */
    double *value;            /* [points] */
    bool step;
    int input;    /* index of what is drawn, -1: nothing */
    bool redrawn; /* drawn by its component */
    bool idle;    /* not read in this run */
    int tied_to;  /* slot; -1: none */
    double tie;   /* correlation */
    struct writing *writing;
    size_t writings;
    int stage;
    bool deferred;
    bool seasonal;
    double season[CALENDAR_MONTHS_PER_YEAR];
};

struct input {
    char *name;
    int slot;
    struct stream stream;
};

/* Slots whose draws are joined. */
struct joint {
    size_t count;
    int *slot;
    double *factor; /* [count * count] */
};

struct list {
    int *slot;
    size_t count;
};

struct store {
    struct slot *slot;
    size_t slots;
    struct input *input;
    size_t inputs;
    struct joint *joint;
    size_t joints;
    int signals;
    /* made by store_seal, slots ascending: */
    struct list monthly;             /* what varies by month */
    struct list moved[STORE_STAGES]; /* what writers change, by stage */
};

struct rows {
    const struct store *store;
    double (*row)[LANES];       /* [slots] */
    double (*drawn)[LANES];     /* [inputs] */
    double (*uniform)[LANES];   /* [inputs] what they were drawn with */
    double (*signal)[LANES];    /* [signals] */
    struct stream_state *state; /* [inputs] */
    int keep;                   /* slot; -1: none */
    double *kept;
};

struct fault *store_open(struct store **store)
{
    *store = calloc(1, sizeof **store);
    return *store == NULL ? fault_no_memory() : NULL;
}

static void slot_clear(struct slot *slot)
{
    free(slot->path);
    free(slot->unit);
    quantity_free(&slot->quantity);
    free(slot->month);
    free(slot->value);
    free(slot->writing);
}

void store_close(struct store *store)
{
    if (store == NULL) return;
    for (size_t i = 0; i < store->slots; i++) slot_clear(&store->slot[i]);
    for (size_t i = 0; i < store->inputs; i++) free(store->input[i].name);
    for (size_t i = 0; i < store->joints; i++) {
        free(store->joint[i].slot);
        free(store->joint[i].factor);
    }
    free(store->joint);
    free(store->slot);
    free(store->input);
    free(store->monthly.slot);
    for (size_t i = 0; i < STORE_STAGES; i++) free(store->moved[i].slot);
    free(store);
}

static struct fault *store_append(struct store *store, struct slot *slot, const char *path, const char *unit,
                                  int *index)
{
    struct slot *grown = realloc(store->slot, (store->slots + 1) * sizeof *grown);
    if (grown == NULL) {
        slot_clear(slot);
        return fault_no_memory();
    }
    store->slot = grown;
    slot->path = strdup(path);
    slot->unit = strdup(unit);
    slot->input = slot->tied_to = -1;
    if (slot->path == NULL || slot->unit == NULL) {
        slot_clear(slot);
        return fault_no_memory();
    }
    *index = (int)store->slots;
    store->slot[store->slots++] = *slot;
    if (slot->redrawn || !quantity_is_drawn(&slot->quantity)) return NULL;

    struct input *input = realloc(store->input, (store->inputs + 1) * sizeof *input);
    if (input == NULL) return fault_no_memory();
    store->input = input;
    char *name = NULL;
    if (asprintf(&name, "%s%s", path, slot->points > 0 ? ".times" : "") < 0) return fault_no_memory();
    input[store->inputs] = (struct input){.name = name, .slot = *index};
    store->slot[*index].input = (int)store->inputs++;
    return NULL;
}

struct fault *store_add(struct store *store, const char *path, const char *unit, struct quantity *quantity, int *slot)
{
    struct slot added = {.quantity = *quantity};
    *quantity = (struct quantity){0};
    return store_append(store, &added, path, unit, slot);
}

struct fault *store_add_occasional(struct store *store, const char *path, const char *unit, struct quantity *quantity,
                                   int *slot)
{
    struct slot added = {.quantity = *quantity, .redrawn = true};
    *quantity = (struct quantity){0};
    return store_append(store, &added, path, unit, slot);
}

const struct quantity *store_quantity(const struct store *store, int slot)
{
    return &store->slot[slot].quantity;
}

void store_tie(struct store *store, int slot, int to, double correlation)
{
    store->slot[slot].tied_to = to;
    store->slot[slot].tie = correlation;
}

int store_tied(const struct store *store, int slot, double *correlation)
{
    *correlation = store->slot[slot].tie;
    return store->slot[slot].tied_to;
}

struct fault *store_join(struct store *store, size_t count, const int slot[], const double factor[])
{
    struct joint *grown = realloc(store->joint, (store->joints + 1) * sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    store->joint = grown;
    struct joint *joint = &grown[store->joints++];
    *joint = (struct joint){.count = count,
                            .slot = malloc(count * sizeof *joint->slot),
                            .factor = malloc(count * count * sizeof *joint->factor)};
    if (joint->slot == NULL || joint->factor == NULL) return fault_no_memory();
    memcpy(joint->slot, slot, count * sizeof *slot);
    memcpy(joint->factor, factor, count * count * sizeof *factor);
    return NULL;
}

void store_idle(struct store *store, int slot)
{
    store->slot[slot].idle = true;
}

bool store_is_idle(const struct store *store, int slot)
{
    return store->slot[slot].idle;
}

struct fault *store_add_profile(struct store *store, const char *path, const char *unit, size_t count,
                                const int month[], const double value[], bool step, struct quantity *times, int *slot)
{
    struct slot added = {.quantity = *times, .points = count, .step = step};
    *times = (struct quantity){0};
    added.month = malloc(count * sizeof *added.month);
    added.value = malloc(count * sizeof *added.value);
    if (added.month == NULL || added.value == NULL) {
        slot_clear(&added);
        return fault_no_memory();
    }
    memcpy(added.month, month, count * sizeof *month);
    memcpy(added.value, value, count * sizeof *value);
    return store_append(store, &added, path, unit, slot);
}

int store_find(const struct store *store, const char *path)
{
    for (size_t i = 0; i < store->slots; i++)
        if (strcmp(store->slot[i].path, path) == 0) return (int)i;
    return -1;
}

size_t store_count(const struct store *store)
{
    return store->slots;
}

const char *store_path(const struct store *store, int slot)
{
    return store->slot[slot].path;
}

const char *store_unit(const struct store *store, int slot)
{
    return store->slot[slot].unit;
}

enum store_variation store_variation(const struct store *store, int slot)
{
    const struct slot *s = &store->slot[slot];
    if (s->writings > 0 || s->seasonal) return STORE_MOVED;
    if (s->points > 1) return STORE_PER_MONTH;
    return s->input >= 0 ? STORE_PER_REPLICATION : STORE_ONE;
}

bool store_varies_by_month(const struct store *store, int slot)
{
    return store_variation(store, slot) >= STORE_PER_MONTH;
}

int store_first_date(const struct store *store, int slot)
{
    const struct slot *s = &store->slot[slot];
    return s->points == 0 ? INT_MIN : s->month[0];
}

int store_last_date(const struct store *store, int slot)
{
    const struct slot *s = &store->slot[slot];
    return s->points == 0 ? INT_MIN : s->month[s->points - 1];
}

/* The profile without its factor. */
static double slot_profile(const struct slot *slot, int month)
{
    size_t after = 0;
    while (after < slot->points && slot->month[after] <= month) after++;
    if (after == 0) return slot->value[0];
    if (after == slot->points || slot->step) return slot->value[after - 1];
    const double span = slot->month[after] - slot->month[after - 1];
    const double part = (month - slot->month[after - 1]) / span;
    return slot->value[after - 1] + part * (slot->value[after] - slot->value[after - 1]);
}

double store_central(const struct store *store, int slot, int month)
{
    const struct slot *s = &store->slot[slot];
    const double central = quantity_central(&s->quantity);
    return s->points == 0 ? central : central * slot_profile(s, month);
}

double store_mean(const struct store *store, int slot, int month)
{
    const struct slot *s = &store->slot[slot];
    const double mean = quantity_mean(&s->quantity);
    return s->points == 0 ? mean : mean * slot_profile(s, month);
}

void store_range(const struct store *store, int slot, double *least, double *most)
{
    const struct slot *s = &store->slot[slot];
    double low, high;
    quantity_support(&s->quantity, &low, &high);
    *least = low;
    *most = high;
    if (s->points == 0) return;
    *least = INFINITY;
    *most = -INFINITY;
    for (size_t i = 0; i < s->points; i++) {
        const double a = low * s->value[i], b = high * s->value[i];
        *least = fmin(*least, fmin(a, b));
        *most = fmax(*most, fmax(a, b));
    }
}

struct fault *store_move(struct store *store, int slot, int stage, store_writer *writer, const void *context)
{
    struct slot *s = &store->slot[slot];
    struct writing *grown = realloc(s->writing, (s->writings + 1) * sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    s->writing = grown;
    if (s->writings == 0) s->stage = stage;
    grown[s->writings++] = (struct writing){writer, context};
    return NULL;
}

void store_season(struct store *store, int slot, int stage, const double factor[CALENDAR_MONTHS_PER_YEAR])
{
    struct slot *s = &store->slot[slot];
    s->seasonal = true;
    s->stage = stage;
    memcpy(s->season, factor, sizeof s->season);
}

void store_defer(struct store *store, int slot)
{
    store->slot[slot].deferred = true;
}

int store_signal(struct store *store)
{
    return store->signals++;
}

/* Leaves out the inputs that nothing reads. */
static void inputs_settle(struct store *store)
{
    size_t kept = 0;
    for (size_t i = 0; i < store->inputs; i++) {
        struct slot *slot = &store->slot[store->input[i].slot];
        slot->input = slot->idle ? -1 : (int)kept;
        if (slot->idle)
            free(store->input[i].name);
        else
            store->input[kept++] = store->input[i];
    }
    store->inputs = kept;
}

static struct fault *list_make(struct list *list, size_t most)
{
    free(list->slot);
    list->count = 0;
    list->slot = malloc((most + 1) * sizeof *list->slot);
    return list->slot == NULL ? fault_no_memory() : NULL;
}

struct fault *store_seal(struct store *store, uint64_t seed, const gsl_rng_type *generator)
{
    inputs_settle(store);
    for (size_t i = 0; i < store->inputs; i++)
        store->input[i].stream = stream_named(seed, store->input[i].name, generator);
    TRY(list_make(&store->monthly, store->slots));
    for (size_t i = 0; i < STORE_STAGES; i++) TRY(list_make(&store->moved[i], store->slots));
    for (size_t i = 0; i < store->slots; i++) {
        const struct slot *slot = &store->slot[i];
        if (store_varies_by_month(store, (int)i)) store->monthly.slot[store->monthly.count++] = (int)i;
        if ((slot->writings == 0 && !slot->seasonal) || slot->deferred) continue;
        struct list *moved = &store->moved[slot->stage];
        moved->slot[moved->count++] = (int)i;
    }
    return NULL;
}

size_t store_inputs(const struct store *store)
{
    return store->inputs;
}

const char *store_input_name(const struct store *store, size_t input)
{
    return store->input[input].name;
}

int store_input_slot(const struct store *store, size_t input)
{
    return store->input[input].slot;
}

/* What stands for a quantity that is not drawn by the store. */
static double slot_number(const struct slot *slot)
{
    return quantity_is_drawn(&slot->quantity) ? quantity_central(&slot->quantity) : slot->quantity.p[0];
}

static void row_fill(double row[LANES], double value)
{
    EACH_LANE(l) row[l] = value;
}

struct fault *rows_open(const struct store *store, struct arena *arena, struct rows **rows)
{
    struct rows *r = arena_take(arena, 1, sizeof *r);
    *rows = r;
    if (r == NULL) return fault_no_memory();
    r->store = store;
    r->keep = -1;
    r->kept = arena_take(arena, 1, sizeof *r->kept);
    r->row = arena_rows(arena, store->slots);
    r->drawn = arena_rows(arena, store->inputs);
    r->uniform = arena_rows(arena, store->inputs);
    r->signal = arena_rows(arena, (size_t)store->signals);
    r->state = arena_take(arena, store->inputs, sizeof *r->state);
    TRY(arena_check(arena));
    for (size_t i = 0; i < store->inputs; i++) TRY(stream_state_init(&store->input[i].stream, arena, &r->state[i]));
    for (size_t i = 0; i < store->inputs; i++) row_fill(r->drawn[i], 0.0);
    for (size_t i = 0; i < store->slots; i++) {
        const struct slot *slot = &store->slot[i];
        const double number = slot_number(slot);
        row_fill(r->row[i], slot->points == 0 ? number : number * slot->value[0]);
    }
    return NULL;
}

/* The row of what was drawn; of a profile, at its first date. */
static void row_of_input(struct rows *rows, size_t input)
{
    const int index = rows->store->input[input].slot;
    const struct slot *slot = &rows->store->slot[index];
    const double scale = slot->points == 0 ? 1.0 : slot->value[0];
    const double *drawn = rows->drawn[input];
    double *row = rows->row[index];
    EACH_LANE(l) row[l] = scale * drawn[l];
}

static void signals_clear(struct rows *rows)
{
    for (int i = 0; i < rows->store->signals; i++) row_fill(rows->signal[i], 0.0);
}

/* A uniform strictly between 0 and 1 from a normal score. */
static double uniform_of(double z)
{
    return fmin(fmax(gsl_cdf_ugaussian_P(z), 0x1p-54), 1.0 - 0x1p-53);
}

/* The uniforms of an input, tied to those of another where it is: Phi(r Phi^-1(u) + sqrt(1 - r^2) Phi^-1(own)). */
static void tied_uniforms(const struct rows *rows, const struct slot *slot, const double own[LANES], double u[LANES])
{
    const int to = slot->tied_to < 0 ? -1 : rows->store->slot[slot->tied_to].input;
    const double r = slot->tie, rest = sqrt(1.0 - r * r);
    for (int l = 0; l < LANES; l++) u[l] = own[l];
    for (int l = 0; l < LANES && to >= 0 && r != 0.0; l++) {
        const double z = r * gsl_cdf_ugaussian_Pinv(rows->uniform[to][l]) + rest * gsl_cdf_ugaussian_Pinv(own[l]);
        u[l] = uniform_of(z);
    }
}

/* The uniforms of joined inputs, from the last member on, which needs those before it. */
static void join_uniforms(struct rows *rows, const struct joint *joint)
{
    for (int l = 0; l < LANES; l++)
        for (size_t i = joint->count; i-- > 1;) {
            double z = 0.0;
            for (size_t j = 0; j <= i; j++) {
                const int input = rows->store->slot[joint->slot[j]].input;
                z += joint->factor[i * joint->count + j] * gsl_cdf_ugaussian_Pinv(rows->uniform[input][l]);
            }
            rows->uniform[rows->store->slot[joint->slot[i]].input][l] = uniform_of(z);
        }
}

void rows_start(struct rows *rows, uint64_t first_replication)
{
    const struct store *store = rows->store;
    signals_clear(rows);
    for (size_t i = 0; i < store->inputs; i++) {
        const struct input *input = &store->input[i];
        _Alignas(LANES_ALIGNMENT) double u[2][LANES];
        stream_state_start(&input->stream, &rows->state[i], first_replication);
        stream_uniforms(&input->stream, &rows->state[i], first_replication, STREAM_BEFORE, 0, u);
        for (int l = 0; l < LANES; l++) rows->uniform[i][l] = u[0][l];
    }
    for (size_t i = 0; i < store->joints; i++) join_uniforms(rows, &store->joint[i]);
    for (size_t i = 0; i < store->inputs; i++) {
        const struct slot *slot = &store->slot[store->input[i].slot];
        double u[LANES];
        tied_uniforms(rows, slot, rows->uniform[i], u);
        for (int l = 0; l < LANES; l++) rows->drawn[i][l] = quantity_inverse(&slot->quantity, u[l]);
        row_of_input(rows, i);
    }
}

void rows_central(struct rows *rows)
{
    signals_clear(rows);
    for (size_t i = 0; i < rows->store->inputs; i++) {
        row_fill(rows->drawn[i], quantity_central(&rows->store->slot[rows->store->input[i].slot].quantity));
        row_of_input(rows, i);
    }
}

void rows_at(const struct rows *rows, int index, int month, double row[LANES])
{
    const struct slot *slot = &rows->store->slot[index];
    const double scale = slot->points == 0 ? 1.0 : slot_profile(slot, month);
    if (slot->input < 0) {
        row_fill(row, scale * slot_number(slot));
        return;
    }
    const double *drawn = rows->drawn[slot->input];
    EACH_LANE(l) row[l] = scale * drawn[l];
}

void rows_step(struct rows *rows, int month)
{
    const struct list *monthly = &rows->store->monthly;
    for (size_t i = 0; i < monthly->count; i++) rows_at(rows, monthly->slot[i], month, rows->row[monthly->slot[i]]);
}

void rows_apply(const struct rows *rows, int slot, int month, double row[LANES])
{
    const struct slot *of = &rows->store->slot[slot];
    if (of->seasonal) {
        const double factor = of->season[month % CALENDAR_MONTHS_PER_YEAR];
        EACH_LANE(l) row[l] *= factor;
    }
    if (slot == rows->keep) *rows->kept = row[0];
    for (size_t w = 0; w < of->writings; w++) of->writing[w].writer(of->writing[w].context, rows, month, row);
}

void rows_move(struct rows *rows, int stage, int month)
{
    const struct list *moved = &rows->store->moved[stage];
    for (size_t i = 0; i < moved->count; i++) rows_apply(rows, moved->slot[i], month, rows->row[moved->slot[i]]);
}

const double *rows_get(const struct rows *rows, int slot)
{
    return rows->row[slot];
}

const double *rows_input(const struct rows *rows, size_t input)
{
    return rows->drawn[input];
}

double *rows_signal(const struct rows *rows, int signal)
{
    return rows->signal[signal];
}

void rows_keep(struct rows *rows, int slot)
{
    rows->keep = slot;
}

double rows_kept(const struct rows *rows)
{
    return *rows->kept;
}
