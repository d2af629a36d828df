/* tests/fuzz/fuzz_scenario.c -- see fuzz_scenario.h: a document is refused with a place and a sentence, or is checked and
 * simulated.
 *
 * ZHOL_FUZZ_PATH is the folder in which parents are looked for. At the end the counts are printed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz_scenario.h"
#include "sim/cli/command.h"
#include "sim/zhol.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sanitizer/common_interface_defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    REPLICATIONS = 8,
    SECONDS_MOST = 30, /* of the processor, for one input */
    CHECKED_ONE_IN = 50,
    POOL = 512,
    POOL_BYTES_MOST = 1 << 16
};

static const char *path;
static struct zhol_settings *settings;
static uint64_t executions, accepted, checked, simulated_invalid;
static double slowest;
/* What was accepted lately. */
static struct {
    uint8_t *data;
    size_t size;
    uint64_t hash;
} pool[POOL];
static int nowhere, said, words, document;
static char file[] = "/tmp/zhol-fuzz-XXXXXX.yaml"; /* of the document that is checked */

uint64_t fuzz_scenario_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

size_t fuzz_scenario_draw(uint64_t *state, size_t below)
{
    return below == 0 ? 0 : (size_t)(fuzz_scenario_next(state) % below);
}

/* FNV-1a. */
static uint64_t hash_of(const uint8_t *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++) hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

bool fuzz_scenario_accepted(uint8_t *data, size_t *size, size_t most, uint64_t *state)
{
    const uint64_t hash = hash_of(data, *size);
    size_t known = 0;
    for (size_t i = 0; i < POOL && pool[i].data != NULL; i++, known++)
        if (pool[i].hash == hash && pool[i].size == *size) return true;
    if (known == 0) return false;
    const size_t i = fuzz_scenario_draw(state, known);
    if (pool[i].size > most) return false;
    memcpy(data, pool[i].data, pool[i].size);
    *size = pool[i].size;
    return true;
}

static void remember(const uint8_t *data, size_t size)
{
    const uint64_t hash = hash_of(data, size);
    if (size > POOL_BYTES_MOST) return;
    const size_t i = accepted < POOL ? (size_t)accepted : (size_t)(hash % POOL);
    uint8_t *copy = malloc(size + 1);
    if (copy == NULL) return;
    memcpy(copy, data, size);
    free(pool[i].data);
    pool[i].data = copy;
    pool[i].size = size;
    pool[i].hash = hash;
}

static void __attribute__((noreturn, format(printf, 1, 2))) wrong(const char *format, ...)
{
    va_list more;
    va_start(more, format);
    char sentence[4096];
    vsnprintf(sentence, sizeof sentence, format, more);
    va_end(more);
    dprintf(words, "fuzz_scenario: %s\n", sentence);
    (void)unlink(file);
    abort();
}

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* "FILE:LINE:COLUMN: error: " or "zhol: error: ", and a sentence behind it. */
static void judge_fault(const struct zhol_fault *fault)
{
    const char *text = zhol_fault_text(fault), *kind = strstr(text, ": error: ");
    const enum zhol_status status = zhol_fault_status(fault);
    if (status != ZHOL_SCENARIO && status != ZHOL_USAGE) wrong("refused with status %d: %s", (int)status, text);
    if (kind == NULL || kind[strlen(": error: ")] < ' ') wrong("refused without a sentence: %s", text);
    if (memchr(text, '\n', (size_t)(kind - text)) != NULL)
        wrong("something stands before the first sentence: %s", text);
    for (const char *at = text; *at != '\0'; at++)
        if (((unsigned char)*at < ' ' && *at != '\n' && *at != '\t') || *at == '\x7f')
            wrong("a control character in a sentence: %s", text);
}

static double statistic(const struct zhol_result *result, const char *outcome, const char *name)
{
    double value = 0.0;
    struct zhol_fault *fault = zhol_statistic(result, outcome, ZHOL_HORIZON, name, 0.0, &value);
    if (fault != NULL) wrong("%s of %s: %s", name, outcome, zhol_fault_text(fault));
    return value;
}

