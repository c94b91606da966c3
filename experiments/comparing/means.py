"""Means over a period of what is compared, by replicate: the numbers that comparisons are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from model.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from model.scenario import Scenario

PACE = "network."
"""Beginning of the indicators that are not compared: how fast the process runs says nothing about partners."""

Span = tuple[int, int]
"""First and last year of a period."""


class Run(Protocol):
    """What can be compared: a simulation, or a result that was read back."""

    @property
    def scenario(self) -> Scenario:
        """The scenario, resolved."""

    @property
    def series(self) -> pd.DataFrame:
        """Its tidy series."""

    @property
    def indicators(self) -> pd.DataFrame:
        """Its indicators of networks, with the columns of the series."""


@dataclass(frozen=True)
class PeriodMeans:
    """The means of several runs over the periods that each covers, and the units of the indicators."""

    scenarios: tuple[Scenario, ...]
    by_run: tuple[dict[Span, pd.DataFrame], ...]  # see `period_means`
    units: dict[str, str]

    @property
    def replicates(self) -> int:
        """How many replicates the first run has."""
        return next((means.shape[1] for means in self.by_run[0].values()), 0)

    def with_more(self, later: PeriodMeans) -> PeriodMeans:
        """The same runs with the replicates of a later batch besides."""
        import pandas as pd

        joined = tuple(
            {span: pd.concat([means, more[span]], axis="columns") for span, means in ours.items()}
            for ours, more in zip(self.by_run, later.by_run, strict=True)
        )
        return PeriodMeans(self.scenarios, joined, self.units)


def means_of(runs: Sequence[Run]) -> PeriodMeans:
    """The means of runs over all periods that any of their scenarios names, as far as each run covers them."""
    import pandas as pd

    scenarios = tuple(run.scenario for run in runs)
    spans = periods_of(scenarios)
    frames = [[run.series, *networks] for run, networks in zip(runs, _networks(runs), strict=True)]
    by_run = tuple(
        {
            span: pd.concat([period_means(frame, span) for frame in own if _reaches(frame, span)])
            for span in spans
            if covers(scenario, span)
        }
        for scenario, own in zip(scenarios, frames, strict=True)
    )
    names = pd.concat([frame[["indicator", "unit"]].drop_duplicates().astype(str) for frame in frames[0]])
    return PeriodMeans(scenarios, by_run, dict(names.itertuples(index=False)))


def _reaches(frame: pd.DataFrame, span: Span) -> bool:
    return bool(frame["date"].dt.year.between(*span).any())


def _networks(runs: Sequence[Run]) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """The indicators of networks that runs are compared by: those of every period, and those at dates that all runs have.

    They are told of blocs or the world. Fields, kinds and countries are left to the results: there are very many.
    """
    import numpy as np

    from model.indicators import OF_NETWORKS, OF_SNAPSHOTS, pair_names

    blocs = blocs_of(runs[0].scenario)
    told = {name: pair_names(row.of, blocs, (), (), ()) for name, row in OF_NETWORKS.items()}
    frames, dates = [], []
    for run in runs:
        frame = run.indicators
        indicator, pair = frame["indicator"].astype("category").cat, frame["pair"].astype("category").cat
        wanted = np.array([[p in told.get(name, ()) for p in pair.categories] for name in indicator.categories], bool)
        frame = frame[wanted[indicator.codes, pair.codes]] if len(frame) else frame
        at_snapshot = frame["indicator"].isin(list(OF_SNAPSHOTS))
        frames.append((frame[~at_snapshot], frame[at_snapshot]))
        dates.append(set(frame["date"][at_snapshot].unique()))
    shared = list(set.intersection(*dates))
    return [(periods, snapshots[snapshots["date"].isin(shared)]) for periods, snapshots in frames]


def period_name(span: Span) -> str:
    """A period as results name it: "2022-2023", or "2022"."""
    return f"{span[0]}-{span[1]}" if span[0] < span[1] else str(span[0])


def periods_of(scenarios: Sequence[Scenario]) -> tuple[Span, ...]:
    """The spans that the scenarios' `compare_years` name, in the order of time, each once."""
    spans = {span for s in scenarios for span in (s.compare_years[:2], s.compare_years[2:])}
    return tuple(sorted(span for span in spans if span[0] <= span[1]))


