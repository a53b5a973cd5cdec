"""What ``optout`` says on a terminal: each sentence where it is true, with the step that follows."""

import io
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from auditor.datasets import catalogue
from auditor.optout.addressees import Authority
from auditor.optout.case_files import links_csv
from auditor.optout.render import LANGUAGES
from auditor.optout.workflow import _authority_notes
from tests.optout.conftest import CASE, NSID, PHOTO, STRANGERS, Home, Program, a_letter, a_mail
from tests.optout.test_workflow import ago, sent_case


def flat(text: str) -> str:
    return " ".join(text.split())


# -- asking about many ---------------------------------------------------------------------------------------


@pytest.fixture
def three_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of a dataset with an index here, one to ask about, and one that is not from Flickr."""
    three = {name: catalogue.get(name) for name in ("ffhq", "ibm-dif", "brainwash")}
    monkeypatch.setattr(catalogue, "load", lambda: three)


def test_who_asks_about_all_is_told_of_each_letter_and_of_those_without(
    program: Program, three_cards: None
) -> None:
    first = program("ask", "--all-unchecked", "--name", "Ann")
    assert first.code == 0
    assert "ibm-dif-1: " in first.out
    assert "about ibm-dif\n  " in first.out
    assert "No letter for:\n  brainwash: " in first.out
    assert "Asked before" not in first.out
    assert "1 letter written, one for each publisher. Nothing was sent." in first.out
    assert "To fill in" not in first.out
    again = program("ask", "--all-unchecked").out
    assert "Asked before: ibm-dif (ibm-dif-1)" in again
    assert "0 letters written" in again


@pytest.mark.parametrize(
    "words",
    [("--as", "subject"), ("--link", f"https://www.flickr.com/photos/{NSID}/5000000001/"), ("--out", "x")],
)
def test_who_asks_about_all_asks_about_the_account_alone(program: Program, words: tuple[str, ...]) -> None:
    result = program("ask", "--all-unchecked", *words)
    assert (result.code, "about your account alone" in result.err) == (2, True)
    assert program("status", "--format", "json").json["cases"] == []


# -- answers -------------------------------------------------------------------------------------------------


class Typing(io.StringIO):
    """Somebody at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "typed", "asked", "meaning"),
    [
        ("We have removed all photos.", "y\n", True, "confirmed"),
        ("We have removed all photos.", "n\n", True, None),
        ("Lorem ipsum.", "y\n", False, None),
    ],
    ids=["yes", "no", "nothing to agree to"],
)
def test_what_an_answer_means_counts_when_the_user_agrees(
    program: Program,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    typed: str,
    asked: bool,
    meaning: str | None,
) -> None:
    sent_case(program)
    (home.path / "answer.txt").write_text(text)
    monkeypatch.setattr(sys, "stdin", Typing(typed))
    result = program("answer", "ffhq-1", "--text-file", "answer.txt", "--on", ago(1))
    assert result.code == 0
    assert ("Is that what it says?" in result.err) is asked
    assert ("no known phrase was found" in result.err) is not asked
    (case,) = program("status", "--format", "json").json["cases"]
    assert case["answer"]["confirmed"] is (meaning is not None)
    assert not asked or case["answer"]["class"] == "confirmed"


def test_a_date_of_receipt_may_come_with_the_answer_and_is_told_in_the_next_letter(
    program: Program, home: Home
) -> None:
    sent_case(program)
    words = ("--received", ago(18), "--as", "refuses", "--on", ago(2))
    told = program("answer", "ffhq-1", *words, "--format", "json").json
    assert (told["answer"]["class"], told["letters"][0]["received_on"]) == ("refuses", ago(18))
    program("draft", "ffhq")
    program("sent", "ffhq-2", "--on", ago(100))
    program("answer", "ffhq-2", "--received", ago(98))
    reminder = program("remind", "ffhq-2", "--format", "json").json
    day = LANGUAGES["en"].date(date.fromisoformat(ago(98)))
    assert day in flat(Path(reminder["files"][0]).read_text())


