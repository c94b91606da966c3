"""What measures do to running partnerships by their mode: notice of the last term, and termination."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..clock import QUARTER
from ..dynamics import contracts
from .compiled import CompiledMeasure
from .force import Forces

if TYPE_CHECKING:
    import numpy as np

    from ..dynamics.state import State
    from ..dynamics.terms import Setting
    from ..world import World


def listing_dates(measure: CompiledMeasure, world: World) -> list[float]:
    """Dates, while a measure is in force, at which the institutions that it is about enter or leave a list."""
    if not measure.follows_lists:
        return []
    dates = [date for _, since, until in world.listed_spells for date in (since, until) if date is not None]
    return [date for date in dates if measure.start < date < measure.end]


def moves(measure: CompiledMeasure, world: World) -> list[float]:
    """Dates at which a measure starts or ends, or the lists that it follows change."""
    return sorted({measure.start, measure.end, *listing_dates(measure, world)})


def terminations(measure: CompiledMeasure, world: World) -> list[float]:
    """Dates at which a wind-down of a measure is over."""
    if measure.measure.mode != "terminate":
        return []
    begins = {measure.start, *listing_dates(measure, world)}
    return [over for over in sorted({time + measure.wind_down for time in begins}) if over < measure.end]


def growing(forces: Forces, begin: float) -> Iterator[tuple[CompiledMeasure, bool]]:
    """Measures in force that may reach more partnerships than a quarter ago, and whether they terminate them.

    Those in mode no-renewal give notice, those in mode terminate end partnerships once their wind-down is over.
    """
    for measure in forces.active:
        if not measure.start < begin <= measure.start + measure.ramp + QUARTER:
            continue
        if measure.measure.mode == "no_renewal":
            yield measure, False
        elif measure.measure.mode == "terminate" and begin >= measure.start + measure.wind_down:
            yield measure, True


def give_notice(
    forces: Forces, measure: CompiledMeasure, setting: Setting, state: State, key: np.ndarray, time: float
) -> None:
    """A measure in mode no-renewal is in force: open-ended partnerships that it reaches get a term."""
    m = forces.place(measure)
    contracts.give_notice(setting, forces.regime, m, forces.reach[m], state, key, time)


def end_partnerships(
    forces: Forces, measure: CompiledMeasure, setting: Setting, state: State, key: np.ndarray, time: float
) -> None:
    """The wind-down of a measure is over: partnerships that it reaches end. The state must have room for their spells."""
    m = forces.place(measure)
    contracts.terminate(
        forces.world.arrays, setting, forces.regime, m, forces.reach[m], forces.leakage[m], state, key, time
    )
