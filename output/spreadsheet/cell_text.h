/* output/spreadsheet/cell_text.h -- texts as the cells of a workbook can hold them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CELL_TEXT_H
#define ZHOL_CELL_TEXT_H

/* Allocated; NULL without memory. What XML 1.0 cannot hold becomes U+FFFD; "_x0041_", which Excel would read as A, stays what it is;
 * of a text longer than a cell the beginning, and that it was cut. */
char *cell_text(const char *text);

#endif
