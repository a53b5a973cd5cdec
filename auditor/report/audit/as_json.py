"""JSON for programs; `schemas/` describes every key.

Text is given as Flickr and the indexes gave it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from auditor.account.upload_defaults import advise
from auditor.audit.coverage import chains
from auditor.audit.license_facts import LicenseFacts
from auditor.audit.result import AuditResult, CheckedTarget, CheckResult, ExposedPhoto, Exposure, FoundPhoto
from auditor.audit.rows import PHOTO_COLUMNS, photo_row
from auditor.flickr.urls import page_url
from auditor.report.json_text import json_parts, json_text


def audit(result: AuditResult) -> Iterator[str]:
    """See ``schemas/audit.json``."""
    account = result.account
    data: dict[str, Any] = {
        "account": {"nsid": account.nsid, "username": account.username, "path_alias": account.path_alias},
        "generated_at": result.generated_at,
        "snapshot_at": result.snapshot_at,
        "snapshot_at_certain": result.dated,
        "complete": result.complete,
        "summary": {
            "photos": result.photos,
            "exposed": len(result.exposed),
            "exposures": sum(len(exposed.exposures) for exposed in result.exposed),
            "no_longer_in_account": len(result.gone),
            "by_dataset": result.by_dataset(),
            "by_license": result.by_license(),
        },
        "indexes": [index.values() for index in result.indexes],
        "not_checked": [asdict(missing) for missing in result.not_checked],
        "lineage": [asdict(line) for line in result.lineage],
        "photos": (_photo(exposed, account.nsid, result.license_histories) for exposed in result.exposed),
        "advice": [asdict(entry) for entry in advise(account.defaults)],
        "no_longer_in_account": (_found(gone, account.nsid) for gone in result.gone),
    }
    if result.lookup is not None:
        data["lookup"] = asdict(result.lookup)
    if result.since is not None:
        data["since"] = asdict(result.since)
    if result.originals:
        data["files"] = [
            {"path": file.path, "md5": file.md5, "exposures": _exposures(file.exposures)}
            for file in result.files
        ]
        data["originals"] = asdict(result.originals)
    return json_parts(data)


def check(result: CheckResult) -> str:
    """See ``schemas/check.json``."""
    return json_text(
        {
            "results": [_target(target) for target in result.targets],
            "indexes": [index.dataset for index in result.indexes],
            "in_part": {index.dataset: index.in_part for index in result.indexes if index.in_part},
            "not_checked": [asdict(missing) for missing in result.not_checked],
            **({"lookup": asdict(result.lookup)} if result.lookup else {}),
        }
    )


def _photo(exposed: ExposedPhoto, nsid: str, histories: Mapping[str, LicenseFacts] | None) -> dict[str, Any]:
    history = {} if histories is None else _history(histories.get(exposed.photo.id))
    row = photo_row(exposed.photo, nsid)
    return {
        "id": exposed.photo.id,
        **{name: row[name] for name in PHOTO_COLUMNS if name != "photo_id"},
        "exposures": _exposures(exposed.exposures),
        "chains": chains(frozenset(exposure.dataset for exposure in exposed.exposures)),
        **history,
    }


def _history(facts: LicenseFacts | None) -> dict[str, Any]:
    """What Flickr's own history says; null: Flickr was not asked about this photo, or does not know it."""
    if facts is None:
        return {"license_history": None, "license_by_history": {}}
    return {
        "license_history": [
            {
                "license": period.license,
                "since": period.since and period.since.isoformat(),
                "until": period.until and period.until.isoformat(),
                "known_until": period.known_until and period.known_until.isoformat(),
            }
            for period in facts.periods
        ],
        "license_by_history": {
            dataset: {"license": then.license, "day": then.day.isoformat(), "unchanged_since": then.unchanged}
            for dataset, then in facts.then.items()
        },
    }


def _found(found: FoundPhoto, owner: str | None) -> dict[str, Any]:
    return {
        "photo_id": found.photo_id,
        "url": page_url(found.photo_id, owner) if found.photo_id else None,
        **found.exposure.values(),
    }


def _exposures(exposures: Iterable[Exposure]) -> list[dict[str, Any]]:
    return [exposure.values() for exposure in exposures]


def _target(checked: CheckedTarget) -> dict[str, Any]:
    target = checked.target
    owner = checked.owner or checked.owner_alias
    return {
        "target": target.text,
        "kind": target.kind,
        "photo_id": target.photo.photo_id if target.photo else None,
        "owner": checked.owner,
        "owner_alias": checked.owner_alias,
        "exposures": [_found(found, owner) for found in checked.exposures],
        "not_checked": dict(checked.unanswered),
        "in_part": dict(checked.in_part),
        "note": checked.note,
        "error": checked.error,
    }
