# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line."""
import argparse
import errno
import os
import pathlib
import sys

from zhol_pictures import choices, corridors, exceedance, facts, given, horizon, months, network, outlets, page, tornado, years
from zhol_pictures.results import Comparison, Ranking, Refused, Result, is_comparison, text
from zhol_pictures.wording import compared_runs, distinct, runs

CALLED = "--called-by="
MOST_TITLE = 300  # characters
OF_THE_MACHINE = {errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.ETIMEDOUT}

OF_RANKINGS = ("ranking", "regret", "pareto")
OF_ONE = ("fan", "tornado", "network", "outlets", *OF_RANKINGS)  # one file
OF_SOME = ("fan", "variants", "difference", "spread", "exceedance", "corridors")  # in some futures only
NAMED = {"corridors": ("ROUTE", "FLOW.ROUTE, or a flow or a corridor that has one route"),
         "network": ("WHAT", "a commodity, oil or gas, or flows (with commas or as a pattern); needed where units differ"),
         "outlets": ("ENERGY", "such as oil; needed where there are several")}
MAY_LACK = ("network", "outlets")
EXAMPLES = """examples:
  {0} fan kazakhstan-2019.h5 drivers.brent
  {0} fan kazakhstan-2019.h5 drivers.brent --observed observed.csv
  {0} variants kazakhstan-2019.h5 nurly-zhol-sreb.h5 fiscal.total -o fiscal.svg
  {0} difference kazakhstan-2019.h5 nurly-zhol-sreb.h5 trade.balance -o trade.svg
  {0} spread kazakhstan-2019.h5 npv.national
  {0} fan kazakhstan-2019.h5 fiscal.total --given 'drivers.brent@2030 < 40 USD/bbl'
  {0} exceedance kazakhstan-2019.h5 npv.national
  {0} corridors base.h5 policy.h5 china-europe.middle
  {0} network kazakhstan-2019.h5 container --year 2030
  {0} outlets kazakhstan-2019.h5 oil
  {0} closure kazakhstan-2019.h5 border-closure.h5 legs.dostyk.delay
  {0} tornado sensitivity.h5 npv.national
  {0} ranking ranking.h5 fiscal.total --world border-closure
  {0} pareto ranking.h5 fiscal.total --and trade.exports --world border-closure
"""


AWAY = str.maketrans("/*?,", "____")  # not in a name of a file that nobody chose


