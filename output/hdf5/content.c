/* output/hdf5/content.c -- see content.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/content.h"
#include "output/hdf5/layout.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_hex(struct sha256_ctx *sha, char hex[CONTENT_DIGITS + 1])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void content_of_text(const char *text, char hex[CONTENT_DIGITS + 1])
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, strlen(text), (const uint8_t *)text);
    write_hex(&sha, hex);
}

struct reading {
    struct sha256_ctx sha;
    const char *path;
    struct fault *fault;
};

/* With its NUL, so that no two lists of texts give the same bytes. */
static void add_name(struct reading *reading, const char *name)
{
    sha256_update(&reading->sha, strlen(name) + 1, (const uint8_t *)name);
}

static struct fault *add_shape(struct reading *reading, hid_t space, hid_t type, size_t *bytes)
{
    hsize_t size[H5S_MAX_RANK];
    const int rank = H5Sget_simple_extent_dims(space, size, NULL);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    const size_t width = H5Tget_size(type);
    if (rank < 0 || count < 0 || width == 0) return layout_fault(reading->path, "tell a shape");
    const uint64_t head[2] = {(uint64_t)rank, width};
    sha256_update(&reading->sha, sizeof head, (const uint8_t *)head);
    for (int i = 0; i < rank; i++) {
        const uint64_t wide = size[i];
        sha256_update(&reading->sha, sizeof wide, (const uint8_t *)&wide);
    }
    *bytes = (size_t)count * width;
    return NULL;
}

static struct fault *add_attribute_value(struct reading *reading, hid_t attribute, hid_t space, hid_t type)
{
    size_t bytes = 0;
    TRY(add_shape(reading, space, type, &bytes));
    uint8_t *value = malloc(bytes + 1);
    if (value == NULL) return fault_no_memory();
    const herr_t read = H5Aread(attribute, type, value);
    if (read >= 0) sha256_update(&reading->sha, bytes, value);
    free(value);
    return read < 0 ? layout_fault(reading->path, "read an attribute") : NULL;
}

static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    static const char *const left_out[] = {"content_sha256", "complete", "DIMENSION_LIST", "REFERENCE_LIST", "CLASS",
                                           "_Netcdf4Dimid",  "NAME"};
    struct reading *reading = context;
    (void)info;
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (strcmp(name, left_out[i]) == 0) return 0;
    add_name(reading, name);
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT), space = H5Aget_space(attribute),
                type = H5Aget_type(attribute);
    if (attribute < 0 || space < 0 || type < 0)
        reading->fault = layout_fault(reading->path, "open an attribute");
    else
        reading->fault = add_attribute_value(reading, attribute, space, type);
    if (H5Tclose(type) < 0 || H5Sclose(space) < 0 || H5Aclose(attribute) < 0)
        if (reading->fault == NULL) reading->fault = layout_fault(reading->path, "close an attribute");
    return reading->fault == NULL ? 0 : -1;
}

static struct fault *add_dataset(struct reading *reading, hid_t dataset)
{
    size_t bytes = 0;
    const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    struct fault *fault =
        space < 0 || type < 0 ? layout_fault(reading->path, "open a dataset") : add_shape(reading, space, type, &bytes);
    uint8_t *value = fault == NULL ? malloc(bytes + 1) : NULL;
    if (fault == NULL && value == NULL) fault = fault_no_memory();
    if (fault == NULL && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0)
        fault = layout_fault(reading->path, "read a dataset");
    if (fault == NULL) sha256_update(&reading->sha, bytes, value);
    free(value);
    if (space >= 0 && H5Sclose(space) < 0 && fault == NULL) fault = layout_fault(reading->path, "close a shape");
    if (type >= 0 && H5Tclose(type) < 0 && fault == NULL) fault = layout_fault(reading->path, "close a type");
    return fault;
}

static herr_t add_object(hid_t file, const char *name, const H5O_info_t *info, void *context)
{
    struct reading *reading = context;
    add_name(reading, name);
    const hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    if (object < 0) {
        reading->fault = layout_fault(reading->path, "open an object");
        return -1;
    }
    if (info->type == H5O_TYPE_DATASET) reading->fault = add_dataset(reading, object);
    if (reading->fault == NULL &&
        H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, add_attribute, reading) < 0 &&
        reading->fault == NULL)
        reading->fault = layout_fault(reading->path, "list attributes");
    if (H5Oclose(object) < 0 && reading->fault == NULL) reading->fault = layout_fault(reading->path, "close an object");
    return reading->fault == NULL ? 0 : -1;
}

struct fault *content_of_file(hid_t file, const char *path, char hex[CONTENT_DIGITS + 1])
{
    struct reading reading = {.path = path};
    sha256_init(&reading.sha);
    if (H5Ovisit2(file, H5_INDEX_CRT_ORDER, H5_ITER_INC, add_object, &reading, H5O_INFO_BASIC) < 0 &&
        reading.fault == NULL)
        reading.fault = layout_fault(path, "list its objects");
    write_hex(&reading.sha, hex);
    return reading.fault;
}

struct fault *content_seal(const struct layout *layout)
{
    char hex[CONTENT_DIGITS + 1];
    HDF5(layout->path, H5Fflush(layout->file, H5F_SCOPE_GLOBAL), "write the file to the disk");
    TRY(content_of_file(layout->file, layout->path, hex));
    TRY(layout_text(layout, layout->file, "content_sha256", hex));
    return layout_integer(layout, layout->file, "complete", 1);
}
