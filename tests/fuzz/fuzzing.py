"""What the fuzz targets that start the program share: one execution and its judgement, counts, and their command line.

A target is a script with a class that has `prepare` (files in a folder, once) and `one` (the next execution): see Target.
"""
import argparse
import os
import pathlib
import random
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROCESSOR_SECONDS, CLOCK_SECONDS = 120, 1800  # of one execution, far beyond what any takes
BYTES_MOST = 3 << 30  # resident
# A fault at a place, one without, one of the command line.
SENTENCES = re.compile(r"^(?:[^\n]+:\d+:\d+: error: |zhol: error: |zhol \w+: )(?=\S)", re.M)
STATUSES = {0, 2, 3, 4, 5}  # 1 is the machine's, which has nothing to say here


def environment():
    """That of the program, whose sanitizers end it with a status of their own."""
    return os.environ | {"ASAN_OPTIONS": "exitcode=99:detect_leaks=1:allocator_may_return_null=1", "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=1",
                         "OMP_NUM_THREADS": "2", "MALLOC_PERTURB_": "165"}


def is_hdf5s_own(report):
    """Whether what a sanitizer reports happened in HDF5, in the process that looks at a file before all others."""
    frames = re.findall(r"^ +#(\d+) 0x[0-9a-f]+ +(.*)$", report, re.M)
    first = next((frame for _, frame in frames if not re.search(r"libsanitizer|libasan|libc\.so|_interceptor", frame)), "")
    return "libhdf5" in first


class Ended:
    """What became of one execution."""

    def __init__(self, status, out, err, seconds, bytes_most):
        self.status, self.out, self.err, self.seconds, self.bytes_most = status, out, err, seconds, bytes_most


