/* scenarios/reader/tree.c -- see tree.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/tree.h"
#include "sim/core/cause.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

void tree_free(struct forest *forest)
{
    while (forest->node != NULL) {
        struct node *node = forest->node;
        forest->node = node->next;
        free(node->text);
        free(node->key);
        free(node->child);
        free(node);
    }
    for (size_t i = 0; i < forest->sources; i++) {
        free(forest->source[i]->name);
        free(forest->source[i]->text);
        free(forest->source[i]);
    }
    free(forest->source);
    while (forest->remark != NULL) {
        struct remark *remark = forest->remark;
        forest->remark = remark->next;
        free(remark->text);
        free(remark);
    }
    *forest = (struct forest){0};
}

/* Takes over the text, without a byte order mark. */
static struct fault *source_add(struct forest *forest, const char *name, char *text, size_t length, struct source **out)
{
    const size_t marked = strncmp(text, TREE_MARK, sizeof TREE_MARK - 1) == 0 ? sizeof TREE_MARK - 1 : 0;
    length -= marked;
    memmove(text, text + marked, length + 1);
    struct source **grown = realloc(forest->source, (forest->sources + 1) * sizeof *grown);
    struct source *source = malloc(sizeof *source);
    char *copy = strdup(name);
    if (grown != NULL) forest->source = grown;
    if (grown == NULL || source == NULL || copy == NULL) {
        free(source);
        free(copy);
        free(text);
        return fault_no_memory();
    }
    *source = (struct source){.name = copy, .text = text, .length = length, .marked = marked > 0};
    forest->source[forest->sources++] = source;
    *out = source;
    return NULL;
}

struct fault *tree_read_text(struct forest *forest, const char *name, const char *text, struct source **source)
{
    char *copy = strdup(text);
    return copy == NULL ? fault_no_memory() : source_add(forest, name, copy, strlen(text), source);
}

static struct fault *read_all(int file, const char *path, const char *what, char *text, size_t *length)
{
    *length = 0;
    for (;;) {
        const ssize_t got = read(file, text + *length, TREE_MOST_BYTES + 1 - *length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return fault_raise(cause_code(errno, FAULT_SCENARIO), "%s cannot be read: %s", path, strerror(errno));
        if (got == 0) return NULL;
        *length += (size_t)got;
        if (*length > TREE_MOST_BYTES)
            return fault_raise(FAULT_SCENARIO, "%s is longer than %d MiB; expected %s", path, TREE_MOST_BYTES >> 20,
                               what);
    }
}

/* A file that is asked for as a regular one must be; else it may be a pipe as well. */
static struct fault *check_kind(int file, const char *path, const char *what, bool regular)
{
    struct stat status;
    if (fstat(file, &status) != 0) return NULL; /* reading tells */
    if (S_ISDIR(status.st_mode)) return fault_raise(FAULT_SCENARIO, "%s is a folder; expected %s", path, what);
    if (regular && !S_ISREG(status.st_mode))
        return fault_raise(FAULT_SCENARIO, "%s is not a regular file; expected %s", path, what);
    return NULL;
}

static struct fault *read_named(struct forest *forest, const char *path, const char *what, bool regular,
                                struct source **source)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | (regular ? O_NONBLOCK : 0)); /* a pipe is not waited for */
    if (file < 0) return fault_raise(cause_code(errno, FAULT_SCENARIO), "%s cannot be read: %s", path, strerror(errno));
    char *text = NULL;
    size_t length = 0;
    struct fault *fault = check_kind(file, path, what, regular);
    if (fault == NULL && (text = malloc(TREE_MOST_BYTES + 2)) == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = read_all(file, path, what, text, &length);
    close(file);
    if (fault != NULL) {
        free(text);
        return fault;
    }
    text[length] = '\0';
    char *shorter = realloc(text, length + 1);
    return source_add(forest, path, shorter == NULL ? text : shorter, length, source);
}

struct fault *tree_read_file(struct forest *forest, const char *path, const char *what, struct source **source)
{
    return read_named(forest, path, what, false, source);
}

struct fault *tree_read_regular(struct forest *forest, const char *path, const char *what, struct source **source)
{
    return read_named(forest, path, what, true, source);
}

