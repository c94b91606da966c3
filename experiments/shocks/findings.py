"""All that is told of shocks: of the runs of a comparison, or of one run."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.tables import read_tables

from ..comparing.means import bloc_pairs, directed_pairs
from ..comparing.statistics import LEVEL
from .hysteresis import QUANTITIES, Hysteresis, hysteresis_of, most_missing
from .levels import DEPENDENCY, SORTING, Dependency, Sorting, dependencies, sortings
from .lifting import Lifting, find_lifting
from .substitution import TIES, Observed, Replacement, before_and_after, observed_fall, replacements

if TYPE_CHECKING:
    import pandas as pd

    from model.scenario import Scenario
    from model.tables import Tables

    from ..comparing.means import Run

FILE = "shocks.json"
"""Where the numbers are, inside the folder of a result."""


@dataclass(frozen=True)
class Shocks:
    """Hysteresis, substitution, sorting and dependency; empty where there is nothing to tell."""

    scenarios: tuple[str, ...]
    """Of the runs, the base first."""
    titles: dict[str, str]
    first_bloc: str
    replicates: int
    hysteresis: tuple[Hysteresis, ...]
    not_lifted: tuple[str, ...]
    """Why there is no hysteresis, in words; empty where there is some, and for one run."""
    substitution: tuple[Replacement, ...]
    observed: tuple[Observed, ...]
    as_observed: tuple[Replacement, ...]
    """The reading of `observed` of each run that covers its years."""
    sorting: tuple[Sorting, ...]
    dependency: tuple[Dependency, ...]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of text."""
        from .table import table

        return table(self)

    def lines(self) -> list[str]:
        """What is said below the table, one paragraph a line."""
        from .wording import lines

        return lines(self)

    @property
    def shown_hysteresis(self) -> tuple[tuple[Hysteresis, ...], ...]:
        """For each scenario that lifts, the pair that misses most: its partnerships and its works."""
        arms = dict.fromkeys(h.lifting for h in self.hysteresis)
        of_arm = [[h for h in self.hysteresis if h.lifting is lifting] for lifting in arms]
        return tuple(tuple(h for h in own if h.pair == most_missing(own)) for own in of_arm)

    @property
    def shown_substitution(self) -> tuple[Replacement, ...]:
        """For each scenario and quantity the last period in which anything differs, the first pair that could gain."""
        last = {row.scenario: row.first for row in self.substitution if row.change_lost.value != 0.0}
        shown: dict[tuple[str, str], Replacement] = {}
        for row in self.substitution:
            if last.get(row.scenario) == row.first:
                shown.setdefault((row.scenario, row.quantity), row)
        return tuple(shown.values())

    @property
    def shown_observed(self) -> tuple[tuple[Observed, tuple[Replacement, ...]], ...]:
        """What was observed of the shown pairs, and the same reading of every run that covers its years."""
        pairs = {(row.lost, row.gained) for row in self.shown_substitution}
        return tuple(
            (o, tuple(r for r in self.as_observed if (r.lost, r.gained) == (o.lost, o.gained)))
            for o in self.observed
            if (o.lost, o.gained) in pairs
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON types: dates as text, undefined values and those beyond the run as null, no paths."""
        kept = [_without_path(h) for h in self.hysteresis]
        content = asdict(replace(self, hysteresis=(), observed=()))
        content |= {
            "level": LEVEL,
            "hysteresis": kept,
            "observed": [
                {**asdict(o), "compensation": o.compensation, "elasticity": o.elasticity} for o in self.observed
            ],
        }
        plain: dict[str, Any] = _plain(content)
        return plain


def shocks_of(runs: Sequence[Run]) -> Shocks:
    """What is told of runs that share their luck, the first of them the base, or of one run alone."""
    tables = read_tables(runs[0].scenario.world.data or None)
    runs = [_what_is_told(run, tables) for run in runs]
    found, why = _hysteresis(runs)
    substitution = replacements(runs)
    pairs = dict.fromkeys((row.lost, row.gained) for row in substitution if row.quantity == TIES)
    observed = [o for lost, gained in pairs if (o := observed_fall(tables, lost, gained)) is not None]
    return Shocks(
        scenarios=tuple(run.scenario.name for run in runs),
        titles={run.scenario.name: run.scenario.title or run.scenario.name for run in runs},
        first_bloc=tables.blocs[0],
        replicates=int(runs[0].series["replicate"].nunique()),
        hysteresis=tuple(found),
        not_lifted=tuple(why),
        substitution=tuple(substitution),
        observed=tuple(observed),
        as_observed=tuple(row for o in observed for row in before_and_after(runs, o)),
        sorting=tuple(sortings(runs)),
        dependency=tuple(dependencies(runs)),
    )


@dataclass(frozen=True)
class _Told:
    """What is told of a run, so that not every number is searched among all."""

    scenario: Scenario
    series: pd.DataFrame
    indicators: pd.DataFrame


def _what_is_told(run: Run, tables: Tables) -> _Told:
    """The rows of a run that shocks are told from; those of blocs."""
    within, ordered = set(bloc_pairs(tables.blocs)), set(directed_pairs(tables.blocs))
    series, indicators = run.series, run.indicators
    return _Told(
        run.scenario,
        series[series["indicator"].isin(list(QUANTITIES)) & series["pair"].isin(within)],
        indicators[indicators["indicator"].isin([*DEPENDENCY, *SORTING]) & indicators["pair"].isin(ordered)],
    )


def write_shocks(folder: Path, found: Shocks) -> Path:
    """Write all numbers as JSON into the folder of a result."""
    path = folder / FILE
    path.write_text(json.dumps(found.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return path


def _hysteresis(runs: Sequence[Run]) -> tuple[list[Hysteresis], list[str]]:
    """Of every run that lifts restrictions which another one never had, against that one, and why there is none.

    The base need not be the first run of all, which may have had the restrictions: it is the run that differs least
    from the lifting one besides.
    """
    found, why = [], []
    for run in runs:
        bases = [base for base in runs if base is not run and base.scenario.world == run.scenario.world]
        tables = read_tables(run.scenario.world.data or None)
        told = [(base, find_lifting(base.scenario, run.scenario, tables)) for base in bases]
        liftings = [(base, lifting) for base, lifting in told if isinstance(lifting, Lifting)]
        if not liftings:
            why += [reason for _, reason in told if isinstance(reason, str)]
            continue
        base, lifting = min(liftings, key=lambda pair: len(pair[1].beside))
        measured = hysteresis_of(lifting, base, run)
        if most_missing(measured) is None:
            why.append(f"{run.scenario.name} misses nothing that is clear of zero on {lifting.day}, when it lifts")
        else:
            found += measured
    return found, [] if found else why


def _without_path(h: Hysteresis) -> dict[str, Any]:
    """One hysteresis without its paths, and what is not reached within the run told as such."""
    content = {key: value for key, value in vars(h).items() if key not in ("path", "lifting", "gaps")}
    content = {
        key: asdict(value) if hasattr(value, "__dataclass_fields__") else value for key, value in content.items()
    }
    gaps = [{"years": years, **asdict(gap)} for years, gap in h.gaps.items()]
    return {**asdict(h.lifting), **content, "gaps": gaps}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
