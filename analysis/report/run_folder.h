/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_folder — what a run folder holds, as far as a report needs it.
 *
 *     struct run_folder f;
 *     TRY(run_folder_open(&f, "runs/a"));
 *     f.speckle[0 … f.speckles-1]      path, label of the stage ("" when only one observes), window's name
 *     f.trajectory[0 … f.trajectories-1]
 *     run_folder_fact(&f, "isa", buffer, sizeof buffer);         member of run.json as text; false: not there
 *     run_folder_input(&f, "barostat", "kind", buffer, size);    value of a key in input.yaml (effective)
 *     f.thermo.column[THERMO_T][row]   thermo.csv, NULL/0 rows without one
 *     f.film.lines.rows                film.csv, 0 without one
 *     run_folder_free(&f);
 *
 * hops-LABEL.h5 of a stage that is not finished is left out, with a warning. Several observing stages write
 * speckle-LABEL-WINDOW.h5 and trajectory-LABEL.h5; the label is what stands in front of the window's own
 * name, as written in the file. Where only one kind is labelled, the other gets the name of the stage that
 * thermo.csv gives for its first time. A record of hops of the only observed stage has the label "", too.
 * Series are sorted by their first time, then by name. BAD_INPUT when the folder is absent or holds neither
 * speckles nor trajectories nor thermo.csv. A damaged speckle file is reported, not skipped. */
#ifndef GLINT_ANALYSIS_REPORT_RUN_FOLDER_H
#define GLINT_ANALYSIS_REPORT_RUN_FOLDER_H

#include "analysis/report/run_film.h"
#include "analysis/report/run_thermo.h"
#include "base/file.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RUN_SERIES = 48 };

struct run_series {
    char path[FILE_PATH_MAX];
    char label[RUN_NAME], name[RUN_NAME]; /* name: window; "" for a trajectory */
    double first_time;
    int64_t frames; /* speckles */
    int64_t pixels; /* speckles: independent ones of a group; order within a stage: most first */
};

struct run_folder {
    char path[FILE_PATH_MAX], name[RUN_NAME];
    char *input, *json; /* input.yaml and run.json, or NULL */
    int speckles, trajectories, records;
    struct run_series speckle[RUN_SERIES], trajectory[RUN_SERIES];
    struct run_series record[RUN_SERIES]; /* finished hops-LABEL.h5; name: the stage's label, always */
    struct run_thermo thermo;
    struct run_film film;
    char units[8]; /* "lj" or "metal": of thermo.csv, else of the first series */
};

status run_folder_open(struct run_folder *f, const char *path);
/* Only input.yaml, run.json, thermo.csv and film.csv: no HDF5 file is opened, so the run may be writing
 * them. There are no series. BAD_INPUT without a line of thermo.csv. */
status run_folder_open_thermo(struct run_folder *f, const char *path);
void run_folder_free(struct run_folder *f);

bool run_folder_metal(const struct run_folder *f); /* units: metal, not lj */
bool run_folder_fact(const struct run_folder *f, const char *key, char *value, size_t size);
/* `section` NULL: a key at the top; else a key one level below it. The value without comment and quotes. */
bool run_folder_input(const struct run_folder *f, const char *section, const char *key, char *value,
                      size_t size);

/* What the crystal alarm saw in a stage (crystal-STAGE.csv): Laves centres per large atom in the last line
 * and at most, the largest cluster. false: the stage was not watched. */
struct run_crystal {
    double last, most;
    long long largest;
};
bool run_folder_crystal(const struct run_folder *f, const char *stage, struct run_crystal *c);

#endif
