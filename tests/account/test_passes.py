"""A listing during which photos come and go is made again, and believed only when it fits Flickr's counts."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from auditor import database
from auditor.account.store import AccountStore
from auditor.account.sync import FULL_EVERY, SyncResult, sync
from auditor.errors import RefusedError
from auditor.flickr.api import Login, Page, ReadApi

NSID = "99000001@N07"
NOW = 1_800_000_000.0
MOVED = "photos came or went while they were listed"

Listing = Sequence[tuple[int | None, str]]
"""Pages, each with the `total` that Flickr gives beside it and the last digits of its photos' ids."""

THREE: Listing = [(3, "12"), (3, "3")]


class Shifting:
    """An account whose listings are those of the test, one after the other; the last one again and again."""

    def __init__(self, listings: Sequence[Listing], counts: Sequence[int | None], **row: object) -> None:
        self.listings, self.counts, self.row = list(listings), list(counts), row
        self.calls = self.passes = 0

    def login(self) -> Login:
        return Login(NSID, "Ann Example", "annexample")

    def person(self, nsid: str) -> dict[str, Any]:
        return {"nsid": nsid, "ispro": 1}

    def own_photos(self, **_: object) -> Iterator[Page]:
        pages = self.listings[min(self.passes, len(self.listings) - 1)]
        self.passes += 1
        for number, (total, digits) in enumerate(pages, 1):
            yield Page(number, len(pages), total, tuple(self._row(digit) for digit in digits))

    def count(self, until: int) -> int | None:
        assert until == int(NOW)
        return self.counts[min(self.passes, len(self.counts)) - 1]

    def _row(self, digit: str) -> dict[str, Any]:
        public = {"ispublic": 1, "isfriend": 0, "isfamily": 0}
        row = {"id": f"900000000{digit}", "license": "4", "tags": "", "title": "", **public, **self.row}
        return {key: value for key, value in row.items() if value is not None}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AccountStore]:
    conn = database.connect(tmp_path / "a.sqlite3")
    yield AccountStore(conn)
    conn.close()


def listed(store: AccountStore, flickr: Shifting, **options: Any) -> SyncResult:
    return sync(cast("ReadApi", flickr), store, now=NOW, **options)


@pytest.mark.parametrize(
    ("listings", "counts", "passes", "photos", "incomplete"),
    [
        pytest.param([[(3, "12"), (3, "3")]], [3], 1, 3, None, id="nothing moves"),
        pytest.param([[(3, "12"), (4, "3")], [(4, "12"), (4, "34")]], [4], 2, 4, None, id="one comes"),
        pytest.param([[(3, "12"), (2, "")], [(2, "12"), (3, "3")], THREE], [2, 3, 3], 3, 3, None, id="two"),
        pytest.param([[(3, "12"), (2, "3")]], [3], 3, 3, (MOVED,), id="always moving"),
        pytest.param([[(3, "12"), (3, "2")], [(3, "12"), (3, "3")]], [3], 2, 3, None, id="one is hidden"),
        pytest.param([[(3, "12"), (3, "23")]], [3], 1, 3, None, id="one is listed twice, and all are there"),
        pytest.param([[(4, "12"), (4, "3")]], [3], 1, 3, (), id="fewer than listed"),
        pytest.param([[(3, "12"), (3, "3")]], [4], 1, 3, (), id="fewer than counted"),
        pytest.param([[(None, "12"), (None, "3")]], [3], 1, 3, None, id="one count is enough"),
        pytest.param([[(None, "12"), (None, "3")]], [None], 1, 3, (), id="no count is not"),
    ],
)  # fmt: skip
def test_what_moved_meanwhile_is_listed_again_and_believed_when_it_fits(
    store: AccountStore,
    listings: Sequence[Listing],
    counts: Sequence[int | None],
    passes: int,
    photos: int,
    incomplete: tuple[str, ...] | None,
) -> None:
    """`incomplete` None: the whole account."""
    flickr = Shifting(listings, counts)
    result = listed(store, flickr)
    assert flickr.passes == passes
    assert (result.photos, result.listed, result.added, result.full) == (photos, photos, photos, True)
    assert result.complete is (incomplete is None)
    assert result.incomplete == (incomplete or ())
    assert (result.counted, result.total) == (counts[-1], listings[-1][-1][0] if passes < 3 else result.total)
    snapshot = store.required_snapshot(NSID)
    assert (snapshot.complete, snapshot.photos, snapshot.taken_at) == (result.complete, photos, NOW)


def test_an_answer_without_tags_is_no_answer_about_tags(store: AccountStore) -> None:
    result = listed(store, Shifting([[(2, "12")]], [2], tags=None))
    assert not result.complete
    assert result.incomplete == ("it did not say what tags 2 photos have",)


def test_a_row_of_another_member_is_left_out_and_counted(store: AccountStore) -> None:
    result = listed(store, Shifting([[(1, "1")]], [1], owner="99000002@N07"))
    assert (result.photos, result.complete) == (0, False)
    assert result.skipped == {"photo of another member": 1}


def test_only_the_account_that_was_named_is_pulled(store: AccountStore) -> None:
    flickr = Shifting([[(1, "1")]], [1])
    with pytest.raises(RefusedError, match=f"logged in as {NSID}, and named the account 99000002@N07"):
        listed(store, flickr, expected="99000002@N07")
    assert flickr.passes == 0
    assert listed(store, flickr, expected=NSID).complete


@pytest.mark.parametrize("age", [-1.0, FULL_EVERY, FULL_EVERY + 1])
def test_a_full_listing_is_made_once_a_week_and_when_the_clock_went_back(
    store: AccountStore, age: float
) -> None:
    flickr = Shifting([[(1, "1")]], [1])
    listed(store, flickr)
    snapshot = store.required_snapshot(NSID)
    assert snapshot.full_at == NOW
    store.save(
        cast("Any", store.account(NSID)),
        store.photos(NSID),
        taken_at=NOW - age,
        source="api",
        complete=True,
        full=True,
    )
    assert listed(store, flickr).full
    assert flickr.passes == 2
