/* scenarios/writer/listing.c -- see listing.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/writer/listing.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_units[LISTING_KINDS] = {"t", "TEU"};

/* A column as it was found. */
struct column {
    bool there, unit_there;
    size_t at;               /* of the table */
    char unit[LISTING_UNIT]; /* in its name; "": none */
    size_t unit_at;          /* the column that holds units */
};

/* What is at work. */
struct reading {
    struct listing *listing;
    struct units *units;
    const struct table *table; /* the one that is being read */
    bool *used;                /* [columns] of it */
    struct fault *faults;
};

/* What is wrong with the name of a column is said once, not of every row. */
static void note_fault(struct reading *reading, struct fault *fault)
{
    for (const struct fault *other = reading->faults; other != NULL; other = other->next) {
        if (other->place.source == NULL || other->place.line != fault->place.line ||
            other->place.column != fault->place.column || strcmp(other->sentence, fault->sentence) != 0)
            continue;
        fault_free(fault);
        return;
    }
    reading->faults = fault_join(reading->faults, fault);
}

/* "time-unit" of " Time_unit (h)", and "h". Columns are called alike whatever their capitals and blanks. */
static void split_header(const char *header, char name[LISTING_NAME], char unit[LISTING_UNIT])
{
    const char *open = strpbrk(header, "([");
    const size_t length = open == NULL ? strlen(header) : (size_t)(open - header);
    size_t n = 0;
    for (size_t i = 0; i < length && n + 1 < LISTING_NAME; i++) {
        const int c = tolower((unsigned char)header[i]);
        name[n++] = (char)(c == ' ' || c == '_' ? '-' : c);
    }
    while (n > 0 && name[n - 1] == '-') n--;
    name[n] = '\0';
    unit[0] = '\0';
    if (open == NULL) return;
    const size_t inside = strcspn(open + 1, ")]");
    if (inside < LISTING_UNIT) snprintf(unit, LISTING_UNIT, "%.*s", (int)inside, open + 1);
}

/* The next column from `from` on that is called one of `names`, which spaces part; false: there is none. */
static bool find_column(struct reading *reading, const char *names, size_t from, struct column *column)
{
    const struct table *table = reading->table;
    char name[LISTING_NAME], unit[LISTING_UNIT], words[128];
    *column = (struct column){0};
    for (size_t i = from; i < table->columns; i++) {
        split_header(table->header[i].text, name, unit);
        snprintf(words, sizeof words, "%s", names);
        for (char *rest = words, *word; (word = strsep(&rest, " ")) != NULL;) {
            if (strcmp(word, name) != 0) continue;
            column->there = true;
            column->at = i;
            snprintf(column->unit, sizeof column->unit, "%s", unit);
            reading->used[i] = true;
            return true;
        }
    }
    return false;
}

/* The first name of several. */
static void first_word(const char *names, char word[LISTING_NAME])
{
    snprintf(word, LISTING_NAME, "%.*s", (int)strcspn(names, " "), names);
}

static struct fault *lacks(const struct reading *reading, const char *names, const char *meaning)
{
    const struct table *table = reading->table;
    char word[LISTING_NAME], hint[96];
    first_word(names, word);
    const char **headers = calloc(table->columns + 1, sizeof *headers);
    if (headers == NULL) return fault_no_memory();
    for (size_t i = 0; i < table->columns; i++) headers[i] = table->header[i].text;
    units_hint(word, headers, sizeof hint, hint);
    free(headers);
    return fault_at(FAULT_SCENARIO, (struct place){table->source, 1, 1}, "there is no column '%s', %s%s", word, meaning,
                    hint);
}

/* A column that must be there. */
static struct column need(struct reading *reading, const char *names, const char *meaning)
{
    struct column column;
    if (!find_column(reading, names, 0, &column)) note_fault(reading, lacks(reading, names, meaning));
    return column;
}

