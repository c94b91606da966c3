"""Measures: sanctions and instruments as dated, scoped events, compiled to the arrays that the kernels read."""

from .compiled import CompiledMeasure, compile_measures, spans
from .force import Forces

__all__ = ["CompiledMeasure", "Forces", "compile_measures", "spans"]
