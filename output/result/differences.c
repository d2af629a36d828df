/* output/result/differences.c -- see differences.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/differences.h"
#include "output/hdf5/reader.h"
#include "output/result/result_write.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An object of a file, by its path. */
struct object {
    char *name;
    H5O_type_t type;
};

/* All of a file's, sorted by name. */
struct objects {
    const char *path;
    hid_t file;
    struct object *object;
    size_t count;
    struct fault *fault;
};

struct comparing {
    const char *path;
    int start; /* of the run, its first month */
    struct differences *differences;
};

static void __attribute__((format(printf, 2, 3))) note(struct comparing *comparing, const char *format, ...)
{
    char sentence[600];
    va_list values;
    comparing->differences->different++;
    if (fault_enough(comparing->differences->faults)) return;
    va_start(values, format);
    vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    comparing->differences->faults =
        fault_join(comparing->differences->faults, fault_raise(FAULT_UNTRUSTED, "%s", sentence));
}

static herr_t add_object(hid_t file, const char *name, const H5O_info_t *info, void *context)
{
    struct objects *objects = context;
    (void)file;
    struct object *grown = reallocarray(objects->object, objects->count + 1, sizeof *grown);
    if (grown != NULL) {
        objects->object = grown;
        grown[objects->count] = (struct object){strdup(name), info->type};
    }
    if (grown == NULL || grown[objects->count].name == NULL)
        objects->fault = fault_no_memory();
    else
        objects->count++;
    return objects->fault == NULL ? 0 : -1;
}

static int by_name(const void *left, const void *right)
{
    const struct object *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static struct fault *list_objects(const char *path, hid_t file, struct objects *objects)
{
    *objects = (struct objects){.path = path, .file = file};
    if (H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, add_object, objects, H5O_INFO_BASIC) < 0 && objects->fault == NULL)
        objects->fault = layout_read_fault(path, "list its objects");
    if (objects->count > 0) qsort(objects->object, objects->count, sizeof *objects->object, by_name);
    return objects->fault;
}

static void free_objects(struct objects *objects)
{
    for (size_t i = 0; i < objects->count; i++) free(objects->object[i].name);
    free(objects->object);
}

/* What an attribute or a part of a dataset holds, in the type of its file; of numbers also as such. */
struct content {
    int rank;
    hsize_t size[H5S_MAX_RANK];
    size_t count, bytes;
    hid_t type;
    void *value;
};

static struct fault *read_shape(const char *path, hid_t space, struct content *content)
{
    const hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    content->rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, content->size, NULL);
    if (content->rank < 0 || count < 0) return layout_read_fault(path, "tell a shape");
    content->count = (size_t)count;
    content->bytes = content->count * H5Tget_size(content->type);
    content->value = malloc(content->bytes + 1);
    return content->value == NULL ? fault_no_memory() : NULL;
}

static struct fault *free_content(const char *path, struct content *content, struct fault *fault)
{
    free(content->value);
    if (content->type >= 0 && H5Tclose(content->type) < 0 && fault == NULL)
        fault = layout_read_fault(path, "close a type");
    return fault;
}

static struct fault *read_attribute(const char *path, hid_t attribute, struct content *content)
{
    *content = (struct content){.type = H5Aget_type(attribute)};
    HDF5_READ(path, content->type, "open a type");
    const hid_t space = H5Aget_space(attribute);
    struct fault *fault = read_shape(path, space, content);
    if (fault == NULL && H5Aread(attribute, content->type, content->value) < 0)
        fault = layout_read_fault(path, "read an attribute");
    if (space >= 0 && H5Sclose(space) < 0 && fault == NULL) fault = layout_read_fault(path, "close a shape");
    return fault;
}

static bool same_kind(const struct content *left, const struct content *right)
{
    return left->rank == right->rank && H5Tequal(left->type, right->type) > 0 &&
           memcmp(left->size, right->size, (size_t)left->rank * sizeof *left->size) == 0;
}

static bool is_number(const struct content *content)
{
    const H5T_class_t class = H5Tget_class(content->type);
    return class == H5T_FLOAT || class == H5T_INTEGER;
}

