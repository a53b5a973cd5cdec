"""What each piece of work on a case keeps and tells, whole: cases, letters, files, events and photos."""

import csv
import hashlib
import io
import re
import sqlite3
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest

from auditor import database, settings
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.audit.result import Exposure
from auditor.datasets import catalogue
from auditor.datasets.contacts import Channel
from auditor.datasets.index import lookup
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.match_keys import MatchKey
from auditor.errors import ConfigurationError, RefusedError, UsageError, WrongFileError
from auditor.flickr import licenses
from auditor.flickr.privacy import Privacy
from auditor.flickr.urls import PhotoAddress, parse_photo
from auditor.mail import Mail
from auditor.optout import addressees, case_files, incoming, ladder, next_index, opening, photos, workflow
from auditor.optout import letter as letters
from auditor.optout.addressees import Addressee
from auditor.optout.answers import Proposal
from auditor.optout.case import (
    Answer,
    AnswerClass,
    Case,
    CaseState,
    Fingerprint,
    IndexVersion,
    Kind,
    LetterRecord,
    Purpose,
    RecheckCounts,
)
from auditor.optout.case_store import CaseEvent, CasePhoto, Desk, RemovalState
from auditor.optout.incoming import Filed, LinksTaken
from auditor.optout.law import LAWS, Deadline, Ground, Role
from auditor.optout.letter import FollowUp, Letter, LicenseTerms, PastEvent, Recipient
from auditor.optout.next_index import Recheck
from auditor.optout.opening import AskedAll, Drafted, LetterOptions
from auditor.optout.photos import (
    Place,
    RequestedPhoto,
    Standing,
    plan_command,
    refuse_without_parent,
    select,
    steps_done,
    steps_pending,
)
from auditor.optout.render import LANGUAGES, LINE_WIDTH, Markup, render, render_public
from tests.audit.memory import Memory
from tests.errors_read_well import said
from tests.optout.conftest import ACCOUNT, CASE, NSID, PHOTO, STRANGERS, VERSION, Home, a_letter, a_mail

TODAY = date(2026, 11, 21)
OPTIONS = LetterOptions(Ground.GDPR, Role.PHOTOGRAPHER, "en", "Ann Example")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.conn, home.path / "letters", home.path / "indexes", TODAY)


def the_index(home: Home) -> Index:
    return Index.open(home.path / "indexes" / "ffhq")


def drafted(desk: Desk, home: Home, options: LetterOptions = OPTIONS, **more: Any) -> Drafted:
    return opening.draft(desk, options, catalogue.get("ffhq"), the_index(home), **more)


def a_case(desk: Desk, home: Home, **more: Any) -> Case:
    case = drafted(desk, home, **more).case
    assert case is not None
    return case


NOT_PUBLIC = "not known to be public on Flickr (--include-private names them)"


# -- opening -------------------------------------------------------------------------------------------------


def test_a_draft_is_a_case_with_its_letter_its_photos_and_what_it_left_out(desk: Desk, home: Home) -> None:
    result = drafted(desk, home)
    case = cast("Case", result.case)
    folder = desk.letters / "ffhq-1"
    (letter,) = case.letters
    assert letter.message_id is not None
    assert letter.message_id.startswith("ffhq-1.1.")
    names = ("letter-1.txt", "letter-1.md", "letter-1.eml", "letter-1.pdf", "links-1.csv")
    assert letter == LetterRecord(
        1,
        Kind.REQUEST,
        "NVIDIA Research",
        TODAY,
        tuple(str(folder / name) for name in names),
        letter.message_id,
    )
    manifest = the_index(home).manifest
    assert case == replace(
        CASE,
        folder=str(folder),
        photos=12,
        records=13,
        letters=(letter,),
        index=IndexVersion(
            ((manifest.sources[0].name, manifest.sources[0].sha256),),
            datetime.fromisoformat(manifest.built_at).date(),
            "publisher-unverified",
            manifest.origin,
        ),
        fingerprint=Fingerprint(314, 314, "photo_id", (*(photo for _, photo in STRANGERS), "5000000007")),
    )
    assert (result.dataset, result.left_out, result.gone, result.parts) == ("ffhq", {NOT_PUBLIC: 1}, 1, 1)
    assert result.fill_in == ()
    assert result.warnings[-1] == LAWS[Ground.GDPR].applies
    assert desk.store.get("ffhq-1") == case
    assert desk.store.events("ffhq-1") == [CaseEvent(TODAY, "drafted", "")]
    photos = desk.store.photos("ffhq-1")
    assert [item.state for item in photos] == [RemovalState.ASKED] * 12 + [RemovalState.LEFT_OUT]
    assert [item.photo.photo_id for item in photos][-1] == "5000000007"
    assert opening.limits(desk, case) == ("1 photo left out: not known to be public on Flickr.",)


def test_a_draft_can_name_private_photos_go_to_a_host_and_lie_elsewhere(desk: Desk, home: Home) -> None:
    out = home.path / "elsewhere"
    result = drafted(desk, home, replace(OPTIONS, include_private=True), host="google-drive", out=out)
    case = cast("Case", result.case)
    assert (case.purpose, case.contact, case.photos, case.include_private) == (
        Purpose.HOST,
        "google-drive",
        13,
        True,
    )
    assert (result.left_out, case.folder) == ({}, str(out))
    assert opening.limits(desk, case) == ()
    assert said(lambda: drafted(desk, home, out=out)) == (
        UsageError,
        f"{out} already holds a letter",
        "Name another folder with --out DIR.",
    )


def test_a_person_shown_names_links_and_no_account(desk: Desk, home: Home) -> None:
    links = [
        cast("PhotoAddress", parse_photo(f"https://www.flickr.com/photos/{NSID}/{number}/"))
        for number in ("5000000007", "5000000007", "1234567")
    ]
    options = replace(OPTIONS, role=Role.GUARDIAN, sender=None)
    result = drafted(desk, home, options, links=links)
    case = cast("Case", result.case)
    assert (case.nsid, case.role, case.photos, case.sender) == (None, Role.GUARDIAN, 1, None)
    assert result.left_out == {"not in the index": 1}
    assert len(result.fill_in) == 2
    assert [photo.standing for photo in desk.store.asked(case.id)] == [Standing.UNKNOWN]
    nothing = drafted(desk, home, options, links=links[2:])
    assert nothing == Drafted(None, "ffhq", {"not in the index": 1}, 0, 0, (), ())


def test_a_list_of_ones_own_is_no_publishers_file(desk: Desk, home: Home) -> None:
    path = home.path / "indexes" / "ffhq" / "manifest.json"
    path.write_text(path.read_text().replace("publisher-unverified", "own-list"))
    assert said(lambda: drafted(desk, home)) == (
        RefusedError,
        "the index of ffhq is built from your own list: a letter would call it the publisher's",
        "Build it from the publisher's files, or ask: flickr-auditor optout ask ffhq",
    )


