"""The scenario of a game: the base with what the ministries brought into force, as a file that the command line runs."""

from __future__ import annotations

from typing import Any

import tomli_w

from ..messages import LUCKS
from .menu import Menu
from .rules import Force, State, forces


def scenario_toml(menu: Menu, state: State, seed: int, without: str = "") -> str:
    """The scenario of the rounds that were closed, each ministry's choices as dated measures.

    ``without``: a ministry whose choices are left out, or "all".
    """
    found = [force for force in forces(menu, state) if without != "all" and without not in _needed(menu, force)]
    last = menu.end.year - 1
    measures: dict[str, Any] = {}
    for force in found:
        entry = menu.entries[force.entry]
        if entry.lifts:
            for name in entry.lifts:
                measures[name] = {"end": menu.begins(force.first)}
        else:
            measures[_name(force)] = _measure(menu, force)
    content = {
        "version": 1,
        "name": "class-game",
        "extends": menu.extends,
        "title": "Class game",
        "question": "What do four ministries do to each other's science?",
        "compare_years": [menu.first - 2, menu.first - 1, menu.begins(menu.rounds // 2).year - 1, last],
        "time": {"end": menu.end},
        "world": {"institutions": menu.institutions},
        "run": {"replicates": LUCKS, "seed": seed, "ensemble": False},  # luck alone makes the band, as on the page
        "record": {"snapshots": []},
    }
    return tomli_w.dumps(content | ({"measures": measures} if measures else {}))


def _needed(menu: Menu, force: Force) -> tuple[str, ...]:
    """Ministries without which a measure would not be."""
    return (force.by, force.target) if menu.entries[force.entry].keys == 2 else (force.by,)


def _name(force: Force) -> str:
    return f"{force.by}-{force.entry}-{force.target}-{force.first + 1}"


def _measure(menu: Menu, force: Force) -> dict[str, Any]:
    entry = menu.entries[force.entry]
    sides = list(entry.between or (force.by, force.target))
    if entry.turned:
        sides.reverse()
    one, other = (list(menu.places[name].countries) for name in sides)
    start, end = menu.begins(force.first), menu.begins(force.last + 1)
    return {
        "preset": entry.preset,
        "title": f"{entry.title['en']}: {menu.places[force.by].title['en']}, {menu.places[force.target].title['en']}",
        "issuer": menu.places[force.by].title["en"],
        "start": start,
        "from": {"countries": one},
        "to": {"countries": other},
    } | ({"end": end} if end < menu.end else {})
