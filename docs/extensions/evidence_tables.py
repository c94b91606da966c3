"""Tables of the pages about measures and their evidence: presets, findings, dated events, money, growth, questions.

Directives: `presets GROUP`, `findings KIND`, `events`, `money YEAR...`, `growth SCENARIO`, `questions`.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from generated_tables import changes, literal, number, table, unit
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Presets(SphinxDirective):
    """Presets of a group: what they are, what they do, and where the size comes from."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        from model.scenario import preset_table

        rows = []
        for name, preset in preset_table().items():
            measure = preset.measure
            if measure.group == self.arguments[0] and measure.range is not None:
                low, high = measure.range
                size = f"{number(preset.default)} ({number(low)} to {number(high)}) {unit(preset.unit)}".strip()
                main = preset.main.removeprefix("effects.")
                rows.append((literal(name), preset.about, changes(preset.effects), f"`{main}` {size}", measure.status))
        if not rows:
            raise self.error("the groups of presets are incentive and restriction")
        headings = ("preset", "what it is", "what it brings", "main effect and its range", "status")
        return [table(headings, rows, (16, 30, 28, 18, 8))]


class Findings(SphinxDirective):
    """Rows of evidence about mechanisms or sanctions, and the preset that stands for each."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        from model import evidence

        if self.arguments[0] not in ("mechanisms", "sanctions"):
            raise self.error("there are findings on mechanisms and on sanctions")
        rows = [
            (row.what, row.instances, row.size, address(row.source, row.url), literal(row.preset) if row.preset else "–",
             row.note)
            for row in getattr(evidence, self.arguments[0])()
        ]  # fmt: skip
        return [table(("what", "instances", "size found", "source", "preset", "note"), rows, (14, 22, 26, 12, 12, 14))]


class Events(SphinxDirective):
    """The dated events, and the measures of the hindcast that stand for them."""

    def run(self) -> list[nodes.Node]:
        from model.evidence import timeline

        rows = [
            (
                row.date,
                row.event,
                ", ".join(f"`{name}`" for name in row.measures) or row.note,
                address(row.source, row.url),
            )
            for row in timeline()
        ]
        return [table(("date", "event", "measure, or why none", "source"), rows, (10, 46, 26, 18))]


class Money(SphinxDirective):
    """What a unit of each currency was worth in some years; the arguments are the years."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        from model.evidence import conversions

        years = {int(year) for year in self.arguments[0].split()}
        rows = [
            (
                row.currency,
                str(row.year),
                number(row.factor),
                f"{number(row.low)} to {number(row.high)}",
                row.status,
                row.source,
            )
            for row in conversions().values()
            if row.year in years
        ]
        return [
            table(("currency", "year", "2017 PPP dollars", "range", "status", "source"), rows, (8, 6, 12, 14, 10, 50))
        ]


class Growth(SphinxDirective):
    """Growth of national inputs beyond their data in a scenario."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        from model.scenario import load_scenario

        rows = [
            (code, f"{row.publications:g}", " to ".join(f"{bound:g}" for bound in row.range or ()), row.source)
            for code, row in load_scenario(self.arguments[0]).inputs.growth.items()
        ]
        return [table(("country", "growth of publications, log a year", "range", "source"), rows, (10, 30, 20, 40))]


class Questions(SphinxDirective):
    """Packaged scenarios with their questions."""

    def run(self) -> list[nodes.Node]:
        from model.scenario import load_scenario, packaged_scenarios

        rows = []
        for name in packaged_scenarios():
            scenario = load_scenario(name)
            rows.append(
                (literal(name), scenario.question, f"{scenario.time.show_from.year} to {scenario.time.end.year - 1}")
            )
        return [table(("scenario", "question", "years shown"), rows, (20, 66, 14))]


def address(source: str, url: str) -> nodes.Node:
    """A source, as a link where it has an address."""
    return nodes.reference("", source, refuri=url) if url.startswith("http") else nodes.Text(source)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives."""
    app.add_directive("presets", Presets)
    app.add_directive("findings", Findings)
    app.add_directive("events", Events)
    app.add_directive("money", Money)
    app.add_directive("growth", Growth)
    app.add_directive("questions", Questions)
    return {"parallel_read_safe": True}
