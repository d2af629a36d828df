#!/usr/bin/env python3
"""Breaks the program in one place after another, and tells which breaks no test sees.

Usage: mutate.py --work DIR [--seed N] [--count N] [--plain] FOLDER...     such as mutate.py --work /tmp/mutants sim/statistics
       mutate.py --work DIR --list                                          what is known so far: counts, and survivors by file and line

A mutant is one change in a C file of a folder: an operator for its neighbour, a constant more or less by one, a condition negated, a
statement dropped. --count of them are drawn at random by --seed from all there are. Each is built in DIR, a copy of the tree, and the
quick C suites that cover the folder run until one fails: first the one with the name of the file, then those of the folder, then
those of its users. What passes all of them is built with sanitizers, as scripts/test does, which see what is lost or read beyond its
end; --plain leaves that out. One that is not built, or builds to the same object, is none, and the next is drawn. What became of each is a line of
DIR/mutants.tsv; a mutant that is there already, as when a campaign was interrupted or is drawn on with a greater count, is not tried
again: to try survivors again with new tests, delete their lines. The status is 1 if any survived.
"""
import argparse
import filecmp
import hashlib
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Folder: the folders of tests that cover it, and suites of its users, fast ones first.
COVER = {
    "sim/core": (["core"], ["statistics/tally", "statistics/samples", "run/run"]),
    "sim/statistics": (["statistics"], ["run/reopen", "run/run", "output/result"]),
    "models": (["models"], ["scenarios/reading", "scenarios/bad_input", "run/reopen", "run/run"]),
    "scenarios/reader": (["scenarios"], ["core/quantity", "core/setting", "models/world"]),
}
MEMORY = 8 << 30  # bytes that a suite may address: a mutant may want all there is

TOKEN = re.compile(r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<line>^[ \t]*\#(?:\\\n|[^\n])*)|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<number>0[xX][0-9a-fA-F.]+(?:[pP][+-]?\d+)?\w*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\w*)|(?P<word>[A-Za-z_]\w*)
    |(?P<sign><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:;,.(){}\[\]])""",
                   re.S | re.M | re.X)
SWAPS = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
         "&&": "||", "||": "&&", "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "|", "+=": "-=", "-=": "+=", "*=": "/=",
         "/=": "*=", "|=": "&=", "&=": "|=", "++": "--", "--": "++"}
AFTER_OPERAND = ("word", "number")  # or a closing bracket: what follows is a binary operator
KEYWORDS = {"return", "if", "else", "for", "while", "do", "switch", "case", "default", "break", "continue", "goto", "sizeof", "struct",
            "enum", "union", "static", "const", "typedef", "extern", "inline", "_Alignas", "_Static_assert", "void", "char", "short", "int",
            "long", "float", "double", "unsigned", "signed", "bool", "size_t", "FILE"}


class Token:
    def __init__(self, match):
        self.kind, self.text, self.start, self.end = match.lastgroup, match.group(), match.start(), match.end()


def closing(tokens, at):
    """The place of the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += tokens[i].text in ("(", "[", "{")
        depth -= tokens[i].text in (")", "]", "}")
        if depth == 0:
            return i
    return len(tokens) - 1


def constants(text):
    """A whole number more or less by one; of one with a point, the first digits before it."""
    match = re.fullmatch(r"(\d+)((?:\.\d*)?(?:[eE][+-]?\d+)?[uUlLfF]*)", text)
    if match and not (match[1].startswith("0") and len(match[1]) > 1):
        yield str(int(match[1]) + 1) + match[2]
        if int(match[1]) > 0:
            yield str(int(match[1]) - 1) + match[2]
        elif "." in match[2]:
            yield "-1" + match[2]
    match = re.fullmatch(r"0x([0-9a-fA-F]+)([uUlL]*)", text)
    if match:
        yield f"{int(match[1], 16) + 1:#x}{match[2]}"
        if int(match[1], 16) > 0:
            yield f"{int(match[1], 16) - 1:#x}{match[2]}"


def statement_end(tokens, at):
    """Of an expression as a statement that begins at `at`: the place of its semicolon, else None."""
    first, second = tokens[at], tokens[at + 1]
    if first.kind != "word" and first.text not in ("*", "(", "++", "--"):
        return None
    if first.text in KEYWORDS or (first.kind == "word" and second.kind == "word") or second.text == ":":
        return None
    if first.kind == "word" and second.text == "*" and tokens[at + 2].kind == "word" and tokens[at + 3].text in ("=", ";", "["):
        return None  # the declaration of a pointer
    depth = 0
    for i in range(at, len(tokens)):
        depth += tokens[i].text in ("(", "[", "{")
        depth -= tokens[i].text in (")", "]", "}")
        if depth < 0:
            return None
        if depth == 0 and tokens[i].text == ";":
            return i
    return None


