"""Writes what the examples of the pages print now over what stands there: read the diff before you keep it.

uv run python docs/refresh_examples.py [PAGE...]        the checked examples
uv run python docs/refresh_examples.py --hindcast       table and pictures of the hindcast besides (runs it)
uv run python docs/refresh_examples.py docs/shocks.md --shocks    table and pictures of that page (runs its comparison)
uv run python docs/refresh_examples.py docs/NAME.md --NAME    the same of a page with one command: channels, claims, fit, trust
uv run python docs/refresh_examples.py docs/analysis.md --experiments    the figures of experiments.md; its numbers are printed
uv run python docs/refresh_examples.py docs/tutorial.md --lessons    the figures of facilitator.md (runs all states of all lessons)
"""

from __future__ import annotations

import argparse
import io
import json
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from examples import PAGES, ROOT, empty_folder, has_output, output_of, parse, place_of_output, refreshed, tidy

if TYPE_CHECKING:
    from experiments.teach.lesson import Lesson

TABLE = re.compile(r"(?<=<!-- hindcast table -->\n```text\n).*?(?=```\n<!-- end of hindcast table -->)", re.DOTALL)
PICTURE = ROOT / "docs" / "images" / "hindcast.png"
TIMELINE = ROOT / "docs" / "images" / "timeline.png"
SHOCKS = ROOT / "docs" / "shocks.md"
SHOCKS_COMMAND = re.compile(r"(?<=<!-- shocks command -->\n```sh\n).*?(?=```\n)", re.DOTALL)
SHOCKS_TABLE = re.compile(r"(?<=<!-- shocks table -->\n```text\n).*?(?=```\n<!-- end of shocks table -->)", re.DOTALL)
PAGES_OF_COMMANDS = {"channels": "channels", "claims": "claims", "fit": "fit-sizes-RU", "trust": None}
"""Pages that show the tables and a figure of one command, which takes from a minute to half an hour: page -> figure, if any."""
FIGURES_OF_EXPERIMENTS = {
    "sanctions-by-compliance": {
        "russia-west-works-change-surface": "experiment-compliance",
        "russia-west-works-change-tornado": "experiment-compliance-tornado",
    },
    "budget-by-plan": {
        "sweep-russia-china-partnerships-map": "experiment-budget",
        "russia-china-partnerships-tornado": "experiment-budget-tornado",
    },
    "secondary-by-exposure": {
        "part-of-russia-china-that-listed-of-russia-hold-surface": "experiment-secondary",
        "factors-by-outcomes": "experiment-secondary-factors",
    },
    "all-assumed": {
        "russia-west-partnerships-2023-sobol": "experiment-assumed",
        "factors-by-outcomes": "experiment-assumed-factors",
    },
    "robust-instruments": {
        "russia-china-partnerships-policies": "experiment-instruments",
        "russia-china-partnerships-policy-3-trade-off": "experiment-instruments-trade-off",
        "russia-china-partnerships-policy-3-box": "experiment-instruments-box",
        "russia-china-partnerships-policy-3-parallel": "experiment-instruments-parallel",
    },
}
"""Ready experiment -> figures of its analysis that experiments.md shows, with their names there."""
FACILITATOR = ROOT / "docs" / "facilitator.md"
RUNS_OF_LESSONS, SEED_OF_LESSONS = 200, 20261125
"""Replicates and seed of the figures beside those of the page: other luck, and more of it."""
SCORES = ROOT / "results" / "published" / "windows.csv"
FIGURES = ("hysteresis", "substitution", "sorting", "dependency")
MOST_BYTES = 60_000
"""Size of a figure of an experiment, for there are many: fewer colours where it is more, down to `FEWEST_COLOURS`."""
FEWEST_COLOURS = 24
"""With which curves one over the other, as in parallel coordinates, can still be told apart."""
COLOURS = 96
"""Colours of a published figure: line drawings need no more, and are a third as large."""


def refresh(page: Path) -> int:
    """Run the examples of a page and replace outputs that changed; how many did."""
    document = parse(page)
    text, changed, shift = document.text, 0, 0
    with empty_folder():
        for example in document:
            if not has_output(example):
                example.evaluate()
                continue
            start, end = place_of_output(example)
            now = refreshed(document.text[start:end], output_of(example))
            if now != document.text[start:end]:
                text = text[: start + shift] + now + text[end + shift :]
                shift += len(now) - (end - start)
                changed += 1
    if changed:
        page.write_text(text, encoding="utf-8")
    return changed


