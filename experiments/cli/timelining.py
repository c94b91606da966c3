"""`comity timeline`: a scenario's measures on a time axis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import Output
from .settings import Additions, AsJson, Force, ScenarioName, Settings, overrides

if TYPE_CHECKING:
    from model.scenario import Scenario

GROUPS = {"restriction": "R", "incentive": "I", "context": "C"}
"""Kinds of measures as figures have them."""
OutFile = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Figure, .png or .svg; default: NAME-timeline.png here.")
]


def timeline(
    name: ScenarioName,
    set_: Settings = None,
    add: Additions = None,
    out: OutFile = None,
    force: Force = False,
    json: AsJson = False,
) -> int:
    """Draw the measures of a scenario on a time axis, by kind and issuer, and print them as a table."""
    from model.scenario import load_scenario

    scenario = load_scenario(name, overrides(set_), add or [])
    path = _checked(out or Path(f"{scenario.name}-timeline.png"), force)
    output = Output(json)
    from ..figures import draw_timeline

    try:
        draw_timeline(scenario, path)
    except OSError as error:
        from model.errors import InputError

        raise InputError(f"cannot be written: {error.strerror}", where=str(path)) from None
    entries = entries_of(scenario)
    if json:
        output.json({"figure": str(path), "measures": entries})
        return 0
    _print(output, entries)
    output.text(str(path))
    return 0


def _checked(path: Path, force: bool) -> Path:
    """The figure's file: of a kind that can be drawn, in a folder that is there, and not another file by mistake."""
    from model.errors import InputError, nearest_name

    from ..figures.style import SUFFIXES

    if path.suffix not in SUFFIXES:
        raise InputError(
            f"{path.suffix or 'no suffix'} is no kind of figure", where=f"--out {path}", allowed=" or ".join(SUFFIXES),
            nearest=nearest_name(path.suffix, SUFFIXES),
        )  # fmt: skip
    if not path.parent.is_dir():
        raise InputError("there is no such folder", where=f"--out {path.parent}", allowed="a folder that is there")
    if path.exists() and not force:
        raise InputError("is there already", where=str(path), allowed="--force to replace it, or --out with another")
    return path


def entries_of(scenario: Scenario) -> list[dict[str, Any]]:
    """Measures by date as JSON types: name, title, kind, issuer, dates, preset, and what they do."""
    by_date = sorted(scenario.measures.items(), key=lambda item: (item[1].start, item[0]))
    return [
        {
            "name": name, "title": m.title, "group": m.group, "issuer": m.issuer, "start": m.start.isoformat(),
            "end": m.end.isoformat() if m.end else None, "lag_years": m.lag_years, "ramp_years": m.ramp_years,
            "enabled": m.enabled, "preset": m.preset, "changes": m.changes(), "status": m.status,
        }
        for name, m in by_date
    ]  # fmt: skip


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return f"of {len(value)}"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _print(output: Output, entries: list[dict[str, Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading, width in (("", 1), ("start", 10), ("end", 10), ("name", None), ("issuer", 12), ("what it does", None)):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("", "start", "end", "name"), max_width=width)
    for entry in entries:
        table.add_row(
            GROUPS[entry["group"]], entry["start"], entry["end"] or "", entry["name"], entry["issuer"], _words(entry)
        )
    output.table(table)
    output.text("R restriction, I incentive, C context")


def _words(entry: dict[str, Any]) -> str:
    """Preset and changes of a measure; the tables that the changed keys stand in are left out."""
    changes = ", ".join(f"{path.rsplit('.', 1)[-1]} {_short(value)}" for path, value in entry["changes"].items())
    words = ": ".join(part for part in (entry["preset"], changes) if part)
    return words if entry["enabled"] else f"off ({entry['preset']})" if entry["preset"] else "off"
