"""The figures that the sentences of lessons rest on, computed from runs of the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..comparing.statistics import Interval, mean_interval, ratio_interval

LEVEL = "95 %"
"""Level of the intervals, as tables say it."""

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from .lesson import Exercise, Finding, Lesson, Reveal, Years


@dataclass
class StatesOfLesson:
    """Runs a lesson's states, each once: ``replicates`` of them with a seed; absent, those of the page."""

    lesson: Lesson
    replicates: int | None = None
    seed: int | None = None
    _series: dict[str, pd.DataFrame] = field(default_factory=dict)

    def series(self, chosen: Mapping[str, Any]) -> pd.DataFrame:
        """Series of a state that sets some controls, as `simulate` gives them. Raises `InputError`."""
        from model import load_scenario, simulate

        settings = self.lesson.settings_at(chosen)
        key = json.dumps(settings, default=str)
        if key not in self._series:
            scenario = load_scenario(self.lesson.scenario, settings | {"record.snapshots": [], "run.ensemble": False})
            replicates = self.lesson.lucks if self.replicates is None else self.replicates
            seed = self.lesson.seed if self.seed is None else self.seed
            self._series[key] = simulate(scenario, replicates=replicates, seed=seed).series
        return self._series[key]

    def means(self, finding: Finding, chosen: Mapping[str, Any], years: Years) -> np.ndarray:
        """Mean of a finding's indicator over years, by replicate, float64[n]."""
        import numpy as np

        from ..sweeping.outcomes import values_of
        from ..sweeping.schema import Outcome

        outcome = Outcome(indicator=finding.indicator, pair=finding.pair, years=years)
        return np.array(values_of(outcome, self.series(chosen)))

    def value(self, finding: Finding, end: Reveal | Exercise) -> float:
        """A finding over all replicates; a ratio is one of means."""
        here, there = self._both(finding, end)
        if there is None:
            return float(here.mean())
        return float(here.mean() - there.mean() if finding.of == "difference" else here.mean() / there.mean())

    def _both(self, finding: Finding, end: Reveal | Exercise) -> tuple[np.ndarray, np.ndarray | None]:
        """Means by replicate of a finding, and of what it is held against."""
        own = end.set if finding.set is None else finding.set
        here = self.means(finding, own, finding.years)
        if finding.of == "value":
            return here, None
        other = own if finding.against_set is None else finding.against_set
        return here, self.means(finding, other, finding.against_years or finding.years)

    def interval(self, finding: Finding, end: Reveal | Exercise) -> Interval | None:
        """A finding with its 95 % interval over replicates; a ratio is one of means, with Fieller's interval.

        None for a ratio whose denominator is not clear of zero.
        """
        here, there = self._both(finding, end)
        if there is None:
            return mean_interval(here)
        return mean_interval(here - there) if finding.of == "difference" else ratio_interval(here, there)


def told(finding: Finding, value: float) -> str:
    """A value of a finding as a reader sees it: ratios and shares in per cent, their differences in points."""
    from model.recording import INDICATORS

    share = INDICATORS[finding.indicator][0] == "share"
    if finding.of == "ratio" or (share and finding.of == "value"):
        return f"{100.0 * value:.0f} %"
    return f"{100.0 * value:+.0f} pts" if share else f"{value:,.0f}"
