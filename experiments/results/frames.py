"""Data frames to files: the same frame gives the same bytes, and undefined values are null, not NaN.

Text columns are dictionaries in the order of first appearance, dates are whole days, and no metadata is kept, so that
bytes depend on the values and on the version of pyarrow only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SERIES_ORDER = ("indicator", "pair", "date", "replicate")
"""Rows of a series are sorted by these, indicators in their own order."""

_WHOLE = frozenset({"replicate"})
_NUMBER = frozenset({"value", "start", "end", "strength", "since"})
_DATE = frozenset({"date"})


def ordered_series(series: pd.DataFrame) -> pd.DataFrame:
    """The tidy series in its fixed order of rows."""
    return series.sort_values(list(SERIES_ORDER), kind="stable", ignore_index=True)


def to_table(frame: pd.DataFrame) -> pa.Table:
    """A frame as an arrow table with plain types: text, whole number, number, date."""
    import pyarrow as pa

    columns = {str(name): _column(str(name), frame[name]) for name in frame.columns}
    return pa.table(columns)


def _column(name: str, values: pd.Series[Any]) -> pa.Array:
    import pandas as pd
    import pyarrow as pa
    from pandas.api import types

    kind = values.dtype
    if name in _DATE or types.is_datetime64_any_dtype(kind):
        return pa.array(values.to_numpy(dtype="datetime64[ms]"), from_pandas=True)
    if name in _WHOLE:
        return pa.array(values.to_numpy(dtype="int32"))
    if name in _NUMBER or types.is_float_dtype(kind):
        return pa.array(values.to_numpy(dtype="float64"), from_pandas=True)
    if types.is_bool_dtype(kind) or types.is_integer_dtype(kind):
        return pa.array(values.to_numpy())
    if isinstance(kind, pd.CategoricalDtype):
        return _by_first_appearance(values.array)
    return pa.array(values, type=pa.string(), from_pandas=True).dictionary_encode()


def _by_first_appearance(values: pd.Categorical) -> pa.DictionaryArray:
    """Categories as a dictionary in the order of first appearance, as if they had been encoded from their text."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    codes = np.asarray(values.codes)
    seen = pd.unique(codes)
    seen = seen[seen >= 0]  # -1 is undefined
    place = np.zeros(len(values.categories) + 1, np.int32)
    place[seen] = np.arange(len(seen), dtype=np.int32)
    words = pa.array(values.categories.astype("str").take(seen), type=pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(place[codes], mask=codes < 0), words)


def write_parquet(frame: pd.DataFrame | pa.Table, path: Path) -> None:
    """Write a frame, or what `to_table` made of it, as parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = frame if isinstance(frame, pa.Table) else to_table(frame)
    pq.write_table(table, path, compression="zstd", version="2.6")


def write_csv(frame: pd.DataFrame | pa.Table, path: Path) -> None:
    """Write a frame, or what `to_table` made of it, as CSV: numbers to the last digit, undefined values empty, text
    unquoted where it can be.
    """
    import pyarrow as pa
    import pyarrow.csv as pc

    table = frame if isinstance(frame, pa.Table) else to_table(frame)
    needs_quotes = False
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_timestamp(field.type):
            column = column.cast(pa.date32())
        elif pa.types.is_dictionary(field.type):
            words = [word for chunk in column.chunks for word in chunk.dictionary.to_pylist()]
            needs_quotes |= any(set(word or "") & set(',"\r\n') for word in words)
            column = column.cast(pa.string())
        table = table.set_column(place, field.name, column)
    options = pc.WriteOptions(include_header=False, quoting_style="needed" if needs_quotes else "none")
    with path.open("wb") as file:
        file.write((",".join(map(_heading, table.column_names)) + "\n").encode())
        pc.write_csv(table, file, options)


def _heading(name: str) -> str:
    """A name of a column, in quotes where it needs them."""
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"\r\n') else name


def first_differences(old: pd.DataFrame, new: pd.DataFrame, most: int = 5) -> list[str]:
    """Where two frames differ, bit for bit, as lines for a reader; empty when they do not. Rows count from 0."""
    before, after = to_table(old), to_table(new)
    if before.column_names != after.column_names:
        return [f"columns {', '.join(before.column_names)} became {', '.join(after.column_names)}"]
    lines = []
    if before.num_rows != after.num_rows:
        lines.append(f"{before.num_rows} rows became {after.num_rows}")
    rows = min(before.num_rows, after.num_rows)
    differing = _differing_rows(before.slice(0, rows), after.slice(0, rows))
    for row in differing[:most]:
        a, b = before.slice(row, 1).to_pylist()[0], after.slice(row, 1).to_pylist()[0]
        key = ", ".join(str(a[name]) for name in ("indicator", "pair", "date", "replicate", "a", "b") if name in a)
        changes = "; ".join(f"{name} {a[name]!r} became {b[name]!r}" for name in a if not _same(a[name], b[name]))
        lines.append(f"row {row} ({key}): {changes}")
    if len(differing) > most:
        lines.append(f"and {len(differing) - most} more rows")
    return lines


def _same(a: object, b: object) -> bool:
    """Equal to the bit: repr tells 0.0 from -0.0 and writes every other double apart."""
    return repr(a) == repr(b)


def _differing_rows(before: pa.Table, after: pa.Table) -> list[int]:
    import numpy as np
    import pyarrow as pa

    differs = np.zeros(before.num_rows, dtype=bool)
    for name in before.column_names:
        a, b = (table.column(name).combine_chunks() for table in (before, after))
        if pa.types.is_dictionary(a.type) or pa.types.is_dictionary(b.type):
            a, b = (
                a.cast(pa.string()).to_numpy(zero_copy_only=False),
                b.cast(pa.string()).to_numpy(zero_copy_only=False),
            )
        else:
            a, b = a.to_numpy(zero_copy_only=False), b.to_numpy(zero_copy_only=False)
            if a.dtype == b.dtype == np.float64:
                both_undefined = np.isnan(a) & np.isnan(b)
                differs |= (a.view(np.int64) != b.view(np.int64)) & ~both_undefined
                continue
        differs |= a != b
    return [int(row) for row in np.flatnonzero(differs)]
