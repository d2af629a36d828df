/* scenarios/writer/draft_listing.c -- see draft.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/writer/draft.h"
#include "scenarios/writer/ways.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the tables do not say, by what a cargo is counted in: the orders of guide/typical-values.md. */
static const struct {
    const char *unit, *value, *time_value, *sensitivity;
    double day;                              /* the mode of time_value, USD per unit */
    double per_usd;                          /* the mode of sensitivity */
    const char *use_t, *use_TEU, *use_train; /* what a unit takes of a capacity in these */
} kinds[LISTING_KINDS] = {
    {"t", "1000 USD/t", "triangular(1 3 7) USD/t/d", "triangular(0.02 0.05 0.1) /USD", 3.0, 0.05, "1", "1/12 TEU/t",
     "1/1500 train/t"},
    {"TEU", "40000 USD/TEU", "triangular(50 100 200) USD/TEU/d", "triangular(0.6 1.0 1.6) /kUSD", 100.0, 1e-3,
     "12 t/TEU", "1", "1/80 train/TEU"},
};

/* Parts of a whole in hundredths of a per cent; none is below a tenth of one, which stands where nothing moves yet. */
enum { WHOLE = 10000, LEAST = 10 };

/* The routes of a flow, given or found. */
struct routed {
    size_t routes;
    struct {
        size_t count, stop[LISTING_MOST_STOPS];
        double weight, cost;
        int share; /* of WHOLE */
    } route[WAYS_MOST];
};

/* Without what would end a comment. */
static void print_comment(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) fputc(*text == '\n' || *text == '\r' || *text == '\t' ? ' ' : *text, to);
}

/* "# legs.csv, line 3: Customs 2023" */
static void print_origin(FILE *to, const struct table *table, size_t row, const char *source)
{
    fputs("   # ", to);
    print_comment(to, table->source->name);
    fprintf(to, ", line %d", table_cell(table, row, 0)->line);
    if (source == NULL) return;
    fputs(": ", to);
    print_comment(to, source);
}

static void share_out(struct routed *routed)
{
    double sum = 0.0;
    size_t greatest = 0;
    int left = WHOLE;
    for (size_t i = 0; i < routed->routes; i++) sum += routed->route[i].weight;
    for (size_t i = 0; i < routed->routes; i++) {
        const double part = sum > 0.0 ? routed->route[i].weight / sum : 1.0 / (double)routed->routes;
        routed->route[i].share = (int)fmax(LEAST, floor(WHOLE * part + 0.5));
        left -= routed->route[i].share;
        if (routed->route[i].share > routed->route[greatest].share) greatest = i;
    }
    routed->route[greatest].share += left;
}

/* Money and time of a unit over a leg; infinite where it does not go. */
static double leg_cost(const struct listing_leg *leg, enum listing_kind kind)
{
    if (leg->cost[kind].text == NULL) return (double)INFINITY;
    return leg->cost[kind].value + leg->fee[kind].value + kinds[kind].day * leg->time.value;
}

static struct fault *take_way(const struct listing *listing, const struct listing_flow *flow,
                              const struct ways_graph *graph, const struct way *way, struct routed *routed)
{
    const struct table *table = &listing->flow_table;
    if (way->count > LISTING_MOST_STOPS)
        return fault_at(FAULT_SCENARIO, table_place(table, table_cell(table, flow->row, 0)),
                        "the way from %s to %s has %zu legs; expected at most %d", listing->place[flow->from],
                        listing->place[flow->to], way->count, LISTING_MOST_STOPS);
    for (size_t k = 0; k < way->count; k++) routed->route[routed->routes].stop[k] = graph->arc[way->arc[k]].leg;
    routed->route[routed->routes].count = way->count;
    routed->route[routed->routes++].cost = way->cost;
    return NULL;
}

