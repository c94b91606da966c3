"""The tables of a query, and the columns that each of them has in every sweep."""

from __future__ import annotations

TABLES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "runs": (
        "A row for each run, with a column for each outcome, named by its label.",
        (
            ("run", "number of the run: point * replicates + replicate"),
            ("point", "number of the design point"),
            ("replicate", "number of the replicate; the same replicate has the same luck at every point"),
            ("seed", "seed of the run"),
            ("status", "'ok' or 'failed'"),
            ("reason", "why it failed; null otherwise"),
        ),
    ),
    "design": (
        "A row for each design point, with a column for each factor: the value as it was applied.",
        (("point", "number of the design point"), ("scenario_sha256", "sha256 of the scenario that was run")),
    ),
    "outcomes": (
        "A row for each run and outcome: the outcomes of `runs`, one below the other.",
        (
            ("run", "number of the run"),
            ("point", "number of the design point"),
            ("replicate", "number of the replicate"),
            ("outcome", "label of the outcome"),
            ("unit", "its unit"),
            ("value", "its value; null where the run failed or the outcome is undefined"),
        ),
    ),
}
"""Table -> what it is, and (column, what stands in it)."""
