"""Years to fit to and years to predict."""

from __future__ import annotations

import re
from typing import NamedTuple

from model.errors import InputError

from ..calibrating.targets import FEWEST_YEARS


class Window(NamedTuple):
    """Years of a fit and the years that are predicted after it; first and last, both included."""

    fit: tuple[int, int]
    predict: tuple[int, int]

    @property
    def years(self) -> range:
        """The years to predict."""
        return range(self.predict[0], self.predict[1] + 1)

    @property
    def name(self) -> str:
        """Such as "1996-2013 to 2014-2018"."""
        return f"{self.fit[0]}-{self.fit[1]} to {self.predict[0]}-{self.predict[1]}"


ROLLING = tuple(Window((1996, origin), (origin + 1, origin + 5)) for origin in (2003, 2005, 2007, 2009, 2011))
"""Five origins, five years ahead: what choices of structure are made on."""
FINAL = (Window((1996, 2013), (2014, 2018)), Window((1996, 2018), (2019, 2022)))
"""The two windows that are looked at last."""
ALL = ROLLING + FINAL


def window(fit: str, predict: str) -> Window:
    """A window from two texts such as "1996:2013" and "2014:2018". Raises `InputError`."""
    first, second = span(fit, "--fit", "1996:2013"), span(predict, "--predict", "2014:2018")
    if first[1] - first[0] + 1 < FEWEST_YEARS:
        raise InputError(f"{fit} are too few years", where="--fit", allowed=f"at least {FEWEST_YEARS} years")
    if second[0] <= first[1]:
        raise InputError(
            f"{predict} begins before the fit has ended", where="--predict", allowed=f"from {first[1] + 1}"
        )
    return Window(first, second)


def span(text: str, where: str, example: str) -> tuple[int, int]:
    """First and last year of a text such as "1996:2013". Raises `InputError`."""
    found = re.fullmatch(r"(\d{4}):(\d{4})", text.strip())
    if not found or int(found[1]) > int(found[2]):
        raise InputError(f"{text!r} is no span of years", where=where, allowed=f"FROM:TO, such as {example}")
    return int(found[1]), int(found[2])
