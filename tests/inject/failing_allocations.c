/* tests/inject/failing_allocations.c -- see failing.h: the allocations of the program itself.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/inject/failing.h"

#include <argp.h>
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The C library's own, under the names that do not come back here. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

enum { SLOTS = 1 << 21 }; /* of blocks alive at once; a power of two, many times what a run holds */
static void *block_at[SLOTS];
static size_t alive;
static uintptr_t code_begin, code_end, argp_begin, argp_end;
static char lock;
static bool is_ready;

#define FREED ((void *)1)

static int find_code(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD || (info->dlpi_phdr[i].p_flags & PF_X) == 0) continue;
        code_begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        code_end = code_begin + info->dlpi_phdr[i].p_memsz;
    }
    return 1; /* the program comes first */
}

static void find_argp(void)
{
    Dl_info info;
    void *symbol = NULL;
    argp_begin = argp_end = (uintptr_t)argp_parse;
    if (dladdr1((void *)argp_begin, &info, &symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL) return;
    argp_end += ((const ElfW(Sym) *)symbol)->st_size;
}

static void acquire(void)
{
    while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE)) continue;
    if (is_ready) return;
    is_ready = true;
    dl_iterate_phdr(find_code, NULL);
    find_argp();
}

static void release(void)
{
    __atomic_clear(&lock, __ATOMIC_RELEASE);
}

static bool is_ours(const void *caller)
{
    const uintptr_t at = (uintptr_t)caller;
    return (at >= code_begin && at < code_end) || (at >= argp_begin && at < argp_end);
}

static size_t slot_of(const void *block)
{
    return (size_t)(((uintptr_t)block >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 43) & (SLOTS - 1);
}

static void note(void *block)
{
    size_t i = slot_of(block);
    while (block_at[i] != NULL && block_at[i] != FREED) i = (i + 1) & (SLOTS - 1);
    block_at[i] = block;
    alive++;
}

/* Whether it was one of ours. */
static bool forget(const void *block)
{
    for (size_t i = slot_of(block); block_at[i] != NULL; i = (i + 1) & (SLOTS - 1)) {
        if (block_at[i] != block) continue;
        block_at[i] = FREED;
        alive--;
        return true;
    }
    return false;
}

/* Counts a call from `caller`; whether it is the one that fails. */
static bool fails(const void *caller)
{
    acquire();
    const bool ours = is_ours(caller);
    release();
    return ours && failing(FAILING_MEMORY, "malloc");
}

static void *noted(void *block, const void *caller)
{
    acquire();
    if (block != NULL && is_ours(caller)) note(block);
    release();
    return block;
}

void *malloc(size_t size)
{
    const void *caller = __builtin_return_address(0);
    return fails(caller) ? NULL : noted(__libc_malloc(size), caller);
}

void *calloc(size_t count, size_t size)
{
    const void *caller = __builtin_return_address(0);
    return fails(caller) ? NULL : noted(__libc_calloc(count, size), caller);
}

void *realloc(void *block, size_t size)
{
    const void *caller = __builtin_return_address(0);
    if (fails(caller)) return NULL;
    acquire();
    const bool ours = block != NULL && forget(block);
    release();
    void *grown = __libc_realloc(block, size);
    acquire();
    if (grown != NULL && (ours || is_ours(caller))) note(grown);
    if (grown == NULL && size > 0 && ours) note(block);
    release();
    return grown;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    const void *caller = __builtin_return_address(0);
    return fails(caller) ? NULL : noted(__libc_memalign(alignment, size), caller);
}

char *strdup(const char *text)
{
    const void *caller = __builtin_return_address(0);
    const size_t size = strlen(text) + 1;
    char *copy = fails(caller) ? NULL : noted(__libc_malloc(size), caller);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

void free(void *block)
{
    if (block == NULL) return;
    acquire();
    forget(block);
    release();
    __libc_free(block);
}

size_t failing_alive(void)
{
    return alive;
}
