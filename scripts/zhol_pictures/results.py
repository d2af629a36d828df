# SPDX-License-Identifier: GPL-3.0-or-later
"""What the files of zhol hold, read by h5py: see output/README.md for their layout. Outcomes are called by their path, such
as drivers.brent."""
import datetime
import difflib
import os
import pathlib

import h5py
import numpy

from zhol_pictures import seal

EPOCH = datetime.date(1970, 1, 1)


class Refused(Exception):
    """A picture that cannot be drawn: one sentence, and the exit status."""

    def __init__(self, sentence, status=4):
        super().__init__(sentence)
        self.status = status


def text(value):
    """A text of a file or a word of the command line, without what could not be printed."""
    words = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in words)


def decimal_year(days):
    """Days since 1970-01-01 as a year with its part gone by: 2020.5 is in the middle of 2020."""
    day = EPOCH + datetime.timedelta(days=int(round(float(days))))
    first, last = datetime.date(day.year, 1, 1), datetime.date(day.year + 1, 1, 1)
    return day.year + (day - first).days / (last - first).days


def open_file(path):
    """A file of HDF5, whatever it holds."""
    if not os.path.isfile(path):
        raise Refused(f"{path} cannot be read: {'it is no file' if os.path.exists(path) else 'no such file'}")
    try:
        return h5py.File(path, "r")
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else "HDF5 cannot open it"
        raise Refused(f"{path} is not a result of zhol: {why}") from None


def is_comparison(path):
    with open_file(path) as file:
        return Comparison.MARK in file.attrs


class Stored:
    """A file of zhol, open for reading."""
    KIND, MARK, VERSION = "", "", 0  # what it is called, and the attribute that marks it

    def __init__(self, path, unsealed=False):
        """`unsealed`: do not compare its content with the SHA-256 that it states."""
        self.path, self.file = str(path), open_file(path)
        version = self.file.attrs.get(self.MARK)
        if version is None and Comparison.MARK in self.file.attrs:
            raise Refused(f"{path} is a comparison of zhol, not a {self.KIND}; `difference` draws it")
        if version is None and Ranking.MARK in self.file.attrs:
            raise Refused(f"{path} is a ranking of zhol, not a {self.KIND}; `ranking`, `regret` and `pareto` draw it")
        if version is None:
            raise Refused(f"{path} is not a {self.KIND} of zhol: it has no attribute {self.MARK}")
        if version != self.VERSION:
            raise Refused(f"{path} cannot be drawn: its layout has the version {version}; expected {self.VERSION}")
        if self.file.attrs.get("complete") != 1:
            raise Refused(f"{path} cannot be drawn: it is not complete")
        wrong = None if unsealed else seal.fault(self.file)
        if wrong is not None:
            raise Refused(f"{path} is damaged: {wrong}")
        self.name = pathlib.Path(path).stem
        self.known = {}  # rows that were asked for
        self.horizon, self.annual = self.rows("horizon"), self.rows("annual")

    def rows(self, group, axis="outcome"):
        """The row of each outcome in the arrays of a group."""
        place = f"{group}/{axis}"
        if place not in self.known:
            self.known[place] = {path: i for i, path in enumerate(self.labels(place))} if place in self.file else {}
        return self.known[place]

    def labels(self, place):
        return [text(label) for label in self.file[place][:]]

    def attribute(self, name):
        return text(self.file.attrs[name])

    def need(self, outcome):
        """Refuses an outcome that the file does not have, and names those that may be meant."""
        if outcome in self.horizon:
            return
        inside = [path for path in self.horizon if outcome.lower() in path.lower()]
        near = inside or difflib.get_close_matches(outcome, self.horizon, n=3, cutoff=0.5)
        meant = f"; did you mean {' or '.join(near)}?" if 0 < len(near) <= 3 else (
            f"; {len(near)} have that in their name, such as {', '.join(near[:3])}" if near else "")
        raise Refused(f"{self.path} has no outcome '{outcome}'{meant or '; `zhol show RESULT --list` lists them'}", 2)

    def about(self, outcome):
        """What describes an outcome, as texts: units of its years (or of the horizon where it has none), horizon_units,
        long_name, title (the long name in files that have none), aggregation, better, chance and subject, and of money the prices."""
        self.need(outcome)

        def label(period, name):
            return text(self.file[period][name][self.rows(period)[outcome]])

        said = {name: label("horizon", name) for name in ("long_name", "aggregation", "better", "chance", "subject")}
        said["title"] = label("horizon", "title" if "title" in self.file["horizon"] else "long_name")
        said["horizon_units"] = label("horizon", "units")
        said["units"] = label("annual", "units") if outcome in self.annual else said["horizon_units"]
        if "USD" in said["units"]:
            said["prices"] = self.attribute("prices")
        return said

    def edges(self):
        """Where each year of the run begins, and the end of the last: decimal years."""
        bounds = self.file["annual/time_bounds"][:]
        return numpy.array([decimal_year(day) for day in [*bounds[:, 0], bounds[-1, 1]]])

    def read(self, place, outcome, *before):
        """The values of an outcome in an array such as annual/mean, in double precision; None if it is not there. `before`:
        where on the axes before that of the outcomes."""
        group, name = place.rsplit("/", 1)
        of_threshold = name.startswith("probability") and f"{group}/threshold" in self.file
        row = self.rows(group, "threshold" if of_threshold else "outcome").get(outcome)
        return None if row is None else numpy.asarray(self.file[place][(*before, row)], dtype=float)

    def choose(self, called, names, wanted):
        """The number of a world or variant: the only one, if none is named."""
        if wanted is None and len(names) == 1:
            return 0
        if wanted is None:
            raise Refused(f"{self.path} has {len(names)} {called}s; name one with --{called}: {', '.join(names)}", 2)
        if wanted not in names:
            raise Refused(f"{self.path} has no {called} '{wanted}'; expected {' or '.join(names)}", 2)
        return names.index(wanted)

    def probabilities(self, period):
        """Of which quantiles are."""
        return self.file[period]["quantile"][:]