def test_every_answer_of_a_day_is_kept(program: Program, home: Home) -> None:
    sent_case(program)
    for words in ("first", "second", "third"):
        (home.path / "answer.txt").write_text(words)
        assert program("answer", "ffhq-1", "--text-file", "answer.txt", "--on", ago(1)).code == 0
    kept = sorted((home.path / "letters" / "ffhq-1" / "answers").iterdir())
    assert sorted(path.read_text() for path in kept) == ["first", "second", "third"]


def test_mails_are_filed_with_what_comes_next(program: Program, home: Home) -> None:
    sent_case(program)
    answer = a_mail(home.path / "1.eml", "We have removed all photos.", Subject="[ffhq-1]")
    other = a_mail(home.path / "2.eml", "Buy now!", Subject="Offer")
    told = program("file", answer, other).out
    first, second = told.split("2.eml: ")
    assert first.startswith("1.eml: filed with ffhq-1 (by case number)\n")
    assert 'It looks like "confirmed"' in first
    assert "  next: " in first
    assert second.startswith("not filed\n")
    assert "next:" not in second


def test_a_mail_that_cannot_be_read_costs_the_others_nothing(program: Program, home: Home) -> None:
    sent_case(program)
    answer = a_mail(home.path / "1.eml", "We have removed all photos.", Subject="[ffhq-1]")
    told = program("file", home.path / "gone.eml", answer)
    assert told.code == 2
    assert "1.eml: filed with ffhq-1" in told.out
    assert "gone.eml: not filed\n  It was not filed: " in told.out
    assert told.err.startswith("Error: ")


def test_a_mail_that_differs_in_its_envelope_alone_is_filed_once_more_and_never_again(
    program: Program, home: Home
) -> None:
    """As mail programs save the same mail: with another line of how it came."""
    sent_case(program)
    first = a_mail(home.path / "1.eml", "Removed.", Subject="[ffhq-1]")
    second = a_mail(home.path / "2.eml", "Removed.", Subject="[ffhq-1]", Received="by mx.example.org")
    answers = home.path / "letters" / "ffhq-1" / "answers"
    told = [program("file", mail).out for mail in (first, second, second, first)]
    assert ["It was filed before" in text for text in told] == [False, False, True, True]
    assert len(list(answers.iterdir())) == 2


def test_a_program_that_answers_has_decided_nothing(program: Program, home: Home) -> None:
    sent_case(program)
    mail = a_mail(home.path / "1.eml", "Hello.", Subject="[ffhq-1]", Auto_Submitted="auto-replied")
    (filed,) = program("file", mail, "--format", "json").json["mails"]
    assert (filed["class"], filed["because"]) == ("no-answer", ["the mail says that a program wrote it"])


# -- the publisher's next index ------------------------------------------------------------------------------


def test_a_recheck_lists_the_first_and_says_what_is_left_out(program: Program, home: Home) -> None:
    sent_case(program)
    new = [(NSID, str(4_000_000_100 + number)) for number in range(25)]
    told = program("recheck", "ffhq-1", home.file([*home.mine, *new, *STRANGERS], "v3.json")).out
    assert "1 removed, 11 still there, 25 newly found." in told
    assert "are not in the follow-up letter; --include-new puts them in" in flat(told)
    assert "… and 5 more: --format json lists all" in told
    assert "Follow-up letter:" in told
    gone = program("recheck", "ffhq-1", home.file(STRANGERS, "v4.json")).out
    assert "0 still there, 0 newly found" in gone
    assert "--include-new" not in gone


# -- the ladder ----------------------------------------------------------------------------------------------


