"""From the parameters of a scenario to the numbers that the kernels take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .calibration import Calibration
from .dynamics.growth import Growth, Learning
from .dynamics.output import Publishing
from .dynamics.terms import ANSWER, MAINTENANCE, PROPOSAL, TERMS, Setting, Term

if TYPE_CHECKING:
    from .scenario import Scenario
    from .world import World

REFERENCE_YEAR = 2000.0
"""Where the secular term is 0; fixed, not fitted."""


def term_weights(parameters: object) -> np.ndarray:
    """Weights of the terms, float64[3, TERMS], from the groups formation, acceptance and maintenance of the table.

    An answer weighs a partner as a proposal does, and besides it counts shared partners (MODEL 3).
    """
    weights = np.zeros((3, TERMS))
    groups = {PROPOSAL: ("formation",), ANSWER: ("formation", "acceptance"), MAINTENANCE: ("maintenance",)}
    for row, names in groups.items():
        for name in names:
            group = getattr(parameters, name)
            for term in Term:
                value = getattr(group, term.name.lower(), None)
                if value is not None:
                    weights[row, term] = value
    return weights


def meeting_by_search(world: World) -> np.ndarray:
    """Meeting rate of two institutions by search, float64[c, c] by their countries: 1/N, by shares of the real world.

    Rounding and the floor give a country of a coarse world a share n_c / N of the institutions that is not its share
    M_c / M of the real ones. Pairs of countries meet in proportion to both shares, so the ratios of both are taken back
    (MODEL 1).
    """
    n = len(world.arrays.country)
    real = world.arrays.institutions_of / world.arrays.institutions_of.sum()
    ratio = real / (np.bincount(world.arrays.country, minlength=len(real)) / n)
    return np.outer(ratio, ratio) / n


def setting_of(scenario: Scenario, world: World, calibration: Calibration) -> Setting:
    """Numbers of the process of MODEL 3."""
    p = scenario.parameters
    n = len(world.arrays.country)
    return Setting(
        weights=term_weights(p),
        affinity=calibration.affinity_matrix(world.countries),
        covariates=np.zeros((0, n, n)),
        covariate_weights=np.zeros((3, 0)),
        search=meeting_by_search(world),
        referral=p.process.referral,
        memory=p.process.memory,
        memory_years=p.process.memory_years,
        offset=p.process.acceptance_offset,
        consent=True,
        domestic=False,
        decay=p.shared.decay,
        gap_bound=p.shared.gap_bound,
        reference_year=REFERENCE_YEAR,
        grid=np.zeros(1),
        contract_log_median=float(np.log(p.contracts.median_months / 12.0)),
        contract_log_sd=p.contracts.log_sd,
        strength_initial=p.strength.initial,
        strength_years=p.strength.growth_years,
        strength_lapse=p.strength.lapse_factor,
    )


def publishing_of(scenario: Scenario, world: World, calibration: Calibration) -> Publishing:
    """Numbers of output and leadership (MODEL 7)."""
    p = scenario.parameters
    return Publishing(
        rate=p.output.rho0,
        size_exponent=p.output.size_exponent,
        capability_weight=p.output.capability_weight,
        country_lead=calibration.lead_intercepts(world.countries),
        lead_capability=p.leadership.capability,
        lead_initiator=p.leadership.initiator,
        strength_years=p.strength.growth_years,
    )


def growth_of(scenario: Scenario, world: World) -> Growth:
    """Numbers of size (MODEL 1 and 6)."""
    p = scenario.parameters
    return Growth(
        reference=p.size.reference,
        institutions=world.arrays.institutions_of,
        drift_sd=p.size.drift_sd,
        drift_years=p.size.drift_years,
        capacity_scale=p.capacity.scale,
        capacity_exponent=p.capacity.exponent,
    )


def learning_of(scenario: Scenario) -> Learning:
    """Numbers of capability (MODEL 6)."""
    p = scenario.parameters.capability
    return Learning(
        rate=p.learning,
        cap=p.cap,
        half_degree=p.half_degree,
        decay=p.decay,
        strength_years=scenario.parameters.strength.growth_years,
    )
