"""The hindcast without measures as one would write it in Mesa: agents as objects, partners in dictionaries.

The yardstick of `hindcast_vs_mesa`. It samples the process of `PartnershipModel` with numpy's generator: the choice
among no change, endings and proposals, consent, contract terms, memory, sizes, capabilities and joint works. It takes
its world and numbers from a `PartnershipModel`, so that both are about the same institutions.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import exp, inf, log, sqrt
from typing import Any

import mesa
import numpy as np

from model.clock import QUARTER
from model.dynamics.output import LAG_WEIGHTS
from model.dynamics.state import LAGS, REMEMBERED
from model.dynamics.terms import ANSWER, MAINTENANCE, PROPOSAL, Term
from model.partnership_model import PartnershipModel

NO_TERM = -1.0


@dataclass(eq=False)
class Partnership:
    """Two institutions that work together. Times in years, strength in (0, 1] at time ``since``."""

    initiator: Institution
    partner: Institution
    start: float
    term: float
    strength: float
    since: float
    end: float = inf
    exposure: deque[float] = field(default_factory=lambda: deque([0.0] * LAGS, maxlen=LAGS))

    def strength_at(self, time: float, growth_years: float) -> float:
        """Strength after it has grown towards 1."""
        return 1.0 - (1.0 - self.strength) * exp(-(time - self.since) / growth_years)


class Institution(mesa.Agent):
    """An institution: what it is, and its partnerships by partner."""

    def __init__(self, model: MesaHindcast, row: int) -> None:
        super().__init__(model)
        world = model.arrays
        self.country, self.bloc, self.kind = int(world.country[row]), int(world.bloc[row]), int(world.kind[row])
        self.profile = [float(x) for x in world.profile[row]]
        self.direction = [float(x) for x in world.direction[row]]
        self.facilities = int(world.facilities[row])
        self.size_weight = float(world.size_weight[row])
        self.absorption = float(world.absorption[row])
        self.capability = float(world.capability[row])
        self.standing = float(model.standing[row])
        self.own_drift, self.log_size, self.capacity = 0.0, 0.0, 1.0
        self.partners: dict[Institution, Partnership] = {}
        self.former: dict[Institution, tuple[float, float]] = {}  # partner: (end, strength then)

    @property
    def degree(self) -> int:
        """Number of partnerships."""
        return len(self.partners)

    # --- values and weights -------------------------------------------------------------------------------------

    def value(self, row: np.int64, other: Institution, time: float) -> float:
        """Value of the partnership with another, in the state without it."""
        m = self.model
        w, partnership = m.weights[row], self.partners.get(other)
        together = 0 if partnership is None else 1
        total = w[Term.BASE] + w[Term.SECULAR] * m.secular + w[Term.AFFINITY] * m.affinity[self.country][other.country]
        total += w[Term.LOAD] * ((self.degree - together) / self.capacity) ** 2
        total += w[Term.SIZE] * other.log_size
        gap = max(-m.gap_bound, min(m.gap_bound, other.capability - self.capability))
        total += w[Term.CAPABILITY_GAP] * gap
        if w[Term.PROXIMITY] or w[Term.PROXIMITY_SQUARED]:
            cosine = min(1.0, sum(a * b for a, b in zip(self.direction, other.direction, strict=True)))
            total += w[Term.PROXIMITY] * cosine + w[Term.PROXIMITY_SQUARED] * cosine**2
        if w[Term.COMPLEMENT]:
            help_given = zip(m.help_need, other.profile, self.profile, strict=True)
            total += w[Term.COMPLEMENT] * sum(h * max(a - b, 0.0) for h, a, b in help_given)
        total += w[Term.FACILITY] * bool(self.facilities & other.facilities)
        total += w[Term.SAME_KIND] * (self.kind == other.kind)
        total += w[Term.SAME_BLOC] * (self.bloc == other.bloc)
        if w[Term.SHARED_PARTNERS]:
            shared = len(self.partners.keys() & other.partners.keys())
            total += w[Term.SHARED_PARTNERS] * (1.0 - m.decay**shared) / (1.0 - m.decay)
        if w[Term.POPULARITY]:
            total += w[Term.POPULARITY] * log(1.0 + other.degree - together)
        if w[Term.STRENGTH] and partnership is not None:
            total += w[Term.STRENGTH] * partnership.strength_at(time, m.strength_years)
        return total

    def met(self, time: float) -> dict[Institution, float]:
        """Meeting rates beyond search: referral by partners, and memory of former ones."""
        m, rates = self.model, dict[Institution, float]()
        for h in self.partners:
            if h.degree > 1:
                share = m.referral / (self.degree * (h.degree - 1))
                for j in h.partners:
                    if j is not self:
                        rates[j] = rates.get(j, 0.0) + share
        fading = {j: max(0.0, 1.0 - (time - end) / m.memory_years) for j, (end, _) in self.former.items()}
        scale = m.memory / max(1.0, sum(fading.values()))
        for j, f in fading.items():
            rates[j] = rates.get(j, 0.0) + scale * f
        return rates

    def options(self, time: float) -> tuple[list[Institution], list[float]]:
        """Whom a choice may fall on, with weights; itself means no change."""
        m, met = self.model, self.met(time)
        others, weights = [self], [1.0]
        for j in m.institutions:
            partnership = self.partners.get(j)
            if partnership is not None:
                if time >= partnership.term:
                    others.append(j)
                    weights.append(exp(-self.value(MAINTENANCE, j, time)))
            elif j.country != self.country:
                rate = m.search[self.country][j.country] + met.get(j, 0.0)
                others.append(j)
                weights.append(rate * exp(self.value(PROPOSAL, j, time)))
        return others, weights

    def consent(self, proposer: Institution, time: float) -> float:
        """Probability of accepting a proposal."""
        return 1.0 / (1.0 + exp(-self.value(ANSWER, proposer, time) - self.model.offset))

    # --- actions ------------------------------------------------------------------------------------------------

    def act(self, time: float) -> None:
        """Use an opportunity."""
        m = self.model
        m.opportunities += 1
        others, weights = self.options(time)
        cumulated = np.cumsum(weights)
        other = others[int(np.searchsorted(cumulated, m.rng.random() * cumulated[-1], side="right"))]
        if other is self:
            return
        if other in self.partners:
            m.dissolve(self.partners[other], time)
        elif m.rng.random() < other.consent(self, time):
            m.form(self, other, time)

    def grow(self) -> None:
        """Move the own drift of size over a quarter: Ornstein-Uhlenbeck."""
        m = self.model
        keep = exp(-QUARTER / m.growth.drift_years)
        self.own_drift = keep * self.own_drift + m.growth.drift_sd * sqrt(1.0 - keep**2) * m.rng.standard_normal()

    def resize(self) -> None:
        """Size: a share of the national publications; capacity follows it."""
        m, c = self.model, self.country
        share = self.size_weight * exp(self.own_drift) * m.drift_scale[c]
        self.log_size = log(share * m.publications[c] / m.growth.institutions[c] / m.growth.reference)
        self.capacity = m.growth.capacity_scale * exp(m.growth.capacity_exponent * self.log_size)

    def lesson(self, time: float) -> float:
        """Capability gained from more capable partners, log units a year."""
        if not self.partners:
            return 0.0
        learning, taught = self.model.learning, 0.0
        for other, partnership in self.partners.items():
            if other.capability > self.capability:
                w = partnership.strength_at(time, learning.strength_years)
                taught += w * min(other.capability - self.capability, learning.cap)
        d = self.degree
        return learning.rate * d / (d + learning.half_degree) * taught / d * self.absorption

    def remember(self, other: Institution, time: float, strength: float) -> None:
        """Remember a former partner; the oldest gives way."""
        self.former.pop(other, None)
        if len(self.former) == REMEMBERED:
            del self.former[min(self.former, key=lambda j: self.former[j][0])]
        self.former[other] = (time, strength)


class MesaHindcast(mesa.Model):
    """Institutions in one world. A step is a quarter. ``source`` gives the world and the numbers, without measures."""

    def __init__(self, source: PartnershipModel, seed: int) -> None:
        super().__init__(rng=seed)
        setting, p = source.setting, source.configuration.parameters
        self.arrays = source.world.arrays
        self.growth, self.learning, self.publishing = source.growth, source.learning, source.publishing
        self.weights, self.affinity, self.search = (
            x.tolist() for x in (setting.weights, setting.affinity, setting.search)
        )
        self.referral, self.memory, self.memory_years = setting.referral, setting.memory, setting.memory_years
        self.offset, self.decay, self.gap_bound = setting.offset, setting.decay, setting.gap_bound
        self.strength_years, self.reference_year = setting.strength_years, setting.reference_year
        self.strength_initial, self.strength_lapse = setting.strength_initial, setting.strength_lapse
        self.contract = (setting.contract_log_median, setting.contract_log_sd)
        self.renewed, self.lapsed = p.contracts.renewed, p.contracts.lapsed
        self.rate = p.process.opportunity_rate
        self.help_need = self.arrays.help_need.tolist()
        self.inputs, self.standing = source.inputs, source._standing
        self.publications, self.levels = self.inputs.publications[0], self.inputs.capability_level[0]
        self.now, self.secular, self.quarter = source.start, 0.0, 0
        self.opportunities = self.formed = self.ended = 0
        self.works: dict[tuple[int, int], int] = {}
        self.partnerships: dict[Partnership, None] = {}  # ordered; ended ones until their last work has appeared
        self.drift_scale: list[float] = []
        self.institutions: list[Institution] = [Institution(self, row) for row in range(len(self.arrays.country))]

    def step(self) -> None:
        """Simulate a quarter: terms are reviewed, institutions move, partnerships form and dissolve, works appear."""
        begin, end = self.now, self.now + QUARTER
        self.secular = begin - self.reference_year
        self.review(begin)
        self.move_institutions(begin)
        number = self.rng.poisson(self.rate * QUARTER * len(self.institutions))
        for time in np.sort(self.rng.uniform(begin, end, number)).tolist():
            self.institutions[self.rng.integers(len(self.institutions))].act(time)
        self.publish(begin, end)
        self.now, self.quarter = end, self.quarter + 1

    def review(self, time: float) -> None:
        """Contract terms that ended are renewed, go on without a term, or lapse."""
        for partnership in [p for p in self.partnerships if p.end == inf and 0.0 <= p.term <= time]:
            u = self.rng.random()
            if u >= 1.0 - self.lapsed:
                self.dissolve(partnership, time)
            else:
                partnership.term = time + self.contract_term() if u < self.renewed else NO_TERM

    def move_institutions(self, time: float) -> None:
        """Sizes keep the national totals; capabilities follow partners and the country, and are centred."""
        row = self.quarter
        self.publications, self.levels = self.inputs.publications[row], self.inputs.capability_level[row]
        self.agents.do("grow")
        plain, drifted = np.zeros(len(self.publications)), np.zeros(len(self.publications))
        for i in self.institutions:
            plain[i.country] += i.size_weight
            drifted[i.country] += i.size_weight * exp(i.own_drift)
        self.drift_scale = (plain / drifted).tolist()
        self.agents.do("resize")
        lessons = [i.lesson(time) for i in self.institutions]
        for i, lesson in zip(self.institutions, lessons, strict=True):
            home = self.levels[i.country] + i.standing
            i.capability += QUARTER * (lesson - self.learning.decay * (i.capability - home))
        mean = sum(i.capability for i in self.institutions) / len(self.institutions)
        for i in self.institutions:
            i.capability -= mean

    def contract_term(self) -> float:
        """Length of a contract term in years, lognormal."""
        return float(self.rng.lognormal(*self.contract))

    def form(self, initiator: Institution, partner: Institution, time: float) -> None:
        """A partnership begins; a former one is taken up at a part of its old strength."""
        old = initiator.former.pop(partner, (0.0, 0.0))[1]
        partner.former.pop(initiator, None)
        strength = max(self.strength_initial, self.strength_lapse * old)
        partnership = Partnership(initiator, partner, time, time + self.contract_term(), strength, time)
        initiator.partners[partner] = partner.partners[initiator] = partnership
        self.partnerships[partnership] = None
        self.formed += 1

    def dissolve(self, partnership: Partnership, time: float) -> None:
        """A partnership ends; both remember it."""
        i, j = partnership.initiator, partnership.partner
        del i.partners[j], j.partners[i]
        partnership.strength = partnership.strength_at(time, self.strength_years)
        partnership.since = partnership.end = time
        i.remember(j, time, partnership.strength)
        j.remember(i, time, partnership.strength)
        self.ended += 1

    def publish(self, begin: float, end: float) -> None:
        """Joint works are started in the quarter and appear after their lag; each has a leader."""
        numbers, over = self.publishing, []
        for partnership in self.partnerships:
            a, b = max(begin, partnership.start), min(end, partnership.end)
            worth = partnership.strength_at(0.5 * (a + b), numbers.strength_years) * (b - a) if b > a else 0.0
            partnership.exposure.appendleft(max(worth, 0.0))
            due = sum(w * x for w, x in zip(LAG_WEIGHTS, partnership.exposure, strict=True))
            if due > 0.0:
                self.appear(partnership, due)
            elif partnership.end < inf and not any(partnership.exposure):
                over.append(partnership)
        for partnership in over:
            del self.partnerships[partnership]

    def appear(self, partnership: Partnership, due: float) -> None:
        """Count the works of a partnership in a quarter by countries of the leader and of the other."""
        numbers, i, j = self.publishing, partnership.initiator, partnership.partner
        logit = numbers.country_lead[j.country] - numbers.country_lead[i.country] - numbers.lead_initiator
        p = 1.0 / (1.0 + exp(-logit - numbers.lead_capability * (j.capability - i.capability)))
        scale = numbers.size_exponent * (i.log_size + j.log_size)
        mean = numbers.rate * due * exp(scale + 0.5 * numbers.capability_weight * (i.capability + j.capability))
        for leader, other, share in ((i, j, 1.0 - p), (j, i, p)):
            pair = (leader.country, other.country)
            self.works[pair] = self.works.get(pair, 0) + int(self.rng.poisson(mean * share))

    def observed(self) -> dict[str, Any]:
        """Numbers by which it is compared: ties, formed, ended, the variance of degrees, joint works."""
        degrees = [i.degree for i in self.institutions]
        return {
            "ties": sum(degrees) // 2,
            "formed": self.formed,
            "ended": self.ended,
            "degree_variance": float(np.var(degrees)),
            "works": sum(self.works.values()),
        }