def test_the_options_of_a_letter_come_from_the_command_and_else_from_the_settings(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[optout]\nname = "Zoë\\nX"\nlang = "fr"\n')
    given = settings.load(home=tmp_path, config=config)
    plain = settings.load(home=tmp_path)
    of = LetterOptions.of
    assert of(given, Ground.GDPR, Role.SUBJECT) == LetterOptions(
        Ground.GDPR, Role.SUBJECT, "fr", "Zoë X", include_private=False
    )
    assert of(
        given, Ground.NONE, Role.GUARDIAN, name="Ann", language="de", include_private=True
    ) == LetterOptions(Ground.NONE, Role.GUARDIAN, "de", "Ann", include_private=True)
    assert of(plain, Ground.NONE, Role.GUARDIAN) == LetterOptions(Ground.NONE, Role.GUARDIAN, "en", None)
    with pytest.raises(RefusedError):
        of(plain, Ground.BIPA, Role.PHOTOGRAPHER)
    with pytest.raises(ConfigurationError):
        of(plain, Ground.NONE, Role.SUBJECT, language="xx")


def test_a_question_names_the_account_and_the_links_that_were_given(desk: Desk) -> None:
    cards = [catalogue.get("open-images"), catalogue.get("cc3m")]
    links = [PhotoAddress("12", NSID), PhotoAddress("11", path_alias="ann"), PhotoAddress("12")]
    result = opening.ask(desk, OPTIONS, cards, links=links)
    case = cast("Case", result.case)
    assert (case.id, case.datasets, case.purpose, case.nsid) == (
        "google-1",
        ("open-images", "cc3m"),
        Purpose.ACCESS,
        NSID,
    )
    assert (case.index, case.fingerprint, case.follows) == (None, None, None)
    assert [item.photo for item in desk.store.photos("google-1")] == [
        RequestedPhoto("12", "https://www.flickr.com/photo.gne?id=12", MatchKey.PHOTO_ID, "published", ()),
        RequestedPhoto("11", "https://www.flickr.com/photos/ann/11/", MatchKey.PHOTO_ID, "published", ()),
    ]
    alone = cast("Case", opening.ask(desk, replace(OPTIONS, role=Role.SUBJECT), cards[:1]).case)
    assert (alone.id, alone.nsid, alone.photos) == ("open-images-1", None, 0)


def test_all_that_cannot_be_checked_is_asked_about_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("ffhq", "cc3m", "cc12m", "coco", "ibm-dif")
    cards = {name: catalogue.get(name) for name in names}
    cards["coco"] = replace(cards["coco"], opt_out=replace(cards["coco"].opt_out, no_letter="It is gone."))
    monkeypatch.setattr(catalogue, "load", lambda: cards)
    first = opening.ask_all(desk, OPTIONS)
    told = {cast("Case", one.case).id: cast("Case", one.case).datasets for one in first.drafted}
    assert told == {"google-1": ("cc3m", "cc12m"), "ibm-dif-1": ("ibm-dif",)}
    assert (first.refused, first.already) == ({"coco": "It is gone."}, {})
    workflow.close(desk, "ibm-dif-1")
    second = opening.ask_all(desk, OPTIONS, nsid=NSID)
    assert second == AskedAll(
        second.drafted, {"coco": "It is gone."}, {"cc3m": "google-1", "cc12m": "google-1"}
    )
    assert [cast("Case", one.case).id for one in second.drafted] == ["ibm-dif-2"]


# -- what goes out -------------------------------------------------------------------------------------------


def sent(desk: Desk, home: Home, days: int, **more: Any) -> Case:
    return workflow.sent(desk, a_case(desk, home, **more).id, ago(days))


def test_a_reminder_goes_to_the_publisher_and_is_kept(desk: Desk, home: Home) -> None:
    sent(desk, home, 60)
    case, notes = workflow.remind(desk, "ffhq-1")
    letter = case.letters[-1]
    assert (letter.number, letter.kind, letter.to) == (2, Kind.REMINDER, "NVIDIA Research")
    assert Path(letter.files[0]) == desk.letters / "ffhq-1" / "reminder-1" / "letter-1.txt"
    assert notes[0].startswith("Send it to researchinquiries@nvidia.com (")
    assert desk.store.get("ffhq-1") == case
    assert desk.store.events("ffhq-1")[1:] == [
        CaseEvent(ago(60), "sent", ""),
        CaseEvent(TODAY, "reminder drafted", "NVIDIA Research"),
    ]


def test_a_complaint_goes_to_the_authority_in_its_language(desk: Desk, home: Home) -> None:
    sent(desk, home, 60)
    case, notes = workflow.complain(desk, "ffhq-1", country="bg")
    letter = case.letters[-1]
    name = "Commission for Personal Data Protection Bulgaria"
    assert (letter.kind, letter.to, case.language) == (Kind.COMPLAINT, name, "en")
    assert notes == (
        "Send it to kzld@cpdp.bg (https://www.cpdp.bg/en/index.php?p=pages&aid=56, seen 2026-07-21).",
        'It takes complaints in the language "bg"; this one is in "en": have it translated.',
        "Complaints by email must be signed with a qualified electronic signature (QES).",
        "Add the case folder: flickr-auditor optout folder ffhq-1",
    )
    case, notes = workflow.complain(desk, "ffhq-1", country="at")
    assert notes[0].startswith("Österreichische Datenschutzbehörde has a form for complaints: https://")
    assert len(notes) == 2
    assert "Sehr geehrte" in Path(case.letters[-1].files[0]).read_text()
    _, notes = workflow.complain(desk, "ffhq-1", country="at", language="en")
    assert notes[1] == ('It takes complaints in the language "de"; this one is in "en": have it translated.')
    workflow.sent(desk, "ffhq-1", ago(10))
    late = replace(desk, today=TODAY + timedelta(days=200))
    case, notes = workflow.remind(late, "ffhq-1")
    assert (case.letters[-1].kind, case.letters[-1].to, notes) == (
        Kind.INQUIRY,
        "Österreichische Datenschutzbehörde",
        (),
    )
    assert "Barichgasse" in Path(case.letters[-1].files[0]).read_text()


def test_where_the_law_has_no_authority_the_publisher_gets_a_last_notice(desk: Desk, home: Home) -> None:
    links = [cast("PhotoAddress", parse_photo(f"https://www.flickr.com/photos/{NSID}/5000000001/"))]
    options = replace(OPTIONS, ground=Ground.BIPA, role=Role.SUBJECT)
    sent(desk, home, 60, options=options, links=links)
    case, notes = workflow.complain(desk, "ffhq-1")
    assert (case.letters[-1].kind, case.letters[-1].to) == (Kind.COMPLAINT, "NVIDIA Research")
    assert notes == (f"N{LAWS[Ground.BIPA].escalation_note[1:]}.",)


def test_a_day_is_noted_with_its_event(desk: Desk, home: Home) -> None:
    a_case(desk, home)
    assert workflow.sent(desk, "ffhq-1").letters[0].sent_on == TODAY
    assert workflow.sent(desk, "ffhq-1", ago(5)).letters[0].sent_on == ago(5)
    assert workflow.acknowledged(desk, "ffhq-1", ago(4)).letters[0].received_on == ago(4)
    assert workflow.close(desk, "ffhq-1", ago(1)).closed_on == ago(1)
    assert [(event.on, event.kind) for event in desk.store.events("ffhq-1")][1:] == [
        (TODAY, "sent"),
        (ago(5), "sent"),
        (ago(4), "acknowledged"),
        (ago(1), "closed"),
    ]
    a_case(desk, home)
    assert workflow.close(desk, "ffhq-2").closed_on == TODAY


@pytest.mark.parametrize(
    ("meaning", "confirmed", "written"),
    [
        (AnswerClass.PARTLY, True, True),
        (AnswerClass.PARTLY, False, False),
        (AnswerClass.NO_ANSWER, True, False),
        (AnswerClass.LINKS, True, False),
    ],
)
def test_an_answer_that_was_understood_gets_its_reply(
    desk: Desk, home: Home, meaning: AnswerClass, *, confirmed: bool, written: bool
) -> None:
    case = sent(desk, home, 20)
    assert workflow.reply(desk, case.id) == case
    case = ladder.answered(case, ago(10), TODAY, meaning=meaning, confirmed=confirmed)
    desk.store.save(case, event="answered", on=ago(10))
    replied = workflow.reply(desk, case.id)
    if written:
        assert (replied.letters[-1].kind, replied.letters[-1].replies_to) == (Kind.REPLY, meaning)
        assert replied.letters[-1].to == "NVIDIA Research"
    else:
        assert replied == case
    shut = workflow.close(desk, case.id)
    assert workflow.reply(desk, case.id) == shut


@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.COMPLAINT, Kind.REPLY])
def test_what_is_noted_while_a_letter_is_written_is_kept(
    desk: Desk, home: Home, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    case = sent(desk, home, 200)
    if kind is Kind.REPLY:
        incoming.record_answer(desk, case.id, ago(10), meaning=AnswerClass.PARTLY)
    further = letters.further

    def close() -> None:
        with closing(database.connect(home.path / "auditor.sqlite3")) as conn:
            workflow.close(replace(desk, conn=conn), case.id)

    other = threading.Thread(target=close)

    def interrupted(*args: Any, **options: Any) -> Letter:
        other.start()
        other.join(0.5)  # until it is done, or waits for us
        return further(*args, **options)

    monkeypatch.setattr(letters, "further", interrupted)
    if kind is Kind.REMINDER:
        workflow.remind(desk, case.id)
    elif kind is Kind.COMPLAINT:
        workflow.complain(desk, case.id, country="at")
    else:
        workflow.reply(desk, case.id)
    other.join()
    kept = desk.store.get(case.id)
    assert (kept.closed_on, kept.letters[-1].kind) == (TODAY, kind)


# -- what comes in -------------------------------------------------------------------------------------------

REMOVED = "We have removed all photos."


def test_an_answer_is_kept_with_its_words(desk: Desk, home: Home) -> None:
    sent(desk, home, 20)
    file = home.path / "answer.txt"
    file.write_text(REMOVED)
    case, proposal = incoming.take_answer(desk, "ffhq-1", on=ago(10), text_file=file)
    assert proposal == Proposal(AnswerClass.CONFIRMED, sure=True, because=("We have removed",))
    kept = desk.letters / "ffhq-1" / "answers" / f"answer-{ago(10)}.txt"
    assert case.answers == (Answer(1, 1, ago(10), AnswerClass.CONFIRMED, confirmed=False, file=str(kept)),)
    assert kept.read_text() == REMOVED
    case, proposal = incoming.take_answer(desk, "ffhq-1", meaning=AnswerClass.PARTLY)
    assert proposal is None
    assert case.answers == (Answer(1, 1, ago(10), AnswerClass.PARTLY, confirmed=True, file=str(kept)),)
    case, proposal = incoming.take_answer(desk, "ffhq-1", text_file=file, meaning=AnswerClass.REFUSES)
    assert proposal is None
    second = desk.letters / "ffhq-1" / "answers" / f"answer-{TODAY}.txt"
    assert case.answers[1] == Answer(2, 1, TODAY, AnswerClass.REFUSES, confirmed=True, file=str(second))
    case, _ = incoming.take_answer(desk, "ffhq-1", on=ago(1), meaning=AnswerClass.EXTENDS)
    assert case.answers[2] == Answer(3, 1, ago(1), AnswerClass.EXTENDS, confirmed=True)
    assert desk.store.events("ffhq-1")[2:] == [
        CaseEvent(ago(10), "answered", REMOVED),
        CaseEvent(TODAY, "understood", "partly"),
        CaseEvent(TODAY, "answered", REMOVED),
        CaseEvent(ago(1), "answered", ""),
    ]
    assert desk.store.get("ffhq-1") == case


def test_a_meaning_alone_is_an_answer_where_none_came_yet(desk: Desk, home: Home) -> None:
    sent(desk, home, 20)
    case, _ = incoming.take_answer(desk, "ffhq-1", meaning=AnswerClass.NO_ANSWER)
    assert case.answers == (Answer(1, 1, TODAY, AnswerClass.NO_ANSWER, confirmed=True),)


BY = "case number"
KNOWN = "It names the case, but is not a reply to one of its letters."
WRONG_DATE = f"cannot be right; {TODAY} is taken instead."


def test_a_reply_is_filed_by_its_reference_and_only_once(desk: Desk, home: Home) -> None:
    case = sent(desk, home, 20)
    reference = f"<{case.letters[0].message_id}.1@flickr-auditor.invalid>"
    date_ = "Wed, 11 Nov 2026 10:00:00 +0000"
    mail = a_mail(
        home.path / "m.eml", REMOVED, In_Reply_To=reference, Date=date_, Subject="Re", Message_ID="<x@y>"
    )
    filed = incoming.file_mail(desk, mail)
    digest = hashlib.sha256(f"x@yRe{REMOVED}\n".encode()).hexdigest()[:8]
    kept = desk.letters / "ffhq-1" / "answers" / f"mail-2026-11-11-{digest}.eml"
    assert kept.read_bytes() == mail.read_bytes()
    proposal = Proposal(AnswerClass.CONFIRMED, sure=True, because=("We have removed",))
    case = desk.store.get("ffhq-1")
    assert filed == Filed("m.eml", case, "reference", proposal, ())
    assert case.answers == (
        Answer(1, 1, date(2026, 11, 11), AnswerClass.CONFIRMED, confirmed=False, file=str(kept)),
    )
    assert desk.store.events("ffhq-1")[-1] == CaseEvent(date(2026, 11, 11), "answered", f"{REMOVED}\n")
    again = incoming.file_mail(desk, mail)
    assert again == Filed("m.eml", case, "reference", None, ("It was filed before.",))
    assert desk.store.get("ffhq-1") == case


@pytest.mark.parametrize(
    ("headers", "text", "by", "on", "notes"),
    [
        ({"Subject": "Re: [ffhq-1]"}, "x", BY, TODAY, [KNOWN]),
        ({"Subject": "x"}, "about ffhq-1.", BY, TODAY, [KNOWN]),
        ({"Subject": "ffhq-1"}, "and ffhq-2", BY, TODAY, [KNOWN]),
        (
            {"Subject": "ffhq-1", "From": "Eve <eve@example.org>"},
            "x",
            BY,
            TODAY,
            [
                "It comes from eve@example.org, which is not a known address of NVIDIA Research: check that"
                " it is genuine.",
                KNOWN,
            ],
        ),
        ({"Subject": "ffhq-1", "From": "A <a@eu.NVIDIA.com>"}, "x", BY, TODAY, [KNOWN]),
        (
            {"Subject": "ffhq-1", "From": "A <a@evilnvidia.com>"},
            "x",
            BY,
            TODAY,
            [
                "It comes from a@evilnvidia.com, which is not a known address of NVIDIA Research: check that"
                " it is genuine.",
                KNOWN,
            ],
        ),
        (
            {"Subject": "ffhq-1", "Date": "Fri, 01 Jan 2100 00:00:00 +0000"},
            "x",
            BY,
            TODAY,
            [KNOWN, f"Its date, 2100-01-01, {WRONG_DATE}"],
        ),
        (
            {"Subject": "ffhq-1", "Date": "Sat, 31 Oct 2026 00:00:00 +0000"},
            "x",
            BY,
            TODAY,
            [KNOWN, f"Its date, 2026-10-31, {WRONG_DATE}"],
        ),
        ({"Subject": "ffhq-1", "Date": "Sun, 01 Nov 2026 00:00:00 +0000"}, "x", BY, ago(20), [KNOWN]),
        ({"Subject": "ffhq-1", "Date": "Sat, 21 Nov 2026 00:00:00 +0000"}, "x", BY, TODAY, [KNOWN]),
    ],
)  # fmt: skip
def test_a_mail_that_only_names_a_case_is_filed_with_doubts(
    desk: Desk,
    home: Home,
    headers: dict[str, str],
    text: str,
    by: str,
    on: date,
    notes: list[str],
) -> None:
    sent(desk, home, 20)
    filed = incoming.file_mail(desk, a_mail(home.path / "m.eml", text, **headers))
    case = desk.store.get("ffhq-1")
    assert (filed.case, filed.by, list(filed.notes)) == (case, by, notes)
    assert [answer.on for answer in case.answers] == [on]


NO_CASE = ("It refers to no case of this home; it was left where it is.",)


@pytest.mark.parametrize(
    "subject", ["ffhq-10", "xffhq-1", "my-ffhq-1", "ffhq-1-2", "ffhq-1 and ffhq-2", "nothing"]
)
def test_a_mail_that_names_no_case_or_two_is_left_alone(desk: Desk, home: Home, subject: str) -> None:
    for _ in range(2):
        sent(desk, home, 20)
    mail = a_mail(home.path / "m.eml", "x", Subject=subject)
    assert incoming.file_mail(desk, mail) == Filed("m.eml", None, "", None, NO_CASE)
    assert not (desk.letters / "ffhq-1" / "answers").exists()


def test_a_case_named_beside_other_words_is_found_wherever_it_stands(desk: Desk, home: Home) -> None:
    sent(desk, home, 20)
    mail = a_mail(home.path / "m.eml", "x", Subject="not ffhq-12 but (ffhq-1)")
    assert incoming.file_mail(desk, mail).by == "case number"


@pytest.mark.parametrize(
    ("step", "note"),
    [
        (lambda _: None, "The case was not sent yet: the mail is kept, nothing else changes."),
        (
            lambda desk: workflow.close(desk, "ffhq-1"),
            "The case was closed: the mail is kept, nothing else changes.",
        ),
    ],
)
def test_a_mail_for_a_case_that_does_not_wait_is_kept_and_noted(
    desk: Desk, home: Home, step: Callable[[Desk], object], note: str
) -> None:
    a_case(desk, home)
    step(desk)
    before = desk.store.get("ffhq-1")
    filed = incoming.file_mail(desk, a_mail(home.path / "m.eml", "x", Subject="ffhq-1"))
    assert filed == Filed("m.eml", before, "case number", None, (note, KNOWN))
    (kept,) = (desk.letters / "ffhq-1" / "answers").iterdir()
    assert kept.name.startswith("mail-undated-")
    assert desk.store.events("ffhq-1")[-1] == CaseEvent(TODAY, "filed", str(kept))


def test_attachments_are_counted_and_left_alone(desk: Desk, home: Home) -> None:
    sent(desk, home, 20)
    message = EmailMessage()
    message["From"], message["Subject"] = "", "ffhq-1"
    message.set_content(REMOVED)
    for name in ("a.bin", "b.bin"):
        message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=name)
    path = home.path / "m.eml"
    path.write_bytes(message.as_bytes())
    assert incoming.file_mail(desk, path).notes == (
        "It comes from an unreadable address, which is not a known address of NVIDIA Research: check that it"
        " is genuine.",
        KNOWN,
        "2 attachments kept unopened inside the mail.",
    )


