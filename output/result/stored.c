/* output/result/stored.c -- see stored.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/stored.h"
#include "output/hdf5/content.h"
#include "output/hdf5/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE = 1 << 20 }; /* bytes */

struct stored {
    const char *path;
    hid_t file;
};

/* Little of what the library keeps of a file's structure: many files may be open at once. */
static hid_t open_file(const char *path)
{
    H5AC_cache_config_t cache = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0) return -1;
    bool set = H5Pget_mdc_config(list, &cache) >= 0;
    cache.set_initial_size = 1;
    cache.initial_size = cache.min_size = cache.max_size = CACHE;
    set = set && H5Pset_mdc_config(list, &cache) >= 0;
    const hid_t file = set ? H5Fopen(path, H5F_ACC_RDONLY, list) : -1;
    return H5Pclose(list) < 0 ? -1 : file;
}

struct fault *stored_open(const char *path, struct stored **out)
{
    *out = NULL;
    TRY(layout_begin(path));
    struct stored *stored = calloc(1, sizeof *stored);
    if (stored == NULL) return fault_no_memory();
    *out = stored;
    *stored = (struct stored){.path = path, .file = open_file(path)};
    return stored->file < 0 ? layout_fault(path, "open the file") : NULL;
}

struct fault *stored_close(struct stored *stored, struct fault *fault)
{
    if (stored == NULL) return fault;
    if (stored->file >= 0 && H5Fclose(stored->file) < 0 && fault == NULL)
        fault = layout_fault(stored->path, "close the file");
    free(stored);
    return fault;
}

struct fault *stored_has(const struct stored *stored, const char *dataset, bool *there)
{
    char link[RESULT_NAME_MOST + 64];
    *there = true;
    for (const char *slash = dataset; slash != NULL && *there;) {
        slash = strchr(slash + 1, '/');
        snprintf(link, sizeof link, "%.*s", slash == NULL ? (int)strlen(dataset) : (int)(slash - dataset), dataset);
        const htri_t found = H5Lexists(stored->file, link, H5P_DEFAULT);
        HDF5(stored->path, found, "look for a dataset");
        *there = found > 0;
    }
    return NULL;
}

/* Negative: not known. */
static struct fault *count_values(const struct stored *stored, hid_t dataset, hssize_t *found)
{
    const hid_t space = H5Dget_space(dataset);
    *found = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    if (space >= 0) HDF5(stored->path, H5Sclose(space), "close a shape");
    return NULL;
}

static struct fault *read_exactly(const struct stored *stored, hid_t dataset, hid_t type, size_t count, void *value)
{
    hssize_t found;
    TRY(count_values(stored, dataset, &found));
    if (found < 0 || (size_t)found != count)
        return fault_raise(FAULT_FILES, "%s: a dataset has %lld values; expected %zu", stored->path, (long long)found,
                           count);
    HDF5(stored->path, H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value), "read a dataset");
    return NULL;
}

static struct fault *is_missing(const struct stored *stored, const char *name)
{
    return fault_raise(FAULT_FILES, "%s is not a complete result: %s is missing", stored->path, name);
}

struct fault *stored_count(const struct stored *stored, const char *dataset, size_t *count)
{
    hssize_t found = -1;
    const hid_t opened = H5Dopen2(stored->file, dataset, H5P_DEFAULT);
    if (opened < 0) return is_missing(stored, dataset);
    struct fault *fault = count_values(stored, opened, &found);
    if (H5Dclose(opened) < 0 && fault == NULL) fault = layout_fault(stored->path, "close a dataset");
    if (fault == NULL && found < 0) fault = layout_fault(stored->path, "count the values of a dataset");
    *count = found < 0 ? 0 : (size_t)found;
    return fault;
}

static struct fault *read_dataset(const struct stored *stored, const char *name, hid_t type, size_t count, void *value)
{
    const hid_t dataset = H5Dopen2(stored->file, name, H5P_DEFAULT);
    if (dataset < 0) return is_missing(stored, name);
    struct fault *fault = read_exactly(stored, dataset, type, count, value);
    if (H5Dclose(dataset) < 0 && fault == NULL) fault = layout_fault(stored->path, "close a dataset");
    return fault;
}

struct fault *stored_floats(const struct stored *stored, const char *dataset, size_t count, float value[])
{
    return read_dataset(stored, dataset, H5T_NATIVE_FLOAT, count, value);
}

struct fault *stored_doubles(const struct stored *stored, const char *dataset, size_t count, double value[])
{
    return read_dataset(stored, dataset, H5T_NATIVE_DOUBLE, count, value);
}

