/* output/hdf5/layout.c -- see layout.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/layout.h"

#include <errno.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 16384 }; /* values, at most */
enum { ATTRIBUTES = 16 };
enum { GROWTH = 1 << 24 }; /* of a file in memory, bytes */
/* Labels are written through two buffers, one of which HDF5 fills with zeros each time: 1 MiB of its own choice, or as
 * much as so many labels take. More go by HDF5's, since labels of one buffer lie together in the file. */
enum { LABELS_AT_ONCE = 4096, LABEL_BYTES = 16 };
/* No file can have this name, which HDF5 looks for even if the file is to be in memory. */
static const char no_file[] = "/dev/null/in-memory";

enum { REASON_MOST = 200, NAME_MOST = 256 };

struct reason {
    char text[REASON_MOST];
    int system; /* errno of the system call that failed; 0: none did */
    bool memory;
};

/* The library's innermost description; of a failed system call only what the system said. */
static herr_t innermost(unsigned n, const H5E_error2_t *error, void *context)
{
    static const char said[] = "error message = '", number[] = "errno = ";
    struct reason *reason = context;
    if (n > 0 || error->desc == NULL) return 0;
    const char *system = strstr(error->desc, said), *code = strstr(error->desc, number);
    const char *text = system == NULL ? error->desc : system + sizeof said - 1;
    const size_t length = strcspn(text, system == NULL ? "\n" : "'\n");
    snprintf(reason->text, sizeof reason->text, "%.*s", (int)length, text);
    if (system != NULL && code != NULL) reason->system = (int)strtol(code + sizeof number - 1, NULL, 10);
    reason->memory = error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC;
    return 0;
}

static struct reason find_reason(void)
{
    struct reason reason = {.text = "no reason given"};
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &reason);
    return reason;
}

struct fault *layout_fault(const char *path, const char *what)
{
    const struct reason reason = find_reason();
    return fault_raise(FAULT_MACHINE, "%s: HDF5 could not %s: %s", path, what, reason.text);
}

/* What a file cannot bring about, whatever is in it. */
static bool is_of_the_machine(int error)
{
    static const int errors[] = {EIO,    ENOMEM,   EMFILE, ENFILE, ESTALE,    ETIMEDOUT, EAGAIN,
                                 ENOLCK, ENOTCONN, ENXIO,  ENODEV, EREMOTEIO, EINTR,     ENOSPC};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (error == errors[i]) return true;
    return false;
}

/* A damaged file asks for more than there can be; what is asked for here, everyone has. */
static bool is_memory_out(void)
{
    void *block = malloc(GROWTH);
    free(block);
    return block == NULL;
}

struct fault *layout_read_fault(const char *path, const char *what)
{
    const struct reason reason = find_reason();
    if (reason.memory && is_memory_out()) return fault_no_memory();
    if (is_of_the_machine(reason.system))
        return fault_raise(FAULT_MACHINE, "%s: HDF5 could not %s: %s", path, what, reason.text);
    return fault_raise(FAULT_FILES, "%s is damaged: HDF5 could not %s: %s", path, what, reason.text);
}

static herr_t note_record(unsigned n, const H5E_error2_t *error, void *context)
{
    (void)n;
    struct layout_watch *watch = context;
    struct reason reason = {.system = 0};
    if (innermost(0, error, &reason) < 0 || watch->system != 0 || !is_of_the_machine(reason.system)) return 0;
    watch->system = reason.system;
    snprintf(watch->reason, sizeof watch->reason, "%s", reason.text);
    return 0;
}

/* HDF5 calls it of every call that fails, before it goes on, but not of one within another. */
static herr_t note_reason(hid_t stack, void *context)
{
    (void)H5Ewalk2(stack, H5E_WALK_UPWARD, note_record, context); /* without it less is known */
    return 0;
}

void layout_watch_look(struct layout_watch *watch)
{
    (void)note_reason(H5E_DEFAULT, watch);
}

void layout_watch_begin(struct layout_watch *watch)
{
    *watch = (struct layout_watch){.system = 0};
    (void)H5Eset_auto2(H5E_DEFAULT, note_reason, watch); /* without it less is known */
}

