/* output/hdf5/reader.c -- see reader.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/reader.h"
#include "output/hdf5/locked.h"
#include "sim/core/cause.h"
#include "sim/core/printable.h"

#include <errno.h>
#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXTS_MOST = 1 << 24, NUMBERS_MOST = 1 << 24 }; /* of one dataset: more is no file of ours */
/* Labels are looked for by going along them. */
enum { LABELS_MOST = 1 << 16 };
/* What zlib makes smaller by, at most (its own documentation: 1032), with what surrounds it. */
enum { DEFLATE_MOST = 1100 };

/* A file as such, before anything waits for a pipe to be written. */
static struct fault *check_file(const char *path, uint64_t *bytes)
{
    struct stat status;
    *bytes = 0;
    if (stat(path, &status) == 0 && access(path, R_OK) == 0) {
        if (status.st_size > 0) *bytes = (uint64_t)status.st_size;
        if (S_ISREG(status.st_mode)) return NULL;
        return fault_raise(FAULT_FILES, "%s is %s; expected a file", path,
                           S_ISDIR(status.st_mode) ? "a folder" : "a pipe or device");
    }
    return fault_raise(cause_code(errno, FAULT_FILES), "%s cannot be read: %s", path, strerror(errno));
}

struct fault *reader_open(const char *path, struct reader *reader)
{
    *reader = (struct reader){.path = path, .file = -1};
    TRY(check_file(path, &reader->bytes));
    TRY(layout_begin(path));
    const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    HDF5_READ(path, list, "make a property list");
    reader->file = H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) < 0 ? -1 : H5Fopen(path, H5F_ACC_RDONLY, list);
    struct fault *fault = reader->file < 0 ? locked_check(path) : NULL;
    if (reader->file < 0 && fault == NULL) fault = layout_read_fault(path, "open it");
    if (H5Pclose(list) < 0 && fault == NULL) fault = layout_read_fault(path, "close a property list");
    if (fault == NULL || fault->code == FAULT_MACHINE) return fault;
    fault_free(fault);
    return fault_raise(FAULT_FILES, "%s is not a result of zhol: HDF5 cannot open it", path);
}

struct fault *reader_close(struct reader *reader, struct fault *fault)
{
    if (reader->file >= 0 && H5Fclose(reader->file) < 0 && fault == NULL)
        fault = layout_read_fault(reader->path, "close the file");
    reader->file = -1;
    return fault;
}

/* ---- attributes ---- */

struct fault *reader_has_attribute(const struct reader *reader, const char *name, bool *there)
{
    const htri_t exists = H5Aexists(reader->file, name);
    *there = exists > 0;
    return exists < 0 ? layout_read_fault(reader->path, "look for an attribute") : NULL;
}

static struct fault *open_attribute(const struct reader *reader, const char *name, hid_t *attribute)
{
    bool there = false;
    TRY(reader_has_attribute(reader, name, &there));
    if (!there)
        return fault_raise(FAULT_FILES, "%s is not a complete result: the attribute '%s' is missing", reader->path,
                           name);
    *attribute = H5Aopen(reader->file, name, H5P_DEFAULT);
    HDF5_READ(reader->path, *attribute, "open an attribute");
    return NULL;
}

/* Whether it is UTF-8 that moves no cursor: no control characters but the ends of lines and tabs. */
static bool is_text(const char *text)
{
    for (size_t size; *text != '\0'; text += size) {
        size = printable_size(text);
        if (size == 0 && *text != '\n' && *text != '\t') return false;
        if (size == 0) size = 1;
    }
    return true;
}

/* Whether it is one value of that class. */
static bool is_one(hid_t attribute, H5T_class_t class, size_t *size)
{
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    bool one = type >= 0 && space >= 0 && H5Tget_class(type) == class && H5Sget_simple_extent_npoints(space) == 1;
    if (one && class == H5T_STRING) one = H5Tis_variable_str(type) == 0;
    *size = one ? H5Tget_size(type) : 0;
    if (type >= 0 && H5Tclose(type) < 0) one = false;
    if (space >= 0 && H5Sclose(space) < 0) one = false;
    return one && *size > 0;
}

