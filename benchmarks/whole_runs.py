"""Whole runs: replicates, commands from start to end, a large world, the first compilation, and where the time goes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from experiments.runner import run_scenario
from model.scenario import load_scenario
from model.simulation import assemble, run_replicate, simulate
from model.world import build_world

from .measuring import Row, command, processor_time, row, run_command, seconds, wall_time
from .phases import TimedModel

IN_THE_MODEL = {
    "process": "formation and ending, phase 4",
    "quarter opened": "measures, contract terms, sizes, capabilities, bounds: phases 1 to 3",
    "works": "joint works, phase 5",
    "recorded": "counts by pair of countries, phase 6",
    "cut": "measures that move inside a quarter",
}
PHASES = {
    "made": "the model is made",
    **IN_THE_MODEL,
    "clock": "Mesa's clock and events",
    "record finished": "what was recorded is put together",
    "tables": "tables of results",
}


def replicate(repeats: int = 15) -> list[Row]:
    """A replicate of `classroom` in a warm process: world, model, run and tables."""
    scenario = load_scenario("classroom", ["run.replicates=1"])
    simulate(scenario, replicates=1)
    world = build_world(scenario)
    whole = [seconds(lambda: simulate(scenario, replicates=1)) * 1e3 for _ in range(repeats)]
    alone = [seconds(lambda k=k: run_replicate(scenario, world, k, 1)) * 1e3 for k in range(repeats)]  # type: ignore[misc]
    return [
        row("replicate_ms", whole, "ms", against="one replicate: world, run, tables", aim="<= 50"),
        row("replicate_alone_ms", alone, "ms", against="one more replicate of a run that has its world"),
    ]


def classroom(repeats: int = 5) -> list[Row]:
    """`comity run classroom --no-figures` in a process of its own, with compiled kernels on disk."""
    replicates = load_scenario("classroom").run.replicates
    run_command("classroom")
    walls, starts, per_replicate, processor = [], [], [], []
    for _ in range(repeats):
        whole = run_command("classroom")
        one = run_command("classroom", "--replicates", "1")
        walls.append(whole.wall)
        processor.append(whole.processor)
        starts.append(command("--version").wall / whole.wall)
        per_replicate.append((whole.wall - one.wall) / (replicates - 1) * replicates / whole.wall)
    return [
        row("classroom_s", walls, "s", against=f"{replicates} replicates, process start included", aim="<= 2"),
        row("classroom_processor_s", processor, "s", against="processor time of the same"),
        row("classroom_interpreter_share", starts, "share", against="`comity --version` of the same"),
        row("classroom_replicates_share", per_replicate, "share", against="what grows with replicates"),
    ]


def two_cores(institutions: int = 3_000, replicates: int = 8, repeats: int = 3) -> list[Row]:
    """Replicates in two processes against one; the first pool of a process, whose server has to come up, apart."""
    scenario = load_scenario("hindcast", [f"world.institutions={institutions}"])
    run_scenario(scenario, replicates=1, jobs=1)

    def taken(jobs: int, count: int = replicates) -> float:
        return seconds(lambda: run_scenario(scenario, replicates=count, jobs=jobs), wall_time)

    first = taken(2, 2)
    start = first - taken(2, 2)
    ratios = [taken(1) / taken(2) for _ in range(repeats)]
    against = f"one process, {replicates} replicates of {institutions:,} institutions"
    return [
        row("two_core_speedup", ratios, "times", against=against, aim=">= 1.8"),
        row("two_core_start_s", [start], "s", against="the first pool of a process against the next"),
    ]


def profile(scenario: str = "classroom", repeats: int = 9) -> list[Row]:
    """Shares of a warm replicate by phase."""
    chosen = load_scenario(scenario, ["run.replicates=1"])
    world, seed = build_world(chosen), 1
    simulate(chosen, replicates=1)
    shares: dict[str, list[float]] = {name: [] for name in PHASES}
    totals = []
    for k in range(repeats):
        begin = processor_time()
        model = TimedModel(chosen, replicate=k, seed=seed, world=world)
        made = processor_time()
        model.run_to_end()
        ran = processor_time()
        record = model.ledger.finish(k, model.state)
        finished = processor_time()
        assemble(chosen, world, [record], seed)
        end = processor_time()
        spent = {
            **{name: model.spent[name] for name in IN_THE_MODEL},
            "made": made - begin,
            "clock": ran - made - sum(model.spent.values()),
            "record finished": finished - ran,
            "tables": end - finished,
        }
        totals.append((end - begin) * 1e3)
        for name in PHASES:
            shares[name].append(spent[name] / (end - begin))
    rows = [
        row(f"profile_{name.replace(' ', '_')}", values, "share", against=PHASES[name])
        for name, values in shares.items()
    ]
    return [*rows, row("profile_replicate_ms", totals, "ms", against=f"a replicate of {scenario} and its tables")]


def compiling(repeats: int = 1) -> list[Row]:
    """The first run of `classroom`, with an empty cache of kernels."""
    walls, processor = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory(prefix="comity-kernels-") as folder:
            process = run_command("classroom", "--replicates", "1", cache=Path(folder))
        walls.append(process.wall)
        processor.append(process.processor)
    return [
        row("compile_s", walls, "s", against="`comity run classroom`, one replicate, nothing compiled", aim="<= 40"),
        row("compile_processor_s", processor, "s", against="processor time of the same"),
    ]


def world_100k(institutions: int = 100_000) -> list[Row]:
    """One replicate of the hindcast in a large world, and its peak memory."""
    run_command("classroom", "--replicates", "1")
    process = run_command("hindcast", "--set", f"world.institutions={institutions}", "--replicates", "1")
    against = f"`comity run hindcast`, {institutions:,} institutions, one replicate, one core"
    return [
        row("world_100k_s", [process.wall], "s", against=against, aim="<= 240"),
        row("world_100k_processor_s", [process.processor], "s", against="processor time of the same"),
        row("world_100k_gb", [process.peak_gb], "GB", against=against, aim="<= 4"),
    ]