struct fault *layout_watch_end(const struct layout_watch *watch, const char *path, struct fault *fault)
{
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (fault == NULL || fault->code != FAULT_FILES || watch->system == 0) return fault;
    fault_free(fault);
    return fault_raise(FAULT_MACHINE, "%s: HDF5 could not read it: %s", path, watch->reason);
}

struct fault *layout_begin(const char *path)
{
    (void)H5dont_atexit(); /* fails when it was called before, which is as good */
    HDF5(path, H5Eset_auto2(H5E_DEFAULT, NULL, NULL), "silence its messages");
    return NULL;
}

static struct fault *create(const char *path, bool in_memory, struct layout *layout)
{
    const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    *layout = (struct layout){
        .path = path, .file = -1, .group_list = -1, .text_type = -1, .label_type = -1, .label_list = -1};
    TRY(layout_begin(path));
    TRY(content_open(&layout->content));
    layout->group_list = H5Pcreate(H5P_GROUP_CREATE);
    layout->text_type = H5Tcopy(H5T_C_S1);
    layout->label_type = H5Tcopy(H5T_C_S1);
    layout->label_list = H5Pcreate(H5P_DATASET_XFER);
    HDF5(path, layout->group_list, "make a property list");
    HDF5(path, layout->label_list, "make a property list");
    HDF5(path, H5Pset_buffer(layout->label_list, LABELS_AT_ONCE * LABEL_BYTES, NULL, NULL), "set the buffer of labels");
    HDF5(path, layout->text_type, "make a text type");
    HDF5(path, layout->label_type, "make a text type");
    HDF5(path, H5Tset_size(layout->label_type, H5T_VARIABLE), "set the length of labels");
    HDF5(path, H5Tset_cset(layout->label_type, H5T_CSET_UTF8), "set the encoding of labels");
    HDF5(path, H5Pset_link_creation_order(layout->group_list, order), "keep the order of groups");
    HDF5(path, H5Pset_attr_creation_order(layout->group_list, order), "keep the order of attributes");
    HDF5(path, H5Pset_obj_track_times(layout->group_list, 0), "leave times out");
    HDF5(path, H5Tset_strpad(layout->text_type, H5T_STR_NULLTERM), "set the padding of texts");
    HDF5(path, H5Tset_cset(layout->text_type, H5T_CSET_UTF8), "set the encoding of texts");
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS), create = H5Pcreate(H5P_FILE_CREATE);
    /* superblock 2 and dense attributes, which may be longer than 64 KB; closing the file closes all that is in it */
    const int ready =
        access >= 0 && create >= 0 && H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 && H5Pset_link_creation_order(create, order) >= 0 &&
        H5Pset_attr_creation_order(create, order) >= 0 && H5Pset_obj_track_times(create, 0) >= 0;
    if (ready && (!in_memory || H5Pset_fapl_core(access, GROWTH, 0) >= 0))
        layout->file = H5Fcreate(in_memory ? no_file : path, H5F_ACC_EXCL, create, access);
    struct fault *fault = layout->file < 0 ? layout_fault(path, "create the file") : NULL;
    if (access >= 0 && H5Pclose(access) < 0 && fault == NULL) fault = layout_fault(path, "close a property list");
    if (create >= 0 && H5Pclose(create) < 0 && fault == NULL) fault = layout_fault(path, "close a property list");
    content_name(layout->content, ".");
    return fault;
}

struct fault *layout_create(const char *path, struct layout *layout)
{
    return create(path, false, layout);
}

struct fault *layout_create_in_memory(const char *path, struct layout *layout)
{
    return create(path, true, layout);
}