def mail(**told: Any) -> Mail:
    given: dict[str, Any] = {
        "message_id": "x@y",
        "references": (),
        "sender": "a@b.org",
        "subject": "",
        "sent_on": None,
        "text": "",
        "automatic": False,
        "attachments": 0,
    }
    return Mail(**(given | told))


def test_of_several_letters_the_one_that_was_answered_tells_the_case() -> None:
    def case(number: int, *ids: str | None) -> Case:
        written = tuple(replace(CASE.letters[0], number=n, message_id=one) for n, one in enumerate(ids))
        return replace(CASE, id=f"ffhq-{number}", letters=written)

    known = [case(1, None, "ffhq-1.1.aa"), case(2, "ffhq-2.1.bb", "ffhq-2.2.cc")]
    found = incoming._case_of(known, mail(references=("z", "ffhq-2.2.cc.1@flickr-auditor.invalid")))
    assert found == (known[1], "reference")
    assert incoming._case_of(known, mail(references=("ffhq-2.2.c",))) == (None, "")
    assert incoming._case_of(known, mail(references=("ffhq-2.2.cc",))) == (None, "")


LIST = (
    "url,note\n"
    f"https://www.flickr.com/photos/{NSID}/5000000001/,x\n\n"
    "<https://live.staticflickr.com/65535/5000000002_0123456789_b.jpg>\thttps://flic.kr/s/x\n"
    f"(https://www.flickr.com/photos/{NSID}/5000000001/);\n"
    "https://www.flickr.com/photos/strangers/3000000001/\n"
    f"https://www.flickr.com/photos/{NSID}/77/\n"
)


