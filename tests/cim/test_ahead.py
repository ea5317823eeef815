"""Reading one page ahead."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest
from citycheck.citycheck_qgis.cim.adapters import ahead
from citycheck.citycheck_qgis.errors import CancelledError, NoAnswerError

PATIENCE = 10


class Platform:
    """Pages that are numbers, and what was asked for."""

    def __init__(self, number: int, error: Exception | None = None) -> None:
        self.number, self.error = number, error
        self.asked: list[int] = []
        self.threads: set[int] = set()
        self.closed = False

    def pages(self) -> Generator[int, None, None]:
        try:
            for page in range(self.number):
                self.asked.append(page)
                self.threads.add(threading.get_ident())
                yield page
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("reading-ahead")]


@pytest.mark.parametrize("number", [0, 1, 7])
def test_all_pages_come_in_order_and_nothing_runs_afterwards(number: int) -> None:
    platform = Platform(number)
    assert list(ahead.converted(platform.pages(), str)) == list(map(str, range(number)))
    assert platform.closed and threads() == []
    assert threading.get_ident() not in platform.threads


def test_at_most_one_page_is_ahead() -> None:
    platform = Platform(9)
    for taken, _ in enumerate(ahead.converted(platform.pages(), str), 1):
        assert len(platform.asked) <= taken + 1


def test_the_next_page_is_asked_for_while_one_is_converted() -> None:
    asked = [threading.Event() for _ in range(3)]

    def pages() -> Generator[int, None, None]:
        for page, event in enumerate(asked):
            event.set()
            yield page

    def convert(page: int) -> bool:
        return asked[min(page + 1, 2)].wait(PATIENCE)

    assert list(ahead.converted(pages(), convert)) == [True] * 3


@pytest.mark.parametrize("error", [NoAnswerError("cut"), CancelledError("stopped")])
def test_an_error_comes_where_its_page_would_have_come(error: Exception) -> None:
    platform = Platform(3, error)
    given = []
    with pytest.raises(type(error), match=str(error)):
        for page in ahead.converted(platform.pages(), str):
            given.append(page)
    assert given == ["0", "1", "2"]
    assert platform.closed and threads() == []


def test_who_stops_in_the_middle_leaves_nothing_running() -> None:
    platform = Platform(9)
    reading = ahead.converted(platform.pages(), str)
    assert next(reading) == "0"
    reading.close()
    assert platform.closed and threads() == [] and len(platform.asked) <= 2
    with pytest.raises(ZeroDivisionError):
        list(ahead.converted(Platform(9).pages(), lambda page: 1 // page))
    assert threads() == []


def test_nothing_is_asked_for_before_the_first_page_is_wanted() -> None:
    platform = Platform(3)
    ahead.converted(platform.pages(), str)
    assert platform.asked == []
