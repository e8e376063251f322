/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint slurm — a campaign as a Slurm job array: one task a member. */
#include "base/args.h"
#include "cmd/campaign.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
    const char *output, *time, *partition, *account, *program;
    struct arg_list set;
    int64_t ranks, threads, jobs;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--output", 'o', ARG_STRING, AT(output), "DIR", "campaign folder (made if needed)"},
    {"--set", 0, ARG_LIST, AT(set), "KEY=VALUE", "change the input as in glint run"},
    {"--time", 0, ARG_STRING, AT(time), "TIME", "of one task, as Slurm writes it (default 24:00:00)"},
    {"--ranks", 0, ARG_INT, AT(ranks), "N", "MPI ranks of a member (default 1)"},
    {"--threads", 0, ARG_INT, AT(threads), "N", "threads of a rank (default 1)"},
    {"--jobs", 0, ARG_INT, AT(jobs), "N", "most members at a time (default: as many as Slurm likes)"},
    {"--partition", 0, ARG_STRING, AT(partition), "NAME", "partition of the cluster"},
    {"--account", 0, ARG_STRING, AT(account), "NAME", "who pays"},
    {"--program", 0, ARG_STRING, AT(program), "PATH", "glint as the nodes see it (default: this one)"},
    {0}};

extern const struct command cmd_slurm;

/* Words that go into #SBATCH lines: nothing that could end the line or the option. */
static status check_word(const char *option, const char *word)
{
    if (!word) return OK;
    for (const char *c = word; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(".-_:+,", *c))
            return fail(BAD_INPUT, "%s '%s': letters, digits and .-_:+, were expected", option, word);
    return *word ? OK : fail(BAD_INPUT, "%s is empty", option);
}

/* Within single quotes of the shell. */
static void quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (const char *c = text; *c; c++) fputs(*c == '\'' ? "'\\''" : (const char[]){*c, '\0'}, out);
    fputc('\'', out);
}

static void write_head(FILE *out, const struct campaign *c, const struct options *o, const char *folder)
{
    char array[64];
    const char *name = strrchr(folder, '/');
    snprintf(array, sizeof array, "1-%zu", c->members.n);
    if (o->jobs > 0)
        snprintf(array + strlen(array), sizeof array - strlen(array), "%%%lld", (long long)o->jobs);
    fprintf(out, "#!/bin/bash\n");
    fprintf(out,
            "# %zu runs of the campaign in this folder, one array task each; written by glint slurm.\n"
            "#   sbatch campaign.slurm                submit; submit again to go on with what is not done\n"
            "#   sbatch --array=3,5 campaign.slurm    only these, in the order of members.csv\n"
            "#   glint status DIR                     how they are\n",
            c->members.n);
    fprintf(out, "#SBATCH --job-name=%s\n", name ? name + 1 : folder);
    fprintf(out, "#SBATCH --array=%s\n", array);
    fprintf(out, "#SBATCH --ntasks=%lld\n", (long long)o->ranks);
    fprintf(out, "#SBATCH --cpus-per-task=%lld\n", (long long)o->threads);
    fprintf(out, "#SBATCH --time=%s\n", o->time ? o->time : "24:00:00");
    if (o->partition) fprintf(out, "#SBATCH --partition=%s\n", o->partition);
    if (o->account) fprintf(out, "#SBATCH --account=%s\n", o->account);
    fprintf(
        out,
        "# A minute before the time is over the run is told; it writes a checkpoint and exits with code 4.\n"
        "#SBATCH --signal=USR1@60\n"
        "# A task that is requeued (a node fails, or see the last lines) goes on from its checkpoint.\n"
        "#SBATCH --requeue\n"
        "#SBATCH --open-mode=append\n"
        "# Slurm's own words; those of the run are in MEMBER/log.txt.\n"
        "#SBATCH --output=slurm-%%A_%%a.out\n\n");
}

