/* output/sound.c -- see sound.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sound.h"
#include "output/hdf5_layout.h"

#include <hdf5_hl.h>
#include <stdbool.h>

struct visit {
    const char *path;
    struct fault *fault;
};

static struct fault *damaged(const char *path, const char *object, const char *how)
{
    return fault_raise(FAULT_UNTRUSTED, "%s is damaged: %s %s", path, object, how);
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

/* A scale that is tied to the dataset must know of it and be as long. */
static herr_t check_scale(hid_t dataset, unsigned dimension, hid_t scale, void *context)
{
    bool *tied = context;
    *tied = H5DSis_attached(dataset, scale, dimension) > 0 && extent(scale, 0) == extent(dataset, dimension);
    return *tied ? 0 : -1;
}

static bool is_tied(hid_t dataset)
{
    const hid_t space = H5Dget_space(dataset);
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    bool all = rank >= 0;
    if (space >= 0 && H5Sclose(space) < 0) return false;
    for (unsigned d = 0; all && (int)d < rank; d++) {
        bool tied = false;
        all = H5DSget_num_scales(dataset, d) == 1 && H5DSiterate_scales(dataset, d, NULL, check_scale, &tied) >= 0 &&
              tied;
    }
    return all;
}

static herr_t pass_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    (void)object;
    (void)name;
    (void)info;
    (void)context;
    return 0;
}

static herr_t check_object(hid_t file, const char *name, const H5O_info_t *info, void *context)
{
    struct visit *visit = context;
    const hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    if (object < 0 || H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, pass_attribute, NULL) < 0)
        visit->fault = damaged(visit->path, name, "or its attributes cannot be opened");
    else if (info->type == H5O_TYPE_DATASET && H5DSis_scale(object) <= 0 && !is_tied(object))
        visit->fault = damaged(visit->path, name, "is not tied to its dimensions");
    if (object >= 0 && H5Oclose(object) < 0 && visit->fault == NULL)
        visit->fault = damaged(visit->path, name, "cannot be closed");
    return visit->fault == NULL ? 0 : -1;
}

struct fault *sound_check(const char *path)
{
    struct visit visit = {.path = path};
    TRY(layout_begin(path));
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    HDF5(path, file, "open the file");
    /* with the sizes of all that belongs to an object, for which HDF5 has to look at it */
    if (H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, check_object, &visit, H5O_INFO_ALL) < 0 && visit.fault == NULL)
        visit.fault = damaged(path, "an object", "cannot be found by its name");
    if (H5Fclose(file) < 0 && visit.fault == NULL) visit.fault = layout_fault(path, "close the file");
    return visit.fault;
}
