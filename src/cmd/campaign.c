/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/campaign.h"
#include "base/mem.h"
#include "cmd/controls.h"
#include "cmd/run_input.h"
#include "protocol/runner.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char input_name[] = "campaign.yaml";

status campaign_asked_for(const char *path, const char *const *sets, int n_sets, const char *folder,
                          bool *asked)
{
    struct tree document = {0};
    *asked = !path && members_there(folder);
    if (!path || run_input_document(&document, path, sets, n_sets) != OK) return OK; /* said by its reader */
    *asked = sweep_present(&document);
    tree_free(&document);
    if (!*asked && folder && members_there(folder))
        return fail(BAD_INPUT, "%s holds a campaign, and %s is one run; choose another folder with -o",
                    folder, path);
    return OK;
}

status campaign_member_folder(const struct campaign *c, size_t i, char out[FILE_PATH_MAX])
{
    return file_join(out, c->folder, c->members.name[i]);
}

/* ---- from the input ---- */

static void take_limit(struct campaign *c, const struct run_input *r)
{
    if (!isnan(r->limit.wall) && !(c->wall <= r->limit.wall)) c->wall = r->limit.wall;
}

/* A member as it is found; names and inputs belong to the campaign's arena. */
struct entry {
    const char *name, *input, *rate;
    const char **value; /* of the swept keys; "" where a control does not depend on one */
    enum control_role role;
    size_t owner; /* the film that it was made for first */
    int64_t total;
};

struct roster {
    struct entry *entry;
    size_t n, capacity;
};

static status add_entry(struct campaign *c, struct roster *r, const struct entry *e, const bool *use)
{
    const struct sweep *s = &c->sweep;
    TRY(GROW(r->entry, r->capacity, r->n + 1));
    struct entry *new = &r->entry[r->n++];
    *new = *e;
    TRY(ARENA_NEW(&c->arena, new->value, s->keys + 1));
    for (size_t k = 0; k < s->keys; k++)
        new->value[k] = use && !use[k] ? "" : s->key[k].text[s->member[e->owner].choice[k]];
    TRY(arena_copy(&c->arena, e->name, strlen(e->name), &new->name));
    TRY(arena_copy(&c->arena, e->rate, strlen(e->rate), &new->rate));
    return arena_copy(&c->arena, e->input, strlen(e->input), &new->input);
}

/* Read a member's document, which is taken over. */
static status take_member(struct campaign *c, struct tree *document, const char *name, const char *path,
                          struct run_input *r)
{
    char title[FILE_PATH_MAX + 2 * SWEEP_NAME_MAX];
    snprintf(title, sizeof title, "member %s of %s", name, path);
    TRY(run_input_take(r, document, title));
    take_limit(c, r);
    return OK;
}

/* The control is new, or the same as one that another film has made. */
static status meet_entry(struct campaign *c, struct roster *r, const struct entry *e, const bool *use)
{
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->entry[i].name, e->name) != 0) continue;
        if (strcmp(r->entry[i].input, e->input) == 0) return OK;
        return fail(BAD_INPUT,
                    "the control %s would be another one for %s than for %s: give it its temperatures, time "
                    "and thickness",
                    e->name, c->sweep.member[e->owner].name, c->sweep.member[r->entry[i].owner].name);
    }
    return add_entry(c, r, e, use);
}

static status read_control(struct campaign *c, struct roster *r, const struct run_input *film, size_t owner,
                           size_t item, size_t which, const char *path)
{
    struct tree document;
    struct run_input control;
    bool use[SWEEP_KEYS_MAX];
    char rate[UNITS_TEXT], word[UNITS_TEXT], front[64], name[SWEEP_NAME_MAX + 1];
    struct entry e = {.name = name, .rate = rate, .owner = owner};
    e.role = controls_role(film, item, which);
    controls_rate(film, item, which, rate);
    snprintf(front, sizeof front, "%s%.40s", control_roles[e.role], controls_word(film, item, which, word));
    for (size_t k = 0; k < c->sweep.keys; k++) use[k] = controls_depend_on(film, item, c->sweep.key[k].key);
    sweep_name(&c->sweep, owner, use, front, name);
    TRY(controls_document(film, item, which, &document));
    TRY(take_member(c, &document, name, path, &control));
    e.input = control.effective.s;
    e.total = runner_total_steps(control.stages, control.n_stages);
    status s = meet_entry(c, r, &e, use);
    run_input_free(&control);
    return s;
}

