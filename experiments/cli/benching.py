"""`comity bench`: what an opportunity, a replicate and a run cost on this machine."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import Output
from .settings import AsJson, Quiet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECKOUT = Path(__file__).parents[2]
"""The working copy, where there is one."""


def bench(
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="A benchmark to run; may be repeated.")
    ] = None,
    long: Annotated[bool, typer.Option("--long", help="Also those that take minutes.")] = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Measure this machine: medians over repeats, with the extremes, beside what is aimed at. Working copies only."""
    output = Output(json, quiet)
    benchmarks = find_benchmarks()
    rows: list[Any] = []
    for name in chosen_names(benchmarks, only, long):
        output.say("bench", f"{name}: {benchmarks[name].about}", name=name)
        rows += benchmarks[name].run()
    if json:
        output.json([row.to_dict() for row in rows])
    else:
        _print(output, rows)
    return 0


def find_benchmarks(checkout: Path = CHECKOUT) -> Mapping[str, Any]:
    """The benchmarks of a working copy by name. Raises `ExperimentError` where there are none."""
    from ..errors import ExperimentError

    if not (checkout / "benchmarks" / "registry.py").is_file():
        raise ExperimentError(
            f"there are no benchmarks in {checkout}: they are part of a working copy, not of the installed package\n"
            "  clone the repository and run `uv run comity bench` there"
        )
    if str(checkout) not in sys.path:
        sys.path.insert(0, str(checkout))
    found: Mapping[str, Any] = importlib.import_module("benchmarks").BENCHMARKS
    return found


def chosen_names(benchmarks: Mapping[str, Any], only: Sequence[str] | None, long: bool) -> list[str]:
    """Names of the benchmarks to run, in their order; naming one asks for it even if it is long. Raises `InputError`."""
    from model.errors import InputError, nearest_name

    for name in only or ():
        if name not in benchmarks:
            raise InputError(
                f"there is no benchmark {name!r}",
                where="--only",
                allowed=", ".join(benchmarks),
                nearest=nearest_name(name, benchmarks),
            )
    return [name for name in benchmarks if (name in only if only else long or not benchmarks[name].long)]


def _print(output: Output, rows: Sequence[Any]) -> None:
    """A table of rows."""
    from rich.table import Table

    table = Table("name", "value", "lowest", "highest", "unit", "aim", "", "against")
    for row in rows:
        verdict = {True: "met", False: "short", None: ""}[row.met()]
        table.add_row(
            row.name, *(f"{x:.3g}" if x < 1000 else f"{x:,.0f}" for x in (row.value, row.low, row.high)),
            row.unit, row.aim, verdict, row.against,
        )  # fmt: skip
    output.table(table)