static struct fault *another(const struct reader *reader, const char *name, const char *expected)
{
    return fault_raise(FAULT_FILES, "%s: the attribute '%s' is not %s", reader->path, name, expected);
}

static struct fault *read_text(const struct reader *reader, hid_t attribute, const char *name, char **text)
{
    size_t size = 0;
    if (!is_one(attribute, H5T_STRING, &size) || size > reader->bytes) return another(reader, name, "a text");
    *text = calloc(size + 1, 1);
    if (*text == NULL) return fault_no_memory();
    const hid_t type = H5Aget_type(attribute);
    HDF5_READ(reader->path, type, "open a type");
    const herr_t read = H5Aread(attribute, type, *text);
    HDF5_READ(reader->path, H5Tclose(type), "close a type");
    HDF5_READ(reader->path, read, "read an attribute");
    if (!is_text(*text)) return another(reader, name, "a text that can be shown");
    return NULL;
}

struct fault *reader_text(const struct reader *reader, const char *name, char **text)
{
    hid_t attribute = -1;
    *text = NULL;
    TRY(open_attribute(reader, name, &attribute));
    struct fault *fault = read_text(reader, attribute, name, text);
    if (H5Aclose(attribute) < 0 && fault == NULL) fault = layout_read_fault(reader->path, "close an attribute");
    if (fault != NULL) {
        free(*text);
        *text = NULL;
    }
    return fault;
}

struct fault *reader_integer(const struct reader *reader, const char *name, int64_t *value)
{
    hid_t attribute = -1;
    size_t size;
    TRY(open_attribute(reader, name, &attribute));
    struct fault *fault = NULL;
    if (!is_one(attribute, H5T_INTEGER, &size))
        fault = another(reader, name, "a whole number");
    else if (H5Aread(attribute, H5T_NATIVE_INT64, value) < 0)
        fault = layout_read_fault(reader->path, "read an attribute");
    if (H5Aclose(attribute) < 0 && fault == NULL) fault = layout_read_fault(reader->path, "close an attribute");
    return fault;
}

struct fault *reader_number(const struct reader *reader, const char *name, double *value)
{
    hid_t attribute = -1;
    size_t size;
    TRY(open_attribute(reader, name, &attribute));
    struct fault *fault = NULL;
    if (!is_one(attribute, H5T_FLOAT, &size))
        fault = another(reader, name, "a number");
    else if (H5Aread(attribute, H5T_NATIVE_DOUBLE, value) < 0)
        fault = layout_read_fault(reader->path, "read an attribute");
    if (H5Aclose(attribute) < 0 && fault == NULL) fault = layout_read_fault(reader->path, "close an attribute");
    return fault;
}

/* ---- datasets ---- */

struct fault *reader_has(const struct reader *reader, const char *object, bool *there)
{
    char *link = strdup(object);
    if (link == NULL) return fault_no_memory();
    htri_t found = 1;
    for (char *slash = link; slash != NULL && found > 0;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL) *slash = '\0';
        found = H5Lexists(reader->file, link, H5P_DEFAULT);
        if (slash != NULL) *slash = '/';
    }
    free(link);
    *there = found > 0;
    return found < 0 ? layout_read_fault(reader->path, "look for a dataset") : NULL;
}

static struct fault *open_dataset(const struct reader *reader, const char *name, hid_t *dataset)
{
    bool there = false;
    TRY(reader_has(reader, name, &there));
    *dataset = -1;
    if (!there) return fault_raise(FAULT_FILES, "%s is not a complete result: %s is missing", reader->path, name);
    *dataset = H5Dopen2(reader->file, name, H5P_DEFAULT);
    HDF5_READ(reader->path, *dataset, "open a dataset");
    return NULL;
}

