"""Runs one query over the parquet files of a sweep.

The database is in memory, its tables are views of the files. Before the query is run, DuckDB is told to open nothing else than
these files, to load no extension, and to let nobody change that; and only a query that reads is taken. So a query can
neither write nor look beyond the dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import InputError, nearest_name

from ..errors import ExperimentError
from ..systems import cores
from .tables import TABLES

if TYPE_CHECKING:
    import duckdb

    from ..sweeping.dataset import Dataset

EXTRA = "the query extra: `uv sync --extra query`, or `pip install 'comity[query]'`"


@dataclass(frozen=True)
class Answer:
    """What a query gave, in Python's types; undefined values are None."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]  # whether a column holds numbers
    rows: tuple[tuple[Any, ...], ...]


def ask(folder: Path, sql: str) -> Answer:
    """Run one reading query. Raises `InputError` for a query that is wrong, `ExperimentError` without DuckDB."""
    from ..sweeping.dataset import open_dataset, refuse_empty

    try:
        import duckdb
    except ImportError:
        raise ExperimentError(f"`comity query` needs DuckDB, which is not installed\n  {EXTRA}") from None
    dataset = open_dataset(folder)
    refuse_empty(dataset)
    connection = duckdb.connect(":memory:")
    try:
        _tables(connection, folder, dataset)
        _check(connection, sql)
        answer = connection.execute(sql)
        described = answer.description or []
        rows = answer.fetchall()
    except duckdb.Error as error:
        raise _explained(error, connection, duckdb) from None
    finally:
        connection.close()
    return Answer(
        tuple(column[0] for column in described),
        tuple(_is_number(str(column[1])) for column in described),
        tuple(tuple(_plain(value) for value in row) for row in rows),
    )


def _tables(connection: duckdb.DuckDBPyConnection, folder: Path, dataset: Dataset) -> None:
    """The views of `TABLES`, and the door locked behind them."""
    from ..sweeping.outcomes import unit_of
    from ..sweeping.parts import parts

    found = parts(folder)
    files = [str(path.resolve()) for path in (*found.values(), folder / "design.parquet")]
    listed = ", ".join(_text(path) for path in files[:-1])
    connection.execute(f"CREATE VIEW runs AS SELECT * FROM read_parquet([{listed}])")
    connection.execute(f"CREATE VIEW design AS SELECT * FROM read_parquet({_text(files[-1])})")
    units = [(outcome.label, unit_of(outcome)) for outcome in dataset.sweep.outcomes]
    each = " UNION ALL ".join(
        f"SELECT run, point, replicate, {_text(label)} AS outcome, {_text(unit)} AS unit, {_name(label)} AS value, {place} AS place"
        f" FROM runs"
        for place, (label, unit) in enumerate(units)
    )
    connection.execute(
        f"CREATE VIEW outcomes AS SELECT run, point, replicate, outcome, unit, value FROM ({each}) ORDER BY run, place"
    )
    connection.execute(f"SET allowed_paths = [{', '.join(_text(path) for path in files)}]")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute(f"SET threads = {max(1, cores() - 1)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """One statement, which reads."""
    import duckdb

    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise InputError(
            f"{len(statements)} statements stand there" if statements else "there is no statement", where="query",
            allowed="one query: select ... from runs, design, outcomes",
        )  # fmt: skip
    reading = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    if statements[0].type not in reading:
        kind = str(statements[0].type).rpartition(".")[2]
        raise InputError(f"{kind} is not possible: the dataset is only read", where="query", allowed="select ...")


def _explained(error: duckdb.Error, connection: duckdb.DuckDBPyConnection, duckdb: Any) -> Exception:
    """DuckDB's message as an `InputError`: its first lines, and what tables and columns there are."""
    text = str(error)
    kind, _, rest = text.partition(":")
    message = " ".join((rest or kind).split("\n\n")[0].split())
    if isinstance(error, duckdb.PermissionException) or "disabled by configuration" in text or "locked" in text:
        return InputError(message, where="query", allowed="the tables runs, design, outcomes; no other file is opened")
    if isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException):
        return ExperimentError(f"query: {message}")
    allowed = "the tables runs, design, outcomes"
    nearest = ""
    if isinstance(error, duckdb.CatalogException) and "Table with name" in text:
        nearest = nearest_name(text.split("Table with name")[1].split()[0], TABLES)
    elif isinstance(error, duckdb.BinderException):
        words = _words(connection)
        columns = [
            f"{table}: {', '.join(c if _plain_name(c, words) else _name(c) for c in _columns(connection, table))}"
            for table in ("runs", "design")
        ]
        allowed = f"columns of {'; of '.join(columns)} (in double quotes as they stand here)"
    return InputError(message, where="query", allowed=allowed, nearest=nearest)


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]


def _words(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Words of the language that are no name without quotes."""
    sql = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
    return {row[0] for row in connection.execute(sql).fetchall()}


def _plain_name(value: str, words: set[str]) -> bool:
    """Whether a query may say a name without quotes."""
    return value.isascii() and value.isidentifier() and value.lower() not in words


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    """A name as SQL has it, quoted: without quotes `order`, `end` or `true` would be words of the language."""
    return '"' + value.replace('"', '""') + '"'


def _is_number(kind: str) -> bool:
    return any(word in kind.upper() for word in ("INT", "DOUBLE", "FLOAT", "DECIMAL", "NUMBER"))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and value != value:
        return None
    return value
