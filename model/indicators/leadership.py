"""Who leads: index and premium."""

from __future__ import annotations

import numpy as np


def index(leaders: np.ndarray, leaders_of_other: np.ndarray) -> np.ndarray:
    """Leadership index: share of the joint works of two sides that the first leads.

        L_XY = leaders_X / (leaders_X + leaders_Y)

    float64[...]; in [0, 1], L_XY + L_YX = 1. Undefined (NaN) without works.
    """
    return _ratio(leaders, leaders + leaders_of_other)


def premium(leaders: np.ndarray, others: np.ndarray, leaders_there: np.ndarray, others_there: np.ndarray) -> np.ndarray:
    """Lead premium: leaders per other participant on one side, over the same on the other side.

        P_XY = (leaders_X / others_X) / (leaders_Y / others_Y)

    float64[...]; P_XY P_YX = 1, and 1 is parity. Undefined (NaN) where a side has no other participant or the other no
    leader. A joint work of the model has one institution on each side, so the others of X are as many as the leaders of
    Y and the premium of a pair is the squared odds of its index; `per_participant` says more.
    """
    return _ratio(leaders * others_there, others * leaders_there)


def per_participant(led: np.ndarray, participants: np.ndarray) -> np.ndarray:
    """Works led per participating institution on one side, over the same on the other side, float64[G, G].

        (leaders_X / n_X) / (leaders_Y / n_Y)

    ``led`` float64[G, G] are the works of X and Y that X leads, ``participants`` float64[G, G] the institutions of X
    that take part in partnerships with Y. Keeps the size of a side apart, which the index hides: a side with many
    institutions leads much. Undefined (NaN) where a side has no participant or the other leads nothing.
    """
    return _ratio(led * participants.T, participants * led.T)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) != 0)
