"""The three licences of an exposed photo: recorded by the dataset, by Flickr's own history, and today."""

from collections.abc import Iterator
from typing import Final

from auditor.audit.result import AuditResult
from auditor.flickr import licenses
from auditor.text import plain

HEADING: Final = "Licences: recorded by the dataset / by Flickr's own history / today"


def lines(result: AuditResult) -> Iterator[str]:
    """A line for each photo and dataset; nothing where the history was not asked for."""
    if result.license_histories is None:
        return
    for exposed in result.exposed:
        facts = result.license_histories.get(exposed.photo.id)
        today = exposed.photo.license_id
        for exposure in exposed.exposures:
            then = facts.then.get(exposure.dataset) if facts else None
            history = plain(str(then)) if then else "not known"
            recorded = exposure.license_then or "not recorded"
            now = licenses.get(today).name if today else "not known"
            yield f"{exposed.photo.id} in {exposure.dataset}: {recorded} / {history} / {now}"
