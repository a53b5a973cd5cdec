"""What a plan does to the account as a whole: limits, the cap, what is lost, and how long it takes."""

from dataclasses import replace

import pytest

from auditor.account.photo import Account, Limits
from auditor.errors import RefusedError
from auditor.mitigation.change import Change
from auditor.mitigation.kinds.base import FlickrFacts, PlanContext
from auditor.mitigation.planning import preflight
from tests.mitigation.test_plan import TAG
from tests.mitigation.test_planner import photo

FREE = Account("99000001@N07", is_pro=False, limits=Limits(1200, 1000, "above_limit"))


def to_private(number: int) -> list[Change]:
    return [Change(str(9000000000 + n), "privacy", "public", "private", "partly") for n in range(number)]


@pytest.mark.parametrize(
    ("account", "now", "more", "refused"),
    [
        (FREE, 0, 50, False),
        (FREE, 0, 51, True),
        (FREE, 49, 1, False),
        (FREE, 49, 2, True),
        (FREE, 80, 0, False),
        (FREE, 80, 1, True),
        (replace(FREE, is_pro=True), 0, 500, False),
        (replace(FREE, is_pro=None), 0, 50, False),
        (replace(FREE, is_pro=None), 0, 51, True),
    ],
)
def test_the_limit_of_a_free_account(account: Account, now: int, more: int, refused: bool) -> None:
    if refused:
        with pytest.raises(RefusedError) as error:
            preflight.check_limits(account, now, to_private(more))
        assert f"would hold {now + more}" in error.value.message
        assert "--hide-from-search" in error.value.hint
        assert ("Flickr did not tell whether" in error.value.message) is (account.is_pro is None)
    else:
        preflight.check_limits(account, now, to_private(more))


def test_a_free_account_passes_its_limit_at_no_moment_of_a_plan() -> None:
    opened = [Change(str(8000000000 + n), "privacy", "private", "public", "yes") for n in range(30)]
    preflight.check_limits(FREE, 20, [*opened, *to_private(30)])
    with pytest.raises(RefusedError, match="would hold 51 until others become public") as refused:
        preflight.check_limits(FREE, 21, [*opened, *to_private(30)])
    assert "make others public first" in refused.value.hint


@pytest.mark.parametrize(
    ("changes", "photos", "cap", "refused"),
    [
        (500, 100, None, False),
        (501, 100, None, True),
        (900, 4000, None, False),
        (2, 4000, 1, True),
        (1, 1, 1, False),
    ],
)
def test_the_cap(changes: int, photos: int, cap: int | None, refused: bool) -> None:
    if refused:
        with pytest.raises(RefusedError, match="the limit is"):
            preflight.check_cap(changes, photos, cap)
    else:
        preflight.check_cap(changes, photos, cap)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("9000000001", "privacy", "public", "private", "partly"), "faves"),
        (Change("9000000001", "privacy", "public", "private", "partly"), "protection from deletion"),
        (Change("9000000001", "privacy", "private", "public", "yes"), "will be PUBLIC"),
        (Change("9000000001", "license", "4", "0", "no"), "protection from deletion"),
        (Change("9000000001", "license", "4", "0", "no"), "cannot be set back"),
        (Change("9000000001", "license", "0", "4", "yes"), "allow more than now"),
        (Change("9000000001", "license", "4", "0", "yes"), "copies that were already taken"),
        (Change("9000000001", "hide", None, True, "partly"), "--unhide"),
    ],
)
def test_what_is_lost_is_said_before(change: Change, words: str) -> None:
    lines = preflight.warnings(PlanContext(FREE, {"9000000001": photo()}, [change], FlickrFacts.unknown()))
    assert any(words in line for line in lines), lines


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (FREE, True),
        (replace(FREE, is_pro=True), False),
        (replace(FREE, is_pro=None), False),
        (replace(FREE, limits=Limits(900, 1000, "")), False),
    ],
    ids=["over", "pro", "not-told", "within"],
)
def test_only_a_free_account_over_its_limit_loses_a_protection(account: Account, said: bool) -> None:
    gone = Change("9000000001", "license", "4", "0", "no")
    kept = Change("9000000001", "license", "4", "12", "no")
    for change, loses in ((gone, True), (kept, False)):
        context = PlanContext(account, {"9000000001": photo()}, [change], FlickrFacts.unknown())
        lines = preflight.warnings(context)
        assert any("protection from deletion" in line for line in lines) == (said and loses)


@pytest.mark.parametrize(
    ("changes", "used", "calls", "minutes"),
    [(0, 0, 0, 0), (700, 0, 710, 1), (700, 3600, 710, 61), (10_000, 0, 10_046, 128)],
)
def test_the_estimate(changes: int, used: int, calls: int, minutes: int) -> None:
    tags = [
        Change(str(9000000000 + n), "add-tag", TAG, {**TAG, "present": True}, "yes") for n in range(changes)
    ]
    found = preflight.estimate(tags, photos=changes, calls_per_hour=3600, used=used, concurrency=8)
    assert (found.calls, found.minutes) == (calls, minutes)


@pytest.mark.parametrize(
    ("calls", "minutes", "said"),
    [
        (1, 0, "1 call, less than a minute"),
        (710, 1, "710 calls, about 1 min"),
        (10_046, 128, "10,046 calls, about 128 min"),
    ],
)
def test_an_estimate_reads_as_people_say_it(calls: int, minutes: int, said: str) -> None:
    assert str(preflight.Estimate(calls, minutes)) == said
