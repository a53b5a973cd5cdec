"""The catalogue for people: one line a dataset, or all that is known of one."""

from collections.abc import Iterable, Iterator, Mapping

from auditor.datasets.card import Card
from auditor.datasets.index.manifest import Manifest
from auditor.text import count, plain

KEY_NAMES = {
    "photo_id": "photo id",
    "owner": "owner",
    "url_hash": "hash of the photo's address",
    "content_md5": "MD5 of the original file",
}
ACCESS = {
    "public": "for anybody",
    "request": "on request",
    "login": "after a login",
    "gone": "taken down",
    "unknown": "not known whether it can be had",
}
_WIDTH = 100


def list_table(cards: Mapping[str, Card], manifests: Mapping[str, Manifest]) -> str:
    """All datasets: face sets first, then people, then general ones."""
    groups = (
        ("Faces", [card for card in cards.values() if card.is_face]),
        ("People's bodies", [card for card in cards.values() if card.about == "bodies"]),
        ("General collections", [card for card in cards.values() if card.about == "general"]),
    )
    lines: list[str] = []
    for heading, members in groups:
        if members:
            lines += [heading, *_rows(members, manifests), ""]
    own = sorted(name for name in manifests if name not in cards)
    if own:
        lines += ["Your own lists", *(f"  {name:<22} {'':<26} {_here(manifests[name])}" for name in own), ""]
    checkable = sum(card.checkable for card in cards.values())
    lines.append(
        f"{count(len(cards), 'dataset')}: {checkable} can be checked with their index files,"
        f" {len(manifests)} have a local index. More on one: flickr-auditor datasets info NAME"
    )
    return "\n".join(lines)


def info_text(name: str, card: Card | None, manifest: Manifest | None) -> str:
    """Everything about one dataset."""
    lines = list(_described(card)) if card else [f"{name} — a list of your own", ""]
    lines += ["Local index", *_index(name, card, manifest), ""]
    if card:
        lines += [*_opt_out(card), *_sources(card)]
    return "\n".join(lines).rstrip()


def _rows(cards: Iterable[Card], manifests: Mapping[str, Manifest]) -> Iterator[str]:
    for card in cards:
        photos = count(card.counts.photos, "photo") if card.counts.photos else ""
        if card.name in manifests:
            state = _here(manifests[card.name])
        elif not card.checkable:
            state = "cannot be checked: no key published"
        else:
            state = f"no local index; its file: {_had(card)}"
        yield f"  {card.name:<22} {card.year or '':<5} {photos:>20}  {state}"


def _had(card: Card) -> str:
    """How to come by the index."""
    if any(file.fetchable for file in card.files):
        return "datasets fetch gets it"
    return ACCESS[card.files[0].access if card.files else "unknown"]


def _here(manifest: Manifest) -> str:
    return f"local index: {count(manifest.records, 'record')}, built {manifest.built_at[:10]}"


def _described(card: Card) -> Iterator[str]:
    yield f"{card.title} ({card.name})"
    yield ""
    yield from _wrapped(card.purpose)
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
        "Matched by": ", ".join(KEY_NAMES[key] for key in card.match_keys),
        "Cannot be checked": card.no_key_reason,
        "Certainty": f"{card.certainty}: {card.certainty_note}" if card.certainty_note else None,
    }
    for label, value in facts.items():
        if value:
            yield from _wrapped(f"{label + ':':<19}{value}", indent=19)
    yield ""
    if card.files:
        yield "Index files"
    for file in card.files:
        size = f", {file.bytes:,} bytes" if file.bytes else ""
        yield f"  {file.name} ({file.format}{size}): {ACCESS[file.access]}"
        for place in (file.url, file.page, file.note):
            if place:
                yield from _wrapped(f"    {place}", indent=4)
    if card.files:
        yield ""


def _counts(card: Card) -> Iterator[str]:
    for label in ("photos", "videos", "faces", "identities", "accounts"):
        value = getattr(card.counts, label)
        if value:
            yield f"{value:,} {label}"


def _index(name: str, card: Card | None, manifest: Manifest | None) -> Iterator[str]:
    if manifest is None:
        if card and any(file.fetchable for file in card.files):
            yield f"  none; get it with: flickr-auditor datasets fetch {name}"
        else:
            yield f"  none; build it with: flickr-auditor datasets add {name} FILE"
        return
    photos, owners = count(manifest.photos, "photo"), count(manifest.owners, "owner")
    yield f"  {count(manifest.records, 'record')} of {photos}, {owners}"
    yield f"  built {manifest.built_at} from {count(manifest.rows, 'row')}"
    for reason, number in manifest.skipped.items():
        yield f"  skipped {number:,}: {reason}"
    for source in manifest.sources:
        yield f"  {plain(source.name)}: {source.bytes:,} bytes, sha256 {source.sha256}"


def _opt_out(card: Card) -> Iterator[str]:
    out = card.opt_out
    yield "How to get out"
    for text in (out.how, out.note):
        if text:
            yield from _wrapped(f"  {text}", indent=2)
    contact = ", ".join(part for part in (out.who, out.email, out.url) if part)
    if contact:
        yield f"  Contact: {contact}"
    if out.source:
        yield from _wrapped(f"  Source: {out.source}", indent=2)
    yield ""


def _sources(card: Card) -> Iterator[str]:
    if card.facts:
        yield "What this rests on"
        for fact in card.facts:
            yield from _wrapped(f"  - {fact.fact} [{fact.source}]", indent=4)
        yield ""
    if card.unconfirmed:
        yield "Not confirmed"
        for text in card.unconfirmed:
            yield from _wrapped(f"  - {text}", indent=4)


def _wrapped(text: str, indent: int = 0) -> list[str]:
    import textwrap

    return textwrap.wrap(
        text,
        _WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
