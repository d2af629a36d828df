/* sim/core/store.c -- see store.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/store.h"

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
    int input; /* index of what is drawn, -1: nothing */
    struct writing *writing;
    size_t writings;
};

struct input {
    char *name;
    int slot;
    struct stream stream;
};

struct store {
    struct slot *slot;
    size_t slots;
    struct input *input;
    size_t inputs;
    int *monthly; /* slots that vary by month, ascending; made by store_seal */
    size_t monthlies;
    bool sealed;
};

struct rows {
    const struct store *store;
    double (*row)[LANES];       /* [slots] */
    double (*drawn)[LANES];     /* [inputs] */
    struct stream_state *state; /* [inputs] */
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
    free(store->slot);
    free(store->input);
    free(store->monthly);
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
    slot->input = -1;
    if (slot->path == NULL || slot->unit == NULL) {
        slot_clear(slot);
        return fault_no_memory();
    }
    *index = (int)store->slots;
    store->slot[store->slots++] = *slot;
    if (!quantity_is_drawn(&slot->quantity)) return NULL;

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
    if (s->writings > 0) return STORE_MOVED;
    if (s->points > 1) return STORE_PER_MONTH;
    return s->input >= 0 ? STORE_PER_REPLICATION : STORE_ONE;
}

bool store_varies_by_month(const struct store *store, int slot)
{
    return store_variation(store, slot) >= STORE_PER_MONTH;
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

struct fault *store_move(struct store *store, int slot, store_writer *writer, const void *context)
{
    struct slot *s = &store->slot[slot];
    struct writing *grown = realloc(s->writing, (s->writings + 1) * sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    s->writing = grown;
    grown[s->writings++] = (struct writing){writer, context};
    return NULL;
}

struct fault *store_seal(struct store *store, uint64_t seed, const gsl_rng_type *generator)
{
    for (size_t i = 0; i < store->inputs; i++)
        store->input[i].stream = stream_named(seed, store->input[i].name, generator);
    free(store->monthly);
    store->monthlies = 0;
    store->monthly = malloc((store->slots + 1) * sizeof *store->monthly);
    if (store->monthly == NULL) return fault_no_memory();
    for (size_t i = 0; i < store->slots; i++)
        if (store_varies_by_month(store, (int)i)) store->monthly[store->monthlies++] = (int)i;
    store->sealed = true;
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

static void row_fill(double row[LANES], double value)
{
    EACH_LANE(l) row[l] = value;
}

struct fault *rows_open(const struct store *store, struct rows **rows)
{
    *rows = calloc(1, sizeof **rows);
    if (*rows == NULL) return fault_no_memory();
    struct rows *r = *rows;
    r->store = store;
    r->row = aligned_alloc(LANES_ALIGNMENT, (store->slots + 1) * sizeof *r->row);
    r->drawn = aligned_alloc(LANES_ALIGNMENT, (store->inputs + 1) * sizeof *r->drawn);
    r->state = calloc(store->inputs + 1, sizeof *r->state);
    struct fault *fault = NULL;
    if (r->row == NULL || r->drawn == NULL || r->state == NULL) fault = fault_no_memory();
    for (size_t i = 0; i < store->inputs && fault == NULL; i++)
        fault = stream_state_init(&store->input[i].stream, &r->state[i]);
    if (fault != NULL) {
        rows_close(r);
        *rows = NULL;
        return fault;
    }
    for (size_t i = 0; i < store->inputs; i++) row_fill(r->drawn[i], 0.0);
    for (size_t i = 0; i < store->slots; i++) {
        const struct slot *slot = &store->slot[i];
        const double number = slot->points == 0 ? slot->quantity.p[0] : slot->quantity.p[0] * slot->value[0];
        row_fill(r->row[i], number);
    }
    return NULL;
}

void rows_close(struct rows *rows)
{
    if (rows == NULL) return;
    if (rows->state != NULL)
        for (size_t i = 0; i < rows->store->inputs; i++) stream_state_free(&rows->state[i]);
    free(rows->state);
    free(rows->row);
    free(rows->drawn);
    free(rows);
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

void rows_start(struct rows *rows, uint64_t first_replication)
{
    const struct store *store = rows->store;
    for (size_t i = 0; i < store->inputs; i++) {
        const struct input *input = &store->input[i];
        const struct quantity *quantity = &store->slot[input->slot].quantity;
        _Alignas(LANES_ALIGNMENT) double u[2][LANES];
        stream_state_start(&input->stream, &rows->state[i], first_replication);
        stream_uniforms(&input->stream, &rows->state[i], first_replication, STREAM_BEFORE, 0, u);
        for (int l = 0; l < LANES; l++) rows->drawn[i][l] = quantity_inverse(quantity, u[0][l]);
        row_of_input(rows, i);
    }
}

void rows_central(struct rows *rows)
{
    for (size_t i = 0; i < rows->store->inputs; i++) {
        row_fill(rows->drawn[i], quantity_central(&rows->store->slot[rows->store->input[i].slot].quantity));
        row_of_input(rows, i);
    }
}

/* The row of a month before the writers. */
static void row_of_month(struct rows *rows, int index, int month)
{
    const struct slot *slot = &rows->store->slot[index];
    const double scale = slot->points == 0 ? 1.0 : slot_profile(slot, month);
    double *row = rows->row[index];
    if (slot->input < 0) {
        row_fill(row, scale * slot->quantity.p[0]);
        return;
    }
    const double *drawn = rows->drawn[slot->input];
    EACH_LANE(l) row[l] = scale * drawn[l];
}

void rows_step(struct rows *rows, int month)
{
    const struct store *store = rows->store;
    for (size_t i = 0; i < store->monthlies; i++) {
        const int index = store->monthly[i];
        const struct slot *slot = &store->slot[index];
        row_of_month(rows, index, month);
        for (size_t w = 0; w < slot->writings; w++)
            slot->writing[w].writer(slot->writing[w].context, rows, month, rows->row[index]);
    }
}

void rows_base(struct rows *rows, int month)
{
    for (size_t i = 0; i < rows->store->monthlies; i++) row_of_month(rows, rows->store->monthly[i], month);
}

const double *rows_get(const struct rows *rows, int slot)
{
    return rows->row[slot];
}

const double *rows_input(const struct rows *rows, size_t input)
{
    return rows->drawn[input];
}
