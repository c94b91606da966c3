"""The figure and the table of docs/method.md, from measured rows.

uv run comity bench --long --json > benchmarks/measured.json
uv run python -m benchmarks.figure
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from experiments.figures.style import DPI, FAINT, PALETTE, styled

from .measuring import ROOT, Row
from .reference_process import PUBLISHED

MEASURED = ROOT / "benchmarks" / "measured.json"
IMAGE = ROOT / "docs" / "images" / "opportunity_cost.png"
PAGE = ROOT / "docs" / "method.md"
SHOWN = ("value", "low", "high")
TABLE_BEGINS, TABLE_ENDS = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def sizes_of(rows: list[dict[str, Any]], prefix: str, first: int | None = None) -> dict[int, dict[str, Any]]:
    """Rows whose name is a prefix and a size, by size; ``first`` is the size of the row that has none in its name."""
    found = {}
    for entry in rows:
        size = entry["name"].removeprefix(prefix).removeprefix("_")
        if entry["name"].startswith(prefix) and size.isdigit():
            found[int(size)] = entry
        elif entry["name"] == prefix and first is not None:
            found[first] = entry
    return dict(sorted(found.items()))


def draw(measured: Path = MEASURED, to: Path = IMAGE) -> None:
    """Draw the cost of an opportunity against size, beside the published figures, and write a PNG."""
    from matplotlib.figure import Figure

    rows = json.loads(measured.read_text(encoding="utf-8"))
    with styled():
        figure = Figure(figsize=(5.4, 3.1), layout="constrained")
        axes = figure.add_subplot(
            xscale="log", yscale="log", xlabel="actors or institutions", ylabel="microseconds an opportunity"
        )
        published = list(PUBLISHED.values())
        axes.plot(list(PUBLISHED), published, "s-", color=FAINT, ms=4, lw=1.2, label="RSiena 1.6.5, published")
        own = (
            ("opportunity_us", 400, "Comity, the same reference process"),
            ("hindcast_opportunity_us", None, "Comity, hindcast without measures"),
        )
        for place, (prefix, first, label) in enumerate(own):
            found = sizes_of(rows, prefix, first)
            if not found:
                continue
            values = [entry["value"] for entry in found.values()]
            below = [entry["value"] - entry["low"] for entry in found.values()]
            above = [entry["high"] - entry["value"] for entry in found.values()]
            axes.errorbar(
                list(found), values, yerr=[below, above], fmt="o-", color=PALETTE[place], ms=4, lw=1.2, capsize=2,
                label=label,
            )  # fmt: skip
        axes.set_ylim(0.2, 1500)
        axes.legend(loc="upper right", frameon=False)
        figure.savefig(to, dpi=DPI, metadata={"Software": None})


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table."""
    lines = ["| benchmark | median | lowest to highest | unit | aim | | against |", "|---|---|---|---|---|---|---|"]
    for entry in rows:
        verdict = {True: "met", False: "**short**", None: ""}[Row(**entry).met()]
        value, low, high = (f"{entry[key]:,.0f}" if entry[key] >= 1000 else f"{entry[key]:.3g}" for key in SHOWN)
        span = "one run" if low == high else f"{low} to {high}"
        aim = entry["aim"].replace("<=", "≤").replace(">=", "≥")
        lines.append(
            f"| `{entry['name']}` | {value} | {span} | {entry['unit']} | {aim} | {verdict} | {entry['against']} |"
        )
    return "\n".join(lines) + "\n"


def with_table(page: str, rows: list[dict[str, Any]]) -> str:
    """The text of the page with its table made anew."""
    head, _, rest = page.partition(TABLE_BEGINS)
    _, _, tail = rest.partition(TABLE_ENDS)
    return f"{head}{TABLE_BEGINS}\n{table(rows)}\n{TABLE_ENDS}{tail}"


if __name__ == "__main__":
    draw()
    rows = json.loads(MEASURED.read_text(encoding="utf-8"))
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")
