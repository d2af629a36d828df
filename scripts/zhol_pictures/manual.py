# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual page of `zhol-plot`, from the parser of its command line."""
import argparse

ESCAPES = str.maketrans({"\\": "\\e", "-": "\\-", "`": "\\(ga", "'": "\\(aq", "^": "\\(ha", "~": "\\(ti"})


def text(words):
    """Of a line, or of several that stay as they are."""
    return "\n".join(("\\&" if line.startswith(".") else "") + line.translate(ESCAPES) for line in words.splitlines())


def bold(words):
    return f"\\fB{text(words)}\\fR"


def slanted(words):
    return f"\\fI{text(words)}\\fR"


def is_option(action):
    return bool(action.option_strings) and action.help is not argparse.SUPPRESS and action.dest != "help"


def name(action):
    """-o, --output FILE"""
    names = ", ".join(bold(each) for each in action.option_strings)
    return names if action.nargs == 0 else f"{names} {slanted(action.metavar or action.dest.upper())}"


def synopsis(program, kind, parser):
    files = next((action for action in parser._actions if not action.option_strings and action.dest == "files"), None)
    words = [] if files is None else [slanted(files.metavar) + ("..." if files.nargs == "+" else "")]
    for action in parser._actions:
        if not action.option_strings and action.dest != "files":
            word = slanted(action.metavar or action.dest.upper())
            words.append(f"[{word}]" if action.nargs == "?" else word)
    return f"{bold(program + ' ' + kind)} [{slanted('OPTION')}...] {' '.join(words)}"


def page(parser):
    """Of a parser whose commands are kinds of pictures."""
    kinds = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    meanings = {action.dest: action.help for action in kinds._choices_actions}
    first = next(iter(kinds.choices.values()))
    lines = [f'.TH {parser.prog.upper()} 1 "" "zhol" "zhol"', ".SH NAME", f"{text(parser.prog)} \\- draws pictures from results of zhol",
             ".SH SYNOPSIS"]
    for number, (kind, one) in enumerate(kinds.choices.items()):
        lines += [".br"] * (number > 0) + [synopsis(parser.prog, kind, one)]
    lines += [".SH DESCRIPTION", text(parser.description), ".SH KINDS"]
    for kind in kinds.choices:
        lines += [".TP", bold(kind), text(meanings[kind])]
    lines += [".SH OPTIONS"]
    of_all = [action for action in first._actions if is_option(action)
              and all(any(action.option_strings == other.option_strings for other in one._actions) for one in kinds.choices.values())]
    for action in of_all:
        lines += [".TP", name(action), text(action.help)]
    said = {tuple(action.option_strings) for action in of_all}
    for kind, one in kinds.choices.items():
        for action in filter(is_option, one._actions):
            if tuple(action.option_strings) in said:
                continue
            said.add(tuple(action.option_strings))
            of = [other for other, parser_of in kinds.choices.items()
                  if any(action.option_strings == each.option_strings for each in parser_of._actions)]
            lines += [".TP", name(action), f"(of {', '.join(of)}) {text(action.help)}"]
    examples = parser.epilog.partition("\n")[2].rstrip("\n")
    lines += [".SH EXAMPLES", ".nf", text(examples), ".fi", '.SH "SEE ALSO"', ".BR zhol (1)"]
    return "\n".join(lines) + "\n"
