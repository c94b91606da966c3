"""`comity teach` and `comity export-page`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import Output
from .settings import AsJson, Force, Quiet

if TYPE_CHECKING:
    from ..teach.serving import Opened

PORT = 8765
FIRST = "classroom"
"""The scenario that is shown when nothing else is asked for."""

PortNumber = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes one that is free.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Open no browser.")]
Lan = Annotated[
    bool,
    typer.Option("--lan", help="Let others in this network in: prints the address, a QR code and the join code."),
]
Played = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SCENARIO...]", help="Scenarios to play with; default: the packaged ones, classroom first."
    ),
]
Grid = Annotated[
    list[str] | None,
    typer.Option("--grid", metavar="PATH=A,B,C", help="A slider of the page and its values; may be repeated."),
]
Workers = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes; default: one for each core.")
]


def teach(
    scenarios: Played = None,
    port: PortNumber = PORT,
    no_browser: NoBrowser = False,
    lan: Lan = False,
    jobs: Workers = None,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Serve the page that a class plays with, to this machine, or with --lan to the class; ends with Ctrl+C."""
    output = Output(json, quiet)
    needed()
    from ..teach.serving import Server, open_server

    opened = open_server(played(scenarios or []), port, lan, jobs)

    def on_start() -> None:
        _announce(output, opened)
        sys.stdout.flush()  # whoever waits for the address reads a pipe
        if not no_browser:
            import webbrowser

            webbrowser.open(opened.url)

    from .doctoring import kernels_cached

    if not kernels_cached():
        output.say(
            "compile", "compiling the kernels, once; this takes about half a minute, and the first picture waits for it"
        )
    Server(opened, on_start).serve_until_interrupted()
    return 0


def played(names: list[str]) -> dict[str, str]:
    """Scenarios to play with, name -> title. Raises `InputError` for one that cannot be loaded."""
    from model.scenario import load_scenario, packaged_scenarios
    from model.scenario.files import read_toml

    if names:
        return {name: load_scenario(name).title for name in names}
    files = packaged_scenarios()
    return {name: str(read_toml(files[name]).get("title", "")) for name in (FIRST, *(n for n in files if n != FIRST))}


def needed() -> None:
    """Raise `ExperimentError` where the libraries of the server are not installed."""
    from importlib.util import find_spec

    from ..errors import ExperimentError

    missing = [name for name in ("starlette", "uvicorn", "websockets", "segno") if find_spec(name) is None]
    if missing:
        raise ExperimentError(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed\n"
            "  install the extra `teach`: pip install 'comity[teach]', or uv sync --extra teach"
        )


def _announce(output: Output, opened: Opened) -> None:
    told: dict[str, Any] = {"url": opened.url}
    if opened.class_url:
        told |= {"class_url": opened.class_url, "code": opened.house.code}
    if output.as_json:
        output.json(told)
        return
    output.text(f"The page is at {opened.url} (Ctrl+C ends it).")
    if opened.class_url:
        import segno

        output.text(f"For the class: {opened.class_url}   join code {opened.house.code}")
        if sys.stdout.isatty():
            segno.make(opened.class_url, error="l", micro=False).terminal(compact=True)


def export_page(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Scenarios of the page.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")],
    grid: Grid = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Luck of all runs.")] = 1,
    force: Force = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Write the page with a grid of states inside as one file that opens from disk: no server, no network."""
    from model.errors import InputError

    output = Output(json, quiet)
    needed()
    from ..teach.single_file import read_axis, single_page

    if out.is_dir() or not out.absolute().parent.is_dir():
        raise InputError(
            "is no file that can be written", where=f"--out {out}", allowed="a file in a folder that is there"
        )
    if out.exists() and not force:
        raise InputError("is there already", where=f"--out {out}", allowed="another --out, or --force to replace it")
    axes = [read_axis(text) for text in grid or []]
    page = single_page(list(dict.fromkeys(scenarios)), axes, seed, lambda done, all_: _told(output, done, all_))
    out.write_text(page, encoding="utf-8")
    size = len(page.encode())
    if json:
        output.json({"file": str(out), "bytes": size, "scenarios": scenarios, "grid": {a.path: a.values for a in axes}})
    else:
        output.text(f"{out}: {size:,} bytes")
    return 0


def _told(output: Output, done: int, all_: int) -> None:
    if done == all_ or done % 10 == 0:
        output.say("page", f"{done} of {all_} states", done=done, of=all_)
