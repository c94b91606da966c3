"""A result's network and event log in the formats of other programs: GraphML, waves of matrices, CSV."""

from .graph import snapshot_graph, write_graphml
from .waves import write_waves

__all__ = ["snapshot_graph", "write_graphml", "write_waves"]
