"""The folder of a sweep: how it begins, and whether a sweep may go on in it.

sweep.json, written last when a folder begins, says what the sweep is of; manifest.json, written last of all, that it is whole.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import InputError

from ..errors import ExperimentError
from ..results.folder import MANIFEST, is_result, sync
from ..results.frames import write_csv, write_parquet
from ..results.manifest import FIGURES
from .changed import Written, refuse_changed
from .identity import FORMAT, FORMAT_VERSION, identity_of
from .loading import BASE, RESOLVED
from .lock import is_locked
from .parts import DATA, LOG, Span

if TYPE_CHECKING:
    from .loading import Sweep

IDENTITY = "sweep.json"
DESIGN = "design"
SUMMARY = "summary.csv"
JOURNAL = f"{LOG}/journal.jsonl"
BEGINNING = {DATA, LOG, RESOLVED, BASE, f"{DESIGN}.parquet", f"{DESIGN}.csv", f"{IDENTITY}.new"}
"""What a folder may hold before sweep.json is there: a beginning that was killed is begun again."""


def begun(folder: Path) -> dict[str, Any] | None:
    """What the sweep of a folder is of; None where no sweep has begun. Raises `ExperimentError` for a damaged one."""
    path = folder / IDENTITY
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ExperimentError(f"{path}: is damaged: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError("is of something else than a sweep", where=str(path), allowed="a folder of `comity sweep`")
    if content.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f"has format version {content.get('format_version')!r}", where=str(path),
            allowed=f"version {FORMAT_VERSION} with this Comity",
        )  # fmt: skip
    return content


def read_begun(folder: Path) -> dict[str, Any]:
    """What the sweep of a folder is of. Raises `InputError` where there is none."""
    content = begun(folder)
    if content is None:
        raise InputError("holds no sweep", where=str(folder), allowed="a folder that `comity sweep` wrote")
    return content


def span_of(content: Mapping[str, Any]) -> Span:
    """The runs that a folder is to hold: all, or those of a shard."""
    first, end = content.get("subset") or (0, content["runs"])
    return Span(first, end)


def whole(folder: Path) -> bool:
    """Whether the sweep of a folder is finished."""
    return is_result(folder)


def prepare(sweep: Sweep, folder: Path, span: Span, *, resume: bool, force: bool) -> bool:
    """Make the folder ready for these runs of a sweep; returns whether it goes on with what is there.

    Raises `InputError` where it must not be written to, or holds another sweep.
    """
    there = _there(folder)
    content = begun(folder) if there else None
    if content is not None and resume:
        refuse_changed(
            content, identity_of(sweep), folder, lambda: (Written.beside(folder), Written.of(sweep)),
            allowed="what the sweep was begun with, or another --out for a new one",
        )  # fmt: skip
        if span_of(content) != span:
            own = span_of(content)
            raise InputError(
                f"has runs {own.first}:{own.end}, not {span.first}:{span.end}", where=str(folder),
                allowed=f"--subset {own.first}:{own.end}" if content.get("subset") else "no --subset",
            )  # fmt: skip
        return True
    _clear(folder, there, content, resume=resume, force=force)
    begin(sweep, folder, span)
    return False


def reopen(folder: Path) -> None:
    """Take the end of a sweep back, and what was made of its dataset: the folder is that of a sweep which was stopped."""
    (folder / MANIFEST).unlink(missing_ok=True)  # first: what follows is in it
    (folder / SUMMARY).unlink(missing_ok=True)
    if (folder / FIGURES).exists():
        shutil.rmtree(folder / FIGURES)


def begin(sweep: Sweep, folder: Path, span: Span) -> None:
    """Write what a sweep is of into its folder."""
    for name in (DATA, LOG):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / RESOLVED).write_text(sweep.to_toml(), encoding="utf-8")
    (folder / BASE).write_text(sweep.base.to_toml(), encoding="utf-8")
    design = sweep.points.table(sweep.base.content_hash())
    write_parquet(design, folder / f"{DESIGN}.parquet")
    write_csv(design, folder / f"{DESIGN}.csv")
    content = identity_of(sweep)
    if span != Span(0, sweep.runs):
        content["subset"] = [span.first, span.end]
    write_identity(folder, content)


def write_identity(folder: Path, content: Mapping[str, Any]) -> None:
    """Write sweep.json, whole or not at all."""
    fresh = folder / f"{IDENTITY}.new"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / IDENTITY)
    sync(folder)


def _there(folder: Path) -> set[str]:
    """Names of what is in a folder; nothing where it is absent."""
    if not (folder.exists() or folder.is_symlink()):
        return set()
    if not folder.is_dir():
        raise InputError("is there already and is no folder", where=str(folder), allowed="--out with another name")
    return {path.name for path in folder.iterdir()}


def _clear(folder: Path, there: set[str], content: Mapping[str, Any] | None, *, resume: bool, force: bool) -> None:
    """Make room for a sweep that begins. Raises `InputError` where that would destroy something."""
    if content is None and there <= BEGINNING:
        return
    ours = content is not None or is_result(folder)
    if not ours:
        raise InputError(
            "holds other files than a result of Comity and is not written to",
            where=str(folder),
            allowed="another --out",
        )
    if not force:
        ways = (
            ["--force to replace it"] if resume or content is None else ["--resume to go on", "--force to replace it"]
        )
        raise InputError("is there already", where=str(folder), allowed=", ".join(["another --out", *ways]))
    if is_locked(folder):
        raise InputError("is being run by another process", where=str(folder), allowed="another --out")
    shutil.rmtree(folder)
