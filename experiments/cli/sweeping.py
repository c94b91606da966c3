"""`comity sweep`: a design of settings, each run with replicates, in a folder that it can go on with.

Contract with `experiments.sweeping` (looked up when the command runs):

- `load_sweep(name, settings, replicates, seed, additions) -> Sweep`: reads a sweep file (a TOML table with ``factors``) and
  checks all of it; raises `InputError`.
- `run_sweep(sweep, folder, *, executor, jobs, subset, resume, retry_failed, force, on_progress) -> int`: runs what is
  missing, returns how many runs failed.
- `open_dataset(folder) -> Dataset` and `SweepResult(dataset)` with ``summary`` (a frame), `to_dict()`, `table()` (headings, rows
  of text), `lines()`.

The figures of grids are those of `experiments.figures.draw_sweep`. manifest.json is written last.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .comparing import print_comparison
from .output import Output
from .settings import Additions, AsJson, Force, Jobs, NoFigures, Out, Quiet, Replicates, Seed, Settings
from .staging import drawn

if TYPE_CHECKING:
    from ..runner.executors import AnyExecutor
    from ..sweeping import Span, Sweep, SweepResult

Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with what is in --out, exactly; an absent or empty folder starts.")
]
RetryFailed = Annotated[
    bool,
    typer.Option("--retry-failed", help="With --resume: run again what failed, a worker out of memory for example."),
]
Subset = Annotated[
    str | None,
    typer.Option("--subset", metavar="I:J", help="Only runs I to J-1, a shard for `comity merge`; runs count from 0."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the design, the number of runs, the estimated time and disk; run one.")
]
ExecutorName = Annotated[
    Literal["processes", "dask"],
    typer.Option("--executor", help="Where runs are done: processes of this machine, or a Dask cluster."),
]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Scheduler of --executor dask: tcp://host:8786.")
]


def sweep(
    file: Annotated[str, typer.Argument(metavar="SWEEP", help="Name or path of a sweep file.")],
    replicates: Replicates = None,
    seed: Seed = None,
    jobs: Jobs = None,
    set_: Settings = None,
    add: Additions = None,
    out: Out = None,
    force: Force = False,
    resume: Resume = False,
    retry_failed: RetryFailed = False,
    subset: Subset = None,
    dry_run: DryRun = False,
    executor: ExecutorName = "processes",
    scheduler: Scheduler = None,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Run a scenario over a design of settings, and draw what comes out of a grid. Exit code 3 where runs failed."""
    from ..errors import Interrupted
    from ..plurals import counted
    from ..results import choose_folder
    from ..sweeping import load_sweep, run_sweep
    from .running import announce

    output = Output(json, quiet)
    _check_options(out, resume, retry_failed, force, dry_run, executor, scheduler, jobs)
    chosen = load_sweep(file, set_ or [], replicates, seed, add or [])
    span = read_span(subset, chosen.runs)
    if subset is not None and chosen.seed is None:
        raise _unseeded()
    if dry_run:
        return plan(output, chosen.seeded(), span, jobs)
    if resume and out is not None:
        chosen = _with_stored_seed(chosen, out)
    chosen = chosen.seeded()
    target = choose_folder(chosen.name, chosen.content_hash(), out)
    hands = cluster(scheduler) if executor == "dask" and scheduler else None
    announce(output, f"{chosen.name}, {counted(len(chosen.points), 'design point')}", chosen.replicates, chosen.seed)
    output.say(
        "folder",
        f"into {target}; if it is stopped, the same command with --resume --out {target} goes on",
        folder=str(target),
    )
    try:
        with output.progress(chosen.name) as listener:
            run_sweep(
                chosen, target, executor=hands, jobs=jobs, subset=span, resume=resume, retry_failed=retry_failed,
                force=force, on_progress=listener,
            )  # fmt: skip
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; what is done is kept, --resume --out {target} goes on") from None
    return finish(output, target, figures=not no_figures)


def _check_options(
    out: Path | None,
    resume: bool,
    retry_failed: bool,
    force: bool,
    dry_run: bool,
    executor: str,
    scheduler: str | None,
    jobs: int | None,
) -> None:
    """Raise `InputError` for options that do not go together."""
    from model.errors import InputError

    if resume and out is None and not dry_run:
        raise InputError(
            "--resume stands there without --out", where="sweep", allowed="--out DIR, the folder to go on with"
        )
    if retry_failed and not resume:
        raise InputError(
            "--retry-failed stands there without --resume", where="sweep",
            allowed="--resume --retry-failed --out DIR, the folder whose failed runs are run again",
        )  # fmt: skip
    if resume and force:
        raise InputError("--resume and --force stand there together", where="sweep", allowed="one of both")
    if executor == "dask" and jobs is not None:
        raise InputError(
            "--jobs stands there with --executor dask",
            where="sweep",
            allowed="one of both: a cluster has its own workers",
        )
    if (executor == "dask") != (scheduler is not None):
        raise InputError(
            f"--executor {executor} {'without' if executor == 'dask' else 'with'} --scheduler", where="sweep",
            allowed="--executor dask --scheduler tcp://host:port, or neither",
        )  # fmt: skip