static struct fault *close_dataset(const struct reader *reader, hid_t dataset, struct fault *fault)
{
    if (H5Dclose(dataset) < 0 && fault == NULL) fault = layout_read_fault(reader->path, "close a dataset");
    return fault;
}

struct fault *reader_shape_of(const char *path, hid_t dataset, struct reader_shape *shape)
{
    hsize_t size[H5S_MAX_RANK];
    *shape = (struct reader_shape){.rank = 0};
    const hid_t space = H5Dget_space(dataset);
    HDF5_READ(path, space, "tell a shape");
    const int rank = H5Sget_simple_extent_type(space) == H5S_NULL ? -1 : H5Sget_simple_extent_dims(space, size, NULL);
    HDF5_READ(path, H5Sclose(space), "close a shape");
    if (rank < 0 || rank > LAYOUT_RANK)
        return fault_raise(FAULT_FILES, "%s: a dataset has %d dimensions; expected at most %d", path, rank,
                           LAYOUT_RANK);
    shape->rank = rank;
    memcpy(shape->size, size, (size_t)rank * sizeof *size);
    return NULL;
}

bool reader_bytes(hid_t space, size_t width, uint64_t *bytes)
{
    hsize_t size[H5S_MAX_RANK];
    const int rank = H5Sget_simple_extent_type(space) == H5S_NULL ? -1 : H5Sget_simple_extent_dims(space, size, NULL);
    *bytes = width;
    for (int d = 0; d < rank; d++)
        if (__builtin_mul_overflow(*bytes, size[d], bytes)) return false;
    return rank >= 0 && width > 0;
}

/* The library gives 0 for no values, and for what it cannot tell. */
struct fault *reader_storage(const char *path, hid_t dataset, uint64_t *bytes)
{
    (void)H5Eclear2(H5E_DEFAULT);
    *bytes = H5Dget_storage_size(dataset);
    return *bytes == 0 && H5Eget_num(H5E_DEFAULT) > 0 ? layout_read_fault(path, "tell how a dataset is stored") : NULL;
}

/* What a dataset has in the file can be no less than its values, or a part of them as small as zlib makes it. */
static struct fault *compare_sizes(const char *path, hid_t dataset, hid_t space, hid_t type, hid_t list, hid_t file)
{
    uint64_t stored = 0, bytes = 0, most = 0;
    hsize_t whole = 0;
    TRY(reader_storage(path, dataset, &stored));
    if (space < 0 || type < 0 || list < 0 || file < 0 || H5Fget_filesize(file, &whole) < 0)
        return layout_read_fault(path, "tell the size of a dataset");
    const bool small =
        H5Pget_filter_by_id2(list, H5Z_FILTER_DEFLATE, &(unsigned){0}, &(size_t){0}, NULL, 0, NULL, NULL) >= 0;
    const bool wide = __builtin_mul_overflow(stored, small ? DEFLATE_MOST : 1, &most);
    if (reader_bytes(space, H5Tget_size(type), &bytes) && !wide && bytes <= most && stored <= whole) return NULL;
    return fault_raise(FAULT_FILES, "%s is damaged: a dataset says that it is larger than the file can hold", path);
}

struct fault *reader_check_size(const char *path, hid_t dataset)
{
    const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset), list = H5Dget_create_plist(dataset),
                file = H5Iget_file_id(dataset);
    struct fault *fault = compare_sizes(path, dataset, space, type, list, file);
    const bool closed = (space < 0 || H5Sclose(space) >= 0) && (type < 0 || H5Tclose(type) >= 0) &&
                        (list < 0 || H5Pclose(list) >= 0) && (file < 0 || H5Fclose(file) >= 0);
    return fault != NULL || closed ? fault : layout_read_fault(path, "close a dataset");
}

static struct fault *check_numbers(const struct reader *reader, hid_t dataset, const char *name)
{
    const hid_t type = H5Dget_type(dataset);
    const H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    if (type >= 0) HDF5_READ(reader->path, H5Tclose(type), "close a type");
    return class == H5T_FLOAT || class == H5T_INTEGER
               ? NULL
               : fault_raise(FAULT_FILES, "%s: %s is not of numbers", reader->path, name);
}

