"""Every reader on a look-alike of its publisher's file: exactly its records, and every row accounted for."""

import bz2
import gzip
import json
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import zstandard

from auditor.datasets import readers
from auditor.datasets.parsing.row import LOOKED_UP, NO_NUMBER
from auditor.errors import WrongFileError
from tests.datasets import same_photos
from tests.datasets.conftest import Build
from tests.datasets.readers import lookalikes
from tests.datasets.readers.conftest import Records, Write
from tests.datasets.readers.lookalikes import (
    ALL,
    ELSEWHERE,
    IDS,
    ORIGINALS,
    OWNED,
    Expected,
    page,
    parquet,
    static,
    tarred,
    text,
    zipped,
)
from tests.datasets.same_photos import PHOTOS

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "zst": zstandard.compress,
    "zip": lambda content: zipped({"folder/some file": content}),
    "tar": lambda content: tarred({"folder/some file": content}, "w"),
    "tar.gz": lambda content: tarred({"folder/some file": content}, "w:gz"),
}


def test_every_format_has_a_lookalike() -> None:
    assert set(readers.formats()) == {*ALL, readers.GENERIC}


@pytest.mark.parametrize("name", ALL)
def test_exactly_the_records_of_the_file(add: Build, write: Write, records: Records, name: str) -> None:
    given = ALL[name]
    manifest = add(name, write(given.content))
    assert records(manifest) == Counter(given.expected)
    assert sum(manifest.skipped.values()) == given.skipped
    assert manifest.rows == manifest.indexed + given.skipped


ONE_FILE = [name for name in ALL if isinstance(ALL[name].content, bytes) and name != "redcaps-json"]


@pytest.mark.parametrize(("name", "packing"), list(zip(ONE_FILE, cycle(PACKINGS), strict=False)))
def test_packed_files_hold_the_same(
    add: Build, write: Write, records: Records, name: str, packing: str
) -> None:
    given = ALL[name]
    assert isinstance(given.content, bytes)
    manifest = add(name, write(PACKINGS[packing](given.content)))
    assert records(manifest) == Counter(given.expected)


