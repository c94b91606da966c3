"""`comity query`: SQL over a sweep's dataset."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson, Folder

if TYPE_CHECKING:
    from ..querying import Answer

AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV on standard output.")]
MOST_ROWS = 1_000
"""Rows of the table on a terminal."""


def query(
    folder: Folder,
    sql: Annotated[str, typer.Argument(metavar="SQL", help="A query over the tables runs, design and outcomes.")],
    as_csv: AsCsv = False,
    json: AsJson = False,
) -> int:
    """Ask a sweep's results in SQL (DuckDB): tables runs, design, outcomes. Nothing is written."""
    from model.errors import InputError

    from ..querying import ask
    from ..sweeping.dataset import open_dataset
    from .sharding import tell_of_shard

    if as_csv and json:
        raise InputError("--csv and --json cannot both be", where="query", allowed="one of them")
    output = Output(json)
    answer = ask(folder, sql)
    tell_of_shard(output, open_dataset(folder))
    if json:
        output.json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    else:
        _print(output, answer)
    return 0


def _print(output: Output, answer: Answer) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for name, number in zip(answer.columns, answer.numeric, strict=True):
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in answer.rows[:MOST_ROWS]:
        table.add_row(
            *("" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value) for value in row)
        )
    output.table(table)
    left = len(answer.rows) - MOST_ROWS
    output.text(
        f"{len(answer.rows):,} row{'s' if len(answer.rows) != 1 else ''}"
        + (f"; the first {MOST_ROWS:,} are shown, --csv gives all" if left > 0 else "")
    )
