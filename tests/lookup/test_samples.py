"""A look-up of real index rows answers as the indexes do: every account and every photo in them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from auditor.audit.match import Matches, Subject, match
from auditor.datasets import catalogue, readers
from auditor.datasets.index.build import build
from auditor.datasets.index.local import open_indexes
from auditor.datasets.index.lookup import Index
from auditor.datasets.provenance import Provenance
from auditor.flickr.urls import unpack_nsid
from auditor.lookup.asked import Asked
from auditor.lookup.client import open_lookup
from auditor.lookup.publish import publish
from tests.datasets.web import Web, serve
from tests.lookup.conftest import NOW, contents

SAMPLES = {
    "adience": "adience/fold_0_data.txt",
    "coco": "coco/instances_val2017.mini.json",
    "diveface": "diveface/Group1_Female.txt",
    "megaface": "megaface/challenge1_megaface_features_list.json_10000_1",
    "open-images": "open_images/open_images_rows.csv",
    "pass": "pass/pass_metadata.csv",
    "flickr30k": "flickr30k/test.txt",
}


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Index, ...]:
    samples = Path(__file__).parents[3] / "shared" / "samples"
    if not samples.is_dir():
        pytest.skip("needs the real index rows in ../shared/samples")
    place = tmp_path_factory.mktemp("samples") / "indexes"
    for name, file in SAMPLES.items():
        card = catalogue.get(name)
        build(place, name, [samples / file], formats=readers.select(card.formats), card=card)
    return open_indexes(place).readable


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, indexes: tuple[Index, ...]) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("public")
    publish(indexes, folder, now=NOW)
    with serve(Web(files=contents(folder))) as web:
        yield web


def column(indexes: tuple[Index, ...], name: str) -> set[object]:
    """All values that any index has."""
    return {
        value
        for index in indexes
        for path in index.folder.glob("photo_id-*.parquet")
        for value in pq.read_table(path, columns=[name])[name].to_pylist()
        if value is not None
    }


def plainly(found: Matches, *, borrowed: bool) -> tuple[object, ...]:
    """What was found, without whose word it is; `borrowed`: also what another dataset tells the owner of."""
    photos = {key: replace(one, provenance=Provenance.PACK) for key, one in found.by_photo.items()}
    owned = {
        (one.photo_id, replace(one.exposure, provenance=Provenance.PACK))
        for one in found.by_owner
        if borrowed or one.exposure.via is None
    }
    contents = {key: one.photo_ids for key, one in found.by_md5.items()}
    return photos, owned, contents


def same(indexes: tuple[Index, ...], asked: Asked, subject: Subject) -> int:
    """Compare the answers of all indexes; how many photos were found."""
    remote = {index.name: index for index in asked.indexes()}
    number = 0
    for index in indexes:
        local = match(subject, index)
        assert plainly(match(subject, remote[index.name]), borrowed=False) == plainly(local, borrowed=True)
        number += len(local.by_photo) + len(local.by_owner)
    assert asked.failure is None
    return number


def test_every_account_of_the_samples(indexes: tuple[Index, ...], web: Web, tmp_path: Path) -> None:
    nsids = frozenset(unpack_nsid(int(str(value))) for value in column(indexes, "nsid"))
    assert len(nsids) > 1000
    asked = Asked(open_lookup(web.base, tmp_path))
    assert same(indexes, asked, Subject(frozenset(), {}, nsids=nsids)) > 5000
    aliases = frozenset(str(value) for value in column(indexes, "alias"))
    assert same(indexes, asked, Subject(frozenset(), {}, aliases=aliases)) >= len(aliases)


def test_every_photo_of_the_samples_and_as_many_that_are_in_none(
    indexes: tuple[Index, ...], web: Web, tmp_path: Path
) -> None:
    photos = {int(str(value)) for value in column(indexes, "photo_id")}
    assert len(photos) > 10_000
    wanted = frozenset(map(str, photos | {photo + 1 for photo in photos}))
    hashes = {str(value): str(n + 1) for n, value in enumerate(column(indexes, "url_hash"))}
    assert len(hashes) >= 10
    asked = Asked(open_lookup(web.base, tmp_path))
    assert same(indexes, asked, Subject(wanted, {})) >= len(photos)
    md5s = frozenset(str(value) for value in column(indexes, "content_md5"))
    same(indexes, asked, Subject(frozenset(), hashes, md5s=md5s))