static struct fault *find_routes(const struct listing *listing, const struct listing_flow *flow, size_t most,
                                 struct routed *routed)
{
    const struct table *table = &listing->flow_table;
    const enum listing_kind kind = listing->cargo[flow->cargo].kind;
    struct ways_arc *arc = calloc(2 * listing->legs + 1, sizeof *arc);
    struct ways_graph graph = {listing->places, 0, arc};
    struct way way[WAYS_MOST] = {0};
    size_t found = 0;
    if (arc == NULL) return fault_no_memory();
    for (size_t i = 0; i < listing->legs; i++) {
        const struct listing_leg *leg = &listing->leg[i];
        const double cost = leg_cost(leg, kind);
        arc[graph.arcs++] = (struct ways_arc){leg->from, leg->to, i, cost};
        if (leg->both) arc[graph.arcs++] = (struct ways_arc){leg->to, leg->from, i, cost};
    }
    struct fault *fault = ways_find(&graph, flow->from, flow->to, most, way, &found);
    for (size_t i = 0; i < found && fault == NULL; i++) fault = take_way(listing, flow, &graph, &way[i], routed);
    for (size_t i = 0; i < found; i++) way_free(&way[i]);
    free(arc);
    for (size_t i = 0; i < routed->routes; i++)
        routed->route[i].weight = exp(-kinds[kind].per_usd * (routed->route[i].cost - routed->route[0].cost));
    if (fault != NULL || found > 0) return fault;
    return fault_at(FAULT_SCENARIO, table_place(table, table_cell(table, flow->row, 0)),
                    "no way leads from %s to %s for %s; legs lead from `from` to `to`, and back only where a column "
                    "'both' says yes",
                    listing->place[flow->from], listing->place[flow->to], listing->cargo[flow->cargo].name);
}

static struct fault *take_routes(const struct listing *listing, const struct listing_flow *flow, struct routed *routed)
{
    const struct table *table = &listing->flow_table;
    const enum listing_kind kind = listing->cargo[flow->cargo].kind;
    if (flow->routes > WAYS_MOST)
        return fault_at(FAULT_SCENARIO, table_place(table, table_cell(table, flow->route[WAYS_MOST].row, 0)),
                        "%s has %zu routes; expected at most %d", flow->name, flow->routes, WAYS_MOST);
    for (size_t i = 0; i < flow->routes; i++) {
        const struct listing_route *route = &flow->route[i];
        memcpy(routed->route[i].stop, route->stop, sizeof route->stop);
        routed->route[i].count = route->count;
        routed->route[i].weight = route->volume;
        for (size_t k = 0; k < route->count; k++)
            routed->route[i].cost += leg_cost(&listing->leg[route->stop[k]], kind);
    }
    routed->routes = flow->routes;
    return NULL;
}

/* "north" and "south" are the analyst's to find; here it is the leg that no other route of the flow uses. */
static void route_name(const struct listing *listing, const struct routed *routed, size_t r, char name[LISTING_NAME])
{
    snprintf(name, LISTING_NAME, "way-%zu", r + 1);
    for (size_t k = 0; k < routed->route[r].count; k++) {
        bool alone = routed->routes > 1;
        for (size_t i = 0; i < routed->routes; i++)
            for (size_t m = 0; m < routed->route[i].count && alone; m++)
                alone = i == r || routed->route[i].stop[m] != routed->route[r].stop[k];
        if (!alone) continue;
        const char *leg = listing->leg[routed->route[r].stop[k]].name;
        if (strlen(leg) + 5 < LISTING_NAME) snprintf(name, LISTING_NAME, "by-%.*s", LISTING_NAME - 4, leg);
        return;
    }
}