def mutants_of(text):
    """(place, end, what stands there then) of all mutants of a file."""
    tokens = [Token(match) for match in TOKEN.finditer(text)]
    tokens = [token for token in tokens if token.kind not in ("comment", "line")]
    depth = brackets = 0
    for i, token in enumerate(tokens[:-4]):
        depth += token.text == "{"
        depth -= token.text == "}"
        brackets += token.text in ("(", "[")
        brackets -= token.text in (")", "]")
        before = tokens[i - 1] if i > 0 else None
        operand = before is not None and (before.kind in AFTER_OPERAND and before.text not in KEYWORDS or before.text in (")", "]"))
        if token.kind == "number":
            for other in constants(token.text):
                yield token.start, token.end, other
        elif token.kind == "sign" and token.text in SWAPS and depth > 0:
            if operand or token.text in ("++", "--"):
                yield token.start, token.end, SWAPS[token.text]
        elif token.text in ("if", "while") and tokens[i + 1].text == "(":
            end = closing(tokens, i + 1)
            yield tokens[i + 1].start, tokens[end].end, f"(!{text[tokens[i + 1].start:tokens[end].end]})"
        begins = before is not None and (before.text in (";", "{", "}", "else") or (before.text == ")" and follows_condition(tokens, i - 1)))
        if depth > 0 and brackets == (token.text == "(") and begins:
            end = statement_end(tokens, i)
            if end is not None:
                yield token.start, tokens[end].end, ";"


def follows_condition(tokens, at):
    """Whether the bracket that closes at `at` is that of an if, for or while."""
    depth = 0
    for i in range(at, 0, -1):
        depth += tokens[i].text == ")"
        depth -= tokens[i].text == "("
        if depth == 0:
            return tokens[i - 1].text in ("if", "for", "while")
    return False


