"""Listings: a wrong count of Flickr's costs no more calls than the account's size explains."""

from typing import Any, cast

import pytest

from auditor.flickr.api import PER_PAGE, ReadApi
from auditor.flickr.transport import Transport


class Fake:
    """Answers pages of an account of `size` photos that claims what the test says."""

    def __init__(self, size: int, **claims: object) -> None:
        self.size = size
        self.claims = claims
        self.calls = 0

    def read(self, method: str, *, page: int, per_page: int, **_: object) -> dict[str, Any]:
        self.calls += 1
        first, last = (page - 1) * per_page, min(page * per_page, self.size)
        rows = [{"id": str(number)} for number in range(first, last)]
        told = {"page": page, "pages": -(-self.size // per_page), "total": self.size, "photo": rows}
        return {"photos": told | self.claims, "stat": "ok"}


def listed(fake: Fake) -> set[str]:
    pages = ReadApi(cast("Transport", fake)).own_photos()
    return {str(row["id"]) for page in pages for row in page.rows}


@pytest.mark.parametrize("size", [0, 1, 60, PER_PAGE, PER_PAGE + 1, 3 * PER_PAGE])
@pytest.mark.parametrize("pages", [5_000, 10_000, 2**31, "9999"])
def test_a_bogus_number_of_pages_costs_nothing(size: int, pages: object) -> None:
    fake = Fake(size, pages=pages)
    assert len(listed(fake)) == size
    assert fake.calls <= max(1, -(-size // PER_PAGE))


@pytest.mark.parametrize("total", [None, 5_000_000])
def test_a_bogus_total_beside_it_costs_a_few_calls(total: int | None) -> None:
    fake = Fake(60, pages=10_000, total=total)
    assert len(listed(fake)) == 60
    assert fake.calls <= 1 + 3


def test_pages_that_repeat_themselves_end() -> None:
    fake = Fake(60, pages=10_000, total=5_000_000, photo=[{"id": "1"}])
    assert listed(fake) == {"1"}
    assert fake.calls <= 1 + 3


def test_an_empty_page_in_the_middle_is_no_end() -> None:
    class Gap(Fake):
        def read(self, method: str, *, page: int, per_page: int, **given: object) -> dict[str, Any]:
            answer = super().read(method, page=page, per_page=per_page, **given)
            return answer | {"photos": answer["photos"] | {"photo": []}} if page in {2, 3} else answer

    assert len(listed(Gap(5 * PER_PAGE))) == 3 * PER_PAGE


def test_a_total_that_is_too_small_hides_no_page() -> None:
    """Flickr's `total` has been wrong by a few; the pages it names hold photos all the same."""
    assert len(listed(Fake(2 * PER_PAGE + 3, total=2 * PER_PAGE))) == 2 * PER_PAGE + 3
