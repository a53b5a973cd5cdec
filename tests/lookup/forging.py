"""Look-ups as a hostile publisher can make them: every SHA-256 is right, and what it proves is not."""

import json
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from auditor.lookup import described, keys, tree
from auditor.lookup.columns import RECORD_COLUMNS, Bucket
from auditor.lookup.tree import Range, sha256_of
from tests.datasets.web import Web

Forge = Callable[[Web, str], None]
"""Makes the files of a server such that whoever asks about this NSID is misled."""

PAGE: Final = 4096


def forge(web: Web, section: str, ranges: Sequence[tuple[int, list[bytes]]], **told: object) -> None:
    """Put these ranges (first prefix, pages) in the place of a section."""
    made = [Range(start, tuple(map(sha256_of, pages))) for start, pages in ranges]
    for entry, (_, pages) in zip(made, ranges, strict=True):
        web.files |= dict(zip(entry.names(section), pages, strict=True))
    table = tree.table(made)
    group = Range(made[0].start, (sha256_of(table),))
    web.files[tree.group_name(section, group)] = table
    whole = tree.table([group])
    web.files[tree.tree_name(section, sha256_of(whole))] = whole
    count = sum(len(pages) for _, pages in ranges)
    size = max(len(page) for _, pages in ranges for page in pages)
    facts = {"tree": sha256_of(whole), "pages": count, "page_bytes": size, **told}
    rewrite(web, lambda top: top["sections"][section].update(facts))


def rewrite(web: Web, change: Callable[[dict[str, Any]], object]) -> None:
    """Change ``lookup.json``."""
    top = json.loads(web.files["lookup.json"])
    change(top)
    web.files["lookup.json"] = json.dumps(top).encode()


def rewrite_about(web: Web, change: Callable[[dict[str, Any]], object]) -> None:
    """Change ``about.json``, and what leads to it."""
    before = json.loads(web.files["lookup.json"])["about"]
    about = json.loads(web.files[described.about_name(before)])
    change(about)
    content = json.dumps(about).encode()
    web.files[described.about_name(sha256_of(content))] = content
    rewrite(web, lambda top: top.update(about=sha256_of(content)))


def page_of(content: bytes) -> bytes:
    """Content as one page, of at least `PAGE` bytes."""
    whole = len(content).to_bytes(4) + content
    return whole + bytes(max(0, PAGE - len(whole)))


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def bucket(nsid: str, **columns: int) -> Bucket:
    """One record of an NSID."""
    digest = keys.digest(keys.NSID, nsid)
    numbers = {name: np.array([columns.get(name, 0)], np.uint64) for name in RECORD_COLUMNS}
    first = columns.get("first", 6_255_196_340) ^ digest.mask
    one = np.array([1], np.uint64)
    places = np.array([digest.place], np.uint64)
    return Bucket(places, one, np.array([first], np.uint64), numbers, b"", b"")


def in_one(make: Callable[[str], bytes]) -> Forge:
    """A section of one bucket with this content."""
    return lambda web, nsid: forge(web, keys.NSID, [(0, [page_of(make(nsid))])])


def head(keys_: int, records: int) -> bytes:
    return keys_.to_bytes(4) + records.to_bytes(4)


def narrow(web: Web, nsid: str) -> None:
    """A range for this account alone."""
    prefix, content = keys.digest(keys.NSID, nsid).prefix, page_of(bucket(nsid).packed())
    forge(web, keys.NSID, [(0, [content]), (prefix, [content]), (prefix + 1, [content])])


def twice(nsid: str) -> bytes:
    one = bucket(nsid)
    double = {name: np.concatenate([numbers] * 2) for name, numbers in one.columns.items()}
    firsts, counts = np.concatenate([one.firsts] * 2), np.concatenate([one.counts] * 2)
    return Bucket(np.concatenate([one.places] * 2), counts, firsts, double, b"", b"").packed()


def section_gone(web: Web, _: str) -> None:
    rewrite(web, lambda top: [top["sections"].pop(name) for name in (keys.NSID, keys.ALIAS)])