static void write_shape(const struct reader_shape *shape, size_t size, char text[])
{
    size_t length = (size_t)snprintf(text, size, "%s", shape->rank == 0 ? "one value" : "");
    for (int d = 0; d < shape->rank && length < size; d++)
        length += (size_t)snprintf(text + length, size - length, "%s%llu", d == 0 ? "" : " x ",
                                   (unsigned long long)shape->size[d]);
}

static struct fault *check_shape(const struct reader *reader, hid_t dataset, const char *name,
                                 const struct reader_shape *expected)
{
    struct reader_shape found;
    char has[128], should[128];
    TRY(reader_shape_of(reader->path, dataset, &found));
    if (found.rank == expected->rank &&
        memcmp(found.size, expected->size, (size_t)found.rank * sizeof *found.size) == 0)
        return NULL;
    write_shape(&found, sizeof has, has);
    write_shape(expected, sizeof should, should);
    return fault_raise(FAULT_FILES, "%s: %s has the shape %s; expected %s", reader->path, name, has, should);
}

static struct fault *open_numbers(const struct reader *reader, const char *name, const struct reader_shape *shape,
                                  hid_t *dataset)
{
    TRY(open_dataset(reader, name, dataset));
    struct fault *fault = check_numbers(reader, *dataset, name);
    if (fault == NULL) fault = check_shape(reader, *dataset, name, shape);
    if (fault == NULL) fault = reader_check_size(reader->path, *dataset);
    return fault == NULL ? NULL : close_dataset(reader, *dataset, fault);
}

struct fault *reader_values(const struct reader *reader, const char *dataset, hid_t type,
                            const struct reader_shape *shape, void *value)
{
    hid_t opened = -1;
    TRY(open_numbers(reader, dataset, shape, &opened));
    struct fault *fault = H5Dread(opened, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0
                              ? layout_read_fault(reader->path, "read a dataset")
                              : NULL;
    return close_dataset(reader, opened, fault);
}

struct fault *reader_part(const char *path, hid_t dataset, hid_t type, const struct reader_shape *shape, hsize_t first,
                          hsize_t places, void *value)
{
    hsize_t start[LAYOUT_RANK] = {first}, count[LAYOUT_RANK];
    if (shape->rank == 0) {
        HDF5_READ(path, H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value), "read a dataset");
        return NULL;
    }
    memcpy(count, shape->size, sizeof count);
    count[0] = places;
    const hid_t space = H5Dget_space(dataset), room = H5Screate_simple(shape->rank, count, NULL);
    struct fault *fault = NULL;
    if (space < 0 || room < 0 || H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
        H5Dread(dataset, type, room, space, H5P_DEFAULT, value) < 0)
        fault = layout_read_fault(path, "read a dataset");
    if (space >= 0 && H5Sclose(space) < 0 && fault == NULL) fault = layout_read_fault(path, "close a shape");
    if (room >= 0 && H5Sclose(room) < 0 && fault == NULL) fault = layout_read_fault(path, "close a shape");
    return fault;
}

struct fault *reader_row(const struct reader *reader, const char *dataset, hid_t type, const struct reader_shape *shape,
                         hsize_t index, void *value)
{
    hid_t opened = -1;
    TRY(open_numbers(reader, dataset, shape, &opened));
    return close_dataset(reader, opened, reader_part(reader->path, opened, type, shape, index, 1, value));
}

/* ---- texts and numbers of one dimension ---- */

/* A text that HDF5 has read. */
struct text_read {
    struct text_read *next;
    char text[];
};

/* Those of a dataset, and how many bytes more they may take. */
struct texts_read {
    struct text_read *last;
    uint64_t left;
    bool beyond; /* more was asked for */
    bool out;    /* there was no memory */
};

