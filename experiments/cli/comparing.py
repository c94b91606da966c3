"""`comity compare`: scenarios under the same luck, side by side.

The folder gets a result of each run, comparison.json (all rows, compensation ratios, notes), shocks.json, and the figures
of `experiments.figures.draw_comparison`, `draw_outcomes` and `experiments.shocks`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from .output import Output
from .settings import Additions, AsJson, Force, Jobs, NoFigures, Out, Quiet, Replicates, Seed, Settings, overrides
from .shocks import measure_shocks
from .staging import drawn, staged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from model.checkpoint import Checkpoint
    from model.scenario import Scenario

    from ..comparing import Comparison, Replication, Row
    from ..results.batches import Replicated

COMPARISON = "comparison.json"
MOST = 500
"""Replicates that `--precision` may take when nothing else is said."""

Precision = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="SHARE",
        help="Run replicates until the 95 % interval of every headline outcome is within this share of the base's value"
        " to each side, such as 2%.",
    ),
]
MaxReplicates = Annotated[
    int | None, typer.Option("--max-replicates", min=2, help=f"Most replicates for --precision; default: {MOST}.")
]
Outcomes = Annotated[
    list[str] | None,
    typer.Option(
        "--outcome",
        metavar="INDICATOR:PAIR",
        help="Outcome that --precision is asked of, instead of volume, share, mix and number of the first bloc's"
        " partnerships; may be repeated.",
    ),
]


def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="A B...",
            help="Scenarios; the first is the base. One alone is compared with itself and what --add adds.",
        ),
    ],
    replicates: Replicates = None,
    seed: Seed = None,
    precision: Precision = None,
    max_replicates: MaxReplicates = None,
    outcome: Outcomes = None,
    jobs: Jobs = None,
    set_: Settings = None,
    add: Additions = None,
    out: Out = None,
    force: Force = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Run scenarios with the same worlds and the same luck, and print what the others change against the first."""
    from datetime import UTC, datetime

    started, output = datetime.now(UTC), Output(json, quiet)
    chosen, notes = paired(scenarios, overrides(set_, replicates, seed), add or [])
    plan = replication(chosen[0].run.replicates, replicates, precision, max_replicates, outcome or [])
    return side_by_side(chosen, started, output, plan, notes, jobs=jobs, out=out, force=force, figures=not no_figures)


def replication(
    start: int, asked: int | None, precision: str | None, most: int | None, outcomes: Sequence[str]
) -> Replication:
    """How many replicates to run, from the options; raises `InputError` for options that do not go together."""
    from model.errors import InputError

    from ..comparing import Replication, read_precision

    if precision is None:
        for option, given in (("--max-replicates", most), ("--outcome", outcomes)):
            if given:
                raise InputError(f"{option} stands there without --precision", where="compare", allowed="both")
        return Replication(start)
    most = MOST if most is None else most
    if asked is not None and asked > most:
        raise InputError(
            f"{asked} replicates to begin with", where="--replicates", allowed=f"at most --max-replicates, {most}"
        )
    return Replication(min(start, most), precision=read_precision(precision), most=most, outcomes=outcomes)


def side_by_side(
    chosen: Sequence[Scenario],
    started: datetime,
    output: Output,
    plan: Replication,
    notes: Sequence[str] = (),
    *,
    jobs: int | None,
    out: Path | None,
    force: bool,
    figures: bool,
    begun: Checkpoint | None = None,
) -> int:
    """Run scenarios of the same luck, from a checkpoint if there is one; leave the folder, print, and return the exit code."""
    from ..results import choose_folder

    target = choose_folder("-".join(s.name for s in chosen), chosen[0].content_hash(), out)
    with staged(output, target, force, kind="comparison", started=started, data=chosen[0].world.data) as (
        folder,
        manifest,
    ):
        runs = run_arms(chosen, folder, started, plan, jobs, output, begun)
        comparison = plan.comparison([*notes, *(line.rstrip(".") for line in plan.verdict())])
        for line in plan.verdict():
            output.say("precision", line, reached=not plan.missed, replicates=plan.count)
        write_comparison(folder / COMPARISON, comparison)
        complete = not figures or drawn(output, lambda: _draw(folder, runs, comparison))
        shocks, told = measure_shocks(output, folder, runs, figures)
        manifest |= {
            "scenarios": {run.scenario.name: run.scenario.content_hash() for run in runs},
            "run": {"seed": chosen[0].run.seed, "replicates": plan.count},
        }
    if output.as_json:
        output.json(comparison.records())
    else:
        print_comparison(output, comparison)
        if shocks is not None:
            print_comparison(output, shocks)
    output.say("done", f"{target} (seed {chosen[0].run.seed})", folder=str(target))
    return 0 if complete and told else 3