def test_links_of_a_publisher_are_read_line_by_line(home: Home) -> None:
    path = home.path / "links.csv"
    path.write_text(LIST)
    own = {"5000000001", "5000000002"}
    taken = incoming.read_links(path, own=own, nsid=NSID)
    assert [photo.photo_id for photo in taken.photos] == ["5000000001", "5000000002", "77"]
    assert taken.skipped == {
        "no link to a Flickr photo": 1,
        "named before": 1,
        "not a photo of the account": 1,
    }
    assert [photo.photo_id for photo in incoming.read_links(path, own=own, nsid=None).photos] == [
        "5000000001",
        "5000000002",
    ]
    assert len(incoming.read_links(path, own=None, nsid=None).photos) == 4


def a_question(desk: Desk, *names: str, options: LetterOptions = OPTIONS) -> Case:
    case = opening.ask(desk, options, [catalogue.get(name) for name in names]).case
    return workflow.sent(desk, cast("Case", case).id, ago(20))


def take(desk: Desk, path: Path, case_id: str = "ibm-dif-1", **more: Any) -> tuple[Case, LinksTaken]:
    return incoming.take_links(desk, case_id, path, **({"indexes": desk.indexes, "dataset": None} | more))


def test_links_of_a_publisher_become_an_index_and_an_answer(desk: Desk, home: Home) -> None:
    a_question(desk, "ibm-dif")
    path, text = home.path / "links.csv", home.path / "answer.txt"
    path.write_text(LIST)
    text.write_text("Here are the links.")
    case, taken = take(desk, path, on=ago(10))
    assert len(taken.photos) == 3
    kept = desk.letters / "ibm-dif-1" / "answers" / f"links-{ago(10)}.txt"
    assert kept.read_text() == LIST
    assert case.answers == (Answer(1, 1, ago(10), AnswerClass.LINKS, confirmed=True, file=str(kept)),)
    index = Index.open(desk.indexes / "ibm-dif")
    manifest = index.manifest
    assert (manifest.provenance.value, manifest.records) == ("told-by-publisher", 3)
    assert manifest.origin == f"{case.to}, in answer to ibm-dif-1"
    assert (manifest.obtained_at or "").startswith(ago(10).isoformat())
    assert [source.name for source in manifest.sources] == ["answer-to-ibm-dif-1.txt"]
    assert list(desk.letters.glob("links-*")) == []
    case, _ = take(desk, path, text_file=text, dataset="ibm-dif")
    told = desk.letters / "ibm-dif-1" / "answers" / f"answer-{TODAY}.txt"
    assert case.answers[1] == Answer(2, 1, TODAY, AnswerClass.LINKS, confirmed=True, file=str(told))
    assert told.read_text() == "Here are the links."
    removal = opening.draft(desk, OPTIONS, catalogue.get("ibm-dif"), Index.open(desk.indexes / "ibm-dif"))
    assert cast("Case", removal.case).follows == "ibm-dif-1"


def test_links_that_are_of_no_use_are_refused_with_a_way_on(desk: Desk, home: Home) -> None:
    a_question(desk, "ibm-dif")
    path = home.path / "links.csv"
    path.write_text("nothing\nhttps://www.flickr.com/photos/strangers/3000000001/\n")
    how = "Give the publisher's list as a text or CSV file with one link a line."
    assert said(lambda: take(desk, path)) == (
        WrongFileError,
        "links.csv names no photo of the account (1 × no link to a Flickr photo, 1 × not a photo of the"
        " account)",
        how,
    )
    path.write_text("\n")
    assert said(lambda: take(desk, path))[1] == "links.csv names no photo of the account"
    a_question(desk, "cc3m", "cc12m")
    assert said(lambda: take(desk, path, "google-1")) == (
        UsageError,
        "case google-1 is about cc3m, cc12m",
        "Say which the links are of: --dataset NAME",
    )
    assert said(lambda: take(desk, path, "google-1", dataset="coco"))[0] is UsageError
    path.write_text(LIST)
    a_question(desk, "ffhq")
    assert said(lambda: take(desk, path, "ffhq-1")) == (
        RefusedError,
        "there is an index of ffhq already, which says more than the publisher's list",
        "Use it: flickr-auditor optout draft ffhq. Or remove it first: flickr-auditor datasets remove ffhq",
    )
    assert said(lambda: take(desk, path, on=ago(21)))[0] is UsageError
    assert not (desk.indexes / "ibm-dif").exists()


def test_a_later_list_of_a_publisher_takes_the_place_of_a_longer_one(desk: Desk, home: Home) -> None:
    a_question(desk, "ibm-dif")
    path = home.path / "links.csv"
    path.write_text(LIST)
    take(desk, path, on=ago(10))
    path.write_text("https://www.flickr.com/photos/annexample/5000000001/\n")
    take(desk, path)
    index = Index.open(desk.indexes / "ibm-dif")
    assert index.manifest.records == 1
    assert [found.value for found in index.groups(MatchKey.OWNER, ["annexample"])] == ["5000000001"]


SENT = replace(CASE, letters=(replace(CASE.letters[0], sent_on=TODAY),))


def test_a_removal_letter_rests_on_the_newest_open_answer_with_links_of_its_dataset(desk: Desk) -> None:
    assert opening._followed(desk, "cc3m") is None
    question = replace(SENT, id="g-1", datasets=("cc3m", "cc12m"), purpose=Purpose.ACCESS)
    links = replace(question, answers=(Answer(1, 1, TODAY, AnswerClass.LINKS, confirmed=True, file=None),))
    refused = replace(links, answers=(replace(links.answers[0], meaning=AnswerClass.REFUSES),))
    desk.store.save(question, event="sent", on=TODAY)
    assert opening._followed(desk, "cc3m") is None
    desk.store.save(replace(links, id="g-2"), event="sent", on=TODAY)
    desk.store.save(replace(links, id="g-3"), event="sent", on=TODAY)
    desk.store.save(replace(links, id="g-4", closed_on=TODAY), event="sent", on=TODAY)
    desk.store.save(replace(refused, id="g-5"), event="sent", on=TODAY)
    desk.store.save(replace(links, id="g-6", datasets=("coco",)), event="sent", on=TODAY)
    assert [opening._followed(desk, name) for name in ("cc3m", "cc12m", "coco", "ffhq")] == [
        *("g-3", "g-3", "g-6"),
        None,
    ]


def test_a_notice_to_a_host_follows_no_question(desk: Desk, home: Home) -> None:
    answers = (Answer(1, 1, TODAY, AnswerClass.LINKS, confirmed=True, file=None),)
    desk.store.save(replace(SENT, id="q-1", answers=answers), event="sent", on=TODAY)
    follows = [cast("Case", drafted(desk, home, host=host).case).follows for host in ("google-drive", None)]
    assert follows == [None, "q-1"]


NUMBERS = "it names photos by the numbers of FFHQ, and"


@pytest.mark.parametrize(
    ("name", "keys", "keyed", "in_part", "told"),
    [
        ("ffhq-aging", "parent", None, False, f"{NUMBERS} there is no local index of ffhq: "),
        ("ffhq-aging", "both", None, True, f"{NUMBERS} there is no local index of ffhq: "),
        ("ffhq-aging", "both", None, False, None),
        ("ffhq-aging", "parent", False, False, f"{NUMBERS} the local index of ffhq was built without them"),
        ("ffhq-aging", "parent", True, False, None),
        ("ffhq-aging", "ids", None, True, None),
        ("own", "parent", True, False, "it names photos by another dataset's numbers, and it is not known"),
    ],
)
def test_without_the_index_that_numbers_name_nothing_can_be_told(
    name: str, keys: str, keyed: bool | None, in_part: bool, told: str | None
) -> None:
    kinds = {
        "parent": [MatchKey.PARENT_KEY],
        "ids": [MatchKey.PHOTO_ID],
        "both": [MatchKey.PARENT_KEY, MatchKey.PHOTO_ID],
    }
    index: Any = Memory(name, dict.fromkeys(kinds[keys], ()))
    parents: Any = [] if keyed is None else [Memory("ffhq", {MatchKey.PHOTO_ID: ()}, keyed=keyed)]
    if told is None:
        refuse_without_parent(index, parents, in_part=in_part)
        return
    kind, message, hint = said(lambda: refuse_without_parent(index, parents, in_part=in_part))
    assert (kind, hint) == (RefusedError, "Build that index first.")
    assert message.startswith(f"what {name} holds of you cannot be told: {told}")


def test_a_case_stays_with_its_account_although_another_was_synced_since(desk: Desk, home: Home) -> None:
    a_question(desk, "ibm-dif")
    sent(desk, home, 60)
    AccountStore(home.conn).save(
        Account("99000077@N07"), [], taken_at=time.time() + 9, source="api", complete=True, full=True
    )
    path = home.path / "links.txt"
    path.write_text("https://www.flickr.com/photos/somebody/5000000003/\n")
    assert [photo.photo_id for photo in take(desk, path)[1].photos] == ["5000000003"]
    done = recheck(desk, home, home.mine[:2] + STRANGERS)
    assert (len(done.result.removed), len(done.result.still_there)) == (10, 2)
    text = Path(done.case.letters[-1].files[0]).read_text()
    assert ("Ann Example" in text, "99000077@N07" in text) == (True, False)
    third = cast("Case", drafted(desk, home, nsid=NSID).case)
    assert (third.nsid, third.photos) == (NSID, 12)


