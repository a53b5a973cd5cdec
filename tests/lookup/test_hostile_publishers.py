"""A publisher who wants to mislead, to exhaust or to know who asks, and has every SHA-256 right."""

import resource

import pytest

from auditor.audit.match import Subject, match
from auditor.errors import AuditorError, RefusedError, WrongFileError
from auditor.lookup import keys
from tests.lookup.conftest import Data, Hosted, nsid
from tests.lookup.forging import MISLEADING, forge, markup

WHO = nsid(3)


def owner(value: str) -> Subject:
    return Subject(frozenset(), {}, nsids=frozenset({value}))


def ask(hosted: Hosted) -> AuditorError | None:
    """What came of asking; nothing must have been found."""
    try:
        asked = hosted.ask(fresh=True)
    except AuditorError as error:
        return error
    for index in asked.indexes():
        assert not match(owner(WHO), index).by_owner
    return asked.failure


@pytest.mark.parametrize("how", MISLEADING)
def test_what_does_not_fit_together_is_a_failure_and_no_miss(small: Hosted, how: str) -> None:
    MISLEADING[how](small.web, WHO)
    failure = ask(small)
    assert isinstance(failure, WrongFileError | RefusedError)
    assert failure.hint
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert used < 4 << 20, "kilobytes: a few bytes of a hostile file must not become gigabytes"


def test_a_range_for_one_account_is_not_asked_for(small: Hosted) -> None:
    MISLEADING["a range for one account"](small.web, WHO)
    pages = [path for path in small.requests(lambda: ask(small)) if path.startswith("/nsid/")]
    assert all("tree" in path or "group" in path for path in pages)


def test_what_is_too_large_is_not_fetched(small: Hosted) -> None:
    MISLEADING["a bucket of too many pages"](small.web, WHO)
    assert not [path for path in small.requests(lambda: ask(small)) if path.startswith("/nsid/0")]


def test_a_section_that_is_larger_than_it_says_is_not_fetched(small: Hosted) -> None:
    ranges = [(n << 20, [bytes(1024)]) for n in range(500)]
    forge(small.web, keys.PHOTO, ranges, pages=1)
    asked = small.ask(fresh=True)
    some = Subject(frozenset({"11", "12"}), {})

    def act() -> None:
        for index in asked.indexes():
            assert not match(some, index).by_photo

    assert not [path for path in small.requests(act) if path.startswith("/photo_id/0")]
    assert isinstance(asked.failure, WrongFileError)


def test_markup_and_marks_that_reorder_text_are_text(small: Hosted, few: Data) -> None:
    markup(small.web, WHO)
    found = [item for index in small.ask(fresh=True).indexes() for item in match(owner(WHO), index).by_owner]
    (place,) = found[0].exposure.places
    assert "\u202e" not in place.record + (place.key or "")
    assert "\0" not in place.record
