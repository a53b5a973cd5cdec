"""What publishers and copyists do to a list: encodings, packings, other layouts, several photos a row."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from auditor.datasets.index.lookup import Index
from tests.datasets.conftest import Build
from tests.datasets.readers.conftest import Records, Write
from tests.datasets.readers.lookalikes import (
    ALL,
    ELSEWHERE,
    IDS,
    OWNED,
    Expected,
    page,
    static,
    text,
    zipped,
)
from tests.datasets.same_photos import PHOTOS

NOT_TEXT = ("commoncatalog-parquet", "url-parquet", "yfcc-sqlite", "redcaps-json", "flickr30k-npy")
TEXTS = [name for name in ALL if isinstance(ALL[name].content, bytes) and name not in NOT_TEXT]
SECRETS = [(photo, f"{number}a1b2c3d4e") for number, (photo, _, _) in enumerate(PHOTOS)]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "CRLF", "CR"])
def test_the_encoding_of_a_text_changes_nothing(
    add: Build, write: Write, records: Records, name: str, encoding: str
) -> None:
    content = ALL[name].content
    assert isinstance(content, bytes)
    if encoding == "CRLF":
        changed = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    elif encoding == "CR":
        changed = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
    else:
        changed = content.decode().encode(encoding)
    manifest = add(name, write(changed))
    assert records(manifest) == Counter(ALL[name].expected)


def karpathy(dataset: str, names: list[str]) -> bytes:
    images = [
        {
            "sentids": [n],
            "imgid": n,
            "sentences": [{"raw": "A dog .", "imgid": n}],
            "split": "val",
            "filename": name,
        }
        for n, name in enumerate(names)
    ]
    return json.dumps({"images": images, "dataset": dataset}).encode()


def behind(size: int, **late: object) -> bytes:
    """A JSON object whose telling key stands behind `size` bytes of something else."""
    other = {"info": {"description": "COCO 2017 Dataset"}, "categories": [{"id": 1, "def": "x" * size}]}
    return json.dumps({**other, **late}).encode()


def lvis(**more: object) -> list[dict[str, object]]:
    return [
        {
            "id": number,
            "flickr_url": static(photo, secret),
            "coco_url": "http://images.cocodataset.org/1.jpg",
            **more,
        }
        for number, (photo, _, secret) in enumerate(PHOTOS)
    ]


NEW: list[tuple[str, str, bytes, list[Expected]]] = [
    ("lvis-json", "images late, a title of COCO", behind(90_000, images=lvis(neg_category_ids=[])), IDS),
    ("coco-json", "images late", behind(90_000, images=lvis()), IDS),
    (
        "coco-json",
        "a score that is not a number",
        behind(9, images=lvis(score=float("nan"), s=float("-inf"))),
        IDS,
    ),
    (
        "didemo",
        "names that end in a bare dot",
        json.dumps([{"video": f"{nsid}_{photo}_{secret}."} for photo, nsid, secret in PHOTOS]).encode(),
        [entry._replace(original=True) for entry in OWNED],
    ),
    (
        "adience",
        "a split's paths and classes",
        text([f"{nsid}/landmark_aligned_face.12.{photo}_{secret}_o.jpg 3" for photo, nsid, secret in PHOTOS]),
        [entry._replace(original=True) for entry in OWNED],
    ),
    (
        "flickr30k",
        "Karpathy's splits",
        karpathy("flickr30k", [f"{photo}.jpg" for photo, _, _ in PHOTOS]),
        IDS,
    ),
    (
        "flickr30k",
        "captions by name",
        json.dumps({f"{p}.jpg": ["A dog", f"flickr30k-images/{p}.jpg"] for p, _, _ in PHOTOS}).encode(),
        IDS,
    ),
    (
        "flickr30k",
        "paths in a list",
        json.dumps(
            [{"image": f"flickr30k-images/{p}.jpg", "caption": "A dog"} for p, _, _ in PHOTOS]
        ).encode(),
        IDS,
    ),
    (
        "flickr30k",
        "a table",
        text(
            [
                "raw,sentids,split,filename,img_id",
                *(f'"[""A dog, x""]","[0, 1]",train,{p}.jpg,{n}' for n, (p, _, _) in enumerate(PHOTOS)),
            ]
        ),
        IDS,
    ),
    ("flickr8k", "Karpathy's splits", karpathy("flickr8k", [f"{p}_{s}.jpg" for p, _, s in PHOTOS]), IDS),
    ("helen-names", "two columns", text([f"{p}_1.jpg\t{p}_1.pts" for p, _, _ in PHOTOS]), IDS),
    ("helen-names", "the points of a face", text([f"{PHOTOS[0][0]}_1", *["12.5 , 9"] * 20]), IDS[:1]),
    (
        "nus-wide",
        "names with labels",
        text([f"./x/{n}_{p}_{s}_m.jpg 0 1" for n, (p, s) in enumerate(SECRETS)]),
        IDS,
    ),
    (
        "nus-wide",
        "names in folders",
        text([f"actor\\{n:04}_{p}.jpg " for n, (p, _, _) in enumerate(PHOTOS)]),
        IDS,
    ),
    (
        "yfcc-entity",
        "mostly pictures of ImageNet",
        text(
            ["n01/n01_26374.JPEG 72 imagenet"] * 9
            + ["https://x/data/images/abc/def/" + "a" * 30 + ".jpg 1 yfcc100m"]
        ),
        [Expected(None, url_hash="a" * 30)],
    ),
]


@pytest.mark.parametrize(
    ("name", "content", "expected"), [(n, c, e) for n, _, c, e in NEW], ids=[v for _, v, _, _ in NEW]
)
@pytest.mark.parametrize("packed", [False, True])
def test_files_that_were_refused_or_lost_rows(
    add: Build,
    write: Write,
    records: Records,
    name: str,
    content: bytes,
    expected: list[Expected],
    packed: bool,
) -> None:
    manifest = add(name, write(gzip.compress(content) if packed else content))
    assert records(manifest) == Counter(expected)


FIRST, SECOND = (static(photo, secret) for photo, _, secret in PHOTOS[:2])
PAIR = IDS[:2]
TWO_IN_A_ROW: list[tuple[str, bytes]] = [
    ("cc3m-tsv", text([f"see {FIRST} and more\t{SECOND}", f"words\t{ELSEWHERE}"])),
    ("cc12m-tsv", text([f"{FIRST}\tlike {SECOND}"])),
    ("imagenet-urls", text([f"n00000001_1\t{FIRST} {SECOND}"])),
    ("tencent-urls", text([f"{FIRST},{SECOND} 1:1 2:1"])),
    ("facescrub", text([f"A\t1\t2\t{FIRST}\t1,2,3,4\tff\t{SECOND}"])),
    ("open-images-csv", text(["ImageID,OriginalURL,Thumbnail300KURL", f"0a,{FIRST},{SECOND}"])),
    ("flickr-style-csv", text(["image_url,page_url,label", f"{FIRST},{page(PHOTOS[1][0], 'x')},1"])),
    ("flickruser-csv", text(["favimg_url", f'"{FIRST} {SECOND}"'])),
    ("ffhq-json", json.dumps({"0": {"metadata": {"photo_url": f"{FIRST} {SECOND}"}}}).encode()),
    ("redcaps-json", json.dumps({"annotations": [{"url": f"{FIRST} {SECOND}", "subreddit": "x"}]}).encode()),
    ("nlvr2-jsonl", json.dumps({"left_url": f"{FIRST} {SECOND}", "right_url": ELSEWHERE}).encode()),
    ("nus-wide", text([f"C:\\x\\1_{PHOTOS[0][0]}.jpg {PHOTOS[0][0]} {SECOND} null null null"])),
    ("flickr8k", text([f"{PHOTOS[0][0]}_0a1b2c3d4e.jpg\t{PHOTOS[1][0]}_0a1b2c3d4e.jpg#2\t1"])),
]


@pytest.mark.parametrize(("name", "content"), TWO_IN_A_ROW, ids=[name for name, _ in TWO_IN_A_ROW])
def test_two_photos_in_a_row_are_two_records(
    add: Build, write: Write, records: Records, name: str, content: bytes
) -> None:
    manifest = add(name, write(content))
    assert Counter(found.photo_id for found in records(manifest)) == Counter(found.photo_id for found in PAIR)
    assert manifest.rows == manifest.indexed + sum(manifest.skipped.values())


PHOTO, NSID, SECRET = PHOTOS[0]
KEYS: list[tuple[str, bytes, str]] = [
    ("diveface", text([f"{NSID}_identity_1/{PHOTO}_7.jpg"]), f"{NSID}_identity_1/{PHOTO}_7.jpg"),
    ("open-images-csv", text(["ImageID,OriginalURL", f"0006400c1c224e19,{FIRST}"]), "0006400c1c224e19"),
    ("ffhq-json", json.dumps({"42": {"metadata": {"photo_url": FIRST}}}).encode(), "42"),
    ("coco-json", behind(9, images=[{"id": 397133, "flickr_url": FIRST, "coco_url": ""}]), "397133"),
    (
        "megaface-list",
        json.dumps({"path": [f"990/{NSID}/{PHOTO}_0.jpg"]}).encode(),
        f"990/{NSID}/{PHOTO}_0.jpg",
    ),
    ("imagenet-urls", text([f"n00004475_6590\t{FIRST}"]), "n00004475_6590"),
    ("facescrub", text([f"A\t1862\t2\t{FIRST}\t1,2,3,4\tff"]), "1862"),
    ("pipa", text([f"72157624 {PHOTO} 1 2 3 4 5 6"]), f"72157624_{PHOTO}"),
    ("visual-genome", json.dumps([{"image_id": 7, "flickr_id": PHOTO, "coco_id": None}]).encode(), "7"),
    ("flickr8k", text([f"{PHOTO}_0a1b2c3d4e.jpg#0\tA dog ."]), f"{PHOTO}_0a1b2c3d4e.jpg"),
    (
        "redcaps-json",
        json.dumps({"annotations": [{"image_id": "eib1", "url": FIRST, "subreddit": "x"}]}).encode(),
        "eib1",
    ),
]


@pytest.mark.parametrize(("name", "content", "key"), KEYS, ids=[name for name, _, _ in KEYS])
def test_a_record_has_the_publishers_own_key(
    add: Build, write: Write, indexes: Path, name: str, content: bytes, key: str
) -> None:
    add(name, write(content))
    (hit,) = Index.open(indexes / "example").by_photo([str(PHOTO)])
    assert hit.key == key


FOLDERS: dict[str, tuple[str, list[Expected]]] = {
    "flickr30k": ("flickr30k-images/{photo}.jpg", IDS),
    "flickr8k": ("Flicker8k_Dataset/{photo}_{secret}.jpg", IDS),
    "adience": (
        "{nsid}/landmark_aligned_face.1.{photo}_{secret}_o.jpg",
        [entry._replace(original=True) for entry in OWNED],
    ),
    "v3det": ("images/n01/21_3_{photo}_{secret}_c.jpg", IDS),
    "nus-wide": ("actor/0001_{photo}.jpg", IDS),
    "helen-names": ("train/{photo}_1.jpg", IDS),
    "megaface-folders": ("{nsid}_identity_1/{photo}_0.jpg", OWNED),
}


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_the_pictures_is_read_by_their_names(
    add: Build, write: Write, records: Records, indexes: Path, name: str, packed: bool
) -> None:
    form, expected = FOLDERS[name]
    members = {form.format(photo=photo, nsid=nsid, secret=secret): b"" for photo, nsid, secret in PHOTOS} | {
        "README.md": b"Pictures"
    }
    manifest = add(name, write(zipped(members) if packed else members))
    assert records(manifest) == Counter(expected)
    assert (manifest.rows, manifest.indexed) == (8, 7)
    (hit,) = Index.open(indexes / "example").by_photo([str(PHOTO)])
    assert str(PHOTO) in hit.record
    assert "line" not in hit.record


@pytest.mark.parametrize("packed", [False, True])
def test_flickr30k_entities_is_read_by_the_names_of_its_files(
    add: Build, write: Write, records: Records, packed: bool
) -> None:
    members = {f"a/Annotations/{photo}.xml": b"<annotation/>" for photo, _, _ in PHOTOS[:4]}
    members |= {f"a/Sentences/{photo}.txt": b"[/EN#1/people A dog]" for photo, _, _ in PHOTOS[4:]}
    manifest = add("flickr30k", write(zipped(members) if packed else members))
    assert records(manifest) == Counter(IDS)