def about(change: Callable[[dict[str, Any]], object]) -> Forge:
    return lambda web, _: rewrite_about(web, change)


MISLEADING: Final[dict[str, Forge]] = {
    "records without any byte": in_one(lambda _: deflated(head(1, 2**32 - 1) + bytes(10))),
    "keys without any byte": in_one(lambda _: deflated(head(2**32 - 1, 0) + bytes(10))),
    "a zip bomb": in_one(lambda _: deflated(head(1, 1) + bytes(2**28 + 1))),
    "nothing": in_one(lambda _: b""),
    "no deflate": in_one(lambda _: b"<!doctype html>"),
    "a column of nine bytes": in_one(lambda _: deflated(head(1, 1) + b"\x09" + bytes(200))),
    "a column that ends too early": in_one(lambda _: deflated(head(1, 9) + b"\x01\x09\x08")),
    "texts beyond the end": in_one(lambda nsid: bucket(nsid, text=5000).packed()),
    "more records than there are": in_one(lambda nsid: deflated(head(1, 1) + b"\x01\x07" + bytes(9 + 16))),
    "a key twice": in_one(twice),
    "a dataset that is not described": in_one(lambda nsid: bucket(nsid, dataset=77).packed()),
    "a photo id of 64 bits": in_one(lambda nsid: bucket(nsid, first=2**63).packed()),
    "a photo id of nothing": in_one(lambda nsid: bucket(nsid, first=0).packed()),
    "a length beyond the page": lambda web, _: forge(web, keys.NSID, [(0, [b"\xff" * PAGE])]),
    "pages of two sizes": lambda web, nsid: forge(
        web, keys.NSID, [(0, [page_of(bucket(nsid).packed()), b"short"])]
    ),
    "a bucket of too many pages": lambda web, _: forge(
        web, keys.NSID, [(0, [bytes([0])] * 3000)], page_bytes=88 * 1024
    ),
    "a range for one account": narrow,
    "no range for it": lambda web, _: forge(web, keys.NSID, [(2**32 - 1, [bytes(PAGE)])]),
    "ranges in disorder": lambda web, _: forge(web, keys.NSID, [(0, [bytes(PAGE)])] * 2),
    "no files of owners": section_gone,
    "a section of nothing": lambda web, _: rewrite(
        web, lambda top: top["sections"][keys.NSID].update(tree=None)
    ),
    "a number of another kind": lambda web, _: rewrite(web, lambda top: top.update(left_out="3")),
    "a number of 300 digits": lambda web, _: rewrite(web, lambda top: top.update(left_out=10**300)),
    "a dataset twice": about(lambda told: told["datasets"].append(told["datasets"][0])),
    "no datasets": about(lambda told: told.update(datasets={"a": 1})),
    "a dataset that is a command": about(lambda told: told["datasets"][0].update(dataset="x; rm -rf ~")),
    "a dataset without sources": about(lambda told: told["datasets"][0].update(sources=None)),
}
"""What must end in a failure that is said, and never in an answer, a crash or a full memory."""


def markup(web: Web, nsid: str) -> None:
    """Markup and marks that reorder text wherever a publisher can write; it is shown as text."""
    nasty = "<img src=x onerror=\"document.title='owned'\">\u202eevil\u0000"

    def change(told: dict[str, Any]) -> None:
        for one in [*told["datasets"], *told["unknown"]]:
            one.update(title=nasty, publisher=f"javascript:alert(1) {nasty}", about="<b>", year="<i>")
        told["licenses"] = {str(n): nasty for n in range(20)}

    rewrite_about(web, change)
    one = bucket(nsid, text=len(nasty.encode()), key=len(nasty.encode()), license=5, flags=0, row=1)
    content = Bucket(one.places, one.counts, one.firsts, one.columns, nasty.encode(), nasty.encode()).packed()
    forge(web, keys.NSID, [(0, [page_of(content)])])
