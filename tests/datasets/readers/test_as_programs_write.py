"""Publishers' lists as programs wrote them anew: ids as floats, owners in URL encoding, words for nothing."""

import json
from collections.abc import Callable

import pyarrow as pa
import pytest

from auditor.datasets.parsing.keys import NO_PHOTO_ID, photo_id
from auditor.errors import WrongFileError
from tests.datasets import same_photos
from tests.datasets.conftest import Build
from tests.datasets.readers.conftest import Records, Write
from tests.datasets.readers.lookalikes import jsonl, parquet, sqlite, text
from tests.datasets.same_photos import PHOTOS

IDS = {photo for photo, _, _ in PHOTOS}


def catalog(ids: object, secret: str | None = None) -> bytes:
    return parquet({"photoid": ids, "secretoriginal": pa.array([secret] * 7, pa.string())})


def lpff(secret: str) -> bytes:
    faces = {str(n): {"image_info": {"photo_id": n, "originalsecret": secret}} for n in IDS}
    return json.dumps(faces).encode()


FLOATS: list[tuple[str, bytes]] = [
    ("commoncatalog-parquet", catalog([float(n) for n in IDS])),
    ("visual-genome", json.dumps([{"flickr_id": float(n), "coco_id": None} for n in IDS]).encode()),
    ("yfcc-jsonl", jsonl([{"photoid": float(n)} for n in IDS])),
    ("konvid-csv", text(["flickr_id,mos", *(f"{n}.0,3.1" for n in IDS)])),
    ("yfcc-hash", text([*(f"{n}\t{n:028x}" for n in IDS), *(f"{n}.0\t{n:028x}" for n in IDS)])),
]


@pytest.mark.parametrize(("name", "content"), FLOATS, ids=[name for name, _ in FLOATS])
def test_photo_ids_that_became_floats_are_read(
    add: Build, write: Write, records: Records, name: str, content: bytes
) -> None:
    manifest = add(name, write(content))
    assert {found.photo_id for found in records(manifest)} == IDS
    assert not manifest.skipped


def test_a_float_that_cannot_have_all_digits_is_no_photo_id(add: Build, write: Write) -> None:
    ids = pa.array([float(n) for n in IDS], pa.float32())
    with pytest.raises(WrongFileError, match=NO_PHOTO_ID):
        add("commoncatalog-parquet", write(catalog(ids)))


@pytest.mark.parametrize("value", [6.255197e09, 9.1e18, 0.5, float("nan"), float("inf"), -7.0, "7.00", True])
def test_what_lost_digits_or_never_had_them_is_no_photo_id(value: object) -> None:
    assert photo_id(value) is None


def test_an_owner_in_url_encoding_is_the_owner(add: Build, write: Write, records: Records) -> None:
    manifest = add("yfcc-tsv", write(same_photos.yfcc().replace(b"@", b"%40")))
    assert {found.owner for found in records(manifest)} == {nsid for _, nsid, _ in PHOTOS}


NOTHING: list[tuple[str, Callable[[str], bytes]]] = [
    ("yfcc-jsonl", lambda word: jsonl([{"photoid": n, "secretoriginal": word} for n in IDS])),
    ("commoncatalog-parquet", lambda word: catalog(sorted(IDS), word)),
    ("lpff-json", lpff),
    (
        "yfcc-sqlite",
        lambda word: sqlite(
            "CREATE TABLE yfcc100m_dataset (photoid, secretoriginal)",
            "INSERT INTO yfcc100m_dataset VALUES (?, ?)",
            [(n, word) for n in IDS],
        ),
    ),
]


@pytest.mark.parametrize(("name", "content"), NOTHING, ids=[name for name, _ in NOTHING])
@pytest.mark.parametrize(
    ("word", "original"), [("null", False), ("None", False), (r"\N", False), ("0a1b2c3d4e", True)]
)
def test_a_word_for_no_secret_is_no_link_to_an_original(
    add: Build,
    write: Write,
    records: Records,
    name: str,
    content: Callable[[str], bytes],
    word: str,
    original: bool,
) -> None:
    found = records(add(name, write(content(word))))
    assert {entry.photo_id for entry in found} == IDS
    assert {entry.original for entry in found} == {original}


@pytest.mark.parametrize("word", ["null", r"\N", ""])
def test_a_line_of_yfcc_without_the_secret_links_to_no_original(
    add: Build, write: Write, records: Records, word: str
) -> None:
    lines = [line.split("\t") for line in same_photos.yfcc().decode().splitlines()]
    rows = ["\t".join([*line[:-3], word, *line[-2:]]) for line in lines]
    odd = [row.replace("@", "%40") for row in rows]  # read line by line, and not in bulk
    assert not any(found.original for found in records(add("yfcc-tsv", write(text([*rows, *odd])))))
