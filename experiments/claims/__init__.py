"""The claims that the model is held against: what was published, what the model gives, and whether they agree."""

from .definition import Claim, ClaimTable, packaged_claims, read_claims
from .judging import Findings, Judged, judge
from .worlds import finished_runs, scenarios_of

__all__ = [
    "Claim",
    "ClaimTable",
    "Findings",
    "Judged",
    "finished_runs",
    "judge",
    "packaged_claims",
    "read_claims",
    "scenarios_of",
]
