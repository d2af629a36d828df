/* scenarios/reader/tabulated.c -- see tabulated.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/tabulated.h"
#include "scenarios/reader/lookup.h"
#include "scenarios/table/series.h"
#include "sim/core/calendar.h"
#include "sim/core/units.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEYS = 7, MOST_FILTERS = 16 };

const struct tabulated_key tabulated_keys[] = {
    {"csv", "Name of the table, a file below the folder of this one."},
    {"column", "Its column with the figures."},
    {"unit", "Unit of the figures; 1 if absent."},
    {"date", "Its column with the dates; `date`, else `year`, else the first if absent."},
    {"where", "Of which rows: by column what it says there."},
    {"prices", "What money its figures are in, such as 2019 USD: that of the scenario."},
    {"times", "A factor of the whole."},
    {NULL, NULL},
};

/* What is the same of all tables of a document, and of one the path it stands at. */
struct expansion {
    struct forest *forest;
    struct lookup lookup;
    const struct node *root;
    const char *path;
};

bool tabulated_is(const struct node *map)
{
    const struct node *name = tree_child(map, "csv");
    if (name == NULL || name->kind != NODE_SCALAR) return false;
    if (strlen(name->text) > 4 && strcmp(name->text + strlen(name->text) - 4, ".csv") == 0) return true;
    return tree_child(map, "column") != NULL; /* else it is an entry of that name */
}

bool tabulated_has_dates(const struct node *map)
{
    int month;
    for (size_t i = 0; map->kind == NODE_MAP && i < map->children; i++)
        if (calendar_read(map->child[i]->key, &month)) return true;
    return false;
}

/* A fault of another part that has no place, at this one. */
static struct fault *place_fault(struct fault *fault, const char *path, struct place place)
{
    if (fault == NULL || fault_is_memory(fault) || fault->place.source != NULL) return fault;
    struct fault *placed = fault_at(fault->code, place, "%s: %s", path, fault->sentence);
    fault_free(fault);
    return placed;
}

static struct fault *check_key(const struct expansion *expansion, const struct node *child)
{
    const char *names[MOST_KEYS + 1] = {NULL};
    char hint[96], text[64];
    int month;
    for (size_t i = 0; i < MOST_KEYS; i++) names[i] = tabulated_keys[i].name;
    for (size_t i = 0; i < MOST_KEYS; i++) {
        if (strcmp(child->key, names[i]) != 0) continue;
        const bool map = strcmp(names[i], "where") == 0, plain = strcmp(names[i], "unit") == 0;
        if (child->kind == (map ? NODE_MAP : NODE_SCALAR) && (plain || map || child->text[0] != '\0')) return NULL;
        return fault_at(FAULT_SCENARIO, child->place, "%s.%s is %s; expected %s", expansion->path, names[i],
                        tree_describe(child, text), map ? "a map, such as {country: KAZ}" : "a text");
    }
    if (calendar_read(child->key, &month) || strcmp(child->key, "interpolation") == 0)
        return fault_at(FAULT_SCENARIO, child->key_place,
                        "%s: '%s' stands beside a table, whose figures hold for their own periods; expected a table or "
                        "a profile with dates",
                        expansion->path, child->key);
    return fault_at(FAULT_SCENARIO, child->key_place, "%s: '%s' is not a key of tables%s", expansion->path, child->key,
                    units_hint(child->key, names, sizeof hint, hint));
}

/* Only known keys, and those that there have to be. */
static struct fault *check_keys(const struct expansion *expansion, const struct node *map)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < map->children && !fault_enough(faults); i++)
        faults = fault_join(faults, check_key(expansion, map->child[i]));
    if (faults == NULL && tree_child(map, "column") == NULL)
        faults = fault_at(FAULT_SCENARIO, map->place, "%s lacks the key 'column': which of the table has the figures",
                          expansion->path);
    return faults;
}

/* The number that a text begins with; 0: with none. */
static size_t year_of(const char *text)
{
    return strspn(text, "0123456789") == 4 ? (size_t)strtol(text, NULL, 10) : 0;
}

/* Whether the scenario counts in that money: by what `run.prices` says, else in USD of its base year. */
static bool is_money_of(const struct node *root, const char *prices)
{
    const struct node *stated = tree_child(tree_child(root, "run"), "prices"),
                      *base = tree_child(tree_child(root, "time"), "base");
    if (stated != NULL && stated->kind == NODE_SCALAR) {
        const char *found = strstr(stated->text, prices);
        return found != NULL && (found == stated->text || found[-1] == ' ') &&
               strchr(" ,;", found[strlen(prices)]) != NULL;
    }
    return base != NULL && base->kind == NODE_SCALAR && year_of(prices) > 0 && strncmp(base->text, prices, 4) == 0 &&
           strcmp(prices + 4, " USD") == 0;
}