/* One value as a double, which holds floats and all whole numbers of a result exactly. */
static double number_of(const struct content *content, size_t k)
{
    const size_t width = H5Tget_size(content->type);
    const char *at = (const char *)content->value + k * width;
    const bool is_float = H5Tget_class(content->type) == H5T_FLOAT;
    union {
        double d;
        float f;
        int64_t i;
        int32_t j;
    } number;
    memcpy(&number, at, width < sizeof number ? width : sizeof number);
    if (is_float) return width == sizeof number.d ? number.d : (double)number.f;
    return width == sizeof number.i ? (double)number.i : (double)number.j;
}

/* How many values differ, and the first that does; all that are not defined are the same. */
static size_t count_different(const struct content *left, const struct content *right, size_t *first)
{
    const size_t width = left->bytes / (left->count == 0 ? 1 : left->count);
    size_t different = 0;
    for (size_t k = 0; k < left->count; k++) {
        if (memcmp((const char *)left->value + k * width, (const char *)right->value + k * width, width) == 0) continue;
        if (isnan(number_of(left, k)) && isnan(number_of(right, k))) continue;
        if (different++ == 0) *first = k;
    }
    return different;
}

/* Where along a dimension, by its coordinate: "2020", "quantile 0.25", "drivers.oil", "replication 17". */
struct position {
    const char *path; /* of the file */
    hsize_t at;
    int start; /* of the run */
    char text[120];
};

/* The label of a coordinate of texts. */
static bool read_label(const struct position *position, hid_t scale, char label[], size_t size)
{
    struct reader_texts texts;
    struct fault *fault = reader_texts_of(position->path, scale, &texts);
    const bool read = fault == NULL && position->at < texts.count;
    if (read) snprintf(label, size, "%s", texts.text[position->at]);
    reader_texts_free(&texts);
    fault_free(fault);
    return read;
}

/* The number of a coordinate of numbers, false where the dimension has none. */
static bool read_number(hid_t scale, hsize_t at, double *value)
{
    char label[32] = "";
    if (H5DSget_scale_name(scale, label, sizeof label) < 0 || strncmp(label, "This is a netCDF", 16) == 0) return false;
    const hsize_t one = 1;
    const hid_t space = H5Dget_space(scale), room = H5Screate_simple(1, &one, NULL);
    bool read = space >= 0 && room >= 0 && H5Sselect_elements(space, H5S_SELECT_SET, 1, &at) >= 0 &&
                H5Dread(scale, H5T_NATIVE_DOUBLE, room, space, H5P_DEFAULT, value) >= 0;
    if (space >= 0 && H5Sclose(space) < 0) read = false;
    if (room >= 0 && H5Sclose(room) < 0) read = false;
    return read;
}

static herr_t say_position(hid_t dataset, unsigned dimension, hid_t scale, void *context)
{
    struct position *position = context;
    char path[512] = "";
    double value;
    (void)dataset;
    (void)dimension;
    if (H5Iget_name(scale, path, sizeof path) <= 0) return -1;
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    if (read_label(position, scale, position->text, sizeof position->text)) return 0;
    if (!read_number(scale, position->at, &value))
        snprintf(position->text, sizeof position->text, "%.40s %llu", name, (unsigned long long)position->at);
    else if (strcmp(name, "time") == 0)
        calendar_write_year(position->start, (int)position->at, position->text);
    else
        snprintf(position->text, sizeof position->text, "%.40s %.10g", name, value);
    return 0;
}

enum { WHERE = 400 };

