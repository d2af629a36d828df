/* sim/core/fault.h -- what went wrong, where, in one sentence.
 *
 * A function that can fail returns `struct fault *`: NULL for success, else a record that the caller owns and either
 * passes on or frees. Records chain through `next`, so that all errors of a file can be reported at once, and carry
 * notes ("overrides this value") through `note`.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_FAULT_H
#define ZHOL_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/* The exit status of the program is the code of its first fault. */
enum fault_code {
    FAULT_MACHINE = 1,       /* disk, memory, processor            */
    FAULT_USAGE = 2,         /* wrong command line                 */
    FAULT_SCENARIO = 3,      /* wrong scenario or input file       */
    FAULT_FILES = 4,         /* files that cannot be compared      */
    FAULT_UNTRUSTED = 5,     /* the result is not to be trusted    */
    FAULT_INTERRUPTED = 130, /* stopped by the user                */
};

/* A text that was read, kept whole so that its lines can be shown. */
struct source {
    char *name;    /* as the user would write it */
    char *text;    /* NUL-terminated             */
    size_t length; /* bytes, without the NUL     */
    bool marked;   /* a byte order mark stood before it, which is left out */
};

/* A position in a source. Lines and columns count from 1, columns in characters; source NULL: nowhere. */
struct place {
    const struct source *source;
    int line;
    int column;
};

struct fault {
    enum fault_code code;
    struct place place;
    char *sentence;     /* says the value found and what was expected; no final full stop */
    struct fault *note; /* further places that explain this fault */
    struct fault *next; /* the next fault of the same reading */
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define A_FAULT    __attribute__((warn_unused_result, returns_nonnull))

/* A new fault without a place. Never returns NULL: when memory is out, returns a fixed fault that says so. */
A_FAULT __attribute__((format(printf, 2, 3))) struct fault *fault_raise(enum fault_code code, const char *format, ...);

/* A new fault at a place. */
A_FAULT __attribute__((format(printf, 3, 4))) struct fault *fault_at(enum fault_code code, struct place place,
                                                                     const char *format, ...);

/* Adds a note to the fault and returns it. */
A_FAULT __attribute__((format(printf, 3, 4))) struct fault *fault_note(struct fault *fault, struct place place,
                                                                       const char *format, ...);

/* The chain of first followed by second; either may be NULL. */
MUST_CHECK struct fault *fault_join(struct fault *first, struct fault *second);

/* The fixed fault for exhausted memory; fault_free leaves it alone. */
A_FAULT struct fault *fault_no_memory(void);

/* Whether memory is out, so that nothing further is worth trying. */
bool fault_is_memory(const struct fault *fault);

/* How many faults are chained, notes not counted. */
size_t fault_count(const struct fault *fault);

/* So many faults are shown at once. fault_enough: more are chained already, so that looking for others is of no use. */
enum { FAULT_SHOWN_MOST = 20 };
bool fault_enough(const struct fault *fault);

/* Frees the chain with its notes. NULL is allowed. */
void fault_free(struct fault *fault);

/* Returns the fault of `call` from the calling function, if there is one. */
#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        struct fault *try_fault_ = (call);                                                                             \
        if (try_fault_ != NULL) return try_fault_;                                                                     \
    } while (0)

#endif
