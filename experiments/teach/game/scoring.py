"""What the runs of a game say: curves of the headline indicators, and how far each ministry has come towards its goals.

Every run has the same lucks as the one in which nobody acted, so that differences are pairs: the mean over lucks of their
differences, with its 95 % t interval. A change whose interval includes nothing at all brings no points.
"""

from __future__ import annotations

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
        low, high = np.quantile(one, [0.05, 0.95], axis=0)
        lines[f"{indicator}:{pair}"] = {
            "now": _listed(one.mean(axis=0)), "low": _listed(low), "high": _listed(high), "grey": _listed(grey.mean(axis=0)),
            "differs": bool(rounds) and _clear(one[:, -1] - grey[:, -1]),
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
    base = 1.0 if goal.of_share else float(grey.mean())
    middle, half = (x / base for x in _interval(one - grey)) if base > 0 else (0.0, 0.0)
    clear = abs(middle) > half
    sign = 1.0 if goal.want == "more" else -1.0
    points = POINTS * float(np.clip(sign * middle / goal.full, -1.0, 1.0)) if clear else 0.0
    return {
        "value": float(one.mean()), "nobody": float(grey.mean()), "change": middle, "low": middle - half,
        "high": middle + half, "clear": clear, "points": round(points, 1) + 0.0,
    }  # fmt: skip


def _clear(differences: np.ndarray) -> bool:
    middle, half = _interval(differences)
    return abs(middle) > half


def _interval(differences: np.ndarray) -> tuple[float, float]:
    """Mean of paired differences, float64[R], and half the width of its t interval."""
    from scipy.stats import t

    n = len(differences)
    error = float(differences.std(ddof=1)) / float(np.sqrt(n))
    return float(differences.mean()), float(t.ppf(0.5 + CONFIDENCE / 2, n - 1)) * error


def _listed(values: np.ndarray) -> list[float | None]:
    return [float(f"{x:.6g}") if np.isfinite(x) else None for x in values]