def test_an_authority_that_is_silent_is_asked_how_the_complaint_stands(program: Program, home: Home) -> None:
    refused = [program("remind", "ffhq-1")] if program("draft", "ffhq", "--ground", "gdpr").code == 0 else []
    program("sent", "ffhq-1", "--on", ago(500))
    assert program("complain", "ffhq-1", "--country", "ie").code == 0
    program("sent", "ffhq-1", "--on", ago(300))
    refused.append(program("complain", "ffhq-1", "--country", "ie"))
    inquiry = program("remind", "ffhq-1", "--format", "json").json
    complaint, asked = inquiry["letters"][-2:]
    assert (complaint["kind"], asked["kind"], asked["to"]) == ("complaint", "inquiry", complaint["to"])
    assert program("recheck", "ffhq-1", home.file(STRANGERS, "v3.json")).code == 0
    refused.append(program("remind", "ffhq-1"))
    assert [result.code for result in refused] == [6, 6, 6]
    for result, words in zip(
        refused,
        ("was not sent yet", "has its complaint already", "holds nothing of case ffhq-1"),
        strict=True,
    ):
        assert words in flat(result.err)
        assert "flickr-auditor optout" in result.err


def test_a_day_before_the_letter_before_is_refused(program: Program) -> None:
    sent_case(program)
    program("sent", "ffhq-1", "--on", ago(100))
    assert program("remind", "ffhq-1").code == 0
    result = program("sent", "ffhq-1", "--on", ago(101))
    assert (result.code, f"the letter before this one was sent on {ago(100)}" in result.err) == (2, True)


AUTHORITY = Authority(
    "x",
    "The Authority",
    ("xx",),
    None,
    "post@authority.example",
    None,
    None,
    "authority.example",
    "2026-11",
    None,
)


@pytest.mark.parametrize(
    ("fields", "language", "says"),
    [
        ({}, "en", ["Send it to post@authority.example (authority.example, seen 2026-11)."]),
        (
            {"form": "https://authority.example/form"},
            "en",
            ["The Authority has a form for complaints"],
        ),
        ({"email": None}, "en", []),
        (
            {"email": None, "language": "sv"},
            "en",
            ['language "sv"; this one is in "en"'],
        ),
        ({"email": None, "language": "en"}, "en", []),
        ({"email": None, "note": "Only for churches."}, "en", ["Only for churches."]),
    ],
)
def test_a_complaint_says_how_the_authority_takes_it(
    fields: dict[str, str | None], language: str, says: list[str]
) -> None:
    *notes, last = _authority_notes(CASE, replace(AUTHORITY, **fields), language)  # type: ignore[arg-type]
    assert len(notes) == len(says)
    assert all(words in note for words, note in zip(says, notes, strict=True))
    assert last.endswith("optout folder ffhq-1")


# -- whom a letter goes to -----------------------------------------------------------------------------------