/* The column beside that holds the units, where the name of the column holds none. */
static void find_units(struct reading *reading, struct column *column, const char *names, const char *such)
{
    struct column units;
    if (!column->there || column->unit[0] != '\0') return;
    column->unit_there = find_column(reading, names, 0, &units);
    column->unit_at = units.at;
    if (column->unit_there) return;
    const struct cell *header = &reading->table->header[column->at];
    char word[LISTING_NAME];
    first_word(names, word);
    note_fault(reading, fault_at(FAULT_SCENARIO, table_place(reading->table, header),
                                 "'%s' has no unit; expected it in the name of the column, such as '%s (%s)', or a "
                                 "column '%s'",
                                 header->text, header->text, such, word));
}

static const char *cell_text(const struct reading *reading, size_t row, const struct column *column)
{
    return column->there ? table_cell(reading->table, row, column->at)->text : "";
}

static struct place cell_place(const struct reading *reading, size_t row, const struct column *column)
{
    return table_place(reading->table, table_cell(reading->table, row, column->at));
}

/* "dar-es-salaam" of "Dar es Salaam"; `before` stands before what begins with a digit. */
static bool make_name(const char *text, size_t length, const char *before, char name[LISTING_NAME])
{
    size_t n = 0;
    bool gap = false;
    if (length > 0 && isdigit((unsigned char)text[0])) n = (size_t)snprintf(name, LISTING_NAME, "%s-", before);
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c >= 128 || !isalnum(c)) {
            gap = n > 0;
            continue;
        }
        if (n + 3 > LISTING_NAME) return false;
        if (gap && name[n - 1] != '-') name[n++] = '-';
        if (n == 0 && isdigit(c)) return false;
        name[n++] = (char)tolower(c);
        gap = false;
    }
    name[n] = '\0';
    return n > 0;
}

/* The cell as a name. */
static bool read_name(struct reading *reading, size_t row, const struct column *column, const char *before,
                      char name[LISTING_NAME])
{
    const char *text = cell_text(reading, row, column);
    name[0] = '\0';
    if (!column->there || make_name(text, strlen(text), before, name)) return column->there;
    note_fault(reading, fault_at(FAULT_SCENARIO, cell_place(reading, row, column),
                                 "%s: %s%s%s makes no name; expected letters without accents, digits and hyphens, at "
                                 "most %d of them",
                                 reading->table->header[column->at].text, text[0] == '\0' ? "an empty cell" : "'", text,
                                 text[0] == '\0' ? "" : "'", LISTING_NAME - 8));
    return false;
}

/* The index of a place, which is new where no cell before named it. */
static size_t place_of(struct listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->places; i++)
        if (strcmp(listing->place[i], name) == 0) return i;
    snprintf(listing->place[listing->places], LISTING_NAME, "%s", name);
    return listing->places++;
}

/* The unit of the cell of a column. */
static const char *unit_of(const struct reading *reading, size_t row, const struct column *column)
{
    return column->unit_there ? table_cell(reading->table, row, column->unit_at)->text : column->unit;
}

static struct place unit_place(const struct reading *reading, size_t row, const struct column *column)
{
    const struct table *table = reading->table;
    return table_place(table,
                       column->unit_there ? table_cell(table, row, column->unit_at) : &table->header[column->at]);
}

/* A number of 0 or more, in one of the units `to` (ended by NULL); *which: that of them which it is in. Nothing is stated
 * where the cell is empty and may be. */
static void read_amount(struct reading *reading, size_t row, const struct column *column, bool needed,
                        const char *const to[], size_t *which, struct listing_amount *amount)
{
    double number, factor;
    *amount = (struct listing_amount){0};
    *which = 0;
    if (!column->there || (column->unit[0] == '\0' && !column->unit_there)) return; /* which was said of the table */
    if (!needed && cell_text(reading, row, column)[0] == '\0') return;
    struct fault *fault = table_number(reading->table, row, column->at, &number);
    if (fault == NULL && number < 0.0)
        fault = fault_at(FAULT_SCENARIO, cell_place(reading, row, column), "%s is %s; expected 0 or more",
                         reading->table->header[column->at].text, cell_text(reading, row, column));
    const char *unit = unit_of(reading, row, column);
    struct fault *wrong = NULL;
    for (*which = 0; fault == NULL && to[*which] != NULL; ++*which) {
        struct fault *other = units_factor(reading->units, unit, to[*which], &factor);
        if (other == NULL) break;
        if (wrong == NULL) wrong = fault_at(FAULT_SCENARIO, unit_place(reading, row, column), "%s", other->sentence);
        fault_free(other);
    }
    const bool known = fault == NULL && to[*which] != NULL;
    if (!known) {
        note_fault(reading, fault == NULL ? wrong : fault);
        if (fault != NULL) fault_free(wrong);
        *which = 0;
        return;
    }
    fault_free(wrong);
    amount->text = cell_text(reading, row, column);
    amount->value = number * factor;
    if (snprintf(amount->unit, sizeof amount->unit, "%s", unit) >= LISTING_UNIT)
        note_fault(reading,
                   fault_at(FAULT_SCENARIO, unit_place(reading, row, column), "the unit '%s' is too long", unit));
}

