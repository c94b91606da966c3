"""The model's clock: calendar dates as float years whose quarters are exactly 0.25 long.

A quarter is the grid of the model (MODEL: inputs, programmes and output move on it). Quarters have 90 to 92 days;
here each is exactly 0.25 year, which a float represents exactly, and a date lies at its share of the days of its
quarter. Every date has one time, and time differences inside a quarter are proportional to days.
"""

from __future__ import annotations

from datetime import date, timedelta

QUARTERS_A_YEAR = 4
QUARTER = 1.0 / QUARTERS_A_YEAR
"""Length of a quarter in years."""


def quarter_start(year: int, quarter: int) -> date:
    """First day of a quarter; ``quarter`` counts from 0 and may run over the year's end."""
    return date(year + quarter // 4, 3 * (quarter % 4) + 1, 1)


def year_of(day: date) -> float:
    """Time of a date, in years."""
    quarter = (day.month - 1) // 3
    first, after = quarter_start(day.year, quarter), quarter_start(day.year, quarter + 1)
    return day.year + QUARTER * (quarter + (day - first).days / (after - first).days)


def quarter_of(day: date) -> int:
    """Number of the quarter that a date lies in, counted from the year 0."""
    return 4 * day.year + (day.month - 1) // 3


def date_of(time: float) -> date:
    """The date at a time in years (the inverse of `year_of`, rounded down to a day)."""
    quarters = time * QUARTERS_A_YEAR
    number = int(quarters + 1e-9)
    first, after = quarter_start(0 + number // 4, number % 4), quarter_start(number // 4, number % 4 + 1)
    days = int((quarters - number) * (after - first).days + 1e-6)
    return first + timedelta(days=max(days, 0))


def is_quarter_start(day: date) -> bool:
    """Whether a date is the first day of a quarter."""
    return day.day == 1 and day.month % 3 == 1
