"""One row of each kind that a reader meets: what it gives, or why it has nothing."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from auditor.datasets import readers
from auditor.datasets.parsing.describe import describe
from auditor.datasets.parsing.sources import Source
from auditor.errors import WrongFileError
from tests.datasets.conftest import Build
from tests.datasets.readers.conftest import Write
from tests.datasets.readers.lookalikes import jsonl, sqlite, static, text

PHOTO, OTHER, SECRET = 5_000_000_001, 5_000_000_002, "0a1b2c3d4e"
NSID = "99000001@N07"
NO_ID = "no photo id"


def found(name: str, content: bytes, folder: Path) -> list[tuple[int | None, ...] | str]:
    """What the format `name` makes of each row: its photo ids, or the reason why there are none."""
    path = folder / "file"
    path.write_bytes(content)
    read = readers.formats()[name].read
    assert read is not None
    return [
        tuple(record.photo_id for record in row.records) if row.records else str(row.skipped)
        for row in read(Source(path))
    ]


def structured(**columns: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([tuple(columns.values())], dtype=[(name, "U80") for name in columns]))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("yfcc-jsonl", jsonl([{"photoid": PHOTO}, {"photoid": "x"}]), [(PHOTO,), NO_ID]),
        (
            "vrd-json",
            json.dumps(
                [
                    {"filename": f"{PHOTO}_{SECRET}_b.jpg", "relationships": [], "objects": []},
                    {"filename": 7},
                ]
            ).encode(),
            [(PHOTO,), NO_ID],
        ),
        (
            "v3det",
            json.dumps(
                {
                    "images": [
                        {"id": 1, "file_name": "a/x.jpg", "url": static(PHOTO, SECRET)},
                        {"file_name": "y"},
                    ]
                }
            ).encode(),
            [(PHOTO,), NO_ID],
        ),
        (
            "nus-wide",
            text([f"C:\\a\\0001_{'9' * 25}.jpg {'9' * 25} {static(PHOTO, SECRET)}", "% comment"]),
            [NO_ID, "comment"],
        ),
        (
            "fcdb-json",
            json.dumps(
                [
                    {"url": "http://example.org/1", "flickr_photo_id": PHOTO, "crops": []},
                    {"url": "", "crops": []},
                ]
            ).encode(),
            [(PHOTO,), "no Flickr address"],
        ),
        (
            "facetracer-index",
            text(["# FaceTracer", f"1\t{static(PHOTO, SECRET)}\thttp://www.flickr.com/photos/x/{PHOTO}/"]),
            ["comment", (PHOTO,)],
        ),
        (
            "didemo",
            json.dumps(
                [{"video": f"{NSID}_{PHOTO}_{SECRET}.mov"}, {"video": "x.mov"}, {"video": 5}]
            ).encode(),
            [(PHOTO,), "no name of a Flickr video", "no name of a Flickr video"],
        ),
        (
            "adience",
            text(
                [
                    "user_id\toriginal_image\tface_id",
                    f"{NSID}\t{PHOTO}_{SECRET}_o.jpg\t1",
                    f"{NSID}\tportrait.jpg\t2",
                ]
            ),
            [(PHOTO,), NO_ID],
        ),
        (
            "lpff-json",
            json.dumps(
                {"a": {"image_info": {"photo_id": PHOTO}}, "b": {"image_info": {"photo_id": "x"}}}
            ).encode(),
            [(PHOTO,), NO_ID],
        ),
        (
            "geolocation-csv",
            text(["IMG_ID,LAT,url", f"a.jpg,1,{static(PHOTO, SECRET)}", "b.jpg,1,x"]),
            [(PHOTO,), NO_ID],
        ),
    ],
)
def test_a_row_gives_its_photo_or_the_reason(
    tmp_path: Path, name: str, content: bytes, rows: list[tuple[int, ...] | str]
) -> None:
    assert found(name, content, tmp_path) == rows


def test_a_database_without_the_table_of_the_dataset_is_refused(tmp_path: Path) -> None:
    content = sqlite("CREATE TABLE other (x); CREATE TABLE yfcc100m_dataset (title)")
    with pytest.raises(WrongFileError, match="no table yfcc100m_dataset with a column photoid"):
        found("yfcc-sqlite", content, tmp_path)


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ("ffhq-names", "00042.png"),
        ("farm-names", f"farm5_4075_{PHOTO}_{SECRET}_b.jpg"),
        ("helen-names", f"{PHOTO}_1.jpg"),
    ],
)
def test_a_picture_among_others_is_read_by_name(add: Build, write: Write, dataset: str, name: str) -> None:
    """Where most names are of another form, the folder is no list of names."""
    manifest = add(dataset, write({name: b"", **{f"holiday {n}.jpg": b"" for n in range(20)}}))
    assert (manifest.rows, manifest.indexed, manifest.records) == (21, 1, 1)


def test_a_table_of_numpy_is_read_by_its_columns(add: Build, write: Write) -> None:
    manifest = add("generic", write(structured(name="Ann", url=f"https://www.flickr.com/photos/x/{PHOTO}/")))
    assert (manifest.rows, manifest.photos) == (1, 1)


@pytest.mark.parametrize(
    ("content", "found_"),
    [(b"<?xml version='1.0'?><a/>", "an XML file"), (b"<html>", "an HTML page")],
)
def test_what_a_file_is_is_told(tmp_path: Path, content: bytes, found_: str) -> None:
    (tmp_path / "file").write_bytes(content)
    assert describe(Source(tmp_path / "file")).startswith(found_)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("jsonl", b'{"url": "%s"}\n\n{"url": "%s"}\n', {"empty line": 1}),
        ("lines", b"see %s\n\nsee %s\n", {"empty line": 1}),
        ("spaces", b"name url\na %s\n\nb %s\n", {"empty line": 1}),
        ("xml", b"<?xml version='1.0'?>\n<a href='%s'/>\n\n<a href='%s'/>\n", {"empty line": 1}),
        ("long", b"see %s\n" + b"x" * (2 << 20) + b"\nsee %s\n", {"line longer than 1 MiB": 1}),
    ],
)
def test_empty_and_endless_lines_of_a_list_are_counted(
    add: Build, write: Write, name: str, content: bytes, told: dict[str, int]
) -> None:
    links = [f"https://www.flickr.com/photos/x/{photo}/".encode() for photo in (PHOTO, OTHER)]
    manifest = add("generic", write(content.replace(b"%s", links[0], 1).replace(b"%s", links[1], 1)))
    assert manifest.photos == 2
    assert told.items() <= manifest.skipped.items()
