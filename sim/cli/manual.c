/* sim/cli/manual.c -- see manual.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/manual.h"
#include "sim/cli/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What a status means to who called; also what the guide says. */
static const struct {
    int status;
    const char *meaning;
} statuses[] = {
    {0, "All is done."},
    {FAULT_MACHINE, "The machine failed: disk, memory, processor; or a file that may not be written."},
    {FAULT_USAGE, "The command line is wrong, or would replace what is there."},
    {FAULT_SCENARIO, "The scenario, or another file that is read, is wrong."},
    {FAULT_FILES, "Files are damaged, or cannot be compared or merged."},
    {FAULT_UNTRUSTED,
     "The result is not to be trusted: a comparison of bits failed, a cell of a batch failed, or too many "
     "replications are invalid."},
    {FAULT_INTERRUPTED, "Interrupted; --resume goes on."},
};

static const struct {
    const char *name, *meaning;
} variables[] = {
    {"NO_COLOR", "If it is there and not empty, nothing is coloured, unless --color says so."},
    {"TERM", "Where it is dumb or lacking, nothing is coloured."},
    {"ZHOL_ISA", "As --isa: the instruction set to compute with. No result depends on it."},
};

/* A character as it is to be seen; a hyphen as it is to be typed. */
static void put_character(char character, FILE *to)
{
    switch (character) {
    case '\\': fputs("\\e", to); break;
    case '-': fputs("\\-", to); break;
    case '`': fputs("\\(ga", to); break;
    case '\'': fputs("\\(aq", to); break;
    case '^': fputs("\\(ha", to); break;
    case '~': fputs("\\(ti", to); break;
    default: fputc(character, to);
    }
}

/* As text: with a line of its own, which no full stop makes a request. */
static void put_text(const char *text, size_t length, FILE *to)
{
    if (length > 0 && text[0] == '.') fputs("\\&", to);
    for (size_t i = 0; i < length; i++) put_character(text[i], to);
}

static void put_line(const char *text, FILE *to)
{
    put_text(text, strlen(text), to);
    fputc('\n', to);
}

static void put_bold(const char *text, FILE *to)
{
    fputs("\\fB", to);
    put_text(text, strlen(text), to);
    fputs("\\fR", to);
}

/* "RESULT [OUTCOME...]": capitals are what to put words for. */
static void put_arguments(const char *text, size_t length, FILE *to)
{
    bool slanted = false;
    for (size_t i = 0; i < length; i++) {
        const bool capital = isupper((unsigned char)text[i]) != 0;
        if (capital != slanted) fputs(capital ? "\\fI" : "\\fR", to);
        slanted = capital;
        put_character(text[i], to);
    }
    if (slanted) fputs("\\fR", to);
}

/* Paragraphs; lines that begin with a blank stay as they are, as examples. */
static void put_paragraphs(const char *text, size_t length, FILE *to)
{
    bool kept = false, gap = false;
    for (const char *line = text, *end = text + length; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const size_t size = (size_t)((stop == NULL ? end : stop) - line);
        const bool keep = line[0] == ' ';
        if (size > 0 && keep != kept) fputs(keep ? ".PP\n.nf\n" : ".fi\n.PP\n", to);
        if (size > 0 && keep == kept && gap) fputs(".PP\n", to);
        if (size > 0) {
            kept = keep;
            put_text(line, size, to);
            fputc('\n', to);
        }
        gap = size == 0 && line > text;
        line += size + (stop != NULL);
    }
    if (kept) fputs(".fi\n", to);
}

static void put_title(const char *title, FILE *to)
{
    fputs(".TH ", to);
    for (const char *at = title; *at != '\0'; at++) /* without the hyphen's sign, by which man is asked */
        fputc(*at == ' ' ? '-' : toupper((unsigned char)*at), to);
    fputs(" 1 \"\" \"zhol " ZHOL_VERSION "\" \"zhol\"\n.SH NAME\n", to);
}

static void put_file(const char *name, const char *end, FILE *to)
{
    for (; *name != '\0'; name++) put_character(*name == ' ' ? '-' : *name, to);
    fputs(end, to);
}

static void put_synopsis(const char *name, const char *arguments, FILE *to)
{
    fputs(".SH SYNOPSIS\n", to);
    for (;;) {
        const size_t length = strcspn(arguments, "\n");
        put_bold(name, to);
        fputs(" [\\fIOPTION\\fR...] ", to);
        put_arguments(arguments, length, to);
        if (arguments[length] == '\0') break;
        fputs("\n.br\n", to);
        arguments += length + 1;
    }
    fputc('\n', to);
}

