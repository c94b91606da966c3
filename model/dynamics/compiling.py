"""How kernels are compiled: one decorator, one cache folder that changes when any kernel changes.

Numba checks only a function's own file when it looks into its cache, not the files of the functions that it calls.
The cache folder is therefore named after the text of every kernel, so that no kernel runs with a stale callee.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numba
from numba.core.registry import CPUDispatcher

from ..sources import kernel_cache

if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(kernel_cache())  # type: ignore[attr-defined]


_SETTINGS: dict[str, Any] = {"nopython": True, "nogil": True, "error_model": "numpy"}
_WITHOUT_ALLOCATION: dict[str, Any] = {"_nrt": False, "forceinline": True}


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a numerical function of the model that allocates nothing: cached on disk, sums in the order written.

    Without allocation there is no counting of references: for functions that hand a whole world of arrays to each
    other, that counting cost ten times the arithmetic (measured: 6.8 us an opportunity with it, 0.69 without).
    """
    return numba.jit(cache=True, **_SETTINGS, **_WITHOUT_ALLOCATION)(function)


def allocating_kernel(function: Callable[..., Any]) -> Any:
    """Compile a numerical function that makes arrays of its own; for work of once a quarter."""
    return numba.jit(cache=True, **_SETTINGS)(function)


class Part(CPUDispatcher):
    """A part of kernels: it is compiled into those that call it, without an entrance from Python.

    The entrance unpacks every array of a world, which is most of what a small function costs to compile (measured: 42 s
    for all kernels with one each, 23 s without). Who calls a part from Python, as tests do, gets a kernel made of it.
    """

    def __call__(self, *arguments: Any) -> Any:
        """Call the part as a kernel of its own."""
        if "_kernel" not in self.__dict__:
            allocates = self.targetoptions.get("_nrt", True)
            self._kernel = (allocating_kernel if allocates else kernel)(self.py_func)
        return self._kernel(*arguments)


_WITHOUT_ENTRANCE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def part(function: Callable[..., Any]) -> Any:
    """Compile a small function into the kernels that call it; see `Part`."""
    return Part(function, targetoptions={**_SETTINGS, **_WITHOUT_ALLOCATION, **_WITHOUT_ENTRANCE})


def allocating_part(function: Callable[..., Any]) -> Any:
    """Compile a function that makes arrays of its own into the allocating kernels that call it."""
    return Part(function, targetoptions={**_SETTINGS, **_WITHOUT_ENTRANCE})
