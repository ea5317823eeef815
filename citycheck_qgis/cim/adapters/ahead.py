"""Reading one page ahead: the platform prepares the next page while this one is converted and stored."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def converted(pages: Generator[T, None, None], convert: Callable[[T], R]) -> Generator[R, None, None]:
    """Give pages converted, in order; the next one is asked for, and parsed, in another thread meanwhile.

    At most one page is ahead, so that memory stays bounded. An error of the reading comes where its page would have
    come. Whoever closes this waits for the request under way: afterwards nothing runs any more.

    Parameters
    ----------
    pages : asks for one page after the other; it runs in the other thread alone, and is closed at the end
    convert : makes of a page what is given; it runs in the caller's thread
    """
    with ThreadPoolExecutor(1, "reading-ahead") as thread:
        following = thread.submit(next, pages, None)
        try:
            # In a list, so that what is parsed can go as soon as it is converted.
            while (present := [following.result()])[0] is not None:
                following = thread.submit(next, pages, None)
                yield convert(present.pop())  # type: ignore[arg-type]
        finally:
            thread.shutdown(cancel_futures=True)
            pages.close()
