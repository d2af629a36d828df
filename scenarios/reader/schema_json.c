/* scenarios/reader/schema_json.c -- see schema_json.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/schema_json.h"
#include "scenarios/reader/tabulated.h"

#include <string.h>

#define NAME_PATTERN "[a-z][a-z0-9]*(-[a-z0-9]+)*"
#define DATE_PATTERN "[0-9]{4}(-(0[1-9]|1[0-2]))?"

/* Where the schema goes, and whether null, which deletes, may stand for anything. */
struct json {
    FILE *to;
    bool deletes;
};

static void write_key(const struct json *json, const struct key *key);

static void write_text(const struct json *json, const char *text)
{
    fputc('"', json->to);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', json->to);
        fputc(*text, json->to);
    }
    fputc('"', json->to);
}

/* "type":["object","null"] */
static void write_type(const struct json *json, const char *types)
{
    fprintf(json->to, "\"type\":[%s%s]", types, json->deletes ? ",\"null\"" : "");
}

static void write_properties(const struct json *json, const struct key *keys, const char *without, bool *first)
{
    for (; keys != NULL && keys->name != NULL; keys++) {
        if (without != NULL && strcmp(without, keys->name) == 0) continue;
        if (!*first) fputc(',', json->to);
        *first = false;
        write_text(json, keys->name);
        fputc(':', json->to);
        write_key(json, keys);
    }
}

/* The keys that have no default, of a document that is whole. */
static void write_required(const struct json *json, const struct key *keys)
{
    const char *before = ",\"required\":[";
    if (json->deletes) return;
    for (; keys != NULL && keys->name != NULL; keys++) {
        if (keys->default_value != NULL) continue;
        fputs(before, json->to);
        write_text(json, keys->name);
        before = ",";
    }
    if (before[1] == '\0') fputc(']', json->to);
}

/* A map of the keys, and of those of a variant, whose name stands under the key `by`. */
static void write_map(const struct json *json, const struct key *keys, const struct variant *variant, const char *by)
{
    bool first = true;
    write_type(json, "\"object\"");
    fputs(",\"properties\":{", json->to);
    if (variant != NULL) {
        write_text(json, by);
        fprintf(json->to, ":{\"enum\":[\"%s\"]}", variant->name);
        first = false;
    }
    write_properties(json, keys, by, &first);
    if (variant != NULL) write_properties(json, variant->keys, NULL, &first);
    /* one that takes the place of an inherited variant deletes what only that one has; what a decimal comma makes is no name */
    if (variant != NULL && json->deletes)
        fputs("},\"propertyNames\":{\"pattern\":\"^[a-z][a-z_]*$\"},\"additionalProperties\":{\"type\":\"null\"}",
              json->to);
    else
        fputs("},\"additionalProperties\":false", json->to);
    write_required(json, keys);
}

static void write_section(const struct json *json, const struct key *key)
{
    if (key->variants != NULL) {
        fputs("\"anyOf\":[", json->to);
        for (const struct variant *const *v = key->variants; *v != NULL; v++) {
            fprintf(json->to, "%s{\"title\":\"%s\",", v == key->variants ? "" : ",", (*v)->name);
            write_map(json, key->keys, *v, key->variant_by);
            fputc('}', json->to);
        }
        fputc(']', json->to);
        return;
    }
    const struct key *alone = key->keys;
    while (key->shorthand != NULL && alone->name != NULL && strcmp(alone->name, key->shorthand) != 0) alone++;
    if (key->shorthand != NULL && alone->name != NULL) {
        fputs("\"anyOf\":[", json->to);
        write_key(json, alone);
        fputs(",{", json->to);
    }
    write_map(json, key->keys, NULL, NULL);
    if (key->shorthand != NULL && alone->name != NULL) fputs("}]", json->to);
}