/* Costs or fees: several columns, of which each is about what is counted in its unit. */
static void read_money(struct reading *reading, size_t row, const char *name, const struct column column[LISTING_KINDS],
                       struct listing_amount amount[LISTING_KINDS])
{
    static const char *const to[] = {"USD/t", "USD/TEU", NULL};
    for (size_t i = 0; i < LISTING_KINDS; i++) {
        struct listing_amount one;
        size_t kind;
        read_amount(reading, row, &column[i], false, to, &kind, &one);
        if (one.text == NULL) continue;
        if (amount[kind].text != NULL)
            note_fault(reading, fault_at(FAULT_SCENARIO, cell_place(reading, row, &column[i]),
                                         "a second %s of %s is stated; expected one", name,
                                         kind == LISTING_TONNES ? "a tonne" : "a container"));
        amount[kind] = one;
    }
}

static void find_money(struct reading *reading, const char *name, const char *unit_names, bool needed,
                       struct column column[LISTING_KINDS])
{
    size_t from = 0;
    for (size_t i = 0; i < LISTING_KINDS; i++) {
        column[i] = (struct column){0};
        if (i > 0 && !column[i - 1].there) return;
        if (find_column(reading, name, from, &column[i])) {
            find_units(reading, &column[i], unit_names, "USD/t");
            from = column[i].at + 1;
        } else if (i == 0 && needed) {
            note_fault(reading, lacks(reading, name, "what it costs to move a unit over the leg"));
        }
    }
}

static bool read_both(struct reading *reading, size_t row, const struct column *column)
{
    const char *text = cell_text(reading, row, column);
    if (text[0] == '\0' || strcasecmp(text, "no") == 0 || strcmp(text, "0") == 0) return false;
    if (strcasecmp(text, "yes") != 0 && strcmp(text, "1") != 0)
        note_fault(reading, fault_at(FAULT_SCENARIO, cell_place(reading, row, column),
                                     "both is '%s'; expected yes where the leg leads both ways, or no", text));
    return true;
}

static void check_leg(struct reading *reading, size_t row, const struct column *name, const struct column *from)
{
    const struct listing *listing = reading->listing;
    const struct listing_leg *leg = &listing->leg[listing->legs];
    const struct column *at = name->there ? name : from;
    if (leg->from == leg->to)
        note_fault(reading, fault_at(FAULT_SCENARIO, cell_place(reading, row, from),
                                     "the leg leads from %s to itself; expected two places: a crossing or a port has "
                                     "one on either side",
                                     listing->place[leg->from]));
    for (size_t i = 0; i < listing->legs; i++)
        if (strcmp(listing->leg[i].name, leg->name) == 0)
            note_fault(reading, fault_note(fault_at(FAULT_SCENARIO, cell_place(reading, row, at),
                                                    "a second leg is called %s; expected different names", leg->name),
                                           cell_place(reading, listing->leg[i].row, at), "the first is here"));
}

