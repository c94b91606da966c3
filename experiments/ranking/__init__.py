"""Which mechanism is the most effective channel: incentive instruments ranked by what each brings when it is added alone."""

from .channel import Channel, Ranking
from .counting import Counts, Horizon
from .instruments import Instrument, instruments_of
from .ranking import assembled, run_world
from .worlds import Setting, settings_of

__all__ = [
    "Channel",
    "Counts",
    "Horizon",
    "Instrument",
    "Ranking",
    "Setting",
    "assembled",
    "instruments_of",
    "run_world",
    "settings_of",
]
