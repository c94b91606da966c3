"""What a sweep says: effects and indices with their intervals, luck told apart, regions of failure, robust policies.

A dataset becomes arrays (`sample`); luck is told from factors (`luck`); each method is one file (`effects`, `variance_based`,
`screening`, `given_data`, `surrogate`, `prim` with `discovery`, `robustness`); holes are counted (`holes`), and what
cannot be computed from what is there is refused with its reason (`refusal`). `analysis` puts them together.
"""

from .analysis import Analysis, OfOutcome, Wanted, analyse
from .discovery import read_case
from .sample import Sample, sample_of
from .tables import tables, to_dict

__all__ = ["Analysis", "OfOutcome", "Sample", "Wanted", "analyse", "read_case", "sample_of", "tables", "to_dict"]
