/* sim/run/crew_mpi.c -- the crew of a build with MPI; see crew.h. Nothing else calls MPI, and of each process only the
 * thread that began.
 *
 * The lead has two threads: this one hands out chunks, adds what comes back and keeps the checkpoint; another one simulates
 * the lead's own share, on as many threads as OpenMP has. The larger the rest, the more chunks are handed out at once, so
 * that there is little to say, and a slow processor holds up the others at the end by one chunk at most.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/crew.h"

#include <inttypes.h>
#include <mpi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TAG_ORDER = 1, TAG_SIZE, TAG_BYTES };
enum { PIECE = 1 << 30 }; /* bytes of a message: MPI counts in int */
/* So many chunks for each thread at most, and, of more than one, so many bytes of samples. */
enum { MOST_CHUNKS = 8, MOST_BYTES = 64 << 20 };

/* What a process is told: to leave, or to simulate a part. All of one type, as it is sent. */
struct order {
    uint64_t leave, status; /* exit */
    uint64_t run;
    struct part part;
};
enum { ORDER_NUMBERS = sizeof(struct order) / sizeof(uint64_t) };

struct member {
    uint64_t threads;
    bool busy;
    char *name; /* "rank 3 on node7" */
};

struct crew {
    int rank, size;
    bool agreed;           /* the others wait for orders */
    bool broken;           /* nothing can be said to them any more */
    struct member *member; /* [size], of the lead, which is the first; of all others only the name */
    uint64_t threads;      /* of all members */
    uint64_t run;          /* which is being simulated */
    struct accumulator_crew hook;
};

static struct fault *check(struct crew *crew, int code)
{
    char text[MPI_MAX_ERROR_STRING] = "an unknown error";
    int length = 0;
    if (code == MPI_SUCCESS) return NULL;
    crew->broken = true;
    if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) snprintf(text, sizeof text, "error %d", code);
    return fault_raise(FAULT_MACHINE, "the processes cannot talk to each other (MPI): %s", text);
}

static void nap(void)
{
    const struct timespec millisecond = {.tv_nsec = 1000000};
    (void)nanosleep(&millisecond, NULL); /* shorter is no harm */
}

static struct fault *send_bytes(struct crew *crew, int to, const struct bytes *bytes)
{
    const uint64_t size = bytes->size;
    TRY(check(crew, MPI_Send(&size, 1, MPI_UINT64_T, to, TAG_SIZE, MPI_COMM_WORLD)));
    for (uint64_t at = 0; at < size; at += PIECE) {
        const int piece = size - at < PIECE ? (int)(size - at) : PIECE;
        TRY(check(crew, MPI_Send(bytes->at + at, piece, MPI_BYTE, to, TAG_BYTES, MPI_COMM_WORLD)));
    }
    return NULL;
}

/* Into allocated memory. */
static struct fault *receive_bytes(struct crew *crew, int from, unsigned char **bytes, size_t *size)
{
    uint64_t number = 0;
    TRY(check(crew, MPI_Recv(&number, 1, MPI_UINT64_T, from, TAG_SIZE, MPI_COMM_WORLD, MPI_STATUS_IGNORE)));
    *size = (size_t)number;
    *bytes = malloc(*size + 1);
    if (*bytes == NULL) {
        crew->broken = true; /* what is on its way cannot be received */
        return fault_no_memory();
    }
    for (uint64_t at = 0; at < number; at += PIECE) {
        const int piece = number - at < PIECE ? (int)(number - at) : PIECE;
        TRY(check(crew, MPI_Recv(*bytes + at, piece, MPI_BYTE, from, TAG_BYTES, MPI_COMM_WORLD, MPI_STATUS_IGNORE)));
    }
    return NULL;
}

static struct fault *send_order(struct crew *crew, int to, const struct order *order)
{
    return check(crew, MPI_Send(order, ORDER_NUMBERS, MPI_UINT64_T, to, TAG_ORDER, MPI_COMM_WORLD));
}

/* Waits without keeping a processor busy, on which another process may simulate. */
static struct fault *receive_order(struct crew *crew, struct order *order)
{
    MPI_Request request;
    int came = 0;
    TRY(check(crew, MPI_Irecv(order, ORDER_NUMBERS, MPI_UINT64_T, 0, TAG_ORDER, MPI_COMM_WORLD, &request)));
    for (;;) {
        TRY(check(crew, MPI_Test(&request, &came, MPI_STATUS_IGNORE)));
        if (came) return NULL;
        nap();
    }
}

