"""``audit --license-history``: three licences side by side, from the pretend Flickr."""

import csv
import io
import json
import re
from pathlib import Path

import jsonschema
import pytest

from auditor import report
from auditor.sandbox import Sandbox
from tests.cli.conftest import Program

SCHEMA = json.loads((Path(report.__file__).parent / "schemas" / "audit.json").read_text("utf-8"))


def test_an_audit_shows_the_licence_of_the_dataset_of_the_history_and_of_today(indexed: Program) -> None:
    plain = indexed("audit", "--format", "json").json
    assert not any("license_history" in photo for photo in plain["photos"])
    result = indexed("audit", "--license-history", "--format", "json").json
    jsonschema.validate(result, SCHEMA)
    assert all(photo["license_history"] for photo in result["photos"])
    assert all(photo["license_history"][-1]["until"] is None for photo in result["photos"])
    table = indexed("audit", "--license-history").out
    assert "recorded by the dataset / by Flickr's own history / today" in table
    sheet = list(csv.DictReader(io.StringIO(indexed("audit", "--license-history", "--format", "csv").out)))
    assert all(row["license_history"] for row in sheet if row["in_account"] == "True")
    told = {(row["photo_id"], row["dataset"]): row["license_by_history"] for row in sheet}
    page = indexed("audit", "--license-history", "--format", "html").out
    assert page.count("Licences by Flickr's history") == len(result["photos"])
    for photo in result["photos"]:
        for dataset, then in photo["license_by_history"].items():
            assert told[photo["id"], dataset] == then["license"]
            assert f"by Flickr's history {then['license']} (" in page.replace("&#39;", "'")
    first = result["photos"][0]
    assert f"{first['id']} in {first['exposures'][0]['dataset']}:" in table


@pytest.mark.parametrize(
    ("fault", "calls", "says"),
    [
        ("fail", None, r"Flickr has no licence history of \d+ photos?\."),
        (None, 2, r"The hour's calls are spent: \d+ licence histor(y|ies) (is|are) missing"),
    ],
)
def test_what_flickr_does_not_tell_of_licences_is_said(
    indexed: Program, box: Sandbox, tmp_path: Path, fault: str | None, calls: int | None, says: str
) -> None:
    if fault:
        box.faults.add(fault, methods=["flickr.photos.licenses.getLicenseHistory"], value=1)
    if calls:
        (tmp_path / "config.toml").write_text(f"[flickr]\ncalls_per_hour = {len(box.log) + calls}\n")
    result = indexed("audit", "--license-history", "--format", "json")
    assert result.code == 1
    assert re.search(says, result.err), result.err
    assert any(photo["license_history"] is None for photo in result.json["photos"])
    jsonschema.validate(result.json, SCHEMA)
