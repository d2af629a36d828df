/* output/comparison/comparison_list.c -- what a comparison file holds, for people.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison.h"
#include "output/hdf5/structure.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What the file says in one group. */
struct lists {
    struct reader_texts world, variant, outcome, units, title;
    bool annual;
};

static struct fault *check_kind(const struct reader *reader)
{
    int64_t schema = 0;
    bool there = false;
    TRY(reader_has_attribute(reader, "zhol_comparison", &there));
    if (!there)
        return fault_raise(FAULT_FILES,
                           "%s is not a comparison; expected a file that `zhol compare -o` or `zhol batch` "
                           "wrote",
                           reader->path);
    TRY(reader_integer(reader, "zhol_comparison", &schema));
    if (schema == COMPARISON_SCHEMA) return NULL;
    return fault_raise(FAULT_FILES,
                       "%s has the comparison format %" PRId64 "; this zhol reads %d: compare again, by the command in "
                       "its attribute `history`",
                       reader->path, schema, COMPARISON_SCHEMA);
}

/* Each number has one for every world, variant and outcome. */
static struct fault *check_sizes(const struct reader *reader, const struct lists *lists)
{
    char dataset[128];
    struct reader_shape shape;
    snprintf(dataset, sizeof dataset, "horizon/%s", comparison_numbers[0].name);
    TRY(reader_shape(reader, dataset, &shape));
    if (shape.rank == 3 && shape.size[0] == lists->world.count && shape.size[1] == lists->variant.count &&
        shape.size[2] == lists->outcome.count)
        return NULL;
    return fault_raise(FAULT_FILES, "%s: %s is not of the worlds, variants and outcomes that are listed", reader->path,
                       dataset);
}

static struct fault *read_lists(const struct reader *reader, struct lists *lists)
{
    bool titled = false;
    TRY(reader_texts(reader, "horizon/world", &lists->world));
    TRY(reader_texts(reader, "horizon/variant", &lists->variant));
    TRY(reader_texts(reader, "horizon/outcome", &lists->outcome));
    TRY(reader_texts(reader, "horizon/units", &lists->units));
    TRY(reader_has(reader, "horizon/title", &titled)); /* older files do not have it */
    TRY(reader_texts(reader, titled ? "horizon/title" : "horizon/long_name", &lists->title));
    if (lists->units.count != lists->outcome.count || lists->title.count != lists->outcome.count)
        return fault_raise(FAULT_FILES, "%s: not every outcome has a unit and a name", reader->path);
    TRY(check_sizes(reader, lists));
    return reader_has(reader, "annual", &lists->annual);
}

static void free_lists(struct lists *lists)
{
    struct reader_texts *const all[] = {&lists->world, &lists->variant, &lists->outcome, &lists->units, &lists->title};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) reader_texts_free(all[i]);
}

static void print_names(const char *title, const struct reader_texts *names, FILE *to)
{
    fprintf(to, "%s:", title);
    for (size_t i = 0; i < names->count; i++) fprintf(to, "%s %s", i == 0 ? "" : ",", names->text[i]);
    fputc('\n', to);
}

static struct fault *print_head(const struct reader *reader, const struct lists *lists, FILE *to)
{
    char *title = NULL, *base = NULL, *start = NULL;
    int64_t months = 0;
    struct fault *fault = reader_text(reader, "title", &title);
    if (fault == NULL) fault = reader_text(reader, "base_name", &base);
    if (fault == NULL) fault = reader_text(reader, "start", &start);
    if (fault == NULL) fault = reader_integer(reader, "months", &months);
    if (fault == NULL) {
        fprintf(to, "%s\n", title);
        print_names("world", &lists->world, to);
        print_names("variant", &lists->variant, to);
        fprintf(to, "each less the base of its world: %s\n", base);
        if (lists->annual)
            fprintf(to, "horizon and annual, %" PRId64 " years from %s\n", months / CALENDAR_MONTHS_PER_YEAR, start);
        else
            fputs("horizon\n", to);
    }
    free(title);
    free(base);
    free(start);
    return fault;
}

static struct fault *print_all(const struct reader *reader, const struct lists *lists, FILE *to)
{
    TRY(print_head(reader, lists, to));
    fputs("\nnumbers of each:\n", to);
    for (const struct comparison_number *number = comparison_numbers; number->name != NULL; number++)
        fprintf(to, "  %-30s %s%s\n", number->name, number->meaning, number->of_horizon ? "; horizon only" : "");
    fputs("\noutcomes:\n", to);
    for (size_t i = 0; i < lists->outcome.count; i++)
        fprintf(to, "  %s: %s%s%s\n", lists->outcome.text[i], lists->title.text[i],
                strcmp(lists->units.text[i], "1") == 0 ? "" : ", ",
                strcmp(lists->units.text[i], "1") == 0 ? "" : lists->units.text[i]);
    fprintf(to,
            "\nIn Python: xarray.open_dataset(\"%s\", group=\"horizon\")[\"mean_difference\"].sel(outcome=..., "
            "variant=...)\n",
            reader->path);
    return fflush(to) != 0 || ferror(to) ? fault_raise(FAULT_MACHINE, "the list cannot be written") : NULL;
}

struct fault *comparison_check(const char *path, bool sealed)
{
    struct reader reader;
    struct fault *fault = reader_open(path, &reader);
    if (fault == NULL) fault = check_kind(&reader);
    if (fault == NULL) fault = structure_check(&reader);
    if (fault == NULL && sealed) fault = reader_check_content(&reader);
    return reader_close(&reader, fault);
}

struct fault *comparison_list(const char *path, FILE *to)
{
    struct reader reader;
    struct lists lists = {.annual = false};
    struct fault *fault = reader_open(path, &reader);
    if (fault == NULL) fault = check_kind(&reader);
    if (fault == NULL) fault = read_lists(&reader, &lists);
    if (fault == NULL) fault = print_all(&reader, &lists, to);
    free_lists(&lists);
    return reader_close(&reader, fault);
}
