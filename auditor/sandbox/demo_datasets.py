"""Small index files that look like the publishers' own and hold some of a pretend account's photos.

For the demo, for practice and for tests: every name, id and secret in them is invented. Each holds strangers'
photos too, and one or two of this account that are no longer on Flickr, as real indexes do.
"""

import base64
import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.flickr.urls import page_url, static_url
from auditor.sandbox.account import Account
from auditor.sandbox.flickr_rules import LICENSES, License
from auditor.sandbox.records import Photo

SEED: Final = 20140615
STRANGERS: Final = 40


def write(account: Account, folder: Path) -> dict[str, Path]:
    """Write one index file for each of several datasets into `folder`; the files by dataset name."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(SEED)  # noqa: S311 - invented data, no secret
    public = [photo for photo in account.own_photos() if photo.is_public and photo.media == "photo"]
    free = [photo for photo in public if _license_then(photo).id in _FREE]
    strangers = [_stranger(number, chance) for number in range(STRANGERS)]
    deleted = [_gone(account.me.nsid, number, chance) for number in range(2)]
    written = {}
    for name, source in _SOURCES.items():
        mine = [photo for photo in free if photo.uploaded < source.until and chance.random() < source.share]
        rows = [*mine, *deleted[: 1 if source.share < 0.5 else 2], *chance.sample(strangers, 20)]
        chance.shuffle(rows)
        path = folder / source.file
        path.write_text(source.write(rows, chance), encoding="utf-8")
        written[name] = path
    return written


def _stranger(number: int, chance: random.Random) -> Photo:
    return _invented(f"{99_200_000 + number}@N0{number % 9}", 7_000_000_000 + number * 311, chance)


def _gone(nsid: str, number: int, chance: random.Random) -> Photo:
    return _invented(nsid, 6_500_000_000 + number * 977, chance)


def _invented(owner: str, photo_id: int, chance: random.Random) -> Photo:
    return Photo(
        id=str(photo_id),
        owner=owner,
        title=f"IMG_{photo_id % 10_000}.JPG",
        uploaded=1_200_000_000 + photo_id % 100_000_000,
        lastupdate=1_300_000_000,
        secret=f"{chance.getrandbits(40):010x}",
        original_secret=f"{chance.getrandbits(40):010x}",
        server="4094",
        farm=5,
        license=chance.choice(("1", "2", "4", "5")),
    )


def _license_then(photo: Photo) -> License:
    """What a dataset recorded. All here were collected before the first licence was changed."""
    return LICENSES[photo.license_history[0].old if photo.license_history else photo.license]


def _ffhq(photos: Sequence[Photo], _: random.Random) -> str:
    faces = {}
    for number, photo in enumerate(photos):
        license_then = _license_then(photo)
        picture = {
            "file_url": "",
            "file_path": f"images1024x1024/00000/{number:05}.png",
            "file_size": 1,
            "file_md5": "0" * 32,
        }
        faces[str(number)] = {
            "category": "training",
            "metadata": {
                "photo_url": page_url(photo.id, photo.owner),
                "photo_title": photo.title,
                "author": "Invented Person",
                "country": "",
                "license": license_then.name,
                "license_url": license_then.url,
                "date_uploaded": "2010-05-01",
                "date_crawled": "2018-10-10",
            },
            "image": picture,
            "thumbnail": picture,
            "in_the_wild": {**picture, "face_rect": [1, 2, 3, 4]},
        }
    return json.dumps(faces)


def _megaface(photos: Sequence[Photo], chance: random.Random) -> str:
    paths = [
        f"{photo.owner[:3]}/{photo.owner}/{photo.id}_{face}.jpg"
        for photo in photos
        for face in range(chance.choice((1, 1, 2, 3)))
    ]
    return json.dumps({"path": paths})


def _adience(photos: Sequence[Photo], chance: random.Random) -> str:
    header = "user_id,original_image,face_id,age,gender,x,y,dx,dy,tilt_ang,fiducial_yaw_angle,fiducial_score"
    rows = [
        f"{photo.owner},{photo.id}_{photo.original_secret}_o.jpg,{chance.randrange(1, 2000)},(25; 32),f"
        ",414,1086,1383,1383,-115,30,17"
        for photo in photos
    ]
    return "".join(row.replace(",", "\t").replace(";", ",") + "\n" for row in [header, *rows])


def _coco(photos: Sequence[Photo], _: random.Random) -> str:
    names = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}
    images = [
        {
            "license": names.get(_license_then(photo).id, 4),
            "file_name": f"{number:012}.jpg",
            "coco_url": f"http://images.cocodataset.org/val2017/{number:012}.jpg",
            "height": 427,
            "width": 640,
            "date_captured": "2013-11-14 17:02:52",
            "flickr_url": static_url(photo.server, photo.id, photo.secret, "z", farm=photo.farm),
            "id": 397_000 + number,
        }
        for number, photo in enumerate(photos)
    ]
    table = [
        {"id": number, "name": LICENSES[key].name, "url": LICENSES[key].url} for key, number in names.items()
    ]
    return json.dumps(
        {"info": {"description": "COCO 2017 Dataset"}, "licenses": table, "images": images, "annotations": []}
    )


def _open_images(photos: Sequence[Photo], chance: random.Random) -> str:
    header = (
        "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,Title,OriginalSize,OriginalMD5,"
        "Thumbnail300KURL,Rotation"
    )
    rows = [
        f"{chance.getrandbits(64):016x},train,"
        f"https://farm{photo.farm}.staticflickr.com/{photo.server}/{photo.id}_{photo.original_secret}_o.jpg,"
        f"https://www.flickr.com/photos/{photo.owner}/{photo.id},https://creativecommons.org/licenses/by/2.0/,"
        f"https://www.flickr.com/people/{photo.owner}/,Invented Person,IMG,1000,{_md5(photo)},,0"
        for photo in photos
    ]
    return "\n".join([header, *rows]) + "\n"


def _md5(photo: Photo) -> str:
    """What stands for the MD5 of an original that does not exist."""
    return base64.b64encode(hashlib.md5(photo.id.encode(), usedforsecurity=False).digest()).decode()


def _yfcc(photos: Sequence[Photo], _: random.Random) -> str:
    rows = []
    for photo in photos:
        then = _license_then(photo)
        page = page_url(photo.id, photo.owner)
        download = f"http://farm{photo.farm}.staticflickr.com/{photo.server}/{photo.id}_{photo.secret}.jpg"
        described = ["invented", "2010-05-01 12:00:00.0", str(photo.uploaded), "Camera", "IMG", *[""] * 6]
        place = [photo.server, str(photo.farm), photo.secret, photo.original_secret, "jpg", "0"]
        rows.append([photo.id, photo.owner, *described, page, download, then.name, then.url, *place])
    return "".join("\t".join(row) + "\n" for row in rows)


@dataclass(frozen=True, slots=True)
class _Source:
    """A publisher's file: photos from before `until` (unix seconds), of which it has this share."""

    file: str
    until: int
    share: float
    write: Callable[[Sequence[Photo], random.Random], str]


_FREE: Final = frozenset("123456")
"""The licences under which the photos of these datasets were collected: Creative Commons 2.0."""

_SOURCES: Final = {
    "ffhq": _Source("ffhq-dataset-v2.json", 1_539_000_000, 0.12, _ffhq),
    "megaface": _Source("megaface_features_list.json_1000_1", 1_400_000_000, 0.4, _megaface),
    "adience": _Source("fold_0_data.txt", 1_390_000_000, 0.12, _adience),
    "coco": _Source("instances_val2017.json", 1_385_000_000, 0.25, _coco),
    "open-images": _Source("validation-images-with-rotation.csv", 1_460_000_000, 0.25, _open_images),
    "yfcc100m": _Source("yfcc100m_dataset", 1_400_000_000, 0.9, _yfcc),
}