/* Of as many values as there are, all are finite, and their mean lies between the least and the greatest. */
static void judge_result(const struct zhol_result *result)
{
    simulated_invalid += zhol_invalid(result) > 0;
    if (zhol_replications(result) != REPLICATIONS) wrong("%" PRIu64 " replications", zhol_replications(result));
    const size_t outcomes = zhol_outcomes(result);
    for (size_t i = 0; i < outcomes; i++) {
        const char *outcome = zhol_outcome_path(result, i);
        const double count = statistic(result, outcome, "count"), mean = statistic(result, outcome, "mean"),
                     least = statistic(result, outcome, "minimum"), greatest = statistic(result, outcome, "maximum");
        if (!(count >= 0.0 && count <= REPLICATIONS)) wrong("%s: %g values", outcome, count);
        if (count == 0.0) continue;
        const double slack = 1e-12 * fmax(fabs(least), fabs(greatest));
        if (!(isfinite(least) && isfinite(greatest) && mean >= least - slack && mean <= greatest + slack))
            wrong("%s: mean %g of values from %g to %g", outcome, mean, least, greatest);
    }
}

/* `zhol check` of a document that was accepted has nothing to refuse. */
static void check(const uint8_t *data, size_t size)
{
    if (pwrite(document, data, size, 0) != (ssize_t)size || ftruncate(document, (off_t)size) < 0)
        wrong("no room for a document");
    char name[] = "zhol check", jobs[] = "-j1", replications[] = "-n64", option[] = "--path", folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    char *arguments[] = {name, file, jobs, replications, option, folder, NULL};
    fflush(stdout);
    const int output = dup(STDOUT_FILENO), errors = dup(STDERR_FILENO);
    if (ftruncate(said, 0) < 0 || lseek(said, 0, SEEK_SET) < 0) wrong("no room for what is said");
    dup2(nowhere, STDOUT_FILENO);
    dup2(said, STDERR_FILENO);
    const int status = command_check(6, arguments);
    fflush(stdout);
    fflush(stderr);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    close(output);
    close(errors);
    char text[2048] = "";
    const ssize_t got = pread(said, text, sizeof text - 1, 0);
    if (got > 0) text[got] = '\0';
    if (status != 0) wrong("accepted, but check ends with %d: %s", status, text);
    checked++;
}

static void report(void)
{
    (void)unlink(file);
    dprintf(words,
            "executions %" PRIu64 ", accepted %" PRIu64 " (%.1f %%), checked %" PRIu64
            ", with invalid replications %" PRIu64 ", slowest %.2f s, processor %.1f s\n",
            executions, accepted, executions == 0 ? 0.0 : 100.0 * (double)accepted / (double)executions, checked,
            simulated_invalid, slowest, processor_seconds());
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    path = getenv("ZHOL_FUZZ_PATH");
    if (path == NULL) path = ".";
    words = dup(STDERR_FILENO);
    __sanitizer_set_report_fd((void *)(intptr_t)words);
    nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    said = memfd_create("said", MFD_CLOEXEC);
    document = mkostemps(file, 5, O_CLOEXEC);
    if (nowhere < 0 || said < 0 || document < 0 || zhol_settings_new(&settings) != NULL ||
        zhol_settings_replications(settings, REPLICATIONS) != NULL || zhol_settings_threads(settings, 1) != NULL ||
        zhol_settings_path(settings, path) != NULL)
        wrong("it cannot begin");
    return atexit(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zhol_plan *plan = NULL;
    struct zhol_result *result = NULL;
    if (memchr(data, '\0', size) != NULL) return 0; /* a text of C; the suite bad_input has files with a NUL */
    char *text = malloc(size + 1);
    if (text == NULL) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const double begin = processor_seconds();
    executions++;
    struct zhol_fault *fault = zhol_open_text("fuzz.yaml", text, settings, &plan);
    free(text);
    if (fault != NULL) {
        judge_fault(fault);
        zhol_fault_free(fault);
    } else {
        if (zhol_plan_warnings(plan) == NULL) wrong("warnings are not a text");
        fault = zhol_simulate(plan, NULL, NULL, &result);
        if (fault != NULL) wrong("accepted, but not simulated: %s", zhol_fault_text(fault));
        judge_result(result);
        remember(data, size);
        if (accepted++ % CHECKED_ONE_IN == 0) check(data, size);
    }
    zhol_result_free(result);
    zhol_plan_free(plan);
    const double took = processor_seconds() - begin;
    if (took > slowest) slowest = took;
    if (took > SECONDS_MOST) wrong("it took %.1f s of the processor", took);
    return 0;
}
