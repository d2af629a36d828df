# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers that a picture shows, in the unit of the file: nothing here knows how they are drawn."""
import dataclasses
from typing import Optional

import numpy

from zhol_pictures.results import Refused

Z95 = 1.959963984540054  # a normal is within that many standard errors in 95 of 100 cases
ROUNDING = 2.0**-24  # of a number in single precision, over the number
RANGE = (0.05, 0.95)  # of what is computed from samples
# a t of 1, 2, ... 9 degrees of freedom is within that in 95 of 100 cases: any table
FEW = (12.706204736175, 4.302652729749, 3.182446305284, 2.776445105198, 2.570581835636, 2.446911851145, 2.364624251593,
       2.306004135204, 2.262157162798)


@dataclasses.dataclass
class Band:
    """Between which values the futures from one probability to another are."""
    probability: tuple
    low: numpy.ndarray
    high: numpy.ndarray


@dataclasses.dataclass
class Series:
    """An outcome by year. Where it is the probability of something, `line` is that, and its only band the bounds of the
    simulation's error; else `line` is the median and the bands are ranges of futures, widest first."""
    edges: numpy.ndarray  # [years + 1] decimal years: value i is of the time from edge i to edge i + 1
    at_end: bool  # the value is that of the end of its year, not of the whole of it
    chance: bool
    line: Optional[numpy.ndarray]
    bands: list
    mean: Optional[numpy.ndarray] = None
    error: Optional[numpy.ndarray] = None  # of the simulation, of that mean: half of the 95 % interval

    @property
    def most(self):
        """The greatest size of anything drawn."""
        parts = [self.line, self.mean, *(part for band in self.bands for part in (band.low, band.high))]
        return greatest([part for part in parts if part is not None])


def is_of_end(about):
    """Whether the value of a year is that of its end."""
    return about["aggregation"] == "last"


def series(result, outcome):
    """An outcome by year, from the statistics of the file."""
    result.need_years(outcome)
    about = result.about(outcome)
    at_end = is_of_end(about) or about["chance"] == "share with a value"
    edges = result.edges()
    if about["chance"] != "none":
        low, high = (result.read(f"annual/probability_{side}", outcome) for side in ("low", "high"))
        return Series(edges, at_end, True, result.read("annual/probability", outcome), [Band((0.025, 0.975), low, high)])
    probability, value = result.probabilities("annual"), result.read("annual/quantile_estimate", outcome)
    middle = numpy.nonzero(numpy.isclose(probability, 0.5))[0]
    return Series(edges, at_end, False, value[:, middle[0]] if len(middle) else None,
                  [Band((probability[i], probability[j]), value[:, i], value[:, j]) for i, j in pairs(probability)],
                  result.read("annual/mean", outcome), Z95 * result.read("annual/standard_error", outcome))


def pairs(probability):
    """The quantiles p and 1 - p, widest first."""
    order = numpy.argsort(probability)
    return [(i, j) for i in order for j in order
            if probability[i] < 0.5 and numpy.isclose(probability[i] + probability[j], 1.0)]


def quantile(values, probability):
    """Along the last axis, of the values that are there: order statistics of rank ceil(n p), as in the file."""
    ordered = numpy.sort(values, axis=-1)  # NaN last
    count = (~numpy.isnan(ordered)).sum(axis=-1, keepdims=True)
    rank = numpy.maximum(numpy.ceil(count * probability - 1e-9).astype(int) - 1, 0)
    return numpy.take_along_axis(ordered, rank, axis=-1)[..., 0]


