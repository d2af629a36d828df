/* scenarios/reader/merge.c -- see merge.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/merge.h"
#include "scenarios/reader/lookup.h"
#include "scenarios/reader/provenance.h"
#include "scenarios/reader/shipped.h"
#include "scenarios/reader/tabulated.h"
#include "sim/core/cause.h"
#include "sim/core/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct merger {
    struct forest *forest;
    const struct merging *merging;
    struct node *root;
    char **done; /* real paths of the documents that are merged */
    size_t dones;
    char *open[MERGE_MOST_DEPTH + 1]; /* real paths from the first file to the one being read */
    const char *name[MERGE_MOST_DEPTH + 1];
    size_t depth;
    bool changes; /* what is merged now changes what another document said */
    struct fault *notes;
};

static struct fault *merge_map(struct merger *merger, const char *path, struct node *base, const struct node *over);

/* What the document is, for sentences. */
static const char *kind_of(const struct merging *merging)
{
    return merging->kind == NULL ? "scenario" : merging->kind;
}

/* A key without a value. `old` is what it stands over; NULL: nothing. */
static struct fault *empty_fault(const struct node *node, const struct node *old)
{
    if (!tree_is_empty(node))
        return fault_at(FAULT_SCENARIO, node->key_place,
                        "'%s: %s' deletes a key, but there is nothing to delete; expected a value", node->key,
                        node->text);
    if (old == NULL) return fault_at(FAULT_SCENARIO, node->key_place, "'%s' is empty; expected a value", node->key);
    return fault_at(FAULT_SCENARIO, node->key_place,
                    "'%s' is empty; expected a value, `%s: null` to delete what it inherits%s", node->key, node->key,
                    old->kind == NODE_MAP ? ", or `{}` to leave that as it is" : "");
}

/* Nothing may be deleted that is not there. */
static struct fault *check_nulls(const struct node *node)
{
    struct fault *faults = NULL;
    if (node->kind != NODE_MAP) return NULL;
    for (size_t i = 0; i < node->children && !fault_enough(faults); i++) {
        const struct node *child = node->child[i];
        faults = fault_join(faults, tree_is_null(child) ? empty_fault(child, NULL) : check_nulls(child));
    }
    return faults;
}

static struct fault *note(struct merger *merger, struct fault *said)
{
    if (fault_is_memory(said)) return said;
    merger->notes = fault_join(merger->notes, said);
    return NULL;
}

static struct fault *note_deleted(struct merger *merger, const char *path, const struct node *over,
                                  const struct node *old)
{
    const char *dot = path[0] == '\0' ? "" : ".";
    struct fault *said;
    if (old->kind == NODE_MAP)
        said = fault_at(FAULT_SCENARIO, over->key_place, "%s%s%s is deleted, with its %zu %s", path, dot, over->key,
                        old->children, old->children == 1 ? "key" : "keys");
    else
        said = fault_at(FAULT_SCENARIO, over->key_place, "%s%s%s is deleted", path, dot, over->key);
    return note(merger, fault_note(said, old->key_place, "it was inherited from here"));
}

static bool holds(const struct node *list, const char *text)
{
    for (size_t i = 0; i < list->children; i++)
        if (list->child[i]->kind == NODE_SCALAR && strcmp(list->child[i]->text, text) == 0) return true;
    return list->kind == NODE_SCALAR && strcmp(list->text, text) == 0;
}

/* Policies that a list leaves out which it replaces. */
static struct fault *note_dropped(struct merger *merger, const struct node *over, const struct node *old)
{
    char *names = NULL;
    size_t size = 0, dropped = 0;
    FILE *to = open_memstream(&names, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < old->children; i++)
        if (old->child[i]->kind == NODE_SCALAR && !holds(over, old->child[i]->text))
            fprintf(to, "%s%s", dropped++ == 0 ? "" : ", ", old->child[i]->text);
    if (fclose(to) != 0) return fault_no_memory();
    struct fault *fault = NULL;
    if (dropped > 0)
        fault = note(merger, fault_note(fault_at(FAULT_SCENARIO, over->key_place,
                                                 "adopt replaces a list, so %s %s not adopted any more", names,
                                                 dropped == 1 ? "is" : "are"),
                                        old->key_place, "that list is here"));
    free(names);
    return fault;
}

/* Where a key stands in a map, so that long maps merge fast. */
struct entry {
    const char *key;
    size_t index;
};

static int by_key(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    return strcmp(a->key, b->key);
}

