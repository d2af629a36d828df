/* scenarios/reader/reference.c -- see reference.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/reference.h"
#include "scenarios/reader/tabulated.h"
#include "sim/core/units.h"

#include <stdlib.h>
#include <string.h>

static void write_range(const struct key *key, FILE *to)
{
    if (!key_has_range(key)) {
        if (key->compounds) fputs(", more than -100 %/yr", to);
        return;
    }
    if (key->max >= 1e300)
        fprintf(to, key->min_open ? ", more than %g" : ", %g or more", key->min);
    else if (!key->min_open && !key->max_open)
        fprintf(to, ", from %.12g to %.12g", key->min, key->max);
    else
        fprintf(to, ", %s %.12g and %s %.12g", key->min_open ? "more than" : "at least", key->min,
                key->max_open ? "less than" : "at most", key->max);
}

/* The unit of a template, with `<x>` for what the scenario chooses: "USD/$commodity.unit" is USD/<commodity.unit>. */
static void write_template(const char *unit, size_t length, FILE *to)
{
    for (const char *at = unit; at < unit + length;) {
        if (*at == '@') {
            fputs("<its target>", to);
            at++;
            continue;
        }
        if (*at != '$') {
            fputc(*at++, to);
            continue;
        }
        const char *name = at + 1 + strspn(at + 1, "^"); /* of a section around it */
        const size_t named = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-.*|");
        fputc('<', to);
        for (size_t i = 0; i < named; i++) {
            if (name[i] == '*')
                fputs("commodity", to); /* the entry's own name */
            else if (name[i] == '|')    /* in a table a bar would end the cell */
                fputs(" or ", to);
            else
                fputc(name[i], to);
        }
        at = name + named;
        if (*at == '!') {
            fputs(" without time", to);
            at++;
        }
        fputc('>', to);
    }
}

static void write_unit(const char *unit, FILE *to)
{
    if (unit[0] == '\0' || strcmp(unit, "1") == 0) {
        fputs("no unit", to);
        return;
    }
    const char *colon = unit[0] == '?' ? strchr(unit, ':') : NULL;
    const char *template = colon == NULL ? unit : colon + 1;
    fputc('`', to);
    write_template(template, strlen(template), to);
    fputc('`', to);
    if (colon != NULL) fprintf(to, " where `%.*s`, else no unit", (int)(colon - unit - 1), unit + 1);
}

static void write_kind(const struct key *key, FILE *to)
{
    switch (key->kind) {
    case KEY_QUANTITY:
        fputs("number, ", to);
        write_unit(key->unit, to);
        write_range(key, to);
        if (key->draws) fputs(key->redrawn ? "; or a distribution, drawn each time" : "; or a distribution", to);
        if (key->profile) fputs("; or a profile", to);
        for (const struct key_word *w = key->words; w != NULL && w->word != NULL; w++)
            fprintf(to, "; `%s` is `%s`", w->word, w->text);
        if (key->editable) fputs("; may be edited", to);
        return;
    case KEY_INTEGER:
        fputs("whole number", to);
        write_range(key, to);
        return;
    case KEY_BOOLEAN: fputs("`true`, `false`", to); return;
    case KEY_TEXT: fputs("text", to); return;
    case KEY_TITLE: fprintf(to, "text of one line, at most %d characters", KEY_TITLE_MOST); return;
    case KEY_NAME: fputs("name", to); return;
    case KEY_UNIT: fputs("unit", to); return;
    case KEY_CHOICE: {
        const char *rest = key->choices;
        for (const char *between = ""; *rest != '\0'; between = ", ") {
            const int length = (int)strcspn(rest, " ");
            fprintf(to, "%s`%.*s`", between, length, rest);
            rest += length + (rest[length] == ' ');
        }
        return;
    }
    case KEY_REFERENCE: fprintf(to, "name in `%s`", key->target); return;
    case KEY_MONTH: fputs("date", to); return;
    case KEY_SECTION:
        fputs("map", to);
        if (key->shorthand != NULL) fprintf(to, ", or a value for its `%s` alone", key->shorthand);
        return;
    case KEY_ENTRIES: fputs("map of names", to); return;
    case KEY_LIST:
    case KEY_FACTORS:
        fputs("list of ", to);
        if (key->min == key->max)
            fprintf(to, "%.0f", key->min);
        else
            fprintf(to, "%.0f to %.0f", key->min, key->max);
        if (key->kind == KEY_FACTORS) {
            fputs(" numbers", to);
            return;
        }
        fputs(": ", to);
        write_kind(key->entry, to);
        if (key->shorthand != NULL) fputs("; one may stand alone", to);
        return;
    }
}

