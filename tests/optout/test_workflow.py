"""The whole ladder as a user walks it: ask, links, erasure, partial answer, reminder, complaint, folder."""

import json
import re
import zipfile
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pypdf
import pytest

from auditor import settings
from auditor.datasets import catalogue, contacts
from auditor.datasets.index.build import build
from auditor.datasets.readers import select
from auditor.errors import UsageError
from auditor.optout import addressees, opening
from auditor.optout.case_store import Desk
from auditor.optout.law import Ground
from auditor.optout.render import LANGUAGES
from tests.optout.conftest import ACCOUNT, NSID, STRANGERS, Home, Program, a_mail

TODAY = date.today()  # noqa: DTZ011 - the user's day


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def flat(path: str | Path) -> str:
    return " ".join(Path(path).read_text().split())


def test_the_whole_ladder(program: Program, home: Home) -> None:
    asked = program("ask", "ibm-dif", "--ground", "gdpr", "--name", "Ann Example", "--format", "json").json
    assert (asked["case_id"], asked["purpose"], asked["photos"]) == ("ibm-dif-1", "access", 0)
    question = flat(asked["files"][0])
    for fact in (NSID, "annexample", "Article 15 GDPR", "Article 15(1)(g)", "Reference: ibm-dif-1"):
        assert fact in question
    assert not re.search(r"photos/\S+/\d{6,}", question)  # the account, and no photo
    assert "ibm.com/privacy" in " ".join(asked["warnings"])
    program("sent", "ibm-dif-1", "--on", ago(200))
    links = home.path / "links.csv"
    links.write_text(
        f"url\nhttps://www.flickr.com/photos/{NSID}/5000000001/\nhttps://live.staticflickr.com/65535/"
        "5000000002_0123456789_b.jpg\nhttps://www.flickr.com/photos/strangers/3000000001/\nnothing\n"
    )
    told = program("answer", "ibm-dif-1", "--links", links, "--on", ago(190), "--format", "json").json
    assert told["links"] == {
        "taken": 2,
        "skipped": {"no link to a Flickr photo": 2, "not a photo of the account": 1},
    }
    assert (told["state"], told["answer"]["class"], told["steps"][0]) == ("answered", "links", "draft")
    draft = program("draft", "ibm-dif", "--ground", "gdpr", "--name", "Ann Example", "--format", "json").json
    assert (draft["case_id"], draft["follows"], draft["photos"]) == ("ibm-dif-2", "ibm-dif-1", 2)
    letter = flat(draft["files"][0])
    assert "with the links that you gave me" in letter
    assert f"received on {LANGUAGES['en'].date(date.fromisoformat(ago(190)))}" in letter
    assert "your own index" not in letter
    program("sent", "last", "--on", ago(180))
    answer = home.path / "answer.txt"
    answer.write_text("We have removed 1 of the 2 photos; the remaining one could not be found.")
    read = program("answer", "ibm-dif-2", "--text-file", answer, "--on", ago(170), "--format", "json").json
    assert (read["answer"]["class"], read["answer"]["confirmed"]) == ("partly", False)
    assert read["steps"][0] == "say-what-it-means"
    assert [item["kind"] for item in read["letters"]] == ["request"]  # nothing is written on a guess
    agreed = program("answer", "ibm-dif-2", "--as", "partly", "--format", "json").json
    assert [item["kind"] for item in agreed["letters"]] == ["request", "reply"]
    assert "each photo of the list below whether it was removed" in flat(agreed["files"][0])
    assert "Article 12(4) GDPR" in flat(agreed["files"][0])
    early = program("remind", "ibm-dif-2")
    assert (early.code, "was answered" in early.err) == (6, True)
    program("sent", "ibm-dif-2", "--on", ago(160))
    reminder = program("remind", "ibm-dif-2", "--format", "json").json
    assert "I have received no answer" in flat(reminder["files"][0])
    program("sent", "ibm-dif-2", "--on", ago(100))
    nowhere = program("complain", "ibm-dif-2")
    assert (nowhere.code, "--country" in nowhere.err) == (2, True)
    complaint = program("complain", "ibm-dif-2", "--country", "fr", "--format", "json").json
    text = flat(complaint["files"][0])
    assert complaint["letters"][-1]["kind"] == "complaint"
    assert "Informatique et des Libertés" in text  # the CNIL, in French
    assert "article 77 du RGPD" in text.replace("\u00a0", " ")
    assert "cnil.fr" in " ".join(complaint["warnings"])
    sent = program("sent", "ibm-dif-2", "--on", ago(99), "--format", "json").json
    assert (sent["deadline_is_legal"], sent["overdue"]) == (
        True,
        date.fromisoformat(sent["deadline"]) < TODAY,
    )
    folder = program("folder", "ibm-dif-2", "--format", "json").json
    names = zipfile.ZipFile(folder["files"][0]).namelist()
    assert {"chronology.html", "chronology.pdf", "proof.csv"} <= set(names)
    assert {name.partition("/")[0] for name in names if "/" in name} == {"ibm-dif-1", "ibm-dif-2"}
    assert any(name.startswith("ibm-dif-2/answers/") for name in names)
    page = zipfile.ZipFile(folder["files"][0]).read("chronology.html").decode()
    for words in (
        "Question sent: what do they hold (ibm-dif-1)",
        "Request sent",
        "they removed a part",
        "Reminder sent",
        "Complaint sent",
        ago(160),
    ):
        assert words in page
    board = program("status").out
    assert board.index("Your turn") < board.index("ibm-dif-1")


