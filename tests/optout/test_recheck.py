"""The publisher's next index: what is removed, still there, new; and a wrong file is never "all removed"."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.account.store import AccountStore
from auditor.audit.audit import AccountState, audit
from auditor.datasets import catalogue
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.readers import select as formats
from auditor.errors import WrongFileError
from auditor.flickr.urls import StaticAddress, parse_photo, yfcc_photo_hashes
from auditor.optout.next_index import compare, fingerprint, new_index
from auditor.optout.photos import RequestedPhoto, Standing, again, from_audit, from_links, select
from tests.optout.conftest import ACCOUNT, NSID, PHOTO, STRANGERS, Home

CARD = catalogue.get("ffhq")


def numbered(number: int) -> RequestedPhoto:
    return replace(PHOTO, photo_id=str(number), link=f"https://www.flickr.com/photos/x/{number}/")


NOW = "2026-11-21T12:00:00+00:00"
UNNAMED = replace(PHOTO, photo_id=None, link=None, match_key=MatchKey.OWNER)
SOME = st.sets(st.integers(1, 30)).map(lambda ids: [numbered(number) for number in sorted(ids)])


@given(asked=SOME, left_out=SOME, found=SOME, unnamed=st.tuples(st.integers(0, 4), st.integers(0, 4)))
def test_every_photo_is_accounted_for_once(
    asked: list[RequestedPhoto],
    left_out: list[RequestedPhoto],
    found: list[RequestedPhoto],
    unnamed: tuple[int, int],
) -> None:
    before, now = (number * [UNNAMED] for number in unnamed)
    result = compare([*asked, *before], left_out, [*found, *now])
    assert len(result.removed) + len(result.still_there) == len(asked) + len(before)
    ids = {photo.photo_id for photo in found}
    assert {photo.photo_id for photo in result.removed if photo.photo_id} == {p.photo_id for p in asked} - ids
    known = {photo.photo_id for photo in (*asked, *left_out)}
    assert {photo.photo_id for photo in result.newly_found if photo.photo_id} == ids - known
    assert sum(photo.photo_id is None for photo in result.removed) == max(0, len(before) - len(now))


def open_index(home: Home) -> Index:
    return Index.open(home.path / "indexes" / "ffhq")


def state_of(home: Home) -> AccountState:
    return AccountState(ACCOUNT, AccountStore(home.conn).photos(NSID), snapshot_at=NOW)


def found_in(home: Home, **known: Any) -> tuple[RequestedPhoto, ...]:
    index = open_index(home)
    state = replace(state_of(home), **known)
    result = audit(state, [index], catalogue.load(), generated_at=NOW, only=["ffhq"])
    return from_audit(result, state, index)


def test_a_letter_asks_for_every_record_of_every_photo_deleted_ones_too(home: Home) -> None:
    selection = select(found_in(home), include_private=False)
    asked = {photo.photo_id: photo for photo in selection.asked}
    assert len(asked) == 12
    assert [place.record for place in asked["5000000001"].places] == ['["1"]', '["12"]']
    assert asked["4000000001"].standing is Standing.GONE
    assert [photo.photo_id for photo in selection.left_out] == ["5000000007"]
    assert len(select(found_in(home), include_private=True).asked) == 13


@pytest.mark.parametrize(
    "limit",
    [{"complete": False}, {"source": "export"}, {"snapshot_at": "2026-11-01T00:00:00+00:00"}],
    ids=str,
)
def test_no_letter_says_that_a_photo_is_deleted_which_was_perhaps_not_loaded(
    home: Home, limit: dict[str, Any]
) -> None:
    asked = {photo.photo_id: photo for photo in found_in(home, **limit)}
    assert (asked["4000000001"].standing, asked["4000000001"].steps_done) == (Standing.UNKNOWN, ())
    missed_before = found_in(home, **limit, gone_ids=frozenset({"4000000001"}))
    assert {photo.photo_id: photo for photo in missed_before}["4000000001"].standing is Standing.GONE
    # Nor because an older letter asked about it.
    asked_before = found_in(home, **limit, also_ids=frozenset({"4000000001"}))
    assert {photo.photo_id: photo for photo in asked_before}["4000000001"].standing is Standing.UNKNOWN


def test_an_original_secret_in_an_index_goes_no_further(tmp_path: Path) -> None:
    """Adience names photos by ``<id>_<original secret>_o.jpg``."""
    home = Home(tmp_path, 3)
    fold = tmp_path / "fold_0_data.txt"
    head = "user_id original_image face_id age gender x y dx dy tilt_ang fiducial_yaw_angle fiducial_score"
    row = f"{NSID} 5000000001_aabbccddee_o.jpg 1 (25,32) f 0 414 1086 1383 -115 30 17"
    fold.write_text("\t".join(head.split()) + "\n" + "\t".join(row.split()).replace(",", ", ") + "\n")
    build(tmp_path / "indexes", "adience", [fold], formats=formats(catalogue.get("adience").formats))
    index = Index.open(tmp_path / "indexes" / "adience")
    state = state_of(home)
    result = audit(state, [index], catalogue.load(), generated_at="", only=["adience"])
    assert result.exposed[0].exposures[0].links_original
    (photo,) = from_audit(result, state, index)
    assert "aabbccddee" not in repr(photo)


def test_given_links_are_matched_and_named_as_they_were_given(home: Home) -> None:
    links = [
        "https://www.flickr.com/photos/annexample/5000000001/in/album-1",
        "https://live.staticflickr.com/65535/5000000002_0123456789_o.jpg",
        "https://www.flickr.com/photos/annexample/1234567/",
    ]
    photos = [photo for link in links if (photo := parse_photo(link))]
    found = from_links(photos, open_index(home))
    assert [(photo.link, len(photo.places)) for photo in sorted(found, key=lambda photo: photo.order)] == [
        ("https://www.flickr.com/photos/annexample/5000000001/", 2),
        ("https://www.flickr.com/photo.gne?id=5000000002", 1),
    ]
    assert again(found, open_index(home)) == found


def test_a_match_by_hash_is_found_again_by_its_hash(tmp_path: Path) -> None:
    """PASS publishes no photo ids; a link with the secret of the display sizes gives the hash."""
    home = Home(tmp_path, 3)
    (mine,) = yfcc_photo_hashes("5000000001", "65535", "0000000001", 66)
    rows = ["unickname,datetaken,licensename,hash,latitude,longitude"]
    rows += [
        f"x,2004-05-11 02:00:33.0,Attribution License,{h},," for h in (mine, *(f"{n:032x}" for n in range(9)))
    ]
    file = tmp_path / "pass_metadata.csv"
    file.write_text("\n".join(f"{n - 1 if n else ''},{row}" for n, row in enumerate(rows)) + "\n")
    card = catalogue.get("pass")
    link = parse_photo("https://farm66.staticflickr.com/65535/5000000001_0000000001_b.jpg")
    assert link
    build(tmp_path / "indexes", "pass", [file], formats=formats(card.formats))
    index = Index.open(tmp_path / "indexes" / "pass")
    given_link = from_links([link], index)
    assert [(photo.match_key, photo.url_hash) for photo in given_link] == [("url_hash", mine)]
    assert again(given_link, index) == given_link
    state = AccountState(
        ACCOUNT,
        AccountStore(home.conn).photos(NSID),
        addresses=[StaticAddress("5000000001", "65535", 66, "0000000001")],
    )
    result = audit(state, [index], catalogue.load(), generated_at="", only=["pass"])
    (own,) = from_audit(result, state, index)
    assert (own.url_hash, own.places) == (mine, given_link[0].places)
    before = fingerprint(index, [own])
    assert before.witness_key == "url_hash"
    assert len(before.witnesses) == 9
    with new_index([file], card, before, work=tmp_path) as again_index:
        assert again(given_link, again_index)[0].url_hash == mine


Wrong = Callable[[Home], list[Path]]


def truncated(home: Home) -> list[Path]:
    file = home.file([*home.mine, *STRANGERS], "cut.json")
    file.write_text(file.read_text()[:-500])
    return [file]


def cut_gzip(home: Home) -> list[Path]:
    file = home.path / "cut.json.gz"
    data = gzip.compress(home.file([*home.mine, *STRANGERS]).read_bytes())
    file.write_bytes(data[: len(data) // 2])
    return [file]


def unreadable(home: Home) -> list[Path]:
    table = json.loads(home.file([*home.mine, *STRANGERS]).read_text())
    for number in list(table)[12:]:
        table[number]["metadata"]["photo_url"] = "��"
    file = home.path / "unreadable.json"
    file.write_text(json.dumps(table))
    return [file]


def text(content: str, name: str = "other.txt") -> Wrong:
    def write(home: Home) -> list[Path]:
        (home.path / name).write_text(content)
        return [home.path / name]

    return write


WRONG: dict[str, Wrong] = {
    "empty": text(""),
    "an empty object": text("{}"),
    "a web page": text("<!DOCTYPE html><html><body>Sign in</body></html>"),
    "another format": text("12/99000002@N07/3000000001_0.jpg\n"),
    "the same format, another dataset": lambda home: [
        home.file([("99000003@N07", str(2_000_000_000 + n)) for n in range(300)])
    ],
    "one part of many": lambda home: [home.file([*STRANGERS[:50]])],
    "a third of everybody else's photos lacking": lambda home: [home.file([*home.mine, *STRANGERS[:200]])],
    "cut short": truncated,
    "cut short and packed": cut_gzip,
    "mostly unreadable": unreadable,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_a_wrong_file_is_refused_and_leaves_nothing_behind(home: Home, wrong: Wrong) -> None:
    before = fingerprint(open_index(home), found_in(home))
    files = wrong(home)
    with pytest.raises(WrongFileError), new_index(files, CARD, before, work=home.path):
        pass
    assert list(home.path.glob(".recheck*")) == []


def test_an_index_without_ones_photos_is_a_newer_version_and_not_a_wrong_file(home: Home) -> None:
    asked = found_in(home)
    before = fingerprint(open_index(home), asked)
    assert not set(before.witnesses) & {photo.photo_id for photo in asked}
    with new_index([home.file(STRANGERS)], CARD, before, work=home.path) as index:
        assert again(asked, index) == ()
