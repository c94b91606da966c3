"""How to come to the same numbers: commands, seed, versions, hashes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .sources import Source

WITH_VALUE = {"--out", "--jobs", "-j"}
ALONE = {"--force", "--quiet", "-q", "--json", "--no-figures"}
"""Options that change no number."""


def commands(source: Source) -> list[str]:
    """What gives these numbers again: the command as it was, with its seed, and the check of the folder."""
    words = plain_command(source.manifest.get("command", []))
    run = source.manifest.get("run", {})
    found = []
    if words:
        if "--seed" not in words and "branch" not in words:
            words = [*words, "--seed", str(run.get("seed"))]
        found.append(shlex.join(words))
    return [*found, *(f"comity reproduce {shlex.quote(str(result.folder))}" for result in source.results)]


def plain_command(words: Sequence[str]) -> list[str]:
    """A command without the options that change no number."""
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in WITH_VALUE:
            skip = True
        elif word not in ALONE and not any(word.startswith(f"{option}=") for option in WITH_VALUE):
            kept.append(word)
    return kept


def facts(source: Source) -> list[tuple[str, str]]:
    """Name and value of what decides the numbers."""
    manifest: dict[str, Any] = source.manifest
    program, environment = manifest.get("program", {}), manifest.get("environment", {})
    git = program.get("git") or {}
    version = f"Comity {program.get('version', 'unknown')}"
    if git.get("commit"):
        version += f", commit {git['commit'][:12]}" + (" with changes" if git.get("dirty") else "")
    libraries = ", ".join(f"{name} {number}" for name, number in environment.get("libraries", {}).items())
    times = manifest.get("times", {})
    return [
        ("Program", version),
        ("Code", f"sha256 {str(program.get('model_sha256', 'unknown'))[:16]}…"),
        ("Seed", str(manifest.get("run", {}).get("seed", "unknown"))),
        ("Replicates", str(manifest.get("run", {}).get("replicates", "unknown"))),
        ("World seed", str(source.scenarios[0].world.seed)),
        *((f"Scenario {s.name}", f"sha256 {s.content_hash()[:16]}…") for s in source.scenarios),
        ("Computed", f"{str(times.get('finished', 'unknown'))[:10]}, in {float(times.get('seconds', 0.0)):.0f} s"),
        (
            "Machine",
            f"Python {environment.get('python', '?')}, {environment.get('system', '?')} {environment.get('machine', '')}",
        ),
        ("Libraries", libraries),
    ]


def data_files(source: Source) -> list[tuple[str, str]]:
    """Tables that were read, with the first digits of their checksums."""
    return [(name, f"{str(value)[:16]}…") for name, value in source.manifest.get("data", {}).items()]