def test_every_card_gives_a_letter_or_a_reason(program: Program) -> None:
    result = program("ask", "--all-unchecked", "--ground", "gdpr", "--name", "Ann", "--format", "json").json
    lettered = {name for case in result["cases"] for name in case["datasets"]}
    refused = {item["dataset"]: item["reason"] for item in result["refused"]}
    assert lettered | set(refused) | {"ffhq"} == set(catalogue.load())  # ffhq has an index here
    assert not lettered & set(refused)
    assert all("Flickr" in reason or "write" in reason for reason in refused.values())
    by_publisher = [case["to"] for case in result["cases"]]
    assert len(by_publisher) == len(set(by_publisher))
    google = next(case for case in result["cases"] if case["case_id"] == "google-1")
    assert {"cc3m", "cc12m", "open-images"} <= set(google["datasets"])
    assert all(catalogue.get(name).title in flat(google["files"][0]) for name in google["datasets"])
    again = program("ask", "--all-unchecked", "--format", "json").json
    assert (again["cases"], len(again["already_open"])) == ([], len(lettered))


def test_what_no_index_can_check_is_asked_about(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("image_number,age_group\n1,20-29\n2,0-2\n")
    card = catalogue.get("ffhq-aging")  # names photos by the numbers of FFHQ
    build(home.path / "indexes", card.name, [file], formats=select(card.formats), card=card)
    desk = Desk.of(home.conn, settings.load(home=home.path))

    def unchecked() -> set[str]:
        return {card.name for card in opening.unchecked(desk)} & {"ffhq", "ffhq-aging"}

    assert unchecked() == set()
    manifest = home.path / "indexes" / "ffhq" / "manifest.json"
    manifest.write_text("{}")  # damaged: the user can add it again
    assert unchecked() == {"ffhq-aging"}
    manifest.unlink()
    assert unchecked() == {"ffhq", "ffhq-aging"}


@pytest.mark.parametrize("name", [name for name in catalogue.load() if catalogue.get(name).flickr == "none"])
def test_what_is_not_from_flickr_is_refused_with_what_can_be_done(program: Program, name: str) -> None:
    result = program("ask", name)
    assert (result.code, "was not made from Flickr photos" in result.err) == (6, True)


def test_most_cards_have_a_usable_channel_with_source_and_date() -> None:
    cards = catalogue.load().values()
    usable = [card for card in cards if contacts.usable(card.opt_out.channels)]
    assert len(usable) >= 60
    for card in cards:
        for channel in card.opt_out.channels:
            assert channel.source
            assert 2010 <= int(channel.seen[:4]) <= TODAY.year


def test_a_contact_seen_long_ago_is_shown_as_such() -> None:
    channel = contacts.usable(catalogue.get("wider-face").opt_out.channels)[0]
    to = addressees.of_card(catalogue.get("wider-face"))
    assert channel.old(date(2026, 11, 26))
    assert any("18 months" in note for note in addressees.channel_notes(to, date(2026, 11, 26)))


def test_where_only_a_public_place_is_known_a_note_for_it_holds_nothing_personal(program: Program) -> None:
    result = program("ask", "fairface", "--name", "Ann Example", "--format", "json").json
    (note,) = (Path(file) for file in result["files"] if file.endswith("public-note.txt"))
    text = note.read_text()
    for private in (NSID, ACCOUNT.username, "annexample", "flickr.com", "http"):
        assert private not in text
    assert "fairface-1" in text
    assert any("public place" in warning for warning in result["warnings"])


def test_a_host_gets_a_notice_of_its_own(program: Program) -> None:
    assert program("draft", "ffhq", "--host", "nobody").code == 2
    result = program("draft", "ffhq", "--host", "google-drive", "--format", "json").json
    text = flat(result["files"][0])
    assert result["purpose"] == "host"
    assert "https://drive.google.com/" in text
    assert "please do not publish it" in text


def test_a_pack_is_never_called_the_publishers_file(program: Program, home: Home) -> None:
    manifest = home.path / "indexes" / "ffhq" / "manifest.json"
    data = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**data, "provenance": "pack", "from": "https://packs.example/ffhq.zip"}))
    text = flat(program("draft", "ffhq", "--format", "json").json["files"][0])
    assert "a copy of your list that I obtained from https://packs.example/ffhq.zip" in text
    assert "your own index" not in text
    assert "your files" not in text.replace("differs from your files", "")
    manifest.write_text(json.dumps({**data, "provenance": "own-list"}))
    refused = program("draft", "ffhq")
    assert (refused.code, "your own list" in refused.err) == (6, True)


