/* sim/run/kernels.c -- see kernels.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/kernels.h"

#include <stdlib.h>
#include <string.h>

#ifdef ZHOL_KERNELS_V4
extern const struct kernels kernels_v4;
static const struct kernels *const all[] = {&kernels_built, &kernels_v4};
#else
static const struct kernels *const all[] = {&kernels_built};
#endif
enum { KERNELS = sizeof all / sizeof all[0] };

const struct kernels *kernels_at(size_t i)
{
    return i < KERNELS ? all[i] : NULL;
}

bool kernels_run_here(const struct kernels *kernels)
{
    return kernels == &kernels_built || lanes_cpu_has_v4();
}

/* "v3 or v4". */
static void list_names(size_t size, char text[])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < KERNELS && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : " or ", all[i]->name);
}

struct fault *kernels_choose(const char *name, const struct kernels **kernels)
{
    const char *asker = name == NULL ? "ZHOL_ISA" : "--isa";
    if (name == NULL) name = getenv("ZHOL_ISA");
    const bool any = name == NULL || *name == '\0';
    *kernels = NULL;
    for (size_t i = 0; i < KERNELS; i++)
        if (any ? kernels_run_here(all[i]) : strcmp(all[i]->name, name) == 0) *kernels = all[i];
    if (*kernels == NULL) {
        char names[64];
        list_names(sizeof names, names);
        return fault_raise(FAULT_USAGE, "%s is '%s', an instruction set that is not in this program; expected %s",
                           asker, name, names);
    }
    if (!kernels_run_here(*kernels))
        return fault_raise(FAULT_USAGE, "%s is %s, for x86-64-v4 (AVX-512), which this processor lacks; expected %s",
                           asker, name, kernels_built.name);
    return NULL;
}
