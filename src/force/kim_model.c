/* SPDX-License-Identifier: GPL-3.0-or-later */
#if GLINT_HAVE_KIM
#include "force/kim_model.h"
#include "base/mem.h"
#include "base/text.h"

#include <KIM_Log.h>
#include <KIM_SimulatorHeaders.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

struct kim_list {
    struct replica_list list;
    double cutoff;
    bool of_images;
};

struct kim_model {
    KIM_Model *model;
    KIM_ComputeArguments *arguments;
    struct kim_facts facts;
    int code[SPECIES_MAX];
    int lists;
    struct kim_list *list;
    bool total_energy;
    int *species, *contributes; /* per particle */
    size_t species_capacity, contributes_capacity;
};

/* ---- the log ---- */

/* The API has one log for the process, and its print function gets no data of ours: the first error since
 * forget() is kept here. */
static char said[256];

static void forget(void)
{
    said[0] = '\0';
}

/* An entry reads "date * number * verbosity * object * file:line * message\n". */
static int keep(char const *const entry)
{
    const char *text = entry;
    for (int field = 0; field < 5; field++) {
        const char *next = strstr(text, " * ");
        if (!next) break;
        text = next + 3;
    }
    if (!said[0]) snprintf(said, sizeof said, " (KIM API: %.*s)", (int)strcspn(text, "\n"), text);
    return 0;
}

static void catch_log(void)
{
    static bool caught;
    if (caught) return;
    KIM_Log_PushDefaultVerbosity(KIM_LOG_VERBOSITY_error);
    KIM_Log_PushDefaultPrintFunction(KIM_LANGUAGE_NAME_c, (KIM_Function *)keep);
    caught = true;
}

/* ---- names ---- */

static void add_word(char *list, size_t size, const char *word)
{
    size_t used = strlen(list), more = strlen(", , ...") + strlen(word);
    if (used + more < size)
        snprintf(list + used, size - used, "%s%s", used ? ", " : "", word);
    else if (used + strlen(", ...") < size && (used < 3 || strcmp(list + used - 3, "...") != 0))
        snprintf(list + used, size - used, ", ...");
}

/* What to say about a name that no model has: those that contain it, or the nearest one. */
static status unknown(const char *name, const char *const *names, size_t n)
{
    char near[1024] = "";
    int found = 0;
    for (size_t i = 0; i < n && found < 5; i++)
        if (name[0] && strcasestr(names[i], name)) {
            add_word(near, sizeof near, names[i]);
            found++;
        }
    if (!found && text_nearest(name, names, n)) add_word(near, sizeof near, text_nearest(name, names, n));
    if (n == 0)
        return fail(BAD_INPUT, "kim: no portable model is installed (Debian: openkim-models; or "
                               "'kim-api-collections-management install')");
    return fail(BAD_INPUT,
                "kim: unknown model '%s'%s%s%s (%zu portable models are installed; "
                "'kim-api-collections-management list' shows them)",
                name, near[0] ? "; did you mean " : "", near, near[0] ? "?" : "", n);
}

/* The one model whose name ends with "__" and `name`. */
static status choose(const char *name, const char *const *names, size_t n, char full[256])
{
    size_t length = strlen(name), matches = 0;
    for (size_t i = 0; i < n; i++) {
        size_t longer = strlen(names[i]);
        if (longer <= length + 2 || strcmp(names[i] + longer - length, name) != 0 ||
            strncmp(names[i] + longer - length - 2, "__", 2) != 0)
            continue;
        snprintf(full, 256, "%s", names[i]);
        matches++;
    }
    return matches == 1 ? OK : unknown(name, names, n);
}

static status search(KIM_Collections *all, const char *name, char full[256])
{
    char(*copy)[256] = NULL;
    const char **names = NULL;
    int n = 0;
    status s = OK;
    KIM_Collections_CacheListOfItemNamesByType(all, KIM_COLLECTION_ITEM_TYPE_portableModel, &n);
    GUARD(NEW(copy, (size_t)n));
    GUARD(NEW(names, (size_t)n + 1));
    for (int i = 0; i < n; i++) {
        char const *item = "";
        KIM_Collections_GetItemNameByType(all, i, &item);
        snprintf(copy[i], sizeof copy[i], "%s", item);
        names[i] = copy[i];
    }
    GUARD(choose(name, names, (size_t)n, full));
done:
    DELETE(copy);
    DELETE(names);
    return s;
}

/* The extended name of a model. Exact names are not searched for: reading hundreds of folders takes longer
 * than loading a model. */