const char *crew_library(void)
{
    static char text[MPI_MAX_LIBRARY_VERSION_STRING + sizeof "with "];
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    if (MPI_Get_library_version(version, &length) != MPI_SUCCESS) return "with MPI";
    version[strcspn(version, ",\n")] = '\0'; /* behind it, how that was built */
    snprintf(text, sizeof text, "with %s", version);
    return text;
}

/* Of a process that does not lead: whatever it would print, the lead prints. */
static struct fault *fall_silent(void)
{
    FILE *nowhere = fopen("/dev/null", "w");
    if (nowhere == NULL) return fault_raise(FAULT_MACHINE, "/dev/null cannot be opened");
    stdout = stderr = nowhere;
    return NULL;
}

static struct fault *open_crew(struct crew *crew)
{
    char host[128] = "";
    crew->member = calloc((size_t)crew->size, sizeof *crew->member);
    if (crew->member == NULL) return fault_no_memory();
    if (gethostname(host, sizeof host - 1) < 0) snprintf(host, sizeof host, "an unknown host");
    char **name = &crew->member[crew->rank].name;
    if (asprintf(name, "rank %d on %s", crew->rank, host) < 0) {
        *name = NULL;
        return fault_no_memory();
    }
    return crew->rank == 0 ? NULL : fall_silent();
}

struct fault *crew_begin(struct crew **crew)
{
    const char *variable;
    int provided = MPI_THREAD_SINGLE;
    *crew = NULL;
    if (crew_started(&variable) < 2) return NULL;
    struct crew *made = calloc(1, sizeof *made);
    if (made == NULL) return fault_no_memory();
    struct fault *fault = check(made, MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided));
    if (fault == NULL) fault = check(made, MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
    if (fault == NULL) fault = check(made, MPI_Comm_rank(MPI_COMM_WORLD, &made->rank));
    if (fault == NULL) fault = check(made, MPI_Comm_size(MPI_COMM_WORLD, &made->size));
    if (fault == NULL && provided < MPI_THREAD_FUNNELED)
        fault = fault_raise(FAULT_MACHINE, "this MPI cannot have threads beside it; expected MPI_THREAD_FUNNELED");
    if (fault == NULL && made->size == 1) { /* nothing joins those that were started: who began alone goes on so */
        fault = check(made, MPI_Finalize());
        free(made);
        return fault;
    }
    if (fault == NULL) fault = open_crew(made);
    made->broken = fault != NULL;
    *crew = made;
    return fault;
}

bool crew_leads(const struct crew *crew)
{
    return crew == NULL || crew->rank == 0;
}

/* What a process says of itself. */
static struct fault *introduce(const struct crew *crew, int threads, size_t runs, const struct identity run[],
                               const struct fault *fault, struct bytes *bytes)
{
    bytes_put_number(bytes, fault == NULL ? 0 : (uint64_t)fault->code);
    bytes_put_text(bytes, fault == NULL ? NULL : fault->sentence);
    bytes_put_text(bytes, crew->member[crew->rank].name);
    bytes_put_number(bytes, (uint64_t)threads);
    bytes_put_number(bytes, runs);
    for (size_t i = 0; i < runs; i++) identity_put(&run[i], bytes);
    return bytes_fault(bytes);
}

static struct fault *compare(struct bytes_left *left, const struct identity *mine, const char *name)
{
    struct identity theirs;
    struct fault *fault = identity_take(left, &theirs);
    if (fault == NULL) fault = identity_compare(&theirs, mine, IDENTITY_SAME_RUN, name);
    if (fault == NULL && theirs.shard.index != mine->shard.index)
        fault = fault_raise(FAULT_FILES, "%s is of shard %" PRIu64 "; expected shard %" PRIu64, name,
                            theirs.shard.index, mine->shard.index);
    identity_free(&theirs);
    return fault;
}

