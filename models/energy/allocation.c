/* models/energy/allocation.c -- see allocation.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/energy/allocation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the layout, once per run ---- */

/* Outlets that use a leg for all of their volume. */
static uint32_t users_of(const struct allocation_layout *layout, size_t leg)
{
    uint32_t users = 0;
    for (size_t o = 0; o < layout->outlets; o++)
        for (size_t i = 0; i < layout->outlet[o].legs; i++)
            if (layout->outlet[o].via[i] == leg) users |= 1u << o;
    return users;
}

static size_t legs_of(const struct allocation_layout *layout)
{
    size_t most = 0;
    for (size_t o = 0; o < layout->outlets; o++) {
        const struct allocation_outlet *outlet = &layout->outlet[o];
        for (size_t i = 0; i < outlet->legs; i++)
            if (outlet->via[i] + 1 > most) most = outlet->via[i] + 1;
        if (outlet->also && outlet->also_leg + 1 > most) most = outlet->also_leg + 1;
    }
    return most;
}

static bool one_bit(uint32_t bits)
{
    return (bits & (bits - 1)) == 0;
}

/* "a, b and c" of the outlets in a set. */
static char *outlets_named(const struct allocation_layout *layout, uint32_t set)
{
    char *text = NULL;
    size_t size = 0, left = (size_t)__builtin_popcount(set);
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    for (size_t o = 0; o < layout->outlets && o < 32; o++) {
        if ((set >> o & 1) == 0) continue;
        fprintf(to, "%s%s", layout->outlet[o].name, left == 1 ? "" : left == 2 ? " and " : ", ");
        left--;
    }
    return fclose(to) == 0 ? text : (free(text), NULL);
}

static bool same_access(const struct allocation_outlet *a, const struct allocation_outlet *b)
{
    if (a->from != b->from || a->also != b->also) return false;
    return !a->also || (a->also_field == b->also_field && a->also_leg == b->also_leg);
}

/* The outlets that a field reaches, directly, and by `also` in the upper half. */
static uint32_t reach_of(const struct allocation_layout *layout, size_t field)
{
    uint32_t reach = 0;
    for (size_t o = 0; o < layout->outlets; o++) {
        const struct allocation_outlet *outlet = &layout->outlet[o];
        if ((outlet->from >> field & 1) != 0) reach |= 1u << o;
        if (outlet->also && outlet->also_field == field) reach |= 1u << (o + 16);
    }
    return reach;
}

/* Whether the fields that reach these outlets reach no others. */
static bool is_closed(const struct allocation_layout *layout, uint32_t users)
{
    for (size_t f = 0; f < layout->fields; f++) {
        const uint32_t reach = reach_of(layout, f), outlets = (reach | reach >> 16) & 0xffffu;
        if ((outlets & users) != 0 && (outlets & ~users) != 0) return false;
    }
    return true;
}

/* All outlets of a shared leg must have the same access, or be all that their fields reach. */
static struct fault *check_access(const struct allocation_layout *layout, size_t leg, uint32_t users)
{
    const struct allocation_outlet *first = NULL;
    if (is_closed(layout, users)) return NULL;
    for (size_t o = 0; o < layout->outlets; o++) {
        if ((users >> o & 1) == 0) continue;
        if (first == NULL) first = &layout->outlet[o];
        if (same_access(first, &layout->outlet[o])) continue;
        return fault_at(
            FAULT_SCENARIO, layout->outlet[o].place,
            "the leg %s is shared by the outlets %s and %s, which are supplied from different fields, so that no order "
            "of "
            "netbacks is sure to be best (models/README.md, Energy); expected the same `from` (and `also`), all "
            "outlets of these fields on the leg, a leg for each, or a commodity for each, which may share a leg",
            layout->leg_name[leg], first->name, layout->outlet[o].name);
    }
    return NULL;
}

/* Two shared legs must serve nested or disjoint sets of outlets. */
static struct fault *check_nesting(const struct allocation_layout *layout, size_t a, size_t b)
{
    const uint32_t of_a = users_of(layout, a), of_b = users_of(layout, b), both = of_a & of_b;
    if (one_bit(of_a) || one_bit(of_b) || both == 0 || both == of_a || both == of_b) return NULL;
    char *first = outlets_named(layout, of_a), *second = outlets_named(layout, of_b);
    struct fault *fault =
        first == NULL || second == NULL
            ? fault_no_memory()
            : fault_raise(FAULT_SCENARIO,
                          "the leg %s serves the outlets %s, and %s serves %s, so that no order of netbacks is sure "
                          "to be best (models/README.md, Energy); expected one of the two sets to hold the other, or "
                          "none in common",
                          layout->leg_name[a], first, layout->leg_name[b], second);
    free(first);
    free(second);
    return fault;
}

