import struct
import zlib
from urllib.parse import urlsplit

import pytest
import requests

from auditor.sandbox import Sandbox
from auditor.sandbox.pictures import draw

from .conftest import Client


def chunks(png: bytes) -> dict[bytes, bytes]:
    """The chunks of a PNG, each with the right checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, found = 8, {}
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        data = png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length)[0] == zlib.crc32(name + data)
        found[name] = data
        at += 12 + length
    return found


def test_a_photo_id_always_gives_the_same_small_picture_and_another_id_another() -> None:
    once = draw("9000000000")
    draw.cache_clear()
    assert draw("9000000000") == once
    assert len({draw(str(number)) for number in range(9_000_000_000, 9_000_000_040)}) == 40
    assert len(draw("9000000000")) < 1500
    found = chunks(draw("9000000000", 30))
    assert struct.unpack_from(">II", found[b"IHDR"]) == (30, 30)
    rows = zlib.decompress(found[b"IDAT"])
    assert len(rows) == 30 * 31
    assert len(set(rows)) > 3
    assert max(rows) < len(found[b"PLTE"]) // 3


@pytest.mark.parametrize(("size", "edge"), [("sq", 75), ("q", 150), ("m", 240), ("o", 240)])
def test_the_links_of_a_list_lead_to_pictures_when_asked_of_the_sandbox(
    box: Sandbox, client: Client, size: str, edge: int
) -> None:
    row = client.call("people.getPhotos", user_id="me", extras=f"url_{size}")["photos"]["photo"][0]
    address = f"{box.url}{urlsplit(row[f'url_{size}']).path}"
    reply = requests.get(address, timeout=10)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "image/png")
    assert reply.content == draw(row["id"], edge)


def test_a_link_dies_when_the_photo_becomes_private(box: Sandbox, client: Client) -> None:
    photo = next(photo for photo in box.account.own_photos() if photo.is_public)
    address = f"{box.url}/{photo.server}/{photo.id}_{photo.secret}_s.jpg"
    assert requests.get(address, timeout=10).ok
    box.account.set_privacy(photo, "private")
    assert requests.get(address, timeout=10).status_code == 404
    assert requests.get(f"{box.url}/{photo.server}/{photo.id}_{photo.secret}_s.jpg", timeout=10).ok


@pytest.mark.parametrize(
    "path", ["/7/1_ab_s.jpg", "/7/9000000000_0000000000_s.jpg", "/7/9000000000_.jpg", "/x"]
)
def test_what_is_no_picture_is_404(box: Sandbox, path: str) -> None:
    assert requests.get(f"{box.url}{path}", timeout=10).status_code == 404
