"""`comity attribute`: how much of a change each measure explains."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import Output
from .settings import (
    Additions,
    AsJson,
    Force,
    Jobs,
    NoFigures,
    Out,
    Quiet,
    Replicates,
    ScenarioName,
    Seed,
    Settings,
    overrides,
)
from .staging import drawn, staged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.scenario import Scenario

    from ..attributing import Attribution, Player

ATTRIBUTION = "attribution.json"

Baseline = Annotated[str, typer.Option("--baseline", metavar="B", help="Scenario that it is held against.")]
OutcomeText = Annotated[
    str,
    typer.Option(
        "--outcome",
        metavar="INDICATOR:PAIR:PERIOD",
        help="What changes, such as partnerships.count:Russia-West:2022-2023.",
    ),
]
ByKind = Annotated[bool, typer.Option("--groups", help="Put the measures of one preset together.")]
Groups = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="NAME=MEASURE,...", help="Put these measures together; may be repeated."),
]
Exact = Annotated[bool, typer.Option("--exact", help="Run all coalitions, up to 12 measures or groups.")]
Pairs = Annotated[
    int | None, typer.Option("--orders", min=1, help="Pairs of orders drawn for each replicate; default: 2.")
]


def attribute(
    scenario: ScenarioName,
    baseline: Baseline,
    outcome: OutcomeText,
    groups: ByKind = False,
    group: Groups = None,
    exact: Exact = False,
    orders: Pairs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    jobs: Jobs = None,
    set_: Settings = None,
    add: Additions = None,
    out: Out = None,
    force: Force = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Say how much of the change against a baseline each measure, or group of measures, explains (Shapley values)."""
    from datetime import UTC, datetime

    from model.scenario import load_scenario

    from ..attributing import players_of
    from ..attributing.outcome import read_outcome
    from ..comparing import to_one_end
    from ..results import choose_folder
    from ..runner import resolved

    started, output = datetime.now(UTC), Output(json, quiet)
    changes = overrides(set_, replicates, seed)
    base = resolved(load_scenario(baseline, changes))
    other = resolved(load_scenario(scenario, changes, add or []), base.run.replicates, base.run.seed)
    (base, other), notes = to_one_end([base, other])
    players = players_of(base, other, by_kind=groups, groups=[_group(text) for text in group or []])
    wanted = read_outcome(outcome, other)
    target = choose_folder(f"{other.name}-attributed", other.content_hash(), out)
    with staged(output, target, force, kind="attribution", started=started, data=base.world.data) as (folder, manifest):
        found = _run(output, base, other, players, wanted, exact, orders, jobs)
        write_attribution(folder / ATTRIBUTION, found)
        for name, part in (("baseline", base), ("scenario", other)):
            (folder / f"{name}.resolved.toml").write_text(part.to_toml(), encoding="utf-8")
        complete = no_figures or drawn(output, lambda: _draw(folder, found))
        manifest |= {
            "scenarios": {part.name: part.content_hash() for part in (base, other)},
            "run": {"seed": base.run.seed, "replicates": base.run.replicates},
        }
    if json:
        output.json({"folder": str(target), "notes": notes, **found.to_dict()})
    else:
        _print(output, found, notes)
    output.say("done", f"{target} (seed {base.run.seed})", folder=str(target))
    return 0 if complete else 3


def _group(text: str) -> tuple[str, list[str]]:
    """A group of measures from "NAME=A,B"."""
    from model.errors import InputError, as_written

    name, sign, members = text.partition("=")
    named = [member.strip() for member in members.split(",") if member.strip()]
    if not sign or not name.strip() or not named:
        raise InputError(f"{as_written(text)} is no group", where="--group", allowed="NAME=MEASURE,MEASURE,...")
    return name.strip(), named


def _run(
    output: Output,
    base: Scenario,
    other: Scenario,
    players: Sequence[Player],
    wanted: Any,
    exact: bool,
    orders: int | None,
    jobs: int | None,
) -> Attribution:
    from ..attributing import attribute as attribute_change
    from ..attributing.attribution import PAIRS
    from .running import announce

    announce(output, f"{other.name} against {base.name}, {len(players)} players", base.run.replicates, base.run.seed)
    with output.progress(other.name) as listener:
        return attribute_change(
            base,
            other,
            players,
            wanted,
            exact=True if exact else None,
            pairs=PAIRS if orders is None else orders,
            jobs=jobs,
            on_progress=listener,
        )


def write_attribution(path: Path, found: Attribution) -> None:
    """Write an attribution as JSON."""
    from json import dumps

    path.write_text(dumps(found.to_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _print(output: Output, found: Attribution, notes: Sequence[str]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from ..attributing.wording import lines, table

    headings, rows = table(found)
    shown = Table(box=SIMPLE_HEAD)
    for place, heading in enumerate(headings):
        shown.add_column(heading, justify="left" if place == 0 else "right")
    for row in rows:
        shown.add_row(*row)
    output.table(shown)
    for line in (*lines(found), *(f"Note: {note}." for note in notes)):
        output.text(line)


def _draw(folder: Path, found: Attribution) -> None:
    from ..figures import draw_contributions

    draw_contributions(folder, found)
