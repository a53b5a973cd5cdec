"""A host that is broken, lies or changes: a clear error, and never a "not found" that nobody looked for."""

import errno
import gzip
import json
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.audit.match import Subject, match
from auditor.errors import (
    AuditorError,
    RefusedError,
    StorageError,
    UnreachableError,
    UsageError,
    WrongFileError,
)
from auditor.files import storage_error
from auditor.lookup import host
from auditor.lookup import publish as publishing
from auditor.lookup.asked import Asked
from auditor.lookup.client import open_lookup
from auditor.lookup.host import ATTEMPTS, Host
from auditor.lookup.left_out import LeftOut
from tests.datasets.web import Handler, cut, redirect, status
from tests.lookup import forging
from tests.lookup.conftest import NOW, Data, Hosted, nsid

Break = Callable[[Hosted], None]


def owner(value: str) -> Subject:
    return Subject(frozenset(), {}, nsids=frozenset({value}))


def describe(text: str) -> Break:
    def act(hosted: Hosted) -> None:
        hosted.web.files["lookup.json"] = text.encode()

    return act


def edit(**values: object) -> Break:
    def act(hosted: Hosted) -> None:
        told = json.loads(hosted.web.files["lookup.json"])
        hosted.web.files["lookup.json"] = json.dumps({**told, **values}).encode()

    return act


def fault(answer: Callable[[Handler], bool]) -> Break:
    return lambda hosted: hosted.web.faults.append(answer)


def within(change: Callable[[dict[str, Any]], object]) -> Break:
    return lambda hosted: forging.rewrite(hosted.web, change)


def about(change: Callable[[dict[str, Any]], object]) -> Break:
    return lambda hosted: forging.rewrite_about(hosted.web, change)


@pytest.mark.parametrize(
    ("breaking", "error", "words"),
    [
        (lambda hosted: hosted.web.files.clear(), WrongFileError, "HTTP 404"),
        (describe("<!doctype html><p>Log in"), WrongFileError, "not a look-up"),
        (describe("[1, 2"), WrongFileError, "not a look-up"),
        (describe("[" * 5000), WrongFileError, "not a look-up"),
        (describe("{}"), WrongFileError, "not a look-up"),
        (describe(" " * 200_000), WrongFileError, "too long"),
        (edit(schema_version=2), WrongFileError, "version 2"),
        (edit(sections={"nsid": {"tree": "x"}}), WrongFileError, "not a look-up"),
        (edit(sections={"nsid": 7}), WrongFileError, "not a look-up"),
        (edit(generated_at="yesterday"), WrongFileError, "not a look-up"),
        (
            within(lambda top: top["sections"]["nsid"].update(page_bytes=1 << 40)),
            WrongFileError,
            "pages are far too large",
        ),
        (
            within(lambda top: top["sections"]["nsid"].update(page_bytes=0)),
            WrongFileError,
            "pages are far too large",
        ),
        (
            about(lambda top: top["datasets"][0].update(tool_version="\x1b[2J")),
            WrongFileError,
            "text that is no name",
        ),
        (edit(about="0" * 64), WrongFileError, "HTTP 404"),
        (fault(status(503)), UnreachableError, "503"),
        (fault(status(403)), WrongFileError, "403"),
        (lambda hosted: hosted.web.faults.extend([cut(100)] * ATTEMPTS), UnreachableError, "cut"),
        (fault(redirect("https://another.example/lookup.json")), RefusedError, "another.example"),
        (fault(redirect("/elsewhere/lookup.json")), RefusedError, "elsewhere"),
    ],
)
def test_a_host_that_gives_no_look_up(
    small: Hosted, breaking: Break, error: type[AuditorError], words: str
) -> None:
    breaking(small)
    with pytest.raises(error, match=words) as told:
        small.open()
    assert told.value.hint


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda content: b"", RefusedError),
        (lambda content: content[:-10], RefusedError),
        (lambda content: content + b"\0", WrongFileError),
        (lambda content: b"<!doctype html>" + content[15:], RefusedError),
        (lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:], RefusedError),
        (None, WrongFileError),
    ],
    ids=["empty", "cut short", "longer", "a web page", "one bit", "missing"],
)
def test_a_bucket_that_cannot_be_read_is_a_failure_and_no_miss(
    small: Hosted, change: Callable[[bytes], bytes] | None, error: type[AuditorError]
) -> None:
    for path in [path for path in small.web.files if path.startswith("nsid/") and path[5].isalnum()]:
        if "group" in path or "tree" in path:
            continue
        if change is None:
            del small.web.files[path]
        else:
            small.web.files[path] = change(small.web.files[path])
    asked = small.ask()
    for index in asked.indexes():
        assert not match(owner(nsid(3)), index).by_owner
    assert isinstance(asked.failure, error)
    remote, unasked = small.ask(account=nsid(3)).for_account((), ())
    assert not remote
    assert unasked.keys() == {"owners", "pictures", "aliases", "hashes"}


