"""A sweep before it is run, as text: its factors, its design, and what it will take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model.errors import as_written

from ..plurals import counted
from .design import written

if TYPE_CHECKING:
    from .distributions import Distribution
    from .estimating import Estimate
    from .loading import Sweep
    from .schema import Factor

MOST_LEVELS = 6
"""Levels of a factor that are listed."""


@dataclass(frozen=True)
class Plan:
    """What a sweep will be and take."""

    sweep: Sweep
    estimate: Estimate

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows: a factor a row."""
        rows = [
            [factor.name, factor.role, _values(factor), "\n".join(factor.measures or factor.paths)]
            for factor in self.sweep.factors
        ]
        return ["factor", "role", "values", "of"], rows

    def lines(self) -> list[str]:
        """The design, the number of runs, time and disk."""
        e, sweep = self.estimate, self.sweep
        whole = "" if e.runs == sweep.runs else f" of {sweep.runs:,}"
        each = f"{counted(e.points, 'design point')}, {counted(sweep.replicates, 'replicate')} each"
        runs = f"{e.runs:,}{whole} runs" if whole else counted(e.runs, "run")
        said = f"{_design(sweep)}: {each}, {runs}."
        if e.seconds is None or e.seconds_each is None:
            time = "The first run failed, so that the time cannot be estimated."
        else:
            many = "1 process" if e.jobs == 1 else f"{e.jobs} processes"
            time = f"About {in_words(e.seconds)} with {many}: a run takes {in_words(e.seconds_each)} here."
        outcomes = ", ".join(outcome.label for outcome in sweep.outcomes)
        return [said, f"Outcomes: {outcomes}.", time, f"About {in_bytes(e.bytes)} on disk."]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        sweep = self.sweep
        factors = [
            {"name": f.name, "role": f.role, "values": _values(f), "of": list(f.measures or f.paths)}
            for f in sweep.factors
        ]
        return {
            "name": sweep.name,
            "design": sweep.file.design.kind,
            "factors": factors,
            "outcomes": [outcome.label for outcome in sweep.outcomes],
            "replicates": sweep.replicates,
            "seed": sweep.seed,
            **self.estimate.to_dict(),
        }


def planned(sweep: Sweep, estimate: Estimate) -> Plan:
    """The plan of a sweep."""
    return Plan(sweep, estimate)


def _design(sweep: Sweep) -> str:
    names = {
        "grid": "All combinations", "one-at-a-time": "One factor at a time", "latin-hypercube": "Latin hypercube",
        "sobol": "Saltelli's design for Sobol indices", "morris": "Morris trajectories",
    }  # fmt: skip
    crossed = " of uncertainties, with all levers at each of its points" if sweep.file.design.crossed else ""
    return names[sweep.file.design.kind] + crossed


def _values(factor: Factor) -> str:
    if factor.discrete is not None:
        shown = ", ".join(_plain(level) for level in factor.discrete[:MOST_LEVELS])
        return shown + (", ..." if len(factor.discrete) > MOST_LEVELS else "")
    if factor.distribution is not None:
        return _distribution(factor.distribution)
    low, high = factor.bounds
    return f"{low:g} to {high:g}{', log' if factor.scale == 'log' else ''}"


def _distribution(distribution: Distribution) -> str:
    keys = distribution.model_dump(exclude_none=True)
    return f"{keys.pop('family')}, {', '.join(f'{key} {value:g}' for key, value in keys.items())}"


def _plain(level: object) -> str:
    return as_written(written(level)).strip('"')


def in_words(seconds: float) -> str:
    """A time, in the unit that it is read in."""
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.2g} {name}" if seconds < 10 * size else f"{seconds / size:.0f} {name}"
    return f"{seconds:.2g} seconds"


def in_bytes(count: int) -> str:
    """A size on disk."""
    for size, name in ((10**9, "GB"), (10**6, "MB")):
        if count >= size:
            return f"{count / size:.2g} {name}" if count < 10 * size else f"{count / size:,.0f} {name}"
    return f"{max(1, round(count / 1000))} kB"
