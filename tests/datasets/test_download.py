"""Downloads over real sockets: nothing twice, nothing half, nothing else than what was asked for."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from auditor.datasets import download as module
from auditor.datasets import http_get
from auditor.datasets.download import Downloaded, Remote, download
from auditor.datasets.http_get import check_address, get_small
from auditor.errors import AuditorError, RefusedError, StorageError, UnreachableError, WrongFileError
from tests.datasets.web import Handler, Web, cut, redirect, serve, status

CONTENT = bytes(range(256)) * 5000
NAME = "index.csv"


@pytest.fixture
def web() -> Iterator[Web]:
    with serve(Web(files={NAME: CONTENT})) as web:
        yield web


@pytest.fixture
def get(web: Web, tmp_path: Path) -> Callable[..., Downloaded]:
    def get(*, bytes: int | None = None, sha256: str | None = None, md5: str | None = None) -> Downloaded:  # noqa: A002
        remote = Remote(web.url(NAME), NAME, bytes, sha256, md5)
        return download(remote, tmp_path, wait=lambda seconds: None)

    return get


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_comes_whole_and_with_its_digest(get: Callable[..., Downloaded], tmp_path: Path) -> None:
    found = get()
    assert found.path.read_bytes() == CONTENT
    assert found == Downloaded(
        tmp_path / NAME, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), unchanged=False
    )
    assert left(tmp_path) == {NAME, f"{NAME}.http.json"}


@pytest.mark.parametrize(
    ("etag", "last_modified"),
    [('"v1"', None), ('W/"v1"', None), (None, "Sat, 01 Nov 2025 10:00:00 GMT")],
)
def test_an_unchanged_file_is_not_sent_again(
    web: Web, get: Callable[..., Downloaded], etag: str | None, last_modified: str | None
) -> None:
    web.etag, web.last_modified = etag, last_modified
    first = get()
    web.sent = 0
    second = get()
    assert web.sent == 0
    assert second.unchanged
    assert second.sha256 == first.sha256


def test_a_file_with_a_known_checksum_is_not_even_asked_for_again(
    web: Web, get: Callable[..., Downloaded]
) -> None:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    get(sha256=sha256)
    web.requests.clear()
    assert get(sha256=sha256).unchanged
    assert web.requests == []


def test_a_changed_file_replaces_the_old_one(web: Web, get: Callable[..., Downloaded]) -> None:
    get()
    web.files[NAME], web.etag = b"new content", '"v2"'
    found = get()
    assert not found.unchanged
    assert found.path.read_bytes() == b"new content"


def test_a_file_that_was_damaged_on_disk_is_had_again(get: Callable[..., Downloaded]) -> None:
    get().path.write_bytes(CONTENT[:-1])
    assert get().path.read_bytes() == CONTENT


def test_a_broken_transfer_goes_on_where_it_stopped(web: Web, get: Callable[..., Downloaded]) -> None:
    web.faults = [cut(100_000), cut(200_000)]
    assert get().path.read_bytes() == CONTENT
    assert web.sent == len(CONTENT)
    assert [request.headers.get("Range") for request in web.requests] == [
        None,
        "bytes=100000-",
        "bytes=300000-",
    ]
    assert web.requests[1].headers["If-Range"] == '"v1"'


def test_a_transfer_goes_on_in_the_next_run(web: Web, get: Callable[..., Downloaded], tmp_path: Path) -> None:
    web.faults = [cut(100_000)] + [cut(0)] * module.ATTEMPTS
    with pytest.raises(UnreachableError) as raised:
        get()
    assert raised.value.exit_code == 5
    assert (tmp_path / f"{NAME}.part").stat().st_size == 100_000
    web.faults = []
    assert get().transferred == len(CONTENT) - 100_000


def test_a_part_is_not_kept_when_the_server_says_nothing_to_tell_files_apart(
    web: Web, get: Callable[..., Downloaded], tmp_path: Path
) -> None:
    web.etag = None
    web.faults = [cut(100_000)] * module.ATTEMPTS
    with pytest.raises(UnreachableError):
        get()
    assert left(tmp_path) == set()


def test_a_server_that_ignores_ranges_sends_the_whole_file(web: Web, get: Callable[..., Downloaded]) -> None:
    web.ranges = False
    web.faults = [cut(100_000)]
    assert get().path.read_bytes() == CONTENT


def test_a_file_that_changes_midway_is_had_anew(web: Web, get: Callable[..., Downloaded]) -> None:
    def change(handler: Handler) -> bool:
        web.files[NAME], web.etag = CONTENT[::-1], '"v2"'
        return False

    web.faults = [cut(100_000), change]
    assert get().path.read_bytes() == CONTENT[::-1]


def test_a_server_that_mixes_two_files_is_not_believed(web: Web, get: Callable[..., Downloaded]) -> None:
    def mix(handler: Handler) -> bool:
        web.files[NAME], web.etag = CONTENT[::-1], '"v2"'
        return cut(50_000)(handler)

    web.faults = [cut(100_000), mix]
    assert get().path.read_bytes() == CONTENT[::-1]


def test_a_part_that_only_lacked_the_last_step_is_taken(
    web: Web, get: Callable[..., Downloaded], tmp_path: Path
) -> None:
    found = get()
    found.path.rename(tmp_path / f"{NAME}.part")
    (tmp_path / f"{NAME}.http.json").rename(tmp_path / f"{NAME}.part.http.json")
    web.sent = 0
    assert get().path.read_bytes() == CONTENT
    assert web.sent == 0


def test_a_busy_server_is_asked_again(web: Web, get: Callable[..., Downloaded]) -> None:
    web.faults = [status(503), status(429)]
    assert get().path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("code", "error", "exit_code", "words"),
    [
        (404, WrongFileError, 2, "HTTP 404"),
        (410, WrongFileError, 2, "HTTP 410"),
        (401, WrongFileError, 2, "not for everybody"),
        (403, WrongFileError, 2, "not for everybody"),
        (503, UnreachableError, 5, "HTTP 503"),
    ],
)
def test_an_address_that_gives_no_file_is_told(
    web: Web,
    get: Callable[..., Downloaded],
    tmp_path: Path,
    code: int,
    error: type[AuditorError],
    exit_code: int,
    words: str,
) -> None:
    web.faults = [status(code)] * module.ATTEMPTS
    with pytest.raises(error, match=words) as raised:
        get()
    assert raised.value.exit_code == exit_code
    assert raised.value.hint
    assert left(tmp_path) == set()


def test_nobody_there_is_no_bug(tmp_path: Path) -> None:
    with serve(Web()) as web:
        address = web.url(NAME)
    with pytest.raises(UnreachableError):
        download(Remote(address, NAME), tmp_path, wait=lambda seconds: None)


@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_another_content_than_the_checksums_is_refused(
    get: Callable[..., Downloaded], tmp_path: Path, kind: str
) -> None:
    wrong = hashlib.new(kind, b"other").hexdigest()
    with pytest.raises(RefusedError, match=f"another {kind}"):
        get(**{kind: wrong})
    assert left(tmp_path) == set()


def test_a_file_longer_than_promised_is_cut_off(
    web: Web, get: Callable[..., Downloaded], tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="longer"):
        get(bytes=1000, sha256="0" * 64)
    assert left(tmp_path) == set()


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><title>Log in</title>", b"\n  <html lang=en>"])
def test_a_web_page_in_place_of_the_file_is_told(
    web: Web, get: Callable[..., Downloaded], tmp_path: Path, page: bytes
) -> None:
    web.files[NAME] = page
    with pytest.raises(WrongFileError, match="web page"):
        get()
    assert left(tmp_path) == set()


def test_a_full_disk_is_told_before_the_download(
    get: Callable[..., Downloaded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEEP_FREE", 1 << 62)
    with pytest.raises(StorageError, match="free"):
        get()
    assert left(tmp_path) == set()


def test_a_number_that_is_none_says_nothing_of_the_length(
    web: Web, get: Callable[..., Downloaded], tmp_path: Path
) -> None:
    def endless(handler: Handler) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Length", "9" * 5000)
        handler.end_headers()
        handler.wfile.write(b"content")
        return True

    web.faults = [endless]
    assert get().path.read_bytes() == b"content"


def test_redirects_are_followed_within_the_rules(web: Web, get: Callable[..., Downloaded]) -> None:
    web.files["elsewhere"] = b"content"
    web.faults = [redirect("/elsewhere")]
    assert get().path.read_bytes() == b"content"


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("http://example.org/file", RefusedError),
        ("ftp://127.0.0.1/file", RefusedError),
        ("//[", WrongFileError),
        (f"/{NAME}", WrongFileError),
    ],
)
def test_redirects_that_lead_astray_are_refused(
    web: Web, get: Callable[..., Downloaded], target: str, error: type[AuditorError]
) -> None:
    web.faults = [redirect(target)] * 10
    with pytest.raises(error):
        get()


@pytest.mark.parametrize(
    ("url", "has_checksum", "good"),
    [
        ("https://example.org/file", False, True),
        ("http://example.org/file", True, True),
        ("http://example.org/file", False, False),
        ("http://localhost:8000/file", False, True),
        ("http://[::1]:8000/file", False, True),
        ("http://127.0.0.1.example.org/file", False, False),
        ("http://127.0.0.1@example.org/file", False, False),
        ("file:///etc/passwd", True, False),
        ("https:///file", False, False),
        ("data", False, False),
        ("http://[", False, False),
    ],
)
def test_only_addresses_that_prove_their_content_are_called(url: str, has_checksum: bool, good: bool) -> None:
    if good:
        check_address(url, has_checksum=has_checksum)
    else:
        with pytest.raises(RefusedError):
            check_address(url, has_checksum=has_checksum)


def test_no_login_leaves_this_machine(
    web: Web, get: Callable[..., Downloaded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    get()
    assert "Authorization" not in web.requests[0].headers


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (None, WrongFileError, "gives more than 10 bytes"),
        (status(503), UnreachableError, "answers HTTP 503"),
        (status(404), WrongFileError, "404"),
        (cut(5), UnreachableError, "does not answer"),
    ],
    ids=["too long", "busy", "missing", "cut"],
)
def test_a_small_file_is_had_whole_or_not_at_all(
    web: Web, fault: Callable[[Handler], bool] | None, error: type[AuditorError], says: str
) -> None:
    assert get_small(web.url(NAME), len(CONTENT)) == CONTENT
    web.faults = [fault] if fault else []
    with pytest.raises(error, match=says):
        get_small(web.url(NAME), 10)


def test_nobody_elsewhere_leads_to_what_listens_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        is_redirect, headers = True, {"Location": "http://127.0.0.1:5984/_all_dbs"}

    monkeypatch.setattr(http_get, "_get", lambda *_: nullcontext(Away()))
    with pytest.raises(RefusedError, match="redirects to an address on this machine"):
        download(Remote("https://example.org/a.csv", "a.csv"), tmp_path)
