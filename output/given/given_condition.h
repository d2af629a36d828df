/* output/given/given_condition.h -- a condition as a tree: for the files of output/given alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_GIVEN_CONDITION_H
#define ZHOL_GIVEN_CONDITION_H

#include "output/given/given.h"

#include <stdbool.h>

enum { GIVEN_DEPTH = 64, GIVEN_NAME = 256 };

/* A name, or a number with its unit. */
struct given_operand {
    struct place place;
    char name[GIVEN_NAME]; /* "": a number */
    int year;              /* 0: over the horizon */
    struct place year_place;
    double number;
    char unit[GIVEN_NAME];
};

enum given_relation { GIVEN_LESS, GIVEN_AT_MOST, GIVEN_MORE, GIVEN_AT_LEAST, GIVEN_BETWEEN };
enum given_kind { GIVEN_COMPARISON, GIVEN_NOT, GIVEN_AND, GIVEN_OR };

struct given_node {
    enum given_kind kind;
    enum given_relation relation;    /* of the left side to the right one */
    struct given_operand operand[3]; /* left, right, and of `between` the upper end; the left is a name */
    size_t children;
    struct given_node **child;
};

struct given {
    struct source source; /* named --given */
    struct given_node *root;
};

#endif
