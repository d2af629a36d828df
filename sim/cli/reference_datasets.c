/* sim/cli/reference_datasets.c -- see reference_datasets.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/reference_datasets.h"
#include "output/comparison/comparison.h"
#include "output/result/datasets.h"

static void write_row(const char *name, const char *first, bool years, enum dataset_along along, const char *unit,
                      const char *meaning, FILE *to)
{
    static const char *const more[] = {
        [ALONG_NOTHING] = "", [ALONG_QUANTILE] = ", quantile", [ALONG_TAIL] = ", tail, level"};
    fprintf(to, "| `%s` | (%s%s%s) | %s | %s |\n", name, first, years ? ", time" : "", more[along], unit, meaning);
}

static const char *unit_of(bool in_unit)
{
    return in_unit ? "its own" : "1";
}

struct fault *reference_datasets(FILE *to)
{
    fputs("## Datasets\n\n<!-- This section is printed by `zhol reference --datasets`, from the tables that declare "
          "them. -->\n\n"
          "In `/annual` and `/horizon` of a result; `/horizon` has no `time`.\n\n"
          "| dataset | shape | unit | meaning |\n|---|---|---|---|\n",
          to);
    for (const struct dataset *of = datasets; of->name != NULL; of++)
        write_row(of->name, of->of_chance ? "threshold" : "outcome", true, of->along, unit_of(of->in_unit), of->meaning,
                  to);
    fputs("\nLabels, along `outcome`, in every group that has outcomes:\n\n| label | is | meaning |\n|---|---|---|\n",
          to);
    for (const struct dataset_label *label = dataset_labels; label->name != NULL; label++)
        fprintf(to, "| `%s` | %s | %s |\n", label->name, label->text != NULL ? "text" : "number", label->meaning);
    fputs("\nIn `/annual` and `/horizon` of a comparison, where `...` is world, variant, outcome, and labels are as "
          "above; those without\n`time` are in `/horizon` alone:\n\n"
          "| dataset | shape | unit | meaning |\n|---|---|---|---|\n",
          to);
    for (const struct comparison_number *of = comparison_numbers; of->name != NULL; of++)
        write_row(of->name, "...", !of->of_horizon, of->along, unit_of(of->in_unit), of->meaning, to);
    return ferror(to) ? fault_raise(FAULT_MACHINE, "the page cannot be written") : NULL;
}