def student(freedom):
    """Within that a t of so many degrees of freedom (whole numbers, an array) is in 95 of 100 cases: to 1e-5, by its
    expansion about the normal (Fisher and Cornish 1960), which is no good for few; NaN below 1."""
    z, few = Z95, len(FEW)
    freedom = numpy.asarray(freedom, dtype=float)
    many = numpy.maximum(freedom, few + 1)
    terms = ((z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
             (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160)
    expanded = z + sum(term / many**(i + 1) for i, term in enumerate(terms))
    table = numpy.array([numpy.nan, *FEW])[numpy.clip(freedom, 0, few).astype(int)]
    return numpy.where(freedom > few, expanded, table)


@dataclasses.dataclass
class Difference:
    """A variant less its base: by year (edges) or over the horizon (no edges, arrays of one)."""
    edges: Optional[numpy.ndarray]
    at_end: bool
    mean: numpy.ndarray
    low: numpy.ndarray  # bounds of the 95 % interval of that mean: the error of the simulation
    high: numpy.ndarray
    band: Optional[Band]  # range of futures of the difference; None where it is not known or says nothing, as of 0 or 1
    pairs: int  # of replications, at most; 0: not paired
    rounded: bool  # whether some mean was below the rounding of the samples, and is therefore 0
    same: bool  # equal in every pair
    values: Optional[numpy.ndarray] = None  # [pairs] over the horizon, in every replication
    unsaved: list = dataclasses.field(default_factory=list)  # results without the samples of the years that the outcome has

    @property
    def error(self):
        return (self.high - self.low) / 2

    @property
    def most(self):
        """The greatest size of anything drawn."""
        parts = [self.mean, self.low, self.high] + ([self.band.low, self.band.high] if self.band else [])
        return greatest(parts)


def greatest(parts):
    """The greatest size of the numbers that are there."""
    values = numpy.concatenate(parts)
    return float(numpy.abs(values[numpy.isfinite(values)]).max(initial=0.0))


def check_pair(base, variant):
    """Refuses results of which replication r is not the same future in both, or that count money differently: what
    `zhol compare` refuses too."""
    for name, called, beside in (("seed", "seed", True), ("rng", "random number generator", True), ("start", "start", False),
                                 ("months", "number of months", False), ("prices", "prices", False)):
        ours, theirs = base.attribute(name), variant.attribute(name)
        if ours != theirs:
            raise Refused(f"{base.path} and {variant.path} cannot be paired: they differ in their {called}, {ours} and {theirs}"
                          + ("; `variants` draws them side by side" if beside else ""))


def same_unit(results, outcome, period="annual"):
    """Refuses results that measure an outcome differently: in another unit, or money at other prices."""
    for result in results:
        result.need(outcome)

    def unit(result):
        about = result.about(outcome)
        return about["units" if period == "annual" else "horizon_units"] + (f" ({about['prices']})" if "prices" in about else "")

    first = unit(results[0])
    for result in results[1:]:
        if unit(result) != first:
            raise Refused(f"{outcome} is in {first} in {results[0].path} but in {unit(result)} in {result.path}")


def same_years(results, many):
    """Refuses results of other years than the first."""
    for result, series in zip(results, many):
        if not numpy.array_equal(series.edges, many[0].edges):
            raise Refused(f"{results[0].path} and {result.path} are not of the same years")


def difference(base, variant, outcome):
    """Of the stored samples: by year where the outcome has years, else over the horizon; so too where both hold samples of
    the horizon but not both those of the years."""
    same_unit([base, variant], outcome)
    check_pair(base, variant)
    period, unsaved = "annual" if outcome in base.annual and outcome in variant.annual else "horizon", []
    if period == "annual" and all(result.has_samples("horizon", outcome) for result in (base, variant)):
        unsaved = [result.name for result in (base, variant) if not result.has_samples("annual", outcome)]
    if unsaved:
        period = "horizon"
        same_unit([base, variant], outcome, period)
    ours, theirs = (numpy.atleast_2d(result.samples(period, outcome)) for result in (base, variant))
    number = min(ours.shape[1], theirs.shape[1])
    ours, theirs = ours[:, :number], theirs[:, :number]
    both = ~(numpy.isnan(ours) | numpy.isnan(theirs))
    with numpy.errstate(invalid="ignore"):  # of what is infinite in both
        apart = numpy.where(both & (ours != theirs), theirs - ours, numpy.where(both, 0.0, numpy.nan))
    count = both.sum(axis=1)
    if count.max() < 2:
        raise Refused(f"fewer than two replications have a value of {outcome} in both {base.path} and {variant.path}")
    with numpy.errstate(all="ignore"):
        mean = numpy.where(count > 0, numpy.nansum(apart, axis=1) / count, numpy.nan)
        variance = numpy.nansum((apart - mean[:, None])**2, axis=1) / (count - 1)
        error = numpy.where(count > 1, student(count - 1.0) * numpy.sqrt(variance / count), numpy.nan)
        rounding = ROUNDING * numpy.where(both, abs(ours) + abs(theirs), 0.0).sum(axis=1) / count
    below = (abs(mean) <= rounding) & (mean != 0)
    mean = numpy.where(below, 0.0, mean)
    about = base.about(outcome)
    band = None if about["chance"] == "mean" else Band(RANGE, *(quantile(apart, p) for p in RANGE))
    result = Difference(base.edges() if period == "annual" else None, is_of_end(about), mean, mean - error, mean + error, band,
                        int(count.max()), bool(below.any()), bool((apart[both] == 0).all()))
    if period == "horizon":
        result.values, result.unsaved = apart[0][both[0]], unsaved
    return result


def compared(comparison, outcome, world, variant):
    """Of a world and a variant of a comparison file, by number: by year where the outcome has years, else over the
    horizon."""
    comparison.need(outcome)
    period = "annual" if outcome in comparison.annual else "horizon"

    def read(name):
        values = comparison.read(f"{period}/{name}", outcome, world, variant)
        return values if period == "annual" else values[None, ...]

    mean, low, high = (read(f"mean_difference{side}") for side in ("", "_low", "_high"))
    rounding, count, paired, same = (read(name) for name in ("rounding", "count", "paired", "share_same"))
    below = (abs(mean) <= rounding) & (mean != 0)
    probability, value = comparison.probabilities(period), read("quantile_estimate")
    wide = next(iter(pairs(probability)), None)
    about, band = comparison.about(outcome), None
    if wide and numpy.isfinite(value).any() and about["chance"] != "mean":
        band = Band(tuple(probability[i] for i in wide), *(value[:, i] for i in wide))
    return Difference(comparison.edges() if period == "annual" else None, is_of_end(about),
                      numpy.where(below, 0.0, mean), low, high, band, int(count.max()) if paired.all() else 0,
                      bool(below.any()), bool(paired.all() and (same == 1).all()))


@dataclasses.dataclass
class Spread:
    """An outcome over the whole horizon, in every replication that has a value."""
    values: numpy.ndarray
    mean: float
    error: float  # of the simulation, of that mean: half of the 95 % interval
    median: float
    band: Band


def spread(values):
    """Of values, one of each future."""
    values = values[numpy.isfinite(values)]
    error = Z95 * values.std(ddof=1) / len(values)**0.5 if len(values) > 1 else numpy.nan
    return Spread(values, float(values.mean()), float(error), float(quantile(values, 0.5)),
                  Band(RANGE, *(float(quantile(values, p)) for p in RANGE)))


def shares(values, edges):
    """What share of the values falls between each two edges; those beyond are counted in neither."""
    return numpy.histogram(values, edges)[0] / len(values)


def bins(all_values, zero=False, number=40):
    """Edges that hold all but at most 1 % of the values of each row, so that a few far away do not squeeze the rest;
    with 0 among them if it is asked for and near."""
    low = min(float(quantile(values, 0.005)) for values in all_values)
    high = max(float(quantile(values, 0.995)) for values in all_values)
    least, most = (float(end(end(values) for values in all_values)) for end in (min, max))
    reach = 0.25 * (high - low)  # what is not far away is shown
    low, high = max(least, low - reach), min(most, high + reach)
    if zero and 0 < max(low, -high) < 1.5 * (high - low):
        reach = 0.05 * max(high, -low)
        low, high = min(low, -reach), max(high, reach)
    if low == high:
        low, high = low - 0.5 * max(abs(low), 1e-300), high + 0.5 * max(abs(high), 1e-300)
    return numpy.linspace(low, high, number + 1)
