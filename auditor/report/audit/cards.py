"""What to do about an audit, as the three cards of the page: protect, ask to be taken out, check more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.audit.result import AuditResult, Why
from auditor.datasets import catalogue
from auditor.flickr import licenses
from auditor.flickr.tags import NO_CV, has_tag
from auditor.report.audit.shown import Step
from auditor.text import count

if TYPE_CHECKING:
    from auditor.report.audit.charts import Charted

BATCH: Final = 100
"""Photos in one link to Flickr's batch editor: its ids stand in the address, and long addresses are cut."""


@dataclass(frozen=True, slots=True)
class Card:
    """Something to do: why, in sentences, and the commands or links for it."""

    title: str
    text: tuple[str, ...]
    commands: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """Label and address."""


def missing_actions(result: AuditResult) -> list[str]:
    """The options of `plan` for what some exposed photo still lacks."""
    actions = []
    if not all(has_tag(exposed.photo.tags, NO_CV) for exposed in result.exposed):
        actions.append(f"--add-tag {NO_CV}")
    if any(licenses.get(license_id).allows_reuse for license_id in result.by_license()):
        actions.append("--license all-rights-reserved")
    return actions


def steps(result: AuditResult) -> Iterable[Step]:
    """The same as commands, for reports on a terminal and as text."""
    if actions := missing_actions(result):
        yield Step(
            "Protect the exposed photos (this writes a plan to read; nothing changes before you apply it)",
            f"flickr-auditor plan --exposed {' '.join(actions)} --out plan.json",
        )
    found = dict.fromkeys([*result.by_dataset(), *(item.exposure.dataset for item in result.gone)])
    known = [name for name in found if name in catalogue.load()]
    if known:
        others = f"; also for {', '.join(known[1:])}" if known[1:] else ""
        yield Step(
            f"Ask the publisher to take your photos out, with the link of every one{others}",
            f"flickr-auditor optout draft {known[0]}",
        )
    if any(item.why is Why.NO_INDEX for item in result.not_checked):
        yield Step("See which other indexes can be added, and how", "flickr-auditor datasets list")


def cards(result: AuditResult, photos: "Sequence[Charted]", *, can_apply: bool) -> Iterator[Card]:
    """The cards that make sense for `result`; without an API key (`can_apply`) Flickr's own pages must do."""
    if result.exposed:
        yield _protect(result, photos) if can_apply else _by_hand(result)
    if letters := _letters(result):
        yield letters
    if result.not_checked:
        yield _check_more(result)


def _protect(result: AuditResult, photos: "Sequence[Charted]") -> Card:
    unprotected = sum("none" in photo.protections for photo in photos)
    text = (
        f"Not tagged no_cv, and not known to be reserved or hidden: {count(unprotected, 'exposed photo')}."
        if unprotected
        else "Every exposed photo is tagged, reserved or not public."
    )
    return Card(
        "Protect what can still be protected",
        (text, "A plan shows every change before anything happens, and can be undone."),
        (
            f"flickr-auditor plan --exposed {' '.join(actions)} --out plan.json",
            "flickr-auditor show plan.json",
            "flickr-auditor apply plan.json",
        )
        if (actions := missing_actions(result))
        else (),
    )


def _by_hand(result: AuditResult) -> Card:
    return Card(
        "Protect what can still be protected",
        (
            "Without an API key this program cannot change your photos; Flickr's own batch editor can."
            " These links open it with the exposed photos. Flickr does not document the address: if it"
            " does not open, search the Organizr for the photos.",
            "With a key (Pro members make one at flickr.com/services/apps/create) one plan does all of it,"
            " can be undone, and is checked.",
        ),
        (),
        editor_links([exposed.photo.id for exposed in result.exposed]),
    )


def editor_links(photo_ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Label and address of Flickr's batch editor for these photos, in parts. Public tools use the address."""
    starts = range(0, len(photo_ids), BATCH)
    parts = [(start, photo_ids[start : start + BATCH]) for start in starts]
    return tuple(
        (
            f"Photos {start + 1:,} to {start + len(part):,}" if len(part) > 1 else f"Photo {start + 1:,}",
            f"https://www.flickr.com/photos/upload/edit/?ids={','.join(part)}",
        )
        for start, part in parts
    )


def _letters(result: AuditResult) -> Card | None:
    """In the order of `by_dataset`: faces first."""
    known = catalogue.load()
    found = dict.fromkeys([*result.by_dataset(), *(item.exposure.dataset for item in result.gone)])
    names = [name for name in found if name in known]
    if not names:
        return None
    faces = sum(known[name].is_face for name in names)
    first = f", {count(faces, 'face dataset')} first" if faces else ""
    return Card(
        "Ask for removal",
        (f"One letter to each publisher{first}: with the link of every photo, on your legal ground.",),
        tuple(f"flickr-auditor optout draft {name}" for name in names),
    )


def _check_more(result: AuditResult) -> Card:
    known = catalogue.load()
    missing = [known[item.dataset] for item in result.not_checked if item.dataset in known]
    checkable = sum(card.checkable for card in missing)
    return Card(
        "Check more datasets",
        (
            f"{count(checkable, 'more dataset')} can be checked with the lists of their publishers;"
            f" {len(missing) - checkable:,} published nothing to check against.",
        ),
        ("flickr-auditor datasets list", "flickr-auditor datasets fetch --all --faces"),
    )