/* Whether what another process says of itself is as it should be. */
static struct fault *meet(struct crew *crew, struct bytes_left *left, size_t runs, const struct identity run[],
                          struct member *member)
{
    const uint64_t code = bytes_take_number(left);
    char *sentence = bytes_take_text(left);
    member->name = bytes_take_text(left);
    member->threads = bytes_take_number(left);
    const uint64_t theirs = bytes_take_number(left);
    struct fault *fault = NULL;
    if (left->failed || member->name == NULL)
        fault = fault_raise(FAULT_MACHINE, "another process says nothing of itself, which should not happen");
    else if (code != 0)
        fault = fault_raise((enum fault_code)code, "%s: %s", member->name, sentence == NULL ? "it failed" : sentence);
    else if (theirs != runs)
        fault = fault_raise(FAULT_FILES, "%s has %" PRIu64 " scenarios; expected %zu", member->name, theirs, runs);
    for (size_t i = 0; i < runs && fault == NULL; i++) fault = compare(left, &run[i], member->name);
    free(sentence);
    crew->threads += member->threads;
    return fault;
}

/* The lead meets all others; of faults, its own comes first and stands for the same of the others. */
static struct fault *meet_all(struct crew *crew, size_t runs, const struct identity run[], struct fault *fault)
{
    for (int r = 1; r < crew->size && !crew->broken; r++) {
        unsigned char *bytes = NULL;
        struct bytes_left left = {0};
        struct fault *met = receive_bytes(crew, r, &bytes, &left.size);
        left.at = bytes;
        if (met == NULL) met = meet(crew, &left, fault == NULL ? runs : 0, run, &crew->member[r]);
        free(bytes);
        if (fault == NULL)
            fault = met;
        else
            fault_free(met);
    }
    return fault;
}

struct fault *crew_agree(struct crew *crew, int threads, size_t runs, const struct identity run[], struct fault *fault)
{
    struct bytes bytes = {0};
    if (crew == NULL || crew->broken) return fault;
    if (crew->rank == 0) {
        crew->member[0].threads = crew->threads = (uint64_t)threads;
        fault = meet_all(crew, runs, run, fault);
    } else {
        struct fault *failed = introduce(crew, threads, fault == NULL ? runs : 0, run, fault, &bytes);
        if (failed == NULL) failed = send_bytes(crew, 0, &bytes);
        crew->broken = failed != NULL;
        fault = fault_join(fault, failed);
        free(bytes.at);
    }
    int code = fault == NULL ? 0 : (int)fault->code;
    if (!crew->broken) fault = fault_join(fault, check(crew, MPI_Bcast(&code, 1, MPI_INT, 0, MPI_COMM_WORLD)));
    crew->agreed = fault == NULL && code == 0;
    if (fault == NULL && code != 0) fault = fault_raise((enum fault_code)code, "another process cannot begin");
    return fault;
}

/* The lead's own share, on a thread of its own. */
enum own_state { OWN_IDLE, OWN_BUSY, OWN_DONE, OWN_LEAVES };
struct own {
    pthread_t thread;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t changed;
    enum own_state state;
    const struct simulation *simulation;
    int threads;
    const struct ensemble_watch *watch;
    struct part part;
    struct bytes bytes;
    struct fault *fault;
};

static void *own_run(void *context)
{
    struct own *own = context;
    pthread_mutex_lock(&own->lock); /* neither these nor those below fail on a lock that is sound */
    while (own->state != OWN_LEAVES) {
        if (own->state == OWN_BUSY) {
            const struct part part = own->part;
            struct bytes bytes = {0};
            pthread_mutex_unlock(&own->lock);
            struct fault *fault = part_simulate(own->simulation, own->threads, &part, own->watch, &bytes);
            pthread_mutex_lock(&own->lock);
            own->bytes = bytes;
            own->fault = fault;
            own->state = OWN_DONE;
        } else {
            pthread_cond_wait(&own->changed, &own->lock);
        }
    }
    pthread_mutex_unlock(&own->lock);
    return NULL;
}

static void own_tell(struct own *own, enum own_state state, const struct part *part)
{
    pthread_mutex_lock(&own->lock);
    own->state = state;
    if (part != NULL) own->part = *part;
    pthread_cond_signal(&own->changed);
    pthread_mutex_unlock(&own->lock);
}

/* Whether a part is done: its bytes are then the caller's. */
static bool own_take(struct own *own, struct bytes *bytes, struct fault **fault)
{
    pthread_mutex_lock(&own->lock);
    const bool done = own->state == OWN_DONE;
    if (done) {
        *bytes = own->bytes;
        *fault = own->fault;
        own->state = OWN_IDLE;
    }
    pthread_mutex_unlock(&own->lock);
    return done;
}

