"""`comity doctor`: what is installed, where things are kept, and what killed runs left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .output import Output
from .settings import AsJson


def doctor(json: AsJson = False) -> int:
    """Show versions, cores, the cache of compiled kernels, leftover folders and the checksums of the data."""
    report = examine()
    output = Output(json)
    if json:
        output.json(report)
        return 0
    from rich.table import Table

    table = Table(show_header=False, title="Comity", title_justify="left")
    table.add_column("what")
    table.add_column("is", overflow="fold")
    for key, value in _lines(report):
        table.add_row(key, value)
    output.table(table)
    for folder in report["leftovers"]:
        output.text(f"Note: {folder} was left by a run that was killed; it is no result and may be deleted.")
    for folder in report["replaced"]:
        output.text(f"Note: {folder} is an old result whose replacement was interrupted; rename it to have it back.")
    return 0


def examine() -> dict[str, Any]:
    """Everything that `doctor` shows, as JSON types."""
    from model.sources import kernel_cache

    from ..results.folder import REPLACED, leftovers
    from ..results.provenance import provenance
    from ..runner import default_jobs
    from ..systems import cores

    found = leftovers(Path("."))
    state = provenance()
    return {
        "program": state["program"],
        "environment": state["environment"],
        "cores": cores(),
        "default_jobs": default_jobs(),
        "kernel_cache": str(kernel_cache()),
        "kernels_cached": kernels_cached(),
        "leftovers": [str(path) for path in found if not path.name.startswith(REPLACED)],
        "replaced": [str(path) for path in found if path.name.startswith(REPLACED)],
        "data": state["data"],
    }


def kernels_cached() -> bool:
    """Whether kernels of this version have been compiled on this machine."""
    from model.sources import kernel_cache

    folder = kernel_cache()
    return folder.is_dir() and any(folder.rglob("*.nbi"))


def _lines(report: dict[str, Any]) -> list[tuple[str, str]]:
    program, environment = report["program"], report["environment"]
    git = program["git"]
    commit = f", commit {git['commit'][:12]}{' with changes' if git['dirty'] else ''}" if git else ""
    libraries = ", ".join(f"{name} {version}" for name, version in environment["libraries"].items())
    return [
        ("version", f"{program['version']}{commit}"),
        ("python", f"{environment['implementation']} {environment['python']}"),
        (
            "platform",
            f"{environment['system']} {environment['release']} {environment['machine']}, {environment['processor']}",
        ),
        ("libraries", libraries),
        ("cores", f"{report['cores']}; --jobs is {report['default_jobs']} when not given"),
        (
            "kernels",
            f"{'compiled' if report['kernels_cached'] else 'not compiled yet'}, in {report['kernel_cache']}",
        ),
        *((f"data {name}", checksum[:16]) for name, checksum in report["data"].items()),
    ]