def _unseeded() -> Exception:
    from model.errors import InputError

    return InputError(
        "a shard without a seed would have a luck of its own", where="--subset", allowed="seed in the file, or --seed"
    )


def read_span(text: str | None, runs: int) -> Span:
    """The runs of "i:j". Raises `InputError`."""
    from model.errors import InputError, as_written

    from ..sweeping import Span

    if text is None:
        return Span(0, runs)
    first, colon, end = text.partition(":")
    if not colon or not all(word == "" or (word.isascii() and word.isdigit()) for word in (first, end)):
        raise InputError(f"{as_written(text)} is no range of runs", where="--subset", allowed="i:j, runs i to j-1")
    span = Span(int(first or 0), int(end or runs))
    if not span.first < span.end <= runs:
        raise InputError(f"{text} is not within the sweep", where="--subset", allowed=f"i:j with 0 <= i < j <= {runs}")
    return span


def cluster(scheduler: str) -> AnyExecutor:
    """The workers of a Dask cluster."""
    from ..runner.executors import Cluster

    return Cluster(scheduler)


def plan(output: Output, chosen: Sweep, span: Span, jobs: int | None) -> int:
    """Print what a sweep would be, and what it would take."""
    from ..runner import default_jobs
    from ..sweeping.estimating import estimate
    from ..sweeping.planning import planned

    told = planned(chosen, estimate(chosen, span, jobs or default_jobs()))
    if output.as_json:
        output.json(told.to_dict())
    else:
        print_comparison(output, told)
    return 0


def _with_stored_seed(chosen: Sweep, folder: Path) -> Sweep:
    """The sweep with the seed that was drawn when its folder began, if none is named."""
    from ..sweeping.folder import begun

    content = begun(folder) if chosen.seed is None else None
    if content is None:
        return chosen
    run = chosen.base.run.model_copy(update={"seed": int(content["seed"])})
    base = chosen.base.model_copy(update={"run": run})
    return replace(chosen, base=base, changes={**chosen.changes, "run.seed": run.seed})


def finish(output: Output, folder: Path, *, figures: bool) -> int:
    """Complete the folder of a whole dataset, print what came out and return the exit code."""
    from ..sweeping.running import writing

    with writing(folder):
        complete = completed(output, folder, figures=figures)
    return report(output, folder, complete)


def completed(output: Output, folder: Path, *, figures: bool) -> bool:
    """Write what is made of a whole dataset, the manifest last, unless it is there; whether figures were drawn if they should."""
    from ..sweeping import SweepResult, open_dataset
    from ..sweeping.folder import whole

    if whole(folder):
        return True
    result = SweepResult(open_dataset(folder))
    result.write()
    complete = not figures or not result.drawable or drawn(output, lambda: _draw(folder, result))
    _write_manifest(folder, result)
    return complete


def report(output: Output, folder: Path, complete: bool) -> int:
    """Print a finished sweep and return the exit code."""
    from ..plurals import counted
    from ..sweeping import SweepResult, open_dataset

    result = SweepResult(open_dataset(folder))
    if output.as_json:
        told = {"folder": str(folder), "complete": complete and not result.failed, "seed": result.seed}
        output.json({**told, **result.to_dict()})
    else:
        print_comparison(output, result)
    failed = f", {counted(result.failed, 'run')} failed" if result.failed else ""
    output.say("done", f"{folder} (seed {result.seed}{failed})", folder=str(folder), failed=result.failed)
    return 0 if complete and not result.failed else 3


def _write_manifest(folder: Path, result: SweepResult) -> None:
    from datetime import UTC, datetime

    from ..results.manifest import write_manifest
    from ..results.provenance import provenance
    from ..results.reading import read_scenario
    from ..results.writing import times_since
    from ..sweeping.sessions import sessions

    identity = result.dataset.identity
    began = [datetime.fromisoformat(session["began"]) for session in sessions(folder)]
    subset = identity.get("subset")
    run = {"seed": result.seed, "replicates": result.replicates, "design_points": result.points}
    write_manifest(
        folder,
        {
            "kind": "sweep" if subset is None else "sweep shard",
            **provenance(read_scenario(folder).world.data),
            "sweep": {"name": identity["name"], "sha256": identity["sha256"]},
            "run": {**run, "runs": len(result.dataset.span), "failed": result.failed},
            **({} if subset is None else {"subset": subset}),
            "times": times_since(began[0] if began else datetime.now(UTC)),
            "command": ["comity", *sys.argv[1:]],
        },
    )


def _draw(folder: Path, result: SweepResult) -> None:
    from ..figures import draw_sweep

    draw_sweep(folder, result.summary, result.factors, result.labels)