static struct fault *own_begin(struct own *own)
{
    if (pthread_mutex_init(&own->lock, NULL) != 0) return fault_raise(FAULT_MACHINE, "a lock cannot be made");
    if (pthread_cond_init(&own->changed, NULL) == 0) {
        if (pthread_create(&own->thread, NULL, own_run, own) == 0) return NULL;
        pthread_cond_destroy(&own->changed);
    }
    pthread_mutex_destroy(&own->lock);
    return fault_raise(FAULT_MACHINE, "a thread cannot be started");
}

static void own_end(struct own *own)
{
    own_tell(own, OWN_LEAVES, NULL);
    pthread_join(own->thread, NULL);
    pthread_cond_destroy(&own->changed);
    pthread_mutex_destroy(&own->lock);
}

/* Chunks that are shared out. */
struct share {
    struct crew *crew;
    struct accumulator *accumulator;
    const struct ensemble_watch *watch;
    uint64_t next, end, reach; /* chunk to be handed out, that where it ends, and the replications */
    uint64_t done, all;        /* chunks */
    uint64_t each;             /* bytes of the samples of one */
    size_t busy;               /* members */
    bool stopped;
    struct fault *fault; /* the first */
    struct own own;
};

static bool is_over(const struct share *share)
{
    return share->stopped || share->fault != NULL || share->crew->broken;
}

static void fail(struct share *share, struct fault *fault)
{
    if (share->fault == NULL)
        share->fault = fault;
    else
        fault_free(fault);
}

/* How many chunks a member is handed: less and less for each of its threads. */
static uint64_t portion(const struct share *share, const struct member *member)
{
    const uint64_t left = share->end - share->next, fits = share->each == 0 ? left : MOST_BYTES / share->each;
    uint64_t chunks = left / (2 * share->crew->threads);
    if (chunks > MOST_CHUNKS) chunks = MOST_CHUNKS;
    if (chunks > fits / member->threads) chunks = fits / member->threads;
    if (chunks < 1) chunks = 1;
    chunks *= member->threads;
    return chunks < left ? chunks : left;
}

static void hand_out(struct share *share)
{
    struct crew *crew = share->crew;
    for (int r = 0; r < crew->size && share->next < share->end && !is_over(share); r++) {
        struct member *member = &crew->member[r];
        if (member->busy) continue;
        const uint64_t chunks = portion(share, member);
        const struct order order = {
            .run = crew->run,
            .part = {share->next, share->next + chunks, share->reach, share->accumulator->retention.replications}};
        if (r == 0)
            own_tell(&share->own, OWN_BUSY, &order.part);
        else
            fail(share, send_order(crew, r, &order));
        member->busy = true;
        share->busy++;
        share->next += chunks;
    }
}

/* A member is back with a part. */
static void add(struct share *share, struct member *member, struct bytes_left *left)
{
    uint64_t chunks = 0;
    struct fault *fault = part_add(left, share->accumulator, &chunks);
    share->done += chunks;
    if (fault != NULL && fault->code == FAULT_INTERRUPTED) {
        share->stopped = true;
        fault_free(fault);
    } else if (fault != NULL && member != share->crew->member) {
        fail(share, fault_raise(fault->code, "%s: %s", member->name, fault->sentence));
        fault_free(fault);
    } else if (fault != NULL) {
        fail(share, fault);
    }
    if (share->watch->progress != NULL && chunks > 0)
        share->watch->progress(share->watch->context, share->done, share->all);
}

static void came_back(struct share *share, struct member *member)
{
    member->busy = false;
    share->busy--;
}

static bool collect_own(struct share *share)
{
    struct bytes bytes;
    struct fault *fault = NULL;
    struct member *member = share->crew->member;
    if (!member->busy || !own_take(&share->own, &bytes, &fault)) return false;
    came_back(share, member);
    struct bytes_left left = {.at = bytes.at, .size = bytes.size};
    if (fault == NULL)
        add(share, member, &left);
    else
        fail(share, fault);
    free(bytes.at);
    return true;
}

static bool collect_other(struct share *share)
{
    struct crew *crew = share->crew;
    MPI_Status status;
    int waits = 0;
    struct fault *fault = check(crew, MPI_Iprobe(MPI_ANY_SOURCE, TAG_SIZE, MPI_COMM_WORLD, &waits, &status));
    if (fault == NULL && !waits) return false;
    unsigned char *bytes = NULL;
    struct bytes_left left = {0};
    if (fault == NULL) fault = receive_bytes(crew, status.MPI_SOURCE, &bytes, &left.size);
    left.at = bytes;
    if (fault == NULL) {
        came_back(share, &crew->member[status.MPI_SOURCE]);
        add(share, &crew->member[status.MPI_SOURCE], &left);
    } else {
        fail(share, fault);
    }
    free(bytes);
    return true;
}