/* Notes entries of maps at the root that a parent did not have. */
static void mark_added(const char *path, struct node *over)
{
    over->added = path[0] != '\0' && strchr(path, '.') == NULL;
    for (size_t i = 0; i < over->children && path[0] == '\0'; i++) over->child[i]->added = true;
}

/* A key that the base does not have. The node moves over, with its key. */
static struct fault *merge_new(const struct merger *merger, const char *path, struct node *base, struct node *over)
{
    if (tree_is_null(over)) return empty_fault(over, NULL);
    TRY(check_nulls(over));
    if (merger->changes) mark_added(path, over);
    char *key = over->key; /* copied by tree_append */
    over->key = NULL;
    struct fault *fault = tree_append(base, key, over->key_place, over);
    free(key);
    return fault;
}

/* Maps of which the later takes the place of the earlier: tables and the dates of profiles do not mix. */
static bool swaps(const struct node *old, const struct node *over)
{
    return tabulated_is(over) ? tabulated_has_dates(old) : tabulated_is(old) && tabulated_has_dates(over);
}

/* A key that both have. What is deleted leaves a gap. */
static struct fault *merge_known(struct merger *merger, const char *path, struct node *base, size_t index,
                                 struct node *over)
{
    struct node *old = base->child[index];
    if (tree_is_empty(over)) return empty_fault(over, old);
    if (tree_is_null(over)) {
        TRY(note_deleted(merger, path, over, old));
        base->child[index] = NULL;
        return NULL;
    }
    if (old->kind == NODE_MAP && over->kind == NODE_MAP && !swaps(old, over)) {
        char *inner = NULL;
        if (asprintf(&inner, "%s%s%s", path, path[0] == '\0' ? "" : ".", over->key) < 0) return fault_no_memory();
        struct fault *fault = merge_map(merger, inner, old, over);
        free(inner);
        return fault;
    }
    if (path[0] == '\0' && strcmp(over->key, "adopt") == 0) TRY(note_dropped(merger, over, old));
    over->over = old;
    over->added = old->added;
    base->child[index] = over;
    return check_nulls(over);
}

static void close_gaps(struct node *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->children; i++)
        if (map->child[i] != NULL) map->child[kept++] = map->child[i];
    map->children = kept;
}

static struct fault *merge_map(struct merger *merger, const char *path, struct node *base, const struct node *over)
{
    struct fault *faults = NULL;
    const size_t count = base->children;
    struct entry *entry = malloc((count + 1) * sizeof *entry);
    if (entry == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) entry[i] = (struct entry){base->child[i]->key, i};
    qsort(entry, count, sizeof *entry, by_key);
    for (size_t i = 0; i < over->children && !fault_enough(faults); i++) {
        const struct entry wanted = {over->child[i]->key, 0};
        const struct entry *known = bsearch(&wanted, entry, count, sizeof *entry, by_key);
        faults = fault_join(faults, known == NULL ? merge_new(merger, path, base, over->child[i])
                                                  : merge_known(merger, path, base, known->index, over->child[i]));
    }
    free(entry);
    close_gaps(base);
    return faults;
}

/* Parents stand in files of the same kind as the document. */
static struct lookup lookup_of(const struct merging *merging)
{
    return (struct lookup){.search = merging->search, .searches = merging->searches, .ending = ".yaml"};
}

static struct fault *find_parent(const struct merger *merger, const char *from, const struct node *name, char **found)
{
    const struct lookup lookup = lookup_of(merger->merging);
    if (name->text[0] == '\0' || lookup_leaves_folder(name->text))
        return fault_at(FAULT_SCENARIO, name->place,
                        "extends is '%s'; expected a name below the folder of this file, such as kazakhstan-2019; "
                        "absolute paths and "
                        "'..' are refused, --path adds folders",
                        name->text);
    char *folders = NULL;
    TRY(lookup_below(&lookup, from, name->text, found));
    if (*found != NULL) return NULL;
    TRY(lookup_folders(&lookup, &folders));
    struct fault *fault =
        fault_at(FAULT_SCENARIO, name->place,
                 "no scenario '%s' was found in the folder of this file, the folder above it, %s", name->text, folders);
    free(folders);
    return fault;
}

static bool is_done(const struct merger *merger, const char *path)
{
    for (size_t i = 0; i < merger->dones; i++)
        if (strcmp(merger->done[i], path) == 0) return true;
    return false;
}

static struct fault *merge_file(struct merger *merger, const char *path, const struct node *asked);