def test_a_repeated_record_does_not_make_a_letter_endless(program: Program, home: Home) -> None:
    home.index([home.mine[0]] * 3000 + STRANGERS)
    result = program("draft", "ffhq", "--format", "json").json
    assert (result["photos"], result["records"]) == (1, 3000)
    text = Path(result["files"][0]).read_text()
    assert text.count("- Record:") == 50
    assert "2,950 more records" in text


def test_the_pdf_says_what_the_text_says(program: Program) -> None:
    name = "Zoë Łukasiewicz"
    files = program("ask", "ffhq", "--lang", "de", "--name", name, "--format", "json").json["files"]
    (pdf,) = (file for file in files if file.endswith(".pdf"))
    words = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages).split())
    for fact in (name, "Sehr geehrte Damen und Herren", "ffhq-1", NSID):
        assert fact in words


def sent_case(program: Program) -> str:
    """A sent case about FFHQ, and the Message-ID of its letter."""
    files = program("draft", "ffhq", "--ground", "gdpr", "--format", "json").json["files"]
    program("sent", "ffhq-1", "--on", ago(20))
    (eml,) = (file for file in files if file.endswith(".eml"))
    found = re.search(r"Message-ID:\s*<([^>]+)>", Path(eml).read_text())
    assert found
    return found[1]


def test_a_mail_is_filed_by_what_it_answers(program: Program, home: Home) -> None:
    reference = sent_case(program)
    mail = a_mail(home.path / "1.eml", "We have removed all photos.", In_Reply_To=f"<{reference}>")
    (filed,) = program("file", mail, "--format", "json").json["mails"]
    assert (filed["case_id"], filed["recognised_by"], filed["class"], filed["sure"]) == (
        "ffhq-1",
        "reference",
        "confirmed",
        True,
    )
    assert filed["notes"] == []
    (case,) = program("status", "--format", "json").json["cases"]
    assert (case["state"], case["answer"]["confirmed"]) == ("answered", False)
    assert Path(case["answer"]["file"]).read_bytes() == mail.read_bytes()
    (again,) = program("file", mail, "--format", "json").json["mails"]
    assert again["notes"][0] == "It was filed before."
    assert len(list((home.path / "letters" / "ffhq-1" / "answers").iterdir())) == 1


