"""The benchmarks by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .against_mesa import hindcast_vs_mesa
from .growth import memory_limit, opportunity_growth
from .measuring import Row
from .reference_process import opportunity
from .sweeps import sweep
from .teaching import exported, fuzzed, klass, page
from .whole_runs import classroom, compiling, profile, replicate, two_cores, world_100k


@dataclass(frozen=True)
class Benchmark:
    """What is measured, in a line; ``long`` ones take minutes and run only when asked for."""

    run: Callable[[], list[Row]]
    about: str
    long: bool = False


BENCHMARKS = {
    "opportunity_us": Benchmark(opportunity, "an opportunity of the reference process, N = 400 to 3,200"),
    "hindcast_vs_mesa": Benchmark(hindcast_vs_mesa, "the hindcast against the same model in Mesa"),
    "opportunity_growth": Benchmark(opportunity_growth, "an opportunity of the hindcast in growing worlds"),
    "memory_limit_ratio": Benchmark(memory_limit, "the kernel against its own draws and reads alone"),
    "two_core_speedup": Benchmark(two_cores, "replicates on two processes against one"),
    "replicate_ms": Benchmark(replicate, "a replicate of classroom in a warm process"),
    "classroom_s": Benchmark(classroom, "`comity run classroom` from start to end"),
    "profile": Benchmark(profile, "where the time of a run goes"),
    "teach_page": Benchmark(page, "the page: first load, slider to picture, frames a second", long=True),
    "teach_class": Benchmark(klass, "thirty students who change something every two seconds", long=True),
    "teach_fuzz": Benchmark(fuzzed, "10,000 messages that nobody should send", long=True),
    "export_page": Benchmark(exported, "the page as one file: size, and how soon it opens", long=True),
    "compile_s": Benchmark(compiling, "the first run, with nothing compiled", long=True),
    "sweep_s": Benchmark(sweep, "a sweep of 10,000 runs of classroom on two cores", long=True),
    "world_100k": Benchmark(world_100k, "the hindcast with 100,000 institutions", long=True),
}
