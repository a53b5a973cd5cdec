"""An invented file for each format, and the records that must come out of it.

Shapes as published; every id, name and secret is made up. Files hold more than ours need, and rows
of other sites among those of Flickr, and headers where publishers have them.
"""

import base64
import hashlib
import io
import json
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.datasets import same_photos
from tests.datasets.same_photos import PHOTOS


class Expected(NamedTuple):
    """A record as a user meets it."""

    photo_id: int | None
    owner: str | None = None
    url_hash: str | None = None
    content_md5: str | None = None
    license_id: int | None = None
    original: bool = False
    parent_key: str | None = None


@dataclass(frozen=True)
class Lookalike:
    """A file (or, by name, the members of a folder) and what is in it."""

    content: bytes | dict[str, bytes]
    expected: Sequence[Expected]
    skipped: int = 0


def static(photo: int, secret: str, size: str = "") -> str:
    return f"https://farm3.staticflickr.com/2244/{photo}_{secret}{size}.jpg"


def page(photo: int, owner: str) -> str:
    return f"https://www.flickr.com/photos/{owner}/{photo}/"


def md5_of(photo: int) -> str:
    return hashlib.md5(str(photo).encode()).hexdigest()


def base64_md5(photo: int) -> str:
    return base64.b64encode(bytes.fromhex(md5_of(photo))).decode()


ELSEWHERE = "http://i.example.org/pictures/9000000001_0123456789.jpg"
BY_NC = {
    "license": "Attribution-NonCommercial License",
    "license_url": "https://creativecommons.org/licenses/by-nc/2.0/",
}
IDS = [Expected(photo) for photo, _, _ in PHOTOS]
ORIGINALS = [Expected(photo, original=True) for photo, _, _ in PHOTOS]
OWNED = [Expected(photo, nsid) for photo, nsid, _ in PHOTOS]
LICENSED = [Expected(photo, nsid, license_id=2) for photo, nsid, _ in PHOTOS]
HASHES = [f"{photo:x}".rjust(28, "b") for photo, _, _ in PHOTOS]


