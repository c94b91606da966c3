"""Tables and numbers of the pages, read from the code that uses them: no number stands in two places.

Directives: `settings NAME` (keys of a table of scenario files), `parameters GROUP...`, `terms`, `indicators WHICH`,
`measures SCENARIO`, `commands`, `layers`, `query-tables`. Roles: `param`, a default with unit and status; `setting`, the
default of a key of scenario files; `constant`, a value of a module.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

Cell = str | nodes.Node
PROJECT = Path(__file__).parents[2] / "pyproject.toml"


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
    """A number in as few digits as say enough."""
    return f"{int(value):,}" if value == int(value) else f"{value:.4g}"


def unit(name: str) -> str:
    """A unit; nothing for plain numbers."""
    return "" if name == "1" else name


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
        inner = allowed(schema.get("items", {})).replace("text", "texts").replace("date", "dates")
        return f"list of {len(items)} numbers" if items else f"list of {inner}"
    if not kind:
        return "values"
    if kind == "object":
        return "tables by name"
    if schema.get("format") == "date":
        return "date"
    plain = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}[kind]
    return " ".join([plain, limits(schema)]).strip()


def limits(schema: dict[str, Any]) -> str:
    """Limits of a number."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{number(low)} to {number(high)}"
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    parts = ((">", above), ("≥", low), ("<", below), ("≤", high))
    return ", ".join(f"{sign} {number(value)}" for sign, value in parts if value is not None)


def default(schema: dict[str, Any]) -> Cell:
    """The default, as a file has it."""
    if "default" not in schema and "$ref" not in schema and schema.get("type") != "object":
        return "required"
    value = schema.get("default")
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return literal(str(value).lower())
    return literal(number(value) if isinstance(value, float) else str(value))


def tables_of_files() -> dict[str, dict[str, Any]]:
    """Name -> JSON Schema of every table that files of scenarios, sweeps and lessons may hold."""
    from experiments.sweeping.schema import SweepFile
    from experiments.teach.lesson import Lesson
    from model.scenario import json_schema

    scenario, sweep = json_schema(), SweepFile.model_json_schema()
    # the reader of files fills these in
    scenario["properties"]["name"]["default"] = "the file's name"
    scenario["properties"]["extends"]["default"] = None
    lesson = Lesson.model_json_schema()
    return {
        **lesson["$defs"],
        "Lesson": lesson,
        **sweep["$defs"],
        "SweepFile": sweep,
        **scenario["$defs"],
        "Scenario": scenario,
    }


class Settings(SphinxDirective):
    """Keys of one table of files of scenarios, sweeps or lessons, from the JSON Schema. The argument is its name there."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        known = tables_of_files()
        name = self.arguments[0]
        if name not in known:
            raise self.error(
                f"there is no table {name} in files of scenarios, sweeps or lessons; there are {', '.join(known)}"
            )
        rows = [
            (literal(key), allowed(value), default(value), unit(value.get("unit", "")), value["description"])
            for key, value in known[name]["properties"].items()
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
                unit(row.unit),
                f"{number(row.low)} to {number(row.high)}",
                f"{number(row.prior[0])} to {number(row.prior[1])}" if row.prior else "",
                row.status,
                row.source,
            )
            for row in parameter_table()
            if row.name.split(".")[0] in groups
        ]
        headings = ("parameter", "meaning", "default", "unit", "range", "prior", "status", "source")
        return [table(headings, rows, (20, 24, 8, 11, 11, 11, 10, 24))]


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
    """Indicators with unit and definition. The argument says which: periods, counts, snapshots, or runs (of two)."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        from model.indicators import FROM_COUNTS, OF_SNAPSHOTS, OF_TWO_RUNS
        from model.recording import INDICATORS

        plain = {"periods": INDICATORS, "runs": OF_TWO_RUNS}
        told = {"counts": FROM_COUNTS, "snapshots": OF_SNAPSHOTS}
        name = self.arguments[0]
        if name in plain:
            rows = [(literal(key), unit, definition) for key, (unit, definition) in plain[name].items()]
            return [table(("indicator", "unit", "definition"), rows, (24, 18, 58))]
        if name not in told:
            raise self.error(f"there are no indicators {name}; there are {', '.join([*plain, *told])}")
        found = [(literal(key), row.unit, row.of.value, row.definition) for key, row in told[name].items()]
        return [table(("indicator", "unit", "pair", "definition"), found, (28, 14, 18, 40))]


