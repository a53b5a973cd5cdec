"""Indexes handed on and fetched, and originals matched by content, as a user does it."""

import base64
import hashlib
import json
from importlib.resources import files
from pathlib import Path

import jsonschema

from tests.datasets.web import Web, serve

from .conftest import Program


def test_an_index_is_handed_on_as_one_file(indexed: Program, tmp_path: Path) -> None:
    told = indexed("datasets", "export", "ffhq", tmp_path / "ffhq.zip", "--format", "json").json
    assert told["sha256"] == hashlib.sha256((tmp_path / "ffhq.zip").read_bytes()).hexdigest()
    before = indexed("datasets", "info", "ffhq", "--format", "json").json["index"]
    assert indexed("datasets", "remove", "ffhq").code == 0
    imported = indexed("datasets", "import", tmp_path / "ffhq.zip", "--format", "json")
    assert imported.code == 0
    assert [imported.json[key] for key in ("records", "sources")] == [
        before[k] for k in ("records", "sources")
    ]
    assert (imported.json["provenance"], imported.json["from"]) == ("pack", "ffhq.zip")
    assert indexed("datasets", "verify", "ffhq").code == 0


def test_a_tampered_pack_is_refused(indexed: Program, tmp_path: Path) -> None:
    pack = tmp_path / "ffhq.zip"
    indexed("datasets", "export", "ffhq", pack)
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)
    result = indexed("datasets", "import", pack)
    assert result.code == 6
    assert "tampered" in result.err


def test_a_published_folder_is_fetched_from(indexed: Program, tmp_path: Path) -> None:
    folder = tmp_path / "public"
    assert indexed("datasets", "publish", folder, "--dataset", "ffhq").code == 0
    with serve(Web(files={path.name: path.read_bytes() for path in folder.iterdir()})) as web:
        home = tmp_path / "another"
        first = indexed("--home", home, "datasets", "fetch", "ffhq", "--registry", web.base)
        assert first.code == 0
        assert "bytes received" in first.err
        again = indexed("--home", home, "datasets", "fetch", "ffhq", "--registry", web.base)
        assert again.code == 0
        assert "unchanged" in again.err
        missing = indexed("--home", home, "datasets", "fetch", "coco", "--registry", web.base)
        assert missing.code == 2
        assert "It has: ffhq" in missing.err


def test_a_dataset_behind_a_request_ends_with_how_to_ask(program: Program) -> None:
    result = program("datasets", "fetch", "ibm-dif")
    assert result.code == 2
    assert "→" in result.err


def test_originals_are_matched_by_content(indexed: Program, tmp_path: Path) -> None:
    """With an Open Images that knows a picture of the user's disk under a photo id of somebody else."""
    folder = tmp_path / "originals"
    folder.mkdir()
    (folder / "IMG_0042.jpg").write_bytes(b"never on Flickr under this account")
    digest = hashlib.md5(b"never on Flickr under this account").digest()
    index = tmp_path / "open-images.csv"
    index.write_text(
        "ImageID,Subset,OriginalURL,OriginalLandingURL,OriginalMD5\n"
        "0001,train,https://c2.staticflickr.com/2/1433/8888000001_0a1b2c3d4e_o.jpg,,"
        f"{base64.b64encode(digest).decode()}\n"
    )
    assert indexed("datasets", "add", "open-images", index).code == 6
    assert indexed("datasets", "add", "open-images", index, "--replace").code == 0
    result = indexed("audit", "--dataset", "open-images", "--originals", folder, "--format", "json")
    assert result.code == 1
    schema = files("auditor.report") / "schemas" / "audit.json"
    jsonschema.validate(result.json, json.loads(schema.read_text()))
    (file,) = result.json["files"]
    assert (file["path"], file["md5"]) == (str(folder / "IMG_0042.jpg"), digest.hex())
    (exposure,) = file["exposures"]
    assert (exposure["dataset"], exposure["match_key"]) == ("open-images", "content_md5")
    assert result.json["originals"] == {"folder": str(folder), "files": 1, "skipped": []}
    assert "IMG_0042.jpg" in indexed("audit", "--originals", folder).out


def test_originals_are_not_read_when_nothing_could_match_them(indexed: Program, tmp_path: Path) -> None:
    (tmp_path / "originals").mkdir()
    result = indexed("audit", "--dataset", "ffhq", "--originals", tmp_path / "originals", "--format", "json")
    assert "originals" not in result.json
    assert "were not read" in result.err


def test_a_folder_of_originals_that_is_missing_is_told(indexed: Program, tmp_path: Path) -> None:
    assert indexed("audit", "--originals", tmp_path / "nowhere").code == 2


def test_a_registry_has_no_files_to_choose_from(program: Program) -> None:
    words = ("datasets", "fetch", "coco", "--registry", "https://example.org", "--file", "x")
    result = program(*words)
    assert (result.code, "--file is for a publisher's files" in result.err) == (2, True)


def test_a_pack_of_a_name_that_nobody_knows_is_called_so(indexed: Program, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("url\nhttps://www.flickr.com/photos/x/9000000001/\n")
    assert indexed("datasets", "add", "my-list", tmp_path / "list.csv").code == 0
    assert indexed("datasets", "export", "my-list", tmp_path / "mine.zip").code == 0
    home = tmp_path / "another"
    told = indexed("--home", home, "datasets", "import", tmp_path / "mine.zip")
    assert (told.code, "my-list is not in the catalogue" in told.err) == (0, True)
    assert indexed("datasets", "export", "ffhq", tmp_path / "ffhq.zip").code == 0
    known = indexed("--home", home, "datasets", "import", tmp_path / "ffhq.zip")
    assert (known.code, "not in the catalogue" in known.err) == (0, False)
