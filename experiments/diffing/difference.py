"""What two finished runs differ in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..comparing.comparison import PRECISION, Comparison, rows_of
from ..comparing.compensation import compensation_ratios
from ..comparing.means import blocs_of, means_of, period_name, periods_of
from ..comparing.statistics import LEVEL
from ..errors import ExperimentError
from ..results import damage, open_result
from ..results.changes import Change, changes
from ..results.manifest import FIGURES
from .settings import MeasureChanges, measure_changes, setting_changes

if TYPE_CHECKING:
    import pandas as pd

    from ..comparing import Row
    from ..results import Result

MADE_BY = ("program", "environment", "data")
"""Parts of a manifest that say what made a result."""


@dataclass(frozen=True)
class Run:
    """One of the two runs: what a reader tells it by."""

    folder: str
    label: str
    scenario: str
    title: str
    seed: int | None
    replicates: int
    version: str
    sha256: str  # of the resolved scenario


@dataclass(frozen=True)
class Difference:
    """Everything in which b differs from a."""

    a: Run
    b: Run
    settings: tuple[Change, ...]
    measures: MeasureChanges
    made_by: dict[str, tuple[Change, ...]]
    common_luck: bool
    luck: str  # how the results are compared, and why so
    same_series: bool  # to the bit
    comparison: Comparison

    @property
    def rows(self) -> tuple[Row, ...]:
        """The results: b less a."""
        return self.comparison.rows

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "a": asdict(self.a),
            "b": asdict(self.b),
            "settings": [asdict(change) for change in self.settings],
            "measures": asdict(self.measures),
            **{part: [asdict(change) for change in found] for part, found in self.made_by.items()},
            "common_luck": self.common_luck,
            "luck": self.luck,
            "same_series": self.same_series,
            "results": [
                {
                    "indicator": row.indicator,
                    "pair": row.pair,
                    "period": row.period,
                    "unit": row.unit,
                    "a": row.baseline_value,
                    "difference": row.difference,
                    "low": row.low,
                    "high": row.high,
                    "mc_error": row.mc_error,
                    "replicates": row.replicates,
                    "paired": self.common_luck,
                }
                for row in self.rows
            ],
            "notes": list(self.comparison.notes),
        }


def diff(first: Path, second: Path) -> Difference:
    """Read two finished results and say what they differ in.

    The results are compared replicate by replicate where both runs have the same luck, as independent samples otherwise.
    Raises `InputError` for what is no run, `ExperimentError` for a damaged one.
    """
    results = [_whole(folder) for folder in (first, second)]
    a, b = results
    labels = _labels(results)
    common, luck = _luck(a, b)
    comparison = _compared(a, b, labels, common)
    runs = [_run(result, label) for result, label in zip(results, labels, strict=True)]
    return Difference(
        a=runs[0],
        b=runs[1],
        settings=setting_changes(a.scenario, b.scenario),
        measures=measure_changes(a.scenario, b.scenario),
        made_by={part: changes(a.manifest.get(part, {}), b.manifest.get(part, {})) for part in MADE_BY},
        common_luck=common,
        luck=luck,
        same_series=_same(a.series, b.series),
        comparison=comparison,
    )


def _whole(folder: Path) -> Result:
    result = open_result(folder)
    wrong = [line for line in damage(folder) if not line.startswith(f"{FIGURES}/")]
    if wrong:
        raise ExperimentError(f"{folder} is damaged: {'; '.join(wrong[:3])}")
    return result


def _labels(results: Sequence[Result]) -> list[str]:
    """What the two are called: their scenarios' names, or their folders', or A and B."""
    by_name = [result.scenario.name for result in results]
    by_folder = [result.folder.resolve().name for result in results]
    for labels in (by_name, by_folder):
        if labels[0] != labels[1]:
            return labels
    return ["A", "B"]


def _run(result: Result, label: str) -> Run:
    return Run(
        folder=str(result.folder),
        label=label,
        scenario=result.scenario.name,
        title=result.scenario.title or result.scenario.name,
        seed=result.scenario.run.seed,
        replicates=int(result.series["replicate"].nunique()),
        version=str(result.manifest.get("program", {}).get("version", "unknown")),
        sha256=result.scenario.content_hash(),
    )


def _luck(a: Result, b: Result) -> tuple[bool, str]:
    """Whether replicate k of both saw the same luck, and how the results are compared because of it, in words."""
    one, other = a.scenario, b.scenario
    reasons = [
        f"another {what}"
        for what, differs in (
            ("seed", one.run.seed != other.run.seed),
            ("world", one.world != other.world),
            ("start", one.time.start != other.time.start),
            ("engine", one.run.engine != other.run.engine),
        )
        if differs
    ]
    if reasons:
        return False, (
            f"The luck is not common ({', '.join(reasons)}): differences are between independent samples (Welch), and "
            "their intervals are wider than those of paired runs."
        )
    counts = [set(result.series["replicate"].unique()) for result in (a, b)]
    said = f"The luck is common: differences are within replicates, {len(counts[0] & counts[1])} of them."
    if counts[0] != counts[1]:
        said += " The replicates that only one of the two has are left out."
    return True, said


def _compared(a: Result, b: Result, labels: Sequence[str], paired: bool) -> Comparison:
    """Differences of b to a over the periods of both."""
    blocs, other_blocs = blocs_of(a.scenario), blocs_of(b.scenario)
    notes = [] if blocs == other_blocs else [f"the blocs differ: {', '.join(blocs)} and {', '.join(other_blocs)}"]
    means = means_of([a, b])
    first, second = means.by_run
    rows, compensation, periods = [], [], []
    replicates = 0
    for period in periods_of([a.scenario, b.scenario]):
        if period not in first or period not in second:
            notes.append(f"{period_name(period)} is not covered by both runs")
            continue
        one, other = first[period], second[period]
        if paired:
            shared = one.columns.intersection(other.columns)
            one, other = one[shared], other[shared]
        names = (labels[1], labels[0], period_name(period))
        rows += rows_of(names, one, other, blocs, means.units, PRECISION, paired)
        replicates = min(one.shape[1], other.shape[1])
        periods.append(period_name(period))
        if paired and blocs == other_blocs:
            compensation += compensation_ratios(names, one, other, blocs)
    return Comparison(
        baseline=labels[0],
        scenarios=(labels[1],),
        titles=dict(zip(labels, (a.scenario.title, b.scenario.title), strict=True)),
        blocs=blocs,
        periods=tuple(periods),
        replicates=replicates,
        level=LEVEL,
        precision=PRECISION,
        rows=tuple(rows),
        compensation=tuple(compensation),
        notes=tuple(notes),
    )


def _same(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    """Whether two series have the same values to the bit; the name of the scenario does not count."""
    from ..results.frames import first_differences

    without = [frame.drop(columns="scenario") for frame in (a, b)]
    return not first_differences(without[0], without[1], most=1)
