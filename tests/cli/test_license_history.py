"""``audit --license-history``: three licences side by side, from the pretend Flickr."""

import csv
import io
import json
from pathlib import Path

import jsonschema

from auditor import report
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
