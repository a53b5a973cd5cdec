"""A host that is broken, lies or changes: a clear error, and never a "not found" that nobody looked for."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from auditor.audit.match import Subject, match
from auditor.errors import AuditorError, RefusedError, UnreachableError, UsageError, WrongFileError
from auditor.lookup.client import open_lookup
from auditor.lookup.host import ATTEMPTS, Host
from tests.datasets.web import Handler, cut, redirect, status
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
    from pathlib import Path

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
    from pathlib import Path

    with pytest.raises(UnreachableError):
        open_lookup("http://127.0.0.1:9/", Path(str(tmp_path)))
