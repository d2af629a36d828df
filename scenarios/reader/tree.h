/* scenarios/reader/tree.h -- a YAML file as a tree in which every value knows its place.
 *
 * Only what a scenario needs of YAML is accepted: one document of maps, lists and scalars in UTF-8. Anchors, aliases,
 * tags, merge keys, duplicate keys, control characters and more than the limits below are faults.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TREE_H
#define ZHOL_TREE_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    TREE_MOST_BYTES = 4 << 20,
    TREE_MOST_DEPTH = 64,
    TREE_MOST_NODES = 200000,
    TREE_MOST_KEY = 200, /* bytes */
};

/* The byte order mark that editors on Windows put before a text; sources are without it. */
#define TREE_MARK "\xEF\xBB\xBF"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* A comment that accounts for numbers. */
struct remark {
    char *text;
    int kind;            /* see provenance.h */
    struct remark *next; /* of the forest */
};

struct node {
    enum node_kind kind;
    struct place place;
    int last;                    /* the line on which a scalar ends, or a map or list in braces or brackets */
    bool flow;                   /* a map or list in braces or brackets */
    const struct remark *remark; /* what accounts for it, of numbers and of tables; NULL: nothing */
    char *text;                  /* of a scalar */
    bool plain;                  /* a scalar written without quotes */
    char *key;                   /* its key, if it stands in a map; else NULL */
    struct place key_place;
    struct node **child; /* of lists and maps, in the order of the file */
    size_t children;
    struct node *over;  /* the value that this one replaced when documents were merged */
    bool added;         /* an entry of a map at the root that came with a file that extends others, or with --set */
    bool referred;      /* such an entry is named somewhere */
    struct node *table; /* of a profile that stands for a table: the map that named it */
    int end;            /* of such a profile: the month after the last that a figure stands for */
    struct node *next;  /* of the forest */
};

/* Owns the nodes and the sources of one reading; freed whole. */
struct forest {
    struct node *node;
    size_t nodes;
    struct source **source;
    size_t sources;
    struct remark *remark;
};

void tree_free(struct forest *forest);

/* Reads a whole file as a source; `what` it is for in sentences, such as "a table". A folder, a missing or unreadable file and
 * one that is too long are faults. */
MUST_CHECK struct fault *tree_read_file(struct forest *forest, const char *path, const char *what,
                                        struct source **source);
/* The same of a regular file alone. */
MUST_CHECK struct fault *tree_read_regular(struct forest *forest, const char *path, const char *what,
                                           struct source **source);
/* A source from a text of the program's user, such as an option. */
MUST_CHECK struct fault *tree_read_text(struct forest *forest, const char *name, const char *text,
                                        struct source **source);

/* Parses the source from byte `begin` on (everything before counts as spaces). *root is NULL if there is no document.
 */
MUST_CHECK struct fault *tree_parse(struct forest *forest, const struct source *source, size_t begin,
                                    struct node **root);

/* A new node with empty values; NULL when memory is out. */
struct node *tree_node(struct forest *forest, enum node_kind kind, struct place place);
/* Appends a child to a list, or to a map with a key (copied). */
MUST_CHECK struct fault *tree_append(struct node *parent, const char *key, struct place key_place, struct node *child);
/* The child of that key; NULL if there is none. */
struct node *tree_child(const struct node *map, const char *key);
/* The node at a path of keys joined by dots, which may hold dots themselves, and of numbers in lists, from 1. NULL if
 * there is none. */
const struct node *tree_at(const struct node *node, const char *path);
/* A plain scalar of no characters, such as that of `key:` with nothing behind it. */
bool tree_is_empty(const struct node *node);
/* A fault without a place where the text holds a character that looks like another: a no-break space or, unless
 * `spaces_only`, a minus sign or dash. */
MUST_CHECK struct fault *tree_check_text(const char *text, bool spaces_only);
/* A plain scalar that is empty, ~ or null. */
bool tree_is_null(const struct node *node);
/* "a map", "a table", "a list", "empty" or "the text 'x'", for sentences; into `text`. */
const char *tree_describe(const struct node *node, char text[64]);

/* The tree as YAML, allocated: the same for equal trees, however they were written. */
MUST_CHECK struct fault *tree_write(const struct node *root, char **text);

#endif
