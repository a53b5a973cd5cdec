"""Small pictures from the files of an export: drawn anew, kept, and never anything but a picture."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from auditor.account.data_export import load
from auditor.account.export_files import Location
from auditor.account.pictures import SIDE, Pictures, draw

PROFILE = '{"nsid": "12345678@N01", "screen_name": "Ada"}'


def original(kind: str = "JPEG", size: tuple[int, int] = (600, 400), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}  # where it was taken
    exif[0x0112] = 6  # lies on its side
    Image.new(mode, size).save(out, kind, exif=exif)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "I;16"), ("GIF", "P")]
)
def test_a_picture_is_drawn_small_and_says_nothing_of_where_it_was_taken(kind: str, mode: str) -> None:
    drawn = draw(io.BytesIO(original(kind, mode=mode)))
    assert drawn is not None
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (SIDE, SIDE)
        assert not picture.getexif()
    assert len(drawn) < 20_000


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xff\xd8\xff<script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file",
        b"BM" + bytes(200),
        b"II*\x00" + bytes(200),
        original()[:200],
        png_that_claims(60_000, 60_000),
        png_that_claims(9_000, 9_000),
    ],
)
def test_what_is_no_picture_or_too_large_to_draw_is_none_and_is_not_tried_again(
    hostile: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "x_10000001_o.png"
    file.write_bytes(hostile)
    pictures = Pictures(tmp_path / "small", lambda _: Location(file))
    assert pictures.has("10000001")
    assert pictures.get("10000001") is None
    assert not pictures.has("10000001")


def in_a_folder(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def in_zips(folder: Path, files: dict[str, bytes]) -> Path:
    for zip_name, belongs in (("7_a_part1.zip", ".json"), ("data-download-1.zip", "_o.")):
        with zipfile.ZipFile(folder / zip_name, "w") as archive:
            for name, data in files.items():
                if belongs in name:
                    archive.writestr(name, data)
    return folder


@pytest.mark.parametrize("packed", [in_a_folder, in_zips])
def test_the_originals_of_an_export_are_found_by_the_photo_id_in_their_names(
    packed: Callable[[Path, dict[str, bytes]], Path], tmp_path: Path
) -> None:
    place = tmp_path / "export"
    place.mkdir()
    files = {
        "account_profile.json": PROFILE.encode(),
        "photo_10000001.json": b'{"id": "10000001", "name": "Harbour"}',
        "photo_10000002.json": b'{"id": "10000002", "name": "A film"}',
        "harbour_10000001_o.jpg": original(),
        "film_10000002_o.mov": b"a film",
        "stranger_10000003_o.jpg": original(),
    }
    found = load(packed(place, files)).originals
    assert list(found) == ["10000001"]
    pictures = Pictures(tmp_path / "small", found.get)
    assert pictures.get("10000001")


def test_a_picture_outlives_its_original_and_stays_private(tmp_path: Path) -> None:
    file = tmp_path / "x_10000001_o.jpg"
    file.write_bytes(original())
    pictures = Pictures(tmp_path / "small", lambda _: Location(file))
    drawn = pictures.get("10000001")
    file.unlink()
    assert pictures.get("10000001") == drawn
    assert (tmp_path / "small").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "small" / "10000001.jpg").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../10000001", "10000001/../../x", "", "x", "1e3", "\u0661", "a\0b"])
def test_what_is_no_photo_id_names_no_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "10000001.jpg").write_bytes(original())
    assert Pictures(tmp_path / "small", lambda _: Location(tmp_path / "10000001.jpg")).get(name) is None
