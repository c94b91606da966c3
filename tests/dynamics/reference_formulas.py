"""The formulas of the process, written again from its description in plain Python, without a look at the kernels.

They read a case through its living partnerships only, never through partner lists or sorted orders.
"""

from __future__ import annotations

from math import exp, log, log1p, prod, sqrt

from random_worlds import Case, ties

from model.dynamics.state import PERSONAL, State
from model.dynamics.terms import Term


def partners(state: State, i: int, without: tuple[int, ...] = ()) -> set[int]:
    """Partners of i, in the state without the partnership of the pair ``without``."""
    pairs = [pair for pair in ties(state) if set(pair) != set(without)]
    return {a + b - i for a, b in pairs if i in (a, b)}


def strength(case: Case, slot: int, time: float) -> float:
    """dw/dt = (1 - w) / years, solved from the last known value."""
    passed = time - float(case.state.since[slot])
    return 1.0 - (1.0 - float(case.state.strength[slot])) * exp(-passed / case.setting.strength_years)


def statistic(case: Case, term: Term, i: int, j: int) -> float:
    """Statistic of a term for the ordered pair, in the state without its partnership."""
    world, state, setting = case.world, case.state, case.setting
    mine, theirs = partners(state, i, (i, j)), partners(state, j, (i, j))
    x, y = [float(v) for v in world.profile[i]], [float(v) for v in world.profile[j]]
    cosine = sum(a * b for a, b in zip(x, y, strict=True)) / sqrt(sum(a * a for a in x) * sum(b * b for b in y))
    common = len(mine & theirs)
    slot = ties(state).get((min(i, j), max(i, j)))
    match term:
        case Term.BASE:
            return 1.0
        case Term.SECULAR:
            return float(setting.grid[0]) - setting.reference_year
        case Term.AFFINITY:
            return float(setting.affinity[world.country[i]][world.country[j]])
        case Term.SIZE:
            return float(state.log_size[j])
        case Term.CAPABILITY_GAP:
            gap = float(state.capability[j]) - float(state.capability[i])
            return sorted((-setting.gap_bound, gap, setting.gap_bound))[1]
        case Term.PROXIMITY:
            return cosine
        case Term.PROXIMITY_SQUARED:
            return cosine * cosine
        case Term.COMPLEMENT:
            return sum(float(h) * (b - a) for h, a, b in zip(world.help_need, x, y, strict=True) if b > a)
        case Term.FACILITY:
            return 1.0 if int(world.facilities[i]) & int(world.facilities[j]) else 0.0
        case Term.SAME_KIND:
            return 1.0 if world.kind[i] == world.kind[j] else 0.0
        case Term.SAME_BLOC:
            return 1.0 if world.bloc[i] == world.bloc[j] else 0.0
        case Term.SHARED_PARTNERS:
            return sum(setting.decay**k for k in range(common))
        case Term.SHARED_COUNT:
            return float(common)
        case Term.POPULARITY:
            return log(1.0 + len(theirs))
        case Term.DEGREE_PLUS:
            return float((len(theirs) + 1) + (2 * len(mine) + 1))
        case Term.STRENGTH:
            return 0.0 if slot is None else strength(case, slot, case.time)
        case Term.LOAD:
            return (len(mine) / float(case.state.capacity[i])) ** 2


def value(case: Case, row: int, i: int, j: int) -> float:
    """Sum of weights times statistics, covariates included, measures not."""
    terms = sum(float(case.setting.weights[row, term]) * statistic(case, term, i, j) for term in Term)
    return terms + sum(
        float(weight) * float(table[i, j])
        for weight, table in zip(case.setting.covariate_weights[row], case.setting.covariates, strict=True)
    )


def meeting_parts(case: Case, i: int, j: int) -> tuple[float, float, float]:
    """Search (1/N, by countries), referral and memory of meet_ij = 1/N + q R_ij + q_m Mem_ij."""
    state, setting = case.state, case.setting
    mine = partners(state, i)
    shared = mine & partners(state, j)
    referral = sum(1.0 / (len(mine) * (len(partners(state, h)) - 1)) for h in shared)
    fading = {
        int(k): max(0.0, 1.0 - (case.time - float(since)) / setting.memory_years)
        for k, since in zip(state.former[i], state.former_since[i], strict=True)
        if k >= 0
    }
    memory = fading.get(j, 0.0) / max(1.0, sum(fading.values()))
    search = float(setting.search[case.world.country[i], case.world.country[j]])
    return search, setting.referral * referral, setting.memory * memory