/* What HDF5 calls for memory of a text. */
static void *text_take(size_t size, void *context)
{
    struct texts_read *read = context;
    read->beyond = read->beyond || size > read->left;
    struct text_read *text = read->beyond ? NULL : malloc(sizeof *text + size);
    read->out = text == NULL && !read->beyond;
    if (text == NULL) return NULL;
    read->left -= size;
    text->next = read->last;
    read->last = text;
    return text->text;
}

/* What it would call to give memory back: all goes at once. */
static void text_leave(void *text, void *context)
{
    (void)text, (void)context;
}

static void texts_read_free(struct texts_read *read)
{
    for (struct text_read *text = read->last, *next; text != NULL; text = next) {
        next = text->next;
        free(text);
    }
}

static struct fault *copy_texts(const char *path, char *const from[], struct reader_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        texts->text[i] = strdup(from[i] == NULL ? "" : from[i]);
        if (texts->text[i] == NULL) return fault_no_memory();
        if (!is_text(texts->text[i]))
            return fault_raise(FAULT_FILES, "%s is damaged: a label is not a text that can be shown", path);
    }
    return NULL;
}

/* All texts together are in the file, once each. */
static struct fault *file_bytes(const char *path, hid_t dataset, uint64_t *bytes)
{
    const hid_t file = H5Iget_file_id(dataset);
    hsize_t whole = 0;
    HDF5_READ(path, file, "find the file of a dataset");
    struct fault *fault =
        H5Fget_filesize(file, &whole) >= 0 ? NULL : layout_read_fault(path, "tell the size of a file");
    if (H5Fclose(file) < 0 && fault == NULL) fault = layout_read_fault(path, "close the file");
    *bytes = whole;
    return fault;
}

/* Through a buffer of that many bytes, since HDF5 fills one of its own choice with zeros first. */
enum { TEXTS_BUFFER = 1 << 16 };

static struct fault *fill_texts(const char *path, hid_t dataset, hid_t type, struct texts_read *read, char *text[])
{
    const hid_t list = H5Pcreate(H5P_DATASET_XFER);
    HDF5_READ(path, list, "make a property list");
    const bool done = H5Pset_buffer(list, TEXTS_BUFFER, NULL, NULL) >= 0 &&
                      H5Pset_vlen_mem_manager(list, text_take, read, text_leave, NULL) >= 0 &&
                      H5Dread(dataset, type, H5S_ALL, H5S_ALL, list, text) >= 0;
    struct fault *fault = NULL;
    if (!done && read->out)
        fault = fault_no_memory();
    else if (!done && read->beyond)
        fault = fault_raise(FAULT_FILES, "%s is damaged: its labels are longer than the file", path);
    else if (!done)
        fault = layout_read_fault(path, "read a dataset");
    if (H5Pclose(list) < 0 && fault == NULL) fault = layout_read_fault(path, "close a property list");
    return fault;
}

static struct fault *read_texts(const char *path, hid_t dataset, hid_t type, struct reader_texts *texts)
{
    struct texts_read read = {.last = NULL};
    char **text = calloc(texts->count + 1, sizeof *text);
    texts->text = calloc(texts->count + 1, sizeof *texts->text);
    struct fault *fault = text == NULL || texts->text == NULL ? fault_no_memory() : NULL;
    if (fault == NULL && texts->count > 0) fault = file_bytes(path, dataset, &read.left);
    if (fault == NULL && texts->count > 0) fault = fill_texts(path, dataset, type, &read, text);
    if (fault == NULL) fault = copy_texts(path, text, texts);
    texts_read_free(&read);
    free(text);
    return fault;
}

