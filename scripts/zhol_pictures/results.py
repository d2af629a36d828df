# SPDX-License-Identifier: GPL-3.0-or-later
"""What the files of zhol hold, read by h5py: see output/README.md for their layout. Outcomes are called by their path, such
as drivers.brent."""
import datetime
import difflib
import os
import pathlib

import h5py
import numpy

EPOCH = datetime.date(1970, 1, 1)


class Refused(Exception):
    """A picture that cannot be drawn: one sentence, and the exit status."""

    def __init__(self, sentence, status=4):
        super().__init__(sentence)
        self.status = status


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


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
    ALL, STATISTIC = "", ""  # a group with all outcomes, and how its long_names begin

    def __init__(self, path):
        self.path, self.file = str(path), open_file(path)
        version = self.file.attrs.get(self.MARK)
        if version is None and Comparison.MARK in self.file.attrs:
            raise Refused(f"{path} is a comparison of zhol, not a result; `difference` draws it")
        if version is None or f"horizon/{self.ALL}" not in self.file:
            raise Refused(f"{path} is not a {self.KIND} of zhol: it has no "
                          + (f"attribute {self.MARK}" if version is None else f"group horizon/{self.ALL}"))
        if version != self.VERSION:
            raise Refused(f"{path} cannot be drawn: its layout has the version {version}; expected {self.VERSION}")
        if self.file.attrs.get("complete") != 1:
            raise Refused(f"{path} cannot be drawn: it is not complete")
        self.name = pathlib.Path(path).stem
        self.horizon, self.annual = self.names(f"horizon/{self.ALL}"), self.names(f"annual/{self.ALL}")

    def names(self, group):
        """The dataset of each outcome of a group."""
        return {text(data.attrs["path"]): name for name, data in self.file.get(group, {}).items() if "path" in data.attrs}

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
        """The attributes of an outcome as texts: units of its years (or of the horizon where it has none), horizon_units,
        long_name without its statistic, cell_methods, and what else is there of prices, probability and better."""
        self.need(outcome)
        whole = self.file["horizon"][self.ALL][self.horizon[outcome]].attrs
        attributes = whole if outcome not in self.annual else self.file["annual"][self.ALL][self.annual[outcome]].attrs
        said = {key: text(attributes[key]) for key in ("units", "long_name", "cell_methods", "prices", "probability", "better")
                if key in attributes}
        said["horizon_units"] = text(whole["units"])
        said["long_name"] = said["long_name"].removeprefix(self.STATISTIC)
        if said["long_name"].startswith("whether "):  # 0 or 1, and its mean a probability
            said["probability"] = "mean"
        return said

    def edges(self):
        """Where each year of the run begins, and the end of the last: decimal years."""
        bounds = self.file["annual"][self.ALL]["time_bounds"][:]
        return numpy.array([decimal_year(day) for day in [*bounds[:, 0], bounds[-1, 1]]])

    def read(self, group, outcome):
        """The values of an outcome in a group such as annual/mean, in double precision; None if they are not there."""
        name = (self.annual if "annual" in group.split("/") else self.horizon).get(outcome)
        data = None if name is None else self.file.get(f"{group}/{name}")
        return None if data is None else data[()].astype(float)

    def probabilities(self, period):
        """Of which quantiles are."""
        return self.file[period]["quantile/quantile"][:]


class Result(Stored):
    """What `zhol run` writes."""
    KIND, MARK, VERSION = "result", "zhol_schema", 1
    ALL, STATISTIC = "mean", "mean of "

    @property
    def replications(self):
        return int(self.file.attrs["replications"])

    def need_years(self, outcome):
        self.need(outcome)
        if outcome not in self.annual:
            raise Refused(f"{outcome} has a value over the whole horizon only, none by year; draw it with `spread`, or the "
                          "`difference` of two results", 2)

    def valid(self):
        """Which replications are valid."""
        valid = numpy.ones(self.replications, dtype=bool)
        if "diagnostics/invalid_replication" in self.file:
            valid[self.file["diagnostics/invalid_replication"][:].astype(int)] = False
        return valid

    def has_samples(self, period, outcome):
        return self.read(f"samples/{period}", outcome) is not None

    def samples(self, period, outcome):
        """Of `annual` or `horizon`: the last axis is the replication; those that are invalid are NaN."""
        self.need(outcome)
        values = self.read(f"samples/{period}", outcome)
        if values is None:
            kept = len(self.names(f"samples/{period}"))
            raise Refused(f"{self.path} holds no {'yearly ' if period == 'annual' else ''}samples of {outcome} "
                          f"({kept} outcomes have some); run it with --save '{outcome}'")
        return numpy.where(self.valid(), values, numpy.nan)


class Comparison(Stored):
    """What `zhol compare -o` writes: datasets are of (world, variant, ...)."""
    KIND, MARK, VERSION = "comparison", "zhol_comparison", 1
    ALL, STATISTIC = "mean_difference", "mean difference of "

    def __init__(self, path):
        super().__init__(path)
        self.worlds = text(self.file["horizon"][self.ALL]["world"].attrs["flag_meanings"]).split()
        self.variants = self.lines("variant_names")

    def lines(self, name):
        """An attribute of several lines: of each world, or of each variant of the first world, then of the second..."""
        return self.attribute(name).split("\n")

    def choose(self, called, names, wanted):
        """The number of a world or variant: the only one, if none is named."""
        if wanted is None and len(names) == 1:
            return 0
        if wanted is None:
            raise Refused(f"{self.path} has {len(names)} {called}s; name one with --{called}: {', '.join(names)}", 2)
        if wanted not in names:
            raise Refused(f"{self.path} has no {called} '{wanted}'; expected {' or '.join(names)}", 2)
        return names.index(wanted)
