/* output/report/assets.h -- what every page has of itself, from the files of this folder: built into the program, which needs no
 * files beside it. embed.cmake makes the object.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ASSETS_H
#define ZHOL_ASSETS_H

#include <stddef.h>

/* A text that also ends with a NUL. */
struct asset {
    const char *text;
    size_t size;
};
extern const struct asset asset_script;  /* uPlot and page.js */
extern const struct asset asset_style;   /* uPlot's and page.css */
extern const struct asset asset_licence; /* of uPlot */

#endif
