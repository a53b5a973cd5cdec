"""A data export of the pretend account, as Flickr makes one: JSON in one zip, originals in another."""

import json
import time
import zipfile
from pathlib import Path

from auditor.flickr import licenses
from auditor.sandbox import Sandbox
from auditor.sandbox.pictures import draw
from auditor.sandbox.records import Photo

_PRIVACY = {"private": "only you", "friends-family": "friends & family"}


def write_export(box: Sandbox, folder: Path) -> list[Path]:
    """The zips in `folder`, of yesterday; every photo of the account is in them, videos without a picture."""
    mine = box.account.own_photos()
    profile = {"nsid": box.account.me.nsid, "screen_name": "Sandy", "pro_user": "no"}
    texts = {"account_profile.json": profile, **{f"photo_{photo.id}.json": _photo(photo) for photo in mine}}
    files = {name: json.dumps(content).encode() for name, content in texts.items()}
    pictures = {f"photo-{i}_{photo.id}_o.png": draw(photo.id, 40) for i, photo in enumerate(mine)}
    return [
        _zip(folder / "72157600000000001_0123456789ab_part1.zip", files),
        _zip(folder / "data-download-1.zip", pictures),
    ]


def _photo(photo: Photo) -> dict[str, object]:
    privacy = photo.privacy
    return {
        "id": photo.id,
        "name": photo.title,
        "license": licenses.get(photo.license).name,
        "privacy": _PRIVACY.get(privacy, privacy),
        "safety": "safe",
        "date_taken": photo.taken,
        "tags": [{"tag": tag.raw} for tag in photo.tags.values()],
    }


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    yesterday = time.gmtime(time.time() - 86_400)[:6]  # of one that is a week old nothing is applied
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, yesterday), data)
    return path
