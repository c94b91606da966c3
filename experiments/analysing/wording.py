"""An analysis as text: for each outcome a table of its factors, and sentences below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..plurals import counted, verb
from .robustness import SMALLER_IS_BETTER
from .tables import limit_words

if TYPE_CHECKING:
    from .analysis import Analysis, OfOutcome
    from .discovery import Discovery
    from .given_data import GivenData
    from .holes import Holes
    from .replicates import Estimate
    from .sample import Sample
    from .screening import Screening
    from .variance_based import SobolIndices

UNKNOWN = "-"
ROUNDING = 1e-9
"""Part of a value below which an error is none: what sums of the same numbers in another order leave."""
MOST_PAIRS = 3
"""Interactions that a sentence names."""


@dataclass(frozen=True)
class Section:
    """A title, a table and what is said below it."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]


def sections(analysis: Analysis) -> list[Section]:
    """A section for each outcome, and one for its policies where it has them."""
    found = []
    for one in analysis.outcomes:
        headings, rows = _factor_table(analysis.sample, one)
        found.append(Section(_title(analysis.sample, one), headings, rows, tuple(_lines(analysis.sample, one))))
        if one.robust is not None and one.robust.policies:
            found.append(_policies(one))
    return found


# --- factors ------------------------------------------------------------------------------------------------------


def _title(sample: Sample, one: OfOutcome) -> str:
    unit = f", {one.outcome.unit}" if one.outcome.unit not in ("", "1") else ""
    return f"{one.outcome.label}{unit} ({sample.design.kind}, {counted(sample.points, 'point')}, {counted(sample.replicates, 'replicate')})"


Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def _factor_table(sample: Sample, one: OfOutcome) -> Table:
    if one.sobol is not None:
        return _of_sobol(one.sobol)
    if one.screening is not None:
        return _of_screening(one.screening)
    if one.given_data is not None:
        return _of_given_data(one.given_data)
    ends = _ends(one)
    shares = {share.factors[0]: share for share in one.shares if len(share.factors) == 1}
    order = sorted(ends, key=lambda name: -shares[name].share if name in shares else 0.0)
    cells = {name: (_percent(share.share), _percent(share.less_noise)) for name, share in shares.items()}
    more = ("share of variance", "less noise") if shares else ()
    return ("factor", "lowest effect", "highest effect", *more), tuple(
        (name, *ends[name], *cells.get(name, ())) for name in order
    )


def _of_sobol(found: SobolIndices) -> Table:
    pairs = sorted(zip(found.first, found.total, strict=True), key=lambda pair: -pair[1].value)
    rows = tuple(
        (
            first.factors[0],
            _plus_minus(first.value, first.half_width),
            _plus_minus(total.value, total.half_width),
            UNKNOWN if total.less_noise is None else f"{total.less_noise:.2f}",
        )
        for first, total in pairs
    )
    return ("factor", "first order", "total order", "total less noise"), rows


def _of_screening(found: Screening) -> Table:
    rows = tuple(
        (e.factor, f"{number(e.mu_star)} ± {number(e.mu_star_half_width)}", _interval(e.mu), number(e.sigma))
        for e in found.factors
    )
    return ("factor", "mu*", "mu", "sigma"), rows


def _of_given_data(found: GivenData) -> Table:
    rows = tuple(
        (
            c.factor,
            _interval(c.regression),
            _interval(c.ranks),
            UNKNOWN if c.first_order is None else _plus_minus(c.first_order, c.first_order_half_width or 0.0),
        )
        for c in found.factors
    )
    return ("factor", "regression", "of ranks", "first order"), rows


def _ends(one: OfOutcome) -> dict[str, tuple[str, str]]:
    """The lowest and the highest effect of each factor, with where they are."""
    found: dict[str, tuple[str, str]] = {}
    for name in dict.fromkeys(effect.factor for effect in one.effects):
        own = sorted((e for e in one.effects if e.factor == name), key=lambda e: e.effect.value)
        found[name] = (
            f"{_interval(own[0].effect)} at {own[0].level}",
            f"{_interval(own[-1].effect)} at {own[-1].level}",
        )
    return found