static struct fault *read_legs(struct reading *reading)
{
    static const char *const days[] = {"d", NULL}, *const capacities[] = {"t/yr", "TEU/yr", "train/yr", NULL};
    static const char *const counted[] = {"t", "TEU", "train", ""};
    struct listing *listing = reading->listing;
    struct column name, country, both, source, sd, capacity, cost[LISTING_KINDS], fee[LISTING_KINDS];
    const struct column from = need(reading, "from origin", "where the leg begins");
    const struct column to = need(reading, "to destination", "where the leg ends");
    struct column time = need(reading, "time", "how long it takes without a queue");
    find_column(reading, "name leg", 0, &name);
    find_column(reading, "country", 0, &country);
    find_column(reading, "both", 0, &both);
    find_column(reading, "source", 0, &source);
    find_column(reading, "sd", 0, &sd);
    find_column(reading, "capacity", 0, &capacity);
    find_units(reading, &time, "time-unit", "h");
    find_units(reading, &sd, "sd-unit time-unit", "h");
    find_units(reading, &capacity, "capacity-unit", "kt/yr");
    find_money(reading, "cost", "cost-unit", true, cost);
    find_money(reading, "fee", "fee-unit cost-unit", false, fee);
    if (reading->faults != NULL) return NULL;
    if (reading->table->rows > LISTING_MOST_LEGS)
        return fault_at(FAULT_SCENARIO, cell_place(reading, LISTING_MOST_LEGS, &from), "there are more than %d legs",
                        LISTING_MOST_LEGS);
    for (size_t row = 0; row < reading->table->rows && !fault_enough(reading->faults); row++) {
        struct listing_leg *leg = &listing->leg[listing->legs];
        char begin[LISTING_NAME], end[LISTING_NAME], whole[2 * LISTING_NAME];
        size_t which;
        leg->row = row;
        if (!read_name(reading, row, &from, "place", begin) || !read_name(reading, row, &to, "place", end)) continue;
        leg->from = place_of(listing, begin);
        leg->to = place_of(listing, end);
        snprintf(whole, sizeof whole, "%s-%s", begin, end);
        if (name.there && !read_name(reading, row, &name, "leg", leg->name)) continue;
        if (!name.there && strlen(whole) >= LISTING_NAME) {
            note_fault(reading, fault_at(FAULT_SCENARIO, cell_place(reading, row, &from),
                                         "%s is too long for a name; expected a column 'name'", whole));
            continue;
        }
        if (!name.there) memcpy(leg->name, whole, strlen(whole) + 1);
        if (cell_text(reading, row, &country)[0] != '\0')
            (void)read_name(reading, row, &country, "country", leg->country);
        check_leg(reading, row, &name, &from);
        leg->both = read_both(reading, row, &both);
        read_amount(reading, row, &time, true, days, &which, &leg->time);
        read_amount(reading, row, &sd, false, days, &which, &leg->sd);
        read_amount(reading, row, &capacity, false, capacities, &which, &leg->capacity);
        leg->of = counted[which];
        const struct fault *before = reading->faults;
        read_money(reading, row, "cost", cost, leg->cost);
        if (reading->faults == before && leg->cost[LISTING_TONNES].text == NULL &&
            leg->cost[LISTING_BOXES].text == NULL)
            note_fault(reading, fault_at(FAULT_SCENARIO, cell_place(reading, row, &cost[0]),
                                         "%s has no cost; expected a number, which may be 0", leg->name));
        read_money(reading, row, "fee", fee, leg->fee);
        leg->source = cell_text(reading, row, &source)[0] == '\0' ? NULL : cell_text(reading, row, &source);
        listing->legs++;
    }
    return NULL;
}

