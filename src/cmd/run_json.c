/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/run_json.h"
#include "base/clock.h"
#include "base/file.h"
#include "par/par.h"

status run_json_write(const struct run_json *r)
{
    const struct engine *e = r->engine;
    const struct phases *p = r->phases;
    char end[32], path[FILE_PATH_MAX];
    TRY(file_join(path, r->folder, "run.json"));
    clock_iso(end);
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "version", GLINT_VERSION);
    json_string(&j, "status", r->end == OK ? "done" : r->end == STOPPED ? "stopped" : "failed");
    json_integer(&j, "exit_code", r->end);
    if (r->end != OK) json_string(&j, "message", status_message());
    json_integer(&j, "steps", e->step);
    json_number(&j, "time", engine_shown_time(e));
    json_string(&j, "time_unit", units_label(&e->units, QUANTITY_TIME));
    json_integer(&j, "total_steps", r->total_steps);
    json_integer(&j, "atoms", e->domain.total);
    json_integer(&j, "ranks", par_size());
    json_integer(&j, "ranks_with_atoms", grid_active(&e->domain.grid));
    json_integer(&j, "threads", e->list.threads);
    json_string(&j, "isa", isa_name(e->list.isa));
    run_accuracy_write(r->accuracy, e, &j);
    json_string(&j, "compiler", __VERSION__);
    json_string(&j, "potential", r->input->potential.spec);
    json_integer(&j, "seed", r->input->seed);
    json_number(&j, "skin", e->list.skin);
    json_number(&j, "inner_skin", e->list.inner_skin);
    json_string(&j, "start", r->start);
    json_string(&j, "end", end);
    json_number(&j, "wall_seconds", p->wall);
    json_number(&j, "steps_per_s", phases_steps_per_s(p));
    phases_json(&j, p);
    json_integer(&j, "rebuilds", e->rebuilds);
    json_integer(&j, "prunes", e->prunes);
    json_string(&j, "state_digest", r->digest);
    json_close(&j);
    text_add(&j.text, "\n");
    status s = j.text.out_of_memory ? fail(FAILED, "out of memory for run.json") : file_write(path, j.text.s);
    json_free(&j);
    return s;
}