/* The leg of `also` must be used by nothing else. */
static struct fault *check_also(const struct allocation_layout *layout, size_t o)
{
    const struct allocation_outlet *outlet = &layout->outlet[o];
    if (!outlet->also) return NULL;
    bool other = users_of(layout, outlet->also_leg) != 0;
    for (size_t i = 0; i < layout->outlets; i++)
        other = other || (i != o && layout->outlet[i].also && layout->outlet[i].also_leg == outlet->also_leg &&
                          !same_access(outlet, &layout->outlet[i]));
    if (other)
        return fault_at(FAULT_SCENARIO, outlet->place,
                        "the leg %s brings %s to the outlet %s and is used otherwise too, though how much it brings is "
                        "left open (models/README.md, Energy); expected a leg of its own",
                        layout->leg_name[outlet->also_leg], layout->field_name[outlet->also_field], outlet->name);
    if ((outlet->from >> outlet->also_field & 1) != 0)
        return fault_at(FAULT_SCENARIO, outlet->place,
                        "the outlet %s is supplied from %s directly and through %s; expected one of %s", outlet->name,
                        layout->field_name[outlet->also_field], layout->leg_name[outlet->also_leg], "the two");
    return NULL;
}

static struct fault *too_many(const struct allocation_layout *layout, const struct allocation_element element[],
                              size_t count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) {
        fprintf(to, "%s", i == 0 ? "" : "; ");
        if (element[i].is_leg) {
            fprintf(to, "leg %s", layout->leg_name[element[i].leg]);
            continue;
        }
        const char *between = one_bit(element[i].fields) ? "field " : "fields ";
        for (size_t f = 0; f < layout->fields; f++)
            if ((element[i].fields >> f & 1) != 0) {
                fprintf(to, "%s%s", between, layout->field_name[f]);
                between = " and ";
            }
    }
    if (fclose(to) != 0) return fault_no_memory();
    struct fault *fault =
        fault_raise(FAULT_SCENARIO,
                    "%zu groups of fields that reach the same outlets, and shared legs: %s; expected at most "
                    "%d (models/README.md, Energy): let fields reach the same outlets, give a leg to one outlet alone, "
                    "or make a commodity of each group",
                    count, text, ALLOCATION_ELEMENTS);
    free(text);
    return fault;
}

/* Groups of fields, then shared legs and legs of `also`. */
static struct fault *elements_find(const struct allocation_layout *layout, struct allocation *allocation)
{
    struct allocation_element found[ALLOCATION_FIELDS + 64];
    const size_t legs = legs_of(layout);
    size_t count = 0;
    for (size_t f = 0; f < layout->fields; f++) {
        size_t i = 0;
        const uint32_t reach = reach_of(layout, f);
        if (reach == 0)
            return fault_raise(FAULT_SCENARIO, "the field %s reaches no outlet; expected it in some outlet's `from`",
                               layout->field_name[f]);
        while (i < count && reach_of(layout, (size_t)__builtin_ctz(found[i].fields)) != reach) i++;
        if (i == count) found[count++] = (struct allocation_element){.fields = 0};
        found[i].fields |= 1u << f;
    }
    for (size_t leg = 0; leg < legs && count < ALLOCATION_FIELDS + 64; leg++) {
        bool also = false;
        for (size_t o = 0; o < layout->outlets; o++)
            also = also || (layout->outlet[o].also && layout->outlet[o].also_leg == leg);
        if (also || !one_bit(users_of(layout, leg)))
            found[count++] = (struct allocation_element){.is_leg = true, .leg = leg};
    }
    if (count > ALLOCATION_ELEMENTS) return too_many(layout, found, count);
    memcpy(allocation->element, found, count * sizeof *found);
    allocation->elements = count;
    return NULL;
}

/* Whether the outlet can be reached when the elements of a cut are gone. */
static bool reachable(const struct allocation_layout *layout, const struct allocation *allocation, size_t o,
                      unsigned cut)
{
    const struct allocation_outlet *outlet = &layout->outlet[o];
    bool direct = false, also = outlet->also;
    for (size_t i = 0; i < allocation->elements; i++) {
        const struct allocation_element *element = &allocation->element[i];
        const bool gone = (cut >> i & 1) != 0;
        if (!element->is_leg) {
            direct = direct || (!gone && (element->fields & outlet->from) != 0);
            if (gone && outlet->also && (element->fields >> outlet->also_field & 1) != 0) also = false;
            continue;
        }
        if (!gone) continue;
        if (allocation->shared[o][i]) return false;
        if (outlet->also && element->leg == outlet->also_leg) also = false;
    }
    return direct || also;
}