static status resolve(const char *name, char full[256])
{
    KIM_Collections *all = NULL;
    KIM_CollectionItemType type;
    status s = OK;
    if (KIM_Collections_Create(&all)) return fail(FAILED, "kim: the list of models cannot be read%s", said);
    bool exact = KIM_Collections_GetItemType(all, name, &type) == 0;
    forget(); /* that there is no such name is no error yet */
    if (exact && KIM_CollectionItemType_Equal(type, KIM_COLLECTION_ITEM_TYPE_portableModel))
        snprintf(full, 256, "%s", name);
    else if (exact && KIM_CollectionItemType_Equal(type, KIM_COLLECTION_ITEM_TYPE_simulatorModel))
        s = fail(BAD_INPUT,
                 "kim: '%s' is a simulator model, which only another program can run; needed is a portable "
                 "model (its identifier begins with MO_)",
                 name);
    else
        s = search(all, name, full);
    KIM_Collections_Destroy(&all);
    return s;
}

/* ---- what a model is and wants ---- */

static status check_units(const struct kim_model *m, int accepted)
{
    KIM_LengthUnit length;
    KIM_EnergyUnit energy;
    KIM_Model_GetUnits(m->model, &length, &energy, NULL, NULL, NULL);
    if (accepted && KIM_LengthUnit_Equal(length, KIM_LENGTH_UNIT_A) &&
        KIM_EnergyUnit_Equal(energy, KIM_ENERGY_UNIT_eV))
        return OK;
    return fail(BAD_INPUT,
                "kim: the model %s insists on %s and %s; needed is one that can give angstrom and eV",
                m->facts.name, KIM_LengthUnit_ToString(length), KIM_EnergyUnit_ToString(energy));
}

/* A model may demand routines that are not called here. Refresh is for those who change parameters. */
static status check_routines(const struct kim_model *m)
{
    const KIM_ModelRoutineName known[] = {
        KIM_MODEL_ROUTINE_NAME_Create,  KIM_MODEL_ROUTINE_NAME_ComputeArgumentsCreate,
        KIM_MODEL_ROUTINE_NAME_Compute, KIM_MODEL_ROUTINE_NAME_ComputeArgumentsDestroy,
        KIM_MODEL_ROUTINE_NAME_Refresh, KIM_MODEL_ROUTINE_NAME_Destroy};
    int n;
    KIM_MODEL_ROUTINE_NAME_GetNumberOfModelRoutineNames(&n);
    for (int i = 0; i < n; i++) {
        KIM_ModelRoutineName name;
        int present = 0, required = 0;
        bool used = false;
        KIM_MODEL_ROUTINE_NAME_GetModelRoutineName(i, &name);
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            used = used || KIM_ModelRoutineName_Equal(name, known[k]);
        if (KIM_Model_IsRoutinePresent(m->model, name, &present, &required) == 0 && required && !used)
            return fail(BAD_INPUT, "kim: the model %s requires its routine %s, which is not used here",
                        m->facts.name, KIM_ModelRoutineName_ToString(name));
    }
    return OK;
}

static bool supports(const struct kim_model *m, KIM_ComputeArgumentName name)
{
    KIM_SupportStatus support;
    return KIM_ComputeArguments_GetArgumentSupportStatus(m->arguments, name, &support) == 0 &&
           KIM_SupportStatus_NotEqual(support, KIM_SUPPORT_STATUS_notSupported);
}

static bool requires_argument(const struct kim_model *m, KIM_ComputeArgumentName name)
{
    KIM_SupportStatus support;
    return KIM_ComputeArguments_GetArgumentSupportStatus(m->arguments, name, &support) == 0 &&
           KIM_SupportStatus_Equal(support, KIM_SUPPORT_STATUS_required);
}