/* Figures in the money of another year are not converted in silence. */
static struct fault *check_prices(const struct expansion *expansion, const struct node *map)
{
    const struct node *prices = tree_child(map, "prices"), *run = tree_child(expansion->root, "run"),
                      *stated = tree_child(run, "prices");
    if (prices == NULL || is_money_of(expansion->root, prices->text)) return NULL;
    return fault_at(FAULT_SCENARIO, prices->place,
                    "%s.prices is %s, but the scenario counts in %s; expected figures in that, or no `prices` and a "
                    "unit of its own with their worth, such as `units: {oldUSD: 1.18 USD}`",
                    expansion->path, prices->text,
                    stated != NULL && stated->kind == NODE_SCALAR ? stated->text
                                                                  : "USD of the base year (`run.prices`)");
}

/* The source of that path, which is read once. */
static struct fault *read_source(struct forest *forest, const char *path, const struct source **source)
{
    struct source *read = NULL;
    for (size_t i = 0; i < forest->sources; i++)
        if (strcmp(forest->source[i]->name, path) == 0) {
            *source = forest->source[i];
            return NULL;
        }
    TRY(tree_read_regular(forest, path, "a table", &read));
    *source = read;
    return NULL;
}

static struct fault *find_table(const struct expansion *expansion, const struct node *name,
                                const struct source **source)
{
    const char *from = name->place.source == NULL ? "" : name->place.source->name;
    char *path = NULL;
    if (name->text[0] == '\0' || lookup_leaves_folder(name->text))
        return fault_at(FAULT_SCENARIO, name->place,
                        "%s.csv is '%s'; expected a name below the folder of this file, such as prices.csv; absolute "
                        "paths and '..' are refused, --path adds folders",
                        expansion->path, name->text);
    TRY(lookup_below(&expansion->lookup, from, name->text, &path));
    if (path == NULL) {
        char *folders = NULL;
        TRY(lookup_folders(&expansion->lookup, &folders));
        struct fault *fault = fault_at(FAULT_SCENARIO, name->place,
                                       "%s: no table '%s' was found in the folder of this file, the folder above it, "
                                       "%s",
                                       expansion->path, name->text, folders);
        free(folders);
        return fault;
    }
    struct fault *fault = place_fault(read_source(expansion->forest, path, source), expansion->path, name->place);
    free(path);
    return fault;
}

/* The filters of `where`. Columns that are not there are faults where they are named. */
static struct fault *read_filters(const struct expansion *expansion, const struct table *table,
                                  const struct node *where, struct series_filter filter[MOST_FILTERS], size_t *count)
{
    struct fault *faults = NULL;
    char path[256], text[64];
    *count = 0;
    for (size_t i = 0; where != NULL && i < where->children; i++) {
        const struct node *child = where->child[i];
        size_t column;
        snprintf(path, sizeof path, "%s.where.%s", expansion->path, child->key);
        if (*count == MOST_FILTERS)
            return fault_at(FAULT_SCENARIO, child->key_place, "%s: there are more than %d conditions", path,
                            MOST_FILTERS);
        if (child->kind != NODE_SCALAR)
            return fault_at(FAULT_SCENARIO, child->place, "%s is %s; expected what the column says", path,
                            tree_describe(child, text));
        faults = fault_join(faults, place_fault(table_column(table, child->key, &column), path, child->key_place));
        filter[(*count)++] = (struct series_filter){child->key, child->text};
    }
    return faults;
}

/* The series that the map asks for. */
static struct fault *read_series(const struct expansion *expansion, const struct node *map, const struct table *table,
                                 struct series *series)
{
    const struct node *column = tree_child(map, "column"), *date = tree_child(map, "date"),
                      *where = tree_child(map, "where");
    struct series_filter filter[MOST_FILTERS];
    struct series_request request = {
        .column = column->text, .date = date == NULL ? NULL : date->text, .filter = filter};
    size_t found;
    struct fault *faults = place_fault(table_column(table, column->text, &found), expansion->path, column->place);
    if (date != NULL)
        faults = fault_join(faults, place_fault(table_column(table, date->text, &found), expansion->path, date->place));
    faults = fault_join(faults, read_filters(expansion, table, where, filter, &request.filters));
    if (faults != NULL) return faults;
    return place_fault(series_open(series, table, &request), expansion->path,
                       where != NULL ? where->place : column->place);
}

/* "prices.csv, column pct, where country is KAZ, SHA-256 ..."; allocated. */
static char *source_words(const struct node *map, const struct source *source)
{
    const struct node *where = tree_child(map, "where");
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    fprintf(to, "%s, column %s", tree_child(map, "csv")->text, tree_child(map, "column")->text);
    for (size_t i = 0; where != NULL && i < where->children; i++)
        fprintf(to, "%s %s is %s", i == 0 ? " where" : " and", where->child[i]->key, where->child[i]->text);
    sha256_init(&sha);
    if (source->marked) sha256_update(&sha, sizeof TREE_MARK - 1, (const uint8_t *)TREE_MARK);
    sha256_update(&sha, source->length, (const uint8_t *)source->text);
    sha256_digest(&sha, sizeof digest, digest);
    fputs(", SHA-256 ", to);
    for (size_t i = 0; i < sizeof digest; i++) fprintf(to, "%02x", digest[i]);
    return fclose(to) == 0 ? text : (free(text), NULL);
}