def text(rows: Sequence[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def jsonl(rows: Sequence[Any]) -> bytes:
    return text([json.dumps(row) for row in rows])


def parquet(columns: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def sqlite(script: str, insert: str = "", rows: Sequence[Sequence[object]] = ()) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "db")
        connection = sqlite3.connect(path)
        connection.executescript(script)
        if insert:
            connection.executemany(insert, rows)
        connection.commit()
        connection.close()
        return path.read_bytes()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def yfcc_sqlite() -> Lookalike:
    script = "CREATE TABLE yfcc100m_dataset (photoid INTEGER, uid, name, licenseurl, secretoriginal)"
    rows = [
        (photo, nsid, "Some Body", "http://creativecommons.org/licenses/by-nc/2.0/", f"{secret[:-1]}f")
        for photo, nsid, secret in PHOTOS
    ]
    content = sqlite(script, "INSERT INTO yfcc100m_dataset VALUES (?, ?, ?, ?, ?)", rows)
    return Lookalike(content, [entry._replace(original=True) for entry in LICENSED])


def yfcc_jsonl() -> Lookalike:
    rows = [
        {
            "photoid": photo,
            "uid": nsid,
            "unickname": "x",
            "key": key,
            "licensename": "Attribution-NonCommercial License",
        }
        for (photo, nsid, _), key in zip(PHOTOS, HASHES, strict=True)
    ]
    expected = [entry._replace(url_hash=key) for entry, key in zip(LICENSED, HASHES, strict=True)]
    return Lookalike(jsonl(rows), expected)


def fdf() -> Lookalike:
    faces = [
        {
            "author": "Ann",
            "photo_url": page(photo, nsid),
            "user_nsid": nsid,
            "yfcc100m_line_idx": 5,
            "landmark": [1.5],
            **BY_NC,
        }
        for photo, nsid, _ in PHOTOS
    ]
    return Lookalike(json.dumps([*faces, {"photo_url": None}]).encode(), LICENSED, skipped=1)


def fsxl() -> Lookalike:
    photos = [
        {"image_name": f"{photo}.jpg", "photo_url": page(photo, nsid), "author": "Ann", **BY_NC}
        for photo, nsid, _ in PHOTOS
    ]
    return Lookalike(json.dumps(photos, indent=1).encode(), LICENSED)


def lpff() -> Lookalike:
    faces = {
        f"{nsid}_{photo}_01": {
            "raw_image_name": f"{nsid}_{photo}",
            "image_info": {
                "photo_id": str(photo),
                "user_id": nsid,
                "photo_url": page(photo, nsid),
                "server": "5727",
                "secret": secret,
                "originalsecret": "fedcba9876",
                "license": {"name": "x", "url": BY_NC["license_url"]},
                "username": "somebody",
            },
        }
        for photo, nsid, secret in PHOTOS
    }
    return Lookalike(json.dumps(faces).encode(), [entry._replace(original=True) for entry in LICENSED])


def lvis() -> Lookalike:
    data = {
        "annotations": [
            {"area": 1.5, "id": 1, "segmentation": [[1, 2]], "image_id": 7, "bbox": [1, 2], "category_id": 3}
        ],
        "images": [
            {
                "id": 7,
                "license": 9,
                "flickr_url": static(photo, secret, "_z"),
                "not_exhaustive_category_ids": [],
                "neg_category_ids": [5],
            }
            for photo, _, secret in PHOTOS
        ],
        "licenses": [{"id": 9, "name": BY_NC["license"], "url": BY_NC["license_url"]}],
    }
    return Lookalike(json.dumps(data).encode(), [entry._replace(license_id=2) for entry in IDS])


def visual_genome() -> Lookalike:
    images = [
        {"image_id": 1, "url": "https://x.org/1.jpg", "coco_id": None, "flickr_id": photo}
        for photo, _, _ in PHOTOS
    ]
    empty = [
        {"image_id": 2, "coco_id": None, "flickr_id": None},
        {"image_id": 3, "coco_id": 101, "flickr_id": None},
    ]
    expected = [*IDS, Expected(None, parent_key="101")]
    return Lookalike(json.dumps([*images, *empty]).encode(), expected, skipped=1)


def sbu() -> Lookalike:
    data = {
        "image_urls": [static(photo, secret) for photo, _, secret in PHOTOS],
        "user_ids": [nsid for _, nsid, _ in PHOTOS],
        "captions": ["a chair"] * len(PHOTOS),
    }
    return Lookalike(json.dumps(data).encode(), OWNED)


def redcaps() -> Lookalike:
    urls = [*(static(photo, secret) for photo, _, secret in PHOTOS), ELSEWHERE]
    posts = [
        {"image_id": "x1", "author": "redditor", "url": url, "caption": "c", "subreddit": "pics"}
        for url in urls
    ]
    files = {
        f"annotations/pics_20{year}.json": json.dumps({"annotations": [post]}).encode()
        for year, post in enumerate(posts, 10)
    }
    return Lookalike(zipped(files), IDS, skipped=1)


def nlvr2() -> Lookalike:
    rows = [
        {"identifier": "dev-1", "left_url": static(photo, secret), "right_url": ELSEWHERE}
        for photo, _, secret in PHOTOS[1:]
    ]
    (photo, _, secret), (other, _, other_secret) = PHOTOS[:2]
    both = {"left_url": static(photo, secret), "right_url": static(other, other_secret), "sentence": "x"}
    return Lookalike(
        jsonl([both, *rows, {"left_url": ELSEWHERE, "right_url": ELSEWHERE}]), [*IDS, IDS[1]], skipped=1
    )


def google_fec() -> Lookalike:
    def face(photo: int, secret: str) -> str:
        return f'"{static(photo, secret)}",0.1,0.2,0.3,0.4'

    rows = [
        ",".join([face(photo, secret)] * 2 + [f'"{ELSEWHERE}",0,0,1,1', "ONE_CLASS_TRIPLET", "an1", "2"])
        for photo, _, secret in PHOTOS
    ]
    return Lookalike(text(rows), [entry for entry in IDS for _ in range(2)])


def vgg_face() -> Lookalike:
    return Lookalike(
        {
            f"vgg_face_dataset/files/Person_{number}.txt": text(
                [
                    f"00000001 {static(photo, secret)} 10.50 -2.00 3.00 4.00 3.00 2.47 1",
                    f"00000002 {ELSEWHERE} 1 2 3 4 3.00 2.47 0",
                ]
            )
            for number, (photo, _, secret) in enumerate(PHOTOS)
        },
        IDS,
        skipped=len(PHOTOS),
    )


def facescrub() -> Lookalike:
    header = "name\timage_id\tface_id\turl\tbbox\tsha256"
    rows = [
        f"Some Body\t{n}\t{n}\t{static(photo, secret)}\t1,2,3,4\t{'0' * 64}"
        for n, (photo, _, secret) in enumerate(PHOTOS)
    ]
    return Lookalike(text([header, *rows, f"Any\t8\t8\t{ELSEWHERE}\t1,2,3,4\t{'0' * 64}"]), IDS, skipped=2)


def megaface_folders() -> Lookalike:
    return Lookalike(
        {
            f"{nsid}_identity_{n}/{photo}_{n}.jpg": b"\xff\xd8\xff"
            for n, (photo, nsid, _) in enumerate(PHOTOS)
        },
        OWNED,
    )


def nus_wide() -> Lookalike:
    rows = [
        f"C:\\ImageData\\an actor\\0001_{photo}.jpg   {photo}  {static(photo, secret, '_b')}  null  null"
        f"  {static(photo, 'abcdef0123', '_o')} "
        for photo, _, secret in PHOTOS
    ]
    return Lookalike(text(["%%%%%Photo_file    Photo_id    url_Large%%%%%", *rows]), ORIGINALS, skipped=1)


def v3det() -> Lookalike:
    names = [f"images/n07745046/21_{n}_{photo}_{secret}_c.jpg" for n, (photo, _, secret) in enumerate(PHOTOS)]
    images = [
        {"id": n, "file_name": name, "height": 3} for n, name in enumerate([*names, "images/a00001/0001.jpg"])
    ]
    return Lookalike(
        json.dumps({"images": images, "categories": [], "annotations": [{"image_id": 1}]}).encode(),
        IDS,
        skipped=1,
    )


def didemo() -> Lookalike:
    rows = [
        f"{photo}\thttp://www.flickr.com/videos/{nsid}/{photo}/play/orig/{secret}\t{BY_NC['license_url']}"
        for photo, nsid, secret in PHOTOS
    ]
    return Lookalike(
        text(["VideoID\t\tOriginal Download Link\t\tLicense", *rows]),
        [entry._replace(original=True) for entry in LICENSED],
        skipped=1,
    )


def commoncatalog() -> Lookalike:
    columns = {
        "jpg": [b"\xff\xd8\xff"] * len(PHOTOS),
        "photoid": [photo for photo, _, _ in PHOTOS],
        "uid": [nsid for _, nsid, _ in PHOTOS],
        "licensename": [BY_NC["license"]] * len(PHOTOS),
        "secretoriginal": ["fedcba9876"] * len(PHOTOS),
        "url": [ELSEWHERE] * len(PHOTOS),
    }
    return Lookalike(parquet(columns), [entry._replace(original=True) for entry in LICENSED])


def pass_csv() -> Lookalike:
    rows = [
        f"{n},Some+Body,2004-05-17 00:44:29.0,Attribution-NonCommercial License,{key},,"
        for n, key in enumerate(HASHES)
    ]
    expected = [Expected(None, url_hash=key, license_id=2) for key in HASHES]
    return Lookalike(
        text([",unickname,datetaken,licensename,hash,latitude,longitude", *rows, "9,x,,,nothash,,"]),
        expected,
        skipped=1,
    )


def yfcc_entity() -> Lookalike:
    host = "https://multimedia-commons.s3-us-west-2.amazonaws.com/data/images"
    rows = [f"{host}/{key[:3]}/{key[3:6]}/{key}.jpg 94 yfcc100m" for key in HASHES]
    return Lookalike(text(rows), [Expected(None, url_hash=key) for key in HASHES])


def url_parquet() -> Lookalike:
    columns = {
        "SAMPLE_ID": list(range(len(PHOTOS) + 3)),
        "URL": [
            ELSEWHERE,
            *(static(photo, secret) for photo, _, secret in PHOTOS),
            None,
            "http://notflickr.com/1.jpg",
        ],
        "LICENSE": ["?", *[BY_NC["license_url"]] * len(PHOTOS), None, ""],
        "md5": ["0" * 32, *(md5_of(photo) for photo, _, _ in PHOTOS), None, "x"],
    }
    expected = [Expected(photo, content_md5=md5_of(photo), license_id=2) for photo, _, _ in PHOTOS]
    return Lookalike(parquet(columns), expected, skipped=3)


def md5_list() -> Lookalike:
    rows = [f"{static(photo, secret)},{'0' * 64},{md5_of(photo).upper()}" for photo, _, secret in PHOTOS]
    expected = [Expected(photo, content_md5=md5_of(photo)) for photo, _, _ in PHOTOS]
    elsewhere = Expected(None, content_md5="c" * 32)
    return Lookalike(
        text(["url,SHA256,MD5", *rows, f"{ELSEWHERE},,{'c' * 32}", f"{ELSEWHERE},,"]),
        [*expected, elsewhere],
        skipped=1,
    )


def lines(make: Callable[[int, str, str], str], *others: str) -> bytes:
    return text([*(make(photo, nsid, secret) for photo, nsid, secret in PHOTOS), *others])


ALL: dict[str, Lookalike] = {
    "adience": Lookalike(same_photos.adience(), [entry._replace(original=True) for entry in OWNED]),
    "cc12m-tsv": Lookalike(
        lines(lambda photo, _, secret: f"{static(photo, secret)}\ta bus", f"{ELSEWHERE}\tx"), IDS, skipped=1
    ),
    "cc3m-tsv": Lookalike(
        lines(lambda photo, _, secret: f"a bus stop\t{static(photo, secret)}", f"x\t{ELSEWHERE}"),
        IDS,
        skipped=1,
    ),
    "coco-json": Lookalike(same_photos.coco(), [entry._replace(license_id=4) for entry in IDS]),
    "commoncatalog-parquet": commoncatalog(),
    "didemo": didemo(),
    "diveface": Lookalike(same_photos.diveface(), OWNED),
    "facescrub": facescrub(),
    "fdf-json": fdf(),
    "ffhq-json": Lookalike(same_photos.ffhq(), [entry._replace(license_id=4) for entry in OWNED]),
    "flickr30k": Lookalike(lines(lambda photo, *_: f"{photo}.jpg#0\tA dog runs ."), IDS),
    "flickr8k": Lookalike(
        lines(
            lambda photo, _, secret: f"{photo}_{secret}.jpg#3\tA dog .",
            "1_0123456789.jpg.1#0\tA .",
            "x.jpg#0\tx",
        ),
        [*IDS, Expected(1)],
        skipped=1,
    ),
    "flickr-style-csv": Lookalike(same_photos.flickr_style(), OWNED),
    "flickruser-csv": Lookalike(
        text(
            [
                "user_id,gender,favimg_url",
                *(f"99000009@N07,f,{static(photo, secret)}" for photo, _, secret in PHOTOS),
            ]
        ),
        IDS,
    ),
    "fsxl-json": fsxl(),
    "google-fec-csv": google_fec(),
    "helen-names": Lookalike(lines(lambda photo, *_: f"{photo}_1.jpg", "image_0001.png"), IDS, skipped=1),
    "imagenet-urls": Lookalike(
        lines(
            lambda photo, _, secret: f"n00004475_6590\t{static(photo, secret)}", f"n00004475_1\t{ELSEWHERE}"
        ),
        IDS,
        skipped=1,
    ),
    "lpff-json": lpff(),
    "lvis-json": lvis(),
    "md5-list": md5_list(),
    "megaface-list": Lookalike(same_photos.megaface(), OWNED),
    "megaface-folders": megaface_folders(),
    "nlvr2-jsonl": nlvr2(),
    "nus-wide": nus_wide(),
    "open-images-csv": Lookalike(
        same_photos.open_images(),
        [Expected(photo, nsid, None, md5_of(photo), 4, original=True) for photo, nsid, _ in PHOTOS],
    ),
    "open-images-transfer": Lookalike(
        lines(
            lambda photo, _, secret: f"{static(photo, secret, '_o')}\t12345\t{base64_md5(photo)}",
            f"{ELSEWHERE}\t1\tx",
        ).replace(b"https", b"TsvHttpData-1.0\nhttps", 1),
        [Expected(photo, content_md5=md5_of(photo), original=True) for photo, _, _ in PHOTOS],
        skipped=2,
    ),
    "pass-csv": pass_csv(),
    "photo-id-list": Lookalike(lines(lambda photo, *_: str(photo), "", "x"), IDS, skipped=2),
    "pipa": Lookalike(
        lines(
            lambda photo, *_: f"72157624325557758 {photo} 186 -5 323 433 4 3",
            "72157624325557758 x 1 2 3 4 5 6",
        ),
        IDS,
        skipped=1,
    ),
    "redcaps-json": redcaps(),
    "sbu-json": sbu(),
    "tencent-urls": Lookalike(
        lines(lambda photo, _, secret: f"{static(photo, secret, '_o')}\t4097:1\t4089:0.9"), ORIGINALS
    ),
    "url-parquet": url_parquet(),
    "v3det": v3det(),
    "vgg-face": vgg_face(),
    "visual-genome": visual_genome(),
    "yfcc-tsv": Lookalike(
        same_photos.yfcc(), [entry._replace(license_id=4, original=True) for entry in OWNED]
    ),
    "yfcc15m-tsv": Lookalike(
        same_photos.yfcc15m(), [Expected(photo, url_hash=md5_of(photo)) for photo, _, _ in PHOTOS]
    ),
    "yfcc-entity": yfcc_entity(),
    "yfcc-hash": Lookalike(
        same_photos.yfcc_hash(), [Expected(photo, url_hash=md5_of(photo)) for photo, _, _ in PHOTOS]
    ),
    "yfcc-jsonl": yfcc_jsonl(),
    "yfcc-sqlite": yfcc_sqlite(),
}
"""By format; the generic reader's are in ``test_generic.py``."""


def named(make: Callable[[int, str, str], str], *others: str, header: str = "") -> bytes:
    """Lines made from each photo, its owner and its secret, below a header."""
    return text([*([header] if header else []), *(make(*photo) for photo in PHOTOS), *others])


def json_of(value: Any) -> bytes:
    return json.dumps(value).encode()


def _numpy(names: Sequence[str]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array(names))
    return buffer.getvalue()


def _voc(number: int, photo: str) -> bytes:
    return f"""<annotation>
\t<folder>VOC2007</folder>
\t<filename>{number:06}.jpg</filename>
\t<source>
\t\t<database>The VOC2007 Database</database>
\t\t<image>flickr</image>
\t\t<flickrid>{photo}</flickrid>
\t</source>
\t<owner>
\t\t<flickrid>9999999</flickrid>
\t\t<name>Some Body</name>
\t</owner>
</annotation>
""".encode()


def openverse_row(photo: int, nsid: str, secret: str) -> str:
    place = f"www.flickr.com/photos/{nsid}"
    pictures = [static(photo, secret, "_b"), static(photo, secret, "_m"), "1024", "768", "\\N"]
    return "\t".join(
        [str(photo), f"{place}/{photo}", *pictures, "by-nc", "2.0", "Some Body", place, "Title", "{}"]
    )


OPEN_IMAGES_IDS = [f"{number:016x}" for number in range(0xABCDE, 0xABCDE + 3)]
BY_OPEN_IMAGES = [Expected(None, parent_key=key) for key in OPEN_IMAGES_IDS]
BY_NUMBER = [Expected(None, parent_key=str(number)) for number in (7, 42, 6999)]

DRAWN_FROM_OTHERS: dict[str, Lookalike] = {
    "crossmodal-jsonl": Lookalike(
        jsonl([*({"image/key": key, "en": {"caption": ["a"]}} for key in OPEN_IMAGES_IDS), {"image/key": 5}]),
        BY_OPEN_IMAGES,
        skipped=1,
    ),
    "ffhq-aging-csv": Lookalike(
        text(
            ["image_number,age_group,age_group_confidence", "7,0-2,0.9", "42,3-6,1", "6999,70-120,1", "x,,"]
        ),
        BY_NUMBER,
        skipped=1,
    ),
    "ffhq-names": Lookalike(
        text(["00007.png", "00042.png", "ffhq/06999.png", "seven.png"]), BY_NUMBER, skipped=1
    ),
    "guesswhat-jsonl": Lookalike(
        jsonl(
            [
                {"qas": [], "id": 1, "image": {"id": 7, "flickr_url": static(*PHOTOS[0][::2], "_z")}},
                {"qas": [], "id": 2, "image": {"id": 42, "file_name": "COCO_train2014_000000000042.jpg"}},
                {"qas": [], "id": 3, "image": {"file_name": "COCO_val2014_000000006999.jpg"}},
                {"qas": [], "id": 4, "image": {}},
            ]
        ),
        [IDS[0], *BY_NUMBER[1:]],
        skipped=1,
    ),
    "hiertext-json": Lookalike(
        json_of(
            {
                "info": {"version": "1"},
                "annotations": [
                    *({"image_id": key, "paragraphs": [{"lines": []}]} for key in OPEN_IMAGES_IDS),
                    {"image_id": "x", "paragraphs": []},
                ],
            }
        ),
        BY_OPEN_IMAGES,
        skipped=1,
    ),
    "lagenda-csv": Lookalike(
        text(
            [
                "img_name,age,gender,face_x0",
                *(f"{key}.jpg,31,F,5" for key in OPEN_IMAGES_IDS),
                "imdb_7.jpg,1,M,2",
            ]
        ),
        BY_OPEN_IMAGES,
        skipped=1,
    ),
    "miap-csv": Lookalike(
        text(
            [
                "ImageID,LabelName,Confidence,XMin,GenderPresentation,AgePresentation",
                *(f"{key},/m/01g317,1,0.5,Unknown,Middle" for key in OPEN_IMAGES_IDS),
                ",,,,,",
            ]
        ),
        BY_OPEN_IMAGES,
        skipped=1,
    ),
    "nocaps-json": Lookalike(
        json_of(
            {
                "licenses": [],
                "images": [
                    *({"id": n, "open_images_id": key} for n, key in enumerate(OPEN_IMAGES_IDS)),
                    {"id": 9},
                ],
            }
        ),
        BY_OPEN_IMAGES,
        skipped=1,
    ),
    "photochat-json": Lookalike(
        json_of(
            [
                {
                    "dialogue": [],
                    "dialogue_id": 1,
                    "photo_url": static(*PHOTOS[0][::2]),
                    "photo_id": "train/0",
                },
                *(
                    {"dialogue": [], "dialogue_id": 2, "photo_url": "", "photo_id": f"train/{key}"}
                    for key in OPEN_IMAGES_IDS
                ),
                {"dialogue": [], "dialogue_id": 3, "photo_url": None},
            ]
        ),
        [IDS[0], *BY_OPEN_IMAGES],
        skipped=1,
    ),
    "textvqa-json": Lookalike(
        json_of(
            {
                "dataset_type": "train",
                "data": [
                    *(
                        {
                            "image_id": OPEN_IMAGES_IDS[0],
                            "flickr_original_url": static(photo, secret, "_o"),
                            "flickr_300k_url": static(photo, secret, "_z"),
                        }
                        for photo, _, secret in PHOTOS
                    ),
                    {"image_id": OPEN_IMAGES_IDS[0], "flickr_original_url": ""},
                    {},
                ],
            }
        ),
        [*ORIGINALS, BY_OPEN_IMAGES[0]],
        skipped=1,
    ),
    "llava-json": Lookalike(
        json_of(
            [
                {"id": "1", "image": "000000000007.jpg", "conversations": []},
                {"id": "2", "image": "coco/train2017/000000000042.jpg", "conversations": []},
                {"id": "3", "image": "COCO_train2014_000000006999.jpg", "conversations": []},
                {"id": "4", "image": "sam/images/sa_000000000009.jpg", "conversations": []},
                {"id": "5", "conversations": []},
            ]
        ),
        BY_NUMBER,
        skipped=2,
    ),
    "localized-narratives-jsonl": Lookalike(
        jsonl(
            [
                *({"dataset_id": "open_images_val", "image_id": key} for key in OPEN_IMAGES_IDS),
                *({"dataset_id": "Flickr30k_train", "image_id": str(photo)} for photo, _, _ in PHOTOS),
                {"dataset_id": "mscoco_val2017", "image_id": "137576"},
            ]
        ),
        [*BY_OPEN_IMAGES, *IDS],
        skipped=1,
    ),
    "textocr-json": Lookalike(
        json_of({"imgs": {key: {"id": key} for key in [*OPEN_IMAGES_IDS, "x"]}, "anns": {"1": {}}}),
        BY_OPEN_IMAGES,
        skipped=1,
    ),
    "vqa-json": Lookalike(
        json_of(
            {"questions": [{"image_id": n, "question_id": n * 10, "question": "?"} for n in (7, 42, 6999)]}
        ),
        BY_NUMBER,
    ),
    "wake-vision-csv": Lookalike(
        text(["filename,person,depiction", *(f"{key}.jpg,1,0" for key in OPEN_IMAGES_IDS), "x.jpg,0,0"]),
        BY_OPEN_IMAGES,
        skipped=1,
    ),
}

BY_NAME_OR_ADDRESS: dict[str, Lookalike] = {
    "facetracer-index": Lookalike(
        named(
            lambda p, nsid, s: f"{p % 1000}\t{static(p, s)}\t{page(p, nsid)}",
            f"5\t{ELSEWHERE}\thttp://example.org/a",
        ),
        OWNED,
        skipped=1,
    ),
    "farm-names": Lookalike(named(lambda p, _, s: f"farm1_286_{p}_{s}_b.jpg", "x.jpg"), IDS, skipped=1),
    "fcdb-json": Lookalike(
        json_of(
            [
                *(
                    {"url": static(p, s, "_b"), "flickr_photo_id": p, "crop": [1, 2, 3, 4]}
                    for p, _, s in PHOTOS
                ),
                {"crops": []},
            ]
        ),
        IDS,
        skipped=1,
    ),
    "flickr30k-npy": Lookalike(_numpy([*(f"{photo}.jpg" for photo, _, _ in PHOTOS), "x"]), IDS, skipped=1),
    "flickr-url-list": Lookalike(named(lambda p, _, s: static(p, s, "_w"), ELSEWHERE), IDS, skipped=1),
    "geolocation-csv": Lookalike(
        named(
            lambda p, nsid, s: f"{p}_{s}_1125_{nsid}.jpg,{nsid},32.3,-64.7",
            "x.jpg,,1,2",
            header="IMG_ID,AUTHOR,LAT,LON",
        ),
        OWNED,
        skipped=1,
    ),
    "images-of-groups": Lookalike(
        named(lambda p, nsid, s: f"{p}_{s}_1438_{nsid}.jpg\n320\t210\t340\t210\t28\t1", "x"), OWNED, skipped=1
    ),
    "imagenetv2-json": Lookalike(
        json_of(
            [
                {
                    "id_ours": "c1",
                    "id_search_engine": str(p),
                    "url": static(p, s),
                    "wnid": "n0",
                    "search_engine": e,
                }
                for e, photos in (("flickr", PHOTOS), ("another", PHOTOS[:1]))
                for p, _, s in photos
            ]
        ),
        IDS,
        skipped=1,
    ),
    "koniq-csv": Lookalike(
        named(
            lambda p, *_: f"{p}.jpg,0.0,105,77.3,test",
            "x.jpg,0,0,0,test",
            header="image_name,c1,c_total,MOS,set",
        ),
        IDS,
        skipped=1,
    ),
    "konvid-csv": Lookalike(
        named(lambda p, *_: f"{p},3.1,540", "x,1,2", header="flickr_id,mos,height"), IDS, skipped=1
    ),
    "lfpw-csv": Lookalike(
        named(
            lambda p, _, s: f"{static(p, s)}\taverage\t1",
            f"{ELSEWHERE}\taverage\t1",
            header="imgurl\tworker\tx",
        ),
        IDS,
        skipped=1,
    ),
    "mp16-urls": Lookalike(
        named(lambda p, _, s: f"4f_a0_{p}.jpg,{static(p, s)}", "4f_a0_7.jpg,"), IDS, skipped=1
    ),
    "ontour-json": Lookalike(
        json_of({**{nsid: {"Paris": [["12", "?", "?", 3]]} for _, nsid, _ in PHOTOS}, "x": {}}),
        [Expected(None, nsid) for nsid in dict.fromkeys(nsid for _, nsid, _ in PHOTOS)],
        skipped=1,
    ),
    "openverse-tsv": Lookalike(named(openverse_row, "cut\toff"), LICENSED, skipped=1),
    "personality-captions-json": Lookalike(
        json_of([*({"image_hash": key, "personality": "Sweet"} for key in HASHES), {"image_hash": "?"}]),
        [Expected(None, url_hash=key) for key in HASHES],
        skipped=1,
    ),
    "picalert-csv": Lookalike(
        named(lambda p, _, s: f"{p}_{s}_z,1,0", "2017_19784472,1,0", header="image,probability,pred_class"),
        IDS,
        skipped=1,
    ),
    "poi-visits-csv": Lookalike(
        named(lambda _, nsid, s: f"{nsid},1,{int(s, 16)},8", "x,1,2,3", header="userID,trajID,poiID,#photo"),
        [Expected(None, nsid) for _, nsid, _ in PHOTOS],
        skipped=1,
    ),
    "privacyalert-csv": Lookalike(
        named(lambda p, *_: f"{p},1,0", "x,1,0", header="image,probability,pred_class"), IDS, skipped=1
    ),
    "pubfig-urls": Lookalike(
        named(
            lambda p, _, s: f"Some Body\t1\t{static(p, s)}\t1,2,3,4\tf533da9fbd1c770428c8961f3fa48950",
            header="# PubFig Dataset v1.2 - dev_urls.txt - http://example.org/\n#\tperson\timagenum\turl\trect",
        ),
        IDS,
        skipped=2,
    ),
    "flickr8k-audio": Lookalike(
        named(lambda p, _, s: f"{p}_{s}_0.wav {p}_{s}.jpg #0", "x_0.wav x.jpg #4"), IDS, skipped=1
    ),
    "snli-jsonl": Lookalike(
        jsonl(
            [
                *(
                    {"captionID": f"{p}.jpg#4", "pairID": f"{p}.jpg#4r1n", "sentence1": "A."}
                    for p, _, _ in PHOTOS
                ),
                {"captionID": "vg_len31", "pairID": "vg_len31r1n"},
            ]
        ),
        IDS,
        skipped=1,
    ),
    "snli-ve-jsonl": Lookalike(
        jsonl(
            [
                *({"Flickr30K_ID": str(p), "captionID": f"{p}.jpg#4", "pairID": "x"} for p, _, _ in PHOTOS),
                {"Flickr30K_ID": "x", "pairID": "y"},
            ]
        ),
        IDS,
        skipped=1,
    ),
    "taco-json": Lookalike(
        json_of(
            {
                "images": [
                    {
                        "id": n,
                        "flickr_url": static(p, s, "_o"),
                        "coco_url": None,
                        "flickr_640_url": static(p, s, "_z"),
                    }
                    for n, (p, _, s) in enumerate(PHOTOS)
                ],
                "annotations": [{"image_id": 0}],
                "licenses": [],
            }
        ),
        ORIGINALS,
    ),
    "vist-json": Lookalike(
        json_of(
            {
                "images": [
                    *({"id": str(p), "album_id": "72", "url_o": static(p, s, "_o")} for p, _, s in PHOTOS),
                    {"id": "x", "album_id": "72"},
                ],
                "albums": [],
            }
        ),
        ORIGINALS,
        skipped=1,
    ),
    "vist-stories-csv": Lookalike(
        text(["team,story_id,album_id", f"a,{'-'.join(str(p) for p, _, _ in PHOTOS)},7.2E+16", "a,x,1"]),
        IDS,
        skipped=1,
    ),
    "voc-xml": Lookalike(
        {
            **{f"Annotations/{n:06}.xml": _voc(n, str(photo)) for n, (photo, _, _) in enumerate(PHOTOS)},
            "Annotations/9.xml": _voc(9, "0"),
        },
        IDS,
        skipped=1,
    ),
    "vrd-json": Lookalike(
        json_of(
            {
                **{
                    f"{p}_{s[:-1]}a_b.jpg": [{"predicate": 1, "subject": {}, "object": {}}]
                    for p, _, s in PHOTOS
                },
                "x.jpg": [],
            }
        ),
        IDS,
        skipped=1,
    ),
}

ALL |= DRAWN_FROM_OTHERS | BY_NAME_OR_ADDRESS
