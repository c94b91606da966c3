"""Work streamed through workers: everything comes back once, in bounded number, whatever becomes of the workers."""

from __future__ import annotations

import os
import pickle
import signal
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.errors import ExperimentError
from experiments.runner.executors import AHEAD, Here, Processes
from experiments.runner.stream import MOST_DEATHS, MOST_IN_BATCH, Dead, stream
from experiments.runner.worker import Cancelled
from model.errors import InputError

OnStep = Callable[[], None]
POISON = 7


def squares(batch: Sequence[int], on_step: OnStep) -> list[int]:
    """Work that does no harm."""
    return [number * number for number in batch]


def squares_but_one(batch: Sequence[int], on_step: OnStep) -> list[int]:
    """One of the pieces kills the process that works on it."""
    if POISON in batch:
        os.kill(os.getpid(), signal.SIGKILL)
    return squares(batch, on_step)


class DiesOnce:
    """Kills its worker when it comes to a number for the first time; a file remembers."""

    def __init__(self, memory: Path) -> None:
        self.memory = memory

    def __call__(self, batch: Sequence[int], on_step: OnStep) -> list[int]:
        if POISON in batch and not self.memory.exists():
            self.memory.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return squares(batch, on_step)


class BadWork:
    """Cannot even be unpacked by a worker."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return die, ()


def die() -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def faulty(batch: Sequence[int], on_step: OnStep) -> list[int]:
    """An error that is not caught."""
    raise InputError("is no good", where="batch")


def asked(numbers: Sequence[int], taken: list[int]) -> Iterator[int]:
    """The numbers, noting what was asked for."""
    for number in numbers:
        taken.append(number)
        yield number


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 99), max_size=60))
def test_everything_comes_back_once_in_order_here(numbers: list[int]) -> None:
    assert list(stream(squares, numbers, Here())) == [(number, number * number) for number in numbers]


def test_a_pool_gives_the_same_and_asks_for_no_more_than_there_is_room_for() -> None:
    taken: list[int] = []
    found = []
    with Processes(2) as hands:
        for number, square in stream(squares, asked(range(3000), taken), hands):
            found.append((number, square))
            assert len(taken) - len(found) <= (AHEAD * 2 + 1) * MOST_IN_BATCH
    assert sorted(found) == [(number, number * number) for number in range(3000)]


@pytest.mark.parametrize(
    ("seconds", "lengths"),
    [
        (0.1, [1, 6, 7, 7, 7, 2]),  # five take half a second, and those that belong to the last of them come along
        (0.01, [1, 55, 4]),
        (1.0, [1, 5, 1, 5, 2, 5, 2, 5, 2]),  # a batch grows up to five seconds
        (9.0, [1] * 30),
    ],
)
def test_a_batch_ends_where_something_else_begins(seconds: float, lengths: list[int]) -> None:
    hands = Clocked(seconds)
    numbers = range(sum(lengths))
    assert [number for number, _ in stream(squares, numbers, hands, together=week)] == list(numbers)
    assert [len(batch) for batch in hands.begun] == lengths


def week(number: int) -> int:
    """Seven numbers each."""
    return number // 7


class Clocked:
    """Does every batch at once, says that each piece took so many seconds, and remembers the batches."""

    lost = ()
    batches = True

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begun: list[Sequence[int]] = []

    def submit(self, parcel: bytes, batch: Sequence[int]) -> Future[tuple[list[int], float]]:
        self.begun.append(batch)
        done: Future[tuple[list[int], float]] = Future()
        done.set_result((squares(batch, lambda: None), self.seconds * len(batch)))
        return done

    def room(self) -> int:
        return 1

    def renew(self) -> None:
        raise AssertionError("nobody died")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_piece_that_kills_its_workers_is_given_up_and_nothing_else_is() -> None:
    with Processes(2) as hands:
        found = list(stream(squares_but_one, range(40), hands))
    assert sorted(number for number, _ in found) == list(range(40))
    assert [number for number, square in found if isinstance(square, Dead)] == [POISON]
    assert all(square == number * number for number, square in found if number != POISON)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_worker_that_dies_once_is_no_fault_of_its_piece(tmp_path: Path) -> None:
    with Processes(2) as hands:
        found = dict(stream(DiesOnce(tmp_path / "died"), range(20), hands))
    assert found == {number: number * number for number in range(20)}
    assert MOST_DEATHS > 1 and (tmp_path / "died").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_workers_that_die_without_any_work_are_nobodys_fault() -> None:
    with Processes(1) as hands, pytest.raises(ExperimentError, match="before they have done anything"):
        list(stream(BadWork(), range(3), hands))


def test_an_error_of_the_work_is_raised() -> None:
    with Processes(1) as hands, pytest.raises(InputError, match="is no good"):
        list(stream(faulty, range(3), hands))
    with pytest.raises(InputError, match="is no good"):
        list(stream(faulty, range(3), Here()))


def slow(batch: Sequence[int], on_step: OnStep) -> list[int]:
    """Steps for a minute, unless it is told to stop."""
    for _ in range(600):
        on_step()
        time.sleep(0.1)
    return list(batch)


def test_leaving_a_pool_stops_what_is_at_hand() -> None:
    """At the next step, not at the end of the piece."""
    parcel = zlib.compress(pickle.dumps(slow))
    with Processes(1) as hands:
        begun = hands.submit(parcel, [1])
        while not begun.running():
            time.sleep(0.05)
    assert isinstance(begun.exception(), Cancelled)