/* Appends a scalar to the profile, which takes the text over. */
static struct fault *append_text(const struct expansion *expansion, struct node *profile, const char *key,
                                 struct place key_place, struct place place, char *text)
{
    struct node *node =
        expansion->forest->nodes < TREE_MOST_NODES ? tree_node(expansion->forest, NODE_SCALAR, place) : NULL;
    if (text != NULL && expansion->forest->nodes >= TREE_MOST_NODES) {
        free(text);
        return fault_at(FAULT_SCENARIO, place, "there are more than %d values; expected a smaller scenario",
                        TREE_MOST_NODES);
    }
    if (text == NULL || node == NULL) {
        free(text);
        return fault_no_memory();
    }
    node->text = text;
    node->plain = true;
    return tree_append(profile, key, key_place, node);
}

/* The first month of a period as a date of a profile; a year stands for its January. */
static void write_date(const struct period *period, char date[8])
{
    calendar_write(period->month, date);
    if (period->months == CALENDAR_MONTHS_PER_YEAR) date[4] = '\0';
}

static struct fault *append_figures(const struct expansion *expansion, const struct node *map,
                                    const struct table *table, const struct series *series, struct node *profile)
{
    const struct node *unit = tree_child(map, "unit");
    const bool pure = unit == NULL || unit->text[0] == '\0' || strcmp(unit->text, "1") == 0;
    for (size_t i = 0; i < series->count; i++) {
        char date[8], *text = NULL;
        write_date(&series->period[i], date);
        if (asprintf(&text, "%s%s%s", table_cell(table, series->row[i], series->column)->text, pure ? "" : " ",
                     pure ? "" : unit->text) < 0)
            return fault_no_memory();
        TRY(append_text(expansion, profile, date, series_date_place(series, table, i),
                        series_value_place(series, table, i), text));
    }
    return NULL;
}

/* The children of the map become those of `table`, and the profile's own follow. */
static struct fault *fill_profile(const struct expansion *expansion, struct node *profile, const struct table *table,
                                  const struct series *series)
{
    struct node *map = tree_node(expansion->forest, NODE_MAP, profile->place);
    if (map == NULL) return fault_no_memory();
    map->child = profile->child;
    map->children = profile->children;
    profile->child = NULL;
    profile->children = 0;
    profile->table = map;
    const struct node *times = tree_child(map, "times");
    const struct period *last = &series->period[series->count - 1];
    const struct place place = tree_child(map, "csv")->place;
    profile->end = last->month + last->months;
    TRY(append_text(expansion, profile, "source", place, place, source_words(map, table->source)));
    TRY(append_text(expansion, profile, "interpolation", place, place, strdup("step")));
    if (times != NULL)
        TRY(append_text(expansion, profile, "times", times->key_place, times->place, strdup(times->text)));
    return append_figures(expansion, map, table, series, profile);
}

static struct fault *expand_table(const struct expansion *expansion, struct node *map)
{
    const struct source *source = NULL;
    struct table table = {0};
    struct series series = {0};
    TRY(check_keys(expansion, map));
    const struct place named = tree_child(map, "csv")->place;
    struct fault *faults = check_prices(expansion, map);
    if (faults == NULL) faults = find_table(expansion, tree_child(map, "csv"), &source);
    if (faults == NULL) faults = table_open(&table, source);
    if (faults == NULL) faults = read_series(expansion, map, &table, &series);
    if (faults == NULL) faults = fill_profile(expansion, map, &table, &series);
    series_close(&series);
    table_close(&table);
    if (faults != NULL && !fault_is_memory(faults) && faults->place.source == source && source != NULL)
        faults = fault_note(faults, named, "the table is named here, by %s", expansion->path);
    return faults;
}

static struct fault *expand_below(struct expansion *expansion, struct node *node)
{
    const char *path = expansion->path;
    struct fault *faults = NULL;
    if (node->kind == NODE_MAP && node != expansion->root && tabulated_is(node)) return expand_table(expansion, node);
    for (size_t i = 0; i < node->children && !fault_enough(faults); i++) {
        struct node *child = node->child[i];
        char *inner = NULL;
        if (child->kind == NODE_SCALAR) continue;
        const int made = child->key == NULL ? asprintf(&inner, "%s.%zu", path, i + 1)
                                            : asprintf(&inner, "%s%s%s", path, path[0] == '\0' ? "" : ".", child->key);
        if (made < 0) return fault_join(faults, fault_no_memory());
        expansion->path = inner;
        faults = fault_join(faults, expand_below(expansion, child));
        free(inner);
    }
    expansion->path = path;
    return faults;
}

struct fault *tabulated_expand(struct forest *forest, const char *const search[], size_t searches, struct node *root)
{
    struct expansion expansion = {.forest = forest,
                                  .lookup = {.search = search, .searches = searches, .ending = ".csv"},
                                  .root = root,
                                  .path = ""};
    return expand_below(&expansion, root);
}
