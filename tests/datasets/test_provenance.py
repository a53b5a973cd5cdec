"""Where an index is from, and what is no index: nothing half known is told as certain."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.datasets import catalogue, readers
from auditor.datasets.card import Card
from auditor.datasets.index.build import build
from auditor.datasets.index.local import names
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.provenance import Provenance
from auditor.errors import RefusedError, WrongFileError
from tests.datasets import same_photos
from tests.datasets.conftest import Build

ROWS = same_photos.diveface().splitlines(keepends=True)


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Manifest]:
    """Build DiveFace from content, which the card knows by checksum if `known` says so."""

    def made(content: bytes, *, known: str | None = None, **options: Any) -> Manifest:
        card = catalogue.get("diveface")
        path = tmp_path / "list.txt"
        path.write_bytes(content)
        if known:
            checksum = hashlib.new(known, content).hexdigest()
            file = replace(card.files[0], md5=None, sha256=None)
            file = replace(file, md5=checksum) if known == "md5" else replace(file, sha256=checksum)
            card = replace(card, files=(file, *card.files[1:]))
        return _build(tmp_path, card, path, **options)

    return made


def _build(tmp_path: Path, card: Card, path: Path, **options: Any) -> Manifest:
    formats = readers.select(card.formats)
    return build(tmp_path / "indexes", card.name, [path], formats=formats, card=card, **options)


@pytest.mark.parametrize(
    ("known", "provenance"), [("sha256", "publisher"), ("md5", "publisher"), (None, "publisher-unverified")]
)
def test_only_a_published_checksum_makes_a_file_the_publishers(
    made: Callable[..., Manifest], known: str | None, provenance: str
) -> None:
    built = made(same_photos.diveface(), known=known)
    assert (built.provenance, built.origin) == (provenance, "list.txt")


def test_what_is_added_to_a_publishers_file_makes_it_less_sure(made: Callable[..., Manifest]) -> None:
    made(b"".join(ROWS[:4]), known="sha256")
    both = made(b"".join(ROWS[4:]), append=True)
    assert both.provenance is Provenance.UNVERIFIED
    assert both.origin == "list.txt; list.txt"


def test_a_list_without_card_is_ones_own(add: Build) -> None:
    assert add("diveface", same_photos.diveface()).provenance is Provenance.OWN_LIST


def test_an_index_that_read_nothing_is_no_index(tmp_path: Path) -> None:
    """Being absent from it would be an all-clear that nobody gave."""
    (tmp_path / "list.csv").write_text("name,number\nAda,17\nBob,18\n")
    (generic,) = readers.select(["generic"])
    formats = [replace(generic, sniff=lambda _source: True)]

    def attempt(**options: Any) -> Manifest:
        return build(tmp_path / "indexes", "mine", [tmp_path / "list.csv"], formats=formats, **options)

    with pytest.raises(WrongFileError, match=r"no Flickr photo or member was found in list\.csv") as raised:
        attempt()
    assert "--allow-empty" in raised.value.hint
    assert names(tmp_path / "indexes") == ()
    built = attempt(allow_empty=True)
    assert (built.records, built.answers) == (0, False)


def test_a_file_whose_rows_are_elsewhere_is_no_index_that_answers(tmp_path: Path) -> None:
    file = tmp_path / "annotations.json"
    images = [{"id": 1, "flickr_640_url": "https://farm1.staticflickr.com/1/9900000001_0a1b2c3d4e_z.jpg"}]
    file.write_text(json.dumps({"data": {"images": images}}))
    with pytest.raises(WrongFileError, match="no row where the file's rows should be"):
        build(tmp_path, "taco", [file], formats=readers.select(catalogue.get("taco").formats))
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"images": images}))
    built = build(tmp_path, "taco", [file, other], formats=readers.select(catalogue.get("taco").formats))
    assert (built.photos, built.rows, built.indexed, built.in_part(all_flickr=True)) == (1, 2, 1, True)


def test_a_shape_that_is_certain_makes_no_photo_an_answer(tmp_path: Path) -> None:
    card = catalogue.get("redcaps")
    path = tmp_path / "shard.json"
    path.write_text('{"info": {}, "annotations": [{"image_id": "a1", "url": "https://i.redd.it/x.jpg"}]}')
    built = _build(tmp_path, card, path)
    assert (built.records, built.answers) == (0, True)


def test_an_index_is_not_replaced_by_far_less_of_itself(
    made: Callable[..., Manifest], tmp_path: Path
) -> None:
    made(same_photos.diveface())
    with pytest.raises(RefusedError, match="has 7 records of 7 photos, and the new one would have 3 records"):
        made(b"".join(ROWS[:3]))
    assert Index.open(tmp_path / "indexes" / "diveface").manifest.records == 7
    assert made(b"".join(ROWS[:4])).records == 4
    assert made(b"".join(ROWS[:1]), replace=True).records == 1


@pytest.mark.parametrize(
    ("bad", "all_flickr", "in_part"),
    [
        (0, True, False),
        (1, True, False),
        (2, True, True),
    ],
)
def test_an_index_that_could_not_read_all_rows_is_in_part(
    made: Callable[..., Manifest], bad: int, all_flickr: bool, in_part: bool
) -> None:
    rows = [ROWS[0].replace(b"identity_", b"identity_%d" % number) for number in range(1, 101)]
    built = made(b"".join([*rows, *[b"?\n"] * bad]))
    assert built.in_part(all_flickr=all_flickr) is in_part


def test_a_row_about_a_picture_of_another_site_was_read(add: Build) -> None:
    links = (
        b"favimg_url\n" + b"https://example.org/1.jpg\n" * 50 + b"http://flickr.com/photos/ada/12345\n" * 50
    )
    built = add("flickruser-csv", links)
    assert built.skipped == {"no Flickr address": 50}
    assert not built.in_part(all_flickr=False)
    assert built.in_part(all_flickr=True)