static status read_film(struct campaign *c, struct roster *films, struct roster *controls, size_t i,
                        const char *path)
{
    struct tree document = {0};
    struct run_input r;
    struct entry e = {.name = c->sweep.member[i].name, .rate = "", .owner = i};
    status s = sweep_document(&c->sweep, i, &document);
    if (s == OK && tree_child(document.root, "controls") && !tree_child(document.root, "role"))
        s = tree_set(&document, "role=film");
    if (s != OK) {
        tree_free(&document);
        return s;
    }
    TRY(take_member(c, &document, e.name, path, &r));
    e.input = r.effective.s;
    e.total = runner_total_steps(r.stages, r.n_stages);
    GUARD(add_entry(c, films, &e, NULL));
    for (size_t k = 0; k < r.controls.count; k++)
        for (size_t n = 0; n < controls_number(&r, k); n++)
            GUARD(read_control(c, controls, &r, i, k, n, path));
done:
    run_input_free(&r);
    return s;
}

static status make_room(struct campaign *c)
{
    TRY(ARENA_NEW(&c->arena, c->input, c->members.n));
    return ARENA_NEW(&c->arena, c->total, c->members.n);
}

/* All entries into c->members: films first. */
static status list_members(struct campaign *c, const struct roster *part, size_t parts)
{
    struct members *m = &c->members;
    bool roles = part[1].n > 0;
    size_t swept = c->sweep.keys;
    m->keys = swept + (roles ? 2 : 0);
    for (size_t p = 0; p < parts; p++) m->n += part[p].n;
    TRY(ARENA_NEW(&m->arena, m->name, m->n));
    TRY(ARENA_NEW(&m->arena, m->key, m->keys + 1));
    TRY(ARENA_NEW(&m->arena, m->value, m->n * m->keys + 1));
    TRY(make_room(c));
    for (size_t k = 0; k < swept; k++) m->key[k] = c->sweep.key[k].key;
    if (roles) m->key[swept] = "role";
    if (roles) m->key[swept + 1] = "rate";
    size_t i = 0;
    for (size_t p = 0; p < parts; p++)
        for (size_t e = 0; e < part[p].n; e++, i++) {
            const struct entry *entry = &part[p].entry[e];
            m->name[i] = entry->name;
            for (size_t k = 0; k < swept; k++) m->value[i * m->keys + k] = entry->value[k];
            if (roles) m->value[i * m->keys + swept] = control_roles[entry->role];
            if (roles) m->value[i * m->keys + swept + 1] = entry->rate;
            c->input[i] = entry->input;
            c->total[i] = entry->total;
        }
    return OK;
}

status campaign_read(struct campaign *c, const char *path, const char *const *sets, int n_sets)
{
    status s = OK;
    struct roster part[2] = {{0}, {0}}; /* films, or whatever is swept; their controls */
    *c = (struct campaign){.wall = NAN};
    GUARD(run_input_document(&c->document, path, sets, n_sets));
    GUARD(sweep_read(&c->sweep, &c->document, &run_table, path));
    c->at_once = c->sweep.at_once;
    for (size_t i = 0; i < c->sweep.members; i++) GUARD(read_film(c, &part[0], &part[1], i, path));
    GUARD(list_members(c, part, 2));
done:
    for (int p = 0; p < 2; p++) DELETE(part[p].entry);
    if (s != OK) campaign_free(c);
    return s;
}

/* ---- differences between inputs ---- */

static const char *shown(const struct tree_node *node)
{
    return !node                     ? "nothing"
           : node->kind == TREE_TEXT ? node->text
           : node->kind == TREE_LIST ? "a list"
                                     : "a map";
}