static void print_head(FILE *to, const struct draft *draft, const struct listing *listing)
{
    fprintf(to, "# %s: flows of ", draft->name);
    print_comment(to, listing->flow_table.source->name);
    fputs(" over legs of ", to);
    print_comment(to, listing->leg_table.source->name);
    fprintf(to, ", as `zhol new` put them together.\n"
                "# What the tables do not say is an assumption and says so: replace it, and write behind each number "
                "where it is from.\n"
                "# Typical values with their sources: guide/typical-values.md; all keys: zhol reference.\n");
    if (listing->unread != NULL) {
        fputs("# Of these columns nothing was read: ", to);
        print_comment(to, listing->unread);
        fputs(".\n", to);
    }
    if (!listing->given)
        fprintf(to,
                "# Routes are the cheapest ways over the legs, at most %zu of a flow, by cost and fee and the value of "
                "time without\n"
                "# queues; shares are what `choice` makes of these costs. Put the shares that were observed in their "
                "place.\n",
                draft->routes);
    fprintf(to,
            "scenario: %s\n"
            "title: %s\n"
            "time: {base: %d-07, start: %d-01, months: 120}     # base: the middle of the year of the tables\n"
            "run: {replications: 10000, seed: 1, prices: constant %d USD}   # with home: COUNTRY, its fees and gains "
            "are national\n"
            "\n"
            "drivers:\n"
            "  growth: {model: growth, mean: 3 %%/yr, reversion: 0.7 /yr, sigma: 2 %%/yr}   # of the economies that "
            "trade; assumption\n"
            "\n"
            "commodities:\n",
            draft->name, draft->name, draft->year, draft->year + 1, draft->year);
    for (size_t i = 0; i < listing->cargoes; i++) {
        const enum listing_kind kind = listing->cargo[i].kind;
        fprintf(to,
                "  %s:\n"
                "    unit: %s\n"
                "    value: %s                               # of a unit, at the exporter's border; assumption\n"
                "    time_value: %s       # of a day sooner; assumption\n"
                "    reliability_ratio: triangular(0.2 0.5 1.2)         # of a day of standard deviation, in days; "
                "assumption\n",
                listing->cargo[i].name, kinds[kind].unit, kinds[kind].value, kinds[kind].time_value);
    }
}

/* "cost: {maize: 20 USD/t}, " of the cargoes that go over the leg. */
static void print_money(FILE *to, const struct listing *listing, const char *key,
                        const struct listing_amount amount[LISTING_KINDS])
{
    const char *before = "{";
    for (size_t i = 0; i < listing->cargoes; i++) {
        const struct listing_amount *one = &amount[listing->cargo[i].kind];
        if (one->text == NULL) continue;
        if (before[0] == '{') fprintf(to, "%s: ", key);
        fprintf(to, "%s%s: %s %s", before, listing->cargo[i].name, one->text, one->unit);
        before = ", ";
    }
    if (before[0] != '{') fputs("}, ", to);
}

static void print_use(FILE *to, const struct listing *listing, const struct listing_leg *leg, bool *assumed)
{
    const char *before = "use: {";
    for (size_t i = 0; i < listing->cargoes; i++) {
        const enum listing_kind kind = listing->cargo[i].kind;
        if (leg->cost[kind].text == NULL) continue;
        const char *use = strcmp(leg->of, "t") == 0     ? kinds[kind].use_t
                          : strcmp(leg->of, "TEU") == 0 ? kinds[kind].use_TEU
                                                        : kinds[kind].use_train;
        *assumed = *assumed || strcmp(use, "1") != 0;
        fprintf(to, "%s%s: %s", before, listing->cargo[i].name, use);
        before = ", ";
    }
    fputs("}, ", to);
}

static void print_leg(FILE *to, const struct listing *listing, const struct listing_leg *leg, bool used)
{
    bool assumed = false;
    fprintf(to, "  %s%s: {", used ? "" : "# no route goes over it: ", leg->name);
    if (leg->country[0] != '\0') fprintf(to, "country: %s, ", leg->country);
    if (leg->capacity.text != NULL) {
        fprintf(to, "capacity: %s %s, ", leg->capacity.text, leg->capacity.unit);
        print_use(to, listing, leg, &assumed);
    }
    print_money(to, listing, "cost", leg->cost);
    print_money(to, listing, "fee", leg->fee);
    if (leg->sd.text != NULL) fprintf(to, "sd: %s %s, ", leg->sd.text, leg->sd.unit);
    fprintf(to, "time: %s %s}", leg->time.text, leg->time.unit);
    print_origin(to, &listing->leg_table, leg->row, leg->source);
    fputs(assumed ? "; use: assumption\n" : "\n", to);
}

