import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.sandbox import make_account
from auditor.sandbox.flickr_rules import PRIVACY, circles
from auditor.sandbox.generate import HOSTILE_TITLES


@pytest.mark.parametrize("photos", [0, 1, 3, 200])
def test_the_same_seed_gives_the_same_account_down_to_its_json(photos: int) -> None:
    state = make_account(photos, seed=7).state()
    assert json.loads(json.dumps(state)) == state
    assert make_account(photos, seed=7).state() == state


def test_the_state_is_a_copy() -> None:
    account = make_account(5)
    before = account.state()
    photo = account.own_photos()[0]
    account.add_tags(photo, ["something new"], account.me.nsid)
    assert before["photos"][photo.id]["tags"] != account.state()["photos"][photo.id]["tags"]


def test_an_account_holds_everything_that_a_careful_tool_has_to_survive() -> None:
    photos = make_account(1000).own_photos()
    assert {photo.privacy for photo in photos} == set(PRIVACY)
    assert len({photo.license for photo in photos}) > 10
    assert {photo.media for photo in photos} == {"photo", "video"}
    assert {photo.title for photo in photos} >= set(HOSTILE_TITLES)
    spellings = {photo.tags["nocv"].raw for photo in photos if "nocv" in photo.tags}
    assert spellings >= {"no_cv", "NoCV", "No CV"}
    assert max(len(photo.tags) for photo in photos) == 75


@given(st.sampled_from(list(PRIVACY)), st.sampled_from(list(PRIVACY)))
def test_links_and_faves_go_exactly_when_somebody_is_shut_out(before: str, after: str) -> None:
    account = make_account(1)
    photo = account.own_photos()[0]
    photo.privacy = before
    photo.faves = ["99000002@N07"]
    links = photo.secret, photo.original_secret
    account.set_privacy(photo, after)
    shut_out = not circles(before) <= circles(after)
    assert photo.privacy == after
    assert (photo.faves == []) is shut_out
    assert ((photo.secret, photo.original_secret) != links) is shut_out


@pytest.mark.parametrize("photos", [60, 12_000])
def test_nothing_in_an_account_is_from_tomorrow_however_many_photos_it_has(photos: int) -> None:
    own = make_account(photos).own_photos()
    now = time.time()
    assert max(photo.uploaded for photo in own) < now
    assert max(photo.lastupdate for photo in own) < now
    assert all(photo.uploaded <= photo.lastupdate for photo in own)
    years = {datetime.fromtimestamp(photo.uploaded, UTC).year for photo in own}
    assert years >= set(range(2007, 2025))


def test_the_history_of_a_licence_leads_to_that_of_today() -> None:
    changed = [photo for photo in make_account(200).own_photos() if photo.license_history]
    assert len(changed) > 100
    for photo in changed:
        assert photo.license_history[-1].new == photo.license
        assert photo.uploaded <= photo.license_history[0].date <= photo.lastupdate


def test_what_is_so_already_is_no_change() -> None:
    account = make_account(3)
    photo, pool = account.own_photos()[0], account.pools[0]
    for member in (True, False):
        account.set_pool(pool, photo, member=member)
        before = account.state(), account.changes
        account.set_pool(pool, photo, member=member)
        account.set_title(photo, photo.title)
        assert (account.state(), account.changes) == before
