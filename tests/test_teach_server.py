"""The server: what it sends, whom it lets in, and that nobody can stop it."""

from __future__ import annotations

import http.client
import json
import logging
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from email.message import Message
from typing import Any

import pytest
from served_pages import PATIENCE, SMALL, Client, served, until, with_code
from websockets.exceptions import ConnectionClosed, InvalidStatus

from experiments.cli import main
from experiments.teach import addresses, conversing, house, protocols, qr_codes, serving
from experiments.teach.application import PAGE, lessons
from experiments.teach.serving import LETTERS, Server, open_server
from model.errors import InputError

LINK = "/qr.svg?link="


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for all tests here: what one of them does to it must not harm the others."""
    with served() as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A page's socket."""
    with Client(server.opened.url) as one:
        yield one


def get_from(source: str, url: str, path: str, **headers: str) -> bytes:
    """Body of what another machine is sent: one with a loopback address that is not the server's own."""
    with closing(http.client.HTTPConnection(url[7:].rstrip("/"), timeout=60, source_address=(source, 0))) as connection:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().read()


def get(url: str, path: str = "", **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and body."""
    request = urllib.request.Request(url.rstrip("/") + "/" + path.lstrip("/"), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


# --- the page ----------------------------------------------------------------------------------------------------


def test_the_page_and_its_files_are_served_and_nothing_else(server: Server) -> None:
    url = server.opened.url
    status, headers, body = get(url)
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    for path in re.findall(r'(?:href|src)="([^"#]+)"', body.decode()):
        assert get(url, path)[0] == 200, path
    for path in ("js/../../serving.py", "%2e%2e/serving.py", "serving.py", "texts/", "../README.md", "lessons/x.toml"):
        assert get(url, path)[0] == 404, path


def test_a_file_that_a_browser_has_is_not_sent_again(server: Server) -> None:
    _, headers, _ = get(server.opened.url, "js/main.js")
    status, _, body = get(server.opened.url, "js/main.js", **{"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")


def test_nothing_inline_may_run_and_the_page_has_nothing_inline(server: Server) -> None:
    _, headers, body = get(server.opened.url)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    text = body.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\s(on\w+|style)=", text)
    assert "<style" not in text


def test_only_the_embedded_page_may_stand_in_a_frame_of_others(server: Server) -> None:
    assert "frame-ancestors *" in get(server.opened.url, "?mode=embed")[1]["content-security-policy"]


def test_no_file_of_the_page_names_another_place() -> None:
    allowed = ("http://www.w3.org/2000/svg",)
    for path in PAGE.rglob("*"):
        if path.is_file() and "vendor" not in path.parts:
            found = re.findall(r"https?://[^\s\"'`)%]+", path.read_text(encoding="utf-8"))
            assert [one for one in found if one not in allowed and not one.startswith("http://${")] == [], path


def test_another_name_of_the_server_is_refused(server: Server) -> None:
    assert get(server.opened.url, Host="evil.example")[0] == 403
    port = server.opened.url.rstrip("/").rsplit(":", 1)[1]
    assert get(server.opened.url, Host=f"localhost:{port}")[0] == 200


def test_what_is_played_is_told(server: Server) -> None:
    told = json.loads(get(server.opened.url, "about.json")[2])
    assert [one["name"] for one in told["scenarios"]] == ["classroom", "hindcast"]
    assert told["code_wanted"] is False
    assert "code" not in told


def test_lessons_are_those_whose_scenario_is_played(server: Server) -> None:
    played = {one["scenario"] for one in json.loads(get(server.opened.url, "lessons.json")[2])}
    every = {one["scenario"] for one in lessons()}
    assert played == every & {"classroom", "hindcast"}
    assert played != every


def test_a_qr_code_is_made_of_links_of_the_page_only(server: Server) -> None:
    url = server.opened.url
    status, headers, body = get(url, f"{LINK}{url}%23v=1")
    assert (status, headers["content-type"]) == (200, "image/svg+xml")
    assert body.startswith((b"<?xml", b"<svg"))
    assert get(url, f"{LINK}http://evil.example/")[0] == 400
    assert get(url, LINK + url + "x" * qr_codes.LONGEST_LINK)[0] == 400


def test_codes_that_are_drawn_delay_nobody_else(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slowly(link: str) -> bytes:
        begun.release()
        assert go_on.wait(PATIENCE)
        return b"<svg/>"

    monkeypatch.setattr(qr_codes, "drawn", slowly)
    url = server.opened.url
    with ThreadPoolExecutor(qr_codes.MOST_WAITING + 4) as pool:
        asked = [pool.submit(get, url, f"{LINK}{url}%23v={k}") for k in range(qr_codes.MOST_WAITING + 4)]
        assert begun.acquire(timeout=PATIENCE)
        until(lambda: sum(one.done() for one in asked) == 4)
        assert get(url, "about.json")[0] == 200
        go_on.set()
        assert sorted(one.result()[0] for one in asked) == [200] * qr_codes.MOST_WAITING + [503] * 4


def test_a_link_is_drawn_once() -> None:
    qr_codes.drawn.cache_clear()
    assert qr_codes.drawn("http://127.0.0.1/#a") is qr_codes.drawn("http://127.0.0.1/#a")


# --- the socket --------------------------------------------------------------------------------------------------


def test_an_answer_is_a_header_and_a_frame_and_is_not_compressed(client: Client) -> None:
    assert client.socket.response is not None
    assert "sec-websocket-extensions" not in client.socket.response.headers
    header, frame = client.ask(set=SMALL)
    assert header == {"id": 1, "ok": True, "kind": "run", "bytes": len(frame or b"")}


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_socket_of_another_page_is_refused_with_403(server: Server, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Client(server.opened.url, origin=origin)
    assert refused.value.response.status_code == 403


def test_bad_input_is_answered_as_the_command_line_says_it(client: Client) -> None:
    header, frame = client.ask(set={"measures.sectoral-2014.strength": 7})
    assert frame is None
    assert header["id"] == 1
    assert header["error"]["kind"] == "input"
    assert "7 is too large" in header["error"]["message"]
    assert "to 3" in header["error"]["allowed"]
    header, _ = client.ask(set={"measures.sectorial-2014.strength": 1})
    assert header["error"]["nearest"] == "sectoral-2014"


def test_twenty_lucks_are_the_replicates_of_one_seed(client: Client) -> None:
    lines = [["output.volume", "Russia-West"]]
    header, arrays = client.picture(kind="lucks", set=SMALL, lines=lines)
    assert arrays["series"].shape == (20, 1, 18)
    assert header["lines"] == lines
    one, series = client.picture(set=SMALL)
    place = [line[:2] for line in one["lines"]].index(lines[0])
    assert series["series"][place].tolist() == arrays["series"][0, 0].tolist()
    assert len({tuple(luck) for luck in arrays["series"][:, 0].tolist()}) == 20


def hostile_messages(draw: random.Random, count: int) -> list[str | bytes]:
    """Messages that nobody should send: broken, mistyped, misplaced, huge."""
    good = {"id": 1, "scenario": "classroom", "seed": 1, "set": dict(SMALL), "add": []}
    strange = [
        None, True, -1, 2**70, 1e308, "", "x" * 400, "\u202e\0", [], [[]], {}, {"a": {"b": {"c": {"d": {"e": 1}}}}},
        "../../etc/passwd", "__proto__", "constructor", {"$ne": 1}, "'; DROP TABLE", "{{7*7}}", "<script>",
    ]  # fmt: skip
    found: list[str | bytes] = []
    for _ in range(count):
        message: dict[str, object] = json.loads(json.dumps(good))
        for _ in range(draw.randrange(1, 4)):
            key = draw.choice([*message, "kind", "lines", "institution", "until", "x"])
            message[key] = draw.choice(strange)
        if draw.random() < 0.3 and isinstance(message.get("set"), dict):
            message["set"] = {
                draw.choice(["measures.x.strength", "world.data", "run.seed", "time.start", "a", ""]): draw.choice(
                    strange
                )
            }
        text = json.dumps(message)
        match draw.randrange(6):
            case 0:
                found.append(text[: draw.randrange(len(text))])
            case 1:
                found.append(bytes(draw.randrange(256) for _ in range(draw.randrange(200))))
            case 2:
                place = draw.randrange(len(text))
                found.append(text[:place] + draw.choice('{}[]",:\\0eé') + text[place + 1 :])
            case _:
                found.append(text)
    return found


def test_hostile_messages_get_an_error_each_and_harm_nobody(server: Server, client: Client) -> None:
    draw = random.Random(7)
    with Client(server.opened.url) as hostile:
        for message in hostile_messages(draw, 120):
            hostile.socket.send(message)
            answer = hostile.header()
            while answer.get("error", {}).get("kind") == "rate":  # asked to slow down: the message was not read
                time.sleep(0.1)
                hostile.socket.send(message)
                answer = hostile.header()
            if answer.get("ok"):
                assert isinstance(hostile.socket.recv(timeout=60), bytes)
            else:
                assert answer["error"]["kind"] in ("input", "busy", "failed"), answer
    header, _ = client.ask(set=SMALL)
    assert header["ok"]


def test_a_message_that_is_far_too_long_ends_its_own_socket_only(server: Server, client: Client) -> None:
    with Client(server.opened.url) as hostile, pytest.raises(ConnectionClosed):  # while it sends, or after
        hostile.socket.send("x" * 1_000_000)
        hostile.header()
    assert client.ask(set=SMALL)[0]["ok"]


def test_who_sends_too_much_is_told_to_slow_down_and_others_are_answered(server: Server, client: Client) -> None:
    with Client(server.opened.url) as eager:
        for _ in range(150):
            eager.socket.send("{")
        kinds = [eager.header()["error"]["kind"] for _ in range(150)]
        assert "rate" in kinds
        assert client.ask(set=SMALL)[0]["ok"]


def test_a_worker_that_dies_costs_one_answer(server: Server, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.teach import desk as desks

    hands = []
    ask = desks.Hand.ask

    def dying(self: desks.Hand, question: object) -> object:
        if not hands:
            hands.append(self)
            self._process.kill()
            self._process.join()
            assert self._pipe is not None
            self.end = lambda: ended(self)  # type: ignore[method-assign]
        return ask(self, question)  # type: ignore[arg-type]

    def ended(self: desks.Hand) -> None:
        del self.end  # type: ignore[method-assign]
        desks.Hand.end(self)

    monkeypatch.setattr(desks.Hand, "ask", dying)
    assert client.ask(set={**SMALL, "measures.sectoral-2014.strength": 0.123})[0]["ok"]
    assert hands


def test_a_page_that_sends_nonsense_writes_nothing_into_the_terminal(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[logging.LogRecord] = []
    terminal = logging.Handler()
    terminal.emit = said.append  # type: ignore[method-assign]
    monkeypatch.setattr(logging.getLogger("uvicorn"), "handlers", [terminal])
    with closing(deaf(server, "127.0.5.6")) as one:
        one.sendall(b"\x81\x82\0\0\0\0\xff\xfe")  # a text that is no UTF-8
        until(lambda: not of_address(server, "127.0.5.6"))
    for nonsense in (b"\0\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"):
        with closing(unfinished(server, "127.0.5.6", nonsense)) as one:
            assert one.recv(9) == b"HTTP/1.1 "
    assert client.ask(set=SMALL)[0]["ok"]
    assert said == []
    logging.getLogger("uvicorn.error").warning("something else")
    assert len(said) == 1


# --- connections that stand still ----------------------------------------------------------------------------------


def unfinished(server: Server, source: str, sent: bytes = b"GET / HT") -> socket.socket:
    """A connection of an address that has sent something, and reads nothing."""
    one = socket.create_connection(server.opened.listening.getsockname(), PATIENCE, source_address=(source, 0))
    one.sendall(sent)
    return one


def test_half_requests_end_and_then_all_are_served_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "STANDSTILL", 2.0)
    with ExitStack() as stack:
        for k in range(420):
            stack.enter_context(closing(unfinished(server, f"127.0.2.{2 + k % 3}")))
        until(lambda: get(server.opened.url)[0] == 200)


def test_one_address_has_a_bound_of_connections_and_others_do_not_notice(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(protocols.MOST_OF_ADDRESS):
            stack.enter_context(closing(unfinished(server, "127.0.3.2", b"GET / HT")))
        with closing(unfinished(server, "127.0.3.2", b"")) as refused, suppress(ConnectionError):
            assert refused.recv(1) == b""
        assert get(server.opened.url)[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /about.json HTTP/1.1\r\nHost: x\r\n\r\nGET / HT",  # the second request of a connection
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf",
        300 * b"GET /vendor/uplot/uPlot.esm.js HTTP/1.1\r\nHost: HERE\r\n\r\n",  # answers that nobody reads
    ],
    ids=["second", "body", "unread"],
)
def test_who_stands_still_in_another_way_is_not_waited_for_either(
    server: Server, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(protocols, "STANDSTILL", 0.3)
    host = server.opened.url[7:].rstrip("/").encode()
    with closing(unfinished(server, "127.0.4.2", sent.replace(b"HERE", host))):
        until(lambda: of_address(server, "127.0.4.2"))
        until(lambda: not of_address(server, "127.0.4.2"))


def test_a_slow_reader_is_waited_for(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "STANDSTILL", 1.0)
    host = server.opened.url[7:].rstrip("/").encode()
    request = b"GET /vendor/uplot/uPlot.esm.js HTTP/1.1\r\nHost: " + host + b"\r\nConnection: %b\r\n\r\n"
    one = unfinished(server, "127.0.4.3", 80 * (request % b"keep-alive") + request % b"close")
    with closing(one):
        read = bytearray()
        while piece := one.recv(100_000):
            read += piece
            time.sleep(0.02)
    assert read.count(b"HTTP/1.1 200 OK") == 81


def deaf(server: Server, source: str) -> socket.socket:
    """A WebSocket of an address that reads nothing."""
    host = server.opened.url[7:].rstrip("/")
    words = [
        "GET /ws HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
    ]  # fmt: skip
    one = unfinished(server, source, "\r\n".join(words).encode())
    assert one.recv(12) == b"HTTP/1.1 101"
    return one


PINGS = 100 * (b"\x89\xfd\0\0\0\0" + 125 * b"x")
EMPTY_PARTS = 1000 * b"\x00\x80\0\0\0\0"


def test_pings_whose_answers_nobody_reads_end_their_socket_before_they_fill_the_memory(
    server: Server, client: Client
) -> None:
    with closing(deaf(server, "127.0.5.2")) as one, pytest.raises(ConnectionError):
        one.settimeout(PATIENCE)
        for _ in range(64_000_000 // len(PINGS)):
            one.sendall(PINGS)
    assert client.ask(set=SMALL)[0]["ok"]


def test_a_message_of_empty_parts_without_end_is_not_kept(server: Server) -> None:
    with closing(deaf(server, "127.0.5.3")) as one:
        one.sendall(b"\x01\x80\0\0\0\0")
        for _ in range(20):
            one.sendall(EMPTY_PARTS)
        until(lambda: of_address(server, "127.0.5.3"))
        one.sendall(b"\x89\x80\0\0\0\0")
        while b"\x8a\x00" not in one.recv(4096):  # the ping after all of them was answered
            pass
        assert len(of_address(server, "127.0.5.3")[0].frames) == 1


def of_address(server: Server, source: str) -> list[Any]:
    """The server's connections of an address."""
    return [one for one in list(server.server_state.connections) if one.client and one.client[0] == source]  # type: ignore[union-attr]


def test_a_socket_that_reads_nothing_gives_its_place_back(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.config, "ws_ping_interval", 3.0)
    monkeypatch.setattr(server.config, "ws_ping_timeout", 0.2)
    monkeypatch.setattr(protocols, "MOST_UNREAD_PONGS", 10**9)  # what ends it here is its silence
    with closing(deaf(server, "127.0.5.4")) as one:
        until(lambda: of_address(server, "127.0.5.4"))
        connection = of_address(server, "127.0.5.4")[0]
        while not connection.transport.get_write_buffer_size():
            one.sendall(PINGS)
        until(lambda: not of_address(server, "127.0.5.4"))


# --- a class -----------------------------------------------------------------------------------------------------


def test_in_a_class_others_need_the_code_and_this_machine_does_not() -> None:
    with served(with_code(open_server({"classroom": ""}, 0, workers=1), "ABC234")) as running:
        url = running.opened.url
        with Client(url):
            pass
        for code in ("", "ABC235", "é"):
            with pytest.raises(InvalidStatus) as refused:
                Client(url, source="127.0.0.3", code=code)
            assert refused.value.response.status_code == 403
        with Client(url, source="127.0.0.3", code="abc234") as student:
            assert student.ask(set=SMALL)[0]["ok"]


def test_a_wrong_code_takes_its_time_and_who_owes_much_is_not_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(with_code(open_server({"classroom": ""}, 0, workers=1), "ABC234")) as running:
        url = running.opened.url
        monkeypatch.setattr(house, "A_WRONG_CODE", PATIENCE)
        host = url[7:].rstrip("/")
        words = [
            "GET /ws?code=WRONG2 HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
        ]  # fmt: skip
        for _ in range(house.MOST_WRONG):
            with closing(unfinished(running, "127.0.6.2", "\r\n".join(words).encode())) as guess:
                guess.settimeout(0.3)
                with pytest.raises(TimeoutError):
                    guess.recv(1)
        with pytest.raises(InvalidStatus) as refused:  # even with the right code: guesses are owed for
            Client(url, source="127.0.6.2", code="ABC234")
        assert refused.value.response.status_code == 403
        with Client(url, source="127.0.6.3", code="ABC234"), Client(url):
            pass


def test_a_socket_too_many_is_told_to_come_again(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(conversing.MOST_OF_ADDRESS):
            stack.enter_context(Client(server.opened.url, source="127.0.6.4"))
        with Client(server.opened.url, source="127.0.6.4") as late:
            error = late.header()["error"]
            assert (error["kind"], error["again"]) == ("busy", conversing.COME_AGAIN)
            with pytest.raises(ConnectionClosed) as closed:
                late.header()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1013
        with Client(server.opened.url, source="127.0.6.5"):
            pass


def test_the_join_code_is_told_to_this_machine_and_to_nobody_else() -> None:
    with served(with_code(open_server({"classroom": ""}, 0, workers=1), "ABC234")) as running:
        url = running.opened.url
        here = json.loads(get(url, "about.json")[2])
        assert (here["code_wanted"], here["code"]) == (False, "ABC234")
        for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}):
            student = get_from("127.0.0.3", url, "/about.json", **headers)
            assert json.loads(student)["code_wanted"] is True
            assert b"ABC234" not in student


