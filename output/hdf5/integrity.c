/* output/hdf5/integrity.c -- see integrity.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/integrity.h"
#include "output/hdf5/layout.h"
#include "output/hdf5/reader.h"

#include <hdf5_hl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A dataset's dimension and the scale that it is tied to, by addresses in the file. */
struct tie {
    haddr_t scale, dataset;
    unsigned dimension;
};

struct ties {
    struct tie *tie;
    size_t count, room;
};

struct visit {
    const char *path;
    hid_t file;
    struct ties told_by_datasets, told_by_scales; /* the same, if the file is whole */
    struct layout_watch watch;
    char **name; /* of all objects */
    size_t names;
    struct fault *fault;
};

static struct fault *damaged(struct visit *visit, const char *object, const char *how)
{
    layout_watch_look(&visit->watch);
    return fault_raise(FAULT_FILES, "%s is damaged: %s %s", visit->path, object, how);
}

/* What a call gave, of which it is known before the next one whether the machine failed. */
static bool went(struct visit *visit, bool well)
{
    if (!well) layout_watch_look(&visit->watch);
    return well;
}

static struct fault *add_tie(struct ties *ties, haddr_t scale, haddr_t dataset, unsigned dimension)
{
    if (ties->count == ties->room) {
        struct tie *grown = reallocarray(ties->tie, 2 * ties->room + 64, sizeof *grown);
        if (grown == NULL) return fault_no_memory();
        ties->tie = grown;
        ties->room = 2 * ties->room + 64;
    }
    ties->tie[ties->count++] = (struct tie){scale, dataset, dimension};
    return NULL;
}

static int by_address(const void *left, const void *right)
{
    const struct tie *a = left, *b = right;
    if (a->scale != b->scale) return a->scale < b->scale ? -1 : 1;
    if (a->dataset != b->dataset) return a->dataset < b->dataset ? -1 : 1;
    return a->dimension < b->dimension ? -1 : a->dimension > b->dimension;
}

/* Dimensions are tied to scales in both directions, in two lists: both must say the same. */
static struct fault *compare_ties(struct visit *visit)
{
    struct ties *datasets = &visit->told_by_datasets, *scales = &visit->told_by_scales;
    bool same = datasets->count == scales->count;
    if (datasets->count > 0) qsort(datasets->tie, datasets->count, sizeof *datasets->tie, by_address);
    if (scales->count > 0) qsort(scales->tie, scales->count, sizeof *scales->tie, by_address);
    for (size_t i = 0; i < datasets->count && same; i++) same = by_address(&datasets->tie[i], &scales->tie[i]) == 0;
    return same ? NULL : damaged(visit, "a dataset", "and its dimension do not refer to each other");
}

/* The values along a dimension of a dataset; 0 if that cannot be told. */
static hsize_t extent(hid_t dataset, unsigned dimension)
{
    hsize_t size[H5S_MAX_RANK];
    const hid_t space = H5Dget_space(dataset);
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, size, NULL);
    if (space >= 0 && H5Sclose(space) < 0) return 0;
    return rank > (int)dimension ? size[dimension] : 0;
}

/* The address of an object, by which references know it. */
static bool address_of(hid_t object, haddr_t *address)
{
    H5O_info_t info;
    if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return false;
    *address = info.addr;
    return true;
}

struct scale_of {
    struct visit *visit;
    bool tied;
};

/* The scale of a dimension, which must be as long. */
static herr_t add_scale(hid_t dataset, unsigned dimension, hid_t scale, void *context)
{
    struct scale_of *of = context;
    struct visit *visit = of->visit;
    haddr_t from, to;
    if (!went(visit,
              address_of(dataset, &from) && address_of(scale, &to) && extent(scale, 0) == extent(dataset, dimension)))
        return -1;
    of->tied = true;
    visit->fault = add_tie(&visit->told_by_datasets, to, from, dimension);
    return visit->fault == NULL ? 0 : -1;
}

/* A dataset has one scale for each dimension. */
static struct fault *check_dataset(struct visit *visit, const char *name, hid_t dataset)
{
    const hid_t space = H5Dget_space(dataset);
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    bool all = went(visit, rank >= 0);
    if (space >= 0 && H5Sclose(space) < 0) all = false;
    for (unsigned d = 0; all && (int)d < rank; d++) {
        struct scale_of of = {visit, false};
        all =
            H5DSget_num_scales(dataset, d) == 1 && H5DSiterate_scales(dataset, d, NULL, add_scale, &of) >= 0 && of.tied;
    }
    if (visit->fault != NULL) return visit->fault;
    return all ? NULL : damaged(visit, name, "is not tied to its dimensions");
}

/* As HDF5 stores it in the attribute REFERENCE_LIST of a scale. */
struct reference {
    hobj_ref_t dataset;
    int dimension;
};

static struct fault *add_reference(struct visit *visit, haddr_t scale, const struct reference *reference)
{
    haddr_t dataset = 0;
    const hid_t object = H5Rdereference2(visit->file, H5P_DEFAULT, H5R_OBJECT, &reference->dataset);
    bool read = went(visit, object >= 0 && address_of(object, &dataset));
    if (object >= 0 && H5Oclose(object) < 0) read = false;
    if (!read) return damaged(visit, "a dimension", "refers to what is not there");
    return add_tie(&visit->told_by_scales, scale, dataset, (unsigned)reference->dimension);
}