static struct fault *merge_parent(struct merger *merger, const char *from, const struct node *name)
{
    char *path = NULL, text[64];
    if (name->kind != NODE_SCALAR || tree_is_null(name))
        return fault_at(FAULT_SCENARIO, name->place,
                        "extends is %s; expected the name of a scenario, or a list of names",
                        tree_describe(name, text));
    struct fault *fault = find_parent(merger, from, name, &path);
    if (fault == NULL) fault = merge_file(merger, path, name);
    free(path);
    return fault;
}

static struct fault *merge_parents(struct merger *merger, const char *from, const struct node *extends)
{
    if (extends->kind != NODE_LIST) return merge_parent(merger, from, extends);
    struct fault *faults = NULL;
    for (size_t i = 0; i < extends->children && !fault_enough(faults); i++)
        faults = fault_join(faults, merge_parent(merger, from, extends->child[i]));
    return faults;
}

/* "a.yaml extends b.yaml extends a.yaml" */
static struct fault *cycle_fault(const struct merger *merger, const struct node *asked, size_t first)
{
    char *chain = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&chain, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = first; i < merger->depth; i++) fprintf(to, "%s extends ", merger->name[i]);
    fputs(merger->name[first], to);
    if (fclose(to) != 0) return fault_no_memory();
    struct fault *fault =
        fault_at(FAULT_SCENARIO, asked->place, "the scenarios extend one another in a circle: %s", chain);
    free(chain);
    return fault;
}

/* Of the two kinds of documents each is taken for the other now and then. */
static struct fault *check_kind(const struct merging *merging, const struct node *document)
{
    const struct node *batch = tree_child(document, "batch"), *scenario = tree_child(document, "scenario");
    if (merging->kind == NULL && batch != NULL && scenario == NULL)
        return fault_at(FAULT_SCENARIO, batch->key_place, "this is a batch; expected a scenario, or use `zhol batch`");
    if (merging->kind != NULL && batch == NULL && scenario != NULL)
        return fault_at(FAULT_SCENARIO, scenario->key_place, "this is a scenario; expected a %s, or use `zhol run`",
                        merging->kind);
    return NULL;
}

/* Without its parents a document lacks all that they state, so that a slip in the word alone is told. */
static struct fault *mistyped_extends(const struct node *document)
{
    static const char *const word[] = {"extends", NULL};
    for (size_t i = 0; i < document->children; i++) {
        const struct node *child = document->child[i];
        if (units_nearest(child->key, word) != NULL)
            return fault_at(FAULT_SCENARIO, child->key_place,
                            "the scenario: '%s' is not a key that stands here; did you mean 'extends'?", child->key);
    }
    return NULL;
}

/* Parents are looked up from the folder of `path`. */
static struct fault *merge_source(struct merger *merger, const char *path, const struct source *source)
{
    const char *kind = kind_of(merger->merging);
    struct node *document = NULL;
    char text[64];
    TRY(tree_parse(merger->forest, source, 0, &document));
    TRY(provenance_read(merger->forest, source, document));
    const struct place start = {source, 1, 1};
    if (document == NULL)
        return fault_at(FAULT_SCENARIO, start, "the file is empty; expected a %s, such as `%s: name`", kind, kind);
    if (document->kind != NODE_MAP)
        return fault_at(FAULT_SCENARIO, document->place,
                        "the file holds %s; expected a map of keys, such as `%s: name`", tree_describe(document, text),
                        kind);
    TRY(check_kind(merger->merging, document));
    struct node *extends = merger->merging->kind == NULL ? tree_child(document, "extends") : NULL;
    struct fault *faults = NULL;
    if (extends != NULL) {
        faults = merge_parents(merger, path, extends);
        for (size_t i = 0; i < document->children; i++)
            if (document->child[i] == extends) document->child[i] = NULL;
        close_gaps(document);
    } else if (merger->merging->kind == NULL) {
        TRY(mistyped_extends(document));
    }
    if (merger->root == NULL && (merger->root = tree_node(merger->forest, NODE_MAP, document->place)) == NULL)
        return fault_join(faults, fault_no_memory());
    merger->root->place = document->place;
    merger->changes = merger->root->children > 0;
    return fault_join(faults, merge_map(merger, "", merger->root, document));
}

static struct fault *merge_document(struct merger *merger, const char *path)
{
    struct source *source = NULL;
    TRY(tree_read_file(merger->forest, path, "a scenario file", &source));
    return merge_source(merger, path, source);
}

