"""What not every system has. All else in the packages and benchmarks runs alike on Linux, macOS and Windows."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from .errors import ExperimentError


class Usage(NamedTuple):
    """What the children of this process that have ended took: processor seconds of all, bytes of the largest."""

    processor: float
    peak: int


def cores() -> int:
    """Processor cores that this process may use: those that a batch system gave it, where the system can say."""
    if hasattr(os, "process_cpu_count"):  # from Python 3.13 on
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usage_of_children() -> Usage:
    """What children took so far. Raises `ExperimentError` on a system that does not count it."""
    try:
        import resource
    except ImportError:
        raise ExperimentError(
            "this system does not say what processes took\n  run the benchmarks on Linux or macOS, or others with --only"
        ) from None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kibibytes elsewhere
    return Usage(used.ru_utime + used.ru_stime, used.ru_maxrss * unit)