static void put_option(const struct argp_option *option, FILE *to)
{
    const char letter[] = {'-', words_letter(option), '\0'};
    const bool has_letter = letter[1] != '\0';
    fputs(".TP\n", to);
    if (has_letter) put_bold(letter, to);
    if (has_letter && option->name != NULL) fputs(", ", to);
    if (option->name != NULL) {
        fputs("\\fB\\-\\-", to);
        put_text(option->name, strlen(option->name), to);
        fputs("\\fR", to);
    }
    if (option->arg != NULL) {
        fputs(option->name == NULL ? " \\fI" : "=\\fI", to);
        put_text(option->arg, strlen(option->arg), to);
        fputs("\\fR", to);
    }
    fputc('\n', to);
    put_line(option->doc == NULL ? "" : option->doc, to);
}

static struct fault *put_options(const struct argp *parser, FILE *to)
{
    struct words words;
    TRY(words_read(parser, &words));
    fputs(".SH OPTIONS\n", to);
    for (size_t i = 0; i < words.count; i++) {
        const struct word *word = &words.word[i];
        if (word->heading)
            fputs(".SS ", to), put_line(word->option->doc, to);
        else
            put_option(word->option, to);
    }
    words_free(&words);
    return NULL;
}

static void put_common(FILE *to)
{
    fputs(".SH \"EXIT STATUS\"\n", to);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        fprintf(to, ".TP\n%d\n", statuses[i].status);
        put_line(statuses[i].meaning, to);
    }
    fputs(".SH ENVIRONMENT\n", to);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        fprintf(to, ".TP\n.B %s\n", variables[i].name);
        put_line(variables[i].meaning, to);
    }
}

/* What stands in a parser's text before the vertical tab, or after it up to "Example:", or its examples. */
static const char *put_description(const char *doc, FILE *to)
{
    static const char mark[] = "Example:";
    const size_t before = strcspn(doc, "\v");
    const char *after = doc[before] == '\0' ? "" : doc + before + 1, *examples = strstr(after, mark);
    fputs(".SH DESCRIPTION\n", to);
    put_paragraphs(doc, before, to);
    const size_t between = examples == NULL ? strlen(after) : (size_t)(examples - after);
    if (between > 0) {
        fputs(".PP\n", to);
        put_paragraphs(after, between, to);
    }
    return examples == NULL ? "" : examples + strlen(mark);
}

struct fault *manual_command(const char *name, const char *meaning, const struct argp *parser, FILE *to)
{
    const char *arguments = parser->args_doc == NULL ? "" : parser->args_doc;
    put_title(name, to);
    put_file(name, " \\- ", to);
    put_line(meaning, to);
    put_synopsis(name, arguments, to);
    const char *examples = put_description(parser->doc == NULL ? "" : parser->doc, to);
    TRY(put_options(parser, to));
    if (examples[0] != '\0') {
        fputs(".SH EXAMPLES\n", to);
        examples += strspn(examples, "\n");
        fputs(".nf\n", to);
        put_text(examples, strlen(examples), to);
        fputs("\n.fi\n", to);
    }
    put_common(to);
    fputs(".SH \"SEE ALSO\"\n.BR zhol (1)\n", to);
    return NULL;
}

void manual_begin(FILE *to)
{
    put_title("zhol", to);
    fputs("zhol \\- Monte Carlo simulator of trade corridors and energy exports\n"
          ".SH SYNOPSIS\n\\fBzhol\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] ...\n"
          ".SH DESCRIPTION\n",
          to);
    put_line("zhol simulates trade flows, transport corridors and energy exports many thousand times over, each time "
             "with other "
             "prices, growth and shocks, and writes the distributions of the outcomes. Scenarios are YAML files in "
             "which every "
             "number has a unit; results are HDF5 files that Python, R, Octave and Julia open.",
             to);
    fputs(".PP\n", to);
    put_line("A scenario is named by its file, or by its name if it is one of those that come with zhol: `zhol run "
             "minimal`.",
             to);
    fputs(".SH COMMANDS\n", to);
}

void manual_purpose(const char *purpose, FILE *to)
{
    fputs(".SS ", to);
    put_line(purpose, to);
}

void manual_entry(const char *name, const char *meaning, FILE *to)
{
    fputs(".TP\n\\fBzhol\\-", to);
    put_text(name, strlen(name), to);
    fputs("\\fR(1)\n", to);
    put_line(meaning, to);
}

void manual_end(FILE *to)
{
    fputs(".SH OPTIONS\n"
          ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nThe commands; of a command its options, as does \\fBzhol help\\fR "
          "\\fICOMMAND\\fR.\n"
          ".TP\n\\fB\\-v\\fR, \\fB\\-\\-version\\fR\nThe version, and the instruction sets that it can compute with.\n",
          to);
    put_common(to);
    fputs(".SH FILES\n.TP\n.I share/zhol/scenarios\nThe scenarios that come with zhol, in the folder where it is "
          "installed.\n"
          ".TP\n.I share/doc/zhol\nThe documents: README.md says where to begin.\n"
          ".SH EXAMPLES\n.nf\nzhol run minimal \\-n 1000\nzhol show minimal.h5\nzhol help compare\n.fi\n"
          ".SH \"SEE ALSO\"\n.BR zhol\\-plot (1)\n",
          to);
}
