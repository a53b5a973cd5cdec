"""What is judged is the address that will be connected to, for every command that takes one."""

from pathlib import Path

import pytest

from auditor import settings
from auditor.datasets.http_get import check_address
from auditor.errors import ConfigurationError, RefusedError
from auditor.web.address import parse

# Each looks like this machine, or like Flickr, to some parser, and is something else to another.
CONFUSING = [
    "http://evil.example\\@127.0.0.1/",
    "http://evil.example\\@127.0.0.1:8765",
    "http://evil.example#@127.0.0.1/",
    "http://evil.example?@127.0.0.1/",
    "http://127.0.0.1\\.evil.example/",
    "http://127.0.0.1@evil.example/",
    "http://127.0.0.1:80@evil.example/",
    "http://localhost:secret@evil.example",
    "http://evil.example:80#@localhost",
    "http:\\\\127.0.0.1",
    "http://127.0.0.1\n.evil.example/",
    "http://127.0.0.1\t.evil.example/",
    "http://127.0.0.1 .evil.example/",
    "http://127.0.0.1%00.evil.example/",
    "http://127.0.0.1.evil.example/",
    "http://[::1].evil.example/",
    "http://[::ffff:198.51.100.1]/",
    "http://0.0.0.0.evil.example/",
    "http://localhost.evil.example/",
    "http://local\u200bhost.evil.example/",
]


@pytest.mark.parametrize("url", CONFUSING)
def test_nothing_that_another_parser_takes_for_this_machine_is_taken_for_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="AUDITOR_FLICKR_URL"):
        settings.load(environ={"AUDITOR_FLICKR_URL": url}, working_dir=tmp_path)
    with pytest.raises(RefusedError):
        check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:99999",
        "http://127.0.0.1:x",
        "http://[::1",
        "http://",
        "https://",
        "127.0.0.1:8765",
        "//127.0.0.1",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "javascript:alert(1)",
        "http://user:password@127.0.0.1:8765",
        "http://.",
        "http://" + "a" * 300,
        "http://127.0.0.1:8765/?x=1",
        "http://127.0.0.1:8765/#x",
    ],
)
def test_an_address_that_is_none_is_told(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="AUDITOR_FLICKR_URL"):
        settings.load(environ={"AUDITOR_FLICKR_URL": url}, working_dir=tmp_path)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8765", "127.0.0.1"),
        ("http://127.0.0.1:8765/", "127.0.0.1"),
        ("HTTP://LOCALHOST:8765", "localhost"),
        ("https://[::1]:8765", "::1"),
        (" http://127.0.0.1:8765\n", "127.0.0.1"),
        ('"http://127.0.0.1:8765"', "127.0.0.1"),
    ],
)
def test_this_machine_is_accepted_and_used_as_it_was_judged(url: str, host: str, tmp_path: Path) -> None:
    used = settings.load(environ={"AUDITOR_FLICKR_URL": url}, working_dir=tmp_path).flickr_url
    assert used is not None
    assert parse(used).host == host
    assert not used.endswith("/")


@pytest.mark.parametrize(
    ("url", "checksum", "good"),
    [
        ("https://example.org/a.csv", False, True),
        ("http://example.org/a.csv", False, False),
        ("http://example.org/a.csv", True, True),
        ("http://127.0.0.1:80/a.csv", False, True),
        ("https://user:password@example.org/a.csv", True, False),
        ("ftp://example.org/a.csv", True, False),
        ("https://exämple.org/ä b.csv", False, False),
        ("https://exämple.org/ä.csv", False, True),
    ],
)
def test_files_come_over_https_or_with_a_checksum(url: str, *, checksum: bool, good: bool) -> None:
    if good:
        assert parse(check_address(url, has_checksum=checksum).url).url.isascii()
    else:
        with pytest.raises(RefusedError):
            check_address(url, has_checksum=checksum)


@pytest.mark.parametrize(
    "url", ["http://me:hush@127.0.0.1:1/", "https://hush@example.org/", "http://a:hush@[::1"]
)
def test_a_password_in_an_address_is_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings.load(environ={"AUDITOR_FLICKR_URL": url}, working_dir=tmp_path)
    with pytest.raises(RefusedError) as refused:
        check_address(url)
    assert "hush" not in caught.value.message + refused.value.message