/* Decodes one character of strict UTF-8. Gives its length, 0 if it is none. */
static size_t utf8_decode(const unsigned char *text, size_t left, uint32_t *code)
{
    const unsigned char c = text[0];
    const size_t length = c < 0x80                ? 1
                          : c >= 0xC2 && c < 0xE0 ? 2
                          : c >= 0xE0 && c < 0xF0 ? 3
                          : c >= 0xF0 && c < 0xF5 ? 4
                                                  : 0;
    if (length == 0 || length > left) return 0;
    *code = length == 1 ? c : c & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80) return 0;
        *code = *code << 6 | (text[i] & 0x3Fu);
    }
    if (length == 3 && (*code < 0x800 || (*code >= 0xD800 && *code < 0xE000))) return 0;
    if (length == 4 && (*code < 0x10000 || *code > 0x10FFFF)) return 0;
    return length;
}

static bool is_control(uint32_t code)
{
    if (code == '\t' || code == '\n' || code == '\r' || code == 0x85) return false;
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xFFFE || code == 0xFFFF;
}

static struct fault *check_characters(const struct source *source)
{
    const unsigned char *text = (const unsigned char *)source->text;
    struct place place = {source, 1, 1};
    if (source->length >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0))
        return fault_at(FAULT_SCENARIO, place, "this is text in UTF-16; expected text in UTF-8");
    for (size_t i = 0; i < source->length;) {
        uint32_t code = 0;
        const size_t length = utf8_decode(text + i, source->length - i, &code);
        if (length == 0)
            return fault_at(FAULT_SCENARIO, place, "the byte 0x%02X is not UTF-8; expected text in UTF-8",
                            (unsigned)text[i]);
        if (is_control(code) || code == 0xFEFF)
            return fault_at(FAULT_SCENARIO, place, "the control character U+%04X cannot stand in a scenario file",
                            (unsigned)code);
        i += length;
        place.column++;
        if (code == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return NULL;
}

/* Characters that look like others, by which texts are read as what they are not. */
static const struct lookalike {
    uint32_t code;
    const char *name, *expected;
    bool space;
} lookalikes[] = {{0xA0, "a no-break space", "a plain space", true},
                  {0x202F, "a narrow no-break space", "a plain space", true},
                  {0x2007, "a figure space", "a plain space", true},
                  {0x2009, "a thin space", "a plain space", true},
                  {0x200B, "a space of no width", "nothing in its place", true},
                  {0x3000, "an ideographic space", "a plain space", true},
                  {0x2212, "a minus sign", "a hyphen, -", false},
                  {0x2013, "a dash", "a hyphen, -", false},
                  {0x2014, "a dash", "a hyphen, -", false},
                  {0x2011, "a no-break hyphen", "a plain hyphen, -", false}};

struct fault *tree_check_text(const char *text, bool spaces_only)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const size_t size = strlen(text);
    for (size_t i = 0; i < size;) {
        uint32_t code = 0;
        const size_t length = utf8_decode(bytes + i, size - i, &code);
        if (length == 0) return NULL; /* a fault of its own */
        for (size_t l = 0; l < sizeof lookalikes / sizeof *lookalikes; l++) {
            const struct lookalike *like = &lookalikes[l];
            if (like->code != code || (spaces_only && !like->space)) continue;
            if (i == 0)
                return fault_raise(FAULT_SCENARIO, "%s (U+%04X) stands before '%s'; expected %s", like->name,
                                   (unsigned)code, text + length, like->expected);
            return fault_raise(FAULT_SCENARIO, "%s (U+%04X) stands behind '%.*s'; expected %s", like->name,
                               (unsigned)code, (int)i, text, like->expected);
        }
        i += length;
    }
    return NULL;
}

struct node *tree_node(struct forest *forest, enum node_kind kind, struct place place)
{
    struct node *node = calloc(1, sizeof *node);
    if (node == NULL) return NULL;
    node->kind = kind;
    node->place = place;
    node->next = forest->node;
    forest->node = node;
    forest->nodes++;
    return node;
}