/* A key at the top that changes nothing of what a run finds. */
static bool is_free(const struct tree_node *key)
{
    static const char *const words[] = {"limit", "checkpoint", "keep"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!key->parent->parent && strcmp(key->key, words[i]) == 0) return true;
    return false;
}

/* Add the first places where two trees differ. */
static void add_differences(const struct tree_node *was, const struct tree_node *is, struct text *out, int *n)
{
    enum { MOST = 4 };
    char path[TREE_PATH_MAX];
    bool same_kind = was && is && was->kind == is->kind;
    if (*n >= MOST) return;
    if (!same_kind || (was->kind == TREE_TEXT && strcmp(was->text, is->text) != 0)) {
        (*n)++;
        text_add(out, "%s%s was '%.80s', is '%.80s'", *n > 1 ? "; " : "", tree_path(is ? is : was, path),
                 shown(was), shown(is));
        return;
    }
    if (was->kind == TREE_LIST) {
        const struct tree_node *a = was->first, *b = is->first;
        for (; a || b; a = a ? a->next : NULL, b = b ? b->next : NULL) add_differences(a, b, out, n);
        return;
    }
    for (const struct tree_node *a = was->first; a; a = a->next)
        if (!is_free(a)) add_differences(a, tree_child(is, a->key), out, n);
    for (const struct tree_node *b = is->first; b; b = b->next)
        if (!is_free(b) && !tree_child(was, b->key)) add_differences(NULL, b, out, n);
}

static status compare_inputs(const char *name, const char *was_text, const char *is_text, const char *folder)
{
    struct tree was = {0}, is = {0};
    struct text differences = {0};
    int n = 0;
    status s = OK;
    GUARD(tree_parse(&was, "input.yaml", was_text, strlen(was_text)));
    GUARD(tree_parse(&is, "input.yaml", is_text, strlen(is_text)));
    add_differences(was.root, is.root, &differences, &n);
    if (n > 0)
        s = fail(
            BAD_INPUT,
            "member %s has begun with another input: %s. Choose another folder with -o, or go on with the "
            "inputs in it: glint run -o %s --resume",
            name, differences.s, folder);
done:
    tree_free(&was);
    tree_free(&is);
    text_free(&differences);
    return s;
}

/* ---- the folder ---- */

static bool has_begun(const struct member *m)
{
    return m->state != MEMBER_WAITING && (m->state != MEMBER_FAILED || m->checkpoint || m->step > 0);
}

static status check_member(const struct campaign *c, size_t i)
{
    char folder[FILE_PATH_MAX], path[FILE_PATH_MAX], *was = NULL;
    size_t length;
    struct member m;
    TRY(campaign_member_folder(c, i, folder));
    TRY(file_join(path, folder, "input.yaml"));
    member_look(&m, folder);
    if (!has_begun(&m) || !file_exists(path)) return OK;
    TRY(file_read(path, &was, &length));
    status s = compare_inputs(c->members.name[i], was, c->input[i], c->folder);
    DELETE(was);
    return s;
}

static status write_input(const struct campaign *c)
{
    struct text t = {0};
    char path[FILE_PATH_MAX];
    TRY(file_join(path, c->folder, input_name));
    tree_emit(c->document.root, &t);
    status s = t.out_of_memory ? fail(FAILED, "out of memory for %s", path) : file_write(path, t.s);
    text_free(&t);
    return s;
}

static status set_folder(struct campaign *c, const char *folder)
{
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    if (n >= sizeof c->folder) return fail(BAD_INPUT, "the path is too long: %s", folder);
    memcpy(c->folder, folder, n);
    c->folder[n] = '\0';
    return OK;
}

/* Removed from the input, but still there. */
static status keep_others(const struct campaign *c)
{
    struct members old;
    if (!members_there(c->folder)) return OK;
    TRY(members_read(&old, c->folder));
    status s = OK;
    for (size_t i = 0; i < old.n && s == OK; i++) {
        size_t k = 0;
        while (k < c->members.n && strcmp(c->members.name[k], old.name[i]) != 0) k++;
        if (k == c->members.n)
            s = fail(
                BAD_INPUT,
                "%s holds the member %s, which the input no longer makes; choose another folder with -o, "
                "or put its values back",
                c->folder, old.name[i]);
    }
    members_free(&old);
    return s;
}

