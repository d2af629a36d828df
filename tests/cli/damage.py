#!/usr/bin/env python3
"""zhol verify: damage to a result is found, and a whole one agrees.

Usage: damage.py ZHOL SCENARIOS [EVERY]
"""
import concurrent.futures
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from results import content, reseal, seal_of

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
KAZAKHSTAN, MINIMAL = SCENARIOS / "kazakhstan-2019.yaml", SCENARIOS / "minimal.yaml"
PLOT = str(SCENARIOS.parent / "scripts" / "plot")
# One in so many of all damages of a kind, for the sake of time; 5 and 11 have no divisor in common with the number of kinds, so that all
# of these come up.
EVERY = int(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3].isdigit() else 1
FLIPS, FLIPS_OF_LABELS = 200 // EVERY, 100 // EVERY
SECONDS = 300  # within which any verify of a small file ends: an alarm for what never would


def value(of):
    """What an attribute or a dataset says; a reference by the name of what it refers to."""
    file, data = of
    if isinstance(data, h5py.Reference):
        return file[data].name
    if getattr(data, "dtype", None) is not None and data.dtype.names:
        return [[value((file, part)) for part in row] for row in data]
    if hasattr(data, "dtype") and data.dtype == object:
        return [value((file, part)) for part in data]
    return data.tobytes() if hasattr(data, "tobytes") else data


def contents(path):
    """All that h5py reads: names in their order, kinds, shapes, values and attributes."""
    with h5py.File(path) as file:
        found = []

        def add(name, item):
            kind = (item.shape, item.dtype.str, content(item)) if isinstance(item, h5py.Dataset) else list(item)
            found.append((name, kind, [(key, value((file, item.attrs[key]))) for key in item.attrs]))

        add("/", file)
        file.visititems(add)
        return found


def otherwise(values):
    """What a reader might meet in place of a dataset."""
    names = values.dtype == object
    kinds = {"gone": None, "longer": numpy.concatenate([values, values[:1]]), "shorter": values[:-1], "of more dimensions": values[..., None],
             "one value": numpy.float64(1), "empty": h5py.Empty(numpy.dtype("f8"))}
    return kinds | ({"numbers": numpy.zeros(values.shape), "of fixed length": values.astype("S"), "undefined": numpy.full(values.shape, b"\xff\xfe", object)} if names
                    else {"texts": numpy.full(values.shape, "x", object), "complex": values.astype(complex)})


SANITIZED = b"__asan_init" in pathlib.Path(ZHOL).read_bytes()