struct fault *layout_close(struct layout *layout)
{
    struct fault *fault = NULL;
    if (layout->file >= 0) {
        if (H5Fflush(layout->file, H5F_SCOPE_GLOBAL) < 0)
            fault = layout_fault(layout->path, "write the file to the disk");
        if (H5Fclose(layout->file) < 0 && fault == NULL) fault = layout_fault(layout->path, "close the file");
    }
    if (layout->group_list >= 0 && H5Pclose(layout->group_list) < 0 && fault == NULL)
        fault = layout_fault(layout->path, "close a property list");
    if (layout->label_list >= 0 && H5Pclose(layout->label_list) < 0 && fault == NULL)
        fault = layout_fault(layout->path, "close a property list");
    if (layout->text_type >= 0 && H5Tclose(layout->text_type) < 0 && fault == NULL)
        fault = layout_fault(layout->path, "close a type");
    if (layout->label_type >= 0 && H5Tclose(layout->label_type) < 0 && fault == NULL)
        fault = layout_fault(layout->path, "close a type");
    content_close(layout->content);
    layout->content = NULL;
    layout->file = layout->group_list = layout->text_type = layout->label_type = layout->label_list = -1;
    return fault;
}

struct fault *layout_finish(struct layout *layout, struct fault *fault)
{
    struct fault *closing = layout_close(layout);
    if (fault == NULL) return closing;
    fault_free(closing); /* what failed first says more */
    return fault;
}

/* An object begins: its path in the file. */
static struct fault *add_name(const struct layout *layout, hid_t parent, const char *name)
{
    char path[NAME_MOST], whole[2 * NAME_MOST];
    HDF5(layout->path, H5Iget_name(parent, path, sizeof path), "tell the name of a group");
    snprintf(whole, sizeof whole, "%s/%s", strcmp(path, "/") == 0 ? "" : path, name);
    content_name(layout->content, whole + 1);
    return NULL;
}

struct fault *layout_group(const struct layout *layout, hid_t parent, const char *name, hid_t *group)
{
    *group = H5Gcreate2(parent, name, H5P_DEFAULT, layout->group_list, H5P_DEFAULT);
    HDF5(layout->path, *group, "create a group");
    return add_name(layout, parent, name);
}

static struct fault *attribute(const struct layout *layout, hid_t object, const char *name, hid_t type, size_t count,
                               const void *value)
{
    const hsize_t size = count;
    const size_t width = H5Tget_size(type);
    const hid_t space = count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
    HDF5(layout->path, space, "make the shape of an attribute");
    const hid_t made = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    HDF5(layout->path, H5Sclose(space), "close the shape of an attribute");
    HDF5(layout->path, made, "create an attribute");
    HDF5(layout->path, H5Awrite(made, type, value), "write an attribute");
    HDF5(layout->path, H5Aclose(made), "close an attribute");
    if (content_leaves_out(name)) return NULL;
    content_name(layout->content, name);
    content_shape(layout->content, count == 0 ? 0 : 1, &(uint64_t){count}, width);
    content_attribute(layout->content, (count == 0 ? 1 : count) * width, value);
    return NULL;
}

struct fault *layout_text(const struct layout *layout, hid_t object, const char *name, const char *text)
{
    /* without its end, as netCDF writes it: some readers would make a character of that */
    const size_t length = strlen(text);
    HDF5(layout->path, H5Tset_size(layout->text_type, length > 0 ? length : 1), "set the length of a text");
    return attribute(layout, object, name, layout->text_type, 0, text);
}

struct fault *layout_lines(const struct layout *layout, hid_t object, const char *name, size_t count,
                           const char *const line[])
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) fprintf(to, "%s%s", i == 0 ? "" : "\n", line[i]);
    struct fault *fault = fclose(to) != 0 ? fault_no_memory() : layout_text(layout, object, name, text);
    free(text);
    return fault;
}

struct fault *layout_integer(const struct layout *layout, hid_t object, const char *name, int64_t value)
{
    return attribute(layout, object, name, H5T_NATIVE_INT64, 0, &value);
}

struct fault *layout_number(const struct layout *layout, hid_t object, const char *name, double value)
{
    return attribute(layout, object, name, H5T_NATIVE_DOUBLE, 0, &value);
}

struct fault *layout_integers(const struct layout *layout, hid_t object, const char *name, size_t count,
                              const int32_t value[])
{
    return count == 0 ? NULL : attribute(layout, object, name, H5T_NATIVE_INT32, count, value);
}

struct fault *layout_seal(struct layout *layout)
{
    char hex[CONTENT_DIGITS + 1];
    content_finish(layout->content, hex);
    TRY(layout_text(layout, layout->file, "content_sha256", hex));
    return layout_integer(layout, layout->file, "complete", 1);
}