@pytest.mark.parametrize(
    ("headers", "text", "by", "says"),
    [
        ({"Subject": "Re: Request [ffhq-1]"}, "Done.", "case number", "not a reply to one of its letters"),
        ({"Subject": "Your letter"}, "Your reference ffhq-1: removed.", "case number", ""),
        ({"Subject": "about ffhq-10"}, "x", None, "no case"),
        (
            {"Subject": "x", "In_Reply_To": "<ffhq-1.1.0123456789abcdef.1@flickr-auditor.invalid>"},
            "x",
            None,
            "",
        ),
        ({"Subject": "[ffhq-1]", "From": "evil@example.org"}, "We refuse.", "case number", "genuine"),
        (
            {"Subject": "[ffhq-1]", "Date": "Fri, 01 Jan 2100 00:00:00 +0000"},
            "x",
            "case number",
            "cannot be right",
        ),
        (
            {"Subject": "[ffhq-1]", "Date": "Thu, 01 Jan 2015 00:00:00 +0000"},
            "x",
            "case number",
            "cannot be right",
        ),
    ],
)
def test_a_mail_with_a_forged_or_odd_head_is_told(
    program: Program, home: Home, headers: dict[str, str], text: str, by: str | None, says: str
) -> None:
    sent_case(program)
    (filed,) = program("file", a_mail(home.path / "m.eml", text, **headers), "--format", "json").json["mails"]
    assert filed["recognised_by"] == by
    assert says in " ".join(filed["notes"])
    (case,) = program("status", "--format", "json").json["cases"]
    assert case["state"] == ("answered" if by else "sent")


def test_a_mail_for_a_closed_or_unsent_case_is_kept_and_changes_nothing(program: Program, home: Home) -> None:
    program("draft", "ffhq")
    for step, state in (((), "drafted"), (("close", "ffhq-1"), "closed")):
        if step:
            program(*step)
        mail = a_mail(home.path / f"{state}.eml", f"Removed, {state}.", Subject="ffhq-1")
        (filed,) = program("file", mail, "--format", "json").json["mails"]
        assert "nothing else changes" in filed["notes"][0]
        assert program("status", "--format", "json").json["cases"][0]["state"] == state
    assert len(list((home.path / "letters" / "ffhq-1" / "answers").iterdir())) == 2


def test_a_mail_with_large_attachments_is_kept_whole_and_read(program: Program, home: Home) -> None:
    sent_case(program)
    message = EmailMessage()
    message["From"], message["Subject"] = "researchinquiries@nvidia.com", "[ffhq-1]"
    message.set_content("We have removed all photos.")
    message.add_attachment(
        b"x" * (20 << 20), maintype="application", subtype="pdf", filename="../../evil.pdf"
    )
    mail = home.path / "large.eml"
    mail.write_bytes(message.as_bytes())
    (filed,) = program("file", mail, "--format", "json").json["mails"]
    assert filed["class"] == "confirmed"
    assert "1 attachment kept unopened" in " ".join(filed["notes"])
    assert not list(home.path.rglob("evil.pdf"))


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["ask"], 2, "--all-unchecked"),
        (["ask", "ffhq", "--all-unchecked"], 2, "--all-unchecked"),
        (["ask", "ffhq", "--as", "subject"], 2, "--link"),
        (["ask", "ffhq", "--ground", "bipa"], 6, "not to the photographer"),
        (["remind", "ffhq-1"], 6, "waits for an answer until"),
        (["complain", "ffhq-1"], 6, "waits for an answer until"),
        (["answer", "ffhq-1", "--as", "maybe"], 2, "maybe"),
        (["answer", "ffhq-1", "--links", "missing.txt"], 2, "missing.txt"),
        (["answer", "ffhq-1", "--on", "2999-01-01"], 2, "in the future"),
        (["answer", "ffhq-1", "--on", "2001-01-01"], 2, "was sent on"),
        (["answer", "ffhq-1", "--links", "links.txt", "--dataset", "coco"], 2, "is about ffhq"),
        (["answer", "ffhq-1", "--links", "links.txt"], 6, "there is an index of ffhq already"),
        (["answer", "ffhq-1", "--links", "others.txt"], 2, "names no photo of the account"),
        (["file", "missing.eml"], 2, "missing.eml"),
        (["file", "links.txt"], 2, "no"),
        (["folder", "nothing-1"], 2, "no case"),
        (["recheck", "ffhq-2", "links.txt"], 6, "is a question"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    program: Program, home: Home, words: list[str], code: int, says: str
) -> None:
    (home.path / "links.txt").write_text(f"https://www.flickr.com/photos/{NSID}/5000000001/\n")
    (home.path / "others.txt").write_text("https://www.flickr.com/photos/x/3000000001/\n")
    sent_case(program)
    program("ask", "ffhq")
    before = program("status", "--format", "json").json
    result = program(*words)
    assert (result.code, says in result.err) == (code, True), result.err
    assert program("status", "--format", "json").json == before


