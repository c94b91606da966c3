"""The one table of parameters and the typed object made of it."""

from .table import Frozen, Number, Parameter, Parameters, Whole, parameter_table

__all__ = ["Frozen", "Number", "Parameter", "Parameters", "Whole", "parameter_table"]