def test_an_answer_that_cannot_be_unpacked_is_a_failure(small: Hosted) -> None:
    """Its SHA-256 is right, so it is the publisher's own mistake, or an attack on the reader."""
    from auditor.lookup.columns import Bucket

    for content in (b"", b"\xff" * 50, Bucket.unpacked.__doc__ or ""):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is no crash
            Bucket.unpacked(content if isinstance(content, bytes) else content.encode())


def test_the_root_can_be_pinned(small: Hosted, few: Data) -> None:
    root = small.published.root
    lookup = open_lookup(f"{small.web.base}/#{root}", small.home)
    assert lookup.by_prefix("nsid", nsid(3))
    small.again(now=NOW + timedelta(days=1))
    with pytest.raises(RefusedError, match="not the one you named"):
        open_lookup(f"{small.web.base}/#sha256:{root}", small.home)


def test_an_old_look_up_put_back_is_refused(small: Hosted) -> None:
    before = dict(small.web.files)
    small.again(now=NOW + timedelta(days=1))
    small.open()
    small.web.files = before
    with pytest.raises(RefusedError, match="there before"):
        small.open()
    # Who never saw the newer one can't know, unless the root is pinned.
    small.open(fresh=True)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("http://look-up.example/", RefusedError),
        ("ftp://look-up.example/", UsageError),
        ("look-up.example", UsageError),
        (r"http://look-up.example\@127.0.0.1/", UsageError),
        ("https://me:secret@look-up.example/", UsageError),
        ("https://look-up.example/?user=me", UsageError),
        ("https://look-up.example/#short", UsageError),
    ],
)
def test_an_address_that_is_none(address: str, error: type[AuditorError], tmp_path: object) -> None:
    with pytest.raises(error):
        Host(address, Path(str(tmp_path)))


def test_what_was_fetched_is_not_asked_for_again(small: Hosted) -> None:
    def ask() -> None:
        assert small.open().by_prefix("nsid", nsid(3))

    assert len(small.requests(ask)) == 5
    assert small.requests(ask) == ["/lookup.json"]
    small.again(now=NOW + timedelta(days=1))
    assert small.requests(ask) == ["/lookup.json"]


def test_a_kept_file_that_was_damaged_is_fetched_again(small: Hosted) -> None:
    assert small.open().by_prefix("nsid", nsid(3))
    for path in small.home.rglob("*"):
        if path.is_file() and path.name != "newest":
            path.write_bytes(b"something else")
    assert small.open().by_prefix("nsid", nsid(3))


def test_a_connection_that_is_cut_is_made_again(small: Hosted) -> None:
    small.web.faults += [cut(100)]
    assert small.open().by_prefix("nsid", nsid(3))


def test_nobody_answers(tmp_path: object) -> None:
    with pytest.raises(UnreachableError):
        open_lookup("http://127.0.0.1:9/", Path(str(tmp_path)))


def test_a_look_up_of_the_future_is_refused_and_does_not_spoil_the_next(small: Hosted) -> None:
    """Taken as the newest that was seen, it would have every true one refused."""
    now = small.web.files["lookup.json"]
    edit(generated_at="9999-12-31T23:59:59+00:00")(small)
    with pytest.raises(RefusedError, match="in the future"):
        small.open()
    small.web.files["lookup.json"] = now
    assert small.open().by_prefix("nsid", nsid(3))