struct fault *reader_texts_of(const char *path, hid_t dataset, struct reader_texts *texts)
{
    struct reader_shape shape;
    *texts = (struct reader_texts){0};
    TRY(reader_shape_of(path, dataset, &shape));
    const hid_t type = H5Dget_type(dataset);
    HDF5_READ(path, type, "open a type");
    struct fault *fault = NULL;
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) <= 0 || shape.rank != 1 ||
        shape.size[0] > TEXTS_MOST)
        fault = fault_raise(FAULT_FILES, "%s: a dataset of labels is not one", path);
    if (fault == NULL && shape.size[0] > 0) fault = reader_check_size(path, dataset);
    if (fault == NULL) {
        texts->count = (size_t)shape.size[0];
        fault = read_texts(path, dataset, type, texts);
    }
    if (H5Tclose(type) < 0 && fault == NULL) fault = layout_read_fault(path, "close a type");
    return fault;
}

struct fault *reader_texts(const struct reader *reader, const char *dataset, struct reader_texts *texts)
{
    hid_t opened = -1;
    *texts = (struct reader_texts){0};
    TRY(open_dataset(reader, dataset, &opened));
    struct fault *fault = reader_texts_of(reader->path, opened, texts);
    if (fault == NULL && texts->count > LABELS_MOST)
        fault = fault_raise(FAULT_FILES, "%s: %s has %zu labels; expected at most %d", reader->path, dataset,
                            texts->count, LABELS_MOST);
    return close_dataset(reader, opened, fault);
}

void reader_texts_free(struct reader_texts *texts)
{
    for (size_t i = 0; i < texts->count && texts->text != NULL; i++) free(texts->text[i]);
    free(texts->text);
    *texts = (struct reader_texts){0};
}

struct fault *reader_shape(const struct reader *reader, const char *dataset, struct reader_shape *shape)
{
    hid_t opened = -1;
    TRY(open_dataset(reader, dataset, &opened));
    struct fault *fault = reader_shape_of(reader->path, opened, shape);
    if (fault == NULL) fault = reader_check_size(reader->path, opened);
    return close_dataset(reader, opened, fault);
}

struct fault *reader_numbers(const struct reader *reader, const char *dataset, size_t *count, double **value)
{
    struct reader_shape shape;
    TRY(reader_shape(reader, dataset, &shape));
    if (shape.rank != 1 || shape.size[0] > NUMBERS_MOST)
        return fault_raise(FAULT_FILES, "%s: %s is not a list of numbers", reader->path, dataset);
    *count = (size_t)shape.size[0];
    *value = calloc(*count + 1, sizeof **value);
    if (*value == NULL) return fault_no_memory();
    return reader_values(reader, dataset, H5T_NATIVE_DOUBLE, &shape, *value);
}

struct fault *reader_is_deflated(const struct reader *reader, const char *dataset, bool *deflated)
{
    hid_t opened = -1;
    TRY(open_dataset(reader, dataset, &opened));
    const hid_t list = H5Dget_create_plist(opened);
    struct fault *fault = list < 0 ? layout_read_fault(reader->path, "tell how a dataset is stored") : NULL;
    *deflated = list >= 0 &&
                H5Pget_filter_by_id2(list, H5Z_FILTER_DEFLATE, &(unsigned){0}, &(size_t){0}, NULL, 0, NULL, NULL) >= 0;
    if (list >= 0 && H5Pclose(list) < 0 && fault == NULL)
        fault = layout_read_fault(reader->path, "close a property list");
    return close_dataset(reader, opened, fault);
}

struct fault *reader_parts(const char *path, hid_t dataset, const struct reader_shape *shape, hsize_t *places)
{
    hsize_t chunk[LAYOUT_RANK] = {0};
    *places = shape->rank == 0 ? 1 : shape->size[0];
    const hid_t list = H5Dget_create_plist(dataset);
    HDF5_READ(path, list, "tell how a dataset is stored");
    if (H5Pget_layout(list) == H5D_CHUNKED && H5Pget_chunk(list, LAYOUT_RANK, chunk) > 0 && chunk[0] < *places)
        *places = chunk[0];
    HDF5_READ(path, H5Pclose(list), "close a property list");
    return NULL;
}

/* ---- the digest ---- */

