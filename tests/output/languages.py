#!/usr/bin/env python3
"""Opens results with R (hdf5r) and Octave: all that they read is compared with what h5py reads, and the pictures of guide/reading-results.md are drawn.

Usage: languages.py ZHOL SCENARIOS
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import h5py
import numpy

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
KAZAKHSTAN, MINIMAL = str(SCENARIOS / "kazakhstan-2019.yaml"), str(SCENARIOS / "minimal.yaml")
RESULTS = {  # by file, the words that make it
    "kazakhstan-2019.h5": [KAZAKHSTAN, "-n", "300"],
    "compressed.h5": [KAZAKHSTAN, "-n", "300", "--compress"],
    "sketched.h5": [KAZAKHSTAN, "-n", "700", "--memory", "10MB", "--save", "drivers.*"],
    "chunks.h5": [MINIMAL, "-n", "20000", "--save", "*", "--compress"],  # two to a row
    "wild.h5": ["wild.yaml", "-n", "64"],
}
WILD = """scenario: wild
time: {base: 2019-07, start: 2020-07, months: 240}
drivers: {x: {model: gbm, start: 1e38 USD, drift: 50 %/yr, sigma: 5}}
"""
# Of each dataset named: a line with its place and its shape; its values, as they are in memory, to values.bin. The paths of
# the outcomes, which Octave cannot read as strings, are an attribute.
OCTAVE = """pkg load netcdf
words = argv();
out = fopen("values.bin", "w");
for i = 2:numel(words)
  value = ncread(words{1}, words{i});
  printf("%s%s\\n", words{i}, sprintf(" %d", size(value)));
  fwrite(out, value, "double");
end
fclose(out);
out = fopen("texts", "w");
fputs(out, [ncreadatt(words{1}, "/horizon", "outcomes") "\\n"]);
fclose(out);
"""
# The same of all datasets of the groups named; labels, a line each, to texts.
R = """suppressMessages(library(hdf5r))
words <- commandArgs(trailingOnly = TRUE)
file <- H5File$new(words[1], "r")
out <- file("values.bin", "wb")
texts <- file("texts", "w")
for (group in words[-1])
  for (name in list.datasets(file[[group]])) {
    data <- file[[paste0(group, "/", name)]]
    value <- data$read()
    cat("/", group, "/", name, " ", paste(data$dims, collapse = " "), "\\n", sep = "")
    if (is.character(value)) writeLines(value, texts) else writeBin(as.double(value), out)
    data$close()
  }
close(out)
close(texts)
file$close_all()
"""
ATTRIBUTES = """suppressMessages(library(hdf5r))
file <- H5File$new(commandArgs(trailingOnly = TRUE)[1], "r")
for (name in h5attr_names(file)) {
  value <- h5attr(file, name)
  cat(name, "\\n", if (is.character(value)) value else format(value, digits = 17), "\\n\\f", sep = "")
}
cat("units\\n", h5attr(file[["annual/time"]], "units"), "\\n\\f", sep = "")
file$close_all()
"""
GROUPS = ["annual", "horizon", "inputs", "diagnostics", "samples/annual", "samples/horizon"]


class Languages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        (cls.folder / "wild.yaml").write_text(WILD)
        for name, words in RESULTS.items():
            subprocess.run([ZHOL, "run", *words, "-o", name, "--progress", "none"], cwd=cls.folder, capture_output=True)
        os.rename(cls.folder / "wild.h5.failed", cls.folder / "wild.h5")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def run_program(self, command, text, *words):
        """What it prints. Without a display."""
        (self.folder / "program").write_text(text)
        environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        run = subprocess.run([*command, "program", *words], cwd=self.folder, capture_output=True, text=True, env=environment)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def octave(self, text, *words):
        return self.run_program(["octave", "--no-gui", "--quiet", "--no-init-file"], text, *words)

    def r(self, text, *words):
        return self.run_program(["Rscript", "--vanilla"], text, *words)

    def check_values(self, file, printed, expected):
        """Each dataset expected is there with its shape reversed and the values that h5py reads; gives those of labels."""
        lines = [line.split(" ") for line in printed.splitlines()]
        self.assertEqual(sorted(line[0] for line in lines), sorted(expected))
        values, at, texts = numpy.fromfile(self.folder / "values.bin"), 0, []
        for name, *shape in lines:
            data = file[name]
            # Octave has no vectors, and neither knows a dimension of 1 at the end
            squeezed = [size for size in data.shape[::-1] if size != 1]
            self.assertEqual([int(size) for size in shape if int(size) != 1], squeezed, name)
            if data.dtype.kind == "O":
                texts += data.asstr()[:].tolist()
                continue
            numpy.testing.assert_array_equal(values[at: at + data.size], data[()].astype(float).ravel(), name)
            at += data.size
        self.assertEqual(at, len(values))
        return texts

    def texts(self):
        return (self.folder / "texts").read_text().splitlines()

    def test_octave_reads_all_numbers_and_the_paths(self):
        for name in RESULTS:
            with self.subTest(file=name), h5py.File(self.folder / name) as file:
                numbers = [data.name for group in GROUPS for data in file[group].values() if data.dtype.kind != "O"
                           and not data.attrs.get("NAME", b"").startswith(b"This is a netCDF dimension but not a netCDF variable")]
                self.assertGreater(len(numbers), 40)
                self.check_values(file, self.octave(OCTAVE, name, *numbers), numbers)
                self.assertEqual(self.texts(), file["horizon/outcome"].asstr()[:].tolist())

    def test_r_reads_all_numbers_and_labels(self):
        for name in RESULTS:
            with self.subTest(file=name), h5py.File(self.folder / name) as file:
                expected = [data.name for group in GROUPS for data in file[group].values()]
                texts = self.check_values(file, self.r(R, name, *GROUPS), expected)
                self.assertGreater(len(texts), 10)
                self.assertEqual(self.texts(), texts)

    def test_r_reads_the_attributes_of_the_file(self):
        for name in ("kazakhstan-2019.h5", "sketched.h5"):
            with self.subTest(file=name), h5py.File(self.folder / name) as file:
                read = dict(part.split("\n", 1) for part in self.r(ATTRIBUTES, name).split("\f") if part)
                self.assertEqual(read.pop("units"), "days since 1970-01-01\n")
                self.assertEqual(set(read), set(file.attrs))
                for key, value in file.attrs.items():
                    if isinstance(value, bytes):
                        self.assertEqual(read[key], value.decode() + "\n", key)
                    else:
                        self.assertEqual(float(read[key]), float(value), key)

    def snippet(self, language):
        return re.search(rf"```{language}\n(.*?)```", (SCENARIOS.parent / "guide/reading-results.md").read_text(), re.S)[1]

    def drawn(self, name):
        path = self.folder / name
        self.assertTrue(path.exists())
        data = path.read_bytes()
        path.unlink()
        return data

    def test_the_first_look_in_octave_draws_a_picture(self):
        self.octave(self.snippet("octave"))
        picture = xml.etree.ElementTree.fromstring(self.drawn("brent.svg"))
        texts = {"".join(text.itertext()).strip() for text in picture.iter("{http://www.w3.org/2000/svg}text")}
        self.assertLessEqual({"USD/bbl", "5 %", "50 %", "95 %", "2020"}, texts)

    def test_the_first_look_in_r_draws_a_picture(self):
        self.r(self.snippet("r"))
        picture = self.drawn("brent.png")
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        self.assertGreater(len(picture), 5000)  # an empty one has 2 kB


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
