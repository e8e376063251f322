/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/run_names.h"
#include "analysis/report/run_folder.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool shared_name(const struct run_names_of *run, int n, int k)
{
    for (int j = 0; j < n; j++)
        if (j != k && strcmp(run[j].name, run[k].name) == 0) return true;
    return false;
}

static status name_with_parent(const struct run_names_of *run)
{
    char whole[FILE_PATH_MAX];
    char *path = realpath(run->path, NULL), *last = path ? strrchr(path, '/') : NULL;
    if (!last) {
        free(path);
        return fail(FAILED, "the folder %s cannot be found", run->path);
    }
    *last = '\0';
    const char *parent = strrchr(path, '/');
    snprintf(whole, sizeof whole, "%s-%s", parent ? parent + 1 : "", run->name);
    free(path);
    if (strlen(whole) >= RUN_NAME) return OK; /* stays as it is, and is refused */
    snprintf(run->name, RUN_NAME, "%.*s", RUN_NAME - 1, whole);
    return OK;
}

status run_names_apart(const struct run_names_of *run, int n)
{
    bool longer[RUN_NAMES_MOST];
    if (n > RUN_NAMES_MOST) return fail(BAD_INPUT, "more than %d runs", RUN_NAMES_MOST);
    for (int k = 0; k < n; k++) longer[k] = shared_name(run, n, k);
    for (int k = 0; k < n; k++)
        if (longer[k]) TRY(name_with_parent(&run[k]));
    for (int k = 0; k < n; k++)
        if (shared_name(run, n, k))
            return fail(BAD_INPUT,
                        "two runs are called %s; they, or the folders they are in, need different names",
                        run[k].name);
    return OK;
}