/* Value k of a dataset: " at ..." for each of its dimensions; nothing of one number. */
static void say_where(const struct comparing *comparing, hid_t dataset, const struct reader_shape *shape, size_t k,
                      char text[WHERE])
{
    size_t length = 0, rest = 1;
    text[0] = '\0';
    for (int d = 0; d < shape->rank; d++) rest *= shape->size[d];
    for (int d = 0; d < shape->rank && length < WHERE - 140; d++) {
        rest /= shape->size[d];
        struct position position = {
            .path = comparing->path, .at = k / rest % shape->size[d], .start = comparing->start};
        snprintf(position.text, sizeof position.text, "value %llu", (unsigned long long)position.at);
        if (H5DSiterate_scales(dataset, (unsigned)d, NULL, say_position, &position) < 0)
            snprintf(position.text, sizeof position.text, "value %llu", (unsigned long long)position.at);
        length += (size_t)snprintf(text + length, WHERE - length, "%s%s", d == 0 ? ": " : ", ", position.text);
    }
}

/* A dataset of both files. */
struct pair {
    const char *name;
    hid_t stored, again;
    struct reader_shape shape; /* of both */
    size_t different, first;   /* values, and where in the dataset; a difference of the first as it is */
    double was, is;
};

static struct fault *read_part(const char *path, hid_t dataset, const struct reader_shape *shape, hsize_t first,
                               hsize_t places, struct content *content)
{
    *content = (struct content){.rank = shape->rank, .count = 1, .type = H5Dget_type(dataset)};
    HDF5_READ(path, content->type, "open a type");
    for (int d = 0; d < shape->rank; d++) content->count *= d == 0 ? places : shape->size[d];
    content->bytes = content->count * H5Tget_size(content->type);
    content->value = malloc(content->bytes + 1);
    if (content->value == NULL) return fault_no_memory();
    return reader_part(path, dataset, content->type, shape, first, places, content->value);
}

static struct fault *compare_part(const char *path, struct pair *pair, hsize_t first, hsize_t places)
{
    struct content left = {.type = -1}, right = {.type = -1};
    size_t at = 0;
    struct fault *fault = read_part(path, pair->stored, &pair->shape, first, places, &left);
    if (fault == NULL) fault = read_part(path, pair->again, &pair->shape, first, places, &right);
    if (fault == NULL && memcmp(left.value, right.value, left.bytes) != 0) {
        const size_t different = count_different(&left, &right, &at);
        if (pair->different == 0 && different > 0) {
            pair->first = at + (size_t)first * (left.count / (size_t)places);
            pair->was = number_of(&left, at);
            pair->is = number_of(&right, at);
        }
        pair->different += different;
    }
    return free_content(path, &right, free_content(path, &left, fault));
}

static struct fault *compare_numbers(struct comparing *comparing, struct pair *pair)
{
    hsize_t places = 1;
    char where[WHERE], more[48] = "";
    const hsize_t all = pair->shape.rank == 0 ? 1 : pair->shape.size[0];
    TRY(reader_parts(comparing->path, pair->stored, &pair->shape, &places));
    for (hsize_t first = 0; first < all; first += places)
        TRY(compare_part(comparing->path, pair, first, all - first < places ? all - first : places));
    if (pair->different == 0) return NULL;
    say_where(comparing, pair->stored, &pair->shape, pair->first, where);
    if (pair->different > 1) snprintf(more, sizeof more, "; %zu more differ", pair->different - 1);
    note(comparing, "%s%s is %.17g in the file, but %.17g again%s", pair->name, where, pair->was, pair->is, more);
    return NULL;
}

static struct fault *compare_texts(struct comparing *comparing, const struct pair *pair)
{
    struct reader_texts stored, again = {0};
    struct fault *fault = reader_texts_of(comparing->path, pair->stored, &stored);
    if (fault == NULL) fault = reader_texts_of(comparing->path, pair->again, &again);
    for (size_t i = 0; i < stored.count && fault == NULL; i++) {
        if (strcmp(stored.text[i], again.text[i]) == 0) continue;
        note(comparing, "%s: label %zu is '%.80s' in the file, but '%.80s' again", pair->name, i, stored.text[i],
             again.text[i]);
        break;
    }
    reader_texts_free(&stored);
    reader_texts_free(&again);
    return fault;
}

enum kind { NUMBERS, TEXTS, ANOTHER };