struct fault *tree_append(struct node *parent, const char *key, struct place key_place, struct node *child)
{
    if ((parent->children & (parent->children - 1)) == 0) { /* full: grow to the next power of two */
        const size_t room = parent->children == 0 ? 1 : 2 * parent->children;
        struct node **grown = realloc(parent->child, room * sizeof *grown);
        if (grown == NULL) return fault_no_memory();
        parent->child = grown;
    }
    if (key != NULL) {
        child->key = strdup(key);
        if (child->key == NULL) return fault_no_memory();
        child->key_place = key_place;
    }
    parent->child[parent->children++] = child;
    return NULL;
}

struct node *tree_child(const struct node *map, const char *key)
{
    if (map == NULL || map->kind != NODE_MAP) return NULL;
    for (size_t i = 0; i < map->children; i++)
        if (strcmp(map->child[i]->key, key) == 0) return map->child[i];
    return NULL;
}

const struct node *tree_at(const struct node *node, const char *path)
{
    for (size_t i = 0; i < node->children; i++) {
        char number[24];
        const struct node *child = node->child[i];
        snprintf(number, sizeof number, "%zu", i + 1);
        const char *key = child->key == NULL ? number : child->key;
        const size_t length = strlen(key);
        if (strncmp(path, key, length) != 0) continue;
        if (path[length] == '\0') return child;
        const struct node *found = path[length] == '.' ? tree_at(child, path + length + 1) : NULL;
        if (found != NULL) return found;
    }
    return NULL;
}

bool tree_is_empty(const struct node *node)
{
    return node->kind == NODE_SCALAR && node->plain && node->text[0] == '\0';
}

bool tree_is_null(const struct node *node)
{
    return node->kind == NODE_SCALAR && node->plain &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

const char *tree_describe(const struct node *node, char text[64])
{
    if (node->kind == NODE_MAP) return node->table != NULL ? "a table" : "a map";
    if (node->kind == NODE_LIST) return "a list";
    if (tree_is_null(node)) return "empty";
    const int shown = (int)strcspn(node->text, "\n");
    if (shown > 40 || node->text[shown] != '\0') {
        int cut = shown > 40 ? 40 : shown;
        while (cut > 0 && ((unsigned char)node->text[cut] & 0xC0) == 0x80) cut--;
        snprintf(text, 64, "'%.*s...'", cut, node->text);
    } else {
        snprintf(text, 64, "'%s'", node->text);
    }
    return text;
}

/* What is known while the events of one document come in. */
struct parsing {
    struct forest *forest;
    const struct source *source;
    struct node *open[TREE_MOST_DEPTH]; /* the maps and lists that are not closed yet */
    size_t depth;
    char *key; /* of the innermost map, waiting for its value */
    struct place key_place;
    struct node *root;
    size_t documents;
    struct fault *faults;
};

static struct place mark_place(const struct parsing *parsing, yaml_mark_t mark)
{
    return (struct place){parsing->source, (int)mark.line + 1, (int)mark.column + 1};
}

/* The byte at a place of the source. */
static char byte_at(const struct source *source, yaml_mark_t mark)
{
    const char *line = source->text;
    for (size_t i = 0; i < mark.line && line != NULL; i++) {
        line = strchr(line, '\n');
        if (line != NULL) line++;
    }
    return line == NULL || strlen(line) < mark.column ? '\0' : line[mark.column];
}

/* Where the text ends without a line feed, the parser puts its end on a further line. */
static struct place problem_place(const struct parsing *parsing, yaml_mark_t mark)
{
    const struct source *source = parsing->source;
    struct place place = mark_place(parsing, mark), end = {source, 1, 1};
    if (source->length == 0 || source->text[source->length - 1] == '\n') return place;
    for (const char *c = source->text; *c != '\0'; c++) {
        if (((unsigned char)*c & 0xC0U) == 0x80U) continue;
        end = *c == '\n' ? (struct place){source, end.line + 1, 1} : (struct place){source, end.line, end.column + 1};
    }
    return place.line > end.line ? end : place;
}

static struct fault *syntax_fault(const struct parsing *parsing, const yaml_parser_t *parser)
{
    const struct place place = problem_place(parsing, parser->problem_mark);
    const char *problem = parser->problem == NULL ? "it cannot be read" : parser->problem;
    if (parser->error == YAML_MEMORY_ERROR) return fault_no_memory();
    if (byte_at(parsing->source, parser->problem_mark) == '\t')
        return fault_at(FAULT_SCENARIO, place, "a tab cannot indent a line in YAML; expected spaces");
    const char *hint = "";
    if (strstr(problem, "mapping values are not allowed") != NULL)
        hint = "; expected one `key: value` to a line, with text that holds a colon in quotes";
    else if (strstr(problem, "did not find expected ',' or") != NULL)
        hint = "; inside { } and [ ] a value that holds a bracket, a brace or a comma stands in quotes, such as "
               "'normal(1 0.2) [0.5 1.5] t'";
    struct fault *fault = fault_at(FAULT_SCENARIO, place, "this is not YAML: %s%s", problem, hint);
    if (parser->context == NULL) return fault;
    return fault_note(fault, mark_place(parsing, parser->context_mark), "%s, which begins here", parser->context);
}

static int by_key_and_place(const void *left, const void *right)
{
    const struct node *const *a = left, *const *b = right;
    const int order = strcmp((*a)->key, (*b)->key);
    if (order != 0) return order;
    const struct place p = (*a)->key_place, q = (*b)->key_place;
    return p.line != q.line ? (p.line < q.line ? -1 : 1) : p.column < q.column ? -1 : p.column > q.column;
}

static struct fault *check_duplicates(struct parsing *parsing, const struct node *map)
{
    struct node **sorted = malloc((map->children + 1) * sizeof *sorted);
    if (sorted == NULL) return fault_no_memory();
    for (size_t i = 0; i < map->children; i++) sorted[i] = map->child[i];
    qsort(sorted, map->children, sizeof *sorted, by_key_and_place);
    for (size_t i = 1; i < map->children && !fault_enough(parsing->faults); i++) {
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0) continue;
        struct fault *fault =
            fault_at(FAULT_SCENARIO, sorted[i]->key_place, "the key '%s' stands twice in this map", sorted[i]->key);
        parsing->faults =
            fault_join(parsing->faults, fault_note(fault, sorted[i - 1]->key_place, "the first one is here"));
    }
    free(sorted);
    return NULL;
}