@pytest.mark.parametrize(
    "time", ["2025-11-26T12:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
)
def test_a_time_that_is_none(small: Hosted, time: str) -> None:
    edit(generated_at=time)(small)
    with pytest.raises(WrongFileError, match="not a look-up"):
        small.open()


def test_times_are_compared_by_what_they_are_in_utc(small: Hosted) -> None:
    edit(generated_at="2025-11-26T23:00:00+14:00")(small)  # before NOW, though it reads as after it
    small.open()
    edit(generated_at="2025-11-26T12:00:00+00:00")(small)
    small.open()


def replaced_at(part: str, files: dict[str, bytes]) -> Callable[[Handler], bool]:
    """Other files are there from when one whose name holds `part` is asked for."""

    def fault(handler: Handler) -> bool:
        if part in handler.path:
            handler.web.files = files
        else:
            handler.web.faults.append(fault)
        return False

    return fault


@pytest.mark.parametrize("part", ["about", "nsid/tree", "nsid/group", "page"])
def test_a_look_up_that_is_replaced_while_it_is_asked_is_known_as_that(
    small: Hosted, few: Data, part: str
) -> None:
    old = dict(small.web.files)
    some = frozenset(map(nsid, range(4, 40)))  # so many that every bucket changes
    small.again(left_out=LeftOut(nsids=some), now=NOW + timedelta(days=1))
    names = publishing._before(small.folder).names | {"lookup.json"}
    new = {path: content for path, content in small.web.files.items() if path in names}
    small.web.files = old
    (page,) = [
        path
        for path in small.requests(lambda: small.open(fresh=True).by_prefix("nsid", nsid(3)))
        if path.startswith("/nsid/") and not re.search("tree|group", path)
    ]
    small.web.faults.append(replaced_at(page if part == "page" else part, new))
    asked = small.ask(fresh=True)
    for index in asked.indexes():
        match(owner(nsid(3)), index)
    if part == "about":  # opened anew, before anything was asked
        assert asked.failure is None
        assert asked._lookup.told.left_out == len(some)
    else:
        assert asked.failure
        assert asked._lookup.replaced


def test_a_pinned_look_up_that_is_replaced_while_it_is_asked_is_refused(small: Hosted) -> None:
    lookup = open_lookup(f"{small.web.base}/#{small.published.root}", small.home)
    small.again(now=NOW + timedelta(days=1))
    small.web.files = {path: content for path, content in small.web.files.items() if "nsid/" not in path}
    asked = Asked(lookup)
    for index in asked.indexes():
        match(owner(nsid(3)), index)
    assert isinstance(asked.failure, RefusedError)
    assert "not the one you named" in asked.failure.message
    assert not lookup.replaced


def test_kept_files_are_removed_when_they_are_old_or_too_many(
    small: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> list[Path]:
        return [path for path in small.home.rglob("*") if path.is_file() and path.name != "newest"]

    lookup = small.open()
    assert lookup.by_prefix("nsid", nsid(3))
    old, *others = kept()
    os.utime(old, (0, 0))
    lookup.host.close()
    assert set(kept()) == set(others)
    monkeypatch.setattr(host, "KEPT_BYTES", 10_000)
    lookup.host.close()
    assert sum(path.stat().st_size for path in kept()) <= 10_000
    assert next(small.home.rglob("newest"), None)


def test_a_full_disk_here_is_said_and_is_no_miss(small: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = small.ask(fresh=True)

    def full(*_: object, **__: object) -> None:
        raise storage_error(small.home, OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr(host, "write_atomic", full)
    for index in asked.indexes():
        assert not match(owner(nsid(3)), index).by_owner
    assert isinstance(asked.failure, StorageError)


def test_an_answer_that_unpacks_to_a_thousand_times_its_size(small: Hosted) -> None:
    """Nobody asked for a packed one, but a host can send it all the same."""
    bomb = gzip.compress(bytes(100_000_000), 9)

    def packed(handler: Handler) -> bool:
        handler.answer(200, bomb, headers={"Content-Encoding": "gzip"})
        return True

    small.web.faults.append(packed)
    with pytest.raises(WrongFileError, match="too long"):
        small.open()
