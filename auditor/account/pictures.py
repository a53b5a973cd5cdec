"""Small pictures of the account's photos, made from the files of its data export: no key and no call needed.

An original has megabytes and a contact sheet shows a hundred, so each is drawn small once and kept in the
home. It is drawn anew: none of the file's own bytes reach a page, neither the place where it was taken nor
what an enemy hid in it.
"""

import contextlib
import io
import warnings
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from types import ModuleType
from typing import IO, Final

from auditor.account.export_files import BROKEN_ZIP, Location
from auditor.errors import StorageError
from auditor.files import private_dir, write_atomic
from auditor.flickr.urls import is_photo_id

SIDE: Final = 150
"""Pixels of each side, as of the squares that Flickr serves."""
ENDINGS: Final = (".jpg", ".jpeg", ".png", ".gif")
"""Of the originals that can be drawn; Flickr keeps no other pictures."""

_FORMATS: Final = ("JPEG", "PNG", "GIF")
_MOST_BYTES: Final = 64_000_000
_MOST_PIXELS: Final = 64_000_000
"""To decode; JPEG is decoded at up to an eighth of its size, so it may have more."""
_AT_ONCE: Final = BoundedSemaphore(4)
"""A browser asks for all pictures of a page together; a PNG of that size takes 200 MB while it is drawn."""


class Pictures:
    """The small pictures of one account."""

    def __init__(self, folder: Path, place_of: Callable[[str], Location | None]) -> None:
        """`folder` keeps those that were drawn; `place_of` says where the original of a photo id lies."""
        self._folder = folder
        self._place_of = place_of

    def has(self, photo_id: str) -> bool:
        """Whether there is a picture, or an original to draw it from."""
        if self._kept(photo_id).exists():
            return True
        place = self._place_of(photo_id)
        return place is not None and not self._undrawable(photo_id).exists() and place.file.is_file()

    def get(self, photo_id: str) -> bytes | None:
        """The picture as JPEG of `SIDE` × `SIDE`; None where there is no original to draw."""
        if not is_photo_id(photo_id):  # it becomes the name of a file
            return None
        with contextlib.suppress(FileNotFoundError):
            return self._kept(photo_id).read_bytes()
        place = self._place_of(photo_id)
        if place is None or self._undrawable(photo_id).exists() or not place.file.is_file():
            return None
        with _AT_ONCE:
            picture = _drawn(place)
        self._keep(photo_id, picture)
        return picture

    def _keep(self, photo_id: str, picture: bytes | None) -> None:
        with contextlib.suppress(StorageError):  # a full disk is no reason to show nothing
            private_dir(self._folder)
            write_atomic(self._kept(photo_id) if picture else self._undrawable(photo_id), picture or b"")

    def _kept(self, photo_id: str) -> Path:
        return self._folder / f"{photo_id}.jpg"

    def _undrawable(self, photo_id: str) -> Path:
        return self._folder / f"{photo_id}.none"


def _drawn(place: Location) -> bytes | None:
    try:
        if not place.member:
            with place.file.open("rb") as stream:
                return draw(stream) if place.file.stat().st_size <= _MOST_BYTES else None
        with zipfile.ZipFile(place.file) as archive, archive.open(place.member) as stream:
            data = stream.read(_MOST_BYTES + 1)  # what a zip says about a size may be a lie
        return draw(io.BytesIO(data)) if len(data) <= _MOST_BYTES else None
    except (*BROKEN_ZIP, KeyError):
        return None


def draw(stream: IO[bytes]) -> bytes | None:
    """A small square JPEG of the picture in `stream`, upright; None where it is none of the known formats."""
    pillow = _pillow()
    try:
        with pillow.Image.open(stream, formats=_FORMATS) as image:
            image.draft("RGB", (2 * SIDE, 2 * SIDE))
            if image.width * image.height > _MOST_PIXELS:
                return None
            upright = pillow.ImageOps.exif_transpose(image).convert("RGB")
            small = io.BytesIO()
            pillow.ImageOps.fit(upright, (SIDE, SIDE)).save(small, "JPEG", quality=75)
    except Exception:  # noqa: BLE001 - decoders fail in many ways on hostile files; none of them is ours
        return None
    return small.getvalue()


@cache
def _pillow() -> ModuleType:
    import PIL.Image
    import PIL.ImageOps

    # Large panoramas are no attack, and what is decoded has a limit of its own here.
    warnings.filterwarnings("ignore", category=PIL.Image.DecompressionBombWarning)
    return PIL
