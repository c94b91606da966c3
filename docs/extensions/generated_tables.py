"""Tables and numbers of the pages, read from the code that uses them: no number stands in two places.

Directives: `settings NAME` (keys of a table of scenario files), `parameters GROUP...`, `terms`, `indicators`,
`measures SCENARIO`, `commands`. Roles: `param`, a default with unit and status; `constant`, a value of a
module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

Cell = str | nodes.Node


def words(text: str) -> list[nodes.Node]:
    """Text as nodes; `names` in backquotes become literals."""
    parts = re.split(r"`([^`]+)`", text)
    return [nodes.literal("", part) if k % 2 else nodes.Text(part) for k, part in enumerate(parts) if part]


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> nodes.table:
    """A table of text cells."""
    group = nodes.tgroup(cols=len(headings))
    group += [nodes.colspec(colwidth=width) for width in widths]
    head, body = nodes.thead(), nodes.tbody()
    head += _row(headings)
    body += [_row(row) for row in rows]
    group += [head, body]
    return nodes.table("", group, classes=["colwidths-given"])


def _row(cells: Sequence[Cell]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        content = words(cell) if isinstance(cell, str) else [cell]
        row += nodes.entry("", nodes.paragraph("", "", *content))
    return row


def literal(text: str) -> nodes.literal:
    """Text as it is written in a file."""
    return nodes.literal("", text)


def number(value: float) -> str:
    """A number as short as it can be."""
    return f"{value:.6g}"


# --- keys of scenario files ---------------------------------------------------------------------------------------


def allowed(schema: dict[str, Any]) -> str:
    """What a value may be, in words, from its JSON Schema."""
    if "$ref" in schema:
        return "table"
    if "anyOf" in schema:
        return " or ".join(allowed(part) for part in schema["anyOf"] if part.get("type") != "null")
    if "enum" in schema:
        return ", ".join(f"`{choice}`" for choice in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type", "")
    if kind == "array":
        items = schema.get("prefixItems")
        return f"list of {len(items)} numbers" if items else f"list of {allowed(schema['items'])}"
    if kind == "object":
        return "tables by name"
    if schema.get("format") == "date":
        return "date"
    plain = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}[kind]
    return " ".join([plain, limits(schema)]).strip()


def limits(schema: dict[str, Any]) -> str:
    """Limits of a number."""
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum", schema.get("gt")), schema.get("exclusiveMaximum", schema.get("lt"))
    low, high = schema.get("ge", low), schema.get("le", high)
    if low is not None and high is not None:
        return f"{number(low)} to {number(high)}"
    parts = ((">", above), ("≥", low), ("<", below), ("≤", high))
    return ", ".join(f"{sign} {number(value)}" for sign, value in parts if value is not None)


def default(schema: dict[str, Any], required: bool) -> Cell:
    """The default, as a file has it."""
    value = schema.get("default")
    if required:
        return "required"
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return literal(str(value).lower())
    return literal(str(value) if not isinstance(value, float) else number(value))


class Settings(SphinxDirective):
    """Keys of one table of scenario files, from the JSON Schema. The argument is its name there, or `Scenario`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        from model.scenario import json_schema

        schema = json_schema()
        name = self.arguments[0]
        if name != "Scenario" and name not in schema["$defs"]:
            raise self.error(f"the schema of scenario files has no {name}; it has {', '.join(schema['$defs'])}")
        part = schema if name == "Scenario" else schema["$defs"][name]
        required = set(part.get("required", ()))
        rows = [
            (literal(key), allowed(value), default(value, key in required), value.get("unit", ""), value["description"])
            for key, value in part["properties"].items()
        ]
        return [table(("key", "allowed", "default", "unit", "meaning"), rows, (18, 24, 14, 12, 42))]


# --- parameters and terms -----------------------------------------------------------------------------------------


