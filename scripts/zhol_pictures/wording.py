# SPDX-License-Identifier: GPL-3.0-or-later
"""What a picture says in words: its title, its units, its keys and its footnote."""
import numpy

from zhol_pictures import units


def per_cent(probability):
    """0.05 is 5."""
    return f"{100 * probability:.6g}"


def band_name(band):
    """For readers: 5–95 %."""
    return f"{per_cent(band.probability[0])}–{per_cent(band.probability[1])} %"


def band_gid(band):
    """For programs: band-5-95."""
    return f"band-{per_cent(band.probability[0])}-{per_cent(band.probability[1])}"


def is_share(about):
    """Whether an outcome without unit is a part of something, and can be said in per cent."""
    return about["units"] == "1" and (about["chance"] == "mean" or about["long_name"].startswith("share "))


def scale_of(about, most, chance=False, difference=False, whole=False):
    """How an outcome is drawn that is nowhere beyond +-`most`: by year, or of the `whole` horizon; where it is drawn as a
    `chance`, as that."""
    unit = "1" if chance else about["horizon_units" if whole else "units"]
    return units.scale(unit, most, chance or is_share(about), difference)


def heading(about, outcome, chance=False):
    """What an outcome is called above its picture, or the chance that it is."""
    name = about["title"]
    if chance and name[:1].upper() + name[1:] == about["long_name"][:1].upper() + about["long_name"][1:]:
        what = outcome.split(".")[1]  # thresholds.WHAT, thresholds.WHAT.first-passage
        name = (f"probability of {what}" if about["chance"] == "mean" else
                f"probability that {what} has happened by the end of the year")
    return name[:1].upper() + name[1:]


def rule(about, whole=False, chance=False):
    """How months become the value of a year, or of the whole horizon, in words."""
    if chance:
        return "whether it happens in each year" if about["chance"] == "mean" else ""
    said = {"sum": "sum over", "mean": "mean of", "last": "at the end of", "minimum": "least of", "maximum": "greatest of",
            "ratio of sums": "ratio of the sums over", "derived": "from the sums over"}[about["aggregation"]]
    return f"{said} {'the whole horizon' if whole else 'each year'}"


def below(*parts):
    """The line below a title."""
    return ", ".join(part for part in parts if part)


def axis_label(scale, about):
    """The unit, and of money the prices it is in."""
    prices = about.get("prices")
    return scale.label + (f" ({prices})" if prices else "")


def better(about):
    """Which way is better, where the file says so."""
    return {"more": "more is better", "less": "less is better"}.get(about["better"], "")


def named_error(error, scale):
    """The greatest error of the simulation, as said in a key."""
    some = error[numpy.isfinite(error)]
    if len(some) == 0:
        return "unknown"
    if some.max() == 0:
        return "none"
    return f"{'at most ' if len(some) > 1 else ''}±{units.number(scale.factor * some.max())}"


def distinct(results):
    """The results' names: those of their files, with their folders where two are the same."""
    names = [result.name for result in results]
    paths = [result.path.rsplit(".", 1)[0] for result in results]
    return names if len(set(names)) == len(names) else paths


def runs(results):
    """The footnote: what was simulated, and how many times."""
    def each(values):
        return " and ".join(dict.fromkeys(values))

    titles = [result.attribute("title") if len(results) == 1 else f"{result.name}: {result.attribute('title')}"
              for result in results]
    replications = each(f"{result.replications:,}" for result in results)
    seed, source = (each(result.attribute(name) for result in results) for name in ("seed", "source"))
    said = ["; ".join(titles), f"{replications} replications, seed {seed}, {source}"]
    sketched = max(float(result.file.attrs.get("quantile_relative_error", 0)) for result in results)
    if sketched > 0:
        said.append(f"quantiles to within {100 * sketched:.2g} %")
    invalid = sum(int(result.file.attrs["invalid_replications"]) for result in results)
    if invalid > 0:
        said.append(f"{invalid:,} invalid replications left out")
    narrowed = [result for result in results if result.condition is not None]
    if narrowed:
        where = f" of the base, {narrowed[0].name}," if len(narrowed) < len(results) else ""
        said.append(f"In these futures{where} only: {each(f'{int(result.valid().sum()):,}' for result in narrowed)} where {narrowed[0].condition}")
    return ". ".join(said) + "."


def worth(about):
    """What has to be said of the level of a present value."""
    return ("The level of a present value has an arbitrary origin: only differences between runs mean something. "
            if about["subject"] == "worth" else "")


def compared_runs(comparison, world, variants):
    """The footnote of some variants (by number) of a comparison."""
    titles = comparison.lines("variant_titles")[world * len(comparison.variants):]
    said = [f"{comparison.attribute('base_name')}: {comparison.lines('base_title')[world]}",
            *(f"{comparison.variants[number]}: {titles[number]}" for number in variants)]
    if "given" in comparison.file.attrs:
        said.append(f"in these futures of the base only: {int(comparison.file.attrs['given_futures']):,} where {comparison.attribute('given')}")
    return (f"{'; '.join(said)}. {int(comparison.file.attrs['replications']):,} replications, seed "
            f"{comparison.attribute('seed')}, {comparison.attribute('source')}.")


def notes(differences):
    """What has to be said of differences."""
    said = []
    unsaved = list(dict.fromkeys(name for one in differences for name in one.unsaved))
    if unsaved:
        said.append(f"Over the whole horizon, since yearly samples are not saved in {' and '.join(unsaved)}: "
                    "`zhol run --save` saves them. ")
    if all(one.same for one in differences):
        said.append("No difference: equal in every pair of replications, within the rounding of the samples. ")
    elif any(one.rounded for one in differences):
        said.append("Mean differences below the rounding of the samples are drawn as 0. ")
    paired = [one.pairs for one in differences if one.pairs]
    if paired:
        said.append(f"Paired by replication, {max(paired):,} pairs. ")
    if len(paired) < len(differences):
        said.append(f"{'Some are not' if paired else 'Not'} paired: errors are those of independent runs, and no range of "
                    "futures is known. ")
    return "".join(said)
