"""The table of indicators: name, unit, what it is told of, definition. Pages, sweeps and checks of names read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations, combinations_with_replacement, permutations

from ..recording import INDICATORS as OF_PERIODS
from .kinds import pair_names as kind_names

WORLD = "World"


class Of(Enum):
    """What an indicator is told of, the column ``pair``: how it is written, as pages say it."""

    WORLD = "World"
    GROUP = "World, bloc, country"
    BLOC = "bloc"
    BLOC_OR_WORLD = "World, bloc"
    BLOC_PAIR = "A-B, blocs"
    BLOC_PAIR_OR_WORLD = "World, A-B of blocs"
    DIRECTED = "A>B"
    BLOC_DIRECTED = "A>B, blocs"
    BETWEEN = "A-C-B, blocs"
    FIELD = "bloc:field"
    KINDS = "World or A-B of blocs, :kind-kind"


@dataclass(frozen=True)
class Indicator:
    """What an indicator is."""

    unit: str
    of: Of
    definition: str


_SHARE = "share"

OF_SNAPSHOTS = {
    "partnerships.strength_share": Indicator(
        _SHARE, Of.BLOC_PAIR, "share of the pair in all partnerships, each weighted by its strength"
    ),
    "leaders.per_participant": Indicator(
        "ratio", Of.DIRECTED, "A>B: works led per participating institution, A's over B's; works of the period that ends "
        "at the date, institutions with such a partnership at the date",
    ),
    "concentration.institutions": Indicator(
        "HHI", Of.GROUP, "concentration of an institution's strength over its partners, mean of those that have any"
    ),
    "concentration.blocs": Indicator(
        "HHI", Of.GROUP, "concentration of an institution's strength over the blocs of its partners, mean"
    ),
    "concentration.countries": Indicator(
        "HHI", Of.GROUP, "concentration of all strength of a bloc or country over the countries of its partners"
    ),
    "concentration.field_institutions": Indicator(
        "HHI", Of.FIELD, "concentration of a bloc's strength in a field over the partner institutions"
    ),
    "concentration.field_blocs": Indicator(
        "HHI", Of.FIELD, "concentration of a bloc's strength in a field over the blocs of the partners"
    ),
    "dependency.facilities": Indicator(
        _SHARE, Of.BLOC_DIRECTED, "A>B: dependency asymmetry of the partnerships between members of one large facility"
    ),
    "dependency.instruments": Indicator(
        _SHARE, Of.BLOC_DIRECTED, "A>B: dependency asymmetry of the partnerships that an instrument made"
    ),
    "sorting.share": Indicator(
        _SHARE, Of.DIRECTED, "A>B: share of the partnerships of A and B that listed institutions of B hold"
    ),
    "sorting.expected": Indicator(
        _SHARE, Of.DIRECTED, "A>B: share of the partnerships of B with anyone that its listed institutions hold"
    ),
    "sorting.excess": Indicator(_SHARE, Of.DIRECTED, "A>B: `sorting.share` less `sorting.expected`"),
    "brokerage.paths": Indicator(
        _SHARE, Of.BETWEEN, "A-C-B: share of the shortest paths between A and B with an institution of C inside"
    ),
    "brokerage.betweenness": Indicator(
        _SHARE, Of.BLOC, "share of all betweenness that the institutions of the bloc have"
    ),
    "brokerage.liaisons": Indicator(
        "pairs", Of.BETWEEN, "A-C-B: partners of an institution of C, one in A and one in B, that are no partners of "
        "each other (Gould-Fernandez liaison), in real institutions",
    ),
    "polarisation.external_internal": Indicator(
        "E-I index", Of.BLOC_OR_WORLD, "partnerships across blocs less those inside one, over all (of the bloc)"
    ),
    "polarisation.modularity": Indicator("modularity", Of.WORLD, "modularity of the partition into blocs"),
    "knowledge.working": Indicator(
        "full partnerships", Of.BLOC_PAIR_OR_WORLD,
        "sum of strength x sqrt(capability x capability) x complementarity, in real institutions, at the date",
    ),
    "knowledge.output": Indicator(
        "full partnerships", Of.BLOC_PAIR_OR_WORLD,
        "mean of `knowledge.working` from two years to one year before the date, between the dates of snapshots in "
        "straight lines",
    ),
    "knowledge.gini": Indicator("Gini", Of.GROUP, "inequality of `knowledge.working` among institutions, zeros included"),
    "survival.one_year": Indicator(
        _SHARE, Of.BLOC_PAIR_OR_WORLD, "partnerships of the last ten years that live longer than one year (Kaplan-Meier)"
    ),
    "survival.three_years": Indicator(_SHARE, Of.BLOC_PAIR_OR_WORLD, "the same for three years"),
    "survival.five_years": Indicator(_SHARE, Of.BLOC_PAIR_OR_WORLD, "the same for five years"),
    "survival.median": Indicator("years", Of.BLOC_PAIR_OR_WORLD, "time that half of them outlive"),
    "degree.median": Indicator("partnerships", Of.GROUP, "partnerships of an institution, median"),
    "degree.ninetieth": Indicator("partnerships", Of.GROUP, "partnerships that one institution in ten exceeds"),
    "degree.gini": Indicator("Gini", Of.GROUP, "inequality of partnerships among institutions"),
    "degree.isolated": Indicator(_SHARE, Of.GROUP, "institutions without a partner"),
    "structure.clustering": Indicator(
        _SHARE, Of.GROUP, "pairs of an institution's partners that are partners, mean of those with two partners"
    ),
    "structure.transitivity": Indicator(_SHARE, Of.WORLD, "pairs of partners of one institution that are partners"),
    "structure.largest_component": Indicator(_SHARE, Of.WORLD, "institutions in the largest connected part"),
    "kinds.share": Indicator(_SHARE, Of.KINDS, "share of a pair of kinds in the partnerships of the pair of blocs"),
    "kinds.new_share": Indicator(
        _SHARE, Of.KINDS, "the same among the partnerships formed in the last five years, ended ones included"
    ),
}  # fmt: skip
"""Indicators of the network at the dates of `record.snapshots`."""

FROM_COUNTS = {
    "dependency.partnerships": Indicator(
        _SHARE, Of.BLOC_DIRECTED, "A>B: share of A's partnerships that are with B, less share of B's that are with A"
    ),
    "dependency.output": Indicator(_SHARE, Of.BLOC_DIRECTED, "A>B: the same of joint works"),
    "leaders.premium": Indicator(
        "ratio", Of.BLOC_DIRECTED, "A>B: leaders per other participant, A's over B's; 1 is parity"
    ),
}
"""Indicators that follow from the counts of every period; blocs only."""

EARLIER_YEARS = {"knowledge.output": (1, 2)}
"""Years before a date at which the network must have been looked at as well."""

OF_TWO_RUNS = {
    "substitution.elasticity": ("ratio", "relative growth of a pair for each relative fall of the pair that is lost"),
    "substitution.compensation": ("ratio", "what a pair gains for each one that the pair that is lost loses"),
    "resilience.area_lost": (_SHARE, "what was lost since the shock, as a share of what the baseline gives"),
    "resilience.recovery_months": (
        "months", "until 90 % of the baseline are reached again after a fall below; inf: not within the run"
    ),
    "hysteresis.gap_1": (_SHARE, "what has not come back one year after the measure was lifted"),
    "hysteresis.gap_3": (_SHARE, "the same after three years"),
    "hysteresis.gap_5": (_SHARE, "the same after five years"),
    "hysteresis.gap_10": (_SHARE, "the same after ten years"),
    "hysteresis.half_life": ("years", "from lifting until half of the gap is closed; inf: not within the run"),
}  # fmt: skip
"""Indicators of a run against its baseline: name -> (unit, definition); see `paired`."""

OF_NETWORKS = {**FROM_COUNTS, **OF_SNAPSHOTS}
"""All indicators of the frame `indicators`, in its order."""


def unit_of(name: str) -> str:
    """Unit of an indicator of the series or of the frame `indicators`."""
    return OF_NETWORKS[name].unit if name in OF_NETWORKS else OF_PERIODS[name][0]


def names() -> tuple[str, ...]:
    """All indicators that a run gives: those of the series, then those of the frame `indicators`."""
    return (*OF_PERIODS, *OF_NETWORKS)


def pair_names(
    of: Of, blocs: Sequence[str], countries: Sequence[str], fields: Sequence[str], kinds: Sequence[str]
) -> tuple[str, ...]:
    """What the column ``pair`` may hold for indicators of a sort, in a world with these names."""
    within = [f"{a}-{b}" for a, b in combinations_with_replacement(blocs, 2)]
    match of:
        case Of.WORLD:
            return (WORLD,)
        case Of.GROUP:
            return (WORLD, *blocs, *countries)
        case Of.BLOC:
            return tuple(blocs)
        case Of.BLOC_OR_WORLD:
            return (WORLD, *blocs)
        case Of.BLOC_PAIR:
            return tuple(within)
        case Of.BLOC_PAIR_OR_WORLD:
            return (WORLD, *within)
        case Of.DIRECTED:
            return tuple(f"{a}>{b}" for group in (blocs, countries) for a, b in permutations(group, 2))
        case Of.BLOC_DIRECTED:
            return tuple(f"{a}>{b}" for a, b in permutations(blocs, 2))
        case Of.BETWEEN:
            return tuple(f"{a}-{c}-{b}" for a, b in combinations(blocs, 2) for c in blocs if c not in (a, b))
        case Of.FIELD:
            return tuple(f"{a}:{field}" for a in blocs for field in fields)
        case Of.KINDS:
            return tuple(f"{pair}:{kind}" for pair in (WORLD, *within) for kind in kind_names(tuple(kinds)))