class Damage(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def zhol(self, *words, status=0):
        run = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True, timeout=SECONDS)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        return run

    def test_whole_results_agree(self):
        for words in ([KAZAKHSTAN, "-n", "1000"], [MINIMAL, "-n", "20"], [MINIMAL, "-n", "1100", "--save", "*"], [MINIMAL, "-n", "600", "--save", "none"],
                      [MINIMAL, "-n", "1100", "--save", "*", "--compress"],
                      [SCENARIOS / "policies/multivector.yaml", "-n", "333"], [SCENARIOS / "two-pipelines.yaml", "-n", "64", "--set", "run.quantiles=[0.1, 0.999]"],
                      [MINIMAL, "-n", "300", "--rng", "mt19937", "--seed", "18446744073709551615"]):
            with self.subTest(words=words):
                self.zhol("run", *words, "-o", "r.h5", "--force", "--progress", "none")
                shown = self.zhol("verify", "r.h5").stdout
                self.assertIn("content: as its SHA-256 says", shown)
                self.assertEqual(shown.count("; all agree\n"), 3)
                self.assertIn("Not checked: means", shown)
                shown = self.zhol("verify", "r.h5", "--all", "-j", "1").stdout
                self.assertEqual(shown.count("; all agree\n"), 1)
                self.assertNotIn("Not checked", shown)

    def test_beyond_memory_all_is_made_from_counts_again(self):
        for words, said in (([], "Not checked: any number, because the file holds no samples"), (["--save", "drivers.*"], ": 2 outcomes over the horizon, 2 by year, 1 input;"),
                            (["--save", "none"], "Not checked: any number"), (["--save", "*", "--memory", "1540000"], ": 7 outcomes over the horizon, 7 by year;")):
            with self.subTest(words=words):
                self.zhol("run", MINIMAL, "-n", "5000", "--memory", "1MiB", *words, "-o", "r.h5", "--force", "--progress", "none")
                with h5py.File(self.folder / "r.h5") as file:
                    self.assertEqual(file.attrs["quantiles"], b"sketch")
                    datasets = []
                    file.visititems(lambda name, item: datasets.append(name) if isinstance(item, h5py.Dataset) else None)
                self.assertIn(said, self.zhol("verify", "r.h5").stdout)
                self.assertIn(f"all 5000 replications again: {len(datasets)} datasets, with their attributes; all agree", self.zhol("verify", "r.h5", "--all").stdout)

    def test_blocks_are_as_many_as_asked_for(self):
        self.zhol("run", MINIMAL, "-n", "1000", "-o", "r.h5", "--progress", "none")
        for words, said in (([], "16 of 32 blocks again, 488 replications"), (["--blocks", "2"], "2 of 32 blocks again, 40 replications"),
                            (["--blocks", "1000"], "32 of 32 blocks again, 1000 replications")):
            self.assertIn(said, self.zhol("verify", "r.h5", *words).stdout)

    def test_a_cell_of_a_batch_agrees(self):
        (self.folder / "base.yaml").write_text(MINIMAL.read_text())
        (self.folder / "dear.yaml").write_text("extends: base\nscenario: dear\ndrivers: {oil: {mean: 90 USD/bbl}}\n")
        (self.folder / "batch.yaml").write_text("batch: small\nbase: base\nworlds: [base, dear]\npolicies: [base]\n")
        self.zhol("batch", "batch.yaml", "-n", "100", "--set", "drivers.gdp.sigma=3 %/yr", "--progress", "none")
        self.zhol("verify", "small/dear.h5", "--all")

    def test_an_unfit_result_agrees(self):
        (self.folder / "wild.yaml").write_text("scenario: wild\ntime: {base: 2019-07, start: 2020-07, months: 240}\n"
                                               "drivers:\n  x: {model: gbm, start: 1e307 USD, drift: 50 %/yr, sigma: 5}\n")
        self.zhol("run", "wild.yaml", "-n", "100", status=5)
        self.zhol("verify", "wild.h5.failed", "--all")

    def make_small(self):
        (self.folder / "small.yaml").write_text("scenario: small\ntime: {base: 2019-07, start: 2020-01, months: 24}\nrun: {quantiles: [0.5]}\n"
                                                "drivers: {oil: {model: gbm, start: 64 USD/bbl, sigma: uniform(0.2 0.4)}}\n")
        self.zhol("run", "small.yaml", "-n", "40", "--save", "*", "--progress", "none")
        return self.folder / "small.h5"

    def test_a_file_whose_reading_does_not_end_is_damaged(self):
        # in HDF5's heap of what has no fixed length, object 0 is the room that is left; of size 0, some versions look for the next one for ever
        whole = bytearray(self.make_small().read_bytes())
        heap = whole.rindex(b"GCOL")  # the last is not full
        at = heap + 16
        while int.from_bytes(whole[at:at + 2], "little") != 0:
            at += 16 + (int.from_bytes(whole[at + 8:at + 16], "little") + 7) // 8 * 8
        self.assertLess(at, heap + int.from_bytes(whole[heap + 8:heap + 16], "little"))
        whole[at + 8:at + 16] = bytes(8)
        (self.folder / "endless.h5").write_bytes(whole)
        said = self.zhol("verify", "endless.h5", status=4).stderr
        self.assertRegex(said, r"^zhol: error: endless\.h5 is damaged: .*\n$")

    @unittest.skipIf(SANITIZED, "a sanitizer takes terabytes of address space for itself, which is not limited")
    def test_a_file_that_takes_more_memory_than_it_may_is_no_damaged_one(self):
        self.make_small()
        shutil.copy(self.folder / "small.h5", self.folder / "other.h5")
        for words in (["show", "small.h5"], ["compare", "small.h5", "other.h5"], ["replay", "small.h5", "-r", "1"], ["verify", "small.h5"]):
            said = self.zhol(*words, "--memory", "100kB", status=1)
            self.assertEqual(said.stderr, "zhol: error: out of memory: 9.31e-05 GiB do not suffice to read small.h5, see --memory\n")
            self.assertEqual(said.stdout, "")
            self.zhol(*words, "--memory", "2 GiB")
            self.assertIn("expected a size such as 2GiB", self.zhol(*words, "--memory", "much", status=2).stderr)
        self.assertRegex(self.zhol("status", "--memory", "100kB", status=1).stdout, r"small\.h5 +not read +out of memory: 9.31e-05 GiB")
        self.assertRegex(self.zhol("status", "--memory", "2GiB").stdout, r"small\.h5 +done +40 replications")

    def damaged(self, name):
        """Copies of a file, each with another dataset in place of one of its own; every kind comes up in turn."""
        with h5py.File(self.folder / name) as file:
            datasets = []
            file.visititems(lambda path, item: datasets.append((path, item[()])) if isinstance(item, h5py.Dataset) else None)
        for place, (path, values) in list(enumerate(datasets))[::EVERY]:
            kinds = list(otherwise(values).items())
            for kind, other in (kinds[place % len(kinds)], kinds[(place + 4) % len(kinds)]):
                shutil.copy(self.folder / name, self.folder / "damaged.h5")
                with h5py.File(self.folder / "damaged.h5", "r+") as file:
                    del file[path]
                    if other is not None:
                        file.create_dataset(path, data=other, dtype=h5py.string_dtype() if other.dtype == object else other.dtype)
                yield path, kind

    def check_refused(self, *words, whole=None):
        """Refused in one sentence; or, if `whole` is given, what is said is the same."""
        run = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True, errors="replace", timeout=SECONDS)
        if run.returncode == 0:
            self.assertEqual(run.stdout, whole)
            return 0
        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertRegex(run.stderr, r"\Azhol: error: [^\n]*damaged\.h5[^\n]*\n\Z")
        self.assertEqual(run.stdout, "")
        return 1

    def test_a_dataset_of_another_shape_or_type_is_refused_or_harmless(self):
        self.make_small()
        self.zhol("run", "small.yaml", "-n", "40", "--save", "*", "--set", "drivers.oil.start=70 USD/bbl", "-o", "other.h5", "--progress", "none")
        shutil.copy(self.folder / "small.h5", self.folder / "damaged.h5")
        words, found = ["compare", "other.h5", "damaged.h5", "--outcome", "*", "--csv", "--unsealed"], 0
        whole = self.zhol(*words).stdout
        for path, kind in self.damaged("small.h5"):
            with self.subTest(path=path, kind=kind):
                found += self.check_refused(*words, whole=whole)
                self.check_refused("show", "damaged.h5")
        self.assertGreater(found * EVERY, 30)

    def test_so_it_is_in_a_comparison(self):
        self.make_small()
        self.zhol("compare", "small.h5", "small.h5", "-o", "c.h5")
        shutil.copy(self.folder / "c.h5", self.folder / "damaged.h5")
        whole = self.zhol("compare", "--list", "damaged.h5").stdout
        for path, kind in self.damaged("c.h5"):
            with self.subTest(path=path, kind=kind):
                self.check_refused("compare", "--list", "damaged.h5")
                self.check_refused("compare", "--list", "damaged.h5", "--unsealed", whole=whole)

    def test_the_seal_is_what_the_page_of_the_format_says(self):
        self.make_small()
        self.zhol("compare", "small.h5", "small.h5", "-o", "c.h5")
        for name in ("small.h5", "c.h5"):
            with h5py.File(self.folder / name) as file:
                self.assertEqual(file.attrs["content_sha256"].decode(), seal_of(file))

    def everything_refuses(self, said, unsealed=True):
        """Every command that reads results says so, and nothing else."""
        more = ["--unsealed"] if unsealed else []
        for words in (["show", "damaged.h5", *more], ["show", "damaged.h5", "--json", *more], ["compare", "small.h5", "damaged.h5", *more],
                      ["compare", "damaged.h5", "small.h5", *more], ["compare", "damaged.h5", "damaged.h5", "--regret", "drivers.oil", "--less", "*", *more],
                      ["replay", "damaged.h5", "-r", "1", *more], ["replay", "damaged.h5", "--worst", "50%", "--outcome", "drivers.oil", "--upper", *more],
                      ["verify", "damaged.h5"]):
            with self.subTest(words=words):
                run = subprocess.run([ZHOL, *words], cwd=self.folder, capture_output=True, text=True, errors="replace", timeout=SECONDS)
                self.assertEqual(run.returncode, 4, run.stderr + run.stdout)
                self.assertRegex(run.stderr, rf"\Azhol: error: [^\n\x1b]*damaged\.h5[^\n\x1b]*{said}[^\n\x1b]*\n\Z")
                self.assertEqual(run.stdout, "")
        run = subprocess.run([sys.executable, PLOT, "spread", "damaged.h5", "drivers.oil", *more], cwd=self.folder, capture_output=True, text=True, timeout=SECONDS)
        self.assertIn(run.returncode, (0, 2, 4) if unsealed else (4,), run.stderr)  # it draws what it reads, if nothing else is wrong
        self.assertNotIn("Traceback", run.stderr)

    def test_what_leads_elsewhere_or_is_not_there_is_refused_though_its_seal_is_right(self):
        small = self.make_small()
        (self.folder / "raw.bin").write_bytes(bytes(4096))
        shutil.copy(small, self.folder / "else.h5")

        def soft(file):
            file["horizon/more"] = h5py.SoftLink("/annual/mean")

        def in_place(file):
            del file["horizon/mean"]
            file["horizon/mean"] = h5py.SoftLink("/horizon/sd")

        def elsewhere(file):
            del file["samples/horizon/value"]
            file["samples/horizon/value"] = h5py.ExternalLink("else.h5", "/samples/horizon/value")

        def again(file):
            file["horizon/more"] = file["horizon/mean"]

        def circle(file):
            file["horizon/up"] = file["/"]

        def outside(file):
            shape = file["horizon/mean"].shape
            del file["horizon/mean"]
            file.create_dataset("horizon/mean", shape=shape, dtype="f8", external=[("raw.bin", 0, 4096)])

        def virtual(file):
            shape = file["horizon/mean"].shape
            layout = h5py.VirtualLayout(shape=shape, dtype="f8")
            layout[...] = h5py.VirtualSource("else.h5", "horizon/mean", shape=shape)
            del file["horizon/mean"]
            file.create_virtual_dataset("horizon/mean", layout)

        def filtered(file):
            values = file["horizon/mean"][()]
            del file["horizon/mean"]
            file.create_dataset("horizon/mean", data=values, chunks=values.shape, compression="lzf")

        def typed(file):
            file["horizon/type"] = numpy.dtype("f8")

        def sparse(file):
            del file["horizon/level"]
            file.create_dataset("horizon/level", shape=(1 << 24,), dtype="f8", chunks=(1024,))

        def sparse_but_for_one(file):
            del file["horizon/level"]
            file.create_dataset("horizon/level", shape=(1 << 60,), dtype="f8", chunks=(1024,))[0] = 0.5

        def unwritten(file):
            shape = file["samples/annual/value"].shape
            del file["samples/annual/value"]
            file.create_dataset("samples/annual/value", shape=shape, dtype="f4")

        def wide(file):
            del file["annual/mean"]
            file.create_dataset("annual/mean", shape=(1 << 20, 1 << 20, 1 << 22), dtype="f8", chunks=(1, 1, 1024))[0, 0, 0] = 1

        for change, said in ((soft, "is a link that leads elsewhere"), (in_place, "is a link that leads elsewhere"), (elsewhere, "is a link that leads elsewhere"),
                             (again, "is another name of what has one already"), (circle, "is another name of what has one already"),
                             (outside, "is stored outside of the file"), (virtual, "is stored outside of the file"), (filtered, "is stored by a filter that results do not have"),
                             (typed, "is neither a group nor a dataset"), (sparse, ""), (sparse_but_for_one, "larger than the file can hold"), (unwritten, ""),
                             (wide, "larger than the file can hold")):
            with self.subTest(change=change.__name__):
                shutil.copy(small, self.folder / "damaged.h5")
                with h5py.File(self.folder / "damaged.h5", "r+") as file:
                    change(file)
                if change in (soft, again, filtered, typed):  # others h5py itself cannot read to their end
                    reseal(self.folder / "damaged.h5")
                self.everything_refuses(said)

    def test_attributes_and_labels_are_what_they_should_be(self):
        small = self.make_small()

        def many(file):
            file.attrs["zhol_schema"] = numpy.full(6, 2, dtype="i8")

        def sealed_twice(file):
            file.attrs["content_sha256"] = numpy.array([b"0" * 64] * 2)

        def numbered(file):
            file.attrs["rng"] = 5

        def endless(file):
            file.attrs["prices"] = "constant USD"  # of no fixed length

        def nothing(file):
            file.attrs["scenario"] = h5py.Empty("S10")

        def huge(file):
            file.attrs.modify("replications", 1 << 62)

        def more_replications(file):
            file.attrs.modify("replications", 1 << 35)

        def negative(file):
            file.attrs.modify("invalid_replications", -1)

        def invalid(file):
            file.attrs.modify("invalid_replications", 1)
            file["diagnostics/invalid_replication"] = numpy.array([513], dtype="i8")

        def long_ago(file):
            file.attrs["start"] = numpy.bytes_("99999-13")

        def coloured(file):
            file.attrs["title"] = numpy.bytes_(b"\x1b[31mred\x1b[0m")

        def latin(file):
            file.attrs["history"] = numpy.bytes_(b"\x9b2J")

        def relabel(label):
            def change(file):
                for group in ("horizon", "annual", "samples/horizon", "samples/annual"):
                    file[group]["outcome"][-1] = label
            return change

        for change, name in ((many, "array"), (sealed_twice, "two seals"), (numbered, "number"), (endless, "no length"), (nothing, "null"), (huge, "2^62"),
                             (more_replications, "2^35"), (negative, "-1"), (invalid, "513"), (long_ago, "date"), (coloured, "escapes"), (latin, "no UTF-8"),
                             (relabel("\x1b]0;x\x07"), "escapes in a label"), (relabel("\x9b2J"), "C1")):
            with self.subTest(change=name):
                shutil.copy(small, self.folder / "damaged.h5")
                with h5py.File(self.folder / "damaged.h5", "r+") as file:
                    change(file)
                self.everything_refuses("", unsealed=change is not sealed_twice)

    def test_what_ties_datasets_to_dimensions_is_sealed(self):
        small = self.make_small()
        shutil.copy(small, self.folder / "damaged.h5")
        with h5py.File(self.folder / "damaged.h5", "r+") as file:
            mean = file["horizon/quantile_estimate"]
            mean.dims[1].detach_scale(file["horizon/quantile"])
            mean.dims[1].attach_scale(file["horizon/level"])
        self.everything_refuses("is damaged", unsealed=False)

    def test_what_is_no_file_is_refused_at_once(self):
        self.make_small()
        os.mkfifo(self.folder / "damaged.h5")
        self.everything_refuses("is a pipe or device; expected a file")

    def test_the_seal_is_looked_at_by_all_unless_told_otherwise(self):
        shutil.copy(self.make_small(), self.folder / "damaged.h5")
        with h5py.File(self.folder / "damaged.h5", "r+") as file:
            file["samples/horizon/value"][0, 17] *= numpy.float32(1 + 2**-20)
        self.everything_refuses("is damaged: its content does not have the SHA-256 that it states", unsealed=False)
        for words in (["show", "damaged.h5"], ["compare", "small.h5", "damaged.h5"], ["replay", "damaged.h5", "-r", "1"]):
            self.zhol(*words, "--unsealed")

    def test_what_a_file_says_of_itself_is_what_its_scenario_gives(self):
        small = self.make_small()

        def relabel(name, label):
            def change(file):
                file[name][-1] = label
            return change

        def state(name, value):
            def change(file):
                file.attrs[name] = numpy.bytes_(value)
            return change

        for change, said in ((state("prices", "constant 1913 USD"), "prices are constant 1913 USD in the file, but constant base-year USD again"),
                             (state("start", "2020-02"), "the calendar is 24 months from 2020-02"), (state("base", "2018-07"), "base 2018-07, in the file"),
                             (relabel("horizon/units", "EUR/bbl"), "horizon/units: label 0 is EUR/bbl in the file, but USD/bbl again"),
                             (relabel("annual/long_name", "oil"), "annual/long_name: label 0 is oil in the file"),
                             (relabel("annual/title", "Oil"), "annual/title: label 0 is Oil in the file"),
                             (relabel("samples/annual/better", "less"), "samples/annual/better: label 0 is less"),
                             (relabel("samples/horizon/rank", 3), "samples/horizon/rank: value 0 is 3"),
                             (relabel("annual/tail", "lower"), "annual/tail: label 1 is lower in the file, but upper again"),
                             (relabel("annual/quantile", 0.25), "annual/quantile: value 0 is 0.25 in the file, but 0.5 again"),
                             (relabel("horizon/level", 0.99), "horizon/level: value 0 is 0.98999999999999999 in the file, but 0.94999999999999996 again"),
                             (relabel("annual/time", 0), "annual/time: value 1 is 0 in the file, but 18628 again"),
                             (relabel("inputs/units", "1/mo"), "inputs/units: label 0 is 1/mo")):
            with self.subTest(said=said):
                shutil.copy(small, self.folder / "changed.h5")
                with h5py.File(self.folder / "changed.h5", "r+") as file:
                    change(file)
                reseal(self.folder / "changed.h5")
                self.assertIn(said, self.zhol("verify", "changed.h5", status=5).stderr)

    def test_a_scenario_or_generator_that_is_none_is_the_fault_of_the_file(self):
        small = self.make_small()
        for name, value in (("scenario", "scenario: {"), ("scenario", "scenario: x\n"), ("rng", "none")):
            shutil.copy(small, self.folder / "changed.h5")
            with h5py.File(self.folder / "changed.h5", "r+") as file:
                file.attrs[name] = numpy.bytes_(value)
            reseal(self.folder / "changed.h5")
            for words in (["verify", "changed.h5"], ["replay", "changed.h5", "-r", "1"]):
                self.zhol(*words, status=4)

    def test_a_flipped_bit_is_found_or_says_nothing(self):
        small = self.make_small()
        whole, draw, found, unseen = small.read_bytes(), random.Random(20200102), 0, []
        heaps = [range(at, at + 4096) for at in range(len(whole)) if whole[at:at + 4] == b"GCOL"]  # of texts without a fixed length
        places = [draw.randrange(len(whole)) for _ in range(FLIPS)] + [draw.choice(draw.choice(heaps)) for _ in range(FLIPS_OF_LABELS)]
        flips = [(at, draw.randrange(8)) for at in places]

        def verify(at, bit):
            path = self.folder / f"{at}-{bit}.h5"
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1:])
            return path, subprocess.run([ZHOL, "verify", path.name], cwd=self.folder, capture_output=True, text=True, timeout=SECONDS)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = list(pool.map(verify, *zip(*flips)))
        for (at, bit), (path, run) in zip(flips, runs):
            with self.subTest(byte=at, bit=bit):
                self.assertIn(run.returncode, (0, 4), run.stderr)
                if run.returncode == 0:
                    unseen.append(path)
                else:
                    self.assertIn(path.name, run.stderr)
                    found += 1
        self.assertGreater(found, len(flips) / 2)
        # apart, because what is not found might make HDF5 crash
        run = subprocess.run([sys.executable, __file__, ZHOL, SCENARIOS, "--same", small, *unseen], capture_output=True, text=True)
        self.assertEqual(run.stdout, "the same\n" * len(unseen), run.stderr)

    def test_a_file_that_ends_early_is_found(self):
        self.zhol("run", MINIMAL, "-n", "40", "-o", "r.h5", "--progress", "none")
        whole = (self.folder / "r.h5").read_bytes()
        for length in (0, 1, 100, 5000, len(whole) // 2, len(whole) - 4096, len(whole) - 1):
            (self.folder / "short.h5").write_bytes(whole[:length])
            self.assertIn("short.h5 is not a result of zhol: HDF5 cannot open it", self.zhol("verify", "short.h5", status=4).stderr)

    def test_samples_of_another_seed_are_found(self):
        for seed in ("1", "2"):
            self.zhol("run", MINIMAL, "-n", "100", "--seed", seed, "-o", f"{seed}.h5", "--progress", "none")
        with h5py.File(self.folder / "1.h5", "r+") as one, h5py.File(self.folder / "2.h5") as two:
            one["samples/horizon/value"][...] = two["samples/horizon/value"][...]
        self.assertIn("1.h5 is damaged: its content does not have the SHA-256 that it states", self.zhol("verify", "1.h5", status=4).stderr)

    def test_what_is_no_result_is_refused(self):
        (self.folder / "notes.txt").write_text("my notes\n")
        with h5py.File(self.folder / "other.h5", "w") as file:
            file["x"] = 1
        for words, status, said in ((["notes.txt"], 4, "notes.txt is not a result of zhol"), (["other.h5"], 4, "the attribute zhol_schema is missing"),
                                    (["none.h5"], 4, "none.h5 cannot be read"), ([], 2, "no result file was named"),
                                    (["a.h5", "b.h5"], 2, "'b.h5' is one file too many"), (["a.h5", "--blocks", "1"], 2, "--blocks is '1'; expected a number of blocks, 2 or more"),
                                    (["a.h5", "-j", "0"], 2, "-j is '0'"),
                                    (["a.h5", "--all", "--blocks", "4"], 2, "--blocks and --all were both given")):
            with self.subTest(words=words):
                self.assertIn(said, self.zhol("verify", *words, status=status).stderr)


if __name__ == "__main__":
    if "--same" in sys.argv:
        small, *others = sys.argv[sys.argv.index("--same") + 1:]
        whole = contents(small)
        for other in others:
            print("the same" if contents(other) == whole else f"not the same: {other}", flush=True)
        sys.exit()
    unittest.main(argv=sys.argv[:1])
