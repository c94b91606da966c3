"""`comity export-page`: one file that holds every state of its grid and needs nothing else."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched

from experiments.cli import main
from experiments.teach import single_file
from experiments.teach.frames import unpacked
from experiments.teach.single_file import LARGEST, MOST_CELLS, read_axis
from model.errors import InputError

AXIS = "measures.academies-2022.strength"
VALUES = [0, 0.5, 1]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that the command has made."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    words = ["classroom", "--grid", f"{AXIS}=0,0.5,1", "--seed", "5", "--out", str(path), "--quiet"]
    assert main(["export-page", *words]) == 0
    return path


def data_of(page: Path) -> dict[str, Any]:
    """What the page holds besides its script."""
    found = re.search(r'<script type="application/json" id="frames">(.*?)</script>', page.read_text(encoding="utf-8"))
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def frame_of(data: dict[str, Any], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and arrays of a frame."""
    return unpacked(gzip.decompress(base64.b64decode(data["frames"][name])))


def test_one_small_file_is_made(page: Path) -> None:
    assert [path.name for path in page.parent.iterdir()] == ["page.html"]
    assert 10_000 < page.stat().st_size <= LARGEST == 2_000_000


def test_no_two_modules_declare_one_name() -> None:
    """In the file they are one script; a library keeps its names to itself."""
    whole = single_file.bundled(single_file.MAIN)
    script = re.sub(r"^const uPlot = \(\(\) => .*?^\}\)\(\);$", "", whole, flags=re.MULTILINE | re.DOTALL)
    names = re.findall(r"^(?:const|let|function|async function|class) (\w+)", script, re.MULTILINE)
    assert len(names) > 100
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_it_opens_from_disk_and_in_a_frame_and_shows_what_its_sliders_say(browser: Any, page: Path) -> None:
    watched = Watched()
    context = browser.new_context(viewport={"width": 960, "height": 540})
    opened = watched.page_of(context)
    opened.goto(page.as_uri())
    opened.wait_for_selector("body[data-ready]")
    assert opened.evaluate("comity.run.seed") == 5
    tops = "[...document.querySelectorAll('.acts, .control, .control label, #caveat')].map((one) => one.getBoundingClientRect())"
    acts, control, label, caveat = opened.evaluate(f"{tops}.map((one) => [one.top, one.bottom])")
    assert (
        acts[1] <= control[0] + 1 <= label[0] + 2 <= label[1] <= control[1] + 1 <= caveat[0] + 2
    )  # a long label stays in its place
    shown = []
    for place, value in enumerate(VALUES):
        opened.fill("#control-0", str(place))
        opened.wait_for_function("() => !comity.asking && !comity.wanted")
        assert opened.evaluate(f"comity.run.state.set['{AXIS}'] ?? 1") == value
        shown.append(opened.evaluate("comity.run.hash"))
    assert len(set(shown)) == len(VALUES)
    written = "() => location.hash.includes('seed=5') && location.hash.includes('strength.0.5=')"
    opened.fill("#control-0", "1")
    opened.wait_for_function(written)  # the address says what is shown, the file's seed with it
    for asked, words in ((f"seed=5&set.{AXIS}=0.5", ""), (f"seed=7&set.{AXIS}=0.4", "the nearest that it holds")):
        opened.goto("about:blank")
        opened.goto(f"{page.as_uri()}#scenario=classroom&{asked}")
        opened.wait_for_function(written)
        assert words in opened.inner_text("#notice")
        assert bool(words) == opened.locator("#notice").is_visible()
        assert opened.input_value("#control-0") == "1"
    frame = page.with_name("frame.html")
    frame.write_text(f'<iframe sandbox="allow-scripts" src="{page.name}"></iframe>', encoding="utf-8")
    opened.goto(frame.as_uri())
    opened.frame_locator("iframe").locator("body[data-ready]").wait_for()
    context.close()
    assert watched.elsewhere == watched.complaints == []