def refresh_hindcast() -> bool:
    """Run the hindcast and put its table and its first figure where README.md shows them; whether the table changed."""
    from experiments.cli import main

    page, out = ROOT / "README.md", io.StringIO()
    with empty_folder() as folder:
        with redirect_stdout(out):
            code = main(["run", "hindcast", "--out", "hindcast"])
        if code != 0:
            raise SystemExit(f"the hindcast ended with exit code {code}")
        shutil.copyfile(folder / "hindcast" / "figures" / "volume.png", PICTURE)
        with redirect_stdout(io.StringIO()):
            main(["timeline", "hindcast", "--out", str(TIMELINE), "--force"])
    before = page.read_text(encoding="utf-8")
    after, found = TABLE.subn(lambda _: tidy(out.getvalue()), before)
    if found != 1:
        raise SystemExit("README.md has no place for the hindcast table")
    page.write_text(after, encoding="utf-8")
    return after != before


def publish(figure: Path, name: str = "", colours: int = COLOURS) -> Path:
    """Put a figure among the pictures of the pages, with few colours; under its own name where none is given."""
    from PIL import Image

    with Image.open(figure) as image:
        few = image.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
    path = ROOT / "docs" / "images" / (f"{name}.png" if name else figure.name)
    few.save(path, optimize=True)
    return path


def publish_scores(windows: Sequence[Mapping[str, Any]]) -> None:
    """Put the scores of windows among the published results: a row for each window, method and group."""
    import pandas as pd

    rows = [
        {"fit": "-".join(map(str, one["fit"])), "predict": "-".join(map(str, one["predict"])), **score}
        for one in windows
        for score in one["scores"]
    ]
    SCORES.parent.mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(SCORES, index=False, float_format="%.4f", lineterminator="\n")


def refresh_command(name: str) -> bool:
    """Run the command of a page and put its tables and a figure there; whether the tables changed."""
    from experiments.cli import main

    page, out = ROOT / "docs" / f"{name}.md", io.StringIO()
    before = page.read_text(encoding="utf-8")
    words = re.search(rf"(?<=<!-- {name} command -->\n```sh\n).*?(?=```\n)", before, re.DOTALL)
    if words is None:
        raise SystemExit(f"{page.name} has no command")
    with empty_folder() as folder:
        with redirect_stdout(out):
            code = main([*shlex.split(words.group())[1:], "--out", "result", "--quiet"])
        if code != 0:
            raise SystemExit(f"the command of {page.name} ended with exit code {code}")
        figure = PAGES_OF_COMMANDS[name]
        if figure is not None:
            publish(folder / "result" / "figures" / f"{figure}.png")
        if name == "trust":
            publish_scores(json.loads((folder / "result").read_text(encoding="utf-8"))["windows"])
    place = rf"(?<=<!-- {name} table -->\n```text\n).*?(?=```\n<!-- end of {name} table -->)"
    after, found = re.subn(place, lambda _: tidy(out.getvalue()), before, flags=re.DOTALL)
    if found != 1:
        raise SystemExit(f"{page.name} has no place for its tables")
    page.write_text(after, encoding="utf-8")
    return after != before


def refresh_shocks() -> bool:
    """Run the comparison of shocks.md and put its table and figures there; whether the table changed."""
    from experiments.cli import main
    from experiments.cli.comparing import print_comparison
    from experiments.cli.output import Output
    from experiments.results import open_result
    from experiments.shocks import shocks_of

    before, out = SHOCKS.read_text(encoding="utf-8"), io.StringIO()
    command = SHOCKS_COMMAND.search(before)
    if command is None:
        raise SystemExit("shocks.md has no command")
    words = shlex.split(command.group().replace("\\\n", " "))[1:]
    with empty_folder() as folder:
        with redirect_stdout(io.StringIO()):
            code = main([*words, "--out", "shocks", "--quiet"])
        if code != 0:
            raise SystemExit(f"the comparison ended with exit code {code}")
        names = [word for word in words[1:] if (folder / "shocks" / word).is_dir()]
        with redirect_stdout(out):
            print_comparison(Output(), shocks_of([open_result(folder / "shocks" / name) for name in names]))
        for name in FIGURES:
            publish(folder / "shocks" / "figures" / f"{name}.png")
    after, found = SHOCKS_TABLE.subn(lambda _: tidy(out.getvalue()), before)
    if found != 1:
        raise SystemExit("shocks.md has no place for its table")
    SHOCKS.write_text(after, encoding="utf-8")
    return after != before


