"""Pictures of an export on the review page: by photo id, and no other file of this computer."""

import re
from pathlib import Path

import pytest

from auditor.sandbox import Sandbox
from tests.cli.conftest import Program
from tests.exports import write_export
from tests.review.conftest import Served


@pytest.fixture
def exported(program: Program, box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The zips of a user who has no key."""
    for name in ("API_KEY", "API_SECRET", "OAUTH_TOKEN", "OAUTH_TOKEN_SECRET"):
        monkeypatch.delenv(f"FLICKR_{name}")
    folder = tmp_path / "export"
    folder.mkdir()
    return write_export(box, folder)


def drop(page: Served, files: list[Path]) -> None:
    headers = {"Origin": page.address, "x-form-token": page.state.keys.form}
    for file in files:
        path = f"{page.address}/drop/export?name={file.name}"
        assert page.browser.post(path, data=file.read_bytes(), headers=headers, timeout=30).ok
    assert page.browser.post(f"{page.address}/drop/export/done", headers=headers, timeout=30).ok
    page.wait()


def shown(page: Served) -> list[str]:
    return re.findall(r'<img src="([^"]+)"', page.get("/photos").text)


def test_every_photo_of_a_loaded_export_has_its_picture_and_nothing_calls_out(
    program: Program, exported: list[Path], inside: Served, box: Sandbox
) -> None:
    assert program("sync", "--export", exported[0].parent).code == 0
    pictures = shown(inside)
    assert len(pictures) == len(box.account.own_photos())
    for address in pictures:
        answer = inside.get(address)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.content.startswith(b"\xff\xd8\xff")
    photo_id = pictures[0].rpartition("/")[2]
    assert f'src="/pictures/{photo_id}"' in inside.get(f"/photos/{photo_id}").text
    inside.post("/select", what="some", id=[photo_id])
    assert f'src="/pictures/{photo_id}"' in inside.post("/plans", add_tags="seen").text
    assert box.log == []


def test_pictures_of_dropped_zips_stay_when_the_zips_are_removed(
    exported: list[Path], inside: Served, environment: Path, box: Sandbox
) -> None:
    drop(inside, exported)
    assert list((environment / "dropped").iterdir()) == []
    assert len(shown(inside)) == len(box.account.own_photos())
    assert all(inside.get(address).ok for address in shown(inside))


@pytest.mark.parametrize(
    "name",
    ["1", "0", "-1", "x", "%2e%2e%2fauditor.sqlite3", "10000001.jpg", "1%00", "file:///etc/passwd"],
)
def test_no_other_file_can_be_named(
    program: Program, exported: list[Path], inside: Served, name: str
) -> None:
    assert program("sync", "--export", exported[0].parent).code == 0
    assert inside.get(f"/pictures/{name}").status_code == 404


def test_pictures_are_for_who_was_let_in(
    program: Program, exported: list[Path], served: Served, box: Sandbox
) -> None:
    assert program("sync", "--export", exported[0].parent).code == 0
    for photo in box.account.own_photos()[:3]:
        assert served.get(f"/pictures/{photo.id}").status_code == 403