/* What is in is safe now and then, and at once when there is a stop, for little time may be left then. */
static void keep(struct share *share, bool at_once)
{
    const struct accumulator_keeper *keeper = share->accumulator->keeper;
    if (keeper != NULL && share->fault == NULL && share->done < share->all && (at_once || keeper->due(keeper->context)))
        keeper->keep(keeper->context, share->accumulator);
}

static void look_for_stop(struct share *share)
{
    if (share->stopped || share->watch->stop == NULL || !share->watch->stop(share->watch->context)) return;
    share->stopped = true;
    keep(share, true);
}

static struct fault *share_all(struct share *share)
{
    while (!share->crew->broken && (share->busy > 0 || (share->next < share->end && !is_over(share)))) {
        look_for_stop(share);
        hand_out(share);
        const bool own = collect_own(share), other = collect_other(share);
        if (own || other)
            keep(share, false);
        else
            nap();
    }
    if (share->fault == NULL && share->done < share->all)
        return fault_raise(FAULT_INTERRUPTED, "stopped on request after %" PRIu64 " of %" PRIu64 " parts", share->done,
                           share->all);
    return share->fault;
}

static struct fault *share_out(void *context, struct accumulator *accumulator, uint64_t first, uint64_t end,
                               const struct ensemble_watch *watch)
{
    const struct samples *samples = &accumulator->samples;
    struct share share = {.crew = context,
                          .accumulator = accumulator,
                          .watch = watch,
                          .next = first,
                          .end = chunks_of(end),
                          .reach = end,
                          .all = chunks_of(end) - first,
                          .own = {.simulation = accumulator->simulation,
                                  .threads = accumulator->threads,
                                  .watch = &(const struct ensemble_watch){watch->stop, NULL, watch->context}}};
    if (samples->count > 0) share.each = retention_all_bytes(accumulator->simulation, LANES_PER_CHUNK); /* at most */
    TRY(own_begin(&share.own));
    struct fault *fault = share_all(&share);
    own_end(&share.own);
    return fault;
}

const struct accumulator_crew *crew_of(struct crew *crew, size_t run)
{
    if (crew == NULL) return NULL;
    crew->run = run;
    crew->hook = (struct accumulator_crew){share_out, crew};
    return &crew->hook;
}

/* One part; what goes wrong with it is said to the lead. */
static struct fault *serve_one(struct crew *crew, const struct simulation *simulation, int threads,
                               const struct part *part, const struct ensemble_watch *watch)
{
    struct bytes bytes = {0};
    struct fault *fault = part_simulate(simulation, threads, part, watch, &bytes);
    if (fault != NULL) {
        free(bytes.at);
        bytes = (struct bytes){0};
        bytes_put_number(&bytes, (uint64_t)fault->code);
        bytes_put_text(&bytes, fault->sentence);
        fault_free(fault);
    }
    fault = send_bytes(crew, 0, &bytes);
    free(bytes.at);
    return fault;
}

struct fault *crew_serve(struct crew *crew, const struct simulation *const simulation[], int threads,
                         const struct ensemble_watch *watch, int *status)
{
    struct order order = {0};
    const struct ensemble_watch stop = {watch->stop, NULL, watch->context};
    for (;;) {
        TRY(receive_order(crew, &order));
        if (order.leave != 0) break;
        TRY(serve_one(crew, simulation[order.run], threads, &order.part, &stop));
    }
    *status = (int)order.status;
    return NULL;
}

static struct fault *dismiss(struct crew *crew, int status)
{
    const struct order order = {.leave = 1, .status = (uint64_t)status};
    for (int r = 1; r < crew->size; r++) TRY(send_order(crew, r, &order));
    return NULL;
}

void crew_end(struct crew *crew, int status)
{
    if (crew == NULL) return;
    if (crew->rank == 0 && crew->agreed && !crew->broken) fault_free(dismiss(crew, status)); /* then it is broken */
    if (crew->broken)
        MPI_Abort(MPI_COMM_WORLD, status == 0 ? FAULT_MACHINE : status);
    else
        MPI_Finalize(); /* nothing is left to be done if it fails */
    for (int r = 0; r < crew->size && crew->member != NULL; r++) free(crew->member[r].name);
    free(crew->member);
    free(crew);
}
