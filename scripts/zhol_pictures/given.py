# SPDX-License-Identifier: GPL-3.0-or-later
"""The futures in which a condition holds, as zhol itself finds them: `zhol show RESULT --given CONDITION`."""
import json
import os
import pathlib
import shutil
import subprocess

import numpy

from zhol_pictures.results import Refused, Result

calling = None  # the program that called this one
HERE = pathlib.Path(__file__).resolve().parent


def program(named=None):
    """The one that was named, else the one that called, that of this build or installation, else the one on the path."""
    places = [named] if named else [calling, HERE.parents[1] / "build" / "release" / "zhol", HERE.parents[2] / "bin" / "zhol", shutil.which("zhol")]
    for place in places:
        if place and os.access(place, os.X_OK) and os.path.isfile(place):
            return str(place)
    raise Refused(f"{named or 'zhol'} is no program that can be run; --given needs it to find the futures: --zhol PROGRAM names it", 2)


class Narrowed(Result):
    """A result in the futures alone in which a condition holds: statistics as zhol works them out, samples of the others NaN."""

    def __init__(self, path, unsealed, condition, zhol):
        super().__init__(path, unsealed)
        self.condition, self.zhol, self.told = condition, zhol, {}
        lines = self.ask("--futures").split()[1:]
        self.futures = numpy.zeros(self.replications, dtype=bool)
        self.futures[[int(line) for line in lines]] = True

    def ask(self, *words):
        run = subprocess.run([self.zhol, "show", self.path, *words, "--unsealed", "--given", self.condition], capture_output=True, text=True)
        if run.returncode != 0:
            raise Refused(run.stderr.strip().replace("\n", "; ").replace("zhol: error: ", ""), run.returncode)
        return run.stdout

    def valid(self):
        return super().valid() & self.futures

    def read(self, place, outcome, *before):
        group, name = place.rsplit("/", 1)
        if group not in ("annual", "horizon"):
            return super().read(place, outcome, *before)
        if outcome not in self.told:
            self.told[outcome] = json.loads(self.ask("--json", outcome))["statistics"]
        rows = [row for row in self.told[outcome] if row["outcome"] == outcome and row["period"] == group]
        if not rows:
            raise Refused(f"{self.path} holds no {'yearly ' if group == 'annual' else ''}samples of {outcome}, so that nothing is known of it in "
                          f"these futures; run it with --save '{outcome}'")
        if name not in rows[0]:
            return None
        values = numpy.array([row[name] for row in rows], dtype=float)  # null is NaN
        return values if group == "annual" else values[0]