/* Keeps a cut only where no part of it leaves the same outlets reachable. */
static void cuts_find(const struct allocation_layout *layout, struct allocation *allocation)
{
    uint32_t reach[ALLOCATION_CUTS];
    const unsigned all = 1u << allocation->elements;
    for (unsigned cut = 0; cut < all; cut++) {
        reach[cut] = 0;
        for (size_t o = 0; o < layout->outlets; o++)
            if (reachable(layout, allocation, o, cut)) reach[cut] |= 1u << o;
    }
    for (unsigned cut = 0; cut < all; cut++) {
        bool superfluous = false;
        for (unsigned part = 0; part < cut && !superfluous; part++)
            superfluous = (part & cut) == part && (reach[part] & ~reach[cut]) == 0;
        if (superfluous) continue;
        for (size_t o = 0; o < layout->outlets; o++)
            if ((reach[cut] >> o & 1) != 0) allocation->reach[o] |= (uint64_t)1 << allocation->cuts;
        allocation->cut[allocation->cuts++] = (uint8_t)cut;
    }
}

struct fault *allocation_prepare(const struct allocation_layout *layout, struct allocation *allocation)
{
    *allocation = (struct allocation){.outlets = layout->outlets};
    if (layout->outlets > ALLOCATION_OUTLETS) {
        char *names = outlets_named(layout, layout->outlets >= 32 ? UINT32_MAX : (1u << layout->outlets) - 1u);
        struct fault *fault =
            names == NULL
                ? fault_no_memory()
                : fault_raise(FAULT_SCENARIO, "there are %zu outlets (%s%s); expected at most %d", layout->outlets,
                              names, layout->outlets > 32 ? ", ..." : "", ALLOCATION_OUTLETS);
        free(names);
        return fault;
    }
    if (layout->fields > ALLOCATION_FIELDS)
        return fault_raise(FAULT_SCENARIO, "there are %zu fields; expected at most %d", layout->fields,
                           ALLOCATION_FIELDS);
    struct fault *faults = NULL;
    const size_t legs = legs_of(layout);
    for (size_t leg = 0; leg < legs; leg++) {
        const uint32_t users = users_of(layout, leg);
        if (!one_bit(users)) faults = fault_join(faults, check_access(layout, leg, users));
        for (size_t other = 0; other < leg; other++) faults = fault_join(faults, check_nesting(layout, other, leg));
    }
    for (size_t o = 0; o < layout->outlets; o++) faults = fault_join(faults, check_also(layout, o));
    if (faults != NULL) return faults;
    TRY(elements_find(layout, allocation));
    for (size_t o = 0; o < layout->outlets; o++)
        for (size_t i = 0; i < allocation->elements; i++)
            for (size_t v = 0; v < layout->outlet[o].legs; v++)
                if (allocation->element[i].is_leg && allocation->element[i].leg == layout->outlet[o].via[v])
                    allocation->shared[o][i] = true;
    cuts_find(layout, allocation);
    return NULL;
}

/* ---- the lanes ---- */

/* The capacities in each cut. */
static void cuts_begin(const struct allocation *allocation, const double *const element[], double (*sum)[LANES])
{
    for (size_t c = 0; c < allocation->cuts; c++) {
        double *total = sum[c];
        EACH_LANE(l) total[l] = 0.0;
        for (size_t i = 0; i < allocation->elements; i++) {
            if ((allocation->cut[c] >> i & 1) == 0) continue;
            const double *row = element[i];
            EACH_LANE(l) total[l] += row[l];
        }
    }
}

/* Adds a tranche that all lanes place alike; least becomes the rank. */
static void add_fixed(const struct allocation *allocation, double (*sum)[LANES], size_t outlet, const double cap[LANES],
                      double least[LANES])
{
    EACH_LANE(l) least[l] = LANES_INFINITY;
    for (size_t c = 0; c < allocation->cuts; c++) {
        double *total = sum[c];
        if ((allocation->reach[outlet] >> c & 1) != 0) EACH_LANE(l) total[l] += cap[l];
        EACH_LANE(l) least[l] = total[l] < least[l] ? total[l] : least[l];
    }
}

