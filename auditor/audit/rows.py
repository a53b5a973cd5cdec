"""An audit or a check as flat rows, one for each exposure: what CSV files and DataFrames hold."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from auditor.account.photo import Photo
from auditor.audit.license_facts import LicenseFacts
from auditor.audit.result import AuditResult, CheckedTarget, Exposure
from auditor.flickr import licenses
from auditor.flickr.tags import NO_CV, has_tag
from auditor.flickr.urls import page_url
from auditor.text import iso

PHOTO_COLUMNS: Final = (
    "photo_id",
    "url",
    "title",
    "license",
    "license_name",
    "privacy",
    "has_no_cv",
    "taken",
    "uploaded",
)
PLACE_COLUMNS: Final = (
    "dataset",
    "match_key",
    "record",
    "record_key",
    "records",
    "source",
    "license_then",
    "links_original",
    "certainty",
    "via",
    "via_key",
    "provenance",
)
AUDIT_COLUMNS: Final = (*PHOTO_COLUMNS, *PLACE_COLUMNS, "in_account", "file", "account")
HISTORY_COLUMNS: Final = ("license_by_history", "license_by_history_day", "license_history")
"""By Flickr's history: the licence when the dataset recorded the photo, and all that it had."""
CHECK_COLUMNS: Final = (
    "target",
    "kind",
    "photo_id",
    "url",
    "owner",
    "owner_alias",
    *PLACE_COLUMNS,
    "note",
    "error",
    "not_checked",
    "in_part",
)


def audit_rows(result: AuditResult) -> Iterator[dict[str, Any]]:
    """Rows with the values of `AUDIT_COLUMNS` and `HISTORY_COLUMNS`, as they are: not safe for a spreadsheet.

    `file` is the path of an original on disk that is no photo of the account.
    """
    nsid = result.account.nsid
    for exposed in result.exposed:
        known = {**photo_row(exposed.photo, nsid), "in_account": True}
        facts = (result.license_histories or {}).get(exposed.photo.id)
        for exposure in exposed.exposures:
            yield {**known, **exposure.values(), **_history(facts, exposure.dataset)}
    elsewhere = {"in_account": False, "account": nsid}
    for gone in result.gone:
        yield elsewhere | _located(gone.photo_id, nsid, gone.exposure)
    for file in result.files:
        yield from (elsewhere | {"file": file.path} | exposure.values() for exposure in file.exposures)


def _history(facts: LicenseFacts | None, dataset: str) -> dict[str, Any]:
    """The values of `HISTORY_COLUMNS`."""
    then = facts.then.get(dataset) if facts else None
    return {
        "license_by_history": then and then.license,
        "license_by_history_day": then and then.day.isoformat(),
        "license_history": str(facts) if facts else None,
    }


def photo_row(photo: Photo, nsid: str) -> dict[str, Any]:
    """The values of `PHOTO_COLUMNS`, and whose it is."""
    return {
        "photo_id": photo.id,
        "url": photo.url(nsid),
        "title": photo.title,
        "license": photo.license_id,
        "license_name": licenses.get(photo.license_id).name if photo.license_id else None,
        "privacy": photo.privacy,
        "has_no_cv": has_tag(photo.tags, NO_CV),
        "taken": photo.date_taken,
        "uploaded": None if photo.date_upload is None else iso(photo.date_upload),
        "account": nsid,
    }


def check_rows(targets: Sequence[CheckedTarget]) -> Iterator[dict[str, Any]]:
    """Rows with the values of `CHECK_COLUMNS`; a target without exposures has one row."""
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
            "not_checked": " ".join(checked.unanswered),
            "in_part": " ".join(checked.in_part),
        }
        yield from ({**known, **_located(item.photo_id, owner, item.exposure)} for item in checked.exposures)
        if not checked.exposures:
            yield known


def _located(photo_id: str | None, owner: str | None, exposure: Exposure) -> dict[str, Any]:
    """A photo of which only the id is known, and where it is."""
    return {"photo_id": photo_id, "url": page_url(photo_id, owner) if photo_id else None, **exposure.values()}
