"""How far other partners make up for a loss: the compensation ratio (EVIDENCE 6.1: kappa), with Fieller's interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .statistics import mean_interval, ratio_interval

if TYPE_CHECKING:
    import pandas as pd

TIES = "partnerships.count"
"""T of the compensation ratio."""


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


def compensation_ratios(
    names: tuple[str, str, str], base: pd.DataFrame, other: pd.DataFrame, blocs: Sequence[str]
) -> list[Compensation]:
    """The first bloc's other pairs against the one that differs most between the runs."""
    pairs = [f"{blocs[0]}-{bloc}" for bloc in blocs[1:] if (TIES, f"{blocs[0]}-{bloc}") in base.index]
    if not pairs:
        return []
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