def covers(scenario: Scenario, span: Span) -> bool:
    """Whether a run shows every quarter of the years of a span."""
    from model.clock import year_of

    return year_of(scenario.time.show_from) <= span[0] and span[1] + 1 <= year_of(scenario.time.end)


def period_means(series: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Means over the years of a span: rows (indicator, pair), columns replicates in order, float64.

    A mean over a value that is undefined is undefined (NaN).
    """
    in_span = series["date"].dt.year.between(*span)
    named = series["indicator"].astype("category")
    kept = [name for name in named.cat.categories if not str(name).startswith(PACE)]
    chosen = series[in_span & named.isin(kept)]
    chosen = chosen.assign(pair=chosen["pair"].astype(str), indicator=named[chosen.index].astype(str))
    by_date = chosen.set_index(["indicator", "pair", "replicate", "date"])["value"].unstack("date")
    # one after the other in the order of dates: the same to the last bit, whatever else is in the series
    total = by_date.iloc[:, 0].copy()
    for place in range(1, by_date.shape[1]):
        total += by_date.iloc[:, place]
    means = total / by_date.shape[1]
    return means.unstack("replicate").sort_index(axis="columns")


def check_paired(runs: Sequence[Run]) -> None:
    """Raise `InputError` unless the runs can be compared replicate by replicate."""
    if len(runs) < 2:
        raise InputError("one run cannot be compared", where="compare", allowed="two or more runs")
    names = [run.scenario.name for run in runs]
    base = runs[0]
    for place, run in enumerate(runs[1:], start=1):
        where = f"compare {names[place]}"
        if names[place] in names[:place]:
            raise InputError(f"{names[place]!r} stands there twice", where="compare", allowed="different names")
        if _luck(run) != _luck(base):
            raise InputError(
                f"has seed {_luck(run)[0]} and {_luck(run)[1]} replicates", where=where,
                allowed=f"those of {names[0]}: seed {_luck(base)[0]} and {_luck(base)[1]} replicates",
            )  # fmt: skip
        if blocs_of(run.scenario) != blocs_of(base.scenario):
            raise InputError(
                f"has the blocs {', '.join(blocs_of(run.scenario))}",
                where=where,
                allowed=f"those of {names[0]}: {', '.join(blocs_of(base.scenario))}",
            )


def _luck(run: Run) -> tuple[int | None, int]:
    """Seed and number of replicates; a simulation knows the seed that was drawn for it."""
    return getattr(run, "seed", run.scenario.run.seed), int(run.series["replicate"].nunique())


def blocs_of(scenario: Scenario) -> tuple[str, ...]:
    """Blocs of a scenario's world, in order."""
    from model.tables import read_tables

    return read_tables(scenario.world.data or None).blocs


def bloc_pairs(blocs: Sequence[str]) -> tuple[str, ...]:
    """Names of all pairs of blocs: those of the first bloc with others, the other ones, each bloc with itself."""
    between = [f"{a}-{b}" for place, a in enumerate(blocs) for b in blocs[place + 1 :]]
    return (*between, *(f"{bloc}-{bloc}" for bloc in blocs))


def directed_pairs(blocs: Sequence[str]) -> tuple[str, ...]:
    """Names of all directed pairs of different blocs, those of the first bloc first: "A>B" is B seen from A."""
    return tuple(f"{a}>{b}" for a in blocs for b in blocs if a != b)


def between_pairs(blocs: Sequence[str]) -> tuple[str, ...]:
    """Names of all pairs of blocs with a third one between them: "A-C-B" is told of C."""
    from model.indicators import Of, pair_names

    return pair_names(Of.BETWEEN, blocs, (), (), ())
