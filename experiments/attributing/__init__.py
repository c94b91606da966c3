"""How much of the change between two scenarios each measure, or group of measures, explains: Shapley values."""

from .attribution import Attribution, Contribution, attribute
from .players import Player, players_of

__all__ = ["Attribution", "Contribution", "Player", "attribute", "players_of"]