/* A comma ends a value inside braces: of {a: normal(1, 2) t, b: 0,5} the rest become keys without a value. */
static void check_commas(struct parsing *parsing, const struct node *map)
{
    for (size_t i = 1; i < map->children && !fault_enough(parsing->faults); i++) {
        const struct node *child = map->child[i], *before = map->child[i - 1];
        if (!tree_is_empty(child) || before->kind != NODE_SCALAR || !before->plain) continue;
        const char *open = strrchr(before->text, '(');
        const size_t length = strlen(before->text);
        const bool digits = length > 0 && strchr("0123456789", before->text[length - 1]) != NULL &&
                            child->key[0] >= '0' && child->key[0] <= '9';
        if (open != NULL && strchr(open, ')') == NULL)
            parsing->faults = fault_join(
                parsing->faults, fault_at(FAULT_SCENARIO, before->place,
                                          "'%s, %s': a comma ends a value inside braces; the numbers of a distribution "
                                          "have spaces between them, such as triangular(45 55 70)",
                                          before->text, child->key));
        else if (digits)
            parsing->faults =
                fault_join(parsing->faults, fault_at(FAULT_SCENARIO, before->place,
                                                     "'%s,%s': a comma ends a value inside braces; numbers have a "
                                                     "decimal point, and nothing between thousands",
                                                     before->text, child->key));
        while (i + 1 < map->children && tree_is_empty(map->child[i + 1])) i++; /* said once of a value */
    }
}

