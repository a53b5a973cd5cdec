"""A mail saved as a file is a list of the photos that its texts and pages link to, in whatever encoding."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from auditor.datasets.index.build import build
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.parsing import mails
from auditor.datasets.parsing.row import UNNAMED_PHOTOS
from auditor.datasets.readers.generic import generic_format
from auditor.errors import WrongFileError
from tests.datasets.readers.conftest import Write, found_in_index
from tests.datasets.readers.lookalikes import page
from tests.datasets.same_photos import PHOTOS

IDS = {photo for photo, _, _ in PHOTOS}
OWNERS = {nsid for _, nsid, _ in PHOTOS}
PAGES = [page(photo, nsid) for photo, nsid, _ in PHOTOS]
TEXT = "My photos:\n\n" + "".join(f"{'so ' * 10}{url}?a=1 ü\n" for url in PAGES)
HTML = "<p>My photos:</p>" + "".join(f'<a href="{url}">{url[:-4]}…</a> ü ' for url in PAGES)
ALBUM = "https://www.flickr.com/photos/roe/albums/72157600000000001"
ENCODINGS = ["quoted-printable", "base64", "8bit"]


def mail(body: str = "See below.\n", subtype: str = "plain", cte: str = "quoted-printable") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "Roe <roe@example.org>", "my photos"
    message["Date"] = "Tue, 03 Nov 2026 10:00:00 +0100"
    message.set_content(body, subtype, cte=cte)
    return message


def read(indexes: Path, path: Path) -> tuple[Manifest, dict[str, set[object]]]:
    manifest = build(indexes, "my-list", [path], formats=[generic_format()])
    assert manifest.rows == manifest.indexed + sum(manifest.skipped.values())
    return manifest, found_in_index(indexes, manifest)


@pytest.mark.parametrize("cte", ENCODINGS)
@pytest.mark.parametrize("subtype", ["plain", "html"])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_every_photo_of_a_mail_is_read_and_the_index_is_whole(
    indexes: Path, write: Write, subtype: str, cte: str, line_end: bytes
) -> None:
    body = TEXT if subtype == "plain" else HTML
    manifest, found = read(indexes, write(bytes(mail(body, subtype, cte)).replace(b"\r\n", line_end)))
    assert (found["photo_ids"], found["owners"]) == (IDS, OWNERS)
    assert not manifest.in_part(all_flickr=False)


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "x-nobody-knows"])
def test_a_charset_is_the_mails_own(indexes: Path, write: Write, charset: str) -> None:
    known = charset != "x-nobody-knows"
    data = mail(TEXT, cte="base64") if not known else mail()
    if known:
        data.set_content(TEXT.encode(charset), "text", "plain", cte="base64", params={"charset": charset})
    content = bytes(data).replace(b'charset="utf-8"', b'charset="x-nobody-knows"')
    assert read(indexes, write(content))[1]["photo_ids"] == IDS


def test_the_same_photos_as_text_and_as_page_are_there_once(indexes: Path, write: Write) -> None:
    message = mail(TEXT)
    message.add_alternative(HTML, "html", cte="base64")
    manifest, found = read(indexes, write(bytes(message)))
    assert found["photo_ids"] == IDS
    assert manifest.indexed == len(IDS)


@pytest.mark.parametrize("subtype", ["plain", "csv", "html"])
def test_a_list_that_is_attached_is_read_where_it_is_text(indexes: Path, write: Write, subtype: str) -> None:
    message = mail()
    message.add_attachment(HTML if subtype == "html" else TEXT, subtype, filename="list")
    assert read(indexes, write(bytes(message)))[1]["photo_ids"] == IDS


def test_a_mail_inside_a_mail_is_read(indexes: Path, write: Write) -> None:
    message = mail()
    message.add_attachment(mail(TEXT, cte="base64"))
    assert read(indexes, write(bytes(message)))[1]["photo_ids"] == IDS


@pytest.mark.parametrize(("kind", "told"), [(("application", "zip"), 1), (("image", "png"), 0)])
def test_an_attachment_that_may_hold_a_list_is_told_as_not_read(
    indexes: Path, write: Write, kind: tuple[str, str], told: int
) -> None:
    message = mail(TEXT)
    message.add_attachment(PAGES[0].encode(), *kind, filename="list")
    manifest, _ = read(indexes, write(bytes(message)))
    assert manifest.skipped.get(mails.ATTACHED, 0) == told
    assert manifest.in_part(all_flickr=False) == bool(told)


@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_an_album_in_a_mail_is_told_as_not_read(indexes: Path, write: Write, subtype: str) -> None:
    body = HTML + f'<a href="{ALBUM}">' if subtype == "html" else f"{TEXT}\n{ALBUM}"
    manifest, _ = read(indexes, write(bytes(mail(body, subtype, "base64"))))
    assert manifest.skipped[UNNAMED_PHOTOS] == 1


def nested(parts: int) -> bytes:
    head = "From: a@example.org\nSubject: x\nDate: x\n"
    return (
        head + "".join(f"Content-Type: multipart/mixed; boundary={n}\n\n--{n}\n" for n in range(parts))
    ).encode()


def without_its_end() -> bytes:
    message = mail(TEXT)
    message.add_alternative(HTML, "html", cte="base64")
    return bytes(message)[:-200]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bytes(mail(TEXT)) + b" " * mails.MOST_BYTES, "more than 32 MiB"),
        (nested(101), "too many parts"),
        (without_its_end(), "cut short"),
        (bytes(mail(TEXT * 9, cte="base64"))[:-9], "cut short"),
        (
            bytes(mail(TEXT)).replace(b"text/plain", b"multipart/mixed; boundary=b")
            + b"--b\n\nx\n" * 1001
            + b"--b--",
            "1,000 parts",
        ),
    ],
    ids=["large", "nested", "cut", "base64 that is cut", "many parts"],
)
def test_a_mail_that_cannot_be_read_whole_is_refused_with_a_way_on(
    indexes: Path, write: Write, content: bytes, words: str
) -> None:
    with pytest.raises(WrongFileError, match=words) as raised:
        read(indexes, write(content))
    assert raised.value.hint


@pytest.mark.parametrize(
    "content",
    [
        "From: me\nTo: you\n" + TEXT,
        "note: my photos\nsubject: none\n\n" + TEXT,
        TEXT,
    ],
)
def test_a_text_that_begins_like_a_mail_is_a_text(indexes: Path, write: Write, content: str) -> None:
    assert read(indexes, write(content.encode()))[1]["photo_ids"] == IDS
