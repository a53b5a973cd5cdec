"""Pages at once: no more calls than one by one, in order, and a wrong number of pages costs little."""

import threading
from collections.abc import Callable
from typing import Any, cast

import pytest

from auditor.errors import UnreachableError
from auditor.flickr.api import PER_PAGE, Page, ReadApi
from auditor.flickr.transport import Transport


class Flickr:
    """A transport that answers `people.getPhotos` from `answer` and counts."""

    def __init__(self, answer: Callable[[int], dict[str, Any]]) -> None:
        self.asked: list[int] = []
        self._answer = answer
        self._lock = threading.Lock()

    def read(self, _method: str, *, page: int, **_params: object) -> dict[str, Any]:
        with self._lock:
            self.asked.append(page)
        return {"photos": {"page": page, **self._answer(page)}}

    def pages(self, at_once: int) -> list[Page]:
        return list(ReadApi(cast("Transport", self)).own_photos(at_once=at_once))


def full(page: int, *, pages: int, total: int) -> dict[str, Any]:
    first = (page - 1) * PER_PAGE
    rows = [{"id": str(number)} for number in range(first, min(first + PER_PAGE, total))]
    return {"pages": pages, "total": total, "photo": rows}


@pytest.mark.parametrize("at_once", [1, 3, 8, 50])
@pytest.mark.parametrize("total", [0, 1, 499, 500, 501, 4_000, 4_321])
def test_every_page_is_asked_for_once_and_comes_in_order(total: int, at_once: int) -> None:
    pages = max(1, -(-total // PER_PAGE))
    flickr = Flickr(lambda page: full(page, pages=pages, total=total))
    found = flickr.pages(at_once)
    assert [page.number for page in found] == list(range(1, pages + 1))
    assert sorted(flickr.asked) == list(range(1, pages + 1))
    assert sum(len(page.rows) for page in found) == total


@pytest.mark.parametrize("at_once", [2, 4])
def test_pages_are_under_way_at_the_same_time(at_once: int) -> None:
    together = threading.Barrier(at_once)

    def answer(page: int) -> dict[str, Any]:
        if page > 1:
            together.wait(timeout=60)
        return full(page, pages=5, total=2_500)

    assert len(Flickr(answer).pages(at_once=at_once)) == 5


@pytest.mark.parametrize("total", [None, 1_000, 10**9])
def test_a_wrong_number_of_pages_costs_few_calls(total: int | None) -> None:
    def answer(page: int) -> dict[str, Any]:
        return full(page, pages=10_000, total=1_000) | {"total": total}

    flickr = Flickr(answer)
    assert sum(len(page.rows) for page in flickr.pages(at_once=8)) == 1_000
    assert len(flickr.asked) <= 16


def test_pages_that_hold_less_than_they_might_are_all_read() -> None:
    def answer(page: int) -> dict[str, Any]:
        short = full(page, pages=4, total=1_400)
        return short | {"photo": [{"id": f"{page}-{number}"} for number in range(350)]}

    assert sum(len(page.rows) for page in Flickr(answer).pages(at_once=8)) == 1_400


def test_a_page_that_fails_fails_the_listing() -> None:
    def answer(page: int) -> dict[str, Any]:
        if page == 3:
            raise UnreachableError("Flickr cut the connection")
        return full(page, pages=9, total=4_500)

    with pytest.raises(UnreachableError):
        Flickr(answer).pages(at_once=8)


def test_who_stops_early_pays_for_no_page_ahead() -> None:
    flickr = Flickr(lambda page: full(page, pages=9, total=4_500))
    assert next(ReadApi(cast("Transport", flickr)).own_photos()).number == 1
    assert flickr.asked == [1]