def run_arms(
    chosen: Sequence[Scenario],
    folder: Path,
    started: datetime,
    plan: Replication,
    jobs: int | None,
    output: Output,
    begun: Checkpoint | None = None,
) -> list[Replicated]:
    """Simulate scenarios, from a checkpoint if there is one, as the plan says; each leaves its result in ``folder``."""
    from contextlib import ExitStack

    from ..comparing import BATCH
    from ..results.batches import ResultInParts
    from ..runner import resolved, run_batches
    from .running import announce

    names = ", ".join(s.name for s in chosen)
    announce(output, names, plan.start, chosen[0].run.seed)
    plan.judged = lambda count, furthest: _tell(output, count, furthest)
    with ExitStack() as stack:
        parts = [stack.enter_context(ResultInParts(folder / scenario.name)) for scenario in chosen]
        listener = stack.enter_context(output.progress(names.replace(", ", " / ")))
        largest = min(BATCH, max(plan.start, plan.most))
        batches = run_batches(chosen, plan.batches(), largest=largest, jobs=jobs, on_progress=listener, begun=begun)
        for simulations in batches:
            for part, simulation in zip(parts, simulations, strict=True):
                part.add(simulation)
            plan.take(simulations)
        command = ["comity", *sys.argv[1:]]
        return [
            part.finish(resolved(scenario, plan.count), started, command)
            for part, scenario in zip(parts, chosen, strict=True)
        ]


def _tell(output: Output, count: int, furthest: Row | None) -> None:
    """Say how far a batch is from the wanted precision."""
    if furthest is not None:
        said = f"{count} replicates; {furthest.indicator}:{furthest.pair} in {furthest.period} needs {furthest.needed}"
        output.say("batch", said, replicates=count, needed=furthest.needed)


def paired(
    names: Sequence[str], changes: Sequence[str], additions: Sequence[str] = ()
) -> tuple[list[Scenario], list[str]]:
    """Scenarios with one seed, one number of replicates and one end, so that replicate k has the same luck in all.

    Returns what a reader must know of it, too.
    """
    from ..comparing import to_one_end
    from ..runner import resolved

    loaded = distinct(names, changes, "compare", additions)
    base = resolved(loaded[0])
    same_luck = [base, *(resolved(s, base.run.replicates, base.run.seed) for s in loaded[1:])]
    prolonged, notes = to_one_end(same_luck)
    return with_networks(prolonged), notes


def with_networks(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """The scenarios, with the network kept at the end of every period that is compared, besides the dates of their own."""
    from datetime import date

    from ..comparing import periods_of

    ends = {date(last + 1, 1, 1) for _, last in periods_of(scenarios)}
    kept = []
    for scenario in scenarios:
        days = {
            *scenario.record.snapshots,
            *(day for day in ends if scenario.time.show_from < day <= scenario.time.end),
        }
        record = scenario.record.model_copy(update={"snapshots": tuple(sorted(days))})
        kept.append(scenario.model_copy(update={"record": record}))
    return kept


def distinct(
    names: Sequence[str], changes: Sequence[str], command: str, additions: Sequence[str] = ()
) -> list[Scenario]:
    """Two or more scenarios with different names; ``command`` is named when they are not.

    ``additions`` are measures that all of them get; one scenario alone stands beside itself with them.
    """
    from model.errors import InputError
    from model.scenario import load_scenario

    if len(names) == 1 and additions:
        return [load_scenario(names[0], changes), load_scenario(names[0], changes, additions)]
    if len(names) < 2:
        raise InputError(
            "one scenario cannot be compared", where=command, allowed="two or more scenarios, or one and --add"
        )
    loaded = [load_scenario(name, changes, additions) for name in names]
    repeated = [s.name for s in loaded if sum(s.name == other.name for other in loaded) > 1]
    if repeated:
        raise InputError(f"{repeated[0]!r} stands there twice", where=command, allowed="scenarios with different names")
    return loaded


def write_comparison(path: Path, comparison: Comparison) -> None:
    """Write all differences and ratios as JSON, also those that the table leaves out; one row a line."""
    from json import dumps

    content = comparison.to_dict()
    many = {key: content.pop(key) for key in ("compensation", "rows")}
    head = [f"{dumps(key)}: {dumps(value, ensure_ascii=False)}" for key, value in content.items()]
    for key, rows in many.items():
        body = ",\n".join(dumps(row, ensure_ascii=False) for row in rows)
        head.append(f"{dumps(key)}: [\n{body}\n]")
    path.write_text("{\n" + ",\n".join(head) + "\n}\n", encoding="utf-8")


class Tabular(Protocol):
    """What can be printed: a comparison, or what a sweep gave."""

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of text."""

    def lines(self) -> list[str]:
        """What is said below the table."""


def print_comparison(output: Output, comparison: Tabular) -> None:
    """The table of a comparison and the lines below it."""
    print_table(output, comparison)
    for line in comparison.lines():
        output.text(line)


def print_table(output: Output, comparison: Tabular) -> None:
    """The table of a comparison; nothing where it has no rows."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    headings, rows = comparison.table()
    table = Table(box=SIMPLE_HEAD)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place == 0 else "right", no_wrap=place == 0)
    for row in rows:
        table.add_row(*row)
    if rows:
        output.table(table)


def _draw(folder: Path, runs: Sequence[Replicated], comparison: Comparison) -> None:
    from ..figures import draw_comparison, draw_outcomes

    draw_comparison(folder, runs)
    draw_outcomes(folder, comparison)
