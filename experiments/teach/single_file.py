"""The page as one file: the same page with all frames of a grid of states inside, for a course site or a blocked port.

Every cell of the grid is a frame as the server would send it, compressed with gzip, as base64. The modules of the page are
put one after the other into one script; style sheets, the script and nothing else may run, by their hashes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.errors import InputError, as_written
from model.scenario import load_scenario
from model.scenario.loading import parse_override
from model.scenario.merging import value_at
from model.sources import program_version

from .application import PAGE
from .catalogue import catalogue
from .messages import Question, read_question
from .pictures import picture
from .running import Runs, state_of

LARGEST = 2_000_000
"""Bytes of the file."""
MOST_CELLS = 400
LANGUAGES = ("en", "ru", "zh")
MAIN = "js/main.js"

_IMPORT = re.compile(r"^import (?P<what>[^;]+?) from \"(?P<path>[^\"]+)\";\n", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?=(async )?(function|class|const|let) )", re.MULTILINE)
_DEFAULT = re.compile(r"^export \{ (\w+) as default \};?\n?", re.MULTILINE)


@dataclass(frozen=True)
class Axis:
    """A setting and the values that the page can show of it."""

    path: str
    values: tuple[float, ...]


def read_axis(text: str) -> Axis:
    """An axis from "path=a,b,c". Raises `InputError`."""
    path, sign, written = (part.strip() for part in text.partition("="))
    words = [word for word in written.split(",") if word.strip()]
    if not sign or not path or not words:
        raise InputError(f"{as_written(text)} is no axis", where="--grid", allowed="path.to.key=value,value,...")
    try:
        values: list[Any] = [parse_override(f"{path}={word}")[1] for word in words]
    except InputError as error:  # it speaks of --set
        raise InputError(error.message, where=f"--grid {path}", allowed=error.allowed, nearest=error.nearest) from None
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(
                f"{as_written(value)} is no number", where=f"--grid {path}", allowed="numbers: a slider goes over them"
            )
    if len(set(values)) < len(values):
        raise InputError("a value stands there twice", where=f"--grid {path}", allowed="different values")
    return Axis(path, tuple(sorted(values)))


def single_page(
    scenarios: Sequence[str],
    axes: Sequence[Axis],
    seed: int,
    tell: Callable[[int, int], None] = lambda done, all_: None,
) -> str:
    """The text of the page. ``tell`` is called with the cells that are done, and all. Raises `InputError`."""
    points = list(itertools.product(*(axis.values for axis in axes)))
    if len(points) * len(scenarios) > MOST_CELLS:
        raise InputError(f"{len(points) * len(scenarios)} states", where="--grid", allowed=f"at most {MOST_CELLS}")
    frames: dict[str, str] = {}
    cells: list[dict[str, Any]] = []
    runs = Runs(patient=True)
    for scenario in scenarios:
        base = load_scenario(scenario)
        frames[f"describe {scenario}"] = _squeezed(catalogue(base, scenario))
        content = base.to_dict()
        start = {axis.path: _number_at(content, axis.path, scenario) for axis in axes}
        for point in points:
            chosen = dict(zip((axis.path for axis in axes), point, strict=True))
            question = _question(scenario, chosen, seed)
            state = state_of(question)
            name = f"{len(cells)}"
            frames[name] = _squeezed(picture(runs.replicate(state, 0, changed=_measures(chosen)), question))
            cells.append({"scenario": scenario, "values": chosen, "base": start, "frame": name})
            tell(len(cells), len(points) * len(scenarios))
    about = {
        "program": program_version(),
        "scenarios": [{"name": name, "title": load_scenario(name).title} for name in scenarios],
        "address": "",
        "seed": seed,
    }
    grid = [{"path": axis.path, "values": axis.values} for axis in axes]
    data = {"about": about, "texts": _texts(), "lessons": [], "grid": grid, "cells": cells, "frames": frames}
    page = _page(data)
    size = len(page.encode())
    if size > LARGEST:
        raise InputError(
            f"the page has {size:,} bytes with {len(cells)} states", where="--grid",
            allowed=f"at most {LARGEST:,} bytes: fewer values, fewer scenarios, or smaller worlds",
        )  # fmt: skip
    return page


def _measures(chosen: Mapping[str, float]) -> set[str]:
    return {path.split(".")[1] for path in chosen if path.startswith("measures.")}


def _question(scenario: str, chosen: Mapping[str, float], seed: int) -> Question:
    """What the page would ask of a server, with the server's bounds."""
    return read_question({"id": 0, "scenario": scenario, "seed": seed, "set": dict(chosen)}, [scenario])


def _number_at(content: Mapping[str, Any], path: str, scenario: str) -> float:
    value = value_at(content, path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(
            f"{as_written(path)} is no number of {scenario}",
            where="--grid",
            allowed="a key with a number, such as a strength",
        )
    return float(value)


def _squeezed(frame: bytes) -> str:
    return base64.b64encode(gzip.compress(frame, 9, mtime=0)).decode()


def _texts() -> dict[str, Any]:
    return {tag: json.loads((PAGE / "texts" / f"{tag}.json").read_text(encoding="utf-8")) for tag in LANGUAGES}


# --- the parts of the page ----------------------------------------------------------------------------------------


def _page(data: Mapping[str, Any]) -> str:
    """The page's own HTML with its style sheets, its script and the data inside."""
    text = (PAGE / "index.html").read_text(encoding="utf-8")
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)">', text)
    style = "".join((PAGE / path).read_text(encoding="utf-8") for path in sheets)
    script = bundled(MAIN)
    icon = base64.b64encode((PAGE / "icon.svg").read_bytes()).decode()
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    text = re.sub(r'<link rel="stylesheet"[^>]*>\n', "", text)
    text = re.sub(r'<script type="module"[^>]*></script>\n', "", text)
    text = re.sub(r'<link rel="icon"[^>]*>', f'<link rel="icon" href="data:image/svg+xml;base64,{icon}">', text)
    head = f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    text = text.replace('<meta charset="utf-8">', head, 1)
    text = text.replace("</head>", f"<style>{style}</style>\n</head>", 1)
    # "<" is written so that no text can end the element
    written = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    held = f'<script type="application/json" id="frames">{written}</script>\n<script type="module">{script}</script>\n'
    return text.replace("</body>", f"{held}</body>", 1)


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def bundled(main: str) -> str:
    """The modules that a module imports, and itself, as one script: each stands before those that import it."""
    done: dict[str, str] = {}

    def add(path: str) -> None:
        if path in done:
            return
        text = (PAGE / path).read_text(encoding="utf-8")
        for found in _IMPORT.finditer(text):
            add(_beside(path, found["path"]))
        body = _EXPORTED.sub("", _IMPORT.sub("", text))
        if default := _DEFAULT.search(body):  # a library: its names stay its own
            body = f"const {default[1]} = (() => {{\n{_DEFAULT.sub('', body)}\nreturn {default[1]};\n}})();\n"
        done[path] = body

    add(main)
    return "\n".join(done.values()).replace("</script", "<\\/script")


def _beside(path: str, other: str) -> str:
    parts = path.split("/")[:-1]
    for part in other.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