class Parameters(SphinxDirective):
    """Rows of the table of parameters; the arguments are its groups."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        from model.parameters import parameter_table

        groups = self.arguments[0].split()
        known = {row.name.split(".")[0] for row in parameter_table()}
        if not set(groups) <= known:
            raise self.error(f"the groups of parameters are {', '.join(sorted(known))}")
        rows = [
            (
                literal(row.name),
                row.description,
                number(row.default),
                row.unit,
                f"{number(row.low)} to {number(row.high)}",
                row.status,
                row.source,
            )
            for row in parameter_table()
            if row.name.split(".")[0] in groups
        ]
        headings = ("parameter", "meaning", "default", "unit", "range", "status", "source")
        return [table(headings, rows, (22, 26, 8, 12, 12, 11, 26))]


class Terms(SphinxDirective):
    """The terms of the values, with the parameters that weigh them."""

    def run(self) -> list[nodes.Node]:
        from model.dynamics.terms import Term
        from model.parameters import parameter_table

        defaults = {row.name: number(row.default) for row in parameter_table()}
        meaning = {row.name.split(".")[1]: row.description for row in reversed(parameter_table())}
        rows = []
        for term in Term:
            name = term.name.lower()
            weights = [defaults.get(f"{group}.{name}", "") for group in ("formation", "acceptance", "maintenance")]
            if any(weights):
                rows.append((literal(name), meaning[name], *weights))
        headings = ("term", "statistic", "in v (formation)", "in the answer besides (acceptance)", "in m (maintenance)")
        return [table(headings, rows, (20, 40, 12, 16, 12))]


# --- what there is ------------------------------------------------------------------------------------------------


class Indicators(SphinxDirective):
    """Indicators with unit and definition."""

    def run(self) -> list[nodes.Node]:
        from model.recording import INDICATORS

        rows = [(literal(name), unit, definition) for name, (unit, definition) in INDICATORS.items()]
        return [table(("indicator", "unit", "definition"), rows, (24, 18, 58))]


class Measures(SphinxDirective):
    """Measures of a scenario, with their dates, what they do, and where the size comes from."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        from model.scenario import load_scenario

        rows = [
            (literal(name), m.title, f"{m.start} to {m.end or '–'}", effect_of(m), m.status, m.evidence)
            for name, m in load_scenario(self.arguments[0]).measures.items()
        ]
        return [table(("measure", "what", "dates", "effect", "size", "evidence"), rows, (16, 20, 14, 18, 8, 36))]


def effect_of(measure: Any) -> str:
    """Mode and effects of a measure that differ from doing nothing."""
    plain = type(measure.effects)()
    changed = {k: v for k, v in measure.effects.model_dump().items() if v != getattr(plain, k)}
    parts = [f"`{measure.mode}`"] if measure.mode != "none" else []
    return ", ".join(parts + [f"{name} {number(value)}" for name, value in changed.items()])


class Commands(SphinxDirective):
    """Commands with the first sentence of their help."""

    def run(self) -> list[nodes.Node]:
        from experiments.cli.app import COMMANDS

        rows = [(literal(f"comity {name}"), (function.__doc__ or "").split("\n\n")[0]) for name, function in COMMANDS.items()]
        return [table(("command", "what it does"), rows, (24, 76))]


class Param(SphinxRole):
    """The default of a parameter, with its unit and status."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        from model.parameters import parameter_table

        known = {row.name: row for row in parameter_table()}
        if self.text not in known:
            message = self.inliner.reporter.error(f"there is no parameter {self.text}", line=self.lineno)
            return [], [message]
        row = known[self.text]
        unit = "" if row.unit == "1" else f" {row.unit}"
        node = nodes.inline(self.rawtext, f"{number(row.default)}{unit}, {row.status}", classes=["parameter"])
        return [node], []


class Constant(SphinxRole):
    """The value of a constant, by its dotted name."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        module, _, name = self.text.rpartition(".")
        try:
            value = getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            return [], [self.inliner.reporter.error(f"{self.text}: {error}", line=self.lineno)]
        return [nodes.inline(self.rawtext, number(value) if isinstance(value, (int, float)) else str(value))], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives and roles."""
    app.add_directive("settings", Settings)
    app.add_directive("parameters", Parameters)
    app.add_directive("terms", Terms)
    app.add_directive("indicators", Indicators)
    app.add_directive("measures", Measures)
    app.add_directive("commands", Commands)
    app.add_role("param", Param())
    app.add_role("constant", Constant())
    return {"parallel_read_safe": True}
