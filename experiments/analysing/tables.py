"""An analysis as tables: the rows of the CSV files and of the JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from .robustness import MEASURES

if TYPE_CHECKING:
    from .analysis import Analysis, OfOutcome
    from .discovery import Discovery
    from .prim import Limit
    from .sample import Sample
    from .variance_based import Index

Row = dict[str, Any]


def tables(analysis: Analysis) -> dict[str, list[Row]]:
    """Rows by table; tables without rows are left out. Numbers that are undefined are None."""
    makers = {
        "luck": _luck, "effects": _effects, "shares": _shares, "sobol": _sobol, "morris": _morris,
        "regression": _regression, "surrogates": _surrogates, "boxes": _boxes, "trajectories": _trajectories,
        "robustness": _robustness, "refused": _refused,
    }  # fmt: skip
    rows = {
        name: [
            {"outcome": found.outcome.label, **_plain(row)}
            for found in analysis.outcomes
            for row in make(analysis.sample, found)
        ]
        for name, make in makers.items()
    }
    return {name: some for name, some in rows.items() if some}


def to_dict(analysis: Analysis) -> dict[str, Any]:
    """The analysis as JSON types."""
    sample = analysis.sample
    return {
        "name": sample.name,
        "title": sample.title,
        "design": sample.design.kind,
        "points": sample.points,
        "replicates": sample.replicates,
        "factors": [
            {"name": f.name, "title": f.title, "role": "lever" if f.lever else "uncertainty"} for f in sample.factors
        ],
        "outcomes": [found.outcome.label for found in analysis.outcomes],
        "complete": analysis.complete,
        "notes": list(analysis.notes),
        "tables": tables(analysis),
    }


def _plain(row: Row) -> Row:
    return {key: _number(value) for key, value in row.items()}


def _number(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value


def _luck(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    holes = {key: value for key, value in asdict(found.holes).items() if key != "uneven"}
    uneven = "; ".join(f"{one.factor} {one.words}" for one in found.holes.uneven)
    luck = {} if found.luck is None else asdict(found.luck)
    yield {"unit": found.outcome.unit, **holes, "uneven": uneven, **{k: v for k, v in luck.items() if k not in holes}}


def _effects(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    for effect in found.effects:
        yield {
            "factor": effect.factor, "level": effect.level, "value": effect.value, "effect": effect.effect.value,
            "standard_error": effect.effect.standard_error, "low": effect.effect.low, "high": effect.effect.high,
            "points": effect.points,
        }  # fmt: skip


def _shares(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    for share in found.shares:
        yield {"factors": " x ".join(share.factors), "share": share.share, "less_noise": share.less_noise}
    if found.higher_orders is not None:
        yield {"factors": "higher orders and luck", "share": found.higher_orders, "less_noise": None}


def _sobol(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    if found.sobol is None:
        return
    orders: tuple[tuple[str, tuple[Index, ...]], ...] = (
        ("first", found.sobol.first), ("total", found.sobol.total), ("second", found.sobol.second),
    )  # fmt: skip
    for order, indices in orders:
        for index in indices:
            yield {
                "order": order, "factors": " x ".join(index.factors), "index": index.value,
                "low": index.value - index.half_width, "high": index.value + index.half_width,
                "less_noise": index.less_noise, "blocks": found.sobol.blocks,
            }  # fmt: skip


def _morris(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    for one in found.screening.factors if found.screening else ():
        yield {
            "factor": one.factor, "mu_star": one.mu_star, "mu_star_low": one.mu_star - one.mu_star_half_width,
            "mu_star_high": one.mu_star + one.mu_star_half_width, "mu": one.mu.value, "mu_low": one.mu.low,
            "mu_high": one.mu.high, "sigma": one.sigma, "sigma_of_luck": one.sigma_of_luck,
            "trajectories": found.screening.trajectories if found.screening else 0,
        }  # fmt: skip


def _regression(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    given = found.given_data
    for one in given.factors if given else ():
        half = one.first_order_half_width
        yield {
            "factor": one.factor, "coefficient": one.regression.value, "coefficient_low": one.regression.low,
            "coefficient_high": one.regression.high, "rank_coefficient": one.ranks.value,
            "rank_coefficient_low": one.ranks.low, "rank_coefficient_high": one.ranks.high,
            "first_order": one.first_order,
            "first_order_low": None if half is None or one.first_order is None else one.first_order - half,
            "first_order_high": None if half is None or one.first_order is None else one.first_order + half,
            "r_squared": given.r_squared if given else None,
            "r_squared_of_ranks": given.r_squared_of_ranks if given else None,
            "points": given.points if given else 0,
        }  # fmt: skip


def _surrogates(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    for one in found.surrogates.found if found.surrogates else ():
        yield {
            "surrogate": one.name, "q_squared": one.q_squared, "root_mean_square": one.root_mean_square,
            "largest_error": one.largest, "signal": found.surrogates.signal if found.surrogates else None,
            "points": found.surrogates.points if found.surrogates else 0,
        }  # fmt: skip


def limit_words(sample: Sample, discovery: Discovery, limit: Limit) -> str:
    """What a box asks of a factor, in words."""
    factor = sample.factors[discovery.columns[limit.factor]]
    if limit.codes:
        return f"{factor.name} in {', '.join(factor.text(code) for code in limit.codes)}"
    if limit.low == limit.high:
        return f"{factor.name} = {factor.text(limit.low)}"
    if limit.low == -np.inf:
        return f"{factor.name} <= {factor.text(limit.high)}"
    if limit.high == np.inf:
        return f"{factor.name} >= {factor.text(limit.low)}"
    return f"{factor.text(limit.low)} <= {factor.name} <= {factor.text(limit.high)}"


def _boxes(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    for discovery in found.discoveries:
        for number, chosen in enumerate(discovery.boxes, start=1):
            for limit in chosen.box.limits:
                factor = sample.factors[discovery.columns[limit.factor]]
                low, high = (None, None) if factor.dated else (limit.low, limit.high)
                yield {
                    "case": str(discovery.case), "policy": discovery.policy.name if discovery.policy else None,
                    "box": number, "factor": factor.name,
                    "limit": limit_words(sample, discovery, limit), "low": low, "high": high,
                    "quasi_p": chosen.quasi_p[limit.factor], "coverage": chosen.box.coverage,
                    "density": chosen.box.density, "mass": chosen.box.mass, "points": chosen.box.points,
                    "cases": chosen.box.cases,
                }  # fmt: skip


def _trajectories(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    for discovery in found.discoveries:
        for step, box in enumerate(discovery.trajectory):
            yield {
                "case": str(discovery.case), "policy": discovery.policy.name if discovery.policy else None,
                "step": step, "coverage": box.coverage, "density": box.density, "mass": box.mass,
                "restricted": len(box.limits), "points": box.points, "cases": box.cases,
            }  # fmt: skip


def _robustness(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    if found.robust is None:
        return
    for one in found.robust.policies:
        for name in MEASURES:
            yield {
                "policy": one.policy.name, "measure": name, "value": one.measures[name],
                "standard_error": one.errors[name], "states": one.states,
            }  # fmt: skip


def _refused(sample: Sample, found: OfOutcome) -> Iterator[Row]:
    for one in found.refused:
        yield {"analysis": one.analysis, "reason": one.reason, "because": one.because}
