"""A result's network and event log in the formats of other programs: GraphML, waves of matrices, lists of ties, CSV."""

from .graph import snapshot_graph, write_graphml
from .ties import write_ties
from .waves import write_waves

__all__ = ["snapshot_graph", "write_graphml", "write_ties", "write_waves"]