@pytest.mark.parametrize("name", [name for name in ALL if isinstance(ALL[name].content, dict)])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_folders_can_come_as_archives(
    add: Build, write: Write, records: Records, name: str, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    given = ALL[name]
    assert isinstance(given.content, dict)
    assert records(add(name, write(pack(given.content)))) == Counter(given.expected)


VARIANTS: list[tuple[str, str, bytes | dict[str, bytes], list[Expected]]] = [
    (
        "megaface-folders",
        "the layout of the first challenge, with empty files",
        {f"{nsid[:3]}/{nsid}/{photo}_0.jpg": b"" for photo, nsid, _ in PHOTOS},
        OWNED,
    ),
    (
        "megaface-folders",
        "a listing of the folders",
        text([f"./MegafaceIdentities/{nsid}_identity_5/{photo}_0.jpg" for photo, nsid, _ in PHOTOS]),
        OWNED,
    ),
    (
        "megaface-folders",
        "a listing of the first challenge",
        text([f"{nsid}/{photo}_0.jpg" for photo, nsid, _ in PHOTOS]),
        OWNED,
    ),
    (
        "helen-names",
        "the pictures themselves",
        {f"helen/trainset/{photo}_1.jpg": b"\xff\xd8" for photo, _, _ in PHOTOS},
        IDS,
    ),
    ("helen-names", "names without type", text([f"{photo}_1" for photo, _, _ in PHOTOS]), IDS),
    ("flickr30k", "ids alone", text([str(photo) for photo, _, _ in PHOTOS]), IDS),
    ("flickr30k", "captions after a bar", text([f"{photo}.jpg| 0| A dog ." for photo, _, _ in PHOTOS]), IDS),
    ("flickr8k", "names alone, CRLF", text([f"{photo}_{secret}.jpg\r" for photo, _, secret in PHOTOS]), IDS),
    (
        "flickr8k",
        "captions after a comma",
        text([f"{photo}_{secret}.jpg,A dog ." for photo, _, secret in PHOTOS]),
        IDS,
    ),
    (
        "pipa",
        "nine columns",
        text([f"72157624325557758 {photo} 1 2 3 4 5 6 1" for photo, _, _ in PHOTOS]),
        IDS,
    ),
    (
        "facescrub",
        "without header",
        text([f"A B\t1\t2\t{static(photo, secret)}\t1,2,3,4\tff" for photo, _, secret in PHOTOS]),
        IDS,
    ),
    (
        "vgg-face",
        "one person's file",
        text([f"00000001 {static(photo, secret)} 1 2 3 4 5 6 1" for photo, _, secret in PHOTOS]),
        IDS,
    ),
    (
        "fdf-json",
        "an object of faces",
        json.dumps({str(n): {"photo_url": page(p, nsid)} for n, (p, nsid, _) in enumerate(PHOTOS)}).encode(),
        OWNED,
    ),
    (
        "ffhq-json",
        "no more keys than needed",
        json.dumps(
            {str(n): {"metadata": {"photo_url": page(p, nsid)}} for n, (p, nsid, _) in enumerate(PHOTOS)}
        ).encode(),
        OWNED,
    ),
    (
        "adience",
        "names of pictures alone",
        text(["original_image", *(f"{photo}_{secret}_o.jpg" for photo, _, secret in PHOTOS)]),
        ORIGINALS,
    ),
    (
        "open-images-csv",
        "addresses alone",
        text(["OriginalURL", *(static(photo, secret, "_o") for photo, _, secret in PHOTOS)]),
        ORIGINALS,
    ),
    (
        "flickr-style-csv",
        "pages alone",
        text(["page_url", *(page(photo, nsid) for photo, nsid, _ in PHOTOS)]),
        OWNED,
    ),
    (
        "fsxl-json",
        "names of pictures where the address is missing",
        json.dumps([{"image_name": f"{photo}.jpg", "photo_url": ""} for photo, _, _ in PHOTOS]).encode(),
        IDS,
    ),
    (
        "pass-csv",
        "hashes alone",
        text(["hash", *lookalikes.HASHES]),
        [Expected(None, url_hash=key) for key in lookalikes.HASHES],
    ),
    (
        "redcaps-json",
        "addresses alone",
        json.dumps({"annotations": [{"url": static(photo, secret)} for photo, _, secret in PHOTOS]}).encode(),
        IDS,
    ),
    (
        "didemo",
        "one licence below the title",
        b"VideoID\tDownload Link\tLicense\n9900000001\thttp://www.flickr.com/videos/99000001@N07/9900000001"
        b"/play/orig/0123456789\thttp://creativecommons.org/licenses/by/2.0/\n",
        [Expected(9900000001, "99000001@N07", license_id=4, original=True)],
    ),
    (
        "yfcc-tsv",
        "most lines bad",
        same_photos.yfcc(23) + b"cut\toff\n" * 30,
        [entry._replace(license_id=4, original=True) for entry in OWNED],
    ),
    (
        "sbu-json",
        "without owners",
        json.dumps({"image_urls": [static(photo, secret) for photo, _, secret in PHOTOS]}).encode(),
        IDS,
    ),
    (
        "v3det",
        "file name to address",
        json.dumps({f"images/n1/21_5_{photo}_{secret}.jpg": "x" for photo, _, secret in PHOTOS}).encode(),
        IDS,
    ),
    (
        "v3det",
        "a plain list",
        text(["# names", *(f"images/n1/21_5_{photo}_{secret}_c.jpg" for photo, _, secret in PHOTOS)]),
        IDS,
    ),
    (
        "didemo",
        "JSON of moments",
        json.dumps(
            [{"times": [[1, 2]], "video": f"{nsid}_{photo}_{secret}.m4v"} for photo, nsid, secret in PHOTOS]
        ).encode(),
        [entry._replace(original=True) for entry in OWNED],
    ),
    (
        "yfcc-tsv",
        "23 columns",
        same_photos.yfcc(23),
        [entry._replace(license_id=4, original=True) for entry in OWNED],
    ),
    (
        "yfcc-entity",
        "addresses alone",
        text(
            [
                f"https://x.amazonaws.com/data/images/{key[:3]}/{key[3:6]}/{key}.jpg"
                for key in lookalikes.HASHES
            ]
        ),
        [Expected(None, url_hash=key) for key in lookalikes.HASHES],
    ),
    (
        "redcaps-json",
        "one file",
        json.dumps(
            {
                "annotations": [
                    {"url": static(photo, secret), "permalink": "/r/x"} for photo, _, secret in PHOTOS
                ]
            }
        ).encode(),
        IDS,
    ),
    (
        "md5-list",
        "Parquet with hash",
        parquet({"id": ["a", "b"], "url": [ELSEWHERE, None], "hash": ["a" * 32, "b" * 32]}),
        [Expected(None, content_md5="a" * 32), Expected(None, content_md5="b" * 32)],
    ),
    (
        "url-parquet",
        "several sizes, some missing",
        parquet(
            {
                "id": [1, 2, 3],
                "url_m": [static(PHOTOS[0][0], PHOTOS[0][2], "_m"), None, None],
                "url_source": [
                    static(PHOTOS[0][0], "fedcba9876", "_o"),
                    static(PHOTOS[1][0], PHOTOS[1][2]),
                    page(*PHOTOS[2][:2]),
                ],
                "license_url": [
                    "https://creativecommons.org/licenses/by-nc/2.0/",
                    None,
                    "https://www.flickr.com/commons/usage/",
                ],
            }
        ),
        [
            Expected(PHOTOS[0][0], license_id=2, original=True),
            Expected(PHOTOS[1][0]),
            Expected(*PHOTOS[2][:2], license_id=7),
        ],
    ),
    (
        "url-parquet",
        "one part of many in a folder",
        {
            f"data/part-{n}.parquet": parquet({"url": [static(photo, secret), ELSEWHERE]})
            for n, (photo, _, secret) in enumerate(PHOTOS)
        },
        IDS,
    ),
]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [(n, c, e) for n, _, c, e in VARIANTS],
    ids=[f"{n}: {v}" for n, v, _, _ in VARIANTS],
)
def test_other_layouts_of_the_same_format(
    add: Build,
    write: Write,
    records: Records,
    name: str,
    content: bytes | dict[str, bytes],
    expected: list[Expected],
) -> None:
    assert records(add(name, write(content))) == Counter(expected)