enum { SCALE_NAME = 512 };

struct digest {
    const char *path;
    struct content *content;
    struct fault *fault;
};

static struct fault *digest_attribute_value(struct digest *digest, hid_t attribute, hid_t space, hid_t type)
{
    hsize_t size[H5S_MAX_RANK];
    uint64_t wide[H5S_MAX_RANK];
    const int rank = H5Sget_simple_extent_dims(space, size, NULL);
    const size_t width = H5Tget_size(type);
    uint64_t bytes = 0;
    if (rank < 0 || !reader_bytes(space, width, &bytes) || bytes >= SIZE_MAX)
        return fault_raise(FAULT_FILES, "%s is damaged: an attribute has no size", digest->path);
    if (H5Tget_class(type) == H5T_VLEN || H5Tis_variable_str(type) > 0)
        return fault_raise(FAULT_FILES, "%s: an attribute is of a type that results do not have", digest->path);
    for (int d = 0; d < rank; d++) wide[d] = size[d];
    content_shape(digest->content, rank, wide, width);
    uint8_t *value = malloc((size_t)bytes + 1);
    if (value == NULL) return fault_no_memory();
    const herr_t read = H5Aread(attribute, type, value);
    if (read >= 0) content_attribute(digest->content, (size_t)bytes, value);
    free(value);
    return read < 0 ? layout_read_fault(digest->path, "read an attribute") : NULL;
}

static herr_t digest_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    struct digest *digest = context;
    (void)info;
    if (content_leaves_out(name)) return 0;
    content_name(digest->content, name);
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
    const hid_t type = attribute < 0 ? -1 : H5Aget_type(attribute);
    if (space < 0 || type < 0)
        digest->fault = layout_read_fault(digest->path, "open an attribute");
    else
        digest->fault = digest_attribute_value(digest, attribute, space, type);
    if ((type >= 0 && H5Tclose(type) < 0) || (space >= 0 && H5Sclose(space) < 0) ||
        (attribute >= 0 && H5Aclose(attribute) < 0))
        if (digest->fault == NULL) digest->fault = layout_read_fault(digest->path, "close an attribute");
    return digest->fault == NULL ? 0 : -1;
}

/* Part by part, so that little is in memory. */
static struct fault *digest_values(struct digest *digest, hid_t dataset, hid_t type, const struct reader_shape *shape)
{
    hsize_t places = 0, row = 1;
    const size_t width = H5Tget_size(type);
    TRY(reader_parts(digest->path, dataset, shape, &places));
    for (int d = 1; d < shape->rank; d++) row *= shape->size[d];
    const hsize_t all = shape->rank == 0 ? 1 : shape->size[0];
    if (places * row == 0) return NULL;
    if (row > SIZE_MAX / width / places) return fault_no_memory();
    uint8_t *value = malloc((size_t)(places * row) * width);
    struct fault *fault = value == NULL ? fault_no_memory() : NULL;
    for (hsize_t first = 0; first < all && fault == NULL; first += places) {
        const hsize_t count = all - first < places ? all - first : places;
        fault = reader_part(digest->path, dataset, type, shape, first, count, value);
        if (fault == NULL) content_values(digest->content, (size_t)(count * row) * width, value);
    }
    free(value);
    return fault;
}

static struct fault *digest_texts(struct digest *digest, hid_t dataset)
{
    struct reader_texts texts;
    struct fault *fault = reader_texts_of(digest->path, dataset, &texts);
    if (fault == NULL) content_texts(digest->content, texts.count, (const char *const *)texts.text);
    reader_texts_free(&texts);
    return fault;
}

/* The name of a dimension's scale. */
static herr_t digest_scale(hid_t dataset, unsigned dimension, hid_t scale, void *context)
{
    struct digest *digest = context;
    char name[SCALE_NAME] = "";
    (void)dataset;
    (void)dimension;
    if (H5Iget_name(scale, name, sizeof name) <= 0 || strlen(name) == sizeof name - 1) return -1;
    content_name(digest->content, name + 1);
    return 0;
}