def test_of_an_authority_that_is_not_listed_any_more_the_name_is_known(
    desk: Desk, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(desk, home, 60)
    workflow.complain(desk, "ffhq-1", country="at")
    workflow.sent(desk, "ffhq-1", ago(10))
    monkeypatch.setattr(addressees, "authorities", dict)
    case, _ = workflow.remind(replace(desk, today=TODAY + timedelta(days=200)), "ffhq-1")
    assert (case.letters[-1].kind, case.letters[-1].to) == (
        Kind.INQUIRY,
        "Österreichische Datenschutzbehörde",
    )
    assert "Österreichische Datenschutzbehörde" in Path(case.letters[-1].files[0]).read_text()


# -- the next index ------------------------------------------------------------------------------------------


def recheck(desk: Desk, home: Home, photos: Any, *, include_new: bool = False) -> next_index.Rechecked:
    return next_index.recheck(desk, "ffhq-1", [home.file(photos)], include_new=include_new)


def test_a_recheck_is_kept_with_its_letter_and_what_became_of_each_photo(desk: Desk, home: Home) -> None:
    before = sent(desk, home, 60)
    home.photos.append(replace(home.photos[0], id="5000000100"))
    store = AccountStore(home.conn)
    store.save(ACCOUNT, home.photos, taken_at=TODAY_AT, source="api", complete=True, full=True)
    found = recheck(desk, home, [*home.mine[:3], (NSID, "5000000100"), *STRANGERS[:-1]], include_new=True)
    case = found.case
    assert case.outcome == RecheckCounts(TODAY, removed=9, still_there=3, newly_found=1)
    assert (case.photos, case.records) == (13, before.records + 1)
    letter = case.letters[-1]
    assert (letter.number, letter.kind) == (2, Kind.FOLLOW_UP)
    assert Path(letter.files[0]).parent == desk.letters / "ffhq-1" / "follow-up-1"
    assert found.warnings == ()
    assert [(item.photo.photo_id, item.state.value) for item in desk.store.photos("ffhq-1")][-5:] == [
        ("5000000000", "still-there"),
        ("5000000001", "still-there"),
        ("5000000002", "still-there"),
        ("5000000100", "still-there"),
        ("5000000007", "left-out"),
    ]
    assert desk.store.events("ffhq-1")[-1] == CaseEvent(
        TODAY, "rechecked", "9 removed, 3 still there, 1 newly found"
    )
    assert desk.store.get("ffhq-1") == case


def test_an_answer_that_comes_while_the_next_index_is_read_is_kept(
    desk: Desk, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(desk, home, 60)

    def interrupted(*args: Any, **options: Any) -> None:
        incoming.record_answer(desk, "ffhq-1", ago(1), meaning=AnswerClass.PARTLY)
        build(*args, **options)

    monkeypatch.setattr(next_index, "build", interrupted)
    recheck(desk, home, [*home.mine[:3], *STRANGERS])
    case = desk.store.get("ffhq-1")
    assert [answer.meaning for answer in case.answers] == [AnswerClass.PARTLY]
    assert case.outcome is not None


def test_a_follow_up_tells_the_publisher_of_letters_to_it_and_not_to_an_authority(
    desk: Desk, home: Home
) -> None:
    sent(desk, home, 60)
    workflow.complain(desk, "ffhq-1", country="at")
    workflow.sent(desk, "ffhq-1", ago(10))
    case = recheck(desk, home, [*home.mine[:3], *STRANGERS]).case
    text = " ".join(Path(case.letters[-1].files[0]).read_text().split())
    assert "I last wrote to you on 22 September 2026." in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_complaint_about_a_host_does_not_call_it_the_publisher(
    desk: Desk, home: Home, language: str
) -> None:
    sent(desk, home, 60, options=replace(OPTIONS, language=language), host="google-drive")
    case, _ = workflow.complain(desk, "ffhq-1", country="at", language=language)
    text = " ".join(Path(case.letters[-1].files[0]).read_text().split())
    hosts = {"en": "hosts copies of", "de": "Dort liegen Kopien von", "fr": "héberge des copies de"}
    assert hosts.get(language, "aloja copias de") in text
    assert not re.search("publishes|veröffentlicht|publie |publica ", text)


TODAY_AT = datetime(2026, 11, 21, tzinfo=UTC).timestamp()


def test_a_recheck_says_what_makes_it_doubtful_and_what_it_left_out(desk: Desk, home: Home) -> None:
    sent(desk, home, 60)
    found = recheck(desk, home, [*home.mine[:3], home.mine[7], *STRANGERS[:-4]], include_new=True)
    assert found.warnings == (
        "Of 301 photos in the old index that you did not ask to remove, 4 are not in the new one either. If"
        " the file may be incomplete, get it again: what it lacks reads as removed.",
    )
    assert found.result.newly_found == ()
    assert recheck(desk, home, [*home.mine[:3], home.mine[7], *STRANGERS[:-3]]).warnings == ()


HIDDEN = replace(PHOTO, standing=Standing.HIDDEN)
DOUBT = (
    "Of {} photos in the old index that you did not ask to remove, {} are not in the new one either. If the"
    " file may be incomplete, get it again: what it lacks reads as removed."
)


@pytest.mark.parametrize(
    ("case", "new", "missing", "include_new", "told"),
    [
        (CASE, (), 0, True, ()),
        (CASE, (), 1, True, (DOUBT.format(0, 1),)),
        (replace(CASE, fingerprint=None), (), 1, True, (DOUBT.format(0, 1),)),
        (
            CASE,
            (PHOTO, HIDDEN, HIDDEN),
            0,
            True,
            ("2 newly found photos not public on Flickr: left out of the follow-up letter.",),
        ),
        (CASE, (HIDDEN,), 0, False, ()),
        (replace(CASE, include_private=True), (HIDDEN,), 0, True, ()),
        (CASE, (PHOTO,), 0, True, ()),
    ],
)
def test_what_makes_a_recheck_doubtful(
    case: Case, new: tuple[RequestedPhoto, ...], missing: int, told: tuple[str, ...], *, include_new: bool
) -> None:
    assert next_index._warnings(case, Recheck((), (), new), missing, include_new=include_new) == told


def test_one_lost_photo_in_a_hundred_is_no_doubt() -> None:
    case = replace(CASE, fingerprint=Fingerprint(200, 200, "photo_id", tuple(map(str, range(200)))))
    assert next_index._warnings(case, Recheck((), (), ()), 2, include_new=True) == ()
    (line,) = next_index._warnings(case, Recheck((), (), ()), 3, include_new=True)
    assert line == DOUBT.format(200, 3)


def test_without_a_letter_that_was_sent_the_request_is_written_anew(desk: Desk, home: Home) -> None:
    a_case(desk, home)
    case = recheck(desk, home, [*home.mine[:3], *STRANGERS]).case
    assert [letter.kind for letter in case.letters] == [Kind.REQUEST]
    assert case.letters[0].number == 2


def test_when_all_is_gone_no_letter_is_written(desk: Desk, home: Home) -> None:
    before = sent(desk, home, 60)
    case = recheck(desk, home, STRANGERS).case
    assert case.letters == before.letters
    assert case.outcome == RecheckCounts(TODAY, removed=12, still_there=0, newly_found=0)


def test_a_question_has_nothing_to_check_again(desk: Desk, home: Home) -> None:
    opening.ask(desk, OPTIONS, [catalogue.get("ibm-dif")])
    assert said(lambda: next_index.recheck(desk, "ibm-dif-1", [], include_new=False)) == (
        RefusedError,
        "case ibm-dif-1 is a question: it names no photos that an index could still hold",
        "Build the index and ask for removal: flickr-auditor optout draft ibm-dif",
    )


HOW = "Give all files of the publisher's new index of this dataset, as you got them."


def test_a_file_that_is_no_newer_version_is_refused_with_numbers(desk: Desk, home: Home) -> None:
    sent(desk, home, 60)
    assert said(lambda: recheck(desk, home, [*home.mine, *STRANGERS[:238]])) == (
        WrongFileError,
        "ffhq-dataset-v2.json: of 301 photos that were in the index of ffhq and that you did not ask to"
        " remove, only 239 are in it; it is another dataset, or only part of it",
        f"{HOW} If the publisher did remove that many, start again with it: flickr-auditor datasets add ffhq"
        " FILE",
    )
    assert recheck(desk, home, [*home.mine, *STRANGERS[:239]]).result.removed


@pytest.mark.parametrize(
    ("witnesses", "result", "refused"),
    [
        ((), Recheck((PHOTO,), (), ()), True),
        (("1",), Recheck((PHOTO,), (), ()), False),
        ((), Recheck((PHOTO,), (PHOTO,), ()), False),
        ((), Recheck((), (), ()), False),
    ],
)
def test_that_all_is_gone_is_not_believed_of_any_file(
    witnesses: tuple[str, ...], result: Recheck, *, refused: bool
) -> None:
    known = Fingerprint(9, 9, "photo_id", witnesses)
    for case in (replace(CASE, fingerprint=known), *([replace(CASE, fingerprint=None)] if refused else [])):
        if refused:
            assert said(lambda case=case: next_index.refuse_unproven(case, result)) == (  # type: ignore[misc]
                WrongFileError,
                "none of the case's photos is in the file, and nothing else shows that it is the next version"
                " of ffhq",
                "If the publisher confirmed the removal: flickr-auditor optout close ffhq-1",
            )
        else:
            next_index.refuse_unproven(case, result)


def test_where_only_a_public_place_is_known_a_follow_up_has_its_note(
    desk: Desk, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = Channel("issues", "https://x.org/issues", "removal", "https://x.org", "2026-01-01", True, None)
    sent(desk, home, 60)
    monkeypatch.setattr(addressees, "of_case", lambda *_: Addressee("X", None, (public,)))
    case = recheck(desk, home, [*home.mine[:3], *STRANGERS]).case
    assert [Path(name).name for name in case.letters[-1].files][-1] == "public-note.txt"
    assert case.letters[-1].to == "X"


# -- files ---------------------------------------------------------------------------------------------------


def test_a_folder_has_the_files_of_a_case_and_of_those_that_led_to_it(desk: Desk, home: Home) -> None:
    first = a_case(desk, home)
    elsewhere = home.path / "elsewhere"
    second = a_case(desk, home, out=elsewhere)
    case_files.keep_answer(Path(first.folder), "b.txt", b"b")
    case_files.keep_answer(Path(first.folder), "a.txt", b"a")
    (Path(first.folder) / "answers" / "link").symlink_to(home.path / "auditor.sqlite3")
    (elsewhere / "other.txt").write_text("not of the case")
    case = replace(second, folder=str(desk.letters / second.id), follows=first.id)
    Path(first.letters[0].files[1]).unlink()
    moved = Path(first.letters[0].files[2])
    moved.rename(home.path / "moved")
    moved.symlink_to(home.path / "moved")
    assert [name for name, _ in case_files.folder_files(desk.store, case)] == [
        *(f"ffhq-1/{name}" for name in ("letter-1.txt", "letter-1.pdf", "links-1.csv")),
        *("ffhq-1/answers/a.txt", "ffhq-1/answers/b.txt"),
        *(f"ffhq-2/{name}" for name in ("letter-1.txt", "letter-1.md", "letter-1.eml", "letter-1.pdf")),
        "ffhq-2/links-1.csv",
    ]
    assert [one.id for one in case_files.earlier_cases(desk.store, case)] == ["ffhq-1"]
    assert case_files.earlier_cases(desk.store, first) == ()


def test_folders_and_names_that_are_taken_are_passed_over(tmp_path: Path) -> None:
    assert case_files.free_folder(tmp_path, "reply") == tmp_path / "reply-1"
    (tmp_path / "reply-1").mkdir()
    (tmp_path / "reply-2").mkdir()
    assert case_files.free_folder(tmp_path, "reply") == tmp_path / "reply-3"
    kept = [case_files.keep_answer(tmp_path / "c", "a.b.txt", text) for text in (b"1", b"2", b"3")]
    assert [path.name for path in kept] == ["a.b.txt", "a.b-2.txt", "a.b-3.txt"]
    assert [path.read_bytes() for path in kept] == [b"1", b"2", b"3"]
    assert {path.parent for path in kept} == {tmp_path / "c" / "answers"}


def test_a_zip_has_texts_and_files_and_no_links(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a" * 9999)
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    files = [("x/a.txt", tmp_path / "a.txt"), ("x/l", tmp_path / "link"), ("x/n", tmp_path / "none")]
    files += [("x/b.txt", tmp_path / "a.txt")]
    case_files.write_zip(tmp_path / "z.zip", files, {"t.html": "<p>é", "b": b"\xff"})
    with zipfile.ZipFile(tmp_path / "z.zip") as archive:
        assert archive.namelist() == ["t.html", "b", "x/a.txt", "x/b.txt"]
        assert (archive.read("t.html").decode(), archive.read("b")) == ("<p>é", b"\xff")
        assert archive.read("x/b.txt") == b"a" * 9999
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_an_email_is_a_draft_whose_headers_are_single_lines() -> None:
    data = case_files.email(
        to="a@b.org\nX", subject="S\nT", body="Zoë\n", message_id="<m@x>", links=("l.csv", "a,b\n")
    )
    message = cast("EmailMessage", message_from_bytes(data))
    assert (message["X-Unsent"], message["Message-ID"], message["To"], message["Subject"]) == (
        "1",
        "<m@x>",
        "a@b.org X",
        "S T",
    )
    text, table = cast("list[Any]", message.get_payload())
    assert (text.get_content_charset(), text.get_payload(decode=True).decode().strip()) == ("utf-8", "Zoë")
    assert (table.get_content_type(), table.get_filename()) == ("text/csv", "l.csv")
    assert table.get_payload(decode=True) == b"a,b\n"
    alone = message_from_bytes(case_files.email(to=None, subject="S", body="x", message_id="<m@x>"))
    assert (alone["To"], alone.is_multipart()) == (None, False)


FULL = replace(
    PHOTO,
    places=(Place("a.json", "line 1", "K"), Place("b.json", "line 2")),
    more_places=3,
    history_day="2014-12-31",
    history_license="CC BY 2.0",
    history_unchanged=True,
)


@pytest.mark.parametrize("ground", [Ground.GDPR, Ground.CCPA, Ground.NONE])
@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "this dataset", "these datasets"),
        ("de", "diese. Datensatz", "diesen? Datensätze"),
        ("fr", "ce jeu de données", "ces jeux de données"),
        ("es", "este conjunto de datos", "estos conjuntos de datos"),
    ],
)
def test_a_question_about_one_dataset_does_not_speak_of_several(
    desk: Desk, language: str, one: str, many: str, ground: Ground
) -> None:
    options = replace(OPTIONS, language=language, ground=ground)
    for names, says, not_says in ((("ibm-dif",), one, many), (("ibm-dif", "megaface"), many, one)):
        case = opening.ask(desk, options, [catalogue.get(name) for name in names]).case
        assert case is not None
        text = " ".join((Path(case.folder) / "letter-1.txt").read_text("utf-8").split())
        assert re.search(says, text)
        assert not re.search(not_says, text)


def read_on(home: Home, day: date, *, dated: bool = True) -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    home.conn.execute("UPDATE snapshot SET taken_at = ?, dated = ?", (at, dated))
    home.conn.execute("UPDATE photo SET as_of = ?", (at,))


@pytest.mark.parametrize("days", [7, 8, 400])
def test_a_letter_about_an_account_that_was_read_long_ago_comes_with_that_warning(
    desk: Desk, home: Home, days: int
) -> None:
    read_on(home, ago(days))
    asked = opening.ask(desk, OPTIONS, [catalogue.get("ibm-dif")])
    old = (
        f"Your account is known here as it was on {ago(days)}, {days} days ago: newer photos and changes are"
        " not in the letter. Run: flickr-auditor sync"
    )
    for letter in (drafted(desk, home), asked):
        assert (old in letter.warnings) is (days > 7)
        assert any("flickr-auditor sync" in warning for warning in letter.warnings) is (days > 7)


def test_an_export_without_a_date_is_not_given_one(desk: Desk, home: Home) -> None:
    read_on(home, ago(30), dated=False)
    assert "does not say when it was made (2026-10-22 or later)" in drafted(desk, home).warnings[0]


def test_the_table_of_links_says_on_which_day_a_licence_was_read(desk: Desk, home: Home) -> None:
    read_on(home, ago(30))
    table = rows((Path(a_case(desk, home).folder) / "links-1.csv").read_text("utf-8"))
    assert table[0][-2:] == ["license_last_read", "license_read_on"]
    # of a photo that is gone neither is known
    assert {tuple(row[-2:]) for row in table[1:]} == {("All Rights Reserved", "2026-10-22"), ("", "")}


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_table_of_links_has_all_that_is_known_of_each_photo() -> None:
    bare = replace(PHOTO, photo_id=None, link=None, license_then=None, license_now=None)
    changed = replace(FULL, history_unchanged=False)
    table = rows(case_files.links_csv(a_letter([FULL, bare, changed])))
    records = "a.json line 1 (K) | b.json line 2 | 3 more"
    assert table[1:] == [
        [
            *(PHOTO.link, "5000000001", records, "photo_id", "published", "public", "CC BY-NC 2.0"),
            *("unchanged since 2014-12-31: CC BY 2.0", "All Rights Reserved", "2026-11-20"),
        ],
        ["", "", 'ffhq-v2.json ["17"]', "photo_id", "published", "public", "", "", "", ""],
        [
            *(PHOTO.link, "5000000001", records, "photo_id", "published", "public", "CC BY-NC 2.0"),
            *("2014-12-31: CC BY 2.0", "All Rights Reserved", "2026-11-20"),
        ],
    ]
    others = rows(case_files.links_csv(a_letter([FULL], role=Role.SUBJECT)))
    assert others[1][5:] == ["", "", "", "", ""]


def test_the_proof_has_what_became_of_each_photo() -> None:
    bare = replace(PHOTO, photo_id=None, link=None)
    photos = [
        CasePhoto(FULL, RemovalState.REMOVED),
        CasePhoto(PHOTO, RemovalState.LEFT_OUT),
        CasePhoto(bare, RemovalState.STILL_THERE),
    ]
    assert rows(case_files.proof_csv(photos)) == [
        ["link", "photo_id", "state", "match_key", "certainty", "records"],
        [
            *(cast("str", PHOTO.link), "5000000001", "removed", "photo_id", "published"),
            "a.json line 1 (K) | b.json line 2 | 3 more",
        ],
        ["", "", "still-there", "photo_id", "published", 'ffhq-v2.json ["17"]'],
    ]


def test_what_was_done_on_flickr_for_photos_of_a_case_is_told_by_run(tmp_path: Path) -> None:
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        for run, started in (("r2", TODAY_AT), ("r1", TODAY_AT - 86_400)):
            add_run(conn, run, started)
        conn.execute("UPDATE run SET undoes = 'r1' WHERE run_id = 'r2'")
        for number, (run, photo, what, state) in enumerate(
            [
                ("r2", 11, "license", "done"),
                ("r2", 11, "add-tag", "already"),
                ("r2", 12, "license", "done"),
                ("r2", 13, "license", "done"),
                ("r2", 14, "license", "failed"),
                ("r1", 11, "license", "done"),
            ]
        ):
            add_change(conn, run, number, photo, what, state)
        assert case_files.protections(conn, ["11", "12", "14", ""]) == (
            case_files.Protection("r1", None, ago(1), "license", 1),
            case_files.Protection("r2", "r1", TODAY, "add-tag", 1),
            case_files.Protection("r2", "r1", TODAY, "license", 2),
        )


def columns(conn: sqlite3.Connection, table: str) -> list[tuple[str, str, bool]]:
    """Name, type and whether a value is needed."""
    found = conn.execute(f"PRAGMA table_info({table})")
    return [(str(row[1]), str(row[2]), bool(row[3]) and row[4] is None) for row in found]


def insert(conn: sqlite3.Connection, table: str, **values: object) -> None:
    """A row with these values, and some value in every other column that needs one."""
    row = {
        name: values.get(name, 0 if kind in {"INTEGER", "REAL"} else "{}")
        for name, kind, needed in columns(conn, table)
        if needed or name in values
    }
    marks = ", ".join("?" * len(row))
    conn.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def add_run(conn: sqlite3.Connection, run_id: str, started_at: float) -> None:
    insert(conn, "run", run_id=run_id, plan_id=f"plan-{run_id}", nsid=NSID, started_at=started_at)


def add_change(
    conn: sqlite3.Connection, run_id: str, number: int, photo_id: int, what: str, state: str
) -> None:
    insert(
        conn,
        "change",
        run_id=run_id,
        number=number,
        photo_id=photo_id,
        mitigation=what,
        state=state,
        subject=f"s{number}",
    )


# -- letters as values ---------------------------------------------------------------------------------------


def test_a_first_letter_counts_its_photos() -> None:
    gone = replace(PHOTO, photo_id="2", link="https://x/2", standing=Standing.GONE, license_then="2")
    nameless = replace(PHOTO, photo_id=None, link=None, standing=Standing.GONE, license_then=None)
    tagged = replace(PHOTO, steps_done=("no_cv", "license"), more_places=4, license_then="4")
    photos = [gone, nameless, tagged]
    letter = a_letter(photos)
    assert letter == Letter(
        case=CASE,
        template="letter",
        to=letter.to,
        cards=(catalogue.get("ffhq"),),
        written_on=TODAY,
        account=ACCOUNT,
        photos=tuple(photos),
        photo_count=3,
        record_count=7,
        gone_count=1,
        ownerless_count=1,
        licenses=(
            LicenseTerms("CC BY-NC 2.0", 1, False, True, True, False, False),
            LicenseTerms("CC BY 2.0", 1, False, True, False, False, False),
        ),
        steps=(("no_cv", 1), ("license", 1)),
        index=VERSION,
        name=CASE.to,
    )
    shown = a_letter(photos, role=Role.SUBJECT)
    assert (shown.account, shown.licenses, shown.steps) == (None, (), ())
    assert a_letter(photos, purpose=Purpose.ACCESS).template == "ask"
    assert a_letter(photos, purpose=Purpose.ACCESS).steps == ()
    assert a_letter(photos, purpose=Purpose.HOST).template == "host"
    assert a_letter(photos, follow_up=FollowUp(TODAY, 1, 1, 1)).template == "follow-up"


@pytest.mark.parametrize(
    ("license_id", "terms"),
    [
        ("0", (True, False, False, False, False)),
        ("1", (False, True, True, False, True)),
        ("6", (False, True, False, True, False)),
        ("9", (False, False, False, False, False)),
        ("99", (False, False, False, False, False)),
    ],
)
def test_the_terms_of_a_licence_are_those_it_has(license_id: str, terms: tuple[bool, ...]) -> None:
    entry = licenses.get(license_id)
    assert LicenseTerms.of(entry, 3) == LicenseTerms(entry.name, 3, *terms)


def test_licences_are_listed_by_how_many_photos_have_them() -> None:
    photos = [replace(PHOTO, license_then=one) for one in ("4", "2", "2", "1", None)]
    assert [(one.name, one.photos) for one in a_letter(photos).licenses] == [
        ("CC BY-NC 2.0", 2),
        ("CC BY-NC-SA 2.0", 1),
        ("CC BY 2.0", 1),
    ]


def test_a_letter_in_parts_counts_on() -> None:
    card = catalogue.get("ffhq")
    limited = replace(card, opt_out=replace(card.opt_out, max_links=2))
    photos = [replace(PHOTO, photo_id=str(number)) for number in range(1, 6)]
    parts = letters.request(CASE, [limited], photos, to=Recipient("X"), account=ACCOUNT, written_on=TODAY)
    assert [(part.part, part.parts, part.first_number, len(part.photos)) for part in parts] == [
        (1, 3, 1, 2),
        (2, 3, 3, 2),
        (3, 3, 5, 1),
    ]
    assert {part.photo_count for part in parts} == {5}
    (empty,) = letters.request(CASE, [card], [], to=Recipient("X"), account=None, written_on=TODAY)
    assert (empty.part, empty.parts, empty.photos, empty.first_number) == (1, 1, (), 1)


def test_what_happened_is_told_oldest_first() -> None:
    case = ladder.sent(replace(CASE, purpose=Purpose.ACCESS), ago(60), TODAY)
    case = ladder.acknowledged(case, ago(58), TODAY)
    case = ladder.answered(case, ago(50), TODAY, meaning=AnswerClass.PARTLY, confirmed=True)
    case = ladder.sent(ladder.wrote(case, LetterRecord(2, Kind.REMINDER, "X", TODAY)), ago(40), TODAY)
    case = ladder.answered(case, ago(30), TODAY, meaning=AnswerClass.REFUSES)
    case = ladder.wrote(case, LetterRecord(3, Kind.REPLY, "X", TODAY))
    assert letters.history(case) == [
        PastEvent(ago(60), "access"),
        PastEvent(ago(58), "received"),
        PastEvent(ago(50), "answer", AnswerClass.PARTLY),
        PastEvent(ago(40), "reminder"),
        PastEvent(ago(30), "answer"),
    ]


def further(case: Case, kind: Kind = Kind.REMINDER, **more: Any) -> Letter:
    given: dict[str, Any] = {"to": Recipient("X"), "account": ACCOUNT, "written_on": TODAY}
    return letters.further(case, [catalogue.get("ffhq")], kind, [PHOTO, FULL], **(given | more))


def test_a_further_letter_claims_what_the_case_holds() -> None:
    case = ladder.sent(CASE, ago(60), TODAY)
    due = case.deadline
    assert due is not None
    assert further(case) == Letter(
        case=case,
        template="reminder",
        to=Recipient("X"),
        cards=(catalogue.get("ffhq"),),
        written_on=TODAY,
        account=ACCOUNT,
        photos=(PHOTO, FULL),
        photo_count=2,
        record_count=6,
        index=VERSION,
        history=(PastEvent(ago(60), "request"),),
        asked_on=ago(60),
        no_answer_by=due.day,
        legal_term=True,
        name=CASE.to,
    )
    courtesy = further(replace(case, ground=Ground.NONE))
    assert (courtesy.no_answer_by, courtesy.legal_term) == (ago(30), False)
    early = further(ladder.sent(CASE, ago(1), TODAY))
    assert (early.no_answer_by, early.legal_term) == (None, False)
    assert further(CASE).asked_on is None
    assert further(replace(case, role=Role.SUBJECT)).account is None
    assert further(replace(case, ground=Ground.BIPA), Kind.COMPLAINT).template == "notice"
    assert further(replace(case, ground=Ground.BIPA), Kind.REMINDER).template == "reminder"
    assert further(case, Kind.COMPLAINT).template == "complaint"


def test_a_letter_speaks_of_an_answer_that_was_understood_and_of_an_extension_in_time() -> None:
    case = ladder.sent(CASE, ago(60), TODAY)
    guessed = ladder.answered(case, ago(50), TODAY, meaning=AnswerClass.EXTENDS)
    assert (further(guessed).answer, further(guessed).new_term) == (None, None)
    told = ladder.understood(guessed, AnswerClass.EXTENDS)
    letter = further(told, Kind.REPLY)
    assert letter.answer == told.answers[0]
    assert letter.new_term == told.deadline == Deadline(date(2026, 12, 22), legal=True)
    assert letter.meaning is AnswerClass.EXTENDS
    other = further(ladder.understood(guessed, AnswerClass.PARTLY), Kind.REPLY)
    assert (other.new_term, other.meaning) == (None, AnswerClass.PARTLY)
    late = ladder.answered(case, ago(20), TODAY, meaning=AnswerClass.EXTENDS, confirmed=True)
    assert further(late).new_term is None


# -- rendering -----------------------------------------------------------------------------------------------


def test_a_public_note_names_nobody() -> None:
    note = render_public(a_letter())
    assert NSID not in note.body
    assert note.subject.endswith("[ffhq-1]")


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ letter.nothing }}", "does not work: "),
        ("x\n\n{{ 1 / 0 }}", "does not work: division by zero"),
        ("{% if %}", "line 1, does not work: "),
        ("{{ letter.asked_on }}", "does not work: it prints a value that is missing"),
        ("{{ ''.join(1) }}", "does not work: "),
    ],
)
def test_a_template_of_the_user_that_fails_is_named(tmp_path: Path, template: str, problem: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "letter.j2").write_text(template)
    kind, message, hint = said(lambda: render(a_letter(), Markup.PLAIN, folder=tmp_path))
    assert kind is ConfigurationError
    assert message.startswith("the template ")
    assert "letter.j2" in message
    assert problem in message
    assert hint == "Correct it, or remove it from the folder that [optout] templates names."


