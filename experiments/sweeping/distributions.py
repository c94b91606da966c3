"""Distributions of factors: what a file says of them, and their quantiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from model.parameters import Frozen, Number

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEEDED = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
    "beta": ("a", "b"),
}
"""Keys that each family must have; all may have low and high."""


class Distribution(Frozen):
    """What is thought of an uncertain value. With low and high, the normal and the lognormal are cut there, the beta is stretched."""

    family: Literal["uniform", "triangular", "normal", "lognormal", "beta"] = Field(description="Family")
    low: Number | None = Field(None, description="Lowest value")
    high: Number | None = Field(None, description="Highest value")
    mode: Number | None = Field(None, description="Most likely value, triangular")
    mean: Number | None = Field(None, description="Mean, normal (before it is cut)")
    sd: Number | None = Field(None, gt=0, description="Standard deviation, normal (before it is cut)")
    median: Number | None = Field(None, gt=0, description="Median, lognormal (before it is cut)")
    sigma: Number | None = Field(None, gt=0, description="Standard deviation of the logarithm, lognormal")
    a: Number | None = Field(None, gt=0, description="First shape, beta")
    b: Number | None = Field(None, gt=0, description="Second shape, beta")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = NEEDED[self.family]
        for key in needed:
            if getattr(self, key) is None:
                raise ValueError(f"a {self.family} distribution needs {', '.join(needed)}; {key} is missing")
        for key in {key for keys in NEEDED.values() for key in keys} - {*needed, "low", "high"}:
            if getattr(self, key) is not None:
                raise ValueError(f"a {self.family} distribution has no {key}; it needs {', '.join(needed)}")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low, {self.low:g}, must lie below high, {self.high:g}")
        if self.mode is not None and not self._low <= self.mode <= self._high:
            raise ValueError(f"mode, {self.mode:g}, must lie between low and high")
        if self.family == "lognormal" and self.low is not None and self.low < 0.0:
            raise ValueError(f"low, {self.low:g}, lies below 0, where a lognormal distribution has nothing")
        return self

    @property
    def _low(self) -> float:
        return float("-inf") if self.low is None else self.low

    @property
    def _high(self) -> float:
        return float("inf") if self.high is None else self.high

    def quantiles(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values below which these shares of the distribution lie, float64[n]; infinite where it has no end."""
        from scipy import stats

        match self.family:
            case "uniform":
                return self._low + shares * (self._high - self._low)
            case "triangular":
                width = self._high - self._low
                return stats.triang.ppf(shares, (float(self.mode or 0.0) - self._low) / width, self._low, width)
            case "normal":
                return self._cut(stats.norm(self.mean, self.sd), shares)
            case "lognormal":
                return self._cut(stats.lognorm(self.sigma, scale=self.median), shares)
            case "beta":
                low, high = (0.0 if self.low is None else self.low), (1.0 if self.high is None else self.high)
                return low + stats.beta.ppf(shares, self.a, self.b) * (high - low)

    def _cut(self, whole: Any, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Quantiles of a distribution between low and high only."""
        first, last = whole.cdf(self._low), whole.cdf(self._high)
        return np.clip(whole.ppf(first + shares * (last - first)), self._low, self._high)
