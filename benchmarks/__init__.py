"""Benchmarks of Comity: what an opportunity, a replicate and a run cost, in a working copy only.

A benchmark is a function without arguments that returns rows (`measuring.Row`); `BENCHMARKS` names them all. They are
run by `comity bench`. Nothing here is a test: figures depend on the machine and on what else it does.
"""

from .registry import BENCHMARKS, Benchmark

__all__ = ["BENCHMARKS", "Benchmark"]