/* Puts a node in its place: a value of a list or map, a key, or the root. */
static struct fault *node_attach(struct parsing *parsing, struct node *node)
{
    if (parsing->depth == 0) {
        parsing->root = node;
        return NULL;
    }
    struct node *parent = parsing->open[parsing->depth - 1];
    if (parent->kind == NODE_LIST) return tree_append(parent, NULL, (struct place){0}, node);
    if (parsing->key == NULL) {
        if (node->kind != NODE_SCALAR)
            return fault_at(FAULT_SCENARIO, node->place, "a key is a %s; expected a name",
                            node->kind == NODE_MAP ? "map" : "list");
        if (strlen(node->text) > TREE_MOST_KEY)
            return fault_at(FAULT_SCENARIO, node->place, "a key has %zu bytes; expected at most %d", strlen(node->text),
                            TREE_MOST_KEY);
        struct fault *strange = tree_check_text(node->text, true);
        if (strange != NULL) {
            struct fault *placed = fault_at(FAULT_SCENARIO, node->place, "a key: %s", strange->sentence);
            fault_free(strange);
            return placed;
        }
        if (strcmp(node->text, "<<") == 0)
            return fault_at(FAULT_SCENARIO, node->place,
                            "merge keys (<<) are not read in scenario files; use `extends`");
        parsing->key = node->text;
        parsing->key_place = node->place;
        return NULL;
    }
    const char *key = parsing->key;
    parsing->key = NULL;
    return tree_append(parent, key, parsing->key_place, node);
}

static struct fault *node_event(struct parsing *parsing, const yaml_event_t *event)
{
    const struct place place = mark_place(parsing, event->start_mark);
    const bool scalar = event->type == YAML_SCALAR_EVENT;
    if (parsing->forest->nodes >= TREE_MOST_NODES)
        return fault_at(FAULT_SCENARIO, place, "there are more than %d values; expected a smaller scenario",
                        TREE_MOST_NODES);
    struct node *node = tree_node(parsing->forest,
                                  scalar                                     ? NODE_SCALAR
                                  : event->type == YAML_SEQUENCE_START_EVENT ? NODE_LIST
                                                                             : NODE_MAP,
                                  place);
    if (node == NULL) return fault_no_memory();
    node->last = (int)event->end_mark.line + 1;
    if (scalar) {
        node->text = strndup((const char *)event->data.scalar.value, event->data.scalar.length);
        if (node->text == NULL) return fault_no_memory();
        node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        if (strlen(node->text) != event->data.scalar.length)
            return fault_at(FAULT_SCENARIO, place,
                            "a text holds the character U+0000, which cannot stand in a scenario file");
    }
    TRY(node_attach(parsing, node));
    if (scalar) return NULL;
    node->flow = event->type == YAML_SEQUENCE_START_EVENT ? event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
                                                          : event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    if (parsing->depth == TREE_MOST_DEPTH)
        return fault_at(FAULT_SCENARIO, place, "maps and lists are nested more than %d deep", TREE_MOST_DEPTH);
    parsing->open[parsing->depth++] = node;
    return NULL;
}

/* Notes an anchor or a tag of any node as a fault; reading goes on. */
static void refuse_extras(struct parsing *parsing, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    const struct place place = mark_place(parsing, event->start_mark);
    if (fault_enough(parsing->faults)) return;
    if (anchor != NULL)
        parsing->faults =
            fault_join(parsing->faults,
                       fault_at(FAULT_SCENARIO, place, "anchors (&%s) are not read in scenario files; use `extends`",
                                (const char *)anchor));
    if (tag != NULL)
        parsing->faults =
            fault_join(parsing->faults,
                       fault_at(FAULT_SCENARIO, place,
                                "tags (%s) are not read in scenario files; expected a plain value", (const char *)tag));
}

static struct fault *alias_event(struct parsing *parsing, const yaml_event_t *event)
{
    const struct place place = mark_place(parsing, event->start_mark);
    if (!fault_enough(parsing->faults))
        parsing->faults =
            fault_join(parsing->faults,
                       fault_at(FAULT_SCENARIO, place, "aliases (*%s) are not read in scenario files; use `extends`",
                                (const char *)event->data.alias.anchor));
    struct node *node = tree_node(parsing->forest, NODE_SCALAR, place);
    if (node == NULL || (node->text = strdup("")) == NULL) return fault_no_memory();
    return node_attach(parsing, node);
}

static void end_node(struct parsing *parsing, const yaml_event_t *event)
{
    parsing->open[--parsing->depth]->last = (int)event->end_mark.line + 1;
}

