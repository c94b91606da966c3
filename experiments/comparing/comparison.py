"""Compares runs replicate by replicate: differences against the base, and how far other partners make up for a loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .means import (
    COMPARED,
    Run,
    Span,
    bloc_pairs,
    blocs_of,
    check_paired,
    covers,
    period_means,
    period_name,
    periods_of,
)
from .statistics import LEVEL, mean_interval, ratio_interval, replicates_needed, variance_reduction

if TYPE_CHECKING:
    import pandas as pd

PRECISION = 0.02
"""Wanted half-width of an interval, as a share of the base's value."""
TIES = "partnerships.count"
"""T of the compensation ratio."""


@dataclass(frozen=True)
class Row:
    """One indicator of one pair in one period: a scenario less the base, over the replicates in which both are defined.

    ``low``, ``high`` and ``mc_error`` (standard error of the mean) are None for one replicate; ``needed`` replicates
    make the half-width of the interval the wanted share of ``baseline_value``.
    """

    scenario: str
    baseline: str
    indicator: str
    pair: str
    of: str  # blocs or countries
    period: str
    unit: str
    baseline_value: float
    difference: float
    relative: float | None  # difference / baseline_value
    low: float | None
    high: float | None
    mc_error: float | None
    replicates: int
    needed: int | None
    variance_reduction: float | None  # of pairing, see `statistics`
    identical: bool  # no replicate differs


@dataclass(frozen=True)
class Compensation:
    """Partnerships that a pair gains for each that the first bloc loses with another one (EVIDENCE 6.1: kappa).

    The lost pair is the first bloc's whose partnerships differ most. It may be the base that has fewer: ``lost_in``
    names the run that does. ``ratio`` is None, and ``reason`` says why, where the loss is not clear of zero.
    """

    scenario: str
    baseline: str
    period: str
    lost_pair: str
    lost_in: str
    loss: float  # partnerships, mean over replicates
    pair: str
    ratio: float | None
    low: float | None
    high: float | None
    mc_error: float | None
    replicates: int
    method: str
    reason: str | None


