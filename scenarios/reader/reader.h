/* scenarios/reader/reader.h -- from scenario files to checked settings and a store of quantities.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_READER_H
#define ZHOL_READER_H

#include "scenarios/reader/tree.h"
#include "sim/core/calendar.h"
#include "sim/core/setting.h"
#include "sim/core/store.h"
#include "sim/core/units.h"

/* What to read. `file` is a path as the user gave it; parents named by `extends` are looked up in the file's folder,
 * the folder above it, the folders of `search` and the scenarios that come with the program. With `text` that is the document, and
 * `file` only what it is called, in a folder to look parents up from. `set[i]` is "PATH=VALUE" of the command line and
 * is merged last; its place is a source named "--set". */
struct reader_request {
    const char *kind; /* NULL: a scenario; else the name of another kind of document, which has no `extends` */
    const char *file;
    const char *text; /* NULL: what the file holds */
    const char *const *search;
    size_t searches;
    const char *const *set;
    size_t sets;
    const char *const *adopt; /* policies of the command line, appended to `adopt` */
    size_t adopts;
    const struct key *keys; /* the declaration of the root */
};

/* Everything stays valid until scenario_free, also the sources that faults and settings point into. */
struct scenario {
    struct setting *root;
    struct key root_key; /* its meaning is "the scenario" */
    char root_words[32];
    struct store *store; /* open, not sealed */
    struct units *units;
    struct node *merged;    /* the merged document, each value with its place and what it replaced */
    char *merged_text;      /* as YAML, without comments, canonical: equal scenarios give equal text */
    struct forest forest;   /* owns the merged document and the sources */
    struct fault *notes;    /* what the files delete of what they inherit */
    struct fault *warnings; /* what is allowed but worth saying */
};

/* All faults of the files at once, a few more than FAULT_SHOWN_MOST at most. *scenario is always set (so that faults
 * can be printed while its sources live), NULL only when memory is out; free it in any case. */
MUST_CHECK struct fault *scenario_read(const struct reader_request *request, struct scenario **scenario);
/* Whether the file at the path is one of those that were read: it must not be written over. */
bool scenario_reads(const struct scenario *scenario, const char *path);
void scenario_free(struct scenario *scenario);

#endif
