/* sim/core/cause.c -- see cause.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/cause.h"

#include <errno.h>
#include <stddef.h>

enum fault_code cause_code(int error, enum fault_code named)
{
    static const int of_the_path[] = {ENOENT, ENOTDIR, EISDIR, EACCES, ELOOP, ENAMETOOLONG, ENXIO};
    for (size_t i = 0; i < sizeof of_the_path / sizeof *of_the_path; i++)
        if (error == of_the_path[i]) return named;
    return FAULT_MACHINE;
}
