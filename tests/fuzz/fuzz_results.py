#!/usr/bin/env python3
"""Files of results, comparisons and shards that are changed at random, by their structure and by their bytes, through every command that
reads one: each is refused in one sentence, or read.

Usage: fuzz_results.py ZHOL SCENARIOS [--runs N] [--seconds S] [--seed S] [--keep FOLDER]
"""
import pathlib
import shutil
import sys

import h5py
import numpy

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import fuzzing
from results import reseal

# Where HDF5 keeps what describes the rest; a flip there does more than one among numbers.
SIGNATURES = (b"\x89HDF", b"OHDR", b"OCHK", b"TREE", b"SNOD", b"HEAP", b"GCOL", b"BTHD", b"BTLF", b"FRHP", b"FHDB", b"FHIB", b"FADB", b"FAHD", b"EAHD", b"FSHD")


class Results(fuzzing.Target):
    def prepare(self):
        (self.folder / "small.yaml").write_text(
            "scenario: small\ntime: {base: 2019-07, start: 2020-01, months: 24}\nrun: {quantiles: [0.5], cvar: [0.9], home: south}\n"
            "drivers: {oil: {model: gbm, start: 64 USD/bbl, sigma: uniform(0.2 0.4)}}\ncommodities: {grain: {unit: t, value: 200 USD/t}}\n"
            "flows: {g: {commodity: grain, from: north, to: south, volume: triangular(4 5 7) Mt/yr, tariff: 5 %}}\n")
        self.quietly("run", "small.yaml", "-n", 40, "--save", "*", "-j", 1, "-o", "a.h5")
        self.quietly("run", "small.yaml", "-n", 40, "--save", "*", "-j", 1, "--set", "drivers.oil.start=70 USD/bbl", "--compress", "-o", "b.h5")
        self.quietly("run", "small.yaml", "-n", 2000, "--memory", "20kB", "--save", "none", "-j", 1, "-o", "sketched.h5")
        self.quietly("compare", "a.h5", "b.h5", "-j", 1, "-o", "c.h5")
        for i in (1, 2):
            self.quietly("run", "small.yaml", "-n", 1200, "-j", 1, "--shard", f"{i}/2", "-o", "s.h5")
        self.quietly("run", "small.yaml", "-n", 600, "-j", 1, "--keep", "-o", "k.h5")
        (self.folder / "k.h5").unlink()
        self.whole = {name: (self.folder / name).read_bytes() for name in ("a.h5", "b.h5", "sketched.h5", "c.h5", "s.shard-1-of-2")}
        self.state = {path.name: path.read_bytes() for path in (self.folder / "k.part").iterdir()}

    # -- bytes

    def flipped(self, content):
        content = bytearray(content)
        for _ in range(self.pick((1, 1, 1, 2, 4, 16))):
            way = self.random.randrange(8)
            at = self.random.randrange(len(content))
            if way < 4 or len(content) < 64:  # near something that describes
                signature = self.pick(SIGNATURES)
                found = content.find(signature, at)
                at = min(len(content) - 1, (found if found >= 0 else max(0, content.find(signature))) + self.random.randrange(96))
                content[at] = self.pick((content[at] ^ 1 << self.random.randrange(8), 0, 255, 1, 127, 128))
            elif way == 4:
                content[at] ^= 1 << self.random.randrange(8)
            elif way == 5:
                length = self.random.randrange(1, 64)
                content[at:at + length] = self.pick((bytes(length), b"\xff" * length, self.random.randbytes(length)))
            elif way == 6:  # one part in place of another
                length, source = self.random.randrange(1, 512), self.random.randrange(len(content))
                content[at:at + length] = content[source:source + length]
            else:
                del content[max(1, at):]
        return bytes(content)

    # -- structure

    def odd_values(self, shape):
        """Some dataset of that shape or another, of some type."""
        shape = self.pick((shape, shape, shape, shape[::-1], shape + (2,), shape[:-1], (), (0,), tuple(size + 1 for size in shape)))
        count = int(numpy.prod(shape))
        if count > 1 << 20:
            shape, count = (3,), 3
        kind = self.random.randrange(14)
        if kind < 5:
            values = numpy.array([self.pick((0.0, 1.0, -1.0, numpy.nan, numpy.inf, 1e308, 5e-324, self.random.gauss(0, 1))) for _ in range(count)]).reshape(shape)
            return values.astype(self.pick(("f8", "f4", ">f8", "f2")))
        if kind < 8:
            return numpy.array([self.pick((0, 1, 2, 127, self.random.randrange(100))) for _ in range(count)]).reshape(shape).astype(self.pick(("i4", "u8", "i1", ">i8", "bool")))
        if kind < 10:
            return numpy.array([self.pick((b"", b"drivers.oil", b"USD", b"x" * 3000, b"\xff\xfe", b"\x1b[31m", b"a\nb")) for _ in range(count)], dtype=object).reshape(shape)
        if kind == 10:
            return numpy.zeros(shape, dtype=[("x", "f8"), ("y", "i4")])
        if kind == 11:
            return numpy.zeros(shape, dtype="V8")
        if kind == 12:
            return numpy.zeros(shape, dtype=complex)
        return numpy.zeros(shape, dtype="S5")

    def put(self, place, name, values, **more):
        kind = h5py.string_dtype() if values.dtype == object else h5py.enum_dtype({"a": 0, "b": 1}, "i4") if values.dtype == "i4" and self.chance(0.2) else values.dtype
        place.create_dataset(name, data=values, dtype=kind, **more)

    def change_structure(self, file):
        datasets, groups = [], [file]
        file.visititems(lambda path, item: (datasets if isinstance(item, h5py.Dataset) else groups).append(item))
        thing = self.pick(datasets)
        holder, name, shape = thing.parent, thing.name.rsplit("/", 1)[1], thing.shape or ()
        way = self.random.randrange(22)
        if way == 0:
            del holder[name]
        elif way <= 2:
            del holder[name]
            self.put(holder, name, self.odd_values(shape))
        elif way == 3:  # other storage of the same values
            values = thing[()]
            del holder[name]
            more = self.pick(({"chunks": True}, {"compression": "gzip"}, {"compression": "lzf"}, {"shuffle": True, "compression": "gzip", "fletcher32": True},
                              {"maxshape": (None,) * values.ndim, "chunks": True}, {"track_times": True}))
            self.put(holder, name, values, **({} if values.ndim == 0 or values.size == 0 else more))
        elif way == 4:  # outside
            del holder[name]
            holder.create_dataset(name, shape=shape or (1,), dtype="f8", external=[(self.pick(("b.h5", "none.bin", "/dev/zero", "/etc/hostname")), 0, h5py.h5f.UNLIMITED)])
        elif way == 5:
            layout = h5py.VirtualLayout(shape=shape or (1,), dtype="f8")
            layout[...] = h5py.VirtualSource(self.pick(("b.h5", "damaged.h5", ".", "none.h5")), thing.name, shape=shape or (1,))
            del holder[name]
            holder.create_virtual_dataset(name, layout)
        elif way == 6:
            del holder[name]
            holder[name] = self.pick((h5py.SoftLink(thing.name), h5py.SoftLink("/"), h5py.SoftLink("nowhere"), h5py.ExternalLink("b.h5", thing.name), h5py.ExternalLink("damaged.h5", "/")))
        elif way == 7:
            self.pick(groups)[self.pick(("more", "x" * 300, "a b", "mean"))] = self.pick((file["/"], thing, numpy.float64(1)))
        elif way == 8:
            del holder[name]
            most = self.pick((1 << 20, 1 << 40, 1 << 60))
            holder.create_dataset(name, shape=(most,), dtype="f8", chunks=(1024,))[0] = 1
        elif way <= 13:  # numbers
            if thing.dtype.kind == "f" and thing.size:
                values = thing[()]
                flat = values.reshape(-1)
                for _ in range(self.random.randrange(1, 4)):
                    flat[self.random.randrange(flat.size)] = self.pick((numpy.nan, numpy.inf, -numpy.inf, 0, -1, 1e300, 3e38, 1e-300))
                thing[...] = values
        elif way == 14:  # names
            if thing.dtype.kind == "O" and thing.size:
                values = thing[()].reshape(-1)
                values[self.random.randrange(values.size)] = self.pick((b"", b"drivers.oil", b"\x07", b"y" * 70000, "é".encode(), values[0], b"drivers.oil.more"))
                thing[...] = values.reshape(thing.shape)
        elif way == 15:
            file.move(thing.name, thing.name + "x")
        elif way == 16 and thing.ndim:  # scales
            (thing.make_scale if not thing.is_scale else lambda _: None)("odd")
            thing.dims[0].label = "odd"
        elif way == 17:
            group = self.pick(groups[1:])
            del file[group.name]
        else:
            self.change_attribute(self.pick((file, file, thing, self.pick(groups))))

    def change_attribute(self, thing):
        names = list(thing.attrs)
        name = self.pick(names) if names and self.chance(0.9) else "more"
        way = self.random.randrange(8)
        if name in ("DIMENSION_LIST", "REFERENCE_LIST") and way < 5:
            way = 7
        if way == 7:
            thing.attrs.pop(name, None)
        elif way == 6:
            values = self.odd_values((2,))
            thing.attrs.create(name, values, dtype=h5py.string_dtype() if values.dtype == object else None)
        elif way < 3 and name in names and isinstance(thing.attrs[name], (bytes, numpy.bytes_)):
            text = bytearray(thing.attrs[name] or b"x")
            for _ in range(self.random.randrange(1, 4)):
                text[self.random.randrange(len(text))] = self.random.choice(b"0123456789aeiounrst .:{}[]-\n\x01")
            thing.attrs.create(name, numpy.bytes_(bytes(text)))
        else:
            thing.attrs.create(name, self.pick((0, 1, -1, 2**31, 2**63 - 1, numpy.uint64(2**64 - 1), numpy.float64("nan"), 1e300, numpy.bytes_(b"x" * 60000), numpy.bytes_(b"2019-13"), h5py.Empty("f8"),
                                                numpy.arange(3), numpy.bytes_(b"none"), numpy.bytes_(b"sketch"))))

    def copied(self, source, to):
        """The same in another form of file."""
        version = self.pick((("earliest", "v108"), ("latest", "latest"), ("v110", "v110")))
        with h5py.File(source, "r") as old, h5py.File(to, "w", libver=version, track_order=self.chance(0.5), userblock_size=self.pick((0, 0, 512))) as new:
            for name in old:
                old.copy(name, new)
            for name in old.attrs:
                new.attrs.create(name, old.attrs[name])

    def damage(self, name):
        """Changes a copy of it, which is called damaged.h5."""
        path = self.folder / "damaged.h5"
        path.write_bytes(self.whole[name])
        way = self.random.random()
        if name.endswith(".h5") and way < 0.65:
            try:
                if self.chance(0.06):
                    self.copied(self.folder / name, path)
                else:
                    with h5py.File(path, "r+") as file:
                        for _ in range(self.pick((1, 1, 2, 3))):
                            self.change_structure(file)
                if self.chance(0.5):
                    reseal(path)
            except Exception:  # what h5py itself refuses to write, or to read again, is half changed, which is as good
                pass
        elif way < 0.98:
            path.write_bytes(self.flipped(self.whole[name]))
        return path

    # -- commands

    WORDS = {"result": (["show", "F"], ["show", "F", "--json"], ["show", "F", "--csv"], ["show", "F", "--list"], ["show", "F", "--year", "2020"], ["show", "F", "drivers.*"],
                        ["verify", "F"], ["verify", "F", "--blocks", "1"], ["verify", "F", "--all", "--force"], ["compare", "a.h5", "F"], ["compare", "F", "b.h5", "--years", "--outcome", "*"],
                        ["compare", "F", "F", "--unpaired", "--dominance"], ["compare", "a.h5", "F", "b.h5", "-o", "out.h5"], ["compare", "a.h5", "F", "--regret", "drivers.oil", "--json"], ["rank", "a.h5", "F", "--outcome", "drivers.oil", "--minimise", "*"],
                        ["replay", "F", "-r", "1"], ["replay", "F", "-r", "39", "--inputs", "-o", "out.csv", "--force"], ["replay", "F", "-r", "7", "--years"],
                        ["replay", "F", "--worst", "10%", "--outcome", "drivers.oil", "--upper"], ["replay", "F", "--worst", "50%", "--outcome", "drivers.oil", "--lower", "--csv"],
                        ["merge", "-o", "out.h5", "F", "s.shard-2-of-2"], ["status", "F"], ["status", "."], ["status", "--json", "F"]),
             "comparison": (["compare", "--list", "F"], ["compare", "--list", "F", "--json"], ["show", "F"], ["verify", "F"], ["status", "F"]),
             "shard": (["merge", "-o", "out.h5", "F", "s.shard-2-of-2"], ["merge", "-o", "out.h5", "s.shard-2-of-2", "F"], ["status", "F"], ["show", "F"])}
    UNSEALED = {"show", "compare", "replay"}

    def one(self):
        if self.chance(0.1):
            return self.checkpoint()
        name = self.pick(self.whole)
        self.damage(name)
        for words in self.random.sample(self.WORDS["comparison" if name == "c.h5" else "shard" if "shard" in name else "result"], 3):
            words = ["damaged.h5" if word == "F" else word for word in words]
            if words[0] in self.UNSEALED and self.chance(0.5):
                words.append("--unsealed")
            if words[0] in ("verify", "compare"):
                words += ["-j", "1"]
            ended = self.execute(words, ["out.h5", "out.csv"])
            if ended.status == 4 and ended.out and words[0] not in ("status", "verify"):
                print(f"  (said before it was refused: {ended.out[:100]!r})")
        (self.folder / "damaged.h5").unlink(missing_ok=True)

    def checkpoint(self):
        """The folder of a run that is gone on with."""
        folder = self.folder / "k.part"
        name = self.pick([name for name in self.state if self.state[name]])
        for other, content in self.state.items():
            (folder / other).write_bytes(self.flipped(content) if other == name else content)
        self.execute(["status", "k.part"], [])
        shutil.copytree(folder, self.folder / "d.part")
        self.execute(["run", "small.yaml", "-n", "700", "-j", "1", "--progress", "none", "--resume", "-o", "d.h5"], None)
        shutil.rmtree(self.folder / "d.part", ignore_errors=True)


if __name__ == "__main__":
    sys.exit(fuzzing.main(Results))