def test_nothing_is_loaded_from_elsewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    markup = re.sub(r"<script[^>]*>.*?</script>", "", text, flags=re.DOTALL)
    places = re.findall(
        r"""(?:\s(?:src|href|action|srcset)\s*=\s*["']?|url\(\s*["']?|@import\s+["']?)([^\s"'>)]+)""", markup
    )
    assert [one for one in places if not one.startswith(("data:", "#"))] == []
    assert re.findall(r"<script[^>]*\ssrc", text) == []
    (script,) = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
    named = set(re.findall(r"""["'`](https?://[^\s"'`]*)""", script))
    assert {one for one in named if not one.startswith("http://${")} <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"^\s*import\b", script, re.MULTILINE)
    assert re.findall(r"<link(?![^>]*href=\"data:)[^>]*>", text) == []
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "http" not in policy[1]
    assert "connect-src" not in policy[1]


def test_it_holds_a_frame_for_every_state_of_the_grid_with_the_seed(page: Path) -> None:
    data = data_of(page)
    assert data["grid"] == [{"path": AXIS, "values": VALUES}]
    assert data["about"]["seed"] == 5
    assert [one["name"] for one in data["about"]["scenarios"]] == ["classroom"]
    assert [cell["values"] for cell in data["cells"]] == [{AXIS: value} for value in VALUES]
    assert set(data["frames"]) == {"describe classroom", *(cell["frame"] for cell in data["cells"])}
    networks = []
    for cell, value in zip(data["cells"], VALUES, strict=True):
        header, arrays = frame_of(data, cell["frame"])
        assert (header["kind"], header["scenario"], header["seed"]) == ("run", "classroom", 5)
        assert f"{AXIS}={value}" in header["command"]
        assert "--seed 5" in header["command"]
        networks.append(arrays["tie_from"].tobytes() + arrays["tie_to"].tobytes())
    assert len(set(networks)) == len(VALUES)


def test_its_frames_are_those_of_the_server(page: Path) -> None:
    from experiments.teach.messages import read_question
    from experiments.teach.pictures import picture
    from experiments.teach.running import Runs, state_of

    question = read_question({"id": 0, "scenario": "classroom", "seed": 5, "set": {AXIS: 0.5}}, ["classroom"])
    header, arrays = unpacked(picture(Runs().replicate(state_of(question), 0), question))
    found, held = frame_of(data_of(page), "1")
    assert found == header
    for name, array in arrays.items():
        assert held[name].tobytes() == array.tobytes(), name


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ("nothing", "no axis"),
        ("=1,2", "no axis"),
        (f"{AXIS}=[", "["),
        (f"{AXIS}=", "no axis"),
        (f"{AXIS}=a,b", "no number"),
        (f"{AXIS}=true", "no number"),
        (f"{AXIS}=1,1", "twice"),
    ],
)
def test_a_grid_that_is_none_is_refused_where_it_is_read(grid: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        read_axis(grid)
    assert said in refused.value.message
    assert refused.value.where.startswith("--grid")
    assert refused.value.allowed


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ("measures.academies-2022.strenght=0,1", "strenght"),
        ("title=1,2", "no number"),
        ("run.seed=1,2", "run.seed"),
        (f"{AXIS}=0,9", "9"),
        (f"{AXIS}=" + ",".join(f"0.{k:03}" for k in range(1, MOST_CELLS + 2)), f"{MOST_CELLS + 1} states"),
    ],
)
def test_a_grid_that_cannot_be_run_gives_a_clear_error_and_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], grid: str, said: str
) -> None:
    out = tmp_path / "page.html"
    assert main(["export-page", "classroom", "--grid", grid, "--out", str(out), "--quiet"]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert not out.exists()


def test_a_page_that_would_be_too_large_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(single_file, "LARGEST", 1_000)
    out = tmp_path / "page.html"
    assert main(["export-page", "classroom", "--out", str(out), "--quiet"]) == 2
    assert "at most 1,000 bytes" in capsys.readouterr().err
    assert not out.exists()


def test_a_file_that_is_there_is_replaced_only_with_force(
    page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = page.read_bytes()
    assert main(["export-page", "classroom", "--out", str(page)]) == 2
    assert "--force" in capsys.readouterr().err
    assert page.read_bytes() == before
    assert main(["export-page", "classroom", "--out", str(tmp_path)]) == 2
    assert main(["export-page", "classroom", "--out", str(tmp_path / "none" / "page.html")]) == 2
    assert main(["export-page", "clasroom", "--out", str(tmp_path / "page.html")]) == 2
    assert "classroom" in capsys.readouterr().err
