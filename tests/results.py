"""What tests read of result files, by path of the outcome: the layout is in output/README.md."""
import hashlib
import os

import h5py
import numpy

# A sanitizer makes all slower: what looks at values alone is left to the other build.
SANITIZED = "ZHOL_SANITIZER" in os.environ


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def labels(group, name):
    return [text(label) for label in group[name][()]]


def content(dataset):
    """Values that can be compared: numbers as bytes, so that what is undefined is the same, and labels as a list."""
    values = dataset[()]
    return values.tolist() if values.dtype == object else values.tobytes()


class Result:
    """An open result. `period` is "annual" or "horizon"."""

    def __init__(self, path, mode="r"):
        self.file = h5py.File(path, mode)
        self.places = {}  # of the labels along a coordinate of a group

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def outcomes(self, period="horizon"):
        return labels(self.file[period], "outcome")

    def saved(self, period):
        """The outcomes that have samples."""
        return labels(self.file[f"samples/{period}"], "outcome") if "samples" in self.file else []

    def at(self, group, outcome, along="outcome"):
        """The place of an outcome along a coordinate of a group."""
        if (group, along) not in self.places:
            self.places[group, along] = {label: place for place, label in enumerate(labels(self.file[group], along))}
        return self.places[group, along][outcome]

    def statistic(self, period, name, outcome):
        along = "threshold" if name.startswith("probability") else "outcome"
        return self.file[period][name][self.at(period, outcome, along)]

    def label(self, period, name, outcome):
        return text(self.file[period][name][self.at(period, outcome)])

    def samples(self, period, outcome):
        group = f"samples/{period}"
        return self.file[group]["value"][self.at(group, outcome)]

    def inputs(self):
        return labels(self.file["inputs"], "input") if "input" in self.file["inputs"] else []

    def input(self, path):
        return self.file["inputs/value"][self.at("inputs", path, "input")]

    def diagnostic(self, path):
        return self.file["diagnostics/value"][self.at("diagnostics", path, "diagnostic")]


def attributes_in_order(thing):
    names = []
    h5py.h5a.iterate(thing.id, lambda name, *_: names.append(name), index_type=h5py.h5.INDEX_CRT_ORDER, order=h5py.h5.ITER_INC)
    return [h5py.h5a.open(thing.id, name) for name in names]


def seal_of(file):
    """The SHA-256 of an open file by the words of output/README.md, without code of zhol's."""
    described, valued = [], []

    def number(value):
        described.append(int(value).to_bytes(8, "little"))

    def add(name):
        thing = file[name]
        described.append(name + b"\0")
        if isinstance(thing, h5py.Dataset):
            labels_of = thing.dtype == object
            for part in (thing.ndim, 0 if labels_of else thing.dtype.itemsize, *thing.shape):
                number(part)
            if thing.id.get_storage_size() > 0:
                valued.append(b"".join(label + b"\0" for label in thing[()]) if labels_of else thing[()].tobytes())
            if "CLASS" not in thing.attrs:
                described.extend(thing.dims[d][0].name.lstrip("/").encode() + b"\0" for d in range(thing.ndim) if len(thing.dims[d]) > 0)
        for attribute in attributes_in_order(thing):
            if attribute.name in (b"content_sha256", b"complete", b"DIMENSION_LIST", b"REFERENCE_LIST"):
                continue
            described.append(attribute.name + b"\0")
            width = attribute.get_type().get_size()
            for part in (len(attribute.shape), width, *attribute.shape):
                number(part)
            raw = numpy.zeros(attribute.shape, dtype=f"V{width}")
            attribute.read(raw, mtype=attribute.get_type())
            described.append(raw.tobytes())

    add(b".")
    h5py.h5o.visit(file.id, add, idx_type=h5py.h5.INDEX_CRT_ORDER, order=h5py.h5.ITER_INC)
    values = hashlib.sha256(b"".join(valued)).digest()
    return hashlib.sha256(b"".join(described) + values).hexdigest()


def reseal(path):
    """States the content that a file has now, after a test has changed it."""
    with h5py.File(path, "r+") as file:
        file.attrs["content_sha256"] = numpy.bytes_(seal_of(file))