def _lines(sample: Sample, one: OfOutcome) -> list[str]:
    said = [
        *_of_luck(one),
        *_of_holes(one),
        *_of_blocks(one),
        *_of_pairs(one),
        *_of_regression(one),
        *_of_surrogate(one),
    ]
    said += [_of_boxes(sample, discovery) for discovery in one.discoveries]
    said += [f"Not given: {refusal.analysis}; {refusal.reason}." for refusal in one.refused]
    return said


def _of_luck(one: OfOutcome) -> list[str]:
    luck = one.luck
    if luck is None:
        return []
    if luck.design is None or luck.common is None or luck.rest is None:
        return [f"Mean {number(luck.mean)}; effects and luck cannot be told apart with one replicate."]
    noise = (
        "" if luck.noise_share is None else f"; {_percent(luck.noise_share)} of the variance of points' means is noise"
    )
    return [
        f"Mean {number(luck.mean)}. Of the variance of runs, the design makes {_percent(luck.design)}, luck that is the same at "
        f"every point {_percent(luck.common)}, other luck {_percent(luck.rest)}{noise}."
    ]


def _of_holes(one: OfOutcome) -> list[str]:
    holes = one.holes
    if not holes.total:
        return []
    said = (
        f"{without_value(holes)} ({holes.failed:,} failed, {holes.undefined:,} undefined, {holes.missing:,} not run); "
        f"{counted(holes.points_without_value, 'point')} {verb(holes.points_without_value, 'has', 'have')} none at all."
    )
    if holes.uneven:
        where = ", ".join(f"{u.factor} ({u.words})" for u in holes.uneven)
        said += f" They lie unevenly along {where}: what follows may be biased by what is missing."
    return [said]


def without_value(holes: Holes) -> str:
    """How many runs have no value."""
    return f"{holes.total:,} of {counted(holes.runs, 'run')} {verb(holes.total, 'has', 'have')} no value"


def _of_blocks(one: OfOutcome) -> list[str]:
    """What of the sample indices rest on."""
    if one.screening is not None:
        rest, whole = one.screening.trajectories, one.screening.trajectories_of_design
        left = "; the others have holes" if rest < whole else ""
        return [f"Elementary effects of {rest:,} of {whole:,} trajectories, per whole range of a factor{left}."]
    if one.sobol is not None and one.sobol.blocks < one.sobol.blocks_of_design:
        return [f"Indices of {one.sobol.blocks:,} of {one.sobol.blocks_of_design:,} blocks; the others have holes."]
    return []


def _of_pairs(one: OfOutcome) -> list[str]:
    if one.sobol is not None and one.sobol.second:
        best = sorted(one.sobol.second, key=lambda index: -index.value)[:MOST_PAIRS]
        clear = [index for index in best if index.value > index.half_width]
        said = [f"{' x '.join(i.factors)} {_plus_minus(i.value, i.half_width)}" for i in clear]
        return [
            f"Interactions clear of zero: {'; '.join(said)}." if said else "No second order index is clear of zero."
        ]
    pairs = sorted((share for share in one.shares if len(share.factors) == 2), key=lambda share: -share.shown)
    if not pairs:
        return []
    if one.luck is not None and one.luck.mostly_noise:
        return ["Interactions cannot be told from luck: most of the variance of points' means is noise."]
    said = [f"{' x '.join(p.factors)} {_percent(p.shown)}" for p in pairs[:MOST_PAIRS]]
    less, of_all = ("", "") if pairs[0].less_noise is None else (" less noise", " of all of it")
    rest = "" if one.higher_orders is None else f"; higher orders and luck {_percent(one.higher_orders)}{of_all}"
    return [f"Interactions: {'; '.join(said)} of the variance over points{less}{rest}."]


