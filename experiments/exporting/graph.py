"""Snapshots as networkx graphs, and as GraphML for Gephi, igraph and others."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pandas as pd

from model.errors import InputError

if TYPE_CHECKING:
    from model.world import World

    from ..results import Result


def snapshot_dates(result: Result, replicate: int) -> list[date]:
    """Dates of the networks that a replicate kept, in order. Raises `InputError` if there are none."""
    frame = result.snapshots
    of_replicate = frame[frame["replicate"] == replicate]
    dates = sorted({moment.date() for moment in pd.to_datetime(of_replicate["date"])})
    if not dates:
        raise InputError(
            f"has no network of replicate {replicate}",
            where=str(result.folder),
            allowed=f"replicates 0 to {result.scenario.run.replicates - 1} of a run with record.snapshots",
        )
    return dates


def snapshot_graph(result: Result, world: World, replicate: int, day: date) -> nx.Graph:
    """The network of a replicate at a date: a node for every institution of the world, an edge for every partnership.

    Nodes: country, bloc, kind, real (whether the name is that of a real institution). Edges: initiator, field, channel,
    strength, since (years).
    """
    graph = nx.Graph(date=day.isoformat(), replicate=replicate, scenario=result.scenario.name)
    arrays = world.arrays
    for row, name in enumerate(world.names):
        graph.add_node(
            name,
            country=world.countries[arrays.country[row]],
            bloc=world.blocs[arrays.bloc[row]],
            kind=world.kinds[arrays.kind[row]],
            real=bool(world.real[row]),
        )
    frame = result.snapshots
    chosen = frame[(frame["replicate"] == replicate) & (pd.to_datetime(frame["date"]).dt.date == day)]
    for edge in chosen.itertuples(index=False):
        graph.add_edge(
            edge.a,
            edge.b,
            initiator=edge.initiator,
            field=edge.field,
            channel=edge.channel,
            strength=float(edge.strength),
            since=float(edge.since),
        )
    return graph


def write_graphml(result: Result, world: World, replicate: int, folder: Path) -> list[Path]:
    """One file for each date, ``network-DATE.graphml``."""
    paths = []
    for day in snapshot_dates(result, replicate):
        path = folder / f"network-{day.isoformat()}.graphml"
        nx.write_graphml(snapshot_graph(result, world, replicate, day), path)
        paths.append(path)
    return paths