def test_a_class_is_told_an_address_and_a_code_that_is_easy_to_read() -> None:
    opened = open_server({"classroom": ""}, 0, lan=True, workers=1)
    try:
        assert re.fullmatch(f"[{LETTERS}]{{6}}", opened.house.code)
        assert opened.class_url == f"{opened.house.address}?code={opened.house.code}"
        assert not set("01ILO") & set(LETTERS)
        assert opened.listening.getsockname()[0] == "0.0.0.0"
    finally:
        opened.listening.close()


@pytest.mark.parametrize(
    ("found", "default", "expected"),
    [
        (["127.0.0.1", "10.42.0.1"], "", ["10.42.0.1"]),  # a hotspot without a way out
        (["127.0.0.1", "10.0.0.5", "192.168.1.7"], "192.168.1.7", ["192.168.1.7", "10.0.0.5"]),
        (["169.254.3.4", "8.8.4.4", "172.17.0.1"], "", ["172.17.0.1", "8.8.4.4", "169.254.3.4"]),
        (["127.0.0.1"], "127.0.0.1", []),
    ],
)
def test_the_address_of_the_way_out_comes_first_then_private_ones(
    found: list[str], default: str, expected: list[str]
) -> None:
    assert addresses.best_first(found, default) == expected


def test_a_class_comes_in_by_every_address_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "own_addresses", lambda: ["127.0.0.1", "10.42.0.1", "192.168.7.7"])
    monkeypatch.setattr(addresses, "default_address", lambda: "")
    opened = open_server({"classroom": ""}, 0, lan=True, workers=1, address="192.168.7.7")
    port = opened.listening.getsockname()[1]
    assert opened.house.address == f"http://192.168.7.7:{port}/"
    assert opened.others == (f"http://10.42.0.1:{port}/",)
    with served(opened) as running:
        for host in ("10.42.0.1", "192.168.7.7", "LocalHost"):
            assert get(running.opened.url, Host=f"{host}:{port}")[0] == 200
        for host in ("10.42.0.2", "10.42.0.1", "evil.example"):
            status, headers, _ = get(running.opened.url, Host=host)
            assert (status, headers["x-content-type-options"]) == (403, "nosniff")
            assert "default-src 'none'" in headers["content-security-policy"]