def _stands(side: object, who: int, m: int) -> bool:
    return bool(int(side[who, m // 64]) >> (m % 64) & 1)  # type: ignore[index]


def towards(case: Case, i: int, j: int) -> list[int]:
    """Measures with i on the first side and j on the second."""
    first, second = case.regime.first_side, case.regime.second_side
    return [m for m in range(len(case.regime.meeting)) if _stands(first, i, m) and _stands(second, j, m)]


def measures_on(case: Case, i: int, j: int) -> list[int]:
    """Measures with one of the pair on the first side and the other on the second."""
    return sorted({*towards(case, i, j), *towards(case, j, i)})


def pull(case: Case, m: int, i: int, j: int) -> float:
    """What the motives of measure m add to the value that i sees in j."""
    terms = (Term.CAPABILITY_GAP, Term.PROXIMITY, Term.COMPLEMENT, Term.FACILITY, Term.SAME_KIND)
    weights = case.regime.motives[m]
    return sum(float(w) * statistic(case, term, i, j) for w, term in zip(weights, terms, strict=True) if w != 0.0)


def reliance(case: Case, i: int, bloc: int) -> float:
    """Smoothed share of a bloc among the partners of i."""
    theirs = [int(case.world.bloc[j]) for j in partners(case.state, i)]
    return (theirs.count(bloc) + 1) / (len(theirs) + 2)


def rho(case: Case, m: int, i: int, j: int) -> float:
    """Secondary sanctions: s2 W (1 - listed) of the one on the first side, where the other is on a list; at most 0.99."""
    regime, strongest = case.regime, 0.0
    for exposed, marked in ((i, j), (j, i)):
        if m in towards(case, exposed, marked) and regime.listed[marked] and not regime.listed[exposed]:
            w = reliance(case, exposed, int(regime.exposed_to[m]))
            strongest = max(strongest, min(0.99, float(regime.secondary[m]) * w))
    return strongest


def threats(case: Case, i: int, j: int, field: int) -> float:
    """Product of 1 - rho over the measures that touch new partnerships of the pair in a field."""
    inside = [m for m in measures_on(case, i, j) if case.regime.fields[m, field] > 0.0 and not case.regime.narrow[m]]
    return prod(1.0 - rho(case, m, i, j) for m in inside)


def field_factor(case: Case, i: int, j: int, field: int) -> float:
    """Product over the measures of a pair whose scope holds the field, for proposals of i to j.

    Meeting, passage, exp of formation; where i is the one that acts, initiative and exp of its motives; 1 - rho.
    """
    regime, factor = case.regime, threats(case, i, j, field)
    for m in measures_on(case, i, j):
        if regime.fields[m, field] > 0.0:
            factor *= float(regime.meeting[m]) * float(regime.passage[m]) * exp(float(regime.formation[m]))
            if m in towards(case, i, j):
                factor *= float(regime.initiative[m]) * exp(pull(case, m, i, j))
    return factor


def field_weights(case: Case, i: int, j: int) -> list[float]:
    """phi_if phi_jf exp(measure_ijf) of every field."""
    x, y = case.world.profile[i], case.world.profile[j]
    return [float(x[f]) * float(y[f]) * field_factor(case, i, j, f) for f in range(len(x))]


def proposal_factor(case: Case, i: int, j: int) -> float:
    """Factor of the measures on the rate of proposals of a pair, over all fields."""
    x, y = case.world.profile[i], case.world.profile[j]
    return sum(field_weights(case, i, j)) / sum(float(a) * float(b) for a, b in zip(x, y, strict=True))


def touching(case: Case, i: int, j: int, field: int, channel: int, instrument: int) -> list[int]:
    """Measures of a pair that hold the field, channel and instrument of its partnership."""
    regime = case.regime
    return [
        m
        for m in measures_on(case, i, j)
        if regime.fields[m, field] > 0.0
        and not (regime.official[m] and channel == PERSONAL)
        and not (regime.narrow[m] and (instrument < 0 or not regime.instruments[m, instrument]))
    ]


def maintenance_effect(case: Case, i: int, j: int, field: int, channel: int, instrument: int) -> float:
    """Sum over the measures of a pair that hold its field, channel and instrument: maintenance and ln(1 - rho)."""
    inside = touching(case, i, j, field, channel, instrument)
    return sum(float(case.regime.maintenance[m]) + log1p(-rho(case, m, i, j)) for m in inside)


def weight(case: Case, i: int, j: int) -> float:
    """Weight of j in the choice of i, against 1 for no change (i itself)."""
    from model.dynamics.terms import MAINTENANCE, PROPOSAL

    slot = ties(case.state).get((min(i, j), max(i, j)))
    if i == j:
        return 1.0
    if slot is not None:
        if case.time < case.state.term[slot]:
            return 0.0
        of_slot = (int(column[slot]) for column in (case.state.field, case.state.channel, case.state.instrument))
        effect = maintenance_effect(case, i, j, *of_slot)
        return exp(-value(case, MAINTENANCE, i, j) - effect)
    if not case.setting.domestic and case.world.country[i] == case.world.country[j]:
        return 0.0
    return sum(meeting_parts(case, i, j)) * exp(value(case, PROPOSAL, i, j)) * proposal_factor(case, i, j)