status campaign_prepare(struct campaign *c, const char *folder)
{
    char path[FILE_PATH_MAX], member[FILE_PATH_MAX];
    TRY(set_folder(c, folder));
    static const char *const of_a_run[] = {"run.json", "checkpoint.h5"};
    for (int i = 0; i < 2; i++) {
        TRY(file_join(path, c->folder, of_a_run[i]));
        if (file_exists(path))
            return fail(BAD_INPUT, "%s holds a single run; choose another folder with -o", c->folder);
    }
    TRY(keep_others(c));
    for (size_t i = 0; i < c->members.n; i++) TRY(check_member(c, i));
    TRY(file_make_folder(c->folder));
    for (size_t i = 0; i < c->members.n; i++) {
        TRY(campaign_member_folder(c, i, member));
        TRY(file_make_folder(member));
        TRY(file_join(path, member, "input.yaml"));
        TRY(file_write(path, c->input[i]));
    }
    TRY(write_input(c));
    return members_write(&c->members, c->folder);
}

status campaign_open(struct campaign *c, const char *folder)
{
    char member[FILE_PATH_MAX], path[FILE_PATH_MAX];
    status s = OK;
    *c = (struct campaign){.wall = NAN, .at_once = 1};
    GUARD(set_folder(c, folder));
    GUARD(members_read(&c->members, c->folder));
    GUARD(make_room(c));
    for (size_t i = 0; i < c->members.n; i++) {
        struct run_input r;
        GUARD(campaign_member_folder(c, i, member));
        GUARD(file_join(path, member, "input.yaml"));
        GUARD(run_input_read(&r, path, NULL, 0));
        c->total[i] = runner_total_steps(r.stages, r.n_stages);
        take_limit(c, &r);
        run_input_free(&r);
    }
    GUARD(file_join(path, c->folder, input_name));
    if (run_input_document(&c->document, path, NULL, 0) == OK &&
        sweep_read(&c->sweep, &c->document, &run_table, path) == OK)
        c->at_once = c->sweep.at_once;
done:
    if (s != OK) campaign_free(c);
    return s;
}

void campaign_free(struct campaign *c)
{
    members_free(&c->members);
    tree_free(&c->document);
    arena_free(&c->arena);
}

/* ---- going on ---- */

enum campaign_action campaign_action_of(const struct member *m)
{
    if (m->state == MEMBER_DONE) return CAMPAIGN_SKIP;
    return m->checkpoint ? CAMPAIGN_RESUME : CAMPAIGN_START;
}

status campaign_clear(const char *folder)
{
    char path[FILE_PATH_MAX];
    TRY(file_join(path, folder, "run.json"));
    if (unlink(path) != 0 && errno != ENOENT)
        return fail(FAILED, "cannot remove %s of the failed attempt: %s", path, strerror(errno));
    return OK;
}

status campaign_pick(const char *folder, const char *which, char out[FILE_PATH_MAX],
                     enum campaign_action *action)
{
    struct members m;
    struct member state;
    int64_t number;
    TRY(members_read(&m, folder));
    size_t i = 0;
    while (i < m.n && strcmp(m.name[i], which) != 0) i++;
    if (i == m.n && text_to_int64(which, &number) && number >= 1 && (uint64_t)number <= m.n)
        i = (size_t)number - 1;
    status s = OK;
    if (i == m.n) {
        const char *near = text_nearest(which, m.name, m.n);
        s = fail(BAD_INPUT, "%s has no member '%s'%s%s%s; a name or a number from 1 to %zu was expected",
                 folder, which, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "", m.n);
    } else {
        s = file_join(out, folder, m.name[i]);
    }
    members_free(&m);
    if (s != OK) return s;
    member_look(&state, out);
    *action = campaign_action_of(&state);
    return OK;
}
