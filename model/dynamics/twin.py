"""The twin: the process of MODEL 3 in plain Python. Read this first.

It makes the decisions of the plain engine from the same draws, one institution and one candidate at a time, and can
say why. It is slow (about a thousand times) and is used to judge the kernels, to explain a decision, and for runs in
which some institutions follow a rule of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, log1p
from typing import Any, Protocol

import numpy as np

from . import draws, events, network, opportunity
from . import regime as regimes
from .state import ACCEPTED, CHOSEN, ENDED, LEFT, NEXT, NOW, OPPORTUNITIES, PROPOSALS, PROPOSED
from .terms import ANSWER, MAINTENANCE, PROPOSAL, Term


class Rule(Protocol):
    """How an institution decides: what `Institution` offers and a user may override."""

    def propose(self, other: int, time: float) -> float:
        """Weight of a proposal to a stranger, against 1 for no change."""

    def end(self, other: int, time: float) -> float:
        """Weight of ending the partnership with a partner, against 1 for no change."""

    def accept(self, other: int, field: int, time: float) -> float:
        """Probability of accepting a proposal of another institution in a field."""


@dataclass(frozen=True)
class Option:
    """One alternative of a choice: what it is, how likely, and what it is made of."""

    institution: int
    action: str  # "no change", "propose" or "end"
    probability: float
    weight: float
    meeting: float
    measures: float
    terms: dict[str, float]  # contribution of each term: weight times statistic


@dataclass(frozen=True)
class Twin:
    """A world, its numbers and its state, looked at in plain Python."""

    world: Any
    setting: Any
    regime: Any
    state: Any

    # --- who knows whom -----------------------------------------------------------------------------------------

    def partners(self, i: int) -> list[int]:
        """Partners of i, ascending."""
        return [int(j) for j in network.partners_of(self.state, i)]

    def slot(self, i: int, j: int) -> int:
        """Slot of the partnership of i and j; -1 if there is none."""
        partners = self.partners(i)
        return int(self.state.slots[self.state.begins[i] + partners.index(j)]) if j in partners else -1

    # --- the terms of a value -----------------------------------------------------------------------------------

    def statistics(self, i: int, j: int, time: float) -> dict[Term, float]:
        """Statistics of the ordered pair in the state without its partnership (table of MODEL 3)."""
        world, state, setting = self.world, self.state, self.setting
        slot = self.slot(i, j)
        together = 1 if slot >= 0 else 0
        degree_i, degree_j = state.degree[i] - together, state.degree[j] - together
        cosine = min(1.0, sum(float(a) * float(b) for a, b in zip(world.direction[i], world.direction[j], strict=True)))
        gap = state.capability[j] - state.capability[i]
        shared = len(set(self.partners(i)) & set(self.partners(j)))
        r = setting.decay
        return {
            Term.BASE: 1.0,
            Term.SECULAR: setting.grid[0] - setting.reference_year,
            Term.AFFINITY: setting.affinity[world.country[i], world.country[j]],
            Term.SIZE: state.log_size[j],
            Term.CAPABILITY_GAP: min(max(gap, -setting.gap_bound), setting.gap_bound),
            Term.PROXIMITY: cosine,
            Term.PROXIMITY_SQUARED: cosine**2,
            Term.COMPLEMENT: sum(
                help_need * max(theirs - mine, 0.0)
                for help_need, theirs, mine in zip(world.help_need, world.profile[j], world.profile[i], strict=True)
            ),
            Term.FACILITY: float(bool(int(world.facilities[i]) & int(world.facilities[j]))),
            Term.SAME_KIND: float(world.kind[i] == world.kind[j]),
            Term.SAME_BLOC: float(world.bloc[i] == world.bloc[j]),
            Term.SHARED_PARTNERS: (1.0 - r**shared) / (1.0 - r),
            Term.SHARED_COUNT: float(shared),
            Term.POPULARITY: log1p(degree_j),
            Term.DEGREE_PLUS: float(degree_j + 1 + 2 * degree_i + 1),
            Term.STRENGTH: self.strength(slot, time) if slot >= 0 else 0.0,
            Term.LOAD: (degree_i / state.capacity[i]) ** 2,
        }

    def strength(self, slot: int, time: float) -> float:
        """Strength of a partnership: the way from its last known value to 1, at a rate of 1 in `strength_years`."""
        state = self.state
        return 1.0 - (1.0 - state.strength[slot]) * exp(-(time - state.since[slot]) / self.setting.strength_years)

    def contributions(self, row: np.int64, i: int, j: int, time: float) -> dict[str, float]:
        """What each term and covariate adds to the value of j in the eyes of i."""
        weights = self.setting.weights[row]
        parts = {term.name.lower(): weights[term] * x for term, x in self.statistics(i, j, time).items()}
        for k, weight in enumerate(self.setting.covariate_weights[row]):
            parts[f"covariate {k}"] = weight * self.setting.covariates[k, i, j]
        return {name: float(part) for name, part in parts.items() if part != 0.0}

    def value(self, row: np.int64, i: int, j: int, time: float) -> float:
        """v_ij, v_ji in an answer, or m_ij, by row, without measures."""
        return sum(self.contributions(row, i, j, time).values())

    # --- the choice ---------------------------------------------------------------------------------------------

    def meeting(self, i: int, j: int, time: float) -> float:
        """meet_ij = 1/N + q R_ij + q_m Mem_ij."""
        state, setting = self.state, self.setting
        referral = 0.0
        for h in self.partners(i):
            others = [k for k in self.partners(h) if k != i]
            if j in others:
                referral += 1.0 / (len(self.partners(i)) * len(others))
        fades = {
            int(k): max(0.0, 1.0 - (time - since) / setting.memory_years)
            for k, since in zip(state.former[i], state.former_since[i], strict=True)
            if k >= 0
        }
        memory = fades.get(j, 0.0) / max(1.0, sum(fades.values()))
        search = setting.search[self.world.country[i], self.world.country[j]]
        return float(search + setting.referral * referral + setting.memory * memory)

    def may_meet(self, i: int, j: int) -> bool:
        """Whether partnership is open to the two at all: partnerships are international."""
        return i != j and (self.setting.domestic or self.world.country[i] != self.world.country[j])

    def propose(self, i: int, j: int, time: float) -> float:
        """Weight of a proposal of i to the stranger j."""
        measures = regimes.proposal_factor(self.world, self.setting, self.regime, self.state, i, j)
        return self.meeting(i, j, time) * exp(self.value(PROPOSAL, i, j, time)) * float(measures)

    def end(self, i: int, j: int, time: float) -> float:
        """Weight of ending the partnership of i with j; 0 inside its contract term."""
        slot = self.slot(i, j)
        if time < self.state.term[slot]:
            return 0.0
        measures = regimes.maintenance_effect(self.regime, self.state, i, j, slot)
        return exp(-self.value(MAINTENANCE, i, j, time) - float(measures))

    def accept(self, j: int, i: int, field: int, time: float) -> float:
        """Probability that j accepts the proposal of i."""
        if not self.setting.consent:
            return 1.0
        added, factor = regimes.answer_effect(self.world, self.setting, self.regime, self.state, i, j, field)
        v = self.value(ANSWER, j, i, time) + added + self.setting.offset
        return min(1.0, float(factor) / (1.0 + exp(-v)))

    def weights(self, i: int, time: float, rules: Mapping[int, Rule] | None = None) -> list[float]:
        """Weights of the choice of i, in the order of the institutions; i itself means no change."""
        rule = (rules or {}).get(i)
        partners = set(self.partners(i))
        weights = []
        for j in range(len(self.state.degree)):
            if j == i:
                weights.append(1.0)
            elif j in partners:
                bound = time < self.state.term[self.slot(i, j)]  # inside its contract term nobody has the choice
                weights.append(rule.end(j, time) if rule and not bound else self.end(i, j, time))
            elif self.may_meet(i, j):
                weights.append(rule.propose(j, time) if rule else self.propose(i, j, time))
            else:
                weights.append(0.0)
        return weights

    def explain(self, i: int, time: float) -> list[Option]:
        """The choice that i has now, likeliest first: every option with its probability and its terms."""
        weights = self.weights(i, time)
        total = sum(weights)
        options = []
        for j, weight in enumerate(weights):
            if j != i and weight == 0.0 and not (j in self.partners(i) or self.may_meet(i, j)):
                continue
            if j == i:
                options.append(Option(i, "no change", weight / total, weight, 1.0, 1.0, {}))
            elif j in self.partners(i):
                slot = self.slot(i, j)
                effect = regimes.maintenance_effect(self.regime, self.state, i, j, slot)
                parts = self.contributions(MAINTENANCE, i, j, time)
                options.append(Option(j, "end", weight / total, weight, 1.0, exp(-effect), parts))
            else:
                factor = float(regimes.proposal_factor(self.world, self.setting, self.regime, self.state, i, j))
                parts = self.contributions(PROPOSAL, i, j, time)
                options.append(Option(j, "propose", weight / total, weight, self.meeting(i, j, time), factor, parts))
        return sorted(options, key=lambda option: -option.probability)

    # --- the process --------------------------------------------------------------------------------------------

    def evolve(self, key: Any, quarter: int, until: float, rules: Mapping[int, Rule] | None = None,
               watch: Callable[[int, int, float], None] | None = None) -> bool:  # fmt: skip
        """Form and dissolve partnerships up to a time; False when the state needs more room first.

        ``rules`` replace the decisions of some institutions; ``watch`` is called with (i, chosen j, time).
        """
        state, setting = self.state, self.setting
        rate = events.stream_rate(state)
        while state.clock[NEXT] < until:
            if not network.has_room(state):
                return False
            i, number, time = events.next_event(state, key, quarter, rate)
            if not events.opportunity_due(state, key, i, number, rate):
                continue
            state.counts[OPPORTUNITIES] += 1
            j = self._chosen(self.weights(i, time, rules), draws.uniforms(key, draws.CHOICE, i, number, 0)[0])
            if watch:
                watch(i, j, time)
            if j == i:
                continue
            slot = self.slot(i, j)
            if slot >= 0:
                state.counts[ENDED] += 1
                network.log(state, i, j, LEFT, True, state.instrument[slot], time)
                network.dissolve(self.world, state, slot, CHOSEN, time, setting.strength_years)
            else:
                self._propose(key, i, j, number, time, rules or {})
        state.clock[NOW] = until
        return True

    @staticmethod
    def _chosen(weights: list[float], u: float) -> int:
        target = u * sum(weights)
        for j, weight in enumerate(weights):
            target -= weight
            if target < 0.0:
                return j
        return max(j for j, weight in enumerate(weights) if weight > 0.0)

    def _propose(self, key: Any, i: int, j: int, number: int, time: float, rules: Mapping[int, Rule]) -> None:
        state, setting = self.state, self.setting
        state.counts[PROPOSALS] += 1
        u = draws.uniforms(key, draws.FIELD, i, number, 0)[0]
        field = int(regimes.drawn_field(self.world, setting, self.regime, state, i, j, u))
        p = rules[j].accept(i, field, time) if j in rules else self.accept(j, i, field, time)
        accepted = draws.uniforms(key, draws.CONSENT, i, number, 0)[0] < p
        network.log(state, i, j, PROPOSED, accepted, -1, time)
        if not accepted:
            return
        state.counts[ACCEPTED] += 1
        opportunity.begin(self.world, self.setting, self.regime, state, key, i, j, number, field, time)
