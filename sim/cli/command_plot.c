/* sim/cli/command_plot.c -- zhol plot: hands over to the script that draws, which stands beside the program where it is
 * installed (zhol-plot), and in the folder scripts of the tree where it was built.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* From the folder of the program: the script, and what it needs, by which it is known to be that. */
static const struct {
    const char *script, *package;
} places[] = {{"zhol-plot", "../share/zhol/zhol_pictures"}, {"../../scripts/plot", "../../scripts/zhol_pictures"}};

static struct fault *own_path(char path[PATH_MAX])
{
    const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length < 0)
        return fault_raise(FAULT_MACHINE, "/proc/self/exe, the path of this program, cannot be read: %s",
                           strerror(errno));
    path[length] = '\0';
    return NULL;
}

/* A path from the folder of the program; false if nothing is there or it is too long. */
static bool is_there(const char *program, const char *beside, char path[PATH_MAX])
{
    const int folder = (int)(strrchr(program, '/') + 1 - program);
    const int length = snprintf(path, PATH_MAX, "%.*s%s", folder, program, beside);
    return length > 0 && length < PATH_MAX && access(path, R_OK) == 0;
}

static struct fault *find_script(const char *program, char script[PATH_MAX])
{
    char package[PATH_MAX];
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (is_there(program, places[i].package, package) && is_there(program, places[i].script, script)) return NULL;
    return fault_raise(FAULT_MACHINE,
                       "what draws pictures is not beside %s; expected zhol-plot there, and the folder "
                       "zhol_pictures in ../share/zhol, as `cmake --install` puts them",
                       program);
}

/* Gives way to the script: returns only where that fails. */
static struct fault *hand_over(int argc, char **argv, char *script, char *called)
{
    static char python[] = "python3";
    char **words = calloc((size_t)argc + 4, sizeof *words);
    if (words == NULL) return fault_no_memory();
    words[0] = python;
    words[1] = script;
    words[2] = called;
    memcpy(words + 3, argv + 1, (size_t)(argc - 1) * sizeof *words);
    /* that of the system, for which packages are, before any other */
    execv("/usr/bin/python3", words);
    if (errno == ENOENT) execvp(python, words);
    const int error = errno;
    free(words);
    if (error == ENOENT)
        return fault_raise(FAULT_MACHINE, "pictures need python3, which is not here; %s",
                           "apt-get install python3-h5py python3-matplotlib python3-yaml");
    return fault_raise(FAULT_MACHINE, "python3 cannot be started: %s", strerror(error));
}

int command_plot(int argc, char **argv)
{
    char program[PATH_MAX], script[PATH_MAX], *called = NULL;
    struct fault *fault = own_path(program);
    if (fault == NULL) fault = find_script(program, script);
    if (fault == NULL && asprintf(&called, "--called-by=%s", program) < 0) {
        called = NULL;
        fault = fault_no_memory();
    }
    if (fault == NULL) fault = command_flush();
    if (fault == NULL) fault = hand_over(argc, argv, script, called);
    free(called);
    return command_end(fault);
}