/* The names of legs, which > or ; part, in the order of the way. */
static void read_stops(struct reading *reading, const struct column *column, const struct listing_flow *flow,
                       struct listing_route *route)
{
    const struct listing *listing = reading->listing;
    const struct place place = cell_place(reading, route->row, column);
    const char *rest = cell_text(reading, route->row, column);
    size_t at = flow->from;
    for (bool last = false; !last;) {
        const size_t length = strcspn(rest, ">;");
        char name[LISTING_NAME];
        size_t i = listing->legs;
        if (make_name(rest, length, "leg", name))
            for (i = 0; i < listing->legs && strcmp(listing->leg[i].name, name) != 0;) i++;
        if (i == listing->legs) {
            const char *names[LISTING_MOST_LEGS + 1] = {NULL};
            char hint[96];
            for (size_t k = 0; k < listing->legs; k++) names[k] = listing->leg[k].name;
            note_fault(reading, fault_at(FAULT_SCENARIO, place, "'%.*s' is none of the legs%s", (int)length, rest,
                                         units_hint(name, names, sizeof hint, hint)));
            return;
        }
        const struct listing_leg *leg = &listing->leg[i];
        const bool forth = leg->from == at, back = leg->both && leg->to == at;
        if (!forth && !back) {
            note_fault(reading,
                       fault_at(FAULT_SCENARIO, place, "%s leads from %s to %s, but the way has come to %s", leg->name,
                                listing->place[leg->from], listing->place[leg->to], listing->place[at]));
            return;
        }
        if (route->count == LISTING_MOST_STOPS) {
            note_fault(reading, fault_at(FAULT_SCENARIO, place, "the way has more than %d legs", LISTING_MOST_STOPS));
            return;
        }
        const enum listing_kind kind = listing->cargo[flow->cargo].kind;
        if (leg->cost[kind].text == NULL) {
            note_fault(reading,
                       fault_at(FAULT_SCENARIO, place, "%s states no cost in USD/%s, so that no %s goes over it",
                                leg->name, kind_units[kind], listing->cargo[flow->cargo].name));
            return;
        }
        at = forth ? leg->to : leg->from;
        route->stop[route->count++] = i;
        last = rest[length] == '\0';
        rest += length + 1;
    }
    if (at != flow->to)
        note_fault(reading, fault_at(FAULT_SCENARIO, place, "the way ends in %s; expected %s", listing->place[at],
                                     listing->place[flow->to]));
}

/* A place that a leg begins at, or ends at if it leads both ways or `end`. */
static void check_place(struct reading *reading, size_t row, const struct column *column, size_t place, bool end)
{
    const struct listing *listing = reading->listing;
    const char *names[LISTING_MOST_LEGS + 1] = {NULL};
    char hint[96];
    for (size_t i = 0; i < listing->legs; i++) {
        const struct listing_leg *leg = &listing->leg[i];
        if ((end ? leg->to : leg->from) == place || (leg->both && (end ? leg->from : leg->to) == place)) return;
        names[i] = listing->place[end ? leg->to : leg->from];
    }
    note_fault(reading, fault_at(FAULT_SCENARIO, cell_place(reading, row, column), "no leg %s %s%s",
                                 end ? "ends at" : "begins at", listing->place[place],
                                 units_hint(listing->place[place], names, sizeof hint, hint)));
}

static size_t cargo_of(struct reading *reading, size_t row, const struct column *column, enum listing_kind kind)
{
    struct listing *listing = reading->listing;
    char name[LISTING_NAME];
    if (!read_name(reading, row, column, "cargo", name))
        snprintf(name, sizeof name, "%s", kind == LISTING_BOXES ? "container" : "cargo");
    for (size_t i = 0; i < listing->cargoes; i++) {
        if (strcmp(listing->cargo[i].name, name) != 0) continue;
        if (listing->cargo[i].kind != kind)
            note_fault(reading,
                       fault_at(FAULT_SCENARIO, table_place(reading->table, table_cell(reading->table, row, 0)),
                                "%s is counted in %s here and in %s above; expected one of them, or two names", name,
                                kind_units[kind], kind_units[listing->cargo[i].kind]));
        return i;
    }
    struct listing_cargo *cargo = &listing->cargo[listing->cargoes];
    snprintf(cargo->name, sizeof cargo->name, "%s", name);
    cargo->kind = kind;
    return listing->cargoes++;
}

/* The flow of the same ends and cargo, if a row before had it. */
static struct listing_flow *flow_before(const struct listing *listing, const struct listing_flow *flow)
{
    for (size_t i = 0; i < listing->flows; i++) {
        struct listing_flow *other = &listing->flow[i];
        if (other->from == flow->from && other->to == flow->to && other->cargo == flow->cargo) return other;
    }
    return NULL;
}

static bool same_stops(const struct listing_route *a, const struct listing_route *b)
{
    return a->count == b->count && memcmp(a->stop, b->stop, a->count * sizeof *a->stop) == 0;
}

