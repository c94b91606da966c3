"""Goodness of fit of the simulated network: published and observed statistics against replicates, as sienaGOF does it."""

from .battery import battery
from .checks import Check, Fit, Kind, Statistic, Verdict, check
from .mahalanobis import MonteCarloTest, monte_carlo_test
from .simulating import Plan, plan_of, simulated, watched
from .ties import Ties, read_ties

__all__ = [
    "Check",
    "Fit",
    "Kind",
    "MonteCarloTest",
    "Plan",
    "Statistic",
    "Ties",
    "Verdict",
    "battery",
    "check",
    "monte_carlo_test",
    "plan_of",
    "read_ties",
    "simulated",
    "watched",
]