static void write_row(const char *path, const struct key *key, FILE *to)
{
    fprintf(to, "| `%s` | ", path);
    write_kind(key, to);
    fprintf(to, " | %s%s%s | %s |\n", key->default_value == NULL || key->default_value[0] == '\0' ? "" : "`",
            key->default_value == NULL      ? "must be stated"
            : key->default_value[0] == '\0' ? "may be absent"
                                            : key->default_value,
            key->default_value == NULL || key->default_value[0] == '\0' ? "" : "`", key->meaning);
}

static void write_head(FILE *to)
{
    fputs("\n| key | value | default | meaning |\n|---|---|---|---|\n", to);
}

static const char *entry_word(const struct key *key)
{
    switch (key->names) {
    case NAME_MONTH: return "DATE";
    case NAME_REFERENCE: return "NAME";
    case NAME_PAIR:
    case NAME_INPUTS: return "A/B";
    case NAME_QUANTITY: return "NUMBER";
    case NAME_ARROW: return "A->B";
    case NAME_TARGET: return "PATH";
    case NAME_UNIT: return "UNIT";
    default: return "NAME";
    }
}

static struct fault *write_keys(const char *prefix, const struct key *keys, FILE *to);

/* The rows below a key. */
static struct fault *write_below(const char *path, const struct key *key, FILE *to)
{
    const bool list = key->kind == KEY_LIST;
    if (key->kind == KEY_SECTION) return write_keys(path, key->keys, to);
    if (key->kind != KEY_ENTRIES && (!list || key->entry->kind != KEY_SECTION)) return NULL;
    if (!list && key->keys != NULL) TRY(write_keys(path, key->keys, to));
    char *inner = NULL;
    if (asprintf(&inner, "%s.%s", path, list ? "N" : entry_word(key)) < 0) return fault_no_memory();
    write_row(inner, key->entry, to);
    struct fault *fault = write_below(inner, key->entry, to);
    free(inner);
    return fault;
}