void layout_chunk(int rank, const hsize_t size[], hsize_t chunk[])
{
    hsize_t values = 1;
    for (int d = rank - 1; d >= 0; d--) {
        const hsize_t room = CHUNK / values, whole = size[d] == 0 ? 1 : size[d];
        const hsize_t parts = (whole + room - 1) / room;
        chunk[d] = (whole + parts - 1) / parts; /* even, so that the last is as good as full */
        values = chunk[d] < whole ? CHUNK : values * chunk[d];
    }
}

static struct fault *shape_of(const struct layout *layout, const struct layout_data *data, hid_t *space, hid_t *list)
{
    const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    hsize_t size[LAYOUT_RANK] = {0}, chunk[LAYOUT_RANK];
    bool empty = false;
    for (int d = 0; d < data->rank; d++) {
        size[d] = data->axis[d].size;
        empty = empty || size[d] == 0;
    }
    *space = data->rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(data->rank, size, NULL);
    *list = H5Pcreate(H5P_DATASET_CREATE);
    HDF5(layout->path, *space, "make the shape of a dataset");
    HDF5(layout->path, *list, "make a property list");
    HDF5(layout->path, H5Pset_attr_creation_order(*list, order), "keep the order of attributes");
    HDF5(layout->path, H5Pset_obj_track_times(*list, 0), "leave times out");
    /* beside the dataset, not in a heap of their own, which takes longer and more room */
    HDF5(layout->path, H5Pset_attr_phase_change(*list, ATTRIBUTES, ATTRIBUTES / 2), "keep attributes at hand");
    if (H5Tget_class(data->type) == H5T_FLOAT) {
        const double missing = NAN;
        HDF5(layout->path, H5Pset_fill_value(*list, H5T_NATIVE_DOUBLE, &missing), "set the missing value");
    }
    if (data->storage == LAYOUT_WHOLE || data->rank == 0 || empty) return NULL;
    layout_chunk(data->rank, size, chunk);
    HDF5(layout->path, H5Pset_chunk(*list, data->rank, chunk), "set the shape of chunks");
    if (data->storage == LAYOUT_CHUNKED) {
        HDF5(layout->path, H5Pset_fletcher32(*list), "ask for checksums");
        return NULL;
    }
    HDF5(layout->path, H5Pset_shuffle(*list), "ask for the order of bytes");
    HDF5(layout->path, H5Pset_deflate(*list, LAYOUT_LEVEL), "ask for compression");
    return NULL;
}

/* Makes it, without values. */
static struct fault *make_dataset(const struct layout *layout, hid_t group, const struct layout_data *data,
                                  hid_t *dataset)
{
    hid_t space = -1, list = -1;
    struct fault *fault = shape_of(layout, data, &space, &list);
    *dataset = fault == NULL ? H5Dcreate2(group, data->name, data->type, space, H5P_DEFAULT, list, H5P_DEFAULT) : -1;
    if (fault == NULL && *dataset < 0) fault = layout_fault(layout->path, "create a dataset");
    if (space >= 0 && H5Sclose(space) < 0 && fault == NULL) fault = layout_fault(layout->path, "close a shape");
    if (list >= 0 && H5Pclose(list) < 0 && fault == NULL) fault = layout_fault(layout->path, "close a property list");
    if (fault != NULL) return fault;
    uint64_t size[LAYOUT_RANK];
    for (int d = 0; d < data->rank; d++) size[d] = data->axis[d].size;
    TRY(add_name(layout, group, data->name));
    content_shape(layout->content, data->rank, size,
                  H5Tequal(data->type, layout->label_type) > 0 ? 0 : H5Tget_size(data->type));
    return NULL;
}

static size_t values_of(const struct layout_data *data)
{
    size_t count = 1;
    for (int d = 0; d < data->rank; d++) count *= (size_t)data->axis[d].size;
    return count;
}

