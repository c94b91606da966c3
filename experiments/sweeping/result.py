"""What a sweep gave, put together from its dataset: a summary of designs that are read point by point, and what is said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..results.frames import write_csv
from .dataset import Dataset
from .folder import SUMMARY
from .outcomes import summarise, unit_of
from .runs import FAILED

if TYPE_CHECKING:
    import pandas as pd

    from .schema import SweepFile

MOST_SHOWN = 2_000
"""Design points that a summary lists, and figures show."""


@dataclass(frozen=True)
class SweepResult:
    """A sweep that is done, read from its folder."""

    dataset: Dataset

    @property
    def file(self) -> SweepFile:
        """The sweep's file, resolved."""
        return self.dataset.sweep

    @property
    def seed(self) -> int:
        """The seed of all design points."""
        return int(self.dataset.identity["seed"])

    @property
    def points(self) -> int:
        """Number of design points."""
        return int(self.dataset.identity["points"])

    @property
    def replicates(self) -> int:
        """Replicates of each design point."""
        return int(self.dataset.identity["replicates"])

    @property
    def factors(self) -> list[str]:
        """Names of the factors."""
        return [factor.name for factor in self.file.factors]

    @property
    def labels(self) -> list[str]:
        """Labels of the outcomes."""
        return [outcome.label for outcome in self.file.outcomes]

    @property
    def tabular(self) -> bool:
        """Whether its design is read point by point: no sample, no shard, and not too long."""
        whole = len(self.dataset.span) == self.points * self.replicates
        return not self.file.design.sampled and self.points <= MOST_SHOWN and whole

    @property
    def drawable(self) -> bool:
        """Whether its summary can be drawn as maps and curves: a grid."""
        return self.tabular and self.file.design.kind == "grid"

    @cached_property
    def runs(self) -> pd.DataFrame:
        """All runs, see `Dataset.runs`."""
        return self.dataset.runs()

    @cached_property
    def failed(self) -> int:
        """Runs that failed."""
        return int((self.runs["status"] == FAILED).sum())

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A column for each factor, outcome, median, low (5 %), high (95 %), unit, replicates; points, then outcomes."""
        design = self.dataset.design.drop(columns="scenario_sha256")
        long = self.runs.merge(design, on="point").melt(
            ["point", *self.factors, "replicate"], self.labels, var_name="outcome", value_name="value"
        )
        place = {label: k for k, label in enumerate(self.labels)}
        long = long.sort_values("outcome", key=lambda o: o.map(place), kind="stable").sort_values(
            "point", kind="stable"
        )
        units = {outcome.label: unit_of(outcome) for outcome in self.file.outcomes}
        return summarise(long.assign(unit=long["outcome"].map(units)), self.factors)

    @cached_property
    def spread(self) -> list[dict[str, Any]]:
        """How the mean outcomes of design points are spread: outcome, median, low, high (ends), unit, points with a value."""
        means = self.runs.groupby("point")[self.labels].mean()
        rows = []
        for outcome in self.file.outcomes:
            known = means[outcome.label].dropna()
            ends = (None, None, None) if known.empty else (known.median(), known.min(), known.max())
            median, low, high = (None if value is None else float(value) for value in ends)
            said = {"outcome": outcome.label, "median": median, "low": low, "high": high, "unit": unit_of(outcome)}
            rows.append(said | {"points": len(known)})
        return rows

    def write(self) -> None:
        """Write summary.csv, where the design is read point by point."""
        if self.tabular:
            write_csv(self.summary, self.dataset.folder / SUMMARY)

    def to_dict(self) -> dict[str, Any]:
        """As JSON types; undefined values are None."""
        rows = self.spread
        if self.tabular:
            rows = self.summary.astype(object).where(self.summary.notna(), None).to_dict("records")
        return {
            "name": self.dataset.identity["name"],
            "title": self.file.title,
            "question": self.file.question,
            "scenario": self.dataset.identity["scenario"]["name"],
            "design": self.file.design.kind,
            "factors": self.factors,
            "outcomes": self.labels,
            "points": self.points,
            "replicates": self.replicates,
            "runs": len(self.dataset.span),
            "failed": self.failed,
            "rows": rows,
        }

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of text: a row for each design point, or for each outcome of a sample."""
        from .wording import table

        return table(self)

    def lines(self) -> list[str]:
        """What is said below the table."""
        from .wording import lines

        return lines(self)