static struct fault *write_keys(const char *prefix, const struct key *keys, FILE *to)
{
    struct fault *fault = NULL;
    for (; keys != NULL && keys->name != NULL && fault == NULL; keys++) {
        char *path = NULL;
        if (asprintf(&path, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", keys->name) < 0) return fault_no_memory();
        write_row(path, keys, to);
        fault = write_below(path, keys, to);
        free(path);
    }
    return fault;
}

/* The models of a section with variants, a table each. */
static struct fault *write_variants(const char *path, const struct key *key, FILE *to)
{
    if (key->kind == KEY_ENTRIES) {
        char *inner = NULL;
        if (asprintf(&inner, "%s.%s", path, entry_word(key)) < 0) return fault_no_memory();
        struct fault *fault = write_variants(inner, key->entry, to);
        free(inner);
        return fault;
    }
    for (const struct variant *const *v = key->variants; v != NULL && *v != NULL; v++) {
        fprintf(to, "\n#### `%s.%s: %s`\n\n%s\n", path, key->variant_by, (*v)->name, (*v)->meaning);
        write_head(to);
        TRY(write_keys(path, (*v)->keys, to));
    }
    return NULL;
}

static const char *const preface =
    "## How a scenario is written\n\n"
    "<!-- From here on printed by `zhol reference`, from the tables that the reader uses. -->\n\n"
    "`extends: NAME`, or a list of names, builds a scenario on others: maps merge key by key, left to right, then the "
    "file itself;\n"
    "scalars and lists replace; `key: null` deletes, and `check`, `run` and `explain` say what; an empty key is "
    "refused. "
    "A parent is looked up in the file's folder, the folder above it, "
    "each `--path`,\n"
    "and the installed scenarios. A name is lower-case letters, digits and single hyphens. What the files say can be "
    "changed for one\n"
    "run: `--set drivers.brent.kappa='1 /yr'`.\n\n"
    "**Numbers** carry their unit: `64 USD/bbl`, `1/4000 train/t`, `3 %`. Where a distribution is allowed it is drawn "
    "once per\n"
    "replication, with spaces between its numbers and the unit last:\n\n"
    "| distribution | means |\n|---|---|\n"
    "| `uniform(low high)` | every value between is as likely |\n"
    "| `triangular(low mode high)` | straight lines up to the mode and down |\n"
    "| `pert(low mode high)` | smooth, with weight near the mode (modified beta) |\n"
    "| `normal(mean sd)`, `normal(mean sd) [low high]` | normal, cut at the limits where given |\n"
    "| `lognormal(mean cv)`, `lognormal(mean sd=10)` | by its mean and its coefficient of variation or standard "
    "deviation; "
    "a coefficient above 2 is written `cv=3` |\n"
    "| `gamma(mean cv)`, `gamma(mean sd=10)` | likewise, with a thinner tail; with `cv` 1 the exponential |\n"
    "| `exponential(mean)` | a wait that is as likely to end at any time |\n"
    "| `discrete(value:probability ...)` | one of the values; probabilities sum to 1 |\n\n"
    "A **profile** is a map of dates, linear between them and constant outside: `{2020: 14 train/d, 2030: 19 "
    "train/d}`; a year stands\n"
    "for its January. `times: triangular(0.8 1 1.25)` makes the whole of it uncertain by one factor; `interpolation: "
    "step` holds each\n"
    "value until the next date. `source` is a text that says where the values are from.\n\n"
    "A **table** may stand wherever a profile may: `{csv: prices.csv, column: brent, unit: USD/bbl}`. Its figures hold "
    "for "
    "their own periods\n"
    "([above](#figures-from-a-table)).\n\n| key of a table | meaning |\n|---|---|\n";

static const char *const edits =
    "\nWhat **may be edited** can stand as PATH in the effects of policies, regimes and events: `legs.aktau.capacity: "
    "{scale: 0.3}`. An\n"
    "effect acts on the value of its month, after profile, growth and decline. Effects apply in layers, policies, then "
    "regimes, then\n"
    "events; inside a layer `set`, then `add`, then `scale`, then in the order of the file; then the draught of a leg; "
    "then what fell\n"
    "below the range of its key is held at its end, and counted. Of an effect that is in force to a part d (the part "
    "of a month that\n"
    "an event is down, the part of a ramp that is done) the value moves d of the way. A map such as "
    "`legs.aktau.cost` stands for all\n"
    "its entries. `zhol explain SCENARIO PATH --at DATE` says what a quantity is worth and which effects made it.\n\n";

struct fault *reference_markdown(const struct key *keys, FILE *to)
{
    fputs(preface, to);
    for (const struct tabulated_key *key = tabulated_keys; key->name != NULL; key++)
        fprintf(to, "| `%s` | %s |\n", key->name, key->meaning);
    fputs(edits, to);
    fputs("### Units\n\nThese names, with `/`, a space or `*` between them and whole powers (`m2`, `m^2`). "
          "The prefixes k, M and G stand on t, USD, TEU, bbl, boe and toe only. Others are stated in `units`; a "
          "`heat` value turns energy into the unit of a commodity and back.\n\n| unit | means |\n|---|---|\n",
          to);
    for (const char *const *name = units_names(); *name != NULL; name++)
        fprintf(to, "| `%s` | %s |\n", *name, units_meaning(*name));
    fputs("\n### Keys\n\n`<x>` in a unit stands for the unit that the key `x` states; `<capacity without time>` is "
          "`train` where capacity is "
          "`14 train/d`.\n",
          to);
    write_head(to);
    TRY(write_keys("", keys, to));
    for (const struct key *key = keys; key->name != NULL; key++) TRY(write_variants(key->name, key, to));
    return ferror(to) ? fault_raise(FAULT_MACHINE, "the page cannot be written") : NULL;
}

struct fault *reference_outcomes(const struct outcome_kind *const tables[], FILE *to)
{
    static const char *const rules[] = {
        [OUTCOME_SUM] = "sum",          [OUTCOME_MEAN] = "mean",       [OUTCOME_LAST] = "at the end",
        [OUTCOME_MINIMUM] = "minimum",  [OUTCOME_MAXIMUM] = "maximum", [OUTCOME_RATIO] = "ratio of sums",
        [OUTCOME_DERIVED] = "from sums"};
    static const char *const better[] = {[OUTCOME_NEITHER] = "", [OUTCOME_MORE] = "more", [OUTCOME_LESS] = "less"};
    fputs("## Outcomes\n\n<!-- From here on printed by `zhol reference --outcomes`, from the tables that declare them. "
          "-->\n\n"
          "Capitals stand for names of the scenario, `<x>` in a unit for the unit that its key `x` states. What a year "
          "is made of "
          "its months by,\nthe horizon is made of its years by; over the horizon a sum is a total, without `/yr`. "
          "`zhol show` lists outcomes in bold\nfirst; the yearly samples of those with a star are saved unless "
          "`outcomes.save` or `--save` says otherwise.\n\n"
          "| outcome | unit | over a year | better | meaning |\n|---|---|---|---|---|\n",
          to);
    for (; *tables != NULL; tables++)
        for (const struct outcome_kind *kind = *tables; kind->pattern != NULL; kind++) {
            const char *bold = kind->headline ? "**" : "";
            fprintf(to, "| %s`%s`%s%s | ", bold, kind->pattern, bold, kind->sampled ? " *" : "");
            char *total = kind->horizon_only ? outcome_total_unit(kind, kind->unit) : NULL;
            if (kind->horizon_only && total == NULL) return fault_no_memory();
            write_unit(total == NULL ? kind->unit : total, to);
            free(total);
            fprintf(to, " | %s | %s | %s |\n", kind->horizon_only ? "whole horizon only" : rules[kind->rule],
                    better[kind->better], kind->meaning);
        }
    return ferror(to) ? fault_raise(FAULT_MACHINE, "the page cannot be written") : NULL;
}