static void write_body(FILE *out, const struct options *o, const char *folder, const char *program)
{
    fprintf(out, "dir=");
    quoted(out, folder);
    fprintf(out, "\nglint=");
    quoted(out, program);
    fprintf(out, "\nthreads=%lld\n", (long long)o->threads);
    fprintf(out,
            "task=${SLURM_ARRAY_TASK_ID:?submit this with sbatch, or set the number of a member}\n"
            "# The member: the task's line of members.csv behind the header; names hold no commas.\n"
            "member=$(sed -n \"$((task + 1))s/,.*//p\" \"$dir/members.csv\")\n"
            "test -n \"$member\" || { echo \"no member $task in $dir/members.csv\" >&2; exit 2; }\n"
            "# A file `stop` in this folder keeps tasks from beginning; one in a member's ends that run.\n"
            "test ! -e \"$dir/stop\" || exit 4\n"
            "export OMP_NUM_THREADS=$threads\n\n"
            "# srun gets the signal, not this script. Without srun (a test by hand) the program is called "
            "directly.\n"
            "launch=(srun --kill-on-bad-exit=0 --cpus-per-task=\"$threads\")\n"
            "command -v srun > /dev/null || launch=()\n"
            "# --member starts the run, goes on from its checkpoint, or finds it done.\n"
            "\"${launch[@]}\" \"$glint\" run -o \"$dir\" --member \"$member\" --threads \"$threads\" >> "
            "\"$dir/$member/log.txt\" 2>&1\n"
            "code=$?\n"
            "# Out of time, with a checkpoint: back into the queue. Not if somebody asked for the stop.\n"
            "if test $code = 4 && test ! -e \"$dir/stop\" && test ! -e \"$dir/$member/stop\" && "
            "test -n \"${SLURM_ARRAY_JOB_ID:-}\"; then\n"
            "    scontrol requeue \"${SLURM_ARRAY_JOB_ID}_$task\"\n"
            "fi\n"
            "exit $code\n");
}

static status write_script(const struct campaign *c, const struct options *o)
{
    char path[FILE_PATH_MAX], folder[FILE_PATH_MAX], program[FILE_PATH_MAX];
    struct file_new f;
    if (!realpath(c->folder, folder)) return fail(FAILED, "the folder %s cannot be found", c->folder);
    if (o->program) {
        snprintf(program, sizeof program, "%s", o->program);
    } else {
        ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
        program[n > 0 ? n : 0] = '\0';
    }
    TRY(file_join(path, c->folder, "campaign.slurm"));
    TRY(file_begin(&f, path));
    write_head(f.stream, c, o, folder);
    write_body(f.stream, o, folder, program);
    TRY(file_commit(&f));
    if (chmod(path, 0755) != 0) return fail(FAILED, "cannot make %s executable", path);
    printf("%s: %zu members; submit with\n  cd %s && sbatch campaign.slurm\n", path, c->members.n, folder);
    return OK;
}

static status run(int argc, char **argv)
{
    struct options o = {.ranks = 1, .threads = 1};
    struct campaign c;
    const char *path;
    TRY(args_parse(&cmd_slurm, argc, argv, &o, &path, 1, 1, NULL));
    if (!o.output) return fail(BAD_INPUT, "glint slurm needs a campaign folder: -o DIR");
    if (o.ranks < 1 || o.threads < 1 || o.jobs < 0)
        return fail(BAD_INPUT, "--ranks, --threads and --jobs must be positive");
    TRY(check_word("--time", o.time));
    TRY(check_word("--partition", o.partition));
    TRY(check_word("--account", o.account));
    TRY(campaign_read(&c, path, o.set.value, o.set.n));
    status s = campaign_prepare(&c, o.output);
    if (s == OK) s = write_script(&c, &o);
    campaign_free(&c);
    return s;
}

const struct command cmd_slurm = {
    .name = "slurm",
    .summary = "a campaign as a Slurm job array, one task a member",
    .synopsis = "INPUT.yaml -o DIR [--time T] [--ranks N] [--threads N] [--jobs N] [--set KEY=VALUE]...",
    .description =
        "Makes the campaign folder as glint run would (input.yaml of every member) and writes "
        "DIR/campaign.slurm, but runs\n"
        "nothing. A task runs one member with glint run --member: it begins it, goes on from its "
        "checkpoint, or finds it\n"
        "done, so the array may be submitted again at any time. A minute before its time is over a "
        "task writes a checkpoint and\n"
        "goes back into the queue. Read the script before you submit it: clusters differ.",
    .examples = "  glint slurm pvd.yaml -o runs/pvd --time 12:00:00 --ranks 16 --partition short\n"
                "  (cd runs/pvd && sbatch campaign.slurm)",
    .args = args,
    .run = run,
};
