"""Where a result goes, and how it gets there whole or not at all.

A result is made in a sibling folder whose name begins with ``.incomplete-`` and is renamed into place when every file
is on disk. A run that is killed leaves at most such a folder, which nothing takes for a result.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from model.errors import InputError

from ..errors import ExperimentError

INCOMPLETE = ".incomplete-"
"""Beginning of the name of a folder that is being written."""
REPLACED = ".replaced-"
"""Beginning of the name of an old result, between its replacement and its removal."""
NO_ROOM = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
"""Numbers of the errors of a full disk, a used up quota and a file that is as long as it may be."""
MANIFEST = "manifest.json"
FORMAT = "comity-result"


def choose_folder(name: str, content_hash: str, out: Path | None = None, now: datetime | None = None) -> Path:
    """The run's own folder: ``out``, or results/<scenario>/<date-time>-<hash8>, with a number if that is taken."""
    if out is not None:
        return out
    moment = (now or datetime.now()).strftime("%Y%m%d-%H%M%S")
    first = Path("results") / name / f"{moment}-{content_hash[:8]}"
    candidate, number = first, 2
    while candidate.exists():
        candidate, number = first.with_name(f"{first.name}-{number}"), number + 1
    return candidate


def is_result(folder: Path) -> bool:
    """Whether a folder is a finished result; a folder that was being written never is."""
    if folder.name.startswith((INCOMPLETE, REPLACED)):
        return False
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == FORMAT


def refuse_existing(target: Path, force: bool) -> None:
    """Raise `InputError` if ``target`` must not be written to."""
    if not (target.exists() or target.is_symlink()):
        return
    if not target.is_dir() or target.is_symlink():
        raise InputError("is there already and is no folder", where=str(target), allowed="--out with another name")
    if not force:
        raise InputError("is there already", where=str(target), allowed="another --out, or --force to replace it")
    if any(target.iterdir()) and not is_result(target):
        raise InputError(
            "holds other files than a result of Comity and is not replaced",
            where=str(target),
            allowed="another --out",
        )


def leftovers(root: Path) -> list[Path]:
    """Folders that killed runs left at or below ``root``, two levels deep."""
    found = [
        path
        for pattern in ("*", "*/*", "*/*/*")
        for path in root.glob(pattern)
        if path.name.startswith((INCOMPLETE, REPLACED)) and path.is_dir()
    ]
    return sorted(found)


class Staging:
    """A result that is being written: a context in which `folder` is filled, and `publish` puts it in its place.

    Left without `publish`, by an error or an interrupt, it removes what was written. Raises `ExperimentError` for a full disk.
    """

    def __init__(self, target: Path, force: bool = False) -> None:
        refuse_existing(target, force)
        self.target, self.force = target.resolve(), force
        self.folder = _beside(self.target, INCOMPLETE)
        self._published = False

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True)
        except OSError as error:
            raise InputError(
                f"cannot be made: {error.strerror}", where=str(self.target), allowed="a folder to write to"
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._published:
            shutil.rmtree(self.folder, ignore_errors=True)
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise unwritable(self.target, error, NOTHING_LEFT) from None

    def publish(self) -> Path:
        """Put everything on disk and rename it into place; returns the target."""
        for path in sorted(self.folder.rglob("*")):
            sync(path)
        sync(self.folder)
        refuse_existing(self.target, self.force)  # somebody may have been quicker
        old = None
        if self.target.exists():
            old = _beside(self.target, REPLACED)
            os.rename(self.target, old)
        try:
            os.rename(self.folder, self.target)
        except OSError:
            if old is not None:
                os.rename(old, self.target)
            raise
        self._published = True
        sync(self.target.parent)
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)
        return self.target


@contextmanager
def whole_or_nothing(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` to write into; when the block ends, what is in it is moved to ``target``, over what has its name.

    An error while it is being written leaves ``target`` as it was. Raises `ExperimentError` where it cannot be written.
    """
    place = target.resolve()
    folder = _beside(place, INCOMPLETE)
    try:
        folder.mkdir(parents=True)
        yield folder
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        for path in files:
            sync(path)
        if not place.exists():
            os.rename(folder, place)
        else:
            for path in files:
                (place / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, place / path.relative_to(folder))
        sync(place.parent)
    except OSError as error:
        raise unwritable(target, error, NOTHING_LEFT) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


NOTHING_LEFT = "nothing was left there: make room, then run the same command again"
"""What is said of a result that is written whole or not at all."""


def unwritable(place: Path | str, error: OSError, what_next: str) -> ExperimentError:
    """The error of a place that cannot be written: which, why, and what to do."""
    return ExperimentError(f"{place}: cannot be written: {error.strerror or error}\n  {what_next}")


def _beside(target: Path, prefix: str) -> Path:
    """A name in the folder of ``target`` that nobody has."""
    return target.with_name(f"{prefix}{target.name}-{secrets.token_hex(4)}")


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk."""
    if path.is_dir() and os.name == "nt":  # folders cannot be opened there
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