static void write_entries(const struct json *json, const struct key *key)
{
    static const char *const patterns[] = {
        [NAME_PLAIN] = NAME_PATTERN "$",
        [NAME_MONTH] = DATE_PATTERN "$",
        [NAME_REFERENCE] = NAME_PATTERN "([.]" NAME_PATTERN ")?$",
        [NAME_PAIR] = "[a-z][a-z0-9.-]*/[a-z][a-z0-9.-]*$",
        [NAME_INPUTS] = "[a-z][^/]*/[a-z][^/]*$",
        [NAME_QUANTITY] = "[0-9]",
        [NAME_ARROW] = NAME_PATTERN "->" NAME_PATTERN "$",
        [NAME_TARGET] = "[a-z][a-z_]*[.]",
        [NAME_UNIT] = "[A-Za-z]{1,16}$",
    };
    bool first = true;
    write_type(json, "\"object\"");
    fputs(",\"properties\":{", json->to);
    write_properties(json, key->keys, NULL, &first);
    fputs("},\"patternProperties\":{\"^", json->to);
    /* a fixed key is no entry */
    for (const struct key *fixed = key->keys; fixed != NULL && fixed->name != NULL; fixed++)
        fprintf(json->to, "(?!%s$)", fixed->name);
    fprintf(json->to, "%s\":", patterns[key->names]);
    write_key(json, key->entry);
    fputs("},\"additionalProperties\":false", json->to);
}

static void write_words(const struct json *json, const char *words)
{
    fputs("\"enum\":[", json->to);
    for (const char *between = ""; *words != '\0'; between = ",") {
        const int length = (int)strcspn(words, " ");
        fprintf(json->to, "%s\"%.*s\"", between, length, words);
        words += length + (words[length] == ' ');
    }
    fprintf(json->to, "%s]", json->deletes ? ",null" : "");
}

static void write_range(const struct json *json, const struct key *key)
{
    if (!key_has_range(key)) return;
    fprintf(json->to, ",\"%s\":%.17g", key->min_open ? "exclusiveMinimum" : "minimum", key->min);
    if (key->max < 1e300) fprintf(json->to, ",\"%s\":%.17g", key->max_open ? "exclusiveMaximum" : "maximum", key->max);
}

/* A quantity but for profiles: of a unit that is known to have a dimension a text, else a number, too. */
static void write_scalar(const struct json *json, const struct key *key)
{
    const bool pure = key->unit[0] == '\0' || strcmp(key->unit, "1") == 0, chosen = strpbrk(key->unit, "$?@") != NULL;
    fputs("{\"anyOf\":[{\"type\":\"string\",\"pattern\":\"^ *([-+.0-9]", json->to);
    if (key->draws) fputs("|(uniform|triangular|normal|lognormal|gamma|exponential|pert|discrete) *[(]", json->to);
    for (const struct key_word *w = key->words; w != NULL && w->word != NULL; w++) fprintf(json->to, "|%s$", w->word);
    fputs(")\"}", json->to);
    if (pure || chosen) {
        fputs(",{\"type\":\"number\"", json->to);
        if (pure) write_range(json, key);
        fputc('}', json->to);
    }
    fprintf(json->to, "%s]}", json->deletes ? ",{\"type\":\"null\"}" : "");
}

/* A table in place of a profile. What a variant leaves out it inherits. */
static void write_table(const struct json *json, const struct key *factor)
{
    fputs("{\"type\":\"object\",\"minProperties\":1,\"properties\":{", json->to);
    for (const struct tabulated_key *key = tabulated_keys; key->name != NULL; key++) {
        fprintf(json->to, "%s\"%s\":{\"description\":", key == tabulated_keys ? "" : ",", key->name);
        write_text(json, key->meaning);
        fputc(',', json->to);
        if (strcmp(key->name, "times") == 0) {
            fputs("\"anyOf\":[", json->to);
            write_scalar(json, factor);
            fputs("]}", json->to);
        } else if (strcmp(key->name, "where") == 0) {
            fputs("\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\",\"number\"]}}", json->to);
        } else {
            fputs("\"type\":[\"string\",\"number\"]}", json->to); /* a column may be called 2019, and 1 is a unit */
        }
    }
    fprintf(json->to, "},\"additionalProperties\":false%s}", json->deletes ? "" : ",\"required\":[\"csv\",\"column\"]");
}

