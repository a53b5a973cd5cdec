"""A look-up answers as the indexes do that it was made from."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from auditor.audit.match import Matches, Searched, Subject, match
from auditor.audit.result import Exposure
from auditor.datasets.provenance import Provenance
from auditor.errors import RefusedError
from auditor.lookup import keys
from tests.lookup.conftest import NOW, Data, Hosted, nsid
from tests.lookup.forging import rewrite


def by_name(indexes: Sequence[Searched]) -> dict[str, Searched]:
    return {index.name: index for index in indexes}


def plainly(matches: Matches) -> tuple[object, ...]:
    """What was found, without whose word it is."""

    def told(exposure: Exposure) -> Exposure:
        return replace(exposure, provenance=Provenance.PACK)

    photos = {photo_id: told(exposure) for photo_id, exposure in matches.by_photo.items()}
    owned = {(found.photo_id, told(found.exposure)) for found in matches.by_owner}
    return photos, owned


def owner(*nsids: str) -> Subject:
    return Subject(frozenset(), {}, nsids=frozenset(nsids))


def photos(ids: Sequence[int]) -> Subject:
    return Subject(frozenset(map(str, ids)), {})


def test_a_thousand_accounts_of_one_to_thirty_thousand_photos(hosted: Hosted, data: Data) -> None:
    local, asked = by_name(hosted.indexes)["owners"], by_name(hosted.ask().indexes())["owners"]
    everybody = owner(*data.photos)
    assert plainly(match(everybody, asked)) == plainly(match(everybody, local))
    for one in data.photos:
        assert len(match(owner(one), asked).by_owner) == len(data.photos[one])


def test_ten_thousand_photos_and_as_many_that_are_in_nothing(hosted: Hosted, data: Data) -> None:
    known = [photo for ids in data.photos.values() for photo in ids][:10_000]
    wanted = photos(known + [photo + 1 for photo in known])
    local, asked = by_name(hosted.indexes), by_name(hosted.ask().indexes())
    for name in ("owners", "pictures"):
        assert plainly(match(wanted, asked[name])) == plainly(match(wanted, local[name]))


def test_single_photos_by_their_prefix(hosted: Hosted, data: Data) -> None:
    local = by_name(hosted.indexes)
    for photo in [*data.unowned[:5], *data.photos[nsid(3)][:3], 4242]:
        asked = by_name(hosted.ask(alone=True).indexes())
        for name in ("owners", "pictures"):
            assert plainly(match(photos([photo]), asked[name])) == plainly(
                match(photos([photo]), local[name])
            )


def test_an_alias_and_a_hash(hosted: Hosted) -> None:
    local, asked = by_name(hosted.indexes), by_name(hosted.ask().indexes())
    person = Subject(frozenset(), {}, aliases=frozenset({"alias-7"}))
    assert plainly(match(person, asked["aliases"])) == plainly(match(person, local["aliases"]))
    hashed = Subject(frozenset(), {f"{7:032x}": "9000000001", f"{70:032x}": "9000000002"})
    assert match(hashed, asked["hashes"]).by_photo.keys() == {"9000000001"}
    assert plainly(match(hashed, asked["hashes"])) == plainly(match(hashed, local["hashes"]))


def test_an_owner_that_another_index_knows_is_marked_as_such(hosted: Hosted, data: Data) -> None:
    asked = by_name(hosted.ask().indexes())
    found = match(owner(nsid(3)), asked["pictures"]).by_owner
    assert {item.photo_id for item in found} == {str(photo) for photo in data.photos[nsid(3)][:2]}
    assert {item.exposure.via for item in found} == {"owners"}
    assert {item.exposure.via for item in match(owner(nsid(3)), asked["owners"]).by_owner} == {None}


def test_an_account_with_all_its_photos_in_one_go(hosted: Hosted, data: Data) -> None:
    """As an audit asks: what an owner is known of by the bucket, the rest by what is fetched whole."""
    own = data.photos[nsid(5)]
    subject = Subject(frozenset(map(str, (*own, data.unowned[0], 77))), {}, nsids=frozenset({nsid(5)}))
    remote, unasked = hosted.ask(account=nsid(5)).for_account((), ())
    assert unasked == {}
    local, asked = by_name(hosted.indexes), by_name(remote)
    for name in ("owners", "pictures"):
        assert plainly(match(subject, asked[name])) == plainly(match(subject, local[name]))


def test_what_is_found_is_its_makers_claim_and_says_where_and_when(hosted: Hosted) -> None:
    indexes = hosted.ask().indexes()
    assert indexes
    for index in indexes:
        assert index.manifest.provenance is Provenance.PACK
        assert hosted.web.base in index.manifest.origin
        assert index.manifest.obtained_at == NOW.isoformat(timespec="seconds")


def test_what_is_too_large_to_be_fetched_whole_is_not_checked_and_said_to_be_so(
    small: Hosted, few: Data
) -> None:
    rewrite(small.web, lambda told: told["sections"]["unowned"].update(pages=100_000, page_bytes=10**6))
    asked = small.ask(alone=True)
    link = Subject(frozenset({str(few.photos[nsid(3)][0])}), {f"{7:032x}": str(few.photos[nsid(3)][0])})
    found = {index.name: match(link, index).by_photo for index in asked.indexes()}
    assert {name for name, photos in found.items() if photos} == {"owners", "pictures"}
    assert asked.silent().keys() == {"hashes"}
    assert "would have to be fetched: 100 GB" in asked.silent()["hashes"]
    assert asked.failure is None
    # An audit meets by its owner alone what names one, and says of the others how much it could not ask for.
    remote, unasked = small.ask(account=nsid(3)).for_account((), ())
    assert unasked.keys() == {"hashes", "aliases"}
    skipped = {index.name: sum(index.manifest.skipped.values()) for index in remote}
    assert skipped == {"owners": 0, "pictures": len(few.unowned)}
    assert not [request for request in small.web.requests if request.path.startswith("/unowned/")]


def test_what_no_section_holds_is_asked_of_nobody(hosted: Hosted) -> None:
    lookup = hosted.open()
    assert hosted.requests(lambda: lookup.by_all("nonsense", keys.PHOTO, ["4711"])) == []


def test_a_section_that_would_fill_the_memory_is_refused_with_another_way(
    hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = hosted.open()
    monkeypatch.setattr("auditor.lookup.client.MOST_WHOLE", 1)
    with pytest.raises(RefusedError, match="would have to be fetched whole for that") as refused:
        lookup.by_all(keys.PHOTO, keys.PHOTO, ["4711", "4712"])
    assert "by NSID" in refused.value.hint