/* `asked` is the value that named the file; NULL: the command line. */
static struct fault *merge_file(struct merger *merger, const char *path, const struct node *asked)
{
    char *real = realpath(path, NULL);
    if (real == NULL)
        return errno == ENOMEM
                   ? fault_no_memory()
                   : fault_raise(cause_code(errno, FAULT_SCENARIO), "%s cannot be read: %s", path, strerror(errno));
    for (size_t i = 0; i < merger->depth; i++) {
        if (strcmp(merger->open[i], real) != 0) continue;
        free(real);
        return cycle_fault(merger, asked, i);
    }
    if (is_done(merger, real)) {
        free(real);
        return NULL;
    }
    if (merger->depth > MERGE_MOST_DEPTH) {
        free(real);
        return fault_at(FAULT_SCENARIO, asked->place, "scenarios extend one another more than %d deep",
                        MERGE_MOST_DEPTH);
    }
    merger->open[merger->depth] = real;
    merger->name[merger->depth++] = path;
    struct fault *faults = merge_document(merger, path);
    merger->depth--;
    char **grown = realloc(merger->done, (merger->dones + 1) * sizeof *grown);
    if (grown == NULL) {
        free(real);
        return fault_join(faults, fault_no_memory());
    }
    merger->done = grown;
    merger->done[merger->dones++] = real;
    return faults;
}

/* The length of the first part of a path: the longest key of the map that it begins with, else up to the next dot. */
static size_t part_length(const struct node *map, const char *path)
{
    size_t longest = 0;
    for (size_t i = 0; map != NULL && map->kind == NODE_MAP && i < map->children; i++) {
        const size_t length = strlen(map->child[i]->key);
        if (length > longest && strncmp(path, map->child[i]->key, length) == 0 &&
            (path[length] == '.' || path[length] == '\0'))
            longest = length;
    }
    return longest > 0 ? longest : strcspn(path, ".");
}

/* Merges `value` at the path below `base`, making the maps on the way. */
static struct fault *set_at(struct merger *merger, const char *whole, struct node *base, const char *path,
                            struct place place, struct node *value)
{
    const size_t length = part_length(base, path);
    char *key = strndup(path, length);
    if (key == NULL) return fault_no_memory();
    struct fault *fault = NULL;
    struct node *over = tree_node(merger->forest, NODE_MAP, place), *next = tree_child(base, key);
    struct node *inner = path[length] == '\0' ? value : NULL;
    if (over == NULL) fault = fault_no_memory();
    if (fault == NULL && length == 0)
        fault = fault_at(FAULT_SCENARIO, place, "the path of --set has an empty part; expected a.b.c=VALUE");
    if (fault == NULL && value->kind == NODE_MAP && value->children == 0 && inner == value && next != NULL &&
        next->kind == NODE_MAP)
        fault = fault_at(FAULT_SCENARIO, value->place,
                         "--set %s={} changes nothing, because maps merge key by key; expected some keys in the "
                         "braces, or null to delete the map",
                         whole);
    if (fault == NULL && inner == NULL && next != NULL && next->kind == NODE_MAP) {
        fault = set_at(merger, whole, next, path + length + 1,
                       (struct place){place.source, 1, place.column + (int)length + 1}, value);
    } else if (fault == NULL) {
        if (inner == NULL) inner = tree_node(merger->forest, NODE_MAP, place);
        fault = inner == NULL ? fault_no_memory() : tree_append(over, key, place, inner);
        if (fault == NULL && path[length] != '\0')
            fault = set_at(merger, whole, inner, path + length + 1,
                           (struct place){place.source, 1, place.column + (int)length + 1}, value);
        char *above = strndup(whole, path == whole ? 0 : (size_t)(path - whole) - 1);
        if (above == NULL) fault = fault_join(fault, fault_no_memory());
        if (fault == NULL) fault = merge_map(merger, above, base, over);
        free(above);
    }
    free(key);
    return fault;
}

static struct fault *merge_set(struct merger *merger, const char *text)
{
    struct source *source = NULL;
    struct node *value = NULL;
    const size_t length = strcspn(text, "=");
    TRY(tree_read_text(merger->forest, "--set", text, &source));
    const struct place place = {source, 1, 1};
    TRY(tree_parse(merger->forest, source, length + 1, &value));
    if (value == NULL || tree_is_empty(value))
        return fault_at(FAULT_SCENARIO, (struct place){source, 1, (int)length + 2},
                        "--set %s has no value; expected PATH=VALUE, or PATH=null to delete what is there", text);
    char *path = strndup(text, length);
    if (path == NULL) return fault_no_memory();
    merger->changes = true;
    struct fault *fault = set_at(merger, path, merger->root, path, place, value);
    free(path);
    return fault;
}

