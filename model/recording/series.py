"""The indicators of MODEL 8 that follow from counts by country pair, as one tidy frame.

Volume (how much), share (of all) and partner mix (of one bloc's own) are different questions and have different names:
published readings of 2022 disagree because they mix them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .ledger import ReplicateRecord
from .tables import last_day

if TYPE_CHECKING:
    from ..calibration import Calibration
    from ..world import World

INDICATORS = {
    "partnerships.count": ("partnerships", "living partnerships at the end of the period, in real institutions"),
    "partnerships.strength": ("partnerships", "the same, each weighted by its strength"),
    "partnerships.formed": ("partnerships a year", "partnerships formed"),
    "partnerships.ended": ("partnerships a year", "partnerships ended"),
    "partnerships.share": ("share", "share of the pair in all partnerships"),
    "partnerships.mix": ("share", "A>B: share of A's partnerships that are with B"),
    "output.volume": (
        "works a year",
        "joint works as the database counts them (coverage and many-country papers included)",
    ),
    "output.works": ("works a year", "joint works without the growth of the database"),
    "output.share": ("share", "share of the pair in all joint works"),
    "output.mix": ("share", "A>B: share of A's joint works that are with B"),
    "leaders.share": ("share", "A>B: share of the joint works of A and B that A leads"),
    "initiators.share": ("share", "A>B: share of the new partnerships of A and B that A initiated"),
    "network.mean_degree": ("partnerships", "partnerships of an institution, mean"),
    "network.saturation": ("share", "opportunities that end in a proposal or an end"),
    "network.proposal_share": ("share", "opportunities that end in a proposal"),
    "network.acceptance": ("share", "proposals that are accepted"),
}
"""Name -> (unit, definition)."""
SHARED = {"partnerships": "partnerships.count", "output": "output.works"}
"""Kind of share -> what is shared."""


@dataclass(frozen=True)
class Grouping:
    """Blocs or countries whose pairs are reported; G groups of c countries."""

    names: tuple[str, ...]
    member: np.ndarray  # float64[G, c], 1 where the country belongs to the group
    alphabetical: bool  # how a pair is named: country codes alphabetically, blocs in their order

    def pairs(self, inner: bool) -> Iterator[tuple[int, int, str]]:
        """(first, second, name) of every pair; with ``inner`` also each group with itself."""
        for a in range(len(self.names)):
            for b in range(a if inner else a + 1, len(self.names)):
                names = [self.names[a], self.names[b]]
                yield a, b, "-".join(sorted(names) if self.alphabetical else names)


def groupings(world: World) -> tuple[Grouping, Grouping]:
    """Countries, and blocs."""
    c = len(world.countries)
    blocs = np.zeros((len(world.blocs), c))
    blocs[world.arrays.country_bloc, np.arange(c)] = 1.0
    return Grouping(tuple(world.countries), np.eye(c), True), Grouping(tuple(world.blocs), blocs, False)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part / whole, undefined (NaN) where the whole is 0."""
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole != 0)


def series_of(world: World, calibration: Calibration, record: ReplicateRecord) -> dict[tuple[str, str], np.ndarray]:
    """All series of a replicate, (indicator, pair) -> float64[P], in the units of `INDICATORS`."""
    years = record.lengths
    per_year = (world.omega / years)[:, None, None]
    works = (record.led + record.led.transpose(0, 2, 1)) * per_year
    middle = record.ends - 0.5 * years
    seen = np.exp([calibration.observation(time) for time in middle])[:, None, None]
    formed = (record.initiated + record.initiated.transpose(0, 2, 1)) * per_year
    out: dict[tuple[str, str], np.ndarray] = {}
    for group in groupings(world):
        g = group.member

        def between(matrix: np.ndarray, g: np.ndarray = g) -> np.ndarray:
            return g @ matrix @ g.T

        stocks = {
            "partnerships.count": between(record.ties) * world.omega,
            "partnerships.strength": between(record.strength) * world.omega,
            "partnerships.formed": between(formed),
            "partnerships.ended": between(record.ended) * per_year,
            "output.volume": between(works * seen),
            "output.works": between(works),
        }
        whole = {kind: stocks[of].sum(axis=(1, 2)) / 2 for kind, of in SHARED.items()}
        led, initiated = between(record.led), between(record.initiated)
        for a, b, pair in group.pairs(inner=not group.alphabetical):
            half = 0.5 if a == b else 1.0  # inside a group both orders are summed
            for name, matrix in stocks.items():
                out[name, pair] = matrix[:, a, b] * half
            for kind, of in SHARED.items():
                out[f"{kind}.share", pair] = _ratio(out[of, pair], whole[kind])
        for a, b, _ in group.pairs(inner=False):
            for x, y in ((a, b), (b, a)):
                directed = f"{group.names[x]}>{group.names[y]}"
                for kind, of in SHARED.items():
                    own = stocks[of][:, x, :].sum(axis=1) - 0.5 * stocks[of][:, x, x]
                    out[f"{kind}.mix", directed] = _ratio(stocks[of][:, x, y], own)
                out["leaders.share", directed] = _ratio(led[:, x, y], led[:, x, y] + led[:, y, x])
                out["initiators.share", directed] = _ratio(initiated[:, x, y], initiated[:, x, y] + initiated[:, y, x])
    opportunities, proposals, accepted, ended = record.pace.T
    out["network.mean_degree", "World"] = record.degree
    out["network.saturation", "World"] = _ratio(proposals + ended, opportunities)
    out["network.proposal_share", "World"] = _ratio(proposals, opportunities)
    out["network.acceptance", "World"] = _ratio(accepted, proposals)
    return out


def series_frame(
    scenario: str, world: World, calibration: Calibration, records: Sequence[ReplicateRecord]
) -> pd.DataFrame:
    """The tidy frame of a run: scenario, replicate, date, pair, indicator, value, unit.

    ``date`` is the last day of a period. Rows are ordered by indicator (as in `INDICATORS`), pair, replicate and date.
    """
    by_replicate = [series_of(world, calibration, record) for record in records]
    dates = [np.array([last_day(end) for end in record.ends], dtype="datetime64[ns]") for record in records]
    order = {name: place for place, name in enumerate(INDICATORS)}
    keys = sorted(by_replicate[0], key=lambda key: (order[key[0]], key[1]))
    lengths = [len(d) for d in dates]
    block = sum(lengths)

    def labelled(of_key: Sequence[str], names: Sequence[str]) -> pd.Categorical:
        place = {name: code for code, name in enumerate(names)}
        codes = np.array([place[label] for label in of_key], np.int16)
        return pd.Categorical.from_codes(np.repeat(codes, block), categories=names)

    units = [INDICATORS[name][0] for name, _ in keys]
    return pd.DataFrame(
        {
            "scenario": labelled([scenario] * len(keys), [scenario]),
            "replicate": np.tile(np.repeat([r.replicate for r in records], lengths), len(keys)).astype(np.int32),
            "date": np.tile(np.concatenate(dates), len(keys)),
            "pair": labelled([pair for _, pair in keys], sorted({pair for _, pair in keys})),
            "indicator": labelled([name for name, _ in keys], list(INDICATORS)),
            "value": np.concatenate([columns[key] for key in keys for columns in by_replicate]),
            "unit": labelled(units, sorted(set(units))),
        }
    )
