"""How kernels are compiled: one decorator, one cache folder that changes when any kernel changes.

Numba checks only a function's own file when it looks into its cache, not the files of the functions that it calls.
The cache folder is therefore named after the text of every kernel, so that no kernel runs with a stale callee.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import platformdirs

HERE = Path(__file__).parent


def kernel_fingerprint() -> str:
    """Hash of the sources of all kernels and of numba's version (16 hexadecimal digits)."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(HERE.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled kernels are kept; COMITY_CACHE names another parent folder."""
    parent = os.environ.get("COMITY_CACHE") or platformdirs.user_cache_dir("comity")
    return Path(parent) / "kernels" / kernel_fingerprint()


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a numerical function of the model that allocates nothing: cached on disk, sums in the order written.

    Without allocation there is no counting of references: for functions that hand a whole world of arrays to each
    other, that counting cost ten times the arithmetic (measured: 6.8 us an opportunity with it, 0.69 without).
    """
    options: Any = {"_nrt": False, "forceinline": True}  # not in numba's published types
    return numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)


def allocating_kernel(function: Callable[..., Any]) -> Any:
    """Compile a numerical function that makes arrays of its own; for work of once a quarter."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