/* What the dataset is tied to. */
static struct fault *digest_scales(struct digest *digest, hid_t dataset, int rank)
{
    for (int d = 0; d < rank; d++) {
        const int scales = H5DSis_scale(dataset) > 0 ? 0 : H5DSget_num_scales(dataset, (unsigned)d);
        if (scales < 0 || scales > 1 ||
            (scales == 1 && H5DSiterate_scales(dataset, (unsigned)d, NULL, digest_scale, digest) < 0))
            return layout_read_fault(digest->path, "tell the dimensions of a dataset");
    }
    return NULL;
}

static struct fault *digest_typed(struct digest *digest, hid_t dataset, hid_t type)
{
    struct reader_shape shape;
    uint64_t size[LAYOUT_RANK];
    const bool text = H5Tis_variable_str(type) > 0;
    const H5T_class_t class = H5Tget_class(type);
    if (!text && class != H5T_FLOAT && class != H5T_INTEGER)
        return fault_raise(FAULT_FILES, "%s: a dataset is of a type that results do not have", digest->path);
    TRY(reader_shape_of(digest->path, dataset, &shape));
    for (int d = 0; d < shape.rank; d++) size[d] = shape.size[d];
    content_shape(digest->content, shape.rank, size, text ? 0 : H5Tget_size(type));
    uint64_t stored = 0;
    TRY(reader_storage(digest->path, dataset, &stored));
    if (stored > 0) { /* else a dimension without values */
        TRY(reader_check_size(digest->path, dataset));
        TRY(text ? digest_texts(digest, dataset) : digest_values(digest, dataset, type, &shape));
    }
    return digest_scales(digest, dataset, shape.rank);
}

static struct fault *digest_dataset(struct digest *digest, hid_t dataset)
{
    const hid_t type = H5Dget_type(dataset);
    HDF5_READ(digest->path, type, "open a type");
    struct fault *fault = digest_typed(digest, dataset, type);
    if (H5Tclose(type) < 0 && fault == NULL) fault = layout_read_fault(digest->path, "close a type");
    return fault;
}

static herr_t digest_object(hid_t file, const char *name, const H5O_info_t *info, void *context)
{
    struct digest *digest = context;
    content_name(digest->content, name);
    const hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    if (object < 0) {
        digest->fault = layout_read_fault(digest->path, "open an object");
        return -1;
    }
    if (info->type == H5O_TYPE_DATASET) digest->fault = digest_dataset(digest, object);
    if (digest->fault == NULL &&
        H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, digest_attribute, digest) < 0 &&
        digest->fault == NULL)
        digest->fault = layout_read_fault(digest->path, "list attributes");
    if (H5Oclose(object) < 0 && digest->fault == NULL)
        digest->fault = layout_read_fault(digest->path, "close an object");
    return digest->fault == NULL ? 0 : -1;
}

struct fault *reader_content(const struct reader *reader, char hex[CONTENT_DIGITS + 1])
{
    struct digest digest = {.path = reader->path};
    TRY(content_open(&digest.content));
    if (H5Ovisit2(reader->file, H5_INDEX_CRT_ORDER, H5_ITER_INC, digest_object, &digest, H5O_INFO_BASIC) < 0 &&
        digest.fault == NULL)
        digest.fault = layout_read_fault(reader->path, "list its objects");
    content_finish(digest.content, hex);
    content_close(digest.content);
    return digest.fault;
}

struct fault *reader_check_content(const struct reader *reader)
{
    char hex[CONTENT_DIGITS + 1], *stated = NULL;
    TRY(reader_text(reader, "content_sha256", &stated));
    struct fault *fault = reader_content(reader, hex);
    if (fault == NULL && strcmp(stated, hex) != 0)
        fault = fault_raise(FAULT_FILES, "%s is damaged: its content does not have the SHA-256 that it states",
                            reader->path);
    free(stated);
    return fault;
}