static void write_quantity(const struct json *json, const struct key *key)
{
    fputs("\"anyOf\":[", json->to);
    write_scalar(json, key);
    if (key->profile) {
        const struct key factor = {.unit = "", .draws = true};
        fputs(",{\"type\":\"object\",\"patternProperties\":{\"^" DATE_PATTERN "$\":", json->to);
        struct key point = *key;
        point.draws = false;
        write_scalar(json, &point);
        fputs("},\"properties\":{\"times\":", json->to);
        write_scalar(json, &factor);
        fputs(",\"interpolation\":{", json->to);
        write_words(json, "linear step");
        fputs("},\"source\":{\"type\":\"string\"}},\"additionalProperties\":false},", json->to);
        write_table(json, &factor);
    }
    fputc(']', json->to);
}

/* One item may stand alone where `shorthand` says so. */
static void write_list(const struct json *json, const struct key *key)
{
    static const struct key factor = {.name = "*", .kind = KEY_QUANTITY, .unit = "", .meaning = "A factor."};
    const struct key *item = key->kind == KEY_FACTORS ? &factor : key->entry;
    const bool alone = key->kind == KEY_LIST && key->shorthand != NULL;
    if (alone) {
        fputs("\"anyOf\":[", json->to);
        write_key(json, item);
        fputs(",{", json->to);
    }
    write_type(json, "\"array\"");
    fprintf(json->to, ",\"minItems\":%.0f,\"maxItems\":%.0f,\"items\":", key->min, key->max);
    write_key(&(struct json){json->to, false}, item);
    if (alone) fputs("}]", json->to);
}

static void write_pattern(const struct json *json, const char *pattern)
{
    write_type(json, "\"string\"");
    fprintf(json->to, ",\"pattern\":\"^%s$\"", pattern);
}

static void write_key(const struct json *json, const struct key *key)
{
    fputs("{\"description\":", json->to);
    write_text(json, key->meaning);
    fputc(',', json->to);
    switch (key->kind) {
    case KEY_QUANTITY: write_quantity(json, key); break;
    case KEY_INTEGER:
        write_type(json, "\"integer\"");
        write_range(json, key);
        break;
    case KEY_MONTH: /* a year alone is a number to YAML */
        write_type(json, "\"string\",\"integer\"");
        fputs(",\"pattern\":\"^" DATE_PATTERN "$\",\"minimum\":0,\"maximum\":9999", json->to);
        break;
    case KEY_BOOLEAN: /* in quotes too, as the reader has it */
        fprintf(json->to, "\"enum\":[true,false,\"true\",\"false\"%s]", json->deletes ? ",null" : "");
        break;
    case KEY_NAME: write_pattern(json, NAME_PATTERN); break;
    case KEY_REFERENCE: write_pattern(json, NAME_PATTERN "([.]" NAME_PATTERN ")?"); break;
    case KEY_UNIT: /* 1 is one */
    case KEY_TEXT: write_type(json, "\"string\",\"number\""); break;
    case KEY_TITLE:
        write_type(json, "\"string\",\"number\"");
        fprintf(json->to, ",\"minLength\":1,\"maxLength\":%d", KEY_TITLE_MOST);
        break;
    case KEY_CHOICE: write_words(json, key->choices); break;
    case KEY_SECTION: write_section(json, key); break;
    case KEY_ENTRIES: write_entries(json, key); break;
    case KEY_LIST:
    case KEY_FACTORS: write_list(json, key); break;
    }
    fputc('}', json->to);
}

static struct fault *write_document(const struct json *json, const struct key *keys, const char *kind)
{
    bool first = true;
    fprintf(json->to,
            "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":\"zhol %s\",\"type\":\"object\","
            "\"properties\":{",
            kind);
    if (json->deletes) {
        fputs("\"extends\":{\"description\":\"Scenarios that this one builds on.\",\"anyOf\":[{\"type\":\"string\"},"
              "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}",
              json->to);
        first = false;
    }
    write_properties(json, keys, NULL, &first);
    fputs("},\"additionalProperties\":false", json->to);
    write_required(json, keys);
    fputs("}\n", json->to);
    return ferror(json->to) ? fault_raise(FAULT_MACHINE, "the schema cannot be written") : NULL;
}

struct fault *schema_json_scenario(const struct key *keys, FILE *to)
{
    return write_document(&(struct json){to, true}, keys, "scenario");
}

struct fault *schema_json_document(const struct key *keys, const char *kind, FILE *to)
{
    return write_document(&(struct json){to, false}, keys, kind);
}
