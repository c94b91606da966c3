"""`comity channels`: which instrument is the most effective channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson, Force, Jobs, NoFigures, Out, Quiet, Replicates, Seed, Settings, overrides
from .staging import drawn, staged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from ..ranking import Horizon, Instrument, Ranking, Setting
    from ..ranking.instruments import Pair

CHANNELS = "channels.json"

Base = Annotated[str, typer.Option("--scenario", metavar="A", help="World with sanctions in force.")]
Without = Annotated[
    str,
    typer.Option("--without", metavar="B", help="Scenario whose measures make the world without; none: leave it out."),
]
Start = Annotated[str, typer.Option("--start", metavar="DATE", help="First of January on which all instruments begin.")]
Years = Annotated[int, typer.Option("--years", min=1, help="Years that are watched.")]
Survive = Annotated[int, typer.Option("--survive", min=1, help="Years a new partnership must live to count.")]
Between = Annotated[str, typer.Option("--between", metavar="A,B", help="The two blocs or countries.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="PRESET,...", help="Only these instruments; may be repeated.")
]
Ranges = Annotated[bool, typer.Option("--ranges", help="Run both ends of the range of each main effect as well.")]


def channels(
    scenario: Base = "outlook",
    without: Without = "never-restricted",
    start: Start = "2026-01-01",
    years: Years = 10,
    between: Between = "RU,CN",
    survive: Survive = 3,
    only: Only = None,
    ranges: Ranges = False,
    replicates: Replicates = None,
    seed: Seed = None,
    jobs: Jobs = None,
    set_: Settings = None,
    out: Out = None,
    force: Force = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Rank incentive instruments by the partnerships and joint works that each brings, for a million and for a year."""
    from datetime import UTC, datetime
    from json import dumps

    from model.scenario import load_scenario
    from model.tables import read_tables
    from model.world import build_world

    from ..ranking import Horizon, instruments_of, settings_of
    from ..ranking.instruments import read_pair
    from ..ranking.wording import notes
    from ..ranking.worlds import NOTHING, names_taken
    from ..results import choose_folder
    from ..runner import resolved

    started, output = datetime.now(UTC), Output(json, quiet)
    changes = overrides(set_, replicates, seed)
    base = resolved(load_scenario(scenario, changes))
    other = None if without == NOTHING else load_scenario(without, changes)
    settings = settings_of(base, other, _day(start), years, survive)
    tables, world = read_tables(base.world.data or None), build_world(base)
    pair = read_pair(between, tables)
    chosen = [name.strip() for text in only or [] for name in text.split(",")]
    instruments = instruments_of(world, tables, pair, _day(start), names_taken(settings), chosen)
    horizon = Horizon(_day(start).year, years, survive)
    target = choose_folder(f"{base.name}-channels", settings[0].scenario.content_hash(), out)
    with staged(output, target, force, kind="ranking", started=started, data=base.world.data) as (folder, manifest):
        found = _run(output, settings, instruments, pair, horizon, ranges, jobs, world.omega)
        told = {"notes": notes(found), **found.to_dict()}
        (folder / CHANNELS).write_text(dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for setting in settings:
            path = folder / f"{setting.key}.resolved.toml"
            path.write_text(setting.scenario.to_toml(), encoding="utf-8")
        complete = no_figures or drawn(output, lambda: _draw(folder, found))
        manifest |= {
            "scenarios": {setting.key: setting.scenario.content_hash() for setting in settings},
            "instruments": {i.name: i.measure.model_dump(mode="json", by_alias=True) for i in instruments},
            "run": {"seed": base.run.seed, "replicates": base.run.replicates},
        }
    if json:
        output.json({"folder": str(target), **told})
    else:
        _print(output, found)
    output.say("done", f"{target} (seed {base.run.seed})", folder=str(target))
    return 0 if complete else 3


def _day(text: str) -> date:
    from datetime import date

    from model.errors import InputError, as_written

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{as_written(text)} is no date", where="--start", allowed="such as 2026-01-01") from None


def _run(
    output: Output, settings: Sequence[Setting], instruments: Sequence[Instrument], pair: Pair, horizon: Horizon,
    ranges: bool, jobs: int | None, omega: float,
) -> Ranking:  # fmt: skip
    from ..ranking import assembled, run_world
    from .running import announce

    runs = []
    for setting in settings:
        scenario = setting.scenario
        announce(output, f"{setting.title}, {len(instruments)} instruments", scenario.run.replicates, scenario.run.seed)
        with output.progress(setting.title) as listener:
            runs.append(run_world(setting, instruments, pair, horizon, ranges=ranges, jobs=jobs, on_progress=listener))
    return assembled(settings, instruments, pair, horizon, runs, omega)


def _print(output: Output, found: Ranking) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from ..ranking.wording import head, lines, table

    for budgeted in (True, False):
        headings, rows = table(found, budgeted)
        if not rows:
            continue
        output.text(head(found, budgeted))
        shown = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
        for place, heading in enumerate(headings):
            shown.add_column(heading, justify="left" if place == 0 else "right", no_wrap=True)
        for row in rows:
            shown.add_row(*row)
        output.table(shown)
    for line in lines(found):
        output.text(line)


def _draw(folder: Path, found: Ranking) -> None:
    from ..figures import draw_channels

    draw_channels(folder, found)
