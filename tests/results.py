"""What tests read of result files, by path of the outcome: the layout is in output/README.md."""
import h5py


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