def refresh_experiments() -> None:
    """Run the ready experiments, print what they and their analyses say, and publish their figures."""
    from experiments.cli import main

    with empty_folder() as folder:
        for name in FIGURES_OF_EXPERIMENTS:
            for words in (
                ["sweep", name, "--out", name, "--no-figures"],
                ["analyse", name, "--out", f"{name}-analysed"],
            ):
                if code := main([*words, "--quiet"]):
                    raise SystemExit(f"comity {words[0]} {name} ended with exit code {code}")
            publish_experiment(name, folder / f"{name}-analysed")


def publish_experiment(name: str, folder: Path) -> None:
    """Put the figures of an experiment's analysis among the pictures of the pages."""
    for figure, published in FIGURES_OF_EXPERIMENTS[name].items():
        colours = COLOURS
        while publish(folder / "figures" / f"{figure}.png", published, colours).stat().st_size > MOST_BYTES:
            if colours <= FEWEST_COLOURS:
                break
            colours //= 2


def refresh_lessons() -> bool:
    """Run all states of all lessons and put their figures into facilitator.md; whether one changed."""
    from experiments.teach.lesson_files import packaged_lessons, read_lesson

    before = after = FACILITATOR.read_text(encoding="utf-8")
    for name, path in packaged_lessons().items():
        place = rf"(?<=<!-- figures of {name} -->\n\n).*?(?=\n<!-- end of figures -->)"
        rows = "".join(f"{line}\n" for line in figures_of(read_lesson(path)))
        after, found = re.subn(place, lambda _, rows=rows: rows, after, count=1, flags=re.DOTALL)
        if found != 1:
            raise SystemExit(f"facilitator.md has no place for the figures of {name}")
    FACILITATOR.write_text(after, encoding="utf-8")
    return after != before


def figures_of(lesson: Lesson) -> list[str]:
    """Lines of a table: what the reveal and the exercise rest on, in the runs of the page and in many others."""
    from experiments.teach.findings import LEVEL, StatesOfLesson, told

    seen, many = StatesOfLesson(lesson), StatesOfLesson(lesson, RUNS_OF_LESSONS, SEED_OF_LESSONS)
    lines = [f"| | on the page | {RUNS_OF_LESSONS} runs | {LEVEL} |", "|---|--:|--:|--:|"]
    for end in (lesson.reveal, lesson.exercise):
        for finding in end.findings:
            here, there = seen.interval(finding, end), many.interval(finding, end)
            if here is None or there is None or there.low is None or there.high is None:
                raise SystemExit(f"{lesson.name}: {finding.says}: is not defined")
            values = (here.value, there.value)
            span = f"{told(finding, there.low)} to {told(finding, there.high)}"
            lines.append(f"| {finding.says} | {' | '.join(told(finding, value) for value in values)} | {span} |")
    return lines


def main() -> None:
    """Refresh the pages that are named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE", help="default: all pages with examples")
    parser.add_argument("--hindcast", action="store_true", help="run the hindcast for table and picture of README.md")
    parser.add_argument(
        "--shocks", action="store_true", help="run the comparison of shocks.md for its table and pictures"
    )
    for name in PAGES_OF_COMMANDS:
        parser.add_argument(f"--{name}", action="store_true", help=f"run the command of {name}.md, the same")
    parser.add_argument("--experiments", action="store_true", help="run all ready experiments for their figures")
    parser.add_argument("--lessons", action="store_true", help="run all lessons for the figures of facilitator.md")
    options = parser.parse_args()
    for page in [path.resolve() for path in options.pages] or PAGES:
        print(f"{page.relative_to(ROOT)}: {refresh(page)} outputs changed")
    if options.hindcast:
        print(f"README.md: the hindcast table {'changed' if refresh_hindcast() else 'is the same'}")
    if options.shocks:
        print(f"docs/shocks.md: the table {'changed' if refresh_shocks() else 'is the same'}")
    if options.experiments:
        refresh_experiments()
    if options.lessons:
        print(f"docs/facilitator.md: the figures {'changed' if refresh_lessons() else 'are the same'}")
    for name in PAGES_OF_COMMANDS:
        if getattr(options, name):
            print(f"docs/{name}.md: the tables {'changed' if refresh_command(name) else 'are the same'}")


if __name__ == "__main__":
    main()