static status check_arguments(struct kim_model *m)
{
    const KIM_ComputeArgumentName unused[] = {KIM_COMPUTE_ARGUMENT_NAME_partialVirial,
                                              KIM_COMPUTE_ARGUMENT_NAME_partialParticleVirial};
    int n;
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        if (requires_argument(m, unused[i]))
            return fail(BAD_INPUT, "kim: the model %s requires the argument %s, which is not used here",
                        m->facts.name, KIM_ComputeArgumentName_ToString(unused[i]));
    KIM_COMPUTE_CALLBACK_NAME_GetNumberOfComputeCallbackNames(&n);
    for (int i = 0; i < n; i++) {
        KIM_ComputeCallbackName name;
        KIM_SupportStatus support;
        KIM_COMPUTE_CALLBACK_NAME_GetComputeCallbackName(i, &name);
        if (KIM_ComputeArguments_GetCallbackSupportStatus(m->arguments, name, &support) == 0 &&
            KIM_SupportStatus_Equal(support, KIM_SUPPORT_STATUS_required) &&
            !KIM_ComputeCallbackName_Equal(name, KIM_COMPUTE_CALLBACK_NAME_GetNeighborList))
            return fail(BAD_INPUT, "kim: the model %s requires the callback %s, which is not there",
                        m->facts.name, KIM_ComputeCallbackName_ToString(name));
    }
    m->total_energy = supports(m, KIM_COMPUTE_ARGUMENT_NAME_partialEnergy);
    m->facts.atom_energies = supports(m, KIM_COMPUTE_ARGUMENT_NAME_partialParticleEnergy);
    if (!supports(m, KIM_COMPUTE_ARGUMENT_NAME_partialForces) || !(m->total_energy || m->facts.atom_energies))
        return fail(BAD_INPUT, "kim: the model %s has no forces or no energies", m->facts.name);
    return OK;
}

static status make_lists(struct kim_model *m)
{
    double const *cutoff;
    int const *no_images;
    KIM_Model_GetNeighborListPointers(m->model, &m->lists, &cutoff, &no_images);
    TRY(NEW(m->list, (size_t)m->lists));
    for (int k = 0; k < m->lists; k++) {
        m->list[k].cutoff = cutoff[k];
        m->list[k].of_images = !no_images[k];
    }
    return OK;
}

static void fill_facts(struct kim_model *m)
{
    struct kim_facts *f = &m->facts;
    int n, supported, code, count = 0;
    KIM_Model_GetInfluenceDistance(m->model, &f->influence);
    KIM_SPECIES_NAME_GetNumberOfSpeciesNames(&n);
    for (int i = 0; i < n; i++) {
        KIM_SpeciesName name;
        KIM_SPECIES_NAME_GetSpeciesName(i, &name);
        if (KIM_Model_GetSpeciesSupportAndCode(m->model, name, &supported, &code) || !supported) continue;
        add_word(f->species, sizeof f->species, KIM_SpeciesName_ToString(name));
        if (count++ >= SPECIES_MAX) continue;
        snprintf(f->default_.name[count - 1], SPECIES_NAME, "%s", KIM_SpeciesName_ToString(name));
        f->default_.count = count;
    }
    if (count > SPECIES_MAX) f->default_ = (struct species){0};
}

void kim_model_close(struct kim_model **model)
{
    struct kim_model *m = *model;
    if (!m) return;
    if (m->arguments) KIM_Model_ComputeArgumentsDestroy(m->model, &m->arguments);
    if (m->model) KIM_Model_Destroy(&m->model);
    for (int k = 0; m->list && k < m->lists; k++) replica_list_free(&m->list[k].list);
    DELETE(m->list);
    DELETE(m->species);
    DELETE(m->contributes);
    DELETE(*model);
}

status kim_model_open(struct kim_model **model, const char *name, struct kim_facts *facts)
{
    struct kim_model *m = NULL;
    int accepted = 0;
    status s = OK;
    catch_log();
    forget();
    GUARD(NEW(m, 1));
    GUARD(resolve(name, m->facts.name));
    if (KIM_Model_Create(KIM_NUMBERING_zeroBased, KIM_LENGTH_UNIT_A, KIM_ENERGY_UNIT_eV, KIM_CHARGE_UNIT_e,
                         KIM_TEMPERATURE_UNIT_K, KIM_TIME_UNIT_ps, m->facts.name, &accepted, &m->model))
        GUARD(fail(FAILED, "kim: the model %s cannot be loaded%s", m->facts.name, said));
    GUARD(check_units(m, accepted));
    GUARD(check_routines(m));
    if (KIM_Model_ComputeArgumentsCreate(m->model, &m->arguments))
        GUARD(fail(FAILED, "kim: the model %s gives no arguments%s", m->facts.name, said));
    GUARD(check_arguments(m));
    GUARD(make_lists(m));
    fill_facts(m);
    *facts = m->facts;
done:
    if (s != OK) kim_model_close(&m);
    *model = m;
    return s;
}

status kim_model_species(struct kim_model *m, const struct species *s)
{
    for (int k = 0; k < s->count; k++) {
        int supported = 0;
        KIM_SpeciesName name = KIM_SpeciesName_FromString(s->name[k]);
        if (KIM_Model_GetSpeciesSupportAndCode(m->model, name, &supported, &m->code[k]) || !supported)
            return fail(BAD_INPUT, "kim: the model %s has the species %s, not '%s'", m->facts.name,
                        m->facts.species, s->name[k]);
    }
    return OK;
}

