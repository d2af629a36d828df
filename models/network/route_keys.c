/* models/network/route_keys.c -- what a flow says of its routes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/routes.h"

enum { VIA_MOST = 64 };

static const struct key nest_entry[] = {
    {.name = "*",
     .kind = KEY_QUANTITY,
     .unit = "",
     .min = 0,
     .max = 1,
     .min_open = true,
     .draws = true,
     .meaning = "How far its routes are apart: 1 no nearer than others, towards 0 the same."}};
const struct key routes_choice_keys[] = {
    {.name = "sensitivity",
     .kind = KEY_QUANTITY,
     .unit = "1/USD",
     .min = 0,
     .max = 1e300,
     .min_open = true,
     .draws = true,
     .meaning = "Fall of the log odds of a route per USD of generalised cost of a unit."},
    {.name = "nests",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .entry = nest_entry,
     .meaning = "Sets of routes that are nearer to one another than to the rest."},
    {.name = NULL}};

static const struct key via_entry[] = {
    {.name = "*", .kind = KEY_REFERENCE, .target = "legs", .meaning = "A leg on the way."}};
static const struct key route_keys[] = {
    TITLE_KEY,
    {.name = "share",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "",
     .min = 0,
     .max = 1,
     .min_open = true,
     .meaning = "Share of the flow in the base year; a seed such as 0.1 % where nothing moved yet."},
    {.name = "via", .kind = KEY_LIST, .min = 1, .max = VIA_MOST, .entry = via_entry, .meaning = "The legs on the way."},
    {.name = "nest",
     .kind = KEY_NAME,
     .default_value = "",
     .meaning = "The nest that it belongs to; by itself if absent."},
    {.name = "like",
     .kind = KEY_NAME,
     .default_value = "",
     .meaning = "In place of a share: a route that shippers like as much, cost aside; this one is new and takes cargo "
                "from the start on."},
    {.name = "offset",
     .kind = KEY_QUANTITY,
     .unit = "USD/$commodity.unit",
     .default_value = "",
     .draws = true,
     .meaning = "With `like`: how much dearer the route seems than that one, cost aside."},
    {.name = NULL}};
const struct key routes_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = route_keys, .meaning = "A way from leg to leg."}};
