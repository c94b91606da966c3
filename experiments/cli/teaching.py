"""`comity teach` and `comity export-page`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import Output
from .settings import AsJson, Force, Quiet

if TYPE_CHECKING:
    from ..teach.game.journal import Journal
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
Address = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="ADDR",
        help="Which address of this machine to tell the class, where it has several; default: that of the way out.",
    ),
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
Game = Annotated[
    bool,
    typer.Option("--game", help="Play the class game: groups are ministries; the page is the lecturer's screen."),
]
GameFile = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="FILE",
        help="File of the game: begun, or gone on with where it was left; default: one in the user's data folder.",
    ),
]
GameSeed = Annotated[
    int | None,
    typer.Option("--seed", min=0, max=2**32 - 1, help="Luck of all runs of a new game; default: drawn."),
]
NewGame = Annotated[
    bool, typer.Option("--new-game", help="Begin a game although the last one was not played to its end.")
]
Workers = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes; default: one for each core.")
]


def teach(
    scenarios: Played = None,
    port: PortNumber = PORT,
    no_browser: NoBrowser = False,
    lan: Lan = False,
    address: Address = None,
    game: Game = False,
    state: GameFile = None,
    seed: GameSeed = None,
    new_game: NewGame = False,
    jobs: Workers = None,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Serve the page that a class plays with, to this machine, or with --lan to the class; ends with Ctrl+C."""
    output = Output(json, quiet)
    needed()
    from ..runner.processes import start_server
    from ..teach.game.files import game_of
    from ..teach.serving import Server, open_server
    from ..teach.worker import PRELOADED

    _refuse_without_game(game, state, seed, new_game)
    _refuse_without_class(lan, address)
    journal = game_of(state, seed, new_game) if game else None
    start_server(PRELOADED)
    opened = open_server(played(scenarios or []), port, lan, jobs, journal, address or "")

    def on_start() -> None:
        _announce(output, opened)
        sys.stdout.flush()  # whoever waits for the address reads a pipe
        if not no_browser:
            import webbrowser

            webbrowser.open(opened.game_url or opened.url)

    from .doctoring import kernels_cached

    if not kernels_cached():
        output.say(
            "compile", "compiling the kernels, once; this takes about half a minute, and the first picture waits for it"
        )
    Server(opened, on_start).serve_until_interrupted()
    return 0


def played(names: list[str]) -> dict[str, str]:
    """Scenarios to play with, name -> title. Raises `InputError` for one that cannot be loaded."""
    from model.scenario.files import packaged_scenarios, read_toml

    from ..runner.processes import in_another_process

    if names:  # what loads a scenario would stay in the memory of the server
        return in_another_process(_titles, names)
    files = packaged_scenarios()
    return {name: str(read_toml(files[name]).get("title", "")) for name in (FIRST, *(n for n in files if n != FIRST))}


def _titles(names: list[str]) -> dict[str, str]:
    from model.scenario import load_scenario

    return {name: load_scenario(name).title for name in names}


def needed() -> None:
    """Raise `ExperimentError` where the libraries of the server are not installed."""
    from importlib.util import find_spec

    from ..errors import ExperimentError

    missing = [name for name in ("starlette", "uvicorn", "websockets", "segno", "psutil") if find_spec(name) is None]
    if missing:
        raise ExperimentError(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed\n"
            "  install the extra `teach`: pip install 'comity[teach]', or uv sync --extra teach"
        )


def _refuse_without_game(game: bool, state: Path | None, seed: int | None, new_game: bool) -> None:
    from model.errors import InputError

    for option, given in (("--state", state is not None), ("--seed", seed is not None), ("--new-game", new_game)):
        if given and not game:
            raise InputError("is an option of the class game", where=option, allowed="together with --game")


def _refuse_without_class(lan: bool, address: str | None) -> None:
    from model.errors import InputError

    if address is not None and not lan:
        raise InputError("is an option of a class", where="--address", allowed="together with --lan")


def _announce(output: Output, opened: Opened) -> None:
    if opened.house.game is not None:
        _announce_game(output, opened, opened.house.game)
        return
    told: dict[str, Any] = {"url": opened.url}
    if opened.class_url:
        told |= {"class_url": opened.class_url, "code": opened.house.code, "other_addresses": opened.others}
    if output.as_json:
        output.json(told)
        return
    output.text(f"The page is at {opened.url} (Ctrl+C ends it).")
    if opened.class_url:
        output.text(f"For the class: {opened.class_url}   join code {opened.house.code}")
        _announce_others(output, opened)
        _show_qr_code(opened.class_url)


def _announce_others(output: Output, opened: Opened) -> None:
    if opened.others:
        output.text(f"Other addresses of this machine, if that one does not open: {', '.join(opened.others)}")


def _show_qr_code(url: str) -> None:
    """Nothing where standard output is no terminal: who reads a pipe photographs nothing."""
    if sys.stdout.isatty():
        import segno

        segno.make(url, error="l", micro=False).terminal(compact=True)


def _announce_game(output: Output, opened: Opened, game: Journal) -> None:
    class_url = f"{opened.house.address or opened.url}game.html"
    if output.as_json:
        output.json(
            {
                "url": opened.game_url,
                "class_url": class_url,
                "other_addresses": opened.others,
                "codes": dict(game.opening.codes),
                "state": str(game.path),
                "seed": game.opening.seed,
                "round": game.state.round + 1,
            }
        )
        return
    output.text(f"Your screen, for nobody else: {opened.game_url} (Ctrl+C ends the server, not the game).")
    output.text(f"The groups open {class_url} and type their code:")
    for ministry, code in game.opening.codes.items():
        output.text(f"  {game.menu.places[ministry].title['en']:12} {code}")
    if opened.class_url:
        _show_qr_code(class_url)
        output.text(f"For the lessons: {opened.class_url}   join code {opened.house.code}")
        _announce_others(output, opened)
    output.text(f"Seed {game.opening.seed}. The game is kept in {game.path}")
    if game.state.settled or game.state.phase != "waiting":
        output.text(f"It goes on where it was left: round {min(game.state.round + 1, game.menu.rounds)}.")


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
