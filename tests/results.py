"""What tests read of result files, by path of the outcome: the layout is in output/README.md."""
import h5py


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def labels(group, name):
    return [text(label) for label in group[name][()]]


class Result:
    """An open result. `period` is "annual" or "horizon"."""

    def __init__(self, path, mode="r"):
        self.file = h5py.File(path, mode)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def outcomes(self, period="horizon"):
        return labels(self.file[period], "outcome")

    def at(self, group, outcome, along="outcome"):
        """The place of an outcome along a coordinate of a group."""
        return labels(self.file[group], along).index(outcome)

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
        return self.file["inputs/value"][self.inputs().index(path)]

    def diagnostic(self, path):
        return self.file["diagnostics/value"][labels(self.file["diagnostics"], "diagnostic").index(path)]
