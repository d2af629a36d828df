#!/usr/bin/env python3
"""Every relative link of every document leads to a file of the project, and every anchor to a heading of it.

Usage: check_links.py PROJECT
"""
import pathlib
import re
import sys

import collections

PROJECT = pathlib.Path(sys.argv[1]).resolve()
LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]+(?:\([^()\s]*\))?)\)")


def prose(text):
    """Lines outside fences, without what stands between backquotes, numbered."""
    fence = None
    for number, line in enumerate(text.split("\n"), 1):
        mark = re.match(r"\s*(```+|~~~+)", line)
        if mark and (fence is None or line.strip() == fence):
            fence = mark[1] if fence is None else None
            continue
        if fence is None:
            yield number, line


def anchors(path):
    """As GitHub makes them of headings."""
    seen, found = collections.Counter(), set()
    for _, line in prose(path.read_text()):
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if not heading:
            continue
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found.add(slug if not seen[slug] else f"{slug}-{seen[slug]}")
        seen[slug] += 1
    return found


def documents():
    return [path for path in sorted(PROJECT.rglob("*.md")) if not any(part.startswith((".", "build")) or part == "node_modules"
                                                                      for part in path.relative_to(PROJECT).parts[:-1])]


def faults(paths):
    headings, links = {path: anchors(path) for path in paths}, 0
    for path in paths:
        for number, line in prose(path.read_text()):
            for match in LINK.finditer(re.sub(r"`[^`]*`", lambda code: "`" * len(code[0]), line)):
                target = match[1]
                if re.match(r"[a-z]+:", target):
                    continue
                links += 1
                name, _, anchor = target.partition("#")
                file = (path.parent / name).resolve() if name else path
                place = f"{path.relative_to(PROJECT)}:{number}"
                if not file.exists() or not file.is_relative_to(PROJECT):
                    yield f"{place}: there is no {name}"
                elif anchor and file.suffix == ".md" and anchor not in headings.get(file, anchors(file)):
                    yield f"{place}: {name or path.name} has no heading for #{anchor}"
    if links < 100:
        yield f"only {links} links were found: the check sees nothing"


found = list(faults(documents()))
print("\n".join(found) if found else "every link leads somewhere")
sys.exit(bool(found))