/* Of the same type and shape, and which. */
static struct fault *kind_of(const char *path, const struct pair *pair, enum kind *kind)
{
    struct reader_shape again;
    TRY(reader_shape_of(path, pair->again, &again));
    const hid_t left = H5Dget_type(pair->stored), right = H5Dget_type(pair->again);
    bool same = left >= 0 && right >= 0 && H5Tequal(left, right) > 0 && again.rank == pair->shape.rank &&
                memcmp(again.size, pair->shape.size, (size_t)again.rank * sizeof *again.size) == 0;
    const H5T_class_t class = left < 0 ? H5T_NO_CLASS : H5Tget_class(left);
    *kind = same && H5Tis_variable_str(left) > 0                   ? TEXTS
            : same && (class == H5T_FLOAT || class == H5T_INTEGER) ? NUMBERS
                                                                   : ANOTHER;
    if (left >= 0) HDF5(path, H5Tclose(left), "close a type");
    if (right >= 0) HDF5(path, H5Tclose(right), "close a type");
    return NULL;
}

static struct fault *compare_values(struct comparing *comparing, const char *name, hid_t stored, hid_t again)
{
    struct pair pair = {.name = name, .stored = stored, .again = again};
    enum kind kind = ANOTHER;
    comparing->differences->datasets++;
    TRY(reader_shape_of(comparing->path, stored, &pair.shape));
    TRY(kind_of(comparing->path, &pair, &kind));
    if (kind == TEXTS) return compare_texts(comparing, &pair);
    if (kind == NUMBERS) return compare_numbers(comparing, &pair);
    note(comparing, "%s has another type or shape in the file than again", name);
    return NULL;
}

/* The attributes of an object, against those of another. */
struct attributes {
    struct comparing *comparing;
    const char *name; /* of both */
    bool root;
    hid_t other;
    bool only_look; /* whether the other has them, too */
    struct fault *fault;
};

static bool is_left_out(const char *name, bool root)
{
    static const char *const always[] = {"DIMENSION_LIST", "REFERENCE_LIST"};
    static const char *const of_root[] = {"title",          "history",    "source",   "arithmetic",
                                          "content_sha256", "stopped_by", "warnings", "sources"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (strcmp(name, always[i]) == 0) return true;
    for (size_t i = 0; root && i < sizeof of_root / sizeof *of_root; i++)
        if (strcmp(name, of_root[i]) == 0) return true;
    return false;
}

static void note_attribute(const struct attributes *attributes, const char *name, const struct content *stored,
                           const struct content *again)
{
    size_t first = 0;
    if (!same_kind(stored, again) || !is_number(stored))
        note(attributes->comparing, "%s: the attribute '%s' is another in the file than again", attributes->name, name);
    else if (count_different(stored, again, &first) > 0)
        note(attributes->comparing, "%s: value %zu of the attribute '%s' is %.17g in the file, but %.17g again",
             attributes->name, first, name, number_of(stored, first), number_of(again, first));
}

static struct fault *compare_attribute(const struct attributes *attributes, const char *name, hid_t stored, hid_t again)
{
    const char *path = attributes->comparing->path;
    struct content left = {.type = -1}, right = {.type = -1};
    if (stored < 0 || again < 0) return layout_read_fault(path, "open an attribute");
    struct fault *fault = read_attribute(path, stored, &left);
    if (fault == NULL) fault = read_attribute(path, again, &right);
    if (fault == NULL && (!same_kind(&left, &right) || memcmp(left.value, right.value, left.bytes) != 0))
        note_attribute(attributes, name, &left, &right);
    return free_content(path, &right, free_content(path, &left, fault));
}

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    struct attributes *attributes = context;
    (void)info;
    if (is_left_out(name, attributes->root)) return 0;
    const htri_t there = H5Aexists(attributes->other, name);
    if (there <= 0) {
        note(attributes->comparing, "%s: the attribute '%s' is %s", attributes->name, name,
             attributes->only_look ? "missing in the file" : "in the file, but not again");
        return 0;
    }
    if (attributes->only_look) return 0;
    const hid_t stored = H5Aopen(object, name, H5P_DEFAULT), again = H5Aopen(attributes->other, name, H5P_DEFAULT);
    attributes->fault = compare_attribute(attributes, name, stored, again);
    const bool closed = (stored < 0 || H5Aclose(stored) >= 0) && (again < 0 || H5Aclose(again) >= 0);
    if (!closed && attributes->fault == NULL)
        attributes->fault = layout_read_fault(attributes->comparing->path, "close an attribute");
    return attributes->fault == NULL ? 0 : -1;
}

