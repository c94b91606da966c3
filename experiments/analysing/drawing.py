"""The figures of an analysis: which there are, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..plurals import counted
from .given_data import bands_of
from .luck import point_means
from .robustness import SMALLER_IS_BETTER
from .tables import limit_words
from .wording import without_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .analysis import Analysis, OfOutcome
    from .discovery import Discovery
    from .prim import Limit
    from .sample import Sample

MOST_DISCOVERIES = 12
"""Policies whose boxes are drawn."""
SURFACE = 31
"""Values of a factor along each side of a surface."""
AVERAGED = 60
"""Points over which the other factors of a surface are averaged."""


def draw_analysis(folder: Path, analysis: Analysis) -> list[Path]:
    """Draw all figures of an analysis into ``folder / "figures"``; returns the paths."""
    paths: list[Path] = []
    slugs = _slugs([one.outcome.label for one in analysis.outcomes])
    for slug, one in zip(slugs, analysis.outcomes, strict=True):
        for draw in (_tornado, _indices, _screening, _pairs, _maps, _surface, _boxes, _policies):
            paths += draw(folder, slug, analysis.sample, one)
    return paths + _importance(folder, analysis)


def _slugs(labels: Sequence[str]) -> list[str]:
    """Beginnings of file names, each its own."""
    found: list[str] = []
    for label in labels:
        slug = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "outcome"
        found.append(slug if slug not in found else f"{slug}-{len(found) + 1}")
    return found


def _remark(sample: Sample) -> str:
    many = counted(sample.replicates, "replicate")
    return f"{sample.title}: {counted(sample.points, 'design point')} ({sample.design.kind}), {many}"


def _holes(one: OfOutcome) -> str:
    holes = one.holes
    return f"{without_value(holes)}." if holes.total else ""


# --- effects and indices ------------------------------------------------------------------------------------------


def _tornado(folder: Path, slug: str, sample: Sample, one: OfOutcome) -> list[Path]:
    from ..figures.tornado import Bar, draw_tornado

    rows = []
    for factor in sample.factors:
        own = [effect for effect in one.effects if effect.factor == factor.name]
        if len(own) > 1 or (own and sample.design.kind == "one-at-a-time"):
            bars = [Bar(e.effect.value, e.effect.low, e.effect.high) for e in own]
            ends = (own[0].level, own[-1].level) if factor.discrete else map(factor.text, factor.span)
            rows.append((f"{factor.title} ({' to '.join(ends)})", bars[0], bars[-1]))
    if not rows:
        return []
    words = {
        "grid": "Mean at the first and the last level of each factor, less the mean of all points. Intervals: over replicates "
        "with the same luck at every point (Student's t).",
        "one-at-a-time": "Difference to the base point when one factor takes its first or last other level. Intervals: over "
        "replicates with the same luck at every point (Student's t).",
    }.get(
        sample.design.kind,
        "Mean in the lowest and the highest fifth of each factor (or at its first and last value), less the mean of all. "
        "Intervals hold the spread over the other factors (Student's t).",
    )
    title = f"What moves {one.outcome.label}"
    return draw_tornado(folder, f"{slug}-tornado", title, _remark(sample), one.outcome.unit, rows, [words, _holes(one)])


def _indices(folder: Path, slug: str, sample: Sample, one: OfOutcome) -> list[Path]:
    from ..figures.indices import IndexRow, draw_indices

    if one.sobol is None:
        return []
    titles = {factor.name: factor.title for factor in sample.factors}
    rows = [
        IndexRow(titles[first.factors[0]], (first.value, first.half_width), (total.value, total.half_width))
        for first, total in zip(one.sobol.first, one.sobol.total, strict=True)
    ]
    left = one.sobol.blocks_of_design - one.sobol.blocks
    return draw_indices(
        folder, f"{slug}-sobol", f"Whose uncertainty makes that of {one.outcome.label}", _remark(sample), rows,
        one.sobol.noise_share,
        [
            f"Sobol indices of the means over replicates (Saltelli 2010), {one.sobol.blocks:,} base points; intervals by bootstrap.",
            "A total index of about the share of noise, or below, may be luck." if one.sobol.noise_share else "",
            f"Blocks with holes, left out: {left}." if left else "",
        ],
    )  # fmt: skip


def _screening(folder: Path, slug: str, sample: Sample, one: OfOutcome) -> list[Path]:
    from ..figures.indices import ElementaryRow, draw_screening

    if one.screening is None:
        return []
    titles = {factor.name: factor.title for factor in sample.factors}
    rows = [ElementaryRow(titles[e.factor], e.mu_star, e.mu_star_half_width, e.sigma) for e in one.screening.factors]
    left = one.screening.trajectories_of_design - one.screening.trajectories
    return draw_screening(
        folder, f"{slug}-morris", f"Which factors matter for {one.outcome.label}", _remark(sample), one.outcome.unit, rows,
        max((e.sigma_of_luck for e in one.screening.factors if e.sigma_of_luck is not None), default=None),
        [
            "Elementary effects (Morris 1991): change of the outcome per whole range of a factor. Large mu*: it matters. Large sigma: "
            "it depends on the others, or is curved.",
            f"Trajectories with holes, left out: {left}." if left else "",
        ],
    )  # fmt: skip


def _pairs(folder: Path, slug: str, sample: Sample, one: OfOutcome) -> list[Path]:
    """Second order indices, or shares of pairs, with those of factors on the diagonal; none of what is mostly noise."""
    from ..figures.surface import draw_matrix

    k = len(sample.factors)
    values = np.full((k, k), np.nan)
    if one.luck is not None and one.luck.mostly_noise:
        return []
    if one.sobol is not None and one.sobol.second:
        terms = [(index.factors, index.value) for index in (*one.sobol.first, *one.sobol.second)]
        words = "Sobol indices: first order on the diagonal, second order of pairs below it. Estimates below zero are noise."
    elif any(len(share.factors) == 2 for share in one.shares):
        terms = [(share.factors, share.shown) for share in one.shares]
        less = " less noise" if one.shares[0].less_noise is not None else ""
        words = (
            f"Shares of the variance over points{less}: of each factor on the diagonal, of pairs beyond that below it."
        )
    else:
        return []
    for pair, value in terms:
        places = sorted(sample.place(name) for name in pair)
        values[places[-1], places[0]] = value
    names = [f.title if f.title == f.name else f"{f.title} ({f.name})" for f in sample.factors]
    title = f"Which factors act together on {one.outcome.label}"
    return draw_matrix(
        folder, f"{slug}-interactions", title, _remark(sample), names, list(sample.names), values, "", [words],
        blank=True, digits=2,
    )  # fmt: skip


def _importance(folder: Path, analysis: Analysis) -> list[Path]:
    """Factors by outcomes; without values where an outcome is mostly noise, for its indices would be the most colourful."""
    from ..figures.surface import draw_matrix

    sample, columns, noisy = analysis.sample, {}, list[str]()
    words = {
        "sobol": "Total Sobol indices.",
        "morris": "mu*, as a share of the largest of the outcome.",
        "latin-hypercube": "Standardised regression coefficients.",
    }.get(sample.design.kind, "Shares of the variance over points that factors have by themselves.")
    for one in analysis.outcomes:
        own: dict[str, float] = {}
        if sample.design.kind == "sobol" and one.sobol is not None:
            own = {index.factors[0]: index.value for index in one.sobol.total}
        elif sample.design.kind == "morris" and one.screening is not None:
            largest = max(e.mu_star for e in one.screening.factors) or 1.0
            own = {e.factor: e.mu_star / largest for e in one.screening.factors}
        elif sample.design.kind == "latin-hypercube" and one.given_data is not None:
            own = {c.factor: c.regression.value for c in one.given_data.factors}
        elif sample.design.kind == "grid":
            own = {share.factors[0]: share.share for share in one.shares if len(share.factors) == 1}
        if one.luck is not None and one.luck.mostly_noise:
            own, noisy = {}, [*noisy, f"{one.outcome.label} ({one.luck.noise_share:.0%})"]
        columns[one.outcome.label] = [own.get(name, np.nan) for name in sample.names]
    values = np.array(list(columns.values())).T
    if len(sample.factors) < 2 or len(columns) < 2 or np.isnan(values).all():
        return []
    names = [factor.title for factor in sample.factors]
    return draw_matrix(
        folder,
        "factors-by-outcomes",
        "Which factor matters for what",
        _remark(sample),
        names,
        list(columns),
        values,
        "",
        [words, f"Left out, for most of the variance of their means is noise: {', '.join(noisy)}." if noisy else ""],
        digits=2,
    )


# --- maps and surfaces --------------------------------------------------------------------------------------------


def _maps(folder: Path, slug: str, sample: Sample, one: OfOutcome) -> list[Path]:
    """The outcome over the grid, as `comity sweep` draws it."""
    import pandas as pd

    from ..figures.sweep import draw_sweep

    if sample.design.kind != "grid" or not np.isfinite(one.outcome.values).any():
        return []
    quantiles = np.full((3, sample.points), np.nan)
    there = np.isfinite(one.outcome.values).any(axis=1)
    quantiles[:, there] = np.nanquantile(one.outcome.values[there], (0.5, 0.05, 0.95), axis=1)
    table = pd.DataFrame(
        {
            factor.title: sample.codes[:, place] if factor.valued else [factor.text(c) for c in sample.codes[:, place]]
            for place, factor in enumerate(sample.factors)
        }
    )
    table["outcome"], table["unit"] = one.outcome.label, one.outcome.unit
    table["median"], table["low"], table["high"] = quantiles
    table["replicates"] = np.isfinite(one.outcome.values).sum(axis=1)
    return draw_sweep(folder, table, [factor.title for factor in sample.factors], [one.outcome.label])


def _surface(folder: Path, slug: str, sample: Sample, one: OfOutcome) -> list[Path]:
    """The best surrogate over the two factors that matter most, averaged over the others; none that predicts nothing."""
    from ..figures.surface import draw_surface

    pair = _strongest(sample, one)
    if one.surrogates is None or one.surrogates.found[0].q_squared <= 0.0 or pair is None:
        return []
    a, b = pair
    unit = np.linspace(0.0, 1.0, SURFACE)
    rows = np.linspace(0, sample.points - 1, min(AVERAGED, sample.points)).astype(int)
    X = np.repeat(sample.unit_codes[rows][None, :, :], SURFACE, axis=0)
    values = np.empty((SURFACE, SURFACE))
    for row, y in enumerate(unit):
        X[:, :, a], X[:, :, b] = unit[:, None], y
        values[row] = one.surrogates.best(X.reshape(-1, X.shape[2])).reshape(SURFACE, -1).mean(axis=1)
    axes = [_in_values(sample, place, unit) for place in pair]
    best = one.surrogates.found[0]
    titles = [sample.factors[place].title for place in pair]
    return draw_surface(
        folder, f"{slug}-surface", f"{one.outcome.label} over two factors", _remark(sample), one.outcome.unit,
        (titles[0], axes[0]), (titles[1], axes[1]), values, sample.codes[:, list(pair)],
        (sample.factors[a].log, sample.factors[b].log),
        [
            f"Surrogate: {best.name}; Q2 {best.q_squared:.2f} on points that it has not seen.",
            "The other factors are averaged over the design." if len(sample.factors) > 2 else "",
            "Dots: design points.",
        ],
    )  # fmt: skip


def _strongest(sample: Sample, one: OfOutcome) -> tuple[int, int] | None:
    """The two numeric factors with more than two values that matter most, in the order of the design."""
    if one.sobol is not None:
        size = {index.factors[0]: index.value for index in one.sobol.total}
    elif one.screening is not None:
        size = {e.factor: e.mu_star for e in one.screening.factors}
    elif one.given_data is not None:
        size = {c.factor: abs(c.regression.value) for c in one.given_data.factors}
    else:
        size = {share.factors[0]: share.share for share in one.shares if len(share.factors) == 1}
    usable = [k for k, factor in enumerate(sample.factors) if factor.graded]
    if len(usable) < 2:
        return None
    first, second = sorted(sorted(usable, key=lambda k: -size.get(sample.names[k], 0.0))[:2])
    return first, second


def _in_values(sample: Sample, place: int, unit: NDArray[np.float64]) -> NDArray[np.float64]:
    codes = sample.codes[:, place]
    low, high = float(np.nanmin(codes)), float(np.nanmax(codes))
    return low * (high / low) ** unit if sample.factors[place].log else low + (high - low) * unit


# --- boxes --------------------------------------------------------------------------------------------------------


def _boxes(folder: Path, slug: str, sample: Sample, one: OfOutcome) -> list[Path]:
    paths: list[Path] = []
    drawn = [discovery for discovery in one.discoveries if discovery.boxes][:MOST_DISCOVERIES]
    for number, discovery in enumerate(drawn, start=1):
        name = slug if discovery.policy is None else f"{slug}-policy-{number}"
        paths += _of_discovery(folder, name, sample, one, discovery)
    return paths


def _of_discovery(folder: Path, slug: str, sample: Sample, one: OfOutcome, discovery: Discovery) -> list[Path]:
    from ..figures.boxes import Restriction, Step, draw_box, draw_parallel, draw_trade_off

    under = f" under {discovery.policy.name}" if discovery.policy else ""
    case = discovery.case.shown()
    remark = f"{sample.title}: {discovery.cases:,} of {discovery.points:,} points are cases" + (
        " (the worst quarter of all)" if discovery.case.chosen_here else ""
    )
    first = discovery.boxes[0]
    paths = draw_trade_off(
        folder, f"{slug}-trade-off", f"How closely {case} can be boxed in{under}", remark,
        [Step(box.coverage, box.density, len(box.limits)) for box in discovery.trajectory], first.place,
        Step(first.box.coverage, first.box.density, len(first.box.limits)),
        [
            "PRIM (Friedman and Fisher 1999): each point is a box, peeled from the one to its right. Chosen: the largest harmonic mean "
            "of both, without limits that may be chance."
        ],
    )  # fmt: skip
    panels = []
    for number, found in enumerate(discovery.boxes, start=1):
        own = [
            Restriction(
                sample.factors[discovery.columns[limit.factor]].title,
                *_range(sample, discovery, limit),
                limit_words(sample, discovery, limit),
                found.quasi_p[limit.factor],
            )
            for limit in found.box.limits
        ]
        box = found.box
        words = f"Box {number}: density {100 * box.density:.0f} %, coverage {100 * box.coverage:.0f} %, {box.points:,} points"
        panels.append((words, own))
    free = len(discovery.columns) - len({limit.factor for found in discovery.boxes for limit in found.box.limits})
    paths += draw_box(
        folder, f"{slug}-box", f"Where {case}{under}", remark, panels,
        [
            "Density: share of cases among the points of the box; coverage: share of all cases that are in it.",
            f"{free} other factors are not restricted." if free else "",
            "Quasi-p: how probable as many cases are if the limit did nothing.",
        ],
    )  # fmt: skip
    rows = (discovery.policy.rows if discovery.policy else np.ones(sample.points, dtype=bool)).copy()
    mean = point_means(one.outcome.values).mean
    rows &= np.isfinite(mean) & (sample.independent if sample.independent is not None else True)
    limits = dict.fromkeys(limit.factor for found in discovery.boxes for limit in found.box.limits)
    order = [discovery.columns[k] for k in (*limits, *(k for k in range(len(discovery.columns)) if k not in limits))][
        :12
    ]
    if len(order) > 1:
        columns = [(f.title, f.text(f.span[0]), f.text(f.span[1])) for k, f in ((k, sample.factors[k]) for k in order)]
        paths += draw_parallel(
            folder, f"{slug}-parallel", f"Points with {case}{under}", remark, columns, sample.unit_codes[np.ix_(rows, order)],
            discovery.case.holds(mean[rows]), (case, "other points"), ["A line is a design point. Restricted factors come first."],
        )  # fmt: skip
    return paths


def _range(sample: Sample, discovery: Discovery, limit: Limit) -> tuple[float, float]:
    """A limit as a part of the whole range of its factor, from 0 to 1."""
    place = discovery.columns[limit.factor]
    factor, codes = sample.factors[place], sample.codes[:, place]
    if limit.codes or factor.discrete:
        levels = bands_of(factor, codes) if factor.discrete else [(c, c, c) for c in np.unique(codes)]
        inside = [k for k, (code, *_) in enumerate(levels) if bool(limit.holds(np.array([code]))[0])]
        return min(inside) / len(levels), (max(inside) + 1) / len(levels)
    low, high = max(limit.low, codes.min()), min(limit.high, codes.max())
    ends = (
        np.log([codes.min(), codes.max(), low, high]) if factor.log else np.array([codes.min(), codes.max(), low, high])
    )
    return tuple((ends[2:] - ends[0]) / (ends[1] - ends[0]))


# --- policies -----------------------------------------------------------------------------------------------------

SHOWN = {
    "worst": "worst case", "percentile": "nine of ten reach", "mean": "mean", "best": "best case", "spread": "spread",
    "satisficing": "share good enough", "largest_regret": "largest regret", "mean_regret": "mean regret",
}  # fmt: skip


def _policies(folder: Path, slug: str, sample: Sample, one: OfOutcome) -> list[Path]:
    from ..figures.surface import draw_matrix

    robust = one.robust
    if robust is None or not robust.policies:
        return []
    values = np.array([[policy.measures[name] for name in SHOWN] for policy in robust.policies])
    known = [k for k in range(len(SHOWN)) if np.isfinite(values[:, k]).all()]
    names = [list(SHOWN)[k] for k in known]
    values = values[:, known]
    down = np.array([n in SMALLER_IS_BETTER or (not robust.higher_is_better and n != "satisficing") for n in names])
    goodness = np.where(down, -values, values)
    better = "higher" if robust.higher_is_better else "lower"
    return draw_matrix(
        folder, f"{slug}-policies", f"How policies do on {one.outcome.label}", _remark(sample),
        [policy.policy.name for policy in robust.policies], [SHOWN[name] for name in names], values, "",
        [
            f"Over {robust.shared_states or robust.states:,} states of the world; {better} is better; good enough: not {robust.case.shown()}. "
            "Bold: the best policy of each measure; colours run from the worst to the best policy, column by column.",
            _holes(one),
        ],
        shades=goodness, best=goodness == goodness.max(axis=0),
    )  # fmt: skip
