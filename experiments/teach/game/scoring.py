"""What the runs of a game say: curves of the headline indicators, and how far each ministry has come towards its goals.

Every run has the same lucks as the one in which nobody acted, so that differences are pairs: the mean over lucks of their
differences, with its 95 % t interval. A change whose interval includes 0 brings no points. A share of nothing is undefined:
means are over the lucks in which a value is defined.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..frames import unpacked
from .menu import Goal, Menu

BLOC_PAIRS = (("Russia", "China"), ("Russia", "West"), ("China", "West"))
HEADLINES = (
    *((indicator, f"{a}-{b}") for indicator in ("partnerships.count", "output.volume") for a, b in BLOC_PAIRS),
    *(("leaders.share", f"{a}>{b}") for a, b in (("China", "West"), ("China", "Russia"))),
)
"""Lines of the wall."""
POINTS = 10.0
"""Most that a goal brings, and most that it costs."""
CONFIDENCE = 0.95
NINE_OF_TEN = (0.05, 0.95)
"""Quantiles of the lucks between which the wall shades."""


def lines_of(menu: Menu) -> tuple[tuple[str, str], ...]:
    """All series that a game is told by: (indicator, pair)."""
    wanted = [(goal.indicator, pair) for ministry in menu.ministries for goal in ministry.goals for pair in goal.pairs]
    return tuple(dict.fromkeys([*HEADLINES, *wanted]))


@dataclass(frozen=True)
class Lucks:
    """Series of all lucks of a scenario: line -> float64[R, P], and the years of its periods."""

    series: dict[tuple[str, str], np.ndarray]
    years: list[int]

    @classmethod
    def of_frame(cls, frame: bytes) -> Lucks:
        """Those of a frame of kind `lucks`."""
        header, arrays = unpacked(frame)
        series = {(line[0], line[1]): arrays["series"][:, k] for k, line in enumerate(header["lines"])}
        return cls(series, [round(end) - 1 for end in arrays["ends"]])

    def at(self, goal: Goal, year: int) -> np.ndarray:
        """Value of a goal's indicator in a year, by luck, float64[R]."""
        k = self.years.index(year)
        return np.sum([self.series[goal.indicator, pair][:, k] for pair in goal.pairs], axis=0)


def results(menu: Menu, now: Lucks, nobody: Lucks, rounds: int) -> dict[str, Any]:
    """What the wall shows once some rounds are over: curves until their end, and the goals after each."""
    last = menu.begins(rounds).year - 1
    shown = [k for k, year in enumerate(now.years) if menu.show_from <= year <= last]
    lines = {}
    for indicator, pair in HEADLINES:
        one, grey = now.series[indicator, pair][:, shown], nobody.series[indicator, pair][:, shown]
        lines[f"{indicator}:{pair}"] = {
            "now": _by_year(one, np.mean), "low": _by_year(one, _low), "high": _by_year(one, _high), "grey": _by_year(grey, np.mean),
            "differs": bool(rounds) and _clear(*_interval(one[:, -1] - grey[:, -1])),
        }  # fmt: skip
    goals = {
        ministry.place: [
            [reached(goal, now, nobody, menu.begins(k + 1).year - 1) for goal in ministry.goals] for k in range(rounds)
        ]
        for ministry in menu.ministries
    }
    return {
        "years": [now.years[k] for k in shown],
        "lines": lines,
        "goals": goals,
        "lucks": len(now.at(menu.ministries[0].goals[0], last)),
    }


def reached(goal: Goal, now: Lucks, nobody: Lucks, year: int) -> dict[str, Any]:
    """A goal in a year: its value, the value if nobody had acted, the change with its interval, and points."""
    one, grey = now.at(goal, year), nobody.at(goal, year)
    defined = np.isfinite(one) & np.isfinite(grey)
    one, grey = one[defined], grey[defined]
    base = 1.0 if goal.of_share else float(grey.mean()) if len(grey) else 0.0
    middle, half = (x / base for x in _interval(one - grey)) if base > 0 else (0.0, 0.0)
    clear = _clear(middle, half)
    sign = 1.0 if goal.want == "more" else -1.0
    points = POINTS * float(np.clip(sign * middle / goal.full, -1.0, 1.0)) if clear else 0.0
    return {
        "value": float(one.mean()) if len(one) else None, "nobody": float(grey.mean()) if len(grey) else None,
        "change": middle, "low": middle - half, "high": middle + half, "clear": clear, "points": round(points, 1) + 0.0,
    }  # fmt: skip


def _clear(middle: float, half: float) -> bool:
    """Whether an interval leaves out 0."""
    return abs(middle) > half


def _interval(differences: np.ndarray) -> tuple[float, float]:
    """Mean of paired differences, float64[R], and half the width of its t interval; (0, 0) where there are too few."""
    from scipy.stats import t

    found = differences[np.isfinite(differences)]
    n = len(found)
    if n < 2:
        return 0.0, 0.0
    error = float(found.std(ddof=1)) / float(np.sqrt(n))
    return float(found.mean()), float(t.ppf(0.5 + CONFIDENCE / 2, n - 1)) * error


def _low(lucks: np.ndarray) -> float:
    return float(np.quantile(lucks, NINE_OF_TEN[0]))


def _high(lucks: np.ndarray) -> float:
    return float(np.quantile(lucks, NINE_OF_TEN[1]))


def _by_year(values: np.ndarray, of: Callable[[np.ndarray], Any]) -> list[float | None]:
    """A figure of the lucks in which a value is defined, for each year of float64[R, P]; None where there is none."""
    columns = [column[np.isfinite(column)] for column in values.T]
    return [float(f"{of(column):.6g}") if len(column) else None for column in columns]