def rendered(tmp_path: Path, template: str, markup: Markup = Markup.PLAIN, **case: Any) -> str:
    (tmp_path / "en").mkdir(exist_ok=True)
    (tmp_path / "en" / "letter.j2").write_text(template)
    text = render(a_letter(**case), markup, folder=tmp_path)
    return f"{text.subject}|{text.body}"


def test_what_a_template_prints_is_safe_and_its_lines_are_folded(tmp_path: Path) -> None:
    name = "*A* [b](c)\n# d"
    assert rendered(tmp_path, "S\n\n\n\n{{ letter.case.sender }}\n\n\n\nend\n", sender=name) == (
        "S [ffhq-1]|*A* [b](c) # d\n\nend\n"
    )
    assert rendered(tmp_path, "S\n{{ letter.case.sender }}", Markup.MARKDOWN, sender="- *A* 1. `b`") == (
        "S [ffhq-1]|\\- \\*A\\* 1. \\`b\\`\n"
    )
    assert rendered(tmp_path, "S\n{{ letter.case.sender }}", Markup.MARKDOWN, sender="1. A") == (
        "S [ffhq-1]|1\\. A\n"
    )
    word = "x" * 30
    line = f"- {word} {word} {word}"
    assert rendered(tmp_path, f"S\n{line}") == f"S [ffhq-1]|- {word} {word}\n  {word}\n"
    assert rendered(tmp_path, f"S\n{line}", Markup.MARKDOWN) == f"S [ffhq-1]|{line}\n"
    fits = "y" * LINE_WIDTH
    assert rendered(tmp_path, f"S\n{fits}") == f"S [ffhq-1]|{fits}\n"
    link = "https://example.org/" + "z" * 80
    assert rendered(tmp_path, f"S\n12. see {link}") == f"S [ffhq-1]|12. see\n    {link}\n"
    hyphens = "a-" * 50
    assert rendered(tmp_path, f"S\nb {hyphens}") == f"S [ffhq-1]|b\n{hyphens}\n"


