"""The results that all tests of this folder draw, made once, and how they are read by h5py alone."""
import atexit
import functools
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
PROJECT = SCENARIOS.parent
PLOT = PROJECT / "scripts" / "plot"
sys.path += [str(PROJECT / "scripts"), str(PROJECT / "tests")]
import drawn  # noqa: E402
from zhol_pictures import command, page, results  # noqa: E402

REPLICATIONS = 150
SAVED = "routes.china-europe.middle.*,energy.*,drivers.brent,fiscal.total"
HOLDER = tempfile.TemporaryDirectory()
atexit.register(HOLDER.cleanup)
FOLDER = pathlib.Path(HOLDER.name)
page.style()
BY_LEG = ["--set", "outcomes.by_leg=[china-europe]"]
MADE = {"base": ("kazakhstan-2019", BY_LEG), "customs": ("policies/customs-agreement", BY_LEG), "closed": ("worlds/border-closure", []),
        "plain": ("kazakhstan-2019", ["--save", "none"]), "pipelines": ("two-pipelines", ["--save", "*"]), "minimal": ("minimal", ["--save", "*"]),
        "other-seed": ("kazakhstan-2019", [*BY_LEG, "--seed", "7", "-n", "40"])}


@functools.cache
def made(name):
    """The path of a result."""
    scenario, words = MADE[name]
    saved = [] if "--save" in words else ["--save", SAVED]
    subprocess.run([ZHOL, "run", str(SCENARIOS / f"{scenario}.yaml"), "-n", str(REPLICATIONS), "--progress", "none", *saved, *words, "-o", f"{name}.h5"],
                   cwd=FOLDER, check=True, capture_output=True)
    return FOLDER / f"{name}.h5"


@functools.cache
def result(name):
    return results.Result(made(name))


def read(name, place, outcome):
    """Values of an outcome, by h5py alone."""
    with h5py.File(made(name)) as file:
        group = place.rsplit("/", 1)[0]
        return file[place][list(file[f"{group}/outcome"].asstr()).index(outcome)].astype(float)


def plot(case, kind, *words, status=0):
    """As on the command line; results are named without `.h5`."""
    words = [f"{made(word).name}" if word in MADE else word for word in words]
    return drawn.plot(case, command.main, FOLDER, kind, *words, status=status)


def replay(name, *words):
    """The rows of `zhol replay`, split."""
    done = subprocess.run([ZHOL, "replay", made(name).name, *words], cwd=FOLDER, check=True, capture_output=True, text=True)
    return [row.split(",") for row in done.stdout.splitlines()]