/* Appends a policy to the list `adopt`, which may be absent or a single name. */
static struct fault *merge_adopt(struct merger *merger, const char *policy)
{
    struct source *source = NULL;
    struct node *item = tree_node(merger->forest, NODE_SCALAR, (struct place){NULL, 0, 0}), *list = NULL;
    if (item == NULL) return fault_no_memory();
    TRY(tree_read_text(merger->forest, "--adopt", policy, &source));
    item->place = (struct place){source, 1, 1};
    item->plain = true;
    if ((item->text = strdup(policy)) == NULL) return fault_no_memory();
    struct node *adopted = tree_child(merger->root, "adopt");
    if (adopted != NULL && adopted->kind == NODE_LIST) return tree_append(adopted, NULL, item->place, item);
    if ((list = tree_node(merger->forest, NODE_LIST, item->place)) == NULL) return fault_no_memory();
    if (adopted == NULL) {
        TRY(tree_append(merger->root, "adopt", item->place, list));
        return tree_append(list, NULL, item->place, item);
    }
    for (size_t i = 0; i < merger->root->children; i++)
        if (merger->root->child[i] == adopted) merger->root->child[i] = list;
    list->key = adopted->key;
    list->key_place = adopted->key_place;
    adopted->key = NULL;
    TRY(tree_append(list, NULL, adopted->place, adopted));
    return tree_append(list, NULL, item->place, item);
}

/* The file as named, or with .yaml, or among the folders asked for and the scenarios that come with the program. */
static struct fault *find_file(const struct merging *merging, char **path)
{
    const struct lookup lookup = lookup_of(merging);
    const char *expected = merging->kind == NULL ? "a path such as scenarios/minimal.yaml" : "the path of one";
    struct shipped shipped;
    char *folders = NULL;
    TRY(lookup_named(&lookup, merging->file, path));
    if (*path != NULL) return NULL;
    if (access(merging->file, F_OK) == 0) { /* a folder, which its reader refuses */
        *path = strdup(merging->file);
        return *path == NULL ? fault_no_memory() : NULL;
    }
    if (lookup_leaves_folder(merging->file))
        return fault_raise(FAULT_SCENARIO, "there is no %s file %s; expected %s", kind_of(merging), merging->file,
                           expected);
    struct fault *fault = shipped_read(&shipped);
    const char *meant = fault == NULL ? shipped_nearest(&shipped, merging->file) : NULL;
    if (fault == NULL) fault = lookup_folders(&lookup, &folders);
    if (fault == NULL)
        fault = fault_raise(FAULT_SCENARIO, "there is no %s file %s, here or in %s; %s%s%s", kind_of(merging),
                            merging->file, folders, meant == NULL ? "expected " : "did you mean '",
                            meant == NULL ? expected : meant, meant == NULL ? "" : "'?");
    free(folders);
    shipped_free(&shipped);
    return fault;
}

static struct fault *merge_given(struct merger *merger)
{
    const struct merging *merging = merger->merging;
    struct source *source = NULL;
    char *path = NULL;
    if (merging->text != NULL) {
        TRY(tree_read_text(merger->forest, merging->file, merging->text, &source));
        return merge_source(merger, merging->file, source);
    }
    TRY(find_file(merging, &path));
    struct fault *faults = merge_file(merger, path, NULL);
    free(path);
    return faults;
}

struct fault *merge_read(struct forest *forest, const struct merging *merging, struct node **root, struct fault **notes)
{
    struct merger merger = {.forest = forest, .merging = merging};
    struct fault *faults = merge_given(&merger);
    for (size_t i = 0; i < merging->sets && merger.root != NULL; i++)
        faults = fault_join(faults, merge_set(&merger, merging->set[i]));
    for (size_t i = 0; i < merging->adopts && merger.root != NULL; i++)
        faults = fault_join(faults, merge_adopt(&merger, merging->adopt[i]));
    for (size_t i = 0; i < merger.dones; i++) free(merger.done[i]);
    free(merger.done);
    /* a document that lacks a parent says little of its tables */
    if (faults == NULL && merger.root != NULL && merging->kind == NULL)
        faults = tabulated_expand(forest, merging->search, merging->searches, merger.root);
    *root = merger.root;
    *notes = merger.notes;
    return faults;
}
