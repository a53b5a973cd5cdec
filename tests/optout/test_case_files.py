"""The files of a letter: an e-mail nobody can slip a header into, a table no spreadsheet runs."""

import csv
import io
import stat
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from auditor.datasets import catalogue
from auditor.optout.case_files import COLUMNS, email, links_csv, write_letter
from auditor.optout.photos import Place
from tests.optout.conftest import PHOTO, a_letter


def parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=default)


@given(subject=st.text(), body=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_subject_is_one_header_whatever_it_holds(subject: str, body: str) -> None:
    hostile = f"{subject}\r\nBcc: evil@example.org\n\nbody"
    data = email(
        to="a@example.org", subject=hostile, body=body, message_id="<a@b>", links=("links-1.csv", "x\r\n")
    )
    message = parsed(data)
    assert {name.lower() for name in message} == {
        "x-unsent",
        "message-id",
        "to",
        "subject",
        "mime-version",
        "content-type",
    }
    assert message["To"] == "a@example.org"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/csv"]


def test_an_email_opens_as_a_draft_with_recipient_letter_and_table(tmp_path: Path) -> None:
    letter = a_letter(language="fr", sender="Zoë Ångström")
    write_letter([letter], tmp_path / "pack", message_id="ffhq-1.1.token")
    message = parsed((tmp_path / "pack" / "letter-1.eml").read_bytes())
    text, table = message.iter_parts()
    assert message["X-Unsent"] == "1"
    assert message["Message-ID"] == "<ffhq-1.1.token.1@flickr-auditor.invalid>"
    assert message["To"] == "researchinquiries@nvidia.com"
    assert message["Subject"] == "Demande de retrait de 1 photo de FFHQ (Flickr-Faces-HQ) [ffhq-1]"
    assert "Zoë Ångström" in cast("EmailMessage", text).get_content()
    assert cast("EmailMessage", table).get_filename() == "links-1.csv"
    assert PHOTO.link in cast("EmailMessage", table).get_content()


def test_an_email_to_a_publisher_without_a_known_address_has_no_recipient(tmp_path: Path) -> None:
    write_letter([a_letter(card=catalogue.get("ibm-dif"))], tmp_path, message_id="x")
    assert parsed((tmp_path / "letter-1.eml").read_bytes())["To"] is None


def test_cells_that_start_a_formula_are_neutralised_and_every_photo_has_one_row() -> None:
    places = (Place("=cmd|' /C calc'!A0", "x\r\n=1"), Place("b.txt", "line 2"))
    rows = list(csv.reader(io.StringIO(links_csv(a_letter([replace(PHOTO, places=places), PHOTO])))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 3
    assert rows[1][2] == "'=cmd|' /C calc'!A0 x =1 | b.txt line 2"
    assert [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@"}] == []


def test_the_files_are_private_and_a_folder_of_the_user_keeps_its_mode(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir(mode=0o755)
    for folder, mode in ((own, 0o755), (tmp_path / "new", 0o700)):
        files = [Path(name) for name in write_letter([a_letter()], folder, message_id="x")]
        names = ["letter-1.txt", "letter-1.md", "letter-1.eml", "letter-1.pdf", "links-1.csv"]
        assert [file.name for file in files] == names
        assert stat.S_IMODE(folder.stat().st_mode) == mode
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