/* ---- forces ---- */

/* What a model calls for the neighbors of one particle. */
static int neighbors(void *const data, int const lists, double const *const cutoffs, int const list,
                     int const particle, int *const number, int const **const of_particle)
{
    const struct kim_model *m = data;
    if (list < 0 || list >= m->lists || lists != m->lists || cutoffs[list] > m->list[list].cutoff) return 1;
    const struct replica_list *l = &m->list[list].list;
    *number = (int)(l->first[particle + 1] - l->first[particle]);
    *of_particle = l->j + l->first[particle];
    return 0;
}

static status set_arguments(struct kim_model *m, const struct replica *r, const int *n, double *force,
                            double *energy, double *total)
{
    KIM_ComputeArguments *a = m->arguments;
    int wrong = 0, complete = 0;
    wrong |=
        KIM_ComputeArguments_SetArgumentPointerInteger(a, KIM_COMPUTE_ARGUMENT_NAME_numberOfParticles, n);
    wrong |= KIM_ComputeArguments_SetArgumentPointerInteger(a, KIM_COMPUTE_ARGUMENT_NAME_particleSpeciesCodes,
                                                            m->species);
    wrong |= KIM_ComputeArguments_SetArgumentPointerInteger(a, KIM_COMPUTE_ARGUMENT_NAME_particleContributing,
                                                            m->contributes);
    wrong |= KIM_ComputeArguments_SetArgumentPointerDouble(a, KIM_COMPUTE_ARGUMENT_NAME_coordinates, r->x);
    wrong |= KIM_ComputeArguments_SetArgumentPointerDouble(a, KIM_COMPUTE_ARGUMENT_NAME_partialForces, force);
    if (m->total_energy)
        wrong |=
            KIM_ComputeArguments_SetArgumentPointerDouble(a, KIM_COMPUTE_ARGUMENT_NAME_partialEnergy, total);
    if (m->facts.atom_energies)
        wrong |= KIM_ComputeArguments_SetArgumentPointerDouble(
            a, KIM_COMPUTE_ARGUMENT_NAME_partialParticleEnergy, energy);
    wrong |= KIM_ComputeArguments_SetCallbackPointer(a, KIM_COMPUTE_CALLBACK_NAME_GetNeighborList,
                                                     KIM_LANGUAGE_NAME_c, (KIM_Function *)neighbors, m);
    KIM_ComputeArguments_AreAllRequiredArgumentsAndCallbacksPresent(a, &complete);
    if (wrong || !complete)
        return fail(FAILED, "internal: the model %s does not take its arguments%s", m->facts.name, said);
    return OK;
}

/* Energies per atom, whose sum is that of the whole: 1e-6 is far above rounding, even that of a model in
 * single precision. */
static status complete_energies(const struct kim_model *m, const struct replica *r, double total,
                                double *energy)
{
    double sum = 0.0, magnitude = 0.0;
    for (size_t i = 0; i < r->atoms && !m->facts.atom_energies; i++) energy[i] = total / (double)r->atoms;
    for (size_t i = 0; i < r->n; i++) {
        sum += energy[i];
        magnitude += fabs(energy[i]);
    }
    if (m->total_energy && fabs(sum - total) > 1e-6 * magnitude + 1e-9)
        return fail(FAILED,
                    "kim: the model %s gives %.10g eV for the whole, but its atoms add up to %.10g eV",
                    m->facts.name, total, sum);
    return OK;
}

status kim_model_compute(struct kim_model *m, struct replica *r, double *force, double *energy)
{
    int n = (int)r->n;
    double total = 0.0;
    forget();
    for (int k = 0; k < m->lists; k++)
        TRY(replica_list(r, &m->list[k].list, m->list[k].cutoff, m->list[k].of_images));
    TRY(GROW(m->species, m->species_capacity, r->n));
    TRY(GROW(m->contributes, m->contributes_capacity, r->n));
    for (size_t i = 0; i < r->n; i++) {
        m->species[i] = m->code[r->atom[r->home[i]].type];
        m->contributes[i] = i < r->atoms;
    }
    memset(force, 0, 3 * r->n * sizeof *force);
    memset(energy, 0, r->n * sizeof *energy);
    TRY(set_arguments(m, r, &n, force, energy, &total));
    if (KIM_Model_Compute(m->model, m->arguments))
        return fail(UNPHYSICAL, "the model %s cannot compute this configuration%s", m->facts.name, said);
    return complete_energies(m, r, total, energy);
}
#endif
