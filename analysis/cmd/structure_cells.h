/* SPDX-License-Identifier: GPL-3.0-or-later */
/* structure_cells — how glint structure shows Voronoi statistics and bond order: tables and JSON. */
#ifndef GLINT_ANALYSIS_CMD_STRUCTURE_CELLS_H
#define GLINT_ANALYSIS_CMD_STRUCTURE_CELLS_H

#include "analysis/structure/structure.h"
#include "base/text.h"

/* `top`: how many of the most frequent indices of each species. */
void structure_cells_print_voronoi(const struct structure *m, int top);
void structure_cells_print_bond_order(const struct structure *m);
/* Members "voronoi" and "bond_order" of the open object. */
void structure_cells_json_voronoi(struct json *j, const struct structure *m, int top);
void structure_cells_json_bond_order(struct json *j, const struct structure *m);

#endif
