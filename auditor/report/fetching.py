"""Fetching many datasets, for people and programs: what would come, and how it ended."""

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.datasets.card import Card
from auditor.datasets.fetch import Fetched, by_hand
from auditor.datasets.fetch_all import Coming, Ended, FetchOutcome, Offer
from auditor.datasets.index.manifest import Manifest
from auditor.report.datasets import extent, folded
from auditor.text import count, file_size, plain

_WIDTH = 100
_NAME, _FILES, _SIZE, _PHOTOS = 21, 5, 13, 16


def offer_text(offer: Offer, here: Mapping[str, Manifest], *, columns: int | None = None) -> str:
    """What will come: dataset, files, size, photos, licence and terms."""
    width = columns or _WIDTH
    lines = [_row("DATASET", "FILES", "SIZE", "PHOTOS")] if offer.coming else []
    for one in offer.coming:
        photos = extent(one.card) or "not known"
        lines.append(_row(one.card.name, str(len(one.files)), _size(one), photos))
        lines += folded(f"    {'; '.join(_about(one.card, here))}", 4, width)
    return "\n".join([*lines, "", *folded(_total(offer), width=width)]).lstrip("\n")


def _row(name: str, files: str, size: str, photos: str) -> str:
    return f"  {name:<{_NAME}} {files:>{_FILES}} {size:>{_SIZE}} {photos:>{_PHOTOS}}"


def _about(card: Card, here: Mapping[str, Manifest]) -> Iterator[str]:
    yield f"licence: {card.license.rstrip('.')}" if card.license else "licence not known"
    if card.terms:
        yield f"terms: {card.terms.rstrip('.')}"
    if card.parent:
        yield f"needs {card.parent} too"
    if card.name in here:
        yield "already here: only changes are downloaded"


def _size(one: Coming) -> str:
    if one.size_known:
        return file_size(one.known_bytes)
    return f"over {file_size(one.known_bytes)}" if one.known_bytes else "not known"


def _total(offer: Offer) -> str:
    known = sum(one.known_bytes for one in offer.coming)
    unknown = sum(not file.bytes for one in offer.coming for file in one.files)
    sizes = [file_size(known)] if known else []
    if unknown:
        sizes.append(f"{count(unknown, 'file')} of which no source gives the size")
    datasets = count(len(offer.coming), "dataset")
    parts = [f"{datasets}: {' and '.join(sizes)}." if offer.coming else "There is nothing to fetch."]
    if offer.too_large:
        parts.append(f"Too large, so left out: {', '.join(one.card.name for one in offer.too_large)}.")
    return " ".join(parts)


def ended_text(ended: Ended, *, columns: int | None = None) -> str:
    """Got, failed, left out, and what a person must get, each with why and where."""
    width = columns or _WIDTH
    tried = ended.outcomes
    groups = {
        "Got": [_entry(one.card.name, _got(one.fetched)) for one in tried if one.fetched],
        "Failed": [_entry(one.card.name, _why(one)) for one in tried if one.failed],
        "Left out, larger than allowed": [
            *(_entry(one.card.name, _size(one)) for one in ended.too_large),
            *(_entry(one.card.name, _why(one)) for one in tried if one.too_large),
        ],
        "Not asked": [_entry(one.dataset, plain(one.reason)) for one in ended.not_asked],
        "To get by hand": [_entry(card.name, "; ".join(by_hand(card))) for card in ended.by_hand],
    }
    lines: list[str] = []
    for heading, entries in groups.items():
        if entries:
            lines.append(f"{heading} ({len(entries)})")
            lines += [line for entry in entries for line in folded(f"  {entry}", _NAME + 3, width)]
            lines.append("")
    if ended.by_hand:
        lines.append("Then: flickr-auditor datasets add NAME FILE")
    return "\n".join(lines).rstrip() or "No index was fetched, so there is nothing to update."


def _entry(name: str, text: str) -> str:
    return f"{name:<{_NAME}} {text}"


def _got(fetched: Fetched) -> str:
    photos = count(fetched.manifest.photos, "photo")
    return f"{file_size(_received(fetched))} received, {photos}" if fetched.built else f"unchanged, {photos}"


def _received(fetched: Fetched) -> int:
    return sum(file.transferred for file in fetched.files)


def _why(outcome: FetchOutcome) -> str:
    return plain(f"{outcome.error.message} → {outcome.error.hint}") if outcome.error else ""


def ended_json(ended: Ended) -> dict[str, Any]:
    """See ``schemas/datasets-fetch-all.json``."""
    too_large = "larger than --max-size"
    return {
        "datasets": [
            *map(_outcome_json, ended.outcomes),
            *(_entry_json(one.card.name, "left-out", too_large) for one in ended.too_large),
            *(_entry_json(one.dataset, "not-asked", one.reason) for one in ended.not_asked),
            *(_entry_json(card.name, "by-hand", "; ".join(by_hand(card))) for card in ended.by_hand),
        ],
    }


def _outcome_json(outcome: FetchOutcome) -> dict[str, Any]:
    name, fetched, error = outcome.card.name, outcome.fetched, outcome.error
    if fetched is None:
        state = "left-out" if outcome.too_large else "failed"
        return _entry_json(name, state, error.message if error else None)
    index = fetched.manifest
    return {
        **_entry_json(name, "got" if fetched.built else "unchanged"),
        "bytes": _received(fetched),
        "records": index.records,
        "photos": index.photos,
    }


def _entry_json(name: str, state: str, reason: str | None = None) -> dict[str, Any]:
    return {"dataset": name, "state": state, "reason": reason, "bytes": 0, "records": None, "photos": None}
