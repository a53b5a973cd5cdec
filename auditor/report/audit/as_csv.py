"""CSV for spreadsheets and notebooks: one row for each exposure. No cell can run as a formula."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from auditor.audit.result import AuditResult, CheckedTarget, Exposure
from auditor.flickr import licenses
from auditor.flickr.tags import NO_CV, has_tag
from auditor.flickr.urls import page_url
from auditor.text import csv_cell

_PHOTO = ("photo_id", "url", "title", "license", "license_name", "privacy", "has_no_cv")
_TARGET = ("target", "kind", "photo_id", "url", "owner", "owner_alias")
_PLACE = (
    "dataset",
    "match_key",
    "record",
    "records",
    "source",
    "license_then",
    "links_original",
    "certainty",
)
AUDIT_COLUMNS = (*_PHOTO, *_PLACE, "in_account", "file")
CHECK_COLUMNS = (*_TARGET, *_PLACE, "note", "error")


def audit(result: AuditResult) -> str:
    """Columns `AUDIT_COLUMNS`; `file` is the path of an original on disk that is no photo of the account."""
    return _csv(audit_rows(result), AUDIT_COLUMNS)


def check(targets: Sequence[CheckedTarget]) -> str:
    """Columns `CHECK_COLUMNS`; a target without exposures has one row."""
    return _csv(_check_rows(targets), CHECK_COLUMNS)


def audit_rows(result: AuditResult) -> Iterable[dict[str, Any]]:
    """Rows with the values of `AUDIT_COLUMNS` (and more), not yet made safe for a spreadsheet."""
    nsid = result.account.nsid
    for exposed in result.exposed:
        photo = exposed.photo
        known = {
            "photo_id": photo.id,
            "url": photo.url(nsid),
            "title": photo.title,
            "license": photo.license_id,
            "license_name": licenses.get(photo.license_id).name if photo.license_id else None,
            "privacy": photo.privacy,
            "has_no_cv": has_tag(photo.tags, NO_CV),
            "in_account": True,
        }
        yield from ({**known, **exposure.values()} for exposure in exposed.exposures)
    for gone in result.gone:
        yield {"in_account": False, **_located(gone.photo_id, nsid, gone.exposure)}
    for file in result.files:
        for exposure in file.exposures:
            yield {"in_account": False, "file": file.path, **exposure.values()}


def _check_rows(targets: Sequence[CheckedTarget]) -> Iterable[dict[str, Any]]:
    for checked in targets:
        owner = checked.owner or checked.owner_alias
        known = {
            "target": checked.target.text,
            "kind": checked.target.kind,
            "photo_id": checked.target.photo.photo_id if checked.target.photo else None,
            "owner": checked.owner,
            "owner_alias": checked.owner_alias,
            "note": checked.note,
            "error": checked.error,
        }
        yield from ({**known, **_located(item.photo_id, owner, item.exposure)} for item in checked.exposures)
        if not checked.exposures:
            yield known


def _located(photo_id: str | None, owner: str | None, exposure: Exposure) -> dict[str, Any]:
    return {"photo_id": photo_id, "url": page_url(photo_id, owner) if photo_id else None, **exposure.values()}


def _csv(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> str:
    cells = [{column: csv_cell(row.get(column)) for column in columns} for row in rows]
    # As objects: pandas would turn a column of counts with a gap into floats.
    frame = pd.DataFrame(cells, columns=list(columns), dtype=object)
    return str(frame.to_csv(index=False, lineterminator="\n"))