def test_the_filters_of_templates_write_what_they_say(tmp_path: Path) -> None:
    template = (
        "S\n{{ letter.written_on|date }}\n{{ '2026-01-02'|day }}\n{{ 1234|number }}\n"
        "{{ 'https://x'|link }}\n[{{ 12|margin }}]\n{{ 'uk-gdpr'|law }}\n{{ 'gdpr'|law }}\n{{ '4'|license }}"
    )
    plain = "S [ffhq-1]|21 November 2026\n2 January 2026\n1,234\n{}\n[    ]\nUK GDPR\nGDPR\nCC BY 2.0\n"
    assert rendered(tmp_path, template) == plain.format("https://x")
    assert rendered(tmp_path, template, Markup.MARKDOWN) == plain.format("<https://x>")


# -- photos --------------------------------------------------------------------------------------------------


def test_a_place_is_shown_without_what_opens_a_photo() -> None:
    assert Place.of("a\nb", "11_0123456789_o.jpg", "12_0123456789_o") == Place("a b", "11_…_o.jpg", "12_…_o")
    long = Place.of("s" * 300, "r" * 400, "k" * 300)
    assert (len(long.source), len(long.record), len(cast("str", long.key))) == (200, 300, 200)
    assert Place.of("a", "b").key is None
    assert Place.of("a", "b", "").key is None


