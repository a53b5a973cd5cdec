"""The catalogue for people: one line a dataset, or all that is known of one."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from auditor import clock
from auditor.datasets.access import Access
from auditor.datasets.card import Card
from auditor.datasets.contacts import Channel, usable
from auditor.datasets.index.manifest import SCHEMA_VERSION, Manifest
from auditor.datasets.match_keys import MatchKey
from auditor.text import count, file_size, plain

_HEADINGS = {
    "faces": "Faces",
    "bodies": "People",
    "movement": "Where people went",
    "geolocation": "Where photos were taken",
    "general": "General collections",
}
_WIDTH = 100
_MANY_FILES, _FIRST_FILES = 8, 2
"""A dataset of more index files than that shows only the first of them."""
_NAME, _PHOTOS, _INDEX = 21, 15, 17
_TITLE = 30
"""Fewest columns for a title beside the rest."""
_ONE_LINE = 2 + _NAME + 1 + _PHOTOS + 2 + _INDEX + 2 + _TITLE


def list_table(
    cards: Mapping[str, Card], manifests: Mapping[str, Manifest], *, columns: int | None = None
) -> str:
    """All datasets in the order of worth; where `columns` are few, the title gets a line of its own."""
    lines = list(_laid_out(_ListRow("NAME", "TITLE", "PHOTOS", "INDEX"), columns))
    for heading, members in _groups(cards, manifests):
        lines += ["", heading, *(line for row in members for line in _laid_out(row, columns))]
    checkable = sum(card.checkable for card in cards.values())
    have = "1 has" if len(manifests) == 1 else f"{len(manifests)} have"
    closing = (
        f"{count(len(cards), 'dataset')}: {checkable} can be checked, {have} a local index."
        " “fetch”: flickr-auditor datasets fetch NAME gets the index. “by hand” and the others:"
        " flickr-auditor datasets info NAME says where to get it."
    )
    return "\n".join([*lines, "", *folded(closing, width=columns or _WIDTH)])


class _ListRow(NamedTuple):
    name: str
    title: str
    photos: str
    state: str


def _groups(
    cards: Mapping[str, Card], manifests: Mapping[str, Manifest]
) -> Iterator[tuple[str, list[_ListRow]]]:
    for about, heading in _HEADINGS.items():
        members = [card for card in cards.values() if not card.huge and card.about == about]
        yield heading, _rows(members, manifests)
    yield (
        "Huge collections: nearly every account is in them",
        _rows([card for card in cards.values() if card.huge], manifests),
    )
    if own := sorted(name for name in manifests if name not in cards):
        yield "Your own lists", [_ListRow(name, "", "", _here(manifests[name])) for name in own]


def _rows(cards: list[Card], manifests: Mapping[str, Manifest]) -> list[_ListRow]:
    """What is here or can be had first, what nobody can check last; among equals, the larger first."""

    def worth(card: Card) -> tuple[int, int, str]:
        access = 3 if not card.checkable else 0 if card.name in manifests else 1 if card.fetchable else 2
        return access, -(card.counts.photos or card.counts.faces or 0), card.name

    return [
        _ListRow(
            card.name,
            card.title,
            extent(card),
            _state(card, manifests.get(card.name)),
        )
        for card in sorted(cards, key=worth)
    ]


def extent(card: Card) -> str:
    """How many photos it has, or faces where only those are known; empty where neither is."""
    if card.counts.photos:
        return f"{card.counts.photos:,}"
    return f"{card.counts.faces:,} faces" if card.counts.faces else ""


def _state(card: Card, manifest: Manifest | None) -> str:
    """Whether the index is here, or what it takes to get it."""
    if manifest:
        return _here(manifest)
    if not card.checkable:
        return "cannot be checked"
    if card.fetchable:
        size = sum(file.bytes or 0 for file in card.smallest_download)
        known = all(file.bytes for file in card.smallest_download)
        return f"fetch, {file_size(size)}" if known else "fetch"
    return (card.files[0].access if card.files else Access.UNKNOWN).short


def _here(manifest: Manifest) -> str:
    return f"here, {manifest.built_at[:10]}"


def _laid_out(row: _ListRow, columns: int | None) -> Iterator[str]:
    """On one line, or the title below where the terminal is narrow."""
    index = f"{row.photos:>{_PHOTOS}}  {row.state}"
    if columns is not None and columns < _ONE_LINE:
        yield f"  {row.name:<{_NAME}} {index}".rstrip()
        yield from folded(f"    {row.title}", indent=4, width=columns) if row.title else ()
        return
    width = (columns - _ONE_LINE + _TITLE) if columns else _WIDTH
    titles = textwrap.wrap(row.title, width, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"  {row.name:<{_NAME}} {index:<{_PHOTOS + 2 + _INDEX}}  {titles[0]}".rstrip()
    for more in titles[1:]:
        yield " " * (_ONE_LINE - _TITLE) + more


def info_text(name: str, card: Card | None, manifest: Manifest | None) -> str:
    """Everything about one dataset."""
    lines = list(_described(card)) if card else [f"{name} — your own list", ""]
    lines += ["Local index", *_index(name, card, manifest), ""]
    if card:
        lines += [*_opt_out(card), *_sources(card)]
    return "\n".join(lines).rstrip()


def _described(card: Card) -> Iterator[str]:
    yield f"{card.title} ({card.name})"
    yield ""
    yield from folded(card.purpose)
    yield ""
    facts = {
        "Publisher": card.publisher,
        "Year": str(card.year or "not known"),
        "About": card.about,
        "From Flickr": card.flickr,
        "Holds": ", ".join(_counts(card)) or "not known",
        "Licence": card.license,
        "Terms": card.terms,
        "Drawn from": ", ".join(card.derived_from),
        "Status": " — ".join(
            part for part in (card.status.state, card.status.since, card.status.note) if part
        ),
        "Copies": card.status.copies,
        "Matched by": ", ".join(key.label for key in MatchKey if key in card.match_keys),
        "Needs too": f"the local index of {card.parent}, whose numbers it uses for photos"
        if card.parent
        else None,
        "Cannot be checked": card.no_key_reason,
        "Certainty": f"{card.certainty}: {card.certainty_note}" if card.certainty_note else None,
    }
    for label, value in facts.items():
        if value:
            yield from folded(f"{label + ':':<19}{value}", indent=19)
    yield ""
    if card.files:
        yield "Index files"
    shown = card.files if len(card.files) <= _MANY_FILES else card.files[:_FIRST_FILES]
    for file in shown:
        size = f", {file.bytes:,} bytes" if file.bytes else ""
        yield f"  {file.name} ({file.format}{size}): {file.access.label}"
        for place in (file.url, file.page, file.note):
            if place:
                yield from folded(f"    {place}", indent=4)
    if rest := card.files[len(shown) :]:
        yield f"  and {len(rest)} more, the last of them {rest[-1].name}"
    if card.files:
        yield ""


def _counts(card: Card) -> Iterator[str]:
    for label in ("photos", "videos", "faces", "identities", "accounts"):
        value = getattr(card.counts, label)
        if value:
            yield f"{value:,} {label}"


def _index(name: str, card: Card | None, manifest: Manifest | None) -> Iterator[str]:
    if manifest is None:
        if card and not card.checkable:
            yield "  none, and none can be built: the dataset cannot be checked"
        elif card and card.fetchable:
            yield f"  none; get it with: flickr-auditor datasets fetch {name}"
        else:
            yield f"  none; build it with: flickr-auditor datasets add {name} FILE"
        return
    photos, owners = count(manifest.photos, "photo"), count(manifest.owners, "owner")
    yield f"  {count(manifest.records, 'record')} of {photos}, {owners}"
    yield f"  built {manifest.built_at} from {count(manifest.rows, 'row')}"
    if manifest.store:
        yield f"  data files at {plain(manifest.store)}"
    for reason, number in manifest.skipped.items():
        yield f"  skipped {number:,}: {plain(reason)}"
    for source in manifest.sources:
        yield f"  {plain(source.name)}: {source.bytes:,} bytes, sha256 {source.sha256}"


def _opt_out(card: Card) -> Iterator[str]:
    out = card.opt_out
    yield "How to get out"
    for text in (out.how, out.note):
        if text:
            yield from folded(f"  {text}", indent=2)
    contact = ", ".join(part for part in (out.who, out.url) if part)
    if contact:
        yield from folded(f"  Contact: {contact}", indent=2)
    for channel in usable(out.channels):
        yield from folded(
            f"  - {channel.kind} ({channel.purpose}): {channel.to} [{_seen(channel)}]", indent=4
        )
    for channel in out.channels:
        if not channel.confirmed:
            yield from folded(f"  - not confirmed: {channel.to} [{_seen(channel)}]", indent=4)
    if out.no_letter:
        yield from folded(f"  {out.no_letter}", indent=2)
    if out.source:
        yield from folded(f"  Source: {out.source}", indent=2)
    yield ""


def _seen(channel: Channel) -> str:
    """Where a channel was read, and whether that is long ago."""
    old = ", over 18 months ago" if channel.old(clock.utc().date()) else ""
    return f"{channel.source}, seen {channel.seen}{old}"


def _sources(card: Card) -> Iterator[str]:
    if card.facts:
        yield "What this rests on"
        for fact in card.facts:
            yield from folded(f"  - {fact.fact} [{fact.source}]", indent=4)
        yield ""
    if card.unconfirmed:
        yield "Not confirmed"
        for text in card.unconfirmed:
            yield from folded(f"  - {text}", indent=4)


def folded(text: str, indent: int = 0, width: int = _WIDTH) -> list[str]:
    """`text` on as many lines as it takes, indented as it is, and the others by `indent`."""
    words = text.lstrip()
    return textwrap.wrap(
        words,
        width,
        initial_indent=" " * (len(text) - len(words)),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def built_text(manifest: Manifest) -> str:
    """An index that is there now: what it holds, and what became of every row."""
    lines = [
        f"{manifest.dataset}: {count(manifest.records, 'record')} of {count(manifest.photos, 'photo')}"
        f" by {count(manifest.owners, 'owner')}, from {count(manifest.rows, 'row')}"
    ]
    if by_number := sum(part.rows for part in manifest.parts(MatchKey.PARENT_KEY)):
        lines.append(f"  {count(by_number, 'record')} by a number in another dataset")
    lines += [f"  skipped {number:,}: {plain(reason)}" for reason, number in sorted(manifest.skipped.items())]
    return "\n".join(lines)


def manifest_json(manifest: Manifest) -> dict[str, Any]:
    """The manifest as the contract has it."""
    return {"schema_version": SCHEMA_VERSION, **manifest.values()}


def card_json(card: Card | None, manifest: Manifest | None, name: str = "") -> dict[str, Any]:
    """A card and its index, if there is one; a list of the user's own has an index and no card."""
    described: dict[str, Any] = asdict(card) if card else {"name": name}
    if card:
        contacts = [contact.key for contact in card.opt_out.contacts]  # their channels are the card's too
        described["opt_out"] |= {"email": card.opt_out.email, "contacts": contacts}
    return {**described, "index": manifest_json(manifest) if manifest else None}
