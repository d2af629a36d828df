#!/usr/bin/env python3
"""Checks the external symbols of the objects that the program is linked from.

Files call one another in one direction only: no circle of files, whether in one folder or across folders. And a symbol can be found by its
name: it begins with the stem of its file, or of the header that declares it, in the singular or the plural.

The kernels for another instruction set, joined in one object, show their table, of the name of the object, and nothing else, so that no call
goes to them by mistake; and as what they hold is in the program twice, nothing of it may change.

check_symbols.py SOURCE_FOLDER BUILD_FOLDER [--kernels OBJECT] OBJECT...
"""
import os
import pathlib
import re
import subprocess
import sys

# Names after what a header is about, where its stem says how: "rows" are a store's at run time, a "scenario" is what the reader reads.
FAMILIES = {"sim/core/store.h": {"rows"}, "scenarios/reader/reader.h": {"scenario"}}


def source_of(thing, build):
    """The source of an object of CMake's, from the root: models/CMakeFiles/zhol_models.dir/drivers/copula.c.o."""
    folder, inside = re.fullmatch(r"(.*)/CMakeFiles/[^/]+\.dir/(.*)\.o(?:bj)?", os.path.relpath(thing, build)).groups()
    return os.path.normpath(os.path.join(folder, inside.replace("__", "..")))


def symbols_of(things):
    """By object, the external symbols that it defines, and those that it uses, without those of compilers."""
    defined, used = {thing: set() for thing in things}, {thing: set() for thing in things}
    for line in subprocess.run(["nm", "-A", "-P", "-g", *things], check=True, capture_output=True, text=True).stdout.splitlines():
        thing, symbol, kind = re.match(r"(.*): (\S+) (\S)", line).groups()
        if not symbol.startswith("_") and "." not in symbol:
            (used if kind in "Uvw" else defined)[thing].add(symbol)
    return defined, used


def circles_in(uses):
    """The strongly connected components of more than one file (Tarjan 1972)."""
    number, low, path, found = {}, {}, [], []

    def visit(file):
        number[file] = low[file] = len(number)
        path.append(file)
        for other in sorted(uses[file]):
            if other not in number:
                visit(other)
            if other in path:
                low[file] = min(low[file], low[other])
        if low[file] == number[file]:
            start = path.index(file)
            found.append(tuple(sorted(path[start:])))
            del path[start:]

    for file in sorted(uses):
        if file not in number:
            visit(file)
    return [circle for circle in found if len(circle) > 1]


def begins_with(symbol, stem):
    singular = re.sub("ies$", "y", stem) if stem.endswith("ies") else re.sub("s$", "", stem)
    return any(symbol == word or symbol.startswith(word + "_") for word in (stem, singular, stem + "s"))


def faults_of_kernels(thing):
    defined, _ = symbols_of([thing])
    wrong = [f"{thing} shows {symbol}" for symbol in sorted(defined[thing] ^ {pathlib.PurePath(thing).stem})]
    sanitized = b"san_" in subprocess.run(["nm", "-u", thing], check=True, capture_output=True).stdout  # has state of its own
    for line in subprocess.run(["size", "-A", thing], check=True, capture_output=True, text=True).stdout.splitlines():
        section = re.match(r"(\.t?(?:data|bss)(?!\.rel\.ro)\S*)\s+([1-9]\d*)", line)
        if section and not sanitized:
            wrong.append(f"{thing} has {section[2]} bytes in {section[1]}, which may change, beside those of the program")
    return wrong


def main(root, build, things):
    kernels = [things[1]] if things[0] == "--kernels" else []
    things = things[2 * len(kernels):]
    defined, used = ({source_of(thing, build): symbols for thing, symbols in by.items()} for by in symbols_of(things))
    definer = {symbol: file for file, symbols in defined.items() for symbol in symbols}
    uses = {file: {definer[symbol] for symbol in symbols if symbol in definer} - {file} for file, symbols in used.items()}

    wrong = [fault for thing in kernels for fault in faults_of_kernels(thing)]
    circles = circles_in(uses)
    for circle in sorted(circles):
        wrong.append("these files call one another in a circle:")
        for file in circle:
            for other in sorted(uses[file] & set(circle)):
                called = ", ".join(sorted(symbol for symbol in used[file] if definer.get(symbol) == other))
                wrong.append(f"  {file} calls {other}: {called}")

    headers = {str(path.relative_to(root)): set(re.findall(r"\b(\w+)\b\s*[(\[;,]", path.read_text()))
               for top in {file.split("/")[0] for file in defined} for path in (root / top).rglob("*.h")}
    for symbol, file in sorted(definer.items()):
        by = [header for header, words in headers.items() if symbol in words]
        stems = {pathlib.PurePath(path).stem for path in [file, *by]} | {word for header in by for word in FAMILIES.get(header, ())}
        if symbol == "main" or any(begins_with(symbol, stem) for stem in stems):
            continue
        wrong.append(f"{file}: {symbol} begins neither with the stem of its file nor with that of {' or '.join(by) or 'a header'}")

    print("\n".join(wrong) or f"{len(definer)} symbols of {len(defined)} files: no circle, and each named after its file or header")
    return 1 if wrong or not definer else 0


sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