static struct fault *compare_attributes(struct comparing *comparing, const char *name, hid_t stored, hid_t again)
{
    struct attributes attributes = {
        .comparing = comparing, .name = name, .root = strcmp(name, ".") == 0, .other = again};
    if (attributes.root) attributes.name = "the file";
    herr_t listed = H5Aiterate2(stored, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, &attributes);
    attributes.other = stored;
    attributes.only_look = true;
    if (listed >= 0) listed = H5Aiterate2(again, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, &attributes);
    if (attributes.fault != NULL) return attributes.fault;
    return listed < 0 ? layout_read_fault(comparing->path, "list attributes") : NULL;
}

static struct fault *compare_open(struct comparing *comparing, const char *name, H5O_type_t type, hid_t stored,
                                  hid_t again)
{
    if (stored < 0 || again < 0) return layout_read_fault(comparing->path, "open an object");
    TRY(compare_attributes(comparing, name, stored, again));
    return type == H5O_TYPE_DATASET ? compare_values(comparing, name, stored, again) : NULL;
}

static struct fault *compare_object(struct comparing *comparing, const struct objects *stored,
                                    const struct objects *again, const struct object *object)
{
    const hid_t left = H5Oopen(stored->file, object->name, H5P_DEFAULT),
                right = H5Oopen(again->file, object->name, H5P_DEFAULT);
    struct fault *fault = compare_open(comparing, object->name, object->type, left, right);
    const bool closed = (left < 0 || H5Oclose(left) >= 0) && (right < 0 || H5Oclose(right) >= 0);
    return fault != NULL || closed ? fault : layout_read_fault(comparing->path, "close an object");
}

static struct fault *compare_objects(struct comparing *comparing, const struct objects *stored,
                                     const struct objects *again)
{
    size_t i = 0, j = 0;
    while (i < stored->count || j < again->count) {
        const struct object *left = &stored->object[i], *right = &again->object[j];
        const int order = i == stored->count ? 1 : j == again->count ? -1 : strcmp(left->name, right->name);
        if (order < 0) note(comparing, "%s is in the file, but not again", left->name);
        if (order > 0) note(comparing, "%s is missing in the file", right->name);
        if (order == 0 && left->type != right->type)
            note(comparing, "%s is another kind of object in the file than again", left->name);
        else if (order == 0)
            TRY(compare_object(comparing, stored, again, left));
        i += order <= 0 ? 1 : 0;
        j += order >= 0 ? 1 : 0;
    }
    return NULL;
}

static struct fault *compare_files(struct comparing *comparing, hid_t file, hid_t made)
{
    struct objects stored = {.path = NULL}, again = {.path = NULL};
    struct fault *fault = list_objects(comparing->path, file, &stored);
    if (fault == NULL) fault = list_objects(comparing->path, made, &again);
    if (fault == NULL) fault = compare_objects(comparing, &stored, &again);
    free_objects(&stored);
    free_objects(&again);
    return fault;
}

struct fault *differences_find(const char *path, const struct result *again, struct differences *differences)
{
    struct comparing comparing = {path, again->calendar.start, differences};
    struct layout made;
    *differences = (struct differences){0};
    struct fault *fault = layout_create_in_memory(path, &made);
    if (fault == NULL) fault = result_write_layout(again, &made, 0);
    struct reader reader = {.file = -1};
    if (fault == NULL) fault = reader_open(path, &reader);
    if (fault == NULL) fault = compare_files(&comparing, reader.file, made.file);
    fault = reader_close(&reader, fault);
    struct fault *closing = layout_close(&made);
    if (fault == NULL) return closing;
    fault_free(closing); /* what failed first says more */
    return fault;
}