class Measures(SphinxDirective):
    """Measures of a scenario, with their dates, what they do, and where the size comes from."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        from model.scenario import load_scenario

        rows = [
            (literal(name), m.title, f"{m.start} to {m.end or '–'}", effect_of(m), m.status, m.evidence)
            for name, m in load_scenario(self.arguments[0]).measures.items()
        ]
        return [table(("measure", "what", "dates", "effect", "status", "evidence"), rows, (16, 20, 14, 18, 8, 36))]


def effect_of(measure: Any) -> str:
    """What a measure does, by its own account; nothing where it is switched off."""
    return changes(measure.changes()) if measure.enabled else "nothing by itself"


def changes(values: dict[str, Any]) -> str:
    """Dotted paths and values in words, without the tables of effects and projects."""
    parts = []
    for path, value in values.items():
        key = path.removeprefix("effects.").removeprefix("projects.")
        if isinstance(value, int | float):
            parts.append(f"{key} {number(value)}")
        else:
            parts.append(f"{key} `{value if isinstance(value, str) else ', '.join(value)}`")
    return ", ".join(parts)


class Commands(SphinxDirective):
    """Commands with the first sentence of their help."""

    def run(self) -> list[nodes.Node]:
        from experiments.cli.app import COMMANDS

        rows = [
            (literal(f"comity {name}"), (function.__doc__ or "").split("\n\n")[0])
            for name, function in COMMANDS.items()
        ]
        return [table(("command", "what it does"), rows, (24, 76))]


class Layers(SphinxDirective):
    """Layers of imports, from the settings of import-linter: a column for each package that has them."""

    def run(self) -> list[nodes.Node]:
        settings = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]
        layers = {c["containers"][0]: c["layers"] for c in settings["contracts"] if c["type"] == "layers"}
        cells = [
            [", ".join(f"`{name.strip()}`" for name in layer.split("|")) for layer in of] for of in layers.values()
        ]
        return [table(tuple(layers), zip_longest(*cells, fillvalue=""), [100 // len(layers)] * len(layers))]


class QueryTables(SphinxDirective):
    """Tables of `comity query`, and the columns that each has in every sweep."""

    def run(self) -> list[nodes.Node]:
        from experiments.querying.tables import TABLES

        rows: list[Sequence[Cell]] = []
        for name, (what, columns) in TABLES.items():
            rows.append((literal(name), "", what))
            rows += [("", literal(column), meaning) for column, meaning in columns]
        return [table(("table", "column", "what it is"), rows, (14, 24, 62))]


class Param(SphinxRole):
    """The default of a parameter, with its unit and status."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        from model.parameters import parameter_table

        known = {row.name: row for row in parameter_table()}
        if self.text not in known:
            message = self.inliner.reporter.error(f"there is no parameter {self.text}", line=self.lineno)
            return [], [message]
        row = known[self.text]
        known_as = ", ".join(part for part in (unit(row.unit), row.status) if part)
        return [nodes.inline(self.rawtext, f"{number(row.default)} ({known_as})")], []


class Setting(SphinxRole):
    """The default of a key of scenario files: `TABLE.key`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        name, _, key = self.text.partition(".")
        value = tables_of_files().get(name, {"properties": {}})["properties"].get(key)
        if value is None:
            return [], [self.inliner.reporter.error(f"there is no key {self.text}", line=self.lineno)]
        return [nodes.inline(self.rawtext, str(value["default"]))], []


class Constant(SphinxRole):
    """The value of a constant of a module or class, by its dotted name."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            value = resolve_name(self.text)
        except (ImportError, AttributeError, ValueError) as error:
            return [], [self.inliner.reporter.error(f"{self.text}: {error}", line=self.lineno)]
        return [nodes.inline(self.rawtext, constant(value))], []


def constant(value: Any) -> str:
    """A value of a module in words: numbers, and numbers by name or in a row."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {constant(item)}" for name, item in value.items())
    if hasattr(value, "tolist"):
        return ", ".join(number(item) for item in value.tolist())
    return number(value) if isinstance(value, int | float) else str(value)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives and roles."""
    app.add_directive("settings", Settings)
    app.add_directive("parameters", Parameters)
    app.add_directive("terms", Terms)
    app.add_directive("indicators", Indicators)
    app.add_directive("measures", Measures)
    app.add_directive("commands", Commands)
    app.add_directive("layers", Layers)
    app.add_directive("query-tables", QueryTables)
    app.add_role("param", Param())
    app.add_role("setting", Setting())
    app.add_role("constant", Constant())
    return {"parallel_read_safe": True}