def test_where_nobody_is_left_to_write_to_the_card_says_so(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = catalogue.get("ibm-dif")
    gone = replace(card, opt_out=replace(card.opt_out, no_letter="The lab was closed in 2020."))
    cards = {**catalogue.load(), "ibm-dif": gone}
    monkeypatch.setattr(catalogue, "load", lambda: cards)
    result = program("ask", "ibm-dif")
    assert (result.code, "The lab was closed in 2020." in result.err) == (6, True)
    assert "datasets info ibm-dif" in result.err


# -- settings ------------------------------------------------------------------------------------------------


def test_a_folder_of_templates_that_is_not_there_is_named(program: Program, home: Home) -> None:
    (home.path / "config.toml").write_text('[optout]\ntemplates = "mine"\n')
    result = program("draft", "ffhq")
    assert (result.code, f"there is no folder {home.path / 'mine'}" in flat(result.err)) == (2, True)


def test_a_template_that_prints_what_is_not_there_is_named(program: Program, home: Home) -> None:
    (home.path / "mine" / "en").mkdir(parents=True)
    (home.path / "mine" / "en" / "_closing.j2").write_text("{{ None }}")
    (home.path / "config.toml").write_text('[optout]\ntemplates = "mine"\n')
    result = program("draft", "ffhq")
    assert (result.code, "prints a value that is missing" in result.err) == (2, True)


# -- letters and folders -------------------------------------------------------------------------------------


def test_without_fonts_for_pdfs_letters_and_folders_come_without_them(
    program: Program, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.pdf.available", lambda: False)
    told = program("draft", "ffhq", "--format", "json").json
    assert told["files"]
    assert not [file for file in told["files"] if file.endswith(".pdf")]
    folder = program("folder", "ffhq-1", "--format", "json").json["files"][0]
    names = zipfile.ZipFile(folder).namelist()
    assert "chronology.html" in names
    assert not [name for name in names if name.endswith(".pdf")]


def test_what_became_a_link_is_not_handed_on_with_a_case(program: Program, home: Home) -> None:
    program("draft", "ffhq")
    letter = home.path / "letters" / "ffhq-1" / "letter-1.txt"
    (home.path / "private.txt").write_text("nobody's business")
    letter.unlink()
    letter.symlink_to(home.path / "private.txt")
    folder = program("folder", "ffhq-1", "--format", "json").json["files"][0]
    with zipfile.ZipFile(folder) as archive:
        assert not [name for name in archive.namelist() if name.endswith("letter-1.txt")]
        assert not [name for name in archive.namelist() if b"nobody's business" in archive.read(name)]


def test_the_folder_of_a_person_shown_names_no_account(program: Program, home: Home) -> None:
    link = f"https://www.flickr.com/photos/{NSID}/5000000003/"
    assert program("draft", "ffhq", "--as", "subject", "--link", link).code == 0
    folder = program("folder", "ffhq-1", "--format", "json").json["files"][0]
    page = zipfile.ZipFile(folder).read("chronology.html").decode()
    assert "Flickr account" not in page
    assert "subject" in page


def test_a_person_shown_can_ask_without_an_account(program: Program, home: Home) -> None:
    home.conn.executescript("DELETE FROM photo; DELETE FROM snapshot; DELETE FROM account;")
    link = "https://www.flickr.com/photos/annexample/5000000003/"
    told = program(
        "ask", "ibm-dif", "--as", "subject", "--ground", "gdpr", "--link", link, "--format", "json"
    )
    assert told.code == 0, told.err
    letter = Path(told.json["files"][0]).read_text()
    assert (link in letter, NSID in letter) == (True, False)


@pytest.mark.parametrize(
    ("unchanged", "says"), [(False, "2026-03-01: CC BY 2.0"), (True, "unchanged since 2026-03-01: CC BY 2.0")]
)
def test_the_table_of_links_tells_the_licence_of_flickrs_own_history(unchanged: bool, says: str) -> None:
    photo = replace(PHOTO, history_license="CC BY 2.0", history_day="2026-03-01", history_unchanged=unchanged)
    assert says in links_csv(a_letter((photo,)))
    assert "2026-03-01" not in links_csv(a_letter((PHOTO,)))


def test_links_for_a_case_about_several_datasets_say_of_which_they_are(
    program: Program, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = {name: catalogue.get(name) for name in ("ffhq", "cc3m", "cc12m")}
    monkeypatch.setattr(catalogue, "load", lambda: both)
    program("ask", "--all-unchecked", "--ground", "gdpr")
    program("sent", "google-1", "--on", ago(40))
    (home.path / "links.txt").write_text(f"https://www.flickr.com/photos/{NSID}/5000000001/\n")
    unsaid = program("answer", "google-1", "--links", "links.txt")
    assert (unsaid.code, "--dataset NAME" in unsaid.err) == (2, True)
    told = program("answer", "google-1", "--links", "links.txt", "--dataset", "cc3m", "--format", "json")
    assert (told.code, told.json["links"]["taken"]) == (0, 1)
    assert (home.path / "indexes" / "cc3m" / "manifest.json").is_file()