/* Puts the greater netback first; of equal ones the earlier. */
static void compare_swap(struct allocation_work *work, size_t a, size_t b)
{
    double *ka = work->key[a], *kb = work->key[b], *ca = work->cap[a], *cb = work->cap[b];
    uint64_t *ra = work->reach[a], *rb = work->reach[b], *ia = work->index[a], *ib = work->index[b];
    EACH_LANE(l)
    {
        const bool swap = kb[l] > ka[l] || (kb[l] == ka[l] && ib[l] < ia[l]);
        const double k1 = swap ? kb[l] : ka[l], k2 = swap ? ka[l] : kb[l];
        const double c1 = swap ? cb[l] : ca[l], c2 = swap ? ca[l] : cb[l];
        const uint64_t r1 = swap ? rb[l] : ra[l], r2 = swap ? ra[l] : rb[l];
        const uint64_t i1 = swap ? ib[l] : ia[l], i2 = swap ? ia[l] : ib[l];
        ka[l] = k1, kb[l] = k2;
        ca[l] = c1, cb[l] = c2;
        ra[l] = r1, rb[l] = r2;
        ia[l] = i1, ib[l] = i2;
    }
}

/* Batcher's odd-even merge sort (1968), for any number. */
static void sort(struct allocation_work *work, size_t count)
{
    for (size_t p = 1; p < count; p *= 2)
        for (size_t k = p; k >= 1; k /= 2)
            for (size_t j = k % p; j + k < count; j += 2 * k)
                for (size_t i = 0; i < k && i + j + k < count; i++)
                    if ((i + j) / (2 * p) == (i + j + k) / (2 * p)) compare_swap(work, i + j, i + j + k);
}

const double *allocation_run(const struct allocation *allocation, struct allocation_work *work,
                             const double *const element[], const double *most, size_t fixed, size_t ranked,
                             const struct allocation_tranche tranche[])
{
    _Alignas(LANES_ALIGNMENT) double least[LANES], before[LANES], limit[LANES];
    cuts_begin(allocation, element, work->sum);
    EACH_LANE(l)
    {
        before[l] = least[l] = 0.0;
        limit[l] = most == NULL ? LANES_INFINITY : most[l];
    }
    for (size_t k = 0; k < fixed; k++) {
        double *volume = tranche[k].volume;
        add_fixed(allocation, work->sum, tranche[k].outlet, tranche[k].cap, least);
        EACH_LANE(l)
        {
            const double rank = least[l] < limit[l] ? least[l] : limit[l], more = rank - before[l];
            volume[l] = more > ALLOCATION_ROUNDING * rank ? more : 0.0;
            before[l] = rank;
        }
    }
    for (size_t k = 0; k < ranked; k++) {
        const struct allocation_tranche *of = &tranche[fixed + k];
        const uint64_t reach = allocation->reach[of->outlet];
        EACH_LANE(l)
        {
            work->key[k][l] = of->netback[l];
            work->cap[k][l] = of->cap[l];
            work->reach[k][l] = reach;
            work->index[k][l] = k;
        }
    }
    sort(work, ranked);
    for (size_t k = 0; k < ranked; k++) {
        const double *cap = work->cap[k];
        const uint64_t *reach = work->reach[k];
        EACH_LANE(l) least[l] = LANES_INFINITY;
        for (size_t c = 0; c < allocation->cuts; c++) {
            double *total = work->sum[c];
            EACH_LANE(l)
            {
                const uint64_t open = 0u - (reach[l] >> c & 1u);
                total[l] += lanes_from_bits(lanes_to_bits(cap[l]) & open);
                least[l] = total[l] < least[l] ? total[l] : least[l];
            }
        }
        for (int l = 0; l < LANES; l++) {
            const double rank = least[l] < limit[l] ? least[l] : limit[l], more = rank - before[l];
            tranche[fixed + work->index[k][l]].volume[l] = more > ALLOCATION_ROUNDING * rank ? more : 0.0;
            before[l] = rank;
        }
    }
    double *total = work->sum[0]; /* done with */
    EACH_LANE(l) total[l] = least[l];
    return total;
}

void allocation_flow(const struct allocation *allocation, const double *const element[], const double *const volume[],
                     double flow[LANES])
{
    _Alignas(LANES_ALIGNMENT) double sum[ALLOCATION_CUTS][LANES];
    cuts_begin(allocation, element, sum);
    for (size_t o = 0; o < allocation->outlets; o++) {
        if (volume[o] == NULL) continue;
        const double *cap = volume[o];
        for (size_t c = 0; c < allocation->cuts; c++)
            if ((allocation->reach[o] >> c & 1) != 0) EACH_LANE(l) sum[c][l] += cap[l];
    }
    EACH_LANE(l) flow[l] = sum[0][l];
    for (size_t c = 1; c < allocation->cuts; c++) EACH_LANE(l) flow[l] = sum[c][l] < flow[l] ? sum[c][l] : flow[l];
}
