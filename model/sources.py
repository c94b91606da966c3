"""What the program and its tables are made of, as checksums: numbers come out the same only where these are the same.

And where compiled kernels are kept: in a folder that is named after what they are made of.
"""

from __future__ import annotations

import hashlib
import os
from importlib import metadata
from pathlib import Path

import platformdirs

CODE = Path(__file__).parent
KERNELS = CODE / "dynamics"
PACKAGED_DATA = CODE / "data"


def sha256(path: Path) -> str:
    """sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def program_version() -> str:
    """Version of Comity."""
    return metadata.version("comity")


def code_hash() -> str:
    """sha256 over the sources of the model, data apart."""
    digest = hashlib.sha256()
    for path in sorted(CODE.rglob("*")):
        if path.suffix in (".py", ".toml") and PACKAGED_DATA not in path.parents:
            digest.update(path.relative_to(CODE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def kernel_fingerprint() -> str:
    """Hash of the sources of all kernels and of numba's version (16 hexadecimal digits)."""
    digest = hashlib.sha256(metadata.version("numba").encode())
    for source in sorted(KERNELS.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def kernel_cache() -> Path:
    """Folder that compiled kernels are kept in; NUMBA_CACHE_DIR names another one, COMITY_CACHE another parent."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    parent = os.environ.get("COMITY_CACHE") or platformdirs.user_cache_dir("comity")
    return Path(chosen) if chosen else Path(parent) / "kernels" / kernel_fingerprint()


def data_checksums(folder: str = "") -> dict[str, str]:
    """File -> sha256 of the packaged tables, and of the user's own ones in ``folder``."""
    found = {f"packaged/{name}": value for name, value in _tables(PACKAGED_DATA)}
    if folder:
        found |= {f"own/{name}": value for name, value in _tables(Path(folder))}
    return found


def _tables(folder: Path) -> list[tuple[str, str]]:
    paths = sorted(path for path in folder.glob("*") if path.suffix in (".csv", ".toml"))
    return [(path.name, sha256(path)) for path in paths]
