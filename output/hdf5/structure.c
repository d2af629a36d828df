/* output/hdf5/structure.c -- see structure.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/structure.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

/* A result has some hundred objects. */
enum { OBJECTS_MOST = 4096, FILTERS_MOST = 8, CHUNK_MOST = 1 << 24 };

struct visit {
    const struct reader *reader;
    haddr_t address[OBJECTS_MOST]; /* of what the links led to */
    size_t objects;
    struct fault *fault;
};

static struct fault *unlike(const struct visit *visit, const char *object, const char *how)
{
    return fault_raise(FAULT_FILES, "%s is damaged: %s %s", visit->reader->path, object, how);
}

/* ---- attributes ---- */

static struct fault *check_attribute_size(const struct visit *visit, const char *name, hid_t space, hid_t type)
{
    uint64_t bytes = 0;
    if (reader_bytes(space, H5Tget_size(type), &bytes) && bytes <= visit->reader->bytes) return NULL;
    return unlike(visit, name, "is an attribute larger than the file");
}

static herr_t check_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    struct visit *visit = context;
    (void)info;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
    const hid_t type = attribute < 0 ? -1 : H5Aget_type(attribute);
    if (space < 0 || type < 0)
        visit->fault = layout_read_fault(visit->reader->path, "open an attribute");
    else
        visit->fault = check_attribute_size(visit, name, space, type);
    if ((type >= 0 && H5Tclose(type) < 0) || (space >= 0 && H5Sclose(space) < 0) ||
        (attribute >= 0 && H5Aclose(attribute) < 0))
        if (visit->fault == NULL) visit->fault = layout_read_fault(visit->reader->path, "close an attribute");
    return visit->fault == NULL ? 0 : -1;
}

/* ---- datasets ---- */

static struct fault *check_filters(const struct visit *visit, const char *name, hid_t list)
{
    const int filters = H5Pget_nfilters(list);
    if (filters < 0 || filters > FILTERS_MOST) return unlike(visit, name, "is stored in a way that results are not");
    for (unsigned i = 0; i < (unsigned)filters; i++) {
        size_t words = 0;
        const H5Z_filter_t filter = H5Pget_filter2(list, i, NULL, &words, NULL, 0, NULL, NULL);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
            return unlike(visit, name, "is stored by a filter that results do not have");
    }
    return NULL;
}

static struct fault *check_chunk(const struct visit *visit, const char *name, hid_t list, size_t width)
{
    hsize_t chunk[LAYOUT_RANK];
    uint64_t bytes = width;
    const int rank = H5Pget_chunk(list, LAYOUT_RANK, chunk);
    for (int d = 0; d < rank && d < LAYOUT_RANK; d++)
        if (chunk[d] == 0 || __builtin_mul_overflow(bytes, chunk[d], &bytes)) bytes = UINT64_MAX;
    if (rank < 1 || rank > LAYOUT_RANK || bytes > CHUNK_MOST)
        return unlike(visit, name, "is stored in chunks that results do not have");
    return NULL;
}

/* How it is stored: in this file, and by filters of the library's own. */
static struct fault *check_list(const struct visit *visit, const char *name, hid_t list, size_t width)
{
    const H5D_layout_t layout = H5Pget_layout(list);
    if (H5Pget_external_count(list) != 0 ||
        (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED))
        return unlike(visit, name, "is stored outside of the file");
    if (layout == H5D_CHUNKED) TRY(check_chunk(visit, name, list, width));
    return check_filters(visit, name, list);
}

static bool is_of_results(hid_t type)
{
    return H5Tis_variable_str(type) > 0 || H5Tequal(type, H5T_NATIVE_DOUBLE) > 0 ||
           H5Tequal(type, H5T_NATIVE_FLOAT) > 0 || H5Tequal(type, H5T_NATIVE_INT64) > 0 ||
           H5Tequal(type, H5T_NATIVE_INT32) > 0;
}

/* A dimension of any length that is no variable, by the words of netCDF-4. */
static bool is_without_values(hid_t dataset)
{
    static const char words[] = "This is a netCDF dimension but not a netCDF variable";
    char name[sizeof words] = "";
    return H5DSis_scale(dataset) > 0 && H5DSget_scale_name(dataset, name, sizeof name) > 0 && strcmp(name, words) == 0;
}