def test_photos_are_sorted_by_id_and_what_is_not_public_stays_out() -> None:
    ids = ("100", "9", None, "11")
    photos = [replace(PHOTO, photo_id=one) for one in ids]
    hidden = replace(PHOTO, photo_id="10", standing=Standing.HIDDEN)
    found = select([*photos, hidden], include_private=False)
    assert [photo.photo_id for photo in found.asked] == ["9", "11", "100", None]
    assert found.left_out == (hidden,)
    everything = select([*photos, hidden], include_private=True)
    assert [photo.photo_id for photo in everything.asked] == ["9", "10", "11", "100", None]
    assert everything.left_out == ()


@pytest.mark.parametrize(
    ("told", "done"),
    [
        ({}, ()),
        ({"license_id": "0"}, ("license",)),
        ({"license_id": "3"}, ("license",)),
        ({"license_id": "6"}, ("license",)),
        ({"license_id": "1"}, ()),
        ({"license_id": "9"}, ()),
        ({"license_id": "999"}, ()),
        ({"privacy": Privacy.PRIVATE}, ("private",)),
        ({"privacy": Privacy.FAMILY}, ("private",)),
        ({"privacy": None}, ()),
        ({"tags": ("nocvs",)}, ()),
        (
            {"tags": ("a", "nocv"), "license_id": "0", "privacy": Privacy.PRIVATE},
            ("no_cv", "license", "private"),
        ),
    ],
)
def test_the_steps_that_hold_for_a_photo(told: Any, done: tuple[str, ...]) -> None:
    photo: Any = {"id": "7", "title": "", "license_id": "4", "privacy": Privacy.PUBLIC}
    assert steps_done(Photo(**(photo | told))) == done


def test_a_photo_to_be_removed_has_the_places_of_its_record() -> None:
    one = Exposure(
        "ffhq", MatchKey.PHOTO_ID, "12", 3, "ffhq.json", "2", "CC BY-NC 2.0", False, "published", "k"
    )
    photo = photos._requested("7", "https://x.org/7", one)
    assert photo == RequestedPhoto(
        photo_id="7",
        link="https://x.org/7",
        match_key=MatchKey.PHOTO_ID,
        certainty="published",
        places=(Place("ffhq.json", "12", "k"),),
        more_places=2,
        license_then="2",
    )
    two = (lookup.Place("a.csv", "line 1", None), lookup.Place("b.csv", "line 2", "key"))
    many = photos._requested(None, None, replace(one, places=two))
    assert (many.photo_id, many.link, many.more_places) == (None, None, 1)
    assert many.places == (Place("a.csv", "line 1"), Place("b.csv", "line 2", "key"))
    assert photos._requested("7", None, replace(one, records=1, places=two)).more_places == 0


def test_steps_that_a_publisher_wants_are_counted_and_planned() -> None:
    photos = [("no_cv",), ("license", "private"), ()]
    assert steps_pending(photos, ("no_cv", "private")) == 1
    assert steps_pending(photos, ("delete",)) == 3
    assert steps_pending(photos, ()) == 0
    assert plan_command("x", ("delete", "license")) == (
        "flickr-auditor plan --dataset x --license all-rights-reserved"
    )
    assert plan_command("x", ("delete",)) == "flickr-auditor plan --dataset x --add-tag no_cv"


def test_a_case_that_is_not_there_is_answered_with_those_there_are(desk: Desk, home: Home) -> None:
    assert said(lambda: desk.store.get("x-1")) == (
        UsageError,
        'there is no case "x-1"',
        "There is none yet: flickr-auditor optout draft DATASET",
    )
    a_case(desk, home)
    a_case(desk, home)
    assert said(lambda: desk.store.get("x-1"))[2] == "Cases: ffhq-1, ffhq-2."
    assert desk.store.get("last").id == "ffhq-2"
    assert desk.store.get("ffhq-1").state is CaseState.DRAFTED


def test_templates_of_the_user_lie_beside_the_settings(home: Home) -> None:
    (home.path / "mine").mkdir()
    config = home.path / "config.toml"
    config.write_text('[optout]\ntemplates = "mine"\n')
    found = Desk.of(home.conn, settings.load(home=home.path, config=config))
    assert (found.templates, found.letters, found.indexes) == (
        home.path / "mine",
        home.path / "letters",
        home.path / "indexes",
    )
    config.write_text('[optout]\ntemplates = "nowhere"\n')
    assert said(lambda: Desk.of(home.conn, settings.load(home=home.path, config=config))) == (
        ConfigurationError,
        f"there is no folder {home.path / 'nowhere'}",
        "Correct [optout] templates in the settings.",
    )
    assert Desk.of(home.conn, settings.load(home=home.path)).templates is None


def test_an_account_that_is_not_known_any_more_is_named_by_its_nsid(desk: Desk, home: Home) -> None:
    sent(desk, home, 60)
    home.conn.execute("DELETE FROM account")
    case, _ = workflow.remind(desk, "ffhq-1")
    assert NSID in Path(case.letters[-1].files[0]).read_text()
