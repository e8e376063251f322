/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/eam.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/text.h"
#include "force/cuzr.h"
#include "force/setfl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* rows=N in options, or `standard`. */
static status parse_rows(const char *options, int64_t standard, int64_t *rows)
{
    char text[64];
    TRY(potential_option(options, "rows", "", text, sizeof text));
    *rows = standard;
    if (text[0] == '\0') return OK;
    char *end;
    long long n = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || n < 256 || n > EAM_ROWS_MOST)
        return fail(BAD_INPUT, "rows=%s: expected a whole number from 256 to %d", text, EAM_ROWS_MOST);
    *rows = n;
    return OK;
}

static void release(struct potential *p)
{
    if (p->parameters) eam_free(p->parameters);
    DELETE(p->parameters);
}

static void compute(const struct force_work *w)
{
    static void (*const kernels[ISA_COUNT])(const struct force_work *) = {eam_compute_sse2, eam_compute_avx2,
                                                                          eam_compute_avx512};
    kernels[w->list->isa](w);
}

static void compute_mixed(const struct force_work *w)
{
    static void (*const kernels[ISA_COUNT])(const struct force_work *) = {eam_mixed_sse2, eam_mixed_avx2,
                                                                          eam_mixed_avx512};
    kernels[w->list->isa](w);
}

/* "m19,rows=4096" into its name and the rest. */
static void split_name(const char *options, char *name, size_t size, const char **rest)
{
    size_t length = strcspn(options, ",");
    snprintf(name, size, "%.*s", (int)length, options);
    *rest = options + length + (options[length] == ',' ? 1 : 0);
}

static status cuzr_make(struct potential *p, const char *options)
{
    static const char *const known[] = {"rows", NULL};
    char name[64];
    const char *rest;
    int64_t rows;
    struct eam *m = NULL;
    split_name(options, name, sizeof name, &rest);
    if (strchr(name, '=') || name[0] == '\0') { /* cuzr, cuzr:rows=4096 */
        snprintf(name, sizeof name, "m19");
        rest = options;
    }
    TRY(potential_check_options("cuzr", rest, known));
    TRY(parse_rows(rest, EAM_ROWS, &rows));
    TRY(NEW(m, 1));
    p->parameters = m;
    TRY(cuzr_functions(name, &m->functions));
    TRY(eam_tabulate(m, p, rows));
    snprintf(p->spec, sizeof p->spec, "cuzr:%s,rows=%lld", name, (long long)rows);
    const struct cuzr_potential *known_one = cuzr_potentials;
    while (strcmp(known_one->name, name) != 0) known_one++;
    snprintf(p->description, sizeof p->description,
             "Cu-Zr EAM %s, %s (%s); cubic table of %lld rows in r^2; units eV, angstrom, u", name,
             known_one->summary, known_one->reference, (long long)rows);
    return OK;
}

/* A table is named by what is in it: files of one name differ. */
static status digest_of(const char *path, char hex[65])
{
    char *content = NULL;
    size_t length;
    struct sha256 d;
    TRY(file_read(path, &content, &length));
    sha256_start(&d);
    sha256_add(&d, content, length);
    sha256_hex(&d, hex);
    DELETE(content);
    return OK;
}

/* FILE:ELEMENTS[,key=value]; the file name may hold colons. */
static status eam_make(struct potential *p, const char *options)
{
    static const char *const known[] = {"rows", NULL};
    const char *colon = strrchr(options, ':');
    if (!colon || colon == options || colon[1] == '\0')
        return fail(BAD_INPUT, "eam:%s: expected eam:FILE:ELEMENTS, e.g. eam:CuZr_mm.eam.fs:Cu,Zr", options);
    char path[POTENTIAL_SPEC - 192], elements[128];
    if ((size_t)(colon - options) >= sizeof path)
        return fail(BAD_INPUT, "eam:%s: the file name is longer than %zu characters", options,
                    sizeof path - 1);
    snprintf(path, sizeof path, "%.*s", (int)(colon - options), options);
    snprintf(elements, sizeof elements, "%s", colon + 1);
    char *equals = strchr(elements, '='), *rest = elements + strlen(elements);
    if (equals) { /* options begin behind the comma before the first `=` */
        while (equals > elements && *equals != ',') equals--;
        rest = equals + (*equals == ',' ? 1 : 0);
        *equals = '\0';
    }
    int64_t rows;
    struct eam *m = NULL;
    TRY(potential_check_options("eam", rest, known));
    TRY(parse_rows(rest, 0, &rows));
    TRY(NEW(m, 1));
    p->parameters = m;
    TRY(setfl_read(path, elements, SETFL_AUTO, &m->functions));
    TRY(eam_tabulate(m, p, rows));
    char table[64] = "the splines of the file";
    if (rows > 0) snprintf(table, sizeof table, "sampled in %lld rows of r^2", (long long)rows);
    snprintf(p->spec, sizeof p->spec, "eam:%s:%s%s", path, elements, rows > 0 ? "," : "");
    if (rows > 0)
        snprintf(p->spec + strlen(p->spec), sizeof p->spec - strlen(p->spec), "rows=%lld", (long long)rows);
    char digest[65];
    TRY(digest_of(path, digest));
    if (rows == 0)
        p->double_only = "; the splines of a file are evaluated in double precision, a table of them, e.g. "
                         "rows=4096, in either";
    snprintf(p->description, sizeof p->description,
             "EAM tables of %.160s (%s), sha256 %s, %s; units eV, angstrom, u", path,
             m->functions.file->summary, digest, table);
    return OK;
}

const struct potential_kind potential_cuzr = {
    .name = "cuzr",
    .summary = "Cu-Zr alloys, Finnis-Sinclair, from analytic functions: m19 (default), m09, m07, zjw04",
    .reference = "M. I. Mendelev et al., J. Chem. Phys. 151, 214502 (2019), doi:10.1063/1.5131500",
    .units = "metal",
    .options = "m19 | m09 | m07 | zjw04; rows=N of the tables in r^2 (2048)",
    .passes = 2,
    .species = {.count = 2, .name = {"Cu", "Zr"}, .mass = {63.546, 91.224}},
    .make = cuzr_make,
    .compute = compute,
    .compute_mixed = compute_mixed,
    .release = release,
};

const struct potential_kind potential_eam = {
    .name = "eam",
    .summary = "any embedded-atom table in setfl form (eam/alloy, eam/fs): eam:FILE:Cu,Zr",
    .reference = "M. S. Daw and M. I. Baskes, Phys. Rev. B 29, 6443 (1984), doi:10.1103/PhysRevB.29.6443",
    .units = "metal",
    .options = "FILE:ELEMENTS; rows=N samples the tables in r^2 (faster; without: the file's splines)",
    .passes = 2,
    .make = eam_make,
    .compute = compute,
    .compute_mixed = compute_mixed,
    .release = release,
};
