# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a file holds what it states, as output/README.md tells of content_sha256: nothing is drawn of one that does not."""
import hashlib
import struct

import h5py
import numpy

LEFT_OUT = {b"content_sha256", b"complete", b"DIMENSION_LIST", b"REFERENCE_LIST"}
PART = 1 << 24  # bytes of a dataset that are in memory at once


class Digest:
    """Of names, shapes and attributes, and apart of values; then of both."""

    def __init__(self, file):
        self.words, self.values = hashlib.sha256(b".\0"), hashlib.sha256()
        self.add_attributes(file)
        h5py.h5o.visit(file.id, lambda name: self.add(name, file[name]), idx_type=h5py.h5.INDEX_CRT_ORDER, order=h5py.h5.ITER_INC)
        self.words.update(self.values.digest())
        self.hex = self.words.hexdigest()

    def add(self, name, thing):
        self.words.update(name + b"\0")
        if isinstance(thing, h5py.Dataset):
            self.add_dataset(thing)
        self.add_attributes(thing)

    def add_shape(self, sizes, width):
        """Width 0: texts."""
        self.words.update(struct.pack(f"={2 + len(sizes)}Q", len(sizes), width, *sizes))

    def add_dataset(self, data):
        texts = h5py.check_string_dtype(data.dtype) is not None
        self.add_shape(data.shape, 0 if texts else data.dtype.itemsize)
        if data.id.get_storage_size() > 0:  # else a dimension without values
            rows = max(1, PART // (data.dtype.itemsize * int(numpy.prod(data.shape[1:], dtype=numpy.int64))))
            for first in range(0, data.shape[0], rows):
                part = data[first:first + rows]
                self.values.update(b"".join(label + b"\0" for label in part) if texts else part.tobytes())
        if not h5py.h5ds.is_scale(data.id):
            for dimension in data.dims:
                for scale in dimension.values():
                    self.words.update(scale.name[1:].encode() + b"\0")

    def add_attributes(self, thing):
        """In the order in which they were made."""
        names = []
        h5py.h5a.iterate(thing.id, lambda name, *_: names.append(name), index_type=h5py.h5.INDEX_CRT_ORDER, order=h5py.h5.ITER_INC)
        for name in names:
            if name not in LEFT_OUT:
                attribute = h5py.h5a.open(thing.id, name)
                kind = attribute.get_type()
                values = numpy.empty(attribute.shape, dtype=f"V{kind.get_size()}")
                attribute.read(values, mtype=kind)
                self.words.update(name + b"\0")
                self.add_shape(attribute.shape, kind.get_size())
                self.words.update(values.tobytes())


def fault(file):
    """What is wrong with an open file; None: nothing."""
    wrong = []

    def look(name, link):
        if link.type != h5py.h5l.TYPE_HARD:
            wrong.append(f"{name.decode(errors='replace')} is a link that leads elsewhere")
        elif isinstance(thing := file[name], h5py.Dataset) and (thing.external or thing.is_virtual):
            wrong.append(f"{name.decode(errors='replace')} is stored outside of the file")

    file.id.links.visit(look, info=True)
    if not wrong and Digest(file).hex != file.attrs["content_sha256"].decode():
        wrong.append("its content does not have the SHA-256 that it states")
    return wrong[0] if wrong else None
