"""`comity status` and `comity merge`: how far a sweep is, and shards put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson, NoFigures, Quiet
from .sweeping import completed, report

if TYPE_CHECKING:
    from ..sweeping.dataset import Dataset
    from ..sweeping.status import Status

SweepFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")]
MOST_REASONS = 5
"""Reasons of failures that are listed."""


def status(folder: SweepFolder, json: AsJson = False) -> int:
    """Show how far a sweep is, whether it is being run, and why runs failed. Exit code 3 unless it is whole."""
    from ..sweeping.status import status_of

    output = Output(json)
    found = status_of(folder)
    if json:
        output.json(found.to_dict())
    else:
        for line in _lines(found):
            output.text(line)
    return 0 if found.complete and not found.failed and not found.damaged else 3


def _lines(found: Status) -> list[str]:
    from ..plurals import counted

    subset = found.identity.get("subset")
    which = f", runs {subset[0]}:{subset[1]} of {found.identity['runs']:,}" if subset else ""
    state = "finished" if found.complete else "being run" if found.running else "stopped; --resume goes on"
    lines = [f"{found.identity['name']}{which}: {found.done:,} of {counted(found.runs, 'run')} done, {state}"]
    if found.a_second and not found.complete:
        left = f", about {span_of_time(found.seconds_left)} left" if found.seconds_left is not None else ""
        lines.append(f"{found.a_second:.3g} runs a second lately{left}")
    if subset and found.complete:
        lines.append("a shard: `comity merge SHARD... --out DIR` puts it together with the others")
    if found.failed:
        lines.append(f"{counted(found.failed, 'run')} failed:")
        reasons = list(found.reasons.items())
        lines += [f"  {counted(count, 'time')}: {reason}" for reason, count in reasons[:MOST_REASONS]]
        if len(reasons) > MOST_REASONS:
            lines.append(f"  and {counted(len(reasons) - MOST_REASONS, 'more reason')}, in the column reason of data")
        lines.append(_retrying(found))
    lines += [f"{name} is damaged; --resume makes it again" for name in found.damaged]
    return lines


def tell_of_shard(output: Output, dataset: Dataset) -> None:
    """Say where the whole is to be had, if this is a shard: its runs are not those of the sweep."""
    if dataset.shard:
        span, runs = dataset.span, dataset.identity["runs"]
        output.say(
            "shard",
            f"a shard: runs {span.first}:{span.end} of {runs:,}; `comity merge SHARD... --out DIR` makes the whole",
            runs=[span.first, span.end],
        )


def _retrying(found: Status) -> str:
    """How failed runs are run again: in words that hold for a shard too."""
    subset = found.identity.get("subset")
    which = f" --subset {subset[0]}:{subset[1]}" if subset else ""
    then = ", before `comity merge`" if subset else ""
    return f"`comity sweep ... --resume --retry-failed{which} --out {found.folder}` runs them again{then}: those that the machine failed may succeed"


def span_of_time(seconds: float) -> str:
    """A time in words."""
    from ..sweeping.planning import in_words

    return in_words(seconds)


def merge(
    shards: Annotated[list[Path], typer.Argument(metavar="SHARD...", help="Folders of `comity sweep --subset`.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the whole; absent or empty.")],
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Put shards of a sweep together: the same dataset as if it had been run in one piece."""
    from ..sweeping.merging import merge_shards

    output = Output(json, quiet)
    complete = merge_shards(shards, out, lambda folder: completed(output, folder, figures=not no_figures))
    return report(output, out, complete)