def test_where_no_address_can_be_told_the_reason_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "default_address", lambda: "")
    monkeypatch.setattr(addresses, "own_addresses", lambda: ["127.0.0.1"])
    with pytest.raises(InputError) as refused:
        open_server({"classroom": ""}, 0, lan=True)
    assert refused.value.where == "--lan"
    monkeypatch.setattr(addresses, "own_addresses", lambda: ["10.0.0.5"])
    with pytest.raises(InputError) as refused:
        open_server({"classroom": ""}, 0, lan=True, address="10.0.0.6")
    assert (refused.value.where, refused.value.allowed) == ("--address", "10.0.0.5")


def test_an_address_is_for_a_class(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["teach", "--address", "10.0.0.5"]) == 2
    assert "--lan" in capsys.readouterr().err


def test_on_the_port_of_http_names_need_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """On another port that stands for it: not everyone may have 80."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    with served(open_server({"classroom": ""}, port, workers=1)):
        assert get(url, Host="127.0.0.1")[0] == 403
    monkeypatch.setattr(serving, "HTTP", port)
    with served(open_server({"classroom": ""}, port, workers=1)):
        assert get(url, Host="127.0.0.1")[0] == get(url, Host=f"127.0.0.1:{port}")[0] == 200
        with Client(url, origin="http://127.0.0.1"):
            pass


def test_without_a_class_only_this_machine_is_served() -> None:
    opened = open_server({"classroom": ""}, 0, workers=1)
    try:
        assert opened.listening.getsockname()[0] == "127.0.0.1"
        assert opened.house.code == opened.class_url == ""
        with pytest.raises(InputError) as refused:
            open_server({"classroom": ""}, opened.listening.getsockname()[1])
        assert refused.value.where == "--port"
    finally:
        opened.listening.close()


def test_the_vendored_library_is_the_one_whose_hash_stands_beside_it() -> None:
    import hashlib

    folder = PAGE / "vendor" / "uplot"
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert (folder / "LICENSE").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be interrupted there as Ctrl+C does")
def test_ctrl_c_ends_it_in_order() -> None:
    words = [
        sys.executable,
        "-m",
        "experiments.cli",
        "teach",
        "classroom",
        "--port",
        "0",
        "--no-browser",
        "--jobs",
        "1",
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("The page is at http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said == ""
