"""Datasets that name photos by another one's numbers: a look-up that has both answers as their indexes do."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.audit.match import Matches, Searched, Subject, match, match_all
from auditor.datasets import catalogue
from auditor.datasets.index.build import build
from auditor.datasets.index.local import open_indexes
from auditor.datasets.provenance import Provenance
from auditor.datasets.readers import select
from auditor.lookup.asked import Asked
from auditor.lookup.client import open_lookup
from auditor.lookup.publish import publish
from tests.audit.test_joins import GONE, ID_OF_MINE, ME, MIAP, MINE, OPEN_IMAGES, WITH_MD5
from tests.datasets.web import Web, serve
from tests.lookup.conftest import NOW, contents


def add(indexes: Path, name: str, content: str) -> None:
    path = indexes.parent / f"{name}.csv"
    path.write_text(content)
    card = catalogue.get(name)
    build(indexes, name, [path], formats=select(card.formats), card=card)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serve(Web()) as web:
        yield web


def answers(indexes: tuple[Searched, ...], subject: Subject) -> dict[str, tuple[object, ...]]:
    """What each index holds of `subject`, less on whose word."""

    def told(found: Matches) -> tuple[object, ...]:
        plain = {
            photo: replace(exposure, provenance=Provenance.PACK) for photo, exposure in found.by_photo.items()
        }
        owned = {(one.photo_id, replace(one.exposure, provenance=Provenance.PACK)) for one in found.by_owner}
        contents = {
            md5: (replace(one.exposure, provenance=Provenance.PACK), one.photo_ids)
            for md5, one in found.by_md5.items()
        }
        return plain, owned, contents

    return {index.name: told(found) for index, found in match_all(subject, indexes, catalogue.load())}


@pytest.mark.parametrize(
    "subject",
    [
        Subject(frozenset({MINE}), {}),
        Subject(frozenset(), {}, nsids=frozenset({ME})),
        Subject(frozenset({"77"}), {}),
    ],
    ids=["a photo", "an owner", "a miss"],
)
@pytest.mark.parametrize("here", [(), ("open-images",), ("open-images-miap",)])
def test_a_child_is_found_as_it_is_by_local_indexes(
    tmp_path: Path, web: Web, subject: Subject, here: tuple[str, ...]
) -> None:
    """Wherever parent and child are: both at the host, or one of them here."""
    add(tmp_path / "indexes", "open-images", OPEN_IMAGES)
    add(tmp_path / "indexes", "open-images-miap", MIAP)
    local = open_indexes(tmp_path / "indexes").readable
    publish(local, tmp_path / "public", now=NOW)
    web.files = contents(tmp_path / "public")
    asked = Asked(open_lookup(web.base, tmp_path / "cache"), alone=True)
    mixed: tuple[Searched, ...] = (*(index for index in local if index.name in here), *asked.indexes(here))
    assert {index.name for index in mixed} == {index.name for index in local}
    assert answers(mixed, subject) == answers(local, subject)
    assert asked.failure is None


def test_an_audit_asks_about_the_child_as_about_the_parent(tmp_path: Path, web: Web) -> None:
    add(tmp_path / "indexes", "open-images", OPEN_IMAGES)
    add(tmp_path / "indexes", "open-images-miap", MIAP)
    local = open_indexes(tmp_path / "indexes").readable
    publish(local, tmp_path / "public", now=NOW)
    web.files = contents(tmp_path / "public")
    subject = Subject(frozenset({MINE}), {}, nsids=frozenset({ME}))
    remote, unasked = Asked(open_lookup(web.base, tmp_path / "cache"), nsid=ME).for_account((), ())
    assert unasked == {}
    assert answers(remote, subject) == answers(local, subject)
    assert {photo for photo, _ in answers(local, subject)["open-images-miap"][1]} == {GONE}  # type: ignore[attr-defined]


def test_a_file_is_found_by_its_content_through_the_parent(tmp_path: Path, web: Web) -> None:
    add(tmp_path / "indexes", "open-images", WITH_MD5)
    add(tmp_path / "indexes", "open-images-miap", MIAP)
    local = open_indexes(tmp_path / "indexes").readable
    publish(local, tmp_path / "public", now=NOW)
    web.files = contents(tmp_path / "public")
    subject = Subject(
        frozenset(), {}, nsids=frozenset({ME}), md5s=frozenset({hashlib.md5(b"original").hexdigest()})
    )
    remote, _ = Asked(open_lookup(web.base, tmp_path / "cache"), nsid=ME).for_account((), (), md5s=True)
    assert answers(remote, subject) == answers(local, subject)
    assert [len(contents) for *_, contents in answers(remote, subject).values()] == [1, 1]  # type: ignore[arg-type]


def test_by_which_of_several_numbers_a_photo_was_joined_is_not_guessed(tmp_path: Path, web: Web) -> None:
    twice = OPEN_IMAGES + OPEN_IMAGES.splitlines()[1].replace(ID_OF_MINE, "0006400c1c224eff") + "\n"
    add(tmp_path / "indexes", "open-images", twice)
    add(tmp_path / "indexes", "open-images-miap", MIAP)
    publish(open_indexes(tmp_path / "indexes").readable, tmp_path / "public", now=NOW)
    web.files = contents(tmp_path / "public")
    asked = Asked(open_lookup(web.base, tmp_path / "cache"), alone=True)
    (child,) = (index for index in asked.indexes() if index.name == "open-images-miap")
    found = match(Subject(frozenset({MINE}), {}), child).by_photo[MINE]
    assert (found.via, found.via_key, found.record_key) == ("open-images", None, ID_OF_MINE)


def test_a_host_without_the_parent_says_that_it_cannot_be_asked(tmp_path: Path, web: Web) -> None:
    add(tmp_path / "indexes", "open-images-miap", MIAP)
    publish(open_indexes(tmp_path / "indexes").readable, tmp_path / "public", now=NOW)
    web.files = contents(tmp_path / "public")
    asked = Asked(open_lookup(web.base, tmp_path / "cache"), alone=True)
    assert asked.indexes() == ()
    assert "no record that can be asked for" in asked.silent()["open-images-miap"]
