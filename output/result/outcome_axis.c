/* output/result/outcome_axis.c -- see outcome_axis.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/outcome_axis.h"
#include "output/hdf5/axes.h"

#include <stdlib.h>
#include <string.h>

struct along {
    struct layout *layout;
    hid_t group;
    bool annual, untitled;
    size_t count;
    const struct outcome *const *outcome;
    const char **text; /* [count], room */
    int32_t *number;   /* [count], room */
    struct layout_axis *axis;
};

static struct fault *write_label(const struct along *along, const struct dataset_label *label)
{
    hid_t dataset = -1;
    for (size_t i = 0; i < along->count; i++)
        if (label->text != NULL)
            along->text[i] = label->text(along->outcome[i], along->annual);
        else
            along->number[i] = (int32_t)label->number(along->outcome[i]);
    const struct layout_data data = {
        .name = label->name, .type = H5T_NATIVE_INT32, .rank = 1, .axis = {*along->axis}, .value = along->number};
    if (label->text != NULL)
        TRY(layout_texts(along->layout, along->group, label->name, along->axis, along->text, &dataset));
    else
        TRY(layout_dataset(along->layout, along->group, &data, &dataset));
    TRY(layout_text(along->layout, dataset, "long_name", label->meaning));
    HDF5(along->layout->path, H5Dclose(dataset), "close a dataset");
    return NULL;
}

/* The names of all labels, by which readers know that they are coordinates. */
static struct fault *write_names(const struct along *along)
{
    char names[256] = "";
    for (const struct dataset_label *label = dataset_labels; label->name != NULL; label++) {
        if (along->untitled && label->optional) continue;
        strncat(names, names[0] == '\0' ? "" : " ", sizeof names - strlen(names) - 1);
        strncat(names, label->name, sizeof names - strlen(names) - 1);
    }
    return layout_text(along->layout, along->group, "coordinates", names);
}

static struct fault *write_all(const struct along *along, const char *prices)
{
    TRY(write_names(along));
    TRY(layout_text(along->layout, along->group, "prices", prices));
    for (size_t i = 0; i < along->count; i++) along->text[i] = along->outcome[i]->path;
    TRY(layout_lines(along->layout, along->group, "outcomes", along->count, along->text));
    TRY(axes_labels(along->layout, along->group, "outcome", "path of the outcome", along->count, along->text,
                    along->axis));
    for (const struct dataset_label *label = dataset_labels; label->name != NULL; label++)
        if (!along->untitled || !label->optional) TRY(write_label(along, label));
    return NULL;
}

static struct fault *write_axis(struct along along, const char *prices)
{
    along.text = malloc((along.count + 1) * sizeof *along.text);
    along.number = malloc((along.count + 1) * sizeof *along.number);
    struct fault *fault = along.text == NULL || along.number == NULL ? fault_no_memory() : write_all(&along, prices);
    free(along.text);
    free(along.number);
    return fault;
}

struct fault *outcome_axis_write(struct layout *layout, hid_t group, bool annual, const char *prices, size_t count,
                                 const struct outcome *const outcome[], struct layout_axis *axis)
{
    return write_axis((struct along){layout, group, annual, false, count, outcome, NULL, NULL, axis}, prices);
}

struct fault *outcome_axis_write_untitled(struct layout *layout, hid_t group, bool annual, const char *prices,
                                          size_t count, const struct outcome *const outcome[], struct layout_axis *axis)
{
    return write_axis((struct along){layout, group, annual, true, count, outcome, NULL, NULL, axis}, prices);
}