static struct fault *write_values(const struct layout *layout, const struct layout_data *data, hid_t dataset)
{
    const size_t count = values_of(data);
    if (data->value == NULL || count == 0) return NULL;
    const bool labels = H5Tequal(data->type, layout->label_type) > 0;
    const hid_t list = labels && count <= LABELS_AT_ONCE ? layout->label_list : H5P_DEFAULT;
    HDF5(layout->path, H5Dwrite(dataset, data->type, H5S_ALL, H5S_ALL, list, data->value), "write a dataset");
    if (labels)
        content_texts(layout->content, count, data->value);
    else
        content_values(layout->content, count * H5Tget_size(data->type), data->value);
    return NULL;
}

static struct fault *attach(const struct layout *layout, hid_t dataset, unsigned dimension, hid_t scale)
{
    char path[NAME_MOST];
    HDF5(layout->path, H5DSattach_scale(dataset, scale, dimension), "attach a dimension");
    HDF5(layout->path, H5Iget_name(scale, path, sizeof path), "tell the name of a dimension");
    content_name(layout->content, path + 1);
    return NULL;
}

struct fault *layout_dataset(const struct layout *layout, hid_t group, const struct layout_data *data, hid_t *dataset)
{
    TRY(make_dataset(layout, group, data, dataset));
    TRY(write_values(layout, data, *dataset));
    for (int d = 0; d < data->rank; d++)
        if (data->axis[d].scale > 0) TRY(attach(layout, *dataset, (unsigned)d, data->axis[d].scale));
    if (H5Tget_class(data->type) != H5T_FLOAT) return NULL;
    const double missing = NAN;
    const float missing_single = NAN;
    const int single = H5Tget_size(data->type) == sizeof missing_single;
    return attribute(layout, *dataset, "_FillValue", data->type, 1, single ? (const void *)&missing_single : &missing);
}

struct fault *layout_texts(const struct layout *layout, hid_t group, const char *name, const struct layout_axis *axis,
                           const char *const text[], hid_t *dataset)
{
    const struct layout_data data = {
        .name = name, .type = layout->label_type, .rank = 1, .axis = {*axis}, .value = text};
    return layout_dataset(layout, group, &data, dataset);
}

/* A text that the library itself made an attribute of, with its end. */
static void add_own_attribute(const struct layout *layout, const char *name, const char *text)
{
    content_name(layout->content, name);
    content_shape(layout->content, 0, NULL, strlen(text) + 1);
    content_attribute(layout->content, strlen(text) + 1, text);
}

static struct fault *make_scale(struct layout *layout, hid_t group, const struct layout_data *data, const char *label,
                                struct layout_axis *axis)
{
    const int32_t number = layout->dimensions++;
    *axis = (struct layout_axis){.scale = -1, .size = data->axis[0].size};
    TRY(make_dataset(layout, group, data, &axis->scale));
    TRY(write_values(layout, data, axis->scale));
    HDF5(layout->path, H5DSset_scale(axis->scale, label), "declare a dimension");
    add_own_attribute(layout, "CLASS", "DIMENSION_SCALE");
    add_own_attribute(layout, "NAME", label);
    return attribute(layout, axis->scale, "_Netcdf4Dimid", H5T_NATIVE_INT32, 0, &number);
}

struct fault *layout_scale(struct layout *layout, hid_t group, const char *name, size_t count, const double value[],
                           struct layout_axis *axis)
{
    const struct layout_data data = {
        .name = name, .type = H5T_NATIVE_DOUBLE, .rank = 1, .axis = {{.size = count}}, .value = value};
    return make_scale(layout, group, &data, name, axis);
}

struct fault *layout_labels(struct layout *layout, hid_t group, const char *name, size_t count,
                            const char *const label[], struct layout_axis *axis)
{
    const struct layout_data data = {
        .name = name, .type = layout->label_type, .rank = 1, .axis = {{.size = count}}, .value = label};
    return make_scale(layout, group, &data, name, axis);
}

struct fault *layout_dimension(struct layout *layout, hid_t group, const char *name, size_t count,
                               struct layout_axis *axis)
{
    const struct layout_data data = {.name = name, .type = H5T_NATIVE_FLOAT, .rank = 1, .axis = {{.size = count}}};
    char label[80];
    /* the words by which netCDF-4 knows a dimension that has no values */
    snprintf(label, sizeof label, "This is a netCDF dimension but not a netCDF variable.%10zu", count);
    return make_scale(layout, group, &data, label, axis);
}
