"""Drawn pictures for invented photos: the same photo id gives the same picture, and no request is needed.

A picture is a small PNG in six flat colours: sky, sun, two rows of hills and people before them. The pretend
Flickr serves it where live.staticflickr.com serves a photo.
"""

import math
import random
import struct
import zlib
from functools import lru_cache

_SKIES = ((196, 222, 240), (250, 220, 190), (232, 208, 228), (208, 232, 214), (60, 76, 120))
_SUNS = ((255, 236, 170), (255, 200, 120), (250, 250, 240))
_HILLS = ((104, 140, 150), (150, 120, 130), (110, 145, 100), (90, 100, 140))
_SKINS = ((238, 200, 170), (200, 150, 115), (140, 96, 70), (90, 62, 48))
_SHIRTS = ((200, 70, 60), (60, 90, 160), (235, 190, 70), (70, 130, 100), (240, 240, 235))


@lru_cache(maxsize=4096)
def draw(photo_id: str, edge: int = 75) -> bytes:
    """The picture of this photo as a square PNG of `edge` pixels."""
    chance = random.Random(photo_id)  # noqa: S311 - a picture, no secret
    sky, sun, shirt, skin = (chance.choice(each) for each in (_SKIES, _SUNS, _SHIRTS, _SKINS))
    far = chance.choice(_HILLS)
    near = tuple(value * 2 // 3 for value in far)
    sun_at = chance.uniform(0.15, 0.85), chance.uniform(0.12, 0.35), chance.uniform(0.07, 0.13)
    waves = [(chance.uniform(3, 9), chance.uniform(0, 6), 0.5 + 0.15 * row) for row in range(2)]
    seats = chance.choice(((), (0.5,), (0.35,), (0.68,), (0.3, 0.7)))
    people = [(seat + chance.uniform(-0.05, 0.05), chance.uniform(0.1, 0.14)) for seat in seats]

    def colour(x: float, y: float) -> int:
        """Index of the colour at this place, both from 0 to 1."""
        for middle, size in people:
            if math.hypot(x - middle, y - 0.5) < size:
                return 4
            shoulders = 0.5 + 2.5 * size
            if math.hypot(x - middle, min(y - shoulders, 0)) < 1.6 * size:
                return 5
        for row in (1, 0):
            pace, start, base = waves[row]
            if y > base + 0.06 * math.sin(pace * x + start):
                return 2 + row
        return 1 if math.hypot(x - sun_at[0], y - sun_at[1]) < sun_at[2] else 0

    rows = [[colour(x / edge, y / edge) for x in range(edge)] for y in range(edge)]
    return _png(rows, (sky, sun, far, near, skin, shirt))


def _png(rows: list[list[int]], palette: tuple[tuple[int, ...], ...]) -> bytes:
    """A PNG with a palette, one byte for each pixel (https://www.w3.org/TR/png/)."""
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    colours = b"".join(bytes(colour) for colour in palette)
    chunks = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