def _of_regression(one: OfOutcome) -> list[str]:
    given = one.given_data
    if given is None:
        return []
    return [
        f"Regression explains {_percent(given.r_squared)} of the variance, of ranks {_percent(given.r_squared_of_ranks)}."
    ]


def _of_surrogate(one: OfOutcome) -> list[str]:
    if one.surrogates is None:
        return []
    best = one.surrogates.found[0]
    signal = one.surrogates.signal
    limit = "" if signal is None else f" ({signal:.2f} of the variance of means is no noise)"
    return [
        f"Surrogate: {best.name}, Q2 {best.q_squared:.2f}{limit}, error {number(best.root_mean_square)} on points that it has not seen."
    ]


def _of_boxes(sample: Sample, discovery: Discovery) -> str:
    case = str(discovery.case) + (" (the worst quarter)" if discovery.case.chosen_here else "")
    under = f", under {discovery.policy.name}" if discovery.policy else ""
    if not discovery.boxes:
        return f"PRIM, {case}{under}: no box is clearly denser than the whole ({discovery.cases} of {discovery.points} points)."
    said = []
    for found in discovery.boxes:
        limits = ", ".join(limit_words(sample, discovery, limit) for limit in found.box.limits)
        said.append(f"{limits} (density {_percent(found.box.density)}, coverage {_percent(found.box.coverage)})")
    return f"PRIM, {case}{under}, {discovery.cases} of {discovery.points} points: {'; and '.join(said)}."


# --- policies -----------------------------------------------------------------------------------------------------

SHOWN = ("worst", "mean", "percentile", "satisficing", "largest_regret", "mean_regret")
HEADINGS = {
    "worst": "worst", "mean": "mean", "percentile": "nine of ten", "satisficing": "good enough",
    "largest_regret": "largest regret", "mean_regret": "mean regret",
}  # fmt: skip


def _policies(one: OfOutcome) -> Section:
    robust = one.robust
    assert robust is not None
    rows = []
    erred = False
    best = {}
    for name in SHOWN:
        down = name in SMALLER_IS_BETTER or (not robust.higher_is_better and name != "satisficing")
        known = [p.measures[name] for p in robust.policies if p.measures[name] == p.measures[name]]
        best[name] = (min if down else max)(known) if known else None
    for policy in robust.policies:
        cells = []
        for name in SHOWN:
            value = policy.measures[name]
            text = UNKNOWN if value != value else _percent(value) if name == "satisficing" else number(value)
            error = policy.errors[name]
            if error and error > ROUNDING * abs(value) and name != "satisficing":
                text, erred = f"{text} ± {number(error)}", True
            cells.append(f"{text} *" if value == best[name] else text)
        rows.append((policy.policy.name, *cells))
    better = "higher" if robust.higher_is_better else "lower"
    states = (
        f"Over the {robust.shared_states:,} of {robust.states:,} states of the world that have every policy"
        if robust.shared_states
        else "Each policy over its own states of the world"
    )
    lines = [
        f"{states}; {better} is better; * is the best; good enough: not {robust.case}.",
        *(["± is the standard error from luck (jackknife over replicates)."] if erred else []),
    ]
    return Section(
        f"Policies on {one.outcome.label}", ("policy", *(HEADINGS[name] for name in SHOWN)), tuple(rows), tuple(lines)
    )


# --- numbers ------------------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """Three or four digits that count."""
    if value != value:
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _percent(share: float | None) -> str:
    return (
        UNKNOWN
        if share is None or share != share
        else f"{100 * share:.0f} %"
        if share >= 0.1
        else f"{100 * share:.1f} %"
    )


def _plus_minus(index: float, half: float) -> str:
    return f"{index + 0.0:.2f} ± {half:.2f}".replace("-0.00", "0.00")


def _interval(of: Estimate) -> str:
    if of.low is None or of.high is None:
        return f"{of.value:+.3g}"
    return f"{of.value:+.3g} [{of.low:+.3g}, {of.high:+.3g}]"
