"""Measures: sanctions and instruments as dated, scoped events, compiled to the arrays that the kernels read."""

from .appearance import Appearance
from .compiled import CompiledMeasure, compile_measures, spans
from .force import Forces
from .programmes import Programmes

__all__ = ["Appearance", "CompiledMeasure", "Forces", "Programmes", "compile_measures", "spans"]
