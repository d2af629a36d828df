/* sim/core/fault.c -- see fault.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char no_memory_sentence[] = "out of memory";
static struct fault no_memory = {.code = FAULT_MACHINE, .sentence = no_memory_sentence};

struct fault *fault_no_memory(void)
{
    return &no_memory;
}

__attribute__((format(printf, 3, 0))) static struct fault *fault_make(enum fault_code code, struct place place,
                                                                      const char *format, va_list arguments)
{
    struct fault *fault = malloc(sizeof *fault);
    if (fault == NULL) return &no_memory;
    *fault = (struct fault){.code = code, .place = place};
    if (vasprintf(&fault->sentence, format, arguments) < 0) {
        free(fault);
        return &no_memory;
    }
    return fault;
}

struct fault *fault_raise(enum fault_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct fault *fault = fault_make(code, (struct place){0}, format, arguments);
    va_end(arguments);
    return fault;
}

struct fault *fault_at(enum fault_code code, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct fault *fault = fault_make(code, place, format, arguments);
    va_end(arguments);
    return fault;
}

struct fault *fault_note(struct fault *fault, struct place place, const char *format, ...)
{
    if (fault == &no_memory) return fault;
    va_list arguments;
    va_start(arguments, format);
    struct fault *note = fault_make(fault->code, place, format, arguments);
    va_end(arguments);
    if (note == &no_memory) return fault; /* a note is a help, not the message */
    struct fault **end = &fault->note;
    while (*end != NULL) end = &(*end)->next;
    *end = note;
    return fault;
}

struct fault *fault_join(struct fault *first, struct fault *second)
{
    if (first == NULL) return second;
    if (second == NULL || first == &no_memory) {
        if (first == &no_memory) fault_free(second);
        return first;
    }
    if (second == &no_memory) {
        fault_free(first);
        return second;
    }
    struct fault *last = first;
    while (last->next != NULL) last = last->next;
    last->next = second;
    return first;
}

size_t fault_count(const struct fault *fault)
{
    size_t count = 0;
    for (; fault != NULL; fault = fault->next) count++;
    return count;
}

bool fault_enough(const struct fault *fault)
{
    size_t count = 0;
    for (; fault != NULL && count <= FAULT_SHOWN_MOST; fault = fault->next) count++;
    return count > FAULT_SHOWN_MOST;
}

void fault_free(struct fault *fault)
{
    while (fault != NULL && fault != &no_memory) {
        struct fault *next = fault->next;
        fault_free(fault->note);
        free(fault->sentence);
        free(fault);
        fault = next;
    }
}

bool fault_is_memory(const struct fault *fault)
{
    return fault == fault_no_memory();
}