def test_a_complaint_where_no_authority_is_in_charge_says_so(program: Program, home: Home) -> None:
    program("draft", "ffhq", "--ground", "none")
    program("sent", "last", "--on", ago(100))
    refused = program("complain", "last")
    assert (refused.code, "no one to complain to" in refused.err) == (6, True)
    link = "https://www.flickr.com/photos/annexample/5000000003/"
    program("draft", "ffhq", "--as", "subject", "--ground", "bipa", "--link", link)
    program("sent", "last", "--on", ago(100))
    notice = program("complain", "last", "--format", "json").json
    assert "740 ILCS 14/20" in flat(notice["files"][0])
    assert "right of action" in " ".join(notice["warnings"])


@pytest.mark.parametrize(
    ("ground", "country", "name"),
    [
        (Ground.GDPR, "de-be", "Berliner Beauftragte"),
        (Ground.GDPR, "IE", "Irish Data Protection Commission"),
        (Ground.UK_GDPR, None, "Information Commissioner"),
        (Ground.UK_GDPR, "UK", "Information Commissioner"),
        (Ground.CCPA, None, "California Privacy Protection Agency"),
    ],
)
def test_the_authority_is_that_of_the_country(ground: Ground, country: str | None, name: str) -> None:
    found = addressees.authority_for(ground, country)
    assert found
    assert name in found.name


@pytest.mark.parametrize(
    ("ground", "country", "says"),
    [
        (Ground.GDPR, "de", "DE-BE"),
        (Ground.GDPR, "us", "no authority"),
        (Ground.GDPR, "gb", "no authority"),
        (Ground.GDPR, "ch", "no authority"),
        (Ground.UK_GDPR, "fr", "no authority"),
        (Ground.GDPR, None, "no country"),
    ],
)
def test_a_country_without_an_authority_is_answered_with_the_choice(
    ground: Ground, country: str | None, says: str
) -> None:
    with pytest.raises(UsageError) as refused:
        addressees.authority_for(ground, country)
    assert says in f"{refused.value.message} {refused.value.hint}"


def test_all_authorities_have_an_address_and_a_source() -> None:
    known = addressees.authorities().values()
    assert len(known) >= 57
    assert all(item.source and item.seen and (item.email or item.form or item.address) for item in known)
    states = {code for item in known for code in item.countries if code.startswith("de-")}
    assert len(states) == 16


def test_a_case_folder_holds_nothing_else_of_the_users_folder(program: Program, home: Home) -> None:
    own = home.path / "documents"
    own.mkdir()
    (own / "diary.txt").write_text("private")
    program("draft", "ffhq", "--out", own)
    zipped = program("folder", "ffhq-1", "--format", "json").json["files"][0]
    names = zipfile.ZipFile(zipped).namelist()
    assert "ffhq-1/letter-1.txt" in names
    assert not any("diary" in name for name in names)
    assert Path(zipped).stat().st_mode & 0o077 == 0