static struct fault *check_opened(const struct visit *visit, const char *name, hid_t dataset, hid_t type, hid_t list)
{
    struct reader_shape shape;
    if (!is_of_results(type)) return unlike(visit, name, "is of a type that results do not have");
    TRY(reader_shape_of(visit->reader->path, dataset, &shape));
    TRY(check_list(visit, name, list, H5Tget_size(type)));
    if (H5Dget_storage_size(dataset) > 0) return reader_check_size(visit->reader->path, dataset);
    for (int d = 0; d < shape.rank; d++)
        if (shape.size[d] == 0) return NULL;
    return is_without_values(dataset) ? NULL : unlike(visit, name, "has no values");
}

static struct fault *check_dataset(const struct visit *visit, const char *name, hid_t dataset)
{
    const hid_t type = H5Dget_type(dataset), list = H5Dget_create_plist(dataset);
    struct fault *fault = type < 0 || list < 0 ? layout_read_fault(visit->reader->path, "tell how a dataset is stored")
                                               : check_opened(visit, name, dataset, type, list);
    if (((type >= 0 && H5Tclose(type) < 0) || (list >= 0 && H5Pclose(list) < 0)) && fault == NULL)
        fault = layout_read_fault(visit->reader->path, "close a dataset");
    return fault;
}

/* ---- objects ---- */

static struct fault *check_attributes(struct visit *visit, hid_t object)
{
    if (H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, check_attribute, visit) < 0 && visit->fault == NULL)
        return layout_read_fault(visit->reader->path, "list attributes");
    return visit->fault;
}

static struct fault *check_object(struct visit *visit, const char *name, hid_t object)
{
    const H5I_type_t kind = H5Iget_type(object);
    if (kind != H5I_GROUP && kind != H5I_DATASET) return unlike(visit, name, "is neither a group nor a dataset");
    if (kind == H5I_DATASET) TRY(check_dataset(visit, name, object));
    return check_attributes(visit, object);
}

static struct fault *check_address(struct visit *visit, const char *name, haddr_t address)
{
    H5L_info_t by_name;
    if (visit->objects == OBJECTS_MOST) return unlike(visit, "it", "has more objects than results have");
    for (size_t i = 0; i < visit->objects; i++)
        if (visit->address[i] == address) return unlike(visit, name, "is another name of what has one already");
    visit->address[visit->objects++] = address;
    HDF5_READ(visit->reader->path, H5Lget_info(visit->reader->file, name, &by_name, H5P_DEFAULT), "find an object");
    if (by_name.type == H5L_TYPE_HARD && by_name.u.address == address) return NULL;
    return unlike(visit, name, "is one object by its name, and another by its order");
}

static struct fault *check_hard(struct visit *visit, const char *name, const H5L_info_t *link)
{
    if (link->type != H5L_TYPE_HARD) return unlike(visit, name, "is a link that leads elsewhere");
    TRY(check_address(visit, name, link->u.address));
    const hid_t object = H5Oopen(visit->reader->file, name, H5P_DEFAULT);
    HDF5_READ(visit->reader->path, object, "open an object");
    struct fault *fault = check_object(visit, name, object);
    if (H5Oclose(object) < 0 && fault == NULL) fault = layout_read_fault(visit->reader->path, "close an object");
    return fault;
}

static herr_t check_link(hid_t group, const char *name, const H5L_info_t *link, void *context)
{
    struct visit *visit = context;
    (void)group;
    visit->fault = check_hard(visit, name, link);
    return visit->fault == NULL ? 0 : -1;
}

struct fault *structure_check(const struct reader *reader)
{
    H5O_info_t root;
    struct visit *visit = calloc(1, sizeof *visit);
    if (visit == NULL) return fault_no_memory();
    visit->reader = reader;
    struct fault *fault = NULL;
    if (H5Oget_info2(reader->file, &root, H5O_INFO_BASIC) < 0)
        fault = layout_read_fault(reader->path, "find the first group");
    else
        visit->address[visit->objects++] = root.addr; /* to which no link may lead back */
    if (fault == NULL) fault = check_attributes(visit, reader->file);
    if (fault == NULL && H5Lvisit(reader->file, H5_INDEX_CRT_ORDER, H5_ITER_INC, check_link, visit) < 0)
        fault = visit->fault != NULL ? visit->fault : layout_read_fault(reader->path, "list its objects");
    free(visit);
    return fault;
}