static void print_flow(FILE *to, const struct listing *listing, const struct listing_flow *flow,
                       const struct routed *routed)
{
    const enum listing_kind kind = listing->cargo[flow->cargo].kind;
    double sum = 0.0;
    for (size_t i = 0; i < flow->routes; i++) sum += flow->route[i].volume;
    fprintf(to, "  %s:\n    commodity: %s\n    from: %s\n    to: %s\n    volume: ", flow->name,
            listing->cargo[flow->cargo].name, listing->place[flow->from], listing->place[flow->to]);
    if (flow->routes == 1)
        fprintf(to, "%s %s", flow->volume.text, flow->volume.unit);
    else
        fprintf(to, "%.15g %s/yr", sum, kinds[kind].unit);
    print_origin(to, &listing->flow_table, flow->row, flow->source);
    fputs(flow->routes > 1 ? ", and the other rows of its routes\n" : "\n", to);
    if (flow->worth.text != NULL) {
        fprintf(to, "    value: %s %s", flow->worth.text, flow->worth.unit);
        print_origin(to, &listing->flow_table, flow->row, flow->source);
        fputs("\n", to);
    }
    fputs("    income: {growth: 1}                                # 1 % more of the driver is 1 % more cargo; "
          "assumption\n"
          "    response: {impact: 0.37, long_run: triangular(1.5 2 5), speed: 0.27 /yr}   # Boehm, Levchenko, "
          "Pandalai-Nayar 2023\n",
          to);
    if (routed->routes > 1)
        fprintf(to, "    choice: {sensitivity: %s}   # how strongly costs decide between routes; assumption\n",
                kinds[kind].sensitivity);
    fputs("    routes:\n", to);
    for (size_t r = 0; r < routed->routes; r++) {
        char name[LISTING_NAME];
        route_name(listing, routed, r, name);
        fprintf(to, "      %s: {share: %.10g %%, via: [", name, routed->route[r].share / 100.0);
        for (size_t k = 0; k < routed->route[r].count; k++)
            fprintf(to, "%s%s", k == 0 ? "" : ", ", listing->leg[routed->route[r].stop[k]].name);
        fprintf(to, "]}   # %.4g USD/%s by cost, fee and time; ", routed->route[r].cost, kinds[kind].unit);
        fputs(routed->routes == 1 ? "the only one: by definition\n"
              : listing->given    ? "share: derived from the table\n"
                                  : "share: assumption\n",
              to);
    }
}

struct fault *draft_listing(FILE *to, const struct draft *draft, const struct listing *listing)
{
    struct fault *faults = NULL;
    bool *used = calloc(listing->legs + 1, sizeof *used);
    struct routed *routed = calloc(listing->flows + 1, sizeof *routed);
    if (used == NULL || routed == NULL) faults = fault_no_memory();
    for (size_t i = 0; i < listing->flows && !fault_is_memory(faults) && !fault_enough(faults); i++) {
        const struct listing_flow *flow = &listing->flow[i];
        struct fault *fault = listing->given ? take_routes(listing, flow, &routed[i])
                                             : find_routes(listing, flow, draft->routes, &routed[i]);
        faults = fault_join(faults, fault);
        if (fault != NULL) continue;
        share_out(&routed[i]);
        for (size_t r = 0; r < routed[i].routes; r++)
            for (size_t k = 0; k < routed[i].route[r].count; k++) used[routed[i].route[r].stop[k]] = true;
    }
    if (faults == NULL) {
        print_head(to, draft, listing);
        fputs("\nlegs:                                   # capacity: where more comes there is a queue; empty cells: "
              "no limit\n",
              to);
        for (size_t i = 0; i < listing->legs; i++) print_leg(to, listing, &listing->leg[i], used[i]);
        fputs("\nflows:\n", to);
        for (size_t i = 0; i < listing->flows; i++) print_flow(to, listing, &listing->flow[i], &routed[i]);
    }
    free(used);
    free(routed);
    return faults;
}