def options(program):
    """Of the command line."""
    parser = argparse.ArgumentParser(prog=program, description="Draws pictures from results of zhol.",
                                     epilog=EXAMPLES.format(program), formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    for kind, files, said in (
            ("fan", "RESULT", "an outcome by year: median, ranges of futures, mean"),
            ("variants", "RESULT", "2 to 8 results side by side"),
            ("difference", "FILE", "a variant minus its base: of two results, BASE VARIANT, paired by replication, or of one "
             "file of `zhol compare -o`"),
            ("spread", "RESULT", "the values over the whole horizon of 1 to 8 results"),
            ("exceedance", "RESULT", "how probable it is that an outcome is at least so much, of 1 to 8 results"),
            ("corridors", "RESULT", "a route as cumulative cost and time, leg by leg, of 1 to 8 results that were run with outcomes.by_leg"),
            ("network", "RESULT", "a schematic of legs with volumes, use of capacity and the bottleneck"),
            ("outlets", "RESULT", "oil or gas by outlet and year, on top of one another"),
            ("closure", "RESULT", "month by month before and after an event, of one result; or without and with it, of two"),
            ("tornado", "FILE", "what decides an outcome, of a file of `zhol sensitivity -o`"),
            ("ranking", "FILE", "how far each policy is behind the best, of a file of `zhol rank -o`"),
            ("regret", "FILE", "what each policy leaves against the best of every future, likewise"),
            ("pareto", "FILE", "two outcomes of all policies, and which no other beats in both, likewise")):
        one = kinds.add_parser(kind, help=said, description=said[0].upper() + said[1:] + ".")
        one.add_argument("files", metavar=files, nargs=1 if kind in OF_ONE else "+")
        metavar, what = NAMED.get(kind, ("OUTCOME", "its path, as `zhol show RESULT --list` prints it"))
        one.add_argument("outcome", metavar=metavar, help=what, **({"nargs": "?"} if kind in MAY_LACK else {}))
        one.add_argument("--title", metavar="TEXT", help="what stands above the picture, in place of its own title")
        one.add_argument("--unsealed", action="store_true", help="do not compare the content with the SHA-256 that the file states: "
                         "saves the time to read it all")
        one.add_argument("-o", "--output", metavar="FILE", help="a .png, .svg or .pdf; if absent OUTCOME.png, of other kinds "
                         "than fan OUTCOME-KIND.png")
        if kind in ("exceedance", "corridors", "network"):
            one.add_argument("--year", metavar="YEAR", type=int, help="of this year (default: the last one)" if kind == "network" else
                             "of this year, whose samples have to be saved (default: over the whole horizon)")
        if kind == "outlets":
            one.add_argument("--revenue", action="store_true", help="what they earn, in place of volumes")
        if kind == "closure":
            one.add_argument("--event", metavar="EVENT", help="what happens; of two results by default all that only the second has")
            one.add_argument("--replications", metavar="N", type=int, help=f"the first N are simulated again month by month (default: {months.REPLICATIONS})")
            one.add_argument("--zhol", metavar="PROGRAM", help="what simulates them (default: the zhol of this build or installation, or on the path)")
        if kind in OF_SOME:
            one.add_argument("--given", metavar="CONDITION", help="in these futures only, as `zhol show --given` takes it; of a "
                             "difference those of the base, else of each result its own")
            one.add_argument("--zhol", metavar="PROGRAM", help="what finds the futures of --given (default: the zhol of this build or "
                             "installation, or on the path)")
        if kind == "fan":
            one.add_argument("--observed", metavar="FILE.csv", help="draw what happened, from figures as `zhol score` reads them")
        if kind == "variants":
            one.add_argument("--mean", action="store_true", help="draw means in place of medians")
        if kind in OF_RANKINGS:
            one.add_argument("--world", metavar="NAME", help="of a ranking that has several")
        if kind == "pareto":
            one.add_argument("--and", dest="other", metavar="OUTCOME", required=True, help="the other outcome")
        if kind == "difference":
            one.add_argument("--variant", metavar="NAME", help="of a comparison that has several")
            one.add_argument("--world", metavar="NAME", help="likewise")
    return parser


def target(chosen):
    """The file to write."""
    words = [word for word in (chosen.outcome, "" if chosen.kind == "fan" else chosen.kind) if word]
    name = chosen.output or f"{'-'.join(words)}.png".translate(AWAY)
    if pathlib.Path(name).suffix not in page.KINDS:
        raise Refused(f"'{name}' does not say what kind of picture it is; expected a name that ends with "
                      f"{', '.join(page.KINDS)}", 2)
    return name


def title_of(chosen):
    """The title that was chosen, as it can be printed."""
    if chosen.title is None:
        return None
    words = text(" ".join(chosen.title.split()))
    if not 0 < len(words) <= MOST_TITLE:
        raise Refused(f"--title has {len(words)} characters; expected 1 to {MOST_TITLE}", 2)
    return words


def draw(chosen):
    """The figure that the command line asks for."""
    if chosen.kind in OF_RANKINGS:
        return draw_ranking(Ranking(chosen.files[0], chosen.unsealed), chosen)
    if chosen.kind == "difference":
        if len(chosen.files) == 1 and is_comparison(chosen.files[0]):
            if chosen.given is not None:
                raise Refused("--given is of results; `zhol compare --given CONDITION -o` writes a comparison of some futures", 2)
            return draw_comparison(Comparison(chosen.files[0], chosen.unsealed), chosen.outcome, chosen.variant, chosen.world)
        if chosen.variant is not None or chosen.world is not None:
            raise Refused("--variant and --world choose from a comparison of `zhol compare -o`; two results are a pair", 2)
    if chosen.kind == "tornado":
        return tornado.tornado(tornado.Sensitivity(chosen.files[0], chosen.unsealed), chosen.outcome)
    results = [opened(chosen, i) for i in range(len(chosen.files))]
    if chosen.kind == "fan":
        return years.fan(results[0], chosen.outcome, chosen.observed)
    if chosen.kind == "variants":
        return years.variants(results, chosen.outcome, chosen.mean)
    if chosen.kind == "exceedance":
        return exceedance.exceedance(results, chosen.outcome, chosen.year)
    if chosen.kind == "corridors":
        return corridors.corridors(results, chosen.outcome, chosen.year)
    if chosen.kind == "network":
        return network.network(results[0], chosen.outcome, chosen.year)
    if chosen.kind == "outlets":
        return outlets.outlets(results[0], chosen.outcome, chosen.revenue)
    if chosen.kind == "closure":
        return months.closure(results, chosen.outcome, chosen.event, chosen.replications, chosen.zhol)
    if chosen.kind == "spread":
        return horizon.spread(results, chosen.outcome)
    return draw_difference(results, chosen.outcome)


def opened(chosen, i):
    """A result, in some futures alone if that is asked for."""
    if getattr(chosen, "given", None) is None or (chosen.kind == "difference" and i > 0):
        return Result(chosen.files[i], chosen.unsealed)
    return given.Narrowed(chosen.files[i], chosen.unsealed, chosen.given, given.program(chosen.zhol))


def draw_difference(results, outcome):
    """Of a base and a variant."""
    if len(results) != 2:
        raise Refused(f"the number of results is {len(results)}; expected 2, a base and a variant, or one comparison", 2)
    base = results[0]
    apart = facts.difference(*results, outcome)
    drawing = horizon.difference if apart.edges is None else years.difference
    return drawing(apart, base.about(outcome), outcome, distinct(results), runs(results))


def draw_comparison(file, outcome, variant, world):
    """Of what `zhol compare -o` wrote: by year of one variant, over the horizon of all or of one."""
    about, of_world = file.about(outcome), file.choose("world", file.worlds, world)
    base = file.attribute("base_name") + (f" in {file.worlds[of_world]}" if len(file.worlds) > 1 else "")
    if outcome in file.annual:
        chosen = [file.choose("variant", file.variants, variant)]
    else:
        chosen = range(len(file.variants)) if variant is None else [file.choose("variant", file.variants, variant)]
    many = [facts.compared(file, outcome, of_world, number) for number in chosen]
    names, foot = [file.variants[number] for number in chosen], compared_runs(file, of_world, chosen)
    if outcome in file.annual:
        return years.difference(many[0], about, outcome, [base, names[0]], foot)
    return horizon.ladder(many, names, about, outcome, base, foot)


def draw_ranking(file, chosen):
    """Of what `zhol rank -o` wrote, in one world."""
    file.need(chosen.outcome)
    world = file.choose("world", file.worlds, chosen.world)
    if chosen.kind == "pareto":
        file.need(chosen.other)
        return choices.pareto(file, chosen.outcome, chosen.other, world)
    return (choices.ranking if chosen.kind == "ranking" else choices.regret)(file, chosen.outcome, world)


def main(words):
    """Draws, and gives the exit status."""
    words = list(words)
    program = os.path.basename(words[0])
    if words[1:] and words[1].startswith(CALLED):  # by zhol, whose path that is
        given.calling, program = words.pop(1)[len(CALLED):], "zhol plot"
    chosen = options(program).parse_args(words[1:])
    try:
        page.style(title_of(chosen))
        name = target(chosen)
        figure = drawn(chosen)
        page.save(figure, name)
    except Refused as refused:
        print(f"{program}: error: {''.join(c if c.isprintable() else '?' for c in str(refused))}", file=sys.stderr)
        return refused.status
    except OSError as error:
        print(f"{program}: error: {name} cannot be written: {error.strerror or error}", file=sys.stderr)
        return 1
    print(name)
    return 0


def drawn(chosen):
    """As `draw`; what HDF5 cannot read, or a part that is not there, is a sentence too."""
    try:
        return draw(chosen)
    except OSError as error:
        if error.errno in OF_THE_MACHINE or any(f"errno = {number}," in str(error) for number in OF_THE_MACHINE):
            raise Refused(f"{' or '.join(chosen.files)} cannot be read: {error}", 1) from None
        raise damaged(chosen, error) from None
    except MemoryError as error:
        raise Refused(f"out of memory: {error}", 1) from None
    except (LookupError, RuntimeError, ValueError, TypeError, AttributeError) as error:
        raise damaged(chosen, error) from None


def damaged(chosen, error):
    return Refused(f"{' or '.join(chosen.files)} is damaged: {error}; `zhol verify` tells more")