def all_mutants(folders, seed):
    """In the order in which they are drawn, which is that of a hash of their lines: a change elsewhere leaves it."""
    found, seen = [], {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.c")):
            text = path.read_text()
            for start, end, other in mutants_of(text):
                line, column = text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1
                name = path.relative_to(ROOT).as_posix()
                what = f"{seed} {name} {text.splitlines()[line - 1]} {column} {other}"
                seen[what] = seen.get(what, 0) + 1
                rank = hashlib.sha256(f"{what} {seen[what]}".encode()).digest()
                found.append((rank, (name, line, column, start, end, text[start:end], other)))
    return [mutant for _, mutant in sorted(found)]


PLAIN, SANITIZED = "build", "sanitized"
FLAGS = {PLAIN: "-O1", SANITIZED: "-O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all"}


class Work:
    """A copy of the tree, what it is built to, and what became of mutants."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.tree, self.table = self.folder / "tree", self.folder / "mutants.tsv"
        self.times = {PLAIN: {}, SANITIZED: {}}  # seconds of each suite as it is
        self.folder.mkdir(parents=True, exist_ok=True)

    def copy(self):
        """The files of the tree that git knows, where they differ, so that only those are built again."""
        names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                               capture_output=True, text=True).stdout.split("\0")
        for name in filter(None, names):
            source, target = ROOT / name, self.tree / name
            if source.is_file() and not (target.exists() and filecmp.cmp(source, target, shallow=False)):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)

    def open(self, kind, suites):
        """Builds the suites, and sees that they pass."""
        subprocess.run(["cmake", "-S", self.tree, "-B", self.folder / kind, "-DBUILD_TESTING=ON", "-DZHOL_V4_FLAGS=", "-DCMAKE_BUILD_TYPE=Debug",
                        f"-DCMAKE_C_FLAGS_DEBUG={FLAGS[kind]}"], check=True, stdout=subprocess.DEVNULL)
        built = self.make(kind, suites)
        if built.returncode != 0:
            sys.exit(f"mutate: error: the tree does not build:\n{built.stderr}")
        for suite in suites:
            begin = time.monotonic()
            if not self.run(kind, suite, 1200):
                sys.exit(f"mutate: error: the suite {suite} fails without a mutant ({kind})")
            self.times[kind][suite] = time.monotonic() - begin

    def make(self, kind, suites):
        return subprocess.run(["cmake", "--build", self.folder / kind, "-j", str(os.cpu_count()), "--target",
                               *(f"test_{suite}" for suite in suites)], capture_output=True, text=True)

    def run(self, kind, suite, limit):
        """Whether a suite passes, in time and in memory."""
        environment = dict(os.environ, CK_FORK="no", CK_VERBOSITY="silent", OMP_NUM_THREADS="2")
        limited = None if kind == SANITIZED else lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        process = subprocess.Popen([self.folder / kind / "tests" / f"test_{suite}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL, env=environment, cwd=self.folder, start_new_session=True, preexec_fn=limited)
        try:
            return process.wait(limit) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return False

    def objects(self, path):
        """What a file is built to."""
        return [hashlib.sha256(found.read_bytes()).digest() for found in sorted((self.folder / PLAIN).rglob(pathlib.Path(path).name + ".o"))]

    def known(self):
        """What became of mutants, by what they are."""
        if not self.table.exists():
            return {}
        rows = [line.split("\t") for line in self.table.read_text().splitlines()]
        return {row[0]: row[1:] for row in rows}

    def write(self, key, *words):
        with self.table.open("a") as file:
            file.write("\t".join([key, *words]) + "\n")


def covering(path):
    """The suites of the folders that cover a file, and those of its users."""
    folders, users = COVER[max((folder for folder in COVER if path.startswith(folder + "/")), key=len)]
    own = [test.stem[5:] for folder in folders for test in sorted((ROOT / "tests" / folder).glob("test_*.c"))]
    return own, [suite.split("/")[1] for suite in users]


def likeliest(path, suites):
    """That which has the name of the file."""
    stem = pathlib.Path(path).stem
    return [suite for suite in suites if suite == stem or suite.rstrip("s") == stem.rstrip("s")]


def killer(work, kind, path):
    """The first suite that fails; "" if it is not built, None if all pass."""
    own, users = covering(path)
    first = likeliest(path, own)
    others = sorted((suite for suite in own if suite not in first), key=work.times[kind].get)
    for stage in (first, others, users):
        if stage and work.make(kind, stage).returncode != 0:
            return ""
        for suite in stage:
            # many times what it takes, for the machine may have more to do than before
            if not work.run(kind, suite, 20 + 10 * work.times[kind][suite]):
                return suite
    return None


def try_mutant(work, mutant, plain):
    """What becomes of it: stillborn, same, killed by a suite, or survived."""
    path, _, _, start, end, _, other = mutant
    original = (work.tree / path).read_text()
    own, users = covering(path)
    before = work.objects(path)
    try:
        (work.tree / path).write_text(original[:start] + other + original[end:])
        found = killer(work, PLAIN, path)
        if found == "":
            return "stillborn", ""
        if found is None and work.objects(path) == before:
            return "same", ""
        if found is not None:
            return "killed", found
    finally:
        (work.tree / path).write_text(original)
        work.make(PLAIN, own[:1])
    if plain:
        return "survived", "plain"
    if not work.times[SANITIZED]:
        work.open(SANITIZED, own + users)
    try:
        (work.tree / path).write_text(original[:start] + other + original[end:])
        found = killer(work, SANITIZED, path)
        return ("survived", "") if found is None else ("killed", f"{found}, sanitized")
    finally:
        (work.tree / path).write_text(original)


def report(work):
    rows = work.known()
    counts = {state: sum(row[0] == state for row in rows.values()) for state in ("killed", "survived", "stillborn", "same")}
    drawn = counts["killed"] + counts["survived"]
    for key, row in sorted(rows.items()):
        if row[0] == "survived":
            print(key.replace("\\n", " "))
    print(f"{drawn} mutants, {counts['killed']} killed" + (f" ({100 * counts['killed'] / drawn:.1f} %)" if drawn else "") +
          f", {counts['survived']} survived; {counts['stillborn']} were not built, {counts['same']} built to the same object")
    return 1 if counts["survived"] else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("--work", required=True)
    parser.add_argument("--seed", type=int, default=20190911)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("folder", nargs="*")
    asked = parser.parse_args()
    work = Work(asked.work)
    if not asked.list:
        found = all_mutants(asked.folder, asked.seed)
        work.copy()
        work.open(PLAIN, list(dict.fromkeys(suite for mutant in found for suites in covering(mutant[0]) for suite in suites)))
        known, tried = work.known(), 0
        for mutant in found:
            if tried == asked.count:
                break
            path, line, column, _, _, text, other = mutant
            key = f"{path}:{line}:{column}: {text!r} -> {other!r}"
            if key not in known:
                known[key] = try_mutant(work, mutant, asked.plain)
                work.write(key, *known[key])
                print(*known[key], key, flush=True)
            tried += known[key][0] in ("killed", "survived")
    return report(work)


if __name__ == "__main__":
    sys.exit(main())