/* A row is a flow, or one more route of a flow. */
static struct fault *add_row(struct reading *reading, const struct column *at, const struct column *way,
                             struct listing_flow *flow, struct listing_route *route)
{
    struct listing *listing = reading->listing;
    struct listing_flow *of = flow_before(listing, flow);
    if (of != NULL && !listing->given) {
        note_fault(reading, fault_note(fault_at(FAULT_SCENARIO, cell_place(reading, route->row, at),
                                                "a second row from %s to %s with %s; expected one row with the whole "
                                                "volume, or a column 'route'",
                                                listing->place[flow->from], listing->place[flow->to],
                                                listing->cargo[flow->cargo].name),
                                       cell_place(reading, of->row, at), "the first is here"));
        return NULL;
    }
    if (way->there) read_stops(reading, way, flow, route);
    if (of == NULL) {
        of = &listing->flow[listing->flows++];
        *of = *flow;
    }
    for (size_t i = 0; i < of->routes; i++)
        if (same_stops(&of->route[i], route) && reading->faults == NULL)
            note_fault(reading, fault_note(fault_at(FAULT_SCENARIO, cell_place(reading, route->row, way),
                                                    "this route stands twice; expected one row with its volume"),
                                           cell_place(reading, of->route[i].row, way), "the first is here"));
    struct listing_route *grown = realloc(of->route, (of->routes + 1) * sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    of->route = grown;
    of->route[of->routes++] = *route;
    return NULL;
}

/* Names of flows, where the table has none: FROM-TO, with the cargo where that is needed to tell them apart. */
static void name_flows(struct reading *reading, const struct column *at, const struct column *name)
{
    struct listing *listing = reading->listing;
    for (size_t i = 0; i < listing->flows; i++) {
        struct listing_flow *flow = &listing->flow[i];
        char whole[3 * LISTING_NAME];
        bool alone = true;
        for (size_t k = 0; k < listing->flows; k++)
            alone = alone && (k == i || listing->flow[k].from != flow->from || listing->flow[k].to != flow->to);
        snprintf(whole, sizeof whole, "%s-%s%s%s", listing->place[flow->from], listing->place[flow->to],
                 alone ? "" : "-", alone ? "" : listing->cargo[flow->cargo].name);
        if (name->there) {
            if (!read_name(reading, flow->row, name, "flow", flow->name)) continue;
        } else if (strlen(whole) >= LISTING_NAME) {
            note_fault(reading, fault_at(FAULT_SCENARIO, cell_place(reading, flow->row, at),
                                         "%s is too long for a name; expected a column 'name'", whole));
        } else {
            memcpy(flow->name, whole, strlen(whole) + 1);
        }
        for (size_t k = 0; k < i; k++)
            if (strcmp(listing->flow[k].name, flow->name) == 0)
                note_fault(reading,
                           fault_note(fault_at(FAULT_SCENARIO, cell_place(reading, flow->row, name->there ? name : at),
                                               "a second flow is called %s; expected different names, in a "
                                               "column 'name'",
                                               flow->name),
                                      cell_place(reading, listing->flow[k].row, name->there ? name : at),
                                      "the first is here"));
    }
}

static struct fault *read_flows(struct reading *reading)
{
    static const char *const rates[] = {"t/yr", "TEU/yr", NULL}, *const worths[][2] = {{"USD/t", NULL},
                                                                                       {"USD/TEU", NULL}};
    struct listing *listing = reading->listing;
    struct column name, cargo, value, way, source;
    const struct column from = need(reading, "origin from", "where the cargo comes from");
    const struct column to = need(reading, "destination to", "where it goes");
    struct column volume = need(reading, "volume", "how much of it moves in the base year");
    find_column(reading, "name flow", 0, &name);
    find_column(reading, "cargo commodity mode", 0, &cargo);
    find_column(reading, "value", 0, &value);
    find_column(reading, "route via", 0, &way);
    find_column(reading, "source", 0, &source);
    find_units(reading, &volume, "unit volume-unit", "kt/yr");
    find_units(reading, &value, "value-unit", "USD/t");
    listing->given = way.there;
    if (reading->faults != NULL) return NULL;
    if (reading->table->rows > LISTING_MOST_FLOWS)
        return fault_at(FAULT_SCENARIO, cell_place(reading, LISTING_MOST_FLOWS, &from), "there are more than %d rows",
                        LISTING_MOST_FLOWS);
    for (size_t row = 0; row < reading->table->rows && !fault_enough(reading->faults); row++) {
        struct listing_flow flow = {.row = row};
        struct listing_route route = {.row = row};
        char begin[LISTING_NAME], end[LISTING_NAME];
        size_t kind, which;
        if (!read_name(reading, row, &from, "place", begin) || !read_name(reading, row, &to, "place", end)) continue;
        flow.from = place_of(listing, begin);
        flow.to = place_of(listing, end);
        check_place(reading, row, &from, flow.from, false);
        check_place(reading, row, &to, flow.to, true);
        read_amount(reading, row, &volume, true, rates, &kind, &flow.volume);
        read_amount(reading, row, &value, false, worths[kind], &which, &flow.worth);
        flow.cargo = cargo_of(reading, row, &cargo, (enum listing_kind)kind);
        flow.source = cell_text(reading, row, &source)[0] == '\0' ? NULL : cell_text(reading, row, &source);
        route.volume = flow.volume.value;
        if (flow.from == flow.to)
            note_fault(reading, fault_at(FAULT_SCENARIO, cell_place(reading, row, &to),
                                         "the cargo goes from %s to itself; expected two places", begin));
        else
            TRY(add_row(reading, &from, &way, &flow, &route));
    }
    if (reading->faults == NULL) name_flows(reading, &from, &name);
    return NULL;
}

/* Appends the names of the columns of which nothing was read. */
static struct fault *note_unread(struct reading *reading)
{
    struct listing *listing = reading->listing;
    for (size_t i = 0; i < reading->table->columns; i++) {
        if (reading->used[i]) continue;
        char *longer = NULL;
        if (asprintf(&longer, "%s%s%s of %s", listing->unread == NULL ? "" : listing->unread,
                     listing->unread == NULL ? "" : ", ", reading->table->header[i].text,
                     reading->table->source->name) < 0)
            return fault_no_memory();
        free(listing->unread);
        listing->unread = longer;
    }
    return NULL;
}

/* One of the two tables, with what was wrong in it. */
static struct fault *read_table(struct listing *listing, struct units *units, const struct table *table,
                                struct fault *(*read)(struct reading *reading))
{
    struct reading reading = {.listing = listing, .units = units, .table = table};
    reading.used = calloc(table->columns + 1, sizeof *reading.used);
    if (reading.used == NULL) return fault_no_memory();
    struct fault *fault = read(&reading);
    fault = fault_join(reading.faults, fault);
    if (fault == NULL) fault = note_unread(&reading);
    free(reading.used);
    return fault;
}

struct fault *listing_open(struct listing *listing, struct units *units, const struct source *flows,
                           const struct source *legs)
{
    *listing = (struct listing){0};
    TRY(table_open(&listing->leg_table, legs));
    TRY(table_open(&listing->flow_table, flows));
    listing->leg = calloc(listing->leg_table.rows + 1, sizeof *listing->leg);
    listing->flow = calloc(listing->flow_table.rows + 1, sizeof *listing->flow);
    listing->cargo = calloc(listing->flow_table.rows + 1, sizeof *listing->cargo);
    listing->place = calloc(2 * (listing->leg_table.rows + listing->flow_table.rows) + 1, sizeof *listing->place);
    if (listing->leg == NULL || listing->flow == NULL || listing->cargo == NULL || listing->place == NULL)
        return fault_no_memory();
    TRY(read_table(listing, units, &listing->leg_table, read_legs));
    return read_table(listing, units, &listing->flow_table, read_flows);
}

void listing_close(struct listing *listing)
{
    for (size_t i = 0; i < listing->flows; i++) free(listing->flow[i].route);
    free(listing->flow);
    free(listing->leg);
    free(listing->cargo);
    free(listing->place);
    free(listing->unread);
    table_close(&listing->flow_table);
    table_close(&listing->leg_table);
    *listing = (struct listing){0};
}
