"""Directive `game-menu`: what the ministries of the class game may choose, from the game's own menu."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from generated_tables import literal, table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class GameMenu(SphinxDirective):
    """Every entry: the preset that it is, who may choose it, its price with status and source."""

    def run(self) -> list[nodes.Node]:
        from experiments.teach.game.menu import read_menu

        menu = read_menu()
        rows = []
        for entry in menu.entries.values():
            by = "all" if entry.by == menu.played else ", ".join(menu.places[name].title["en"] for name in entry.by)
            what = literal(entry.preset) if entry.preset else ", ".join(f"`{name}`" for name in entry.lifts)
            keys = "two keys" if entry.keys == 2 else "lifts" if entry.lifts else "one key"
            rows.append(
                (
                    entry.title["en"],
                    what,
                    keys,
                    by,
                    str(entry.price),
                    entry.source if entry.source.startswith(entry.status) else f"{entry.status}: {entry.source}",
                )
            )
        headings = ("entry", "preset, or measures that end", "keys", "who", "price", "status and source of the price")
        return [table(headings, rows, (20, 22, 8, 12, 6, 32))]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("game-menu", GameMenu)
    return {"parallel_read_safe": True}
