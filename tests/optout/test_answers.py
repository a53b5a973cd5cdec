"""What publishers write, as they write it: proposed rightly, or said to be not sure."""

import tomllib
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.mail import read_mail
from auditor.optout.answers import own_words, propose
from auditor.optout.case import AnswerClass

ANSWERS = [
    (answer["class"], answer["text"])
    for answer in tomllib.loads((Path(__file__).parent / "answers.toml").read_text("utf-8"))["answer"]
]
UNCLEAR = [
    "We will remove your photos in the next release.",
    "Once you confirm the list, the photos are deleted.",
    "The dataset has been withdrawn in 2020 and is no longer distributed.",
    "No photos of yours have been removed so far.",
    "You do not need to send a proof of identity.",
    "We have removed 3 photos. For the others we need a copy of your passport.",
    "Interesting project!",
    "",
    "Wir haben nichts gelöscht.",
    "Nous n'avons rien supprimé.",
    "No hemos eliminado nada.",
    "Die Fotos werden mit der nächsten Version entfernt.",
]


@pytest.mark.parametrize(("meaning", "text"), ANSWERS)
def test_an_answer_is_proposed_rightly_or_said_to_be_not_sure(meaning: str, text: str) -> None:
    found = propose(text)
    assert found.meaning == meaning or not found.sure
    if found.sure:
        assert found.because


def test_nearly_all_of_them_are_recognised() -> None:
    assert len(ANSWERS) == 30
    right = [text for meaning, text in ANSWERS if (found := propose(text)).meaning == meaning and found.sure]
    assert len(right) >= 28
    assert {meaning for meaning, _ in ANSWERS} == set(AnswerClass)


@pytest.mark.parametrize("text", UNCLEAR)
def test_promises_conditions_denials_and_mixtures_are_not_sure(text: str) -> None:
    assert not propose(text).sure


def test_what_an_answer_quotes_is_not_the_answer() -> None:
    quoted = "We cannot comply with your request.\n\nOn 3 March 2026, Ann wrote:\n> Nothing. Article 17(3)(d)"
    assert "Article" not in own_words(quoted)
    assert propose(quoted).meaning is AnswerClass.REFUSES
    for head in (
        "Am 3. März 2026 schrieb Ann:",
        "Le 3 mars 2026 à 10:00, Ann a écrit :",
        "El 3 mar 2026, Ann escribió:",
        "-----Original Message-----",
        "Von: Ann <a@b.org>",
    ):
        assert own_words(f"Ja.\n{head}\nWir haben alles gelöscht.") == "Ja."


@given(text=st.text(max_size=300))
def test_any_text_gets_a_proposal_and_no_error(text: str) -> None:
    found = propose(text)
    assert found.meaning is None or isinstance(found.meaning, AnswerClass)


def test_a_large_answer_is_read_quickly_enough_to_wait_for() -> None:
    assert propose("we have not been " * 20_000).meaning is None


def mail(**headers: str) -> EmailMessage:
    """A mail with these headers."""
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message


def test_a_mail_in_html_alone_is_read_without_its_scripts_and_quotes() -> None:
    message = mail(
        From="Privacy <privacy@nvidia.com>", Subject="Re: x", In_Reply_To="<a.1@b>", References="<c@d>"
    )
    message.set_content(
        "<html><head><style>x{}</style></head><body><p>We have <b>removed</b> all photos.</p>"
        "<script>deleted()</script><blockquote>Article 17(3)(d)</blockquote></body></html>",
        subtype="html",
    )
    found = read_mail(message.as_bytes())
    assert own_words(found.text) == "We have removed all photos."
    assert (found.sender, found.references) == ("privacy@nvidia.com", ("a.1@b", "c@d"))


@pytest.mark.parametrize("charset", ["iso-8859-15", "utf-16", "koi8-r", "x-unknown"])
def test_a_mail_in_any_charset_is_read(charset: str) -> None:
    text = "Wir haben alles gelöscht." if charset != "koi8-r" else "Мы удалили всё."
    body = text.encode(charset if charset != "x-unknown" else "utf-8")
    data = (
        f'From: a@b.org\nContent-Type: text/plain; charset="{charset}"\nContent-Transfer-Encoding: 8bit\n\n'
    )
    assert text in read_mail(data.encode() + body).text


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"just some words", b"PK\x03\x04"])
def test_what_is_no_mail_is_refused_with_words(data: bytes) -> None:
    with pytest.raises(UsageError):
        read_mail(data)


@given(data=st.binary(max_size=400))
def test_broken_bytes_are_a_mail_or_refused(data: bytes) -> None:
    with suppress(UsageError):
        read_mail(b"From: a@b.org\nContent-Type: multipart/mixed; boundary=x\n" + data)