class Target:
    """What is executed, and what comes of it. `statuses`: exit statuses that are no findings."""

    statuses = STATUSES

    def __init__(self, zhol, scenarios, seed):
        self.zhol, self.scenarios, self.random = os.path.abspath(zhol), pathlib.Path(scenarios).resolve(), random.Random(seed)
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.executions, self.accepted, self.seconds, self.slowest, self.findings = 0, 0, 0.0, 0.0, []
        self.by_status = {}

    def prepare(self):
        raise NotImplementedError

    def one(self):
        raise NotImplementedError

    # -- for targets

    def quietly(self, *words):
        """Makes a file for what comes; it must succeed."""
        subprocess.run([self.zhol, *map(str, words)], cwd=self.folder, check=True, capture_output=True, timeout=CLOCK_SECONDS, env=environment())

    def chance(self, share):
        return self.random.random() < share

    def pick(self, things):
        return self.random.choice(list(things))

    def execute(self, words, may_make=()):
        """Runs it and judges it; may_make: what it may leave when it succeeds, by the beginning of the name (None: anything)."""
        before = self.listing()
        ended = self.run(words)
        wrong = self.judge(ended, words[0] if words else "")
        for name, what in self.listing().items():
            if before.get(name) == what:
                continue
            made = may_make is None or any(name.startswith(start) for start in may_make)
            if ".tmp." in name:
                wrong.append(f"{name} is left behind")
            elif name in before and not made:
                wrong.append(f"{name} is changed")
            elif name not in before and ended.status != 0 and not (ended.status == 5 and name.endswith(".failed")) and not self.may_stay(name, ended):
                wrong.append(f"{name} is left by what was refused")
            elif not made and name not in before:
                wrong.append(f"{name} is made")
        self.executions += 1
        self.accepted += ended.status == 0
        self.by_status[ended.status] = self.by_status.get(ended.status, 0) + 1
        self.seconds += ended.seconds
        self.slowest = max(self.slowest, ended.seconds)
        if wrong:
            alike = sum(other == (words[:1], wrong) for other in self.findings)
            self.findings.append((words[:1], wrong))
            if alike < 3:
                print(f"FINDING {self.executions}: zhol {shlex.join(words)!r}\n  {'; '.join(wrong)}\n  {ended.err[-2500:]!r}", flush=True)
                self.save(len(self.findings))
        for name in self.listing():
            if name not in before:
                path = self.folder / name
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        return ended

    def may_stay(self, name, ended):
        """Whether something new may stay beside a refusal."""
        return False

    # -- of each execution

    def listing(self):
        """Size and time of change by name; folders by name alone."""
        found = {}
        for folder, names, files in os.walk(self.folder):
            for name in names:
                found[os.path.relpath(os.path.join(folder, name), self.folder)] = None
            for name in files:
                path = os.path.join(folder, name)
                stat = os.lstat(path)
                found[os.path.relpath(path, self.folder)] = (stat.st_size, stat.st_mtime_ns)
        return found

    def run(self, words):
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 5))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen([self.zhol, *words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment(), preexec_fn=limit)
            signal.signal(signal.SIGALRM, lambda *_: process.kill())
            signal.alarm(CLOCK_SECONDS)
            _, status, used = os.wait4(process.pid, 0)
            signal.alarm(0)
            process.returncode = os.waitstatus_to_exitcode(status)
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode(errors="surrogateescape"))
        return Ended(process.returncode, *texts, used.ru_utime + used.ru_stime, 1024 * used.ru_maxrss)

    def judge(self, ended, command):
        wrong = []
        if ended.status < 0:
            wrong.append(f"ended by {signal.Signals(-ended.status).name}")
        elif ended.status not in self.statuses and not (ended.status == 1 and "--memory" in ended.err):  # less was allowed than it takes
            wrong.append(f"exit status {ended.status}")
        reports = re.split(r"(?=ERROR: (?:Address|Leak)Sanitizer|runtime error:)", ended.err)[1:]
        if any(ended.status != 4 or not is_hdf5s_own(report) for report in reports):
            wrong.append("a sanitizer's report")
        told = command == "status" and ended.status == 4 and ended.out  # which tells of damage as of all else
        if ended.status > 0 and not told and not SENTENCES.search(ended.err):
            wrong.append("no sentence")
        if command != "merge" and ended.status in (2, 4) and len(re.findall(r"^zhol: error: ", ended.err, re.M)) > 1:  # merge names each shard
            wrong.append("more than one sentence")
        if ended.status == 0 and re.search(r"^(?:[^\n]+: )?error: ", ended.err, re.M):
            wrong.append("an error, and exit status 0")
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", ended.err) or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", ended.out):
            wrong.append("control characters in what is said")
        if ended.bytes_most > BYTES_MOST:
            wrong.append(f"{ended.bytes_most / 2**30:.1f} GiB of memory")
        return wrong

    def save(self, number):
        """Keeps the files of a finding."""
        if self.keep is not None:
            shutil.copytree(self.folder, self.keep / f"{type(self).__name__.lower()}-{number}", symlinks=True, dirs_exist_ok=True)

    keep = None


def main(kind):
    parser = argparse.ArgumentParser(description=sys.modules[kind.__module__].__doc__)
    parser.add_argument("zhol")
    parser.add_argument("scenarios")
    parser.add_argument("--runs", type=int, default=None, help="so many executions")
    parser.add_argument("--seconds", type=float, default=None, help="until so long has gone by")
    parser.add_argument("--seed", type=int, default=20190911)
    parser.add_argument("--keep", type=pathlib.Path, default=None, help="folder for the files of findings")
    words = parser.parse_args()
    target = kind(words.zhol, words.scenarios, words.seed)
    target.keep = words.keep
    target.prepare()
    begin = time.monotonic()
    while (words.runs is None or target.executions < words.runs) and (words.seconds is None or time.monotonic() - begin < words.seconds):
        target.one()
    share = 100 * target.accepted / max(1, target.executions)
    by_status = ", ".join(f"{status}: {count}" for status, count in sorted(target.by_status.items()))
    print(f"executions {target.executions}, accepted {target.accepted} ({share:.1f} %), exit statuses {by_status}, slowest {target.slowest:.2f} s, "
          f"processor {target.seconds:.1f} s, findings {len(target.findings)}")
    return 1 if target.findings or target.executions == 0 else 0