class Result(Stored):
    """What `zhol run` writes."""
    KIND, MARK, VERSION = "result", "zhol_schema", 2
    condition = None  # in whose futures alone it is told of; see given.py

    @property
    def replications(self):
        count = int(self.file.attrs["replications"])
        for period in ("horizon", "annual"):
            if f"samples/{period}/value" in self.file and self.file[f"samples/{period}/value"].shape[-1] != count:
                raise Refused(f"{self.path} is damaged: its samples are not of {count} replications")
        return count

    def need_years(self, outcome):
        self.need(outcome)
        if outcome not in self.annual:
            raise Refused(f"{outcome} has a value over the whole horizon only, none by year; draw it with `spread`, or the "
                          "`difference` of two results", 2)

    def year(self, wanted):
        """The number of a year of the run."""
        years = numpy.floor(self.edges()[:-1] + 1e-6).astype(int)
        if wanted not in years:
            raise Refused(f"--year is {wanted}; expected a year of {self.path}, {years[0]} to {years[-1]}", 2)
        return int(numpy.nonzero(years == wanted)[0][0])

    def valid(self):
        """Which replications are valid."""
        valid = numpy.ones(self.replications, dtype=bool)
        if "diagnostics/invalid_replication" in self.file:
            valid[self.file["diagnostics/invalid_replication"][:].astype(int)] = False
        return valid

    def has_samples(self, period, outcome):
        return outcome in self.rows(f"samples/{period}")

    def samples(self, period, outcome):
        """Of `annual` or `horizon`: the last axis is the replication; those that are invalid are NaN."""
        self.need(outcome)
        values = self.read(f"samples/{period}/value", outcome)
        if values is None:
            kept = len(self.rows(f"samples/{period}"))
            raise Refused(f"{self.path} holds no {'yearly ' if period == 'annual' else ''}samples of {outcome} "
                          f"({kept} outcomes have some); run it with --save '{outcome}'")
        return numpy.where(self.valid(), values, numpy.nan)


class Comparison(Stored):
    """What `zhol compare -o` writes: arrays over world and variant before the outcomes."""
    KIND, MARK, VERSION = "comparison", "zhol_comparison", 2

    def __init__(self, path, unsealed=False):
        super().__init__(path, unsealed)
        self.worlds, self.variants = self.labels("horizon/world"), self.labels("horizon/variant")

    def lines(self, name):
        """An attribute of several lines: of each world, or of each variant of the first world, then of the second..."""
        return self.attribute(name).split("\n")


class Ranking(Stored):
    """What `zhol rank -o` writes: arrays over world and policy before the outcomes."""
    KIND, MARK, VERSION = "ranking", "zhol_ranking", 1

    def __init__(self, path, unsealed=False):
        super().__init__(path, unsealed)
        self.worlds, self.policies = self.labels("horizon/world"), self.labels("horizon/policy")