def test_visual_genome_finds_photos_through_cocos_files_given_with_it(
    add: Build, write: Write, records: Records
) -> None:
    images: list[Any] = [
        {"image_id": 1, "coco_id": 103, "flickr_id": None},
        {"image_id": 2, "coco_id": 999, "flickr_id": None},
        {"image_id": 3, "coco_id": None, "flickr_id": PHOTOS[0][0]},
        {"image_id": 4, "coco_id": None, "flickr_id": None},
    ]
    genome = write(json.dumps(images).encode())
    alone = add("visual-genome", genome)
    assert records(alone) == Counter(
        [Expected(None, parent_key="103"), Expected(None, parent_key="999"), Expected(PHOTOS[0][0])]
    )
    assert alone.skipped == {NO_NUMBER: 1}

    joined = add("visual-genome", genome, write(zipped({"instances_val.json": same_photos.coco()})))
    assert records(joined) == Counter(
        [Expected(PHOTOS[3][0]), Expected(None, parent_key="999"), Expected(PHOTOS[0][0])]
    )
    assert joined.skipped == {LOOKED_UP: 7, NO_NUMBER: 1}


def test_a_coco_file_alone_is_no_visual_genome(add: Build) -> None:
    with pytest.raises(WrongFileError, match="found a COCO annotation file"):
        add("visual-genome", same_photos.coco())


def test_owners_that_fit_no_photo_are_not_guessed(add: Build) -> None:
    urls = [static(photo, secret) for photo, _, secret in PHOTOS]
    assert add("sbu-json", json.dumps({"image_urls": urls, "user_ids": [None] * 7}).encode()).owners == 0
    data = {"image_urls": urls, "user_ids": ["99000001@N07"]}
    with pytest.raises(WrongFileError, match="it is unclear which value belongs to which photo"):
        add("sbu-json", json.dumps(data).encode())


def test_pictures_in_a_parquet_file_are_not_read(add: Build, tmp_path: Path, records: Records) -> None:
    content = ALL["commoncatalog-parquet"].content
    assert isinstance(content, bytes)
    # Garbage in the column of pictures: whoever reads it fails.
    assert content.count(b"\xff\xd8\xff") >= 1
    start = content.index(b"\xff\xd8\xff") - 4
    broken = content[: start - 4] + b"\xff" * 8 + content[start + 4 :]
    assert records(add("commoncatalog-parquet", broken)) == Counter(ALL["commoncatalog-parquet"].expected)


def test_a_folder_of_pictures_says_where_each_photo_stands(add: Build, write: Write, index: Any) -> None:
    add("megaface-folders", write(ALL["megaface-folders"].content))
    photo, nsid, _ = PHOTOS[0]
    (hit,) = index().by_photo([str(photo)])
    assert hit.record == f"{nsid}_identity_0/{photo}_0.jpg"


def test_a_farm_of_thousands_of_digits_costs_nothing(add: Build, records: Records) -> None:
    address = f"http://farm{'9' * 6000}.staticflickr.com/1/9000000001_0123456789.jpg"
    assert records(add("cc12m-tsv", f"{address}\tx\n".encode())) == Counter([Expected(9000000001)])


def test_a_damaged_member_of_a_tar_does_not_end_it_quietly(add: Build) -> None:
    members = ALL["vgg-face"].content
    assert isinstance(members, dict)
    archive = bytearray(tarred(members, "w"))
    archive[archive.index(b"Person_3")] ^= 1
    with pytest.raises(WrongFileError, match="damaged"):
        add("vgg-face", bytes(archive))


def test_a_header_that_goes_on_and_on_is_refused(add: Build) -> None:
    content = ALL["open-images-csv"].content
    assert isinstance(content, bytes)
    for length in (70_000, 2 << 20):
        with pytest.raises(WrongFileError, match="header is longer"):
            add("open-images-csv", content.replace(b",Rotation", b"," + b"x" * length, 1))
