/* output/ranking/ranking_deciding.c -- what decides by how much the best policy of a world is ahead of the next.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ranking/ranking.h"
#include "output/sensitivity/sensitivity.h"
#include "output/tables/readable.h"
#include "output/tables/wrapped.h"

#include <math.h>

enum { NAME = 56 };

/* The best of those that are not equal to the best in every future; of none the next. */
static size_t next_of(const struct ranking *ranking, size_t outcome, size_t world)
{
    const struct ranking_choice *choice = ranking_choice(ranking, outcome, world);
    const struct simultaneous_pair *pair =
        &ranking->outcome[outcome].pair[(world * ranking->policies + choice->best) * ranking->policies];
    size_t next = choice->next;
    double rank = HUGE_VAL;
    for (size_t p = 0; p < ranking->policies; p++) {
        const double of = ranking_cell(ranking, outcome, world, p)->rank;
        const bool differs = fabs(pair[p].gain) > 0.0 || pair[p].standard_error > 0.0;
        if (p == choice->best || !differs || of >= rank) continue;
        next = p;
        rank = of;
    }
    return next;
}

static struct fault *explain_lead(const struct ranking_files *files, const struct ranking *ranking, size_t outcome,
                                  size_t world, struct sensitivity *sensitivity)
{
    const struct ranking_choice *choice = ranking_choice(ranking, outcome, world);
    const char *path = ranking->of.outcome[outcome].path;
    const char *const *file = files->file + world * files->policies;
    const struct sensitivity_wish wish = {.outcome = &path, .outcomes = 1, .rate = 0.05};
    return sensitivity_read(file[next_of(ranking, outcome, world)], file[choice->best], &wish, sensitivity);
}

static void add_share(struct wrapped *line, const char *mark, const char *name, const struct attribution_value *share)
{
    char brief[READABLE_NAME], text[READABLE_NAME + 64];
    const double half = fmax(share->high - share->estimate, share->estimate - share->low);
    readable_short(name, NAME, brief);
    snprintf(text, sizeof text, "%s %.1f ±%.1f", brief, 100.0 * fmax(0.0, share->estimate), 100.0 * half);
    wrapped_add(line, mark, text);
}

/* The greatest of those that are beyond chance. */
static void find_greatest(struct ranking_lead *lead)
{
    const struct attribution *attribution = &lead->sensitivity->of[0].attribution;
    while (lead->factors < RANKING_DECIDERS) {
        size_t greatest = attribution->factors;
        for (size_t f = 0; f < attribution->factors; f++) {
            bool skipped = attribution->factor[f].q > lead->sensitivity->rate;
            for (size_t i = 0; i < lead->factors; i++) skipped = skipped || lead->factor[i] == f;
            if (!skipped && (greatest == attribution->factors ||
                             attribution->factor[f].share.estimate > attribution->factor[greatest].share.estimate))
                greatest = f;
        }
        if (greatest == attribution->factors) break;
        lead->factor[lead->factors++] = greatest;
    }
}

struct fault *ranking_deciding(const struct ranking_files *files, const struct ranking *ranking, size_t outcome,
                               size_t world, void (*put)(void *context, const struct ranking_lead *lead), void *context)
{
    struct sensitivity sensitivity = {0};
    struct ranking_lead lead = {.best = ranking->policy[ranking_choice(ranking, outcome, world)->best],
                                .next = ranking->policy[next_of(ranking, outcome, world)],
                                .sensitivity = &sensitivity};
    struct fault *fault = explain_lead(files, ranking, outcome, world, &sensitivity);
    if (fault == NULL) {
        find_greatest(&lead);
        put(context, &lead);
    } else if (!fault_is_memory(fault) && fault->code != FAULT_MACHINE) {
        /* one that differs by the same in all futures, too few of them, samples that are not kept */
        lead.reason = fault->sentence;
        put(context, &lead);
        fault_free(fault);
        fault = NULL;
    }
    sensitivity_free(&sensitivity);
    return fault;
}

struct screen {
    const struct ranking *ranking;
    size_t outcome;
    FILE *to;
};

static void print_lead(void *context, const struct ranking_lead *lead)
{
    const struct screen *screen = context;
    struct wrapped line = {.to = screen->to, .indent = 4, .column = 4};
    fprintf(screen->to, "  %s, %s before %s\n    ", screen->ranking->of.outcome[screen->outcome].path, lead->best,
            lead->next);
    if (lead->reason != NULL) {
        wrapped_words(&line, "not told:");
        wrapped_words(&line, lead->reason);
    } else {
        const struct sensitivity_case *of = &lead->sensitivity->of[0];
        for (size_t i = 0; i < lead->factors; i++)
            add_share(&line, ",", lead->sensitivity->frame.factor[of->factor[lead->factor[i]]].name,
                      &of->attribution.factor[lead->factor[i]].share);
        if (lead->factors == 0) wrapped_add(&line, "", "none beyond chance");
        add_share(&line, ";", "left over", &of->attribution.left);
    }
    fputc('\n', screen->to);
}

struct fault *ranking_print_deciding(const struct ranking_files *files, const struct ranking *ranking, size_t world,
                                     FILE *to)
{
    const bool one = ranking->worlds == 1;
    if (ranking->of.given.condition != NULL) return NULL;
    if (world >= ranking->worlds) world = 0;
    fprintf(to,
            "\nWhat decides by how much the first is ahead of the second%s%s,\n"
            "the three greatest shares of its variance, %% ± error of the simulation (95 %%):\n",
            one ? "" : ",\nin the world ", one ? "" : ranking->of.world[world]);
    for (size_t o = 0; o < ranking->outcomes && o < RANKING_DECIDED; o++) {
        struct screen screen = {ranking, o, to};
        TRY(ranking_deciding(files, ranking, o, world, print_lead, &screen));
    }
    return fflush(to) != 0 || ferror(to) ? fault_raise(FAULT_MACHINE, "the ranking cannot be written") : NULL;
}