static struct fault *take_event(struct parsing *parsing, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT: refuse_extras(parsing, event); return node_event(parsing, event);
    case YAML_MAPPING_END_EVENT:
        TRY(check_duplicates(parsing, parsing->open[parsing->depth - 1]));
        check_commas(parsing, parsing->open[parsing->depth - 1]);
        end_node(parsing, event);
        return NULL;
    case YAML_SEQUENCE_END_EVENT: end_node(parsing, event); return NULL;
    case YAML_ALIAS_EVENT: return alias_event(parsing, event);
    case YAML_DOCUMENT_START_EVENT:
        if (parsing->documents++ > 0)
            return fault_at(FAULT_SCENARIO, mark_place(parsing, event->start_mark),
                            "a second document begins here; expected one document in a scenario file");
        return NULL;
    default: return NULL;
    }
}

struct fault *tree_parse(struct forest *forest, const struct source *source, size_t begin, struct node **root)
{
    yaml_parser_t parser;
    struct parsing parsing = {.forest = forest, .source = source};
    *root = NULL;
    TRY(check_characters(source));
    char *text = strdup(source->text);
    if (text == NULL) return fault_no_memory();
    memset(text, ' ', begin);
    if (!yaml_parser_initialize(&parser)) {
        free(text);
        return fault_no_memory();
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, source->length);
    struct fault *fault = NULL;
    for (bool done = false; !done && fault == NULL;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            fault = syntax_fault(&parsing, &parser);
            break;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        fault = take_event(&parsing, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    free(text);
    *root = parsing.root;
    return fault_join(parsing.faults, fault);
}

static bool emit_node(yaml_emitter_t *emitter, const struct node *node);

static bool emit_scalar(yaml_emitter_t *emitter, const char *text, bool plain)
{
    yaml_event_t event;
    const yaml_scalar_style_t style = plain ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), plain, 1,
                                        style) &&
           yaml_emitter_emit(emitter, &event);
}

static bool emit_children(yaml_emitter_t *emitter, const struct node *node)
{
    for (size_t i = 0; i < node->children; i++) {
        if (node->kind == NODE_MAP && !emit_scalar(emitter, node->child[i]->key, true)) return false;
        if (!emit_node(emitter, node->child[i])) return false;
    }
    return true;
}

static bool emit_node(yaml_emitter_t *emitter, const struct node *node)
{
    yaml_event_t event;
    if (node->kind == NODE_SCALAR) return emit_scalar(emitter, node->text, node->plain);
    if (node->kind == NODE_MAP)
        return yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE) &&
               yaml_emitter_emit(emitter, &event) && emit_children(emitter, node) &&
               yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
    return yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE) &&
           yaml_emitter_emit(emitter, &event) && emit_children(emitter, node) &&
           yaml_sequence_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

static bool emit_document(yaml_emitter_t *emitter, const struct node *root)
{
    yaml_event_t event;
    return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) && yaml_emitter_emit(emitter, &event) &&
           yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) && yaml_emitter_emit(emitter, &event) &&
           emit_node(emitter, root) && yaml_document_end_event_initialize(&event, 1) &&
           yaml_emitter_emit(emitter, &event) && yaml_stream_end_event_initialize(&event) &&
           yaml_emitter_emit(emitter, &event) && yaml_emitter_flush(emitter);
}

struct fault *tree_write(const struct node *root, char **text)
{
    yaml_emitter_t emitter;
    size_t size = 0;
    *text = NULL;
    FILE *to = open_memstream(text, &size);
    if (to == NULL) return fault_no_memory();
    if (!yaml_emitter_initialize(&emitter)) {
        (void)fclose(to);
        return fault_no_memory();
    }
    yaml_emitter_set_output_file(&emitter, to);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    struct fault *fault = NULL;
    if (!emit_document(&emitter, root))
        fault = fault_raise(FAULT_MACHINE, "the merged scenario cannot be written as YAML: %s",
                            emitter.problem == NULL ? "no reason given" : emitter.problem);
    yaml_emitter_delete(&emitter);
    if (fclose(to) != 0 && fault == NULL) fault = fault_no_memory();
    return fault;
}
