"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from model.scenario import Scenario

    from .output import Output

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Name (see `comity list`) or path of a scenario.")
]
Replicates = Annotated[int | None, typer.Option("--replicates", min=1, help="Replicates; default: the scenario's.")]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Seed; drawn and recorded when neither this nor the scenario names one."),
]


def workers_wanted(jobs: int | None) -> int | None:
    """Let the server of worker processes come up while this process is still importing the model."""
    if jobs is not None and jobs > 1:
        from ..runner.processes import start_server
        from .doctoring import kernels_cached

        if kernels_cached():  # else it would compile what this process compiles as well
            start_server()
    return jobs


Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, callback=workers_wanted, help="Processes; default: all cores but one."),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder of your own tables; default: the packaged ones. Measures about nothing that is there are left out.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value of the scenario; may be repeated."),
]
Additions = Annotated[
    list[str] | None,
    typer.Option(
        "--add",
        metavar="PRESET,KEY=VALUE,...",
        help="Add a measure from a preset (`comity measures`): start=DATE, from=BLOCS and to=BLOCS, or countries, and any"
        " other of its keys; may be repeated.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="The run's own folder; default: results/<scenario>/<date-time>-<hash>."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing result.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no messages; errors are still said.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="Stop on this date and write a --checkpoint, no result.")
]
CheckpointFile = Annotated[
    Path | None, typer.Option("--checkpoint", metavar="FILE", help="File to write with --until; see `comity branch`.")
]


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a result.")]


def overrides(settings: list[str] | None, replicates: int | None = None, seed: int | None = None) -> list[str]:
    """All changes of a scenario as "path=value", the options' own last."""
    chosen = list(settings or [])
    if replicates is not None:
        chosen.append(f"run.replicates={replicates}")
    if seed is not None:
        chosen.append(f"run.seed={seed}")
    return chosen


def at_home(scenario: Scenario, data: Path | None, output: Output) -> Scenario:
    """The scenario on the tables of ``--data``, if there are any; says which measures are left out there."""
    if data is None:
        return scenario
    from model.scenario.moving import moved_to

    moved, left_out = moved_to(scenario, data)
    if left_out:
        output.say("left-out", f"measures that name nothing of this world were left out: {', '.join(left_out)}")
    return moved
