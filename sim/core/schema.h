/* sim/core/schema.h -- how the keys of a scenario are declared. One table entry per key feeds the reader, the range
 * checks, the reference page and the JSON schema, so that they cannot disagree. The tables stand beside the model that
 * reads them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SCHEMA_H
#define ZHOL_SCHEMA_H

#include <stdbool.h>

enum key_kind {
    KEY_QUANTITY,  /* a quantity with the unit `unit`; `draws` and `profile` say what beyond a number is allowed */
    KEY_INTEGER,   /* a whole number in [min, max] */
    KEY_BOOLEAN,   /* true or false */
    KEY_TEXT,      /* any text */
    KEY_TITLE,     /* one line that people read, of at most KEY_TITLE_MOST characters */
    KEY_NAME,      /* a name [a-z][a-z0-9]*(-[a-z0-9]+)*, which may be declared elsewhere or not at all */
    KEY_UNIT,      /* a unit */
    KEY_CHOICE,    /* one word of `choices`, separated by spaces */
    KEY_REFERENCE, /* the name of an entry of the top-level map `target`, or NAME.FACTOR of one */
    KEY_MONTH,     /* a date such as 2020-01, or 2020 for its January */
    KEY_SECTION,   /* a map with exactly the keys `keys` */
    KEY_ENTRIES,   /* a map with entries of free names, each described by `entry`; beside the fixed keys `keys` */
    KEY_LIST,      /* a list of min to max items, each described by `entry` */
    KEY_FACTORS,   /* a list of numbers, all read as quantities without unit; min to max are how many */
};

enum { KEY_TITLE_MOST = 120 };

/* What the free names of KEY_ENTRIES may be. */
enum name_rule {
    NAME_PLAIN,     /* [a-z][a-z0-9]*(-[a-z0-9]+)*                     */
    NAME_MONTH,     /* a date                                          */
    NAME_REFERENCE, /* an entry of `target`, or NAME.FACTOR of one     */
    NAME_PAIR,      /* two references, or flows.NAME.shock, joined by a slash */
    NAME_INPUTS,    /* two paths of drawn inputs joined by a slash, which the model reads */
    NAME_QUANTITY,  /* a number with its unit, which the model reads   */
    NAME_ARROW,     /* two names joined by ->                          */
    NAME_TARGET,    /* the path of a quantity that may be edited       */
    NAME_UNIT,      /* a unit of the scenario's own                    */
};

/* A word that may stand in place of a quantity, and the text that it stands for. */
struct key_word {
    const char *word; /* NULL ends a table */
    const char *text;
};

struct key {
    const char *name; /* NULL ends a table; "*" in `entry` */
    enum key_kind kind;
    const char *meaning; /* one sentence */
    /* The unit that the value is kept in. A part "$x" stands for a unit that the scenario chooses: of the unit or
     * quantity stated by the sibling key x, or by key x of an enclosing section ("$^x": beyond the value's own map).
     * "$x.y" is that of key y in the section x, or of the entry that the reference x names, and so on; "$x.y|z" that of
     * y, else of z, else no unit; "$*.y" that of the entry that the value's own name refers to. A "!" behind a part
     * takes the time off the unit of a rate: of 14 train/d it leaves train. "/$x" divides by the whole unit.
     * "?x=v:unit" is `unit` if the choice x has the value v, else no unit. "@" is the unit of the quantity that an
     * effect edits. */
    const char *unit;
    const char *default_value; /* the default as it would be written; NULL: must be stated; "": may be absent */
    double min;                /* closed range of a quantity in `unit` or of an integer; min == max == 0: any value */
    double max;
    bool min_open; /* the end itself is excluded */
    bool max_open;
    bool draws;                   /* may be a distribution */
    bool redrawn;                 /* as a distribution it is drawn each time it is needed, not once per replication */
    bool editable;                /* may be the target of effects */
    bool implied;                 /* without a default, absence means 0 */
    const struct key_word *words; /* of KEY_QUANTITY: what may stand in its place */
    bool profile;                 /* may be a map of dates, with `times:` for one factor */
    bool ends;                    /* of KEY_MONTH: it says when something ends */
    bool share;                   /* a number above 1 is written with its percent sign */
    bool heat;                    /* the energy of a unit, by which both are converted in the map that states it, in
                                     what refers to that, and in effects on it */
    bool compounds;               /* a yearly rate g: the factor is (1 + g)^years */
    const char *target;           /* of references: the top-level maps, separated by spaces, one of which must hold the
                                     name; of several that do, the first */
    const char *choices;          /* of KEY_CHOICE */
    enum name_rule names;         /* of KEY_ENTRIES */
    const struct key *keys;       /* of KEY_SECTION, ended by name == NULL */
    const struct key *entry;      /* of KEY_ENTRIES and KEY_LIST: one key, its name is ignored */
    const char *shorthand; /* of KEY_SECTION: the key that a single value in its place is for; of KEY_LIST: "" if one
                              item may stand alone */
    bool plain;            /* of KEY_SECTION: the quantity of its shorthand has the path of the section itself */
    /* Of KEY_SECTION: more keys, chosen by the value of the key `variant_by`; a list ended by NULL. */
    const struct variant *const *variants;
    const char *variant_by;
};

/* What a thing is called where people read of it; see titles.h. */
#define TITLE_KEY                                                                                                      \
    {                                                                                                                  \
        .name = "title", .kind = KEY_TITLE, .default_value = "",                                                       \
        .meaning = "What tables and pictures call it; its name if absent."                                             \
    }

/* The further keys of a section when its key `variant_by` has the value `name`. */
struct variant {
    const char *name;
    const char *meaning;
    const struct key *keys;
};

/* Whether a range was declared. */
static inline bool key_has_range(const struct key *key)
{
    return key->min != 0.0 || key->max != 0.0;
}

#endif