@dataclass(frozen=True)
class Comparison:
    """All differences against the base, compensation ratios, and what a reader must know to read them."""

    baseline: str
    scenarios: tuple[str, ...]
    blocs: tuple[str, ...]
    periods: tuple[str, ...]
    replicates: int
    level: float
    precision: float
    rows: tuple[Row, ...]
    compensation: tuple[Compensation, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of text: pairs of blocs that differ in any replicate."""
        from .wording import table

        return table(self)

    def lines(self) -> list[str]:
        """What is said below the table, one paragraph a line."""
        from .wording import lines

        return lines(self)


def compare(runs: Sequence[Run], precision: float = PRECISION) -> Comparison:
    """Compare runs with the first of them, replicate k with replicate k.

    ``precision``: wanted half-width of intervals, as a share of the base's value. Periods are those that the
    `compare_years` of the base and of the other scenario name and both runs cover. Raises `InputError` where the runs
    are not paired: another seed, number of replicates or other blocs.
    """
    check_paired(runs)
    base = runs[0]
    blocs = blocs_of(base.scenario)
    rows: list[Row] = []
    compensation: list[Compensation] = []
    notes: list[str] = []
    periods: dict[Span, None] = {}
    means: dict[Span, pd.DataFrame] = {}
    units = dict(base.series[["indicator", "unit"]].drop_duplicates().astype(str).itertuples(index=False))
    for run in runs[1:]:
        notes += _luck_notes(base, run)
        for span in periods_of([base.scenario, run.scenario]):
            if not (covers(base.scenario, span) and covers(run.scenario, span)):
                notes.append(f"{period_name(span)} is not covered by both {base.scenario.name} and {run.scenario.name}")
                continue
            periods[span] = None
            if span not in means:
                means[span] = period_means(base.series, span)
            names = (run.scenario.name, base.scenario.name, period_name(span))
            other = period_means(run.series, span)
            rows += _rows(names, means[span], other, blocs, units, precision)
            compensation += _compensation(names, means[span], other, blocs)
    return Comparison(
        baseline=base.scenario.name,
        scenarios=tuple(run.scenario.name for run in runs[1:]),
        blocs=blocs,
        periods=tuple(period_name(span) for span in sorted(periods)),
        replicates=int(base.series["replicate"].nunique()),
        level=LEVEL,
        precision=precision,
        rows=tuple(rows),
        compensation=tuple(compensation),
        notes=tuple(dict.fromkeys(notes)),
    )


def _luck_notes(base: Run, other: Run) -> list[str]:
    """Common random numbers need the same world from the same date."""
    a, b = base.scenario, other.scenario
    if a.world != b.world or a.time.start != b.time.start:
        return [f"{b.name} has another world or start than {a.name}: its replicates do not share the luck of the base"]
    return []


def _rows(
    names: tuple[str, str, str],
    base: pd.DataFrame,
    other: pd.DataFrame,
    blocs: Sequence[str],
    units: dict[str, str],
    precision: float,
) -> list[Row]:
    """Rows of a scenario in a period: pairs of blocs in their order, then pairs of countries; pairs that are 0 left out."""
    of_blocs = bloc_pairs(blocs)
    common = [key for key in base.index if key in other.index]
    of_countries = sorted({pair for _, pair in common} - set(of_blocs))
    rows = []
    for of, pairs in (("blocs", of_blocs), ("countries", of_countries)):
        for pair in pairs:
            for indicator in COMPARED:
                if (indicator, pair) not in common:
                    continue
                a, b = (means.loc[(indicator, pair)] for means in (base, other))
                defined = (a.notna() & b.notna()).to_numpy()
                x, y = a.to_numpy(float)[defined], b.to_numpy(float)[defined]
                if not (x.any() or y.any()):
                    continue
                change = mean_interval(y - x)
                value = float(x.mean())
                deviation = None if change.error is None else change.error * change.count**0.5
                rows.append(
                    Row(
                        scenario=names[0],
                        baseline=names[1],
                        indicator=indicator,
                        pair=pair,
                        of=of,
                        period=names[2],
                        unit=units[indicator],
                        baseline_value=value,
                        difference=change.value,
                        relative=change.value / value if value else None,
                        low=change.low,
                        high=change.high,
                        mc_error=change.error,
                        replicates=change.count,
                        needed=None if deviation is None else replicates_needed(deviation, precision * abs(value)),
                        variance_reduction=variance_reduction(x, y),
                        identical=bool((x == y).all()),
                    )
                )
    return rows


def _compensation(
    names: tuple[str, str, str], base: pd.DataFrame, other: pd.DataFrame, blocs: Sequence[str]
) -> list[Compensation]:
    """The first bloc's other pairs against the one that differs most between the runs."""
    pairs = [f"{blocs[0]}-{bloc}" for bloc in blocs[1:] if (TIES, f"{blocs[0]}-{bloc}") in base.index]
    change = {pair: (other.loc[(TIES, pair)] - base.loc[(TIES, pair)]).to_numpy(float) for pair in pairs}
    lost = max(pairs, key=lambda pair: abs(float(change[pair].mean())))
    loss = mean_interval(-change[lost])
    lost_in = names[0] if loss.value >= 0.0 else names[1]
    found = []
    for pair in pairs:
        if pair == lost:
            continue
        # kappa = dT_pair / |dT_lost|; which of the two runs is the one that lost makes no difference to it
        ratio = ratio_interval(change[pair], -change[lost])
        reason = None
        if loss.count < 2:
            reason = "one replicate shows no loss that is clear of zero"
        elif not change[lost].any():
            reason = f"no partnerships of {blocs[0]} differ"
        elif ratio is None:
            reason = f"the loss of {lost} partnerships is not clear of zero"
        found.append(
            Compensation(
                scenario=names[0],
                baseline=names[1],
                period=names[2],
                lost_pair=lost,
                lost_in=lost_in,
                loss=abs(loss.value),
                pair=pair,
                ratio=ratio.value if ratio else None,
                low=ratio.low if ratio else None,
                high=ratio.high if ratio else None,
                mc_error=ratio.error if ratio else None,
                replicates=loss.count,
                method="Fieller",
                reason=reason,
            )
        )
    return found
