"""Random measures that the schema allows: what it says of each key, types and bounds, is what they are drawn from.

All is a function of a seed: what hypothesis draws itself repeats the simple and the extreme too often in tables so large.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from random import Random
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from model.scenario.measure import Counts, Effects, Measure, Motives, Projects

NAMES = ("one", "two", "three")
"""Names of the measures of a scenario."""
OF_TABLES: dict[str, tuple[str, ...]] = {
    "blocs": ("Russia", "China", "West", "Other"), "countries": ("RU", "CN", "US", "DE", "IN"),
    "kinds": ("university", "institute", "company"), "fields": ("physics", "medicine", "earth"),
    "instruments": NAMES, "answers": ("", *NAMES), "exposed_to": ("Russia", "China", "West"), "preset": ("",),
}  # fmt: skip
"""Names that there are, by the keys that hold them."""
INSTITUTIONS: tuple[Any, ...] = ("all", "all", "listed", ["Lomonosov Moscow State University"], ["Peking University"])
MILDER: dict[tuple[type, str], tuple[float, float]] = {
    (Effects, "meeting"): (0.0, 8.0), (Effects, "initiative"): (0.0, 8.0), (Effects, "formation"): (-10.0, 2.0),
    (Effects, "opportunity"): (0.0, 3.0), (Effects, "maintenance"): (-3.0, 5.0), (Effects, "capability"): (-0.3, 0.3),
    (Motives, "capability_gap"): (-1.0, 1.0), (Motives, "proximity"): (-2.0, 2.0), (Motives, "complement"): (-2.0, 2.0),
    (Motives, "facility"): (-2.0, 2.0), (Motives, "same_kind"): (-2.0, 2.0), (Measure, "strength"): (0.0, 1.5),
    (Measure, "lag_years"): (0.0, 1.0), (Projects, "budget"): (1e3, 1e5), (Projects, "applications"): (1.0, 20.0),
    (Projects, "cost"): (0.1, 10.0), (Projects, "share"): (0.1, 1.0),
    (Counts, "change"): (-0.9, 2.0), (Counts, "after_years"): (4.0, 12.0),
}  # fmt: skip
"""Narrower bounds than those of the schema: where strong measures meet, drawing and rejecting candidates is slow."""
FIRST_DAY = date(2011, 10, 1)
"""Starts are within two years of it, so that most measures begin in a run of 2012 and 2013."""


def inside(annotation: Any) -> Any:
    """The type within an annotation that may also be None or is checked further."""
    if get_origin(annotation) is Annotated:
        return inside(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return next(inside(part) for part in get_args(annotation) if part is not type(None))
    return annotation


def bounds(info: FieldInfo) -> tuple[float, float]:
    """Smallest and largest number that a key may have, an open end moved a little inwards."""
    low, high = -math.inf, math.inf
    for said in info.metadata:
        match said:
            case annotated_types.Ge(ge=value):
                low = value
            case annotated_types.Gt(gt=value):
                low = value + 0.01
            case annotated_types.Le(le=value):
                high = value
            case annotated_types.Lt(lt=value):
                high = value - 0.01
    return low, high


def value(luck: Random, table: type[BaseModel], key: str, info: FieldInfo) -> Any:
    """A value that a key of a table may have."""
    of = inside(info.annotation)
    if key == "institutions":
        return luck.choice(INSTITUTIONS)
    if key in OF_TABLES:
        names = OF_TABLES[key]
        return luck.choice(names) if of is str else luck.sample(names, luck.randrange(3))
    if isinstance(of, type) and issubclass(of, BaseModel):
        return any_table(luck, of)
    if key == "enabled":
        return luck.random() < 0.9
    if get_origin(of) is Literal:
        return luck.choice(get_args(of))
    if key == "range":
        return [luck.uniform(-5.0, 0.0), luck.uniform(0.0, 5.0)]
    low, high = MILDER.get((table, key), bounds(info))
    if of is float:
        return luck.choice((low, high, *(luck.uniform(low, high) for _ in range(6))))
    if of is int:
        return luck.randint(int(low), int(min(high, 1000)))
    if of is bool:
        return luck.random() < 0.5
    if of is str:
        return luck.choice(("", "text", 'with "quotes"', "два слова"))
    if of is date:
        return FIRST_DAY + timedelta(days=luck.randrange(730))
    raise AssertionError(f"no values are known for {table.__name__}.{key}")


def any_table(luck: Random, table: type[BaseModel]) -> dict[str, Any]:
    """A table with what must be there, and other keys, each as likely left out as not."""
    must = {key for key, info in table.model_fields.items() if info.is_required()}
    never = {"end"}
    if table is Projects:
        needed, barred = luck.choice(
            [(("budget", "cost"), ("share",)), (("share",), ("budget",)), (("shape",), ("budget", "cost", "share"))]
        )  # paid, planned, founded
        must, never = must | {*needed}, never | {*barred}
    made = {
        info.alias or key: value(luck, table, key, info)
        for key, info in table.model_fields.items()
        if key in must or (key not in never and luck.random() < 0.5)
    }
    if made.get("budget"):  # money for no more than some hundred projects a year in the small world
        made["cost"] = min(1e5, max(made["cost"], made["budget"] / 1e5))
    return made


def any_measures(seed: int, count: int) -> dict[str, dict[str, Any]]:
    """So many measures by their names, which speak of each other only as they may: a function of a seed."""
    luck = Random(seed)
    measures = {name: any_table(luck, Measure) for name in NAMES[:count]}
    makers = [name for name, measure in measures.items() if "projects" in measure]
    for place, measure in enumerate(measures.values()):
        measure["instruments"] = [name for name in measure.get("instruments", ()) if name in makers]
        if measure.get("answers") not in NAMES[:place]:
            measure["answers"] = ""
        if luck.random() < 0.5:
            measure["end"] = measure["start"] + timedelta(days=luck.randint(1, 500))
        if "counts" in measure.get("effects", {}):
            measure["ramp_years"] = 0.0
        if measure.get("effects", {}).get("secondary", 0.0) > 0.0:
            measure.setdefault("exposed_to", "West")
    return measures
