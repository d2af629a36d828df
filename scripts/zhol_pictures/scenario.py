# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenario inside of a result says of the routes, legs, flows and energy of its outcomes, and what they are called."""
from zhol_pictures.results import Refused, text


class Scenario:
    """The merged scenario of a result, all values as texts."""

    def __init__(self, result):
        try:
            import yaml
        except ModuleNotFoundError:
            raise Refused("Python has no module yaml, which this picture needs; apt-get install python3-yaml", 1) from None
        self.path = result.path
        try:  # names such as `no` are texts, not truths
            read = yaml.load(text(result.file.attrs["scenario"]), getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        except (yaml.YAMLError, RecursionError, ValueError):
            raise Refused(f"{result.path} is damaged: the scenario in it cannot be read") from None
        self.tree = read if isinstance(read, dict) else {}

    def at(self, *names):
        """What stands at a path; None where nothing does."""
        found = self.tree
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def entries(self, *names):
        """The names below a path, in the order of the file."""
        found = self.at(*names)
        return [name for name in found if isinstance(name, str)] if isinstance(found, dict) else []

    def words(self, *names):
        """A text, or a list of texts, as a list."""
        found = self.at(*names)
        return [word for word in (found if isinstance(found, list) else [found]) if isinstance(word, str)]

    def title(self, *names):
        """What a thing is called: its `title`, else its name."""
        return (self.words(*names, "title") or [names[-1]])[0]

    def unit(self, flow):
        """In what a flow is counted."""
        return (self.words("commodities", self.commodity(flow), "unit") or ["1"])[0]

    def commodity(self, flow):
        return (self.words("flows", flow, "commodity") or [""])[0]

    def corridor(self, name):
        """Its routes: a list, or what a map calls `routes`."""
        return self.words("outcomes", "corridors", name) or self.words("outcomes", "corridors", name, "routes")

    def flows(self):
        """Those that have routes."""
        return [flow for flow in self.entries("flows") if self.routes(flow)]

    def routes(self, flow):
        """The ways of a flow by route: lists of legs."""
        return {route: self.words("flows", flow, "routes", route, "via") for route in self.entries("flows", flow, "routes")}
