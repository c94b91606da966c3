"""`comity measures`: the presets of measures, what they do, and what is known of them."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson

if TYPE_CHECKING:
    from model.scenario import Preset

SHOW = "show"
START = "2026-01-01"
"""Start of the measure that is shown as an example."""


def measures(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[show NAME...]", help="Presets to show in full; none: list all.")
    ] = None,
    json: AsJson = False,
) -> int:
    """List the presets of measures, or show how one is written, what it does, and the evidence for it."""
    from model.scenario import preset_table

    output = Output(json)
    presets = _chosen(words)
    if presets is not None:
        if json:
            output.json([{**preset.to_dict(), "findings": _findings(preset)} for preset in presets])
        else:
            output.text("\n".join(text_of(preset) for preset in presets).rstrip("\n"))
        return 0
    if json:
        output.json([preset.to_dict() for preset in preset_table().values()])
    else:
        _print(output, list(preset_table().values()))
    return 0


def _chosen(words: list[str] | None) -> list[Preset] | None:
    """The presets to show; None for the list."""
    from model.errors import InputError
    from model.scenario import preset_table
    from model.scenario.presets import unknown_preset

    if not words:
        return None
    first, *names = words
    if first != SHOW or not names:
        known = first in preset_table()
        raise InputError(
            f"{' '.join(words)!r} is not possible", where="measures", nearest=f"show {first}" if known else "",
            allowed="nothing, or show and names of presets",
        )  # fmt: skip
    for name in names:
        if name not in preset_table():
            raise unknown_preset(name, "measures show")
    return [preset_table()[name] for name in names]


def _print(output: Output, presets: list[Preset]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for heading in ("name", "group", "main effect", "default", "range", "unit", "status"):
        number = heading in ("default", "range")
        table.add_column(heading, overflow="fold", justify="right" if number else "left", no_wrap=heading != "unit")
    for preset in presets:
        low, high = preset.measure.range or (preset.default, preset.default)
        table.add_row(
            preset.name, preset.measure.group, preset.main.removeprefix("effects."), f"{preset.default:g}", f"{low:g} to {high:g}", preset.unit,
            preset.measure.status,
        )  # fmt: skip
    output.table(table)
    output.text("`comity measures show NAME` says what one does and what is known of it.")


# --- one preset, whole ----------------------------------------------------------------------------------------------


def text_of(preset: Preset) -> str:
    """A preset as a piece of a scenario file: what one would write, and as comments all that it brings and rests on."""
    from model.errors import as_written

    measure = preset.measure
    low, high = measure.range or (preset.default, preset.default)
    lines = [
        f"# {measure.title}: {measure.group}.",
        *_comment(f"{preset.about}."),
        f"[measures.{preset.name}]",
        *(f"{key} = {value}" for key, value in _example(preset)),
        "",
        f"# Tried without a file: --add {quote(_addition(preset))}",
        *_comment(
            f"Main effect: {preset.main} = {preset.default:g}, range {low:g} to {high:g}"
            f"{f' ({preset.unit})' if preset.unit not in ('', '1') else ''}; {measure.status}."
        ),
        "# What it brings; write any of it in the measure to change it:",
        *(f"#   {path} = {as_written(value)}" for path, value in preset.effects.items()),
        *_comment(f"Evidence: {measure.evidence}."),
        *_comment(f"Source: {measure.source}."),
    ]
    findings = _findings(preset)
    if findings:
        lines += ["# Rows of the evidence that it stands for:"]
    for row in findings:
        note = f" Here: {row['note']}." if row["note"] else ""
        said = f"{row['what']} ({row['instances']}): {row['size']}.{note} {row['source']}, {row['url']}"
        lines += _comment(said, "- ", "  ")
    return "\n".join(lines) + "\n"


def _addition(preset: Preset) -> str:
    return f"{preset.name},start={START},{preset.example}"


def _example(preset: Preset) -> list[tuple[str, str]]:
    """Keys and values as one would write them; sides as dotted keys, for they are merged with what the preset says of them."""
    from model.errors import as_written
    from model.scenario.adding import with_additions

    (measure,) = with_additions({}, [_addition(preset)], None, [])["measures"].values()
    keys = [(key, value) for key, value in measure.items() if not isinstance(value, dict)]
    for side in ("from", "to"):
        keys += [(f"{side}.{key}", value) for key, value in measure.get(side, {}).items()]
    return [(key, as_written(value)) for key, value in keys]


def _findings(preset: Preset) -> list[dict[str, str]]:
    from dataclasses import asdict

    from model.evidence import findings_of

    return [asdict(row) for row in findings_of(preset.name)]


def _comment(text: str, first: str = "", rest: str = "") -> list[str]:
    from textwrap import wrap

    return wrap(text, 118, initial_indent=f"# {first}", subsequent_indent=f"# {rest}", break_long_words=False,
                break_on_hyphens=False)  # fmt: skip