struct fault *stored_attribute(const struct stored *stored, const char *dataset, const char *name, size_t count,
                               double value[])
{
    const hid_t attribute = H5Aopen_by_name(stored->file, dataset, name, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
        return fault_raise(FAULT_FILES, "%s is not a complete result: the attribute '%s' of %s is missing",
                           stored->path, name, dataset);
    const hid_t space = H5Aget_space(attribute);
    const hssize_t found = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    struct fault *fault = NULL;
    if (found < 0 || (size_t)found != count)
        fault = fault_raise(FAULT_FILES, "%s: the attribute '%s' of %s has %lld values; expected %zu", stored->path,
                            name, dataset, (long long)found, count);
    else if (H5Aread(attribute, H5T_NATIVE_DOUBLE, value) < 0)
        fault = layout_fault(stored->path, "read an attribute");
    if (space >= 0 && H5Sclose(space) < 0 && fault == NULL) fault = layout_fault(stored->path, "close a shape");
    if (H5Aclose(attribute) < 0 && fault == NULL) fault = layout_fault(stored->path, "close an attribute");
    return fault;
}

/* The text of an attribute that zhol wrote, allocated. */
static struct fault *read_text(const struct stored *stored, hid_t object, const char *name, char **text)
{
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    HDF5(stored->path, attribute, "open an attribute");
    const hid_t type = H5Aget_type(attribute);
    const size_t size = type < 0 || H5Tget_class(type) != H5T_STRING ? 0 : H5Tget_size(type);
    struct fault *fault = size == 0 ? layout_fault(stored->path, "read a text") : NULL;
    *text = fault == NULL ? calloc(size + 1, 1) : NULL;
    if (fault == NULL && *text == NULL) fault = fault_no_memory();
    if (fault == NULL && H5Aread(attribute, type, *text) < 0) fault = layout_fault(stored->path, "read an attribute");
    if (type >= 0 && H5Tclose(type) < 0 && fault == NULL) fault = layout_fault(stored->path, "close a type");
    if (H5Aclose(attribute) < 0 && fault == NULL) fault = layout_fault(stored->path, "close an attribute");
    return fault;
}

struct fault *stored_text(const struct stored *stored, const char *attribute, char **text)
{
    return read_text(stored, stored->file, attribute, text);
}

struct listing {
    const struct stored *stored;
    struct stored_input *input;
    size_t count;
    struct fault *fault;
};

static struct fault *add_input(struct listing *listing, hid_t dataset, const char *name)
{
    struct stored_input *grown = reallocarray(listing->input, listing->count + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    listing->input = grown;
    struct stored_input *input = &grown[listing->count++];
    *input = (struct stored_input){.dataset = NULL};
    if (asprintf(&input->dataset, "inputs/%s", name) < 0) {
        input->dataset = NULL;
        return fault_no_memory();
    }
    TRY(read_text(listing->stored, dataset, "path", &input->path));
    return read_text(listing->stored, dataset, "units", &input->unit);
}

/* What has no path is the dimension. */
static herr_t list_input(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    struct listing *listing = context;
    (void)info;
    const hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
    if (dataset < 0)
        listing->fault = layout_fault(listing->stored->path, "open a dataset");
    else if (H5Aexists(dataset, "path") > 0)
        listing->fault = add_input(listing, dataset, name);
    if (dataset >= 0 && H5Dclose(dataset) < 0 && listing->fault == NULL)
        listing->fault = layout_fault(listing->stored->path, "close a dataset");
    return listing->fault == NULL ? 0 : -1;
}

struct fault *stored_inputs(const struct stored *stored, struct stored_input **input, size_t *count)
{
    struct listing listing = {.stored = stored};
    *input = NULL;
    *count = 0;
    const hid_t group = H5Gopen2(stored->file, "inputs", H5P_DEFAULT);
    if (group < 0) return fault_raise(FAULT_FILES, "%s is not a complete result: inputs is missing", stored->path);
    const herr_t listed = H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, list_input, &listing);
    if (listing.fault == NULL && listed < 0) listing.fault = layout_fault(stored->path, "list the inputs");
    if (H5Gclose(group) < 0 && listing.fault == NULL) listing.fault = layout_fault(stored->path, "close a group");
    *input = listing.input;
    *count = listing.count;
    return listing.fault;
}

void stored_inputs_free(struct stored_input *input, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(input[i].dataset);
        free(input[i].path);
        free(input[i].unit);
    }
    free(input);
}

/* The content as stated and as it is; no fault where the file has another format. */
static struct fault *compare_content(const struct stored *stored, bool *agrees)
{
    char hex[CONTENT_DIGITS + 1], *stated = NULL;
    int schema = 0;
    const hid_t attribute = H5Aopen(stored->file, "zhol_schema", H5P_DEFAULT);
    HDF5(stored->path, attribute, "open an attribute");
    const herr_t read = H5Aread(attribute, H5T_NATIVE_INT, &schema);
    HDF5(stored->path, H5Aclose(attribute), "close an attribute");
    HDF5(stored->path, read, "read an attribute");
    *agrees = schema != RESULT_SCHEMA;
    if (*agrees) return NULL;
    TRY(content_of_file(stored->file, stored->path, hex));
    struct fault *fault = read_text(stored, stored->file, "content_sha256", &stated);
    *agrees = fault == NULL && strcmp(stated, hex) == 0;
    free(stated);
    return fault;
}

bool stored_is_damaged(const char *path)
{
    struct stored *stored;
    bool agrees = false;
    struct fault *fault = stored_open(path, &stored);
    if (fault == NULL) fault = compare_content(stored, &agrees);
    fault = stored_close(stored, fault);
    const bool damaged = fault != NULL || !agrees;
    fault_free(fault);
    return damaged;
}