/* The references of a scale, as many as `space` has. */
static struct fault *add_references(struct visit *visit, haddr_t scale, hid_t attribute, hid_t space)
{
    const hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    struct reference *reference = count < 0 ? NULL : calloc((size_t)count + 1, sizeof *reference);
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof *reference);
    if (reference == NULL && count >= 0) {
        if (type >= 0) (void)H5Tclose(type); /* memory is out anyway */
        return fault_no_memory();
    }
    bool read = reference != NULL && type >= 0 &&
                H5Tinsert(type, "dataset", HOFFSET(struct reference, dataset), H5T_STD_REF_OBJ) >= 0 &&
                H5Tinsert(type, "dimension", HOFFSET(struct reference, dimension), H5T_NATIVE_INT) >= 0 &&
                H5Aread(attribute, type, reference) >= 0;
    (void)went(visit, read);
    if (type >= 0 && H5Tclose(type) < 0) read = false;
    struct fault *fault = read ? NULL : damaged(visit, "a dimension", "does not say of what it is one");
    for (hssize_t i = 0; i < count && fault == NULL; i++) fault = add_reference(visit, scale, &reference[i]);
    free(reference);
    return fault;
}

static struct fault *check_scale(struct visit *visit, const char *name, hid_t scale, haddr_t address)
{
    const htri_t used = H5Aexists(scale, "REFERENCE_LIST");
    if (used == 0) return NULL;
    const hid_t attribute = used < 0 ? -1 : H5Aopen(scale, "REFERENCE_LIST", H5P_DEFAULT);
    const hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
    struct fault *fault = space < 0 ? damaged(visit, name, "does not say of what it is a dimension")
                                    : add_references(visit, address, attribute, space);
    const bool closed = (space < 0 || H5Sclose(space) >= 0) && (attribute < 0 || H5Aclose(attribute) >= 0);
    return fault != NULL || closed ? fault : damaged(visit, name, "cannot be closed");
}

static herr_t pass_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    (void)object;
    (void)name;
    (void)info;
    (void)context;
    return 0;
}

static struct fault *look_at(struct visit *visit, const char *name, hid_t object, const H5O_info_t *info)
{
    if (object < 0 || H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, pass_attribute, NULL) < 0)
        return damaged(visit, name, "or its attributes cannot be opened");
    if (info->type != H5O_TYPE_DATASET) return NULL;
    if (H5DSis_scale(object) > 0) return check_scale(visit, name, object, info->addr);
    return check_dataset(visit, name, object);
}

static struct fault *check_object(struct visit *visit, const char *name)
{
    H5O_info_t info = {.type = H5O_TYPE_UNKNOWN};
    const hid_t object = H5Oopen(visit->file, name, H5P_DEFAULT);
    const bool known = object >= 0 && H5Oget_info2(object, &info, H5O_INFO_BASIC) >= 0;
    struct fault *fault =
        known ? look_at(visit, name, object, &info) : damaged(visit, name, "or its attributes cannot be opened");
    if (object >= 0 && H5Oclose(object) < 0 && fault == NULL) fault = damaged(visit, name, "cannot be closed");
    return fault;
}

/* What there is, to be looked at when the visit is over: of calls within it HDF5 does not tell the reasons. */
static herr_t add_name(hid_t file, const char *name, const H5O_info_t *info, void *context)
{
    (void)file;
    (void)info;
    struct visit *visit = context;
    char **grown = reallocarray(visit->name, visit->names + 1, sizeof *grown);
    if (grown != NULL) visit->name = grown;
    if (grown == NULL || (grown[visit->names] = strdup(name)) == NULL) {
        visit->fault = fault_no_memory();
        return -1;
    }
    visit->names++;
    return 0;
}

struct fault *integrity_check(const char *path)
{
    struct visit visit = {.path = path};
    struct reader reader;
    struct fault *fault = reader_open(path, &reader);
    visit.file = reader.file;
    layout_watch_begin(&visit.watch);
    /* with the sizes of all that belongs to an object, for which HDF5 has to look at it */
    if (fault == NULL && H5Ovisit2(visit.file, H5_INDEX_NAME, H5_ITER_INC, add_name, &visit, H5O_INFO_ALL) < 0 &&
        visit.fault == NULL)
        visit.fault = damaged(&visit, "an object", "cannot be found by its name");
    if (fault == NULL) fault = visit.fault;
    for (size_t i = 0; i < visit.names && fault == NULL; i++) fault = check_object(&visit, visit.name[i]);
    if (fault == NULL) fault = compare_ties(&visit);
    for (size_t i = 0; i < visit.names; i++) free(visit.name[i]);
    free(visit.name);
    free(visit.told_by_datasets.tie);
    free(visit.told_by_scales.tie);
    fault = layout_watch_end(&visit.watch, path, fault);
    return reader_close(&reader, fault);
}
