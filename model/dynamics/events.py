"""When opportunities come: a dominating Poisson stream over all institutions, thinned to each one's own rate.

The stream has the rate N times the largest rate in force. Its events are keyed by (quarter, number in the quarter), so
that scenarios that part meet the same events again. A waiting time is never redrawn at a cut: the time of the next
event is part of the state; when the rate changes, what is left of the wait is stretched, which is exact because the
exponential distribution has no memory.
"""

from __future__ import annotations

import numpy as np

from . import draws
from .compiling import kernel, part
from .state import EVENT_NUMBER, NEXT, NEXT_ACTOR, NOW


@kernel
def stream_rate(state):
    """Events a year of the dominating stream."""
    largest = 0.0
    for rate in state.rate:
        largest = max(largest, rate)
    return largest * len(state.rate)


@part
def _schedule(state, key, quarter, rate):
    """Draw the next event: its waiting time, and the institution it falls on."""
    n = len(state.rate)
    u, v = draws.uniforms(key, draws.EVENT, 0, quarter, state.counts[EVENT_NUMBER])
    state.counts[EVENT_NUMBER] += 1
    state.counts[NEXT_ACTOR] = min(int(u * n), n - 1)
    state.clock[NEXT] += -np.log(1.0 - v) / rate if rate > 0.0 else np.inf


@kernel
def open_stream(state, key, quarter):
    """Begin the events of a quarter; what was left of the last quarter's wait is dropped (it has no memory)."""
    state.counts[EVENT_NUMBER] = 0
    state.clock[NEXT] = state.clock[NOW]
    _schedule(state, key, quarter, stream_rate(state))


@kernel
def stretch_wait(state, key, quarter, rate_before, rate_after):
    """The rate of the stream changes now: the time that is left of the wait changes in inverse proportion.

    A stream that stood still has no wait: one is drawn.
    """
    if rate_before == 0.0 and rate_after > 0.0:
        state.clock[NEXT] = state.clock[NOW]
        _schedule(state, key, quarter, rate_after)
    elif rate_before != rate_after:
        left = state.clock[NEXT] - state.clock[NOW]
        state.clock[NEXT] = state.clock[NOW] + left * rate_before / rate_after if rate_after > 0.0 else np.inf


@part
def next_event(state, key, quarter, rate):
    """Take the next event and schedule the one after it: (institution, number of its event, time)."""
    i, time = state.counts[NEXT_ACTOR], state.clock[NEXT]
    number = state.opportunities[i]
    state.opportunities[i] += 1
    state.clock[NOW] = time
    _schedule(state, key, quarter, rate)
    return i, number, time


@part
def opportunity_due(state, key, i, number, rate):
    """Whether an event of the stream is an opportunity of i: with probability of its rate over the largest."""
    own = state.rate[i] * len(state.rate)
    return own >= rate or draws.uniforms(key, draws.THINNING, i, number, 0)[0] * rate < own
