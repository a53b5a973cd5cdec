"""What users read about a case, word by word: refusals, next steps, warnings, channels and authorities."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from auditor.datasets import catalogue, contacts
from auditor.datasets.card import Card
from auditor.datasets.contacts import Channel
from auditor.errors import AuditorError, ConfigurationError, RefusedError, UsageError
from auditor.optout import addressees, answers, ladder, opening
from auditor.optout.addressees import Addressee, Authority, authorities, authority_for
from auditor.optout.answers import Proposal, own_words, propose
from auditor.optout.case import (
    Answer,
    AnswerClass,
    Case,
    Kind,
    LetterRecord,
    Purpose,
    RecheckCounts,
)
from auditor.optout.ladder import Step
from auditor.optout.law import LAWS, Ground, Role
from auditor.optout.letter import Recipient
from auditor.optout.next_step import next_step, refuse_unless
from auditor.optout.photos import LetterPhotos
from auditor.optout.render import language_of
from tests.errors_read_well import said
from tests.optout.conftest import CASE, NSID, PHOTO

SENT_ON, TODAY = date(2026, 1, 31), date(2026, 3, 31)
SENT = ladder.sent(CASE, SENT_ON, TODAY)
CLOSED = ladder.closed(SENT, TODAY, TODAY)
ASKED = replace(CASE, purpose=Purpose.ACCESS)
LATER = "Give that day, or a later one."


def answer(case: Case, meaning: AnswerClass | None, *, confirmed: bool = True, on: date = TODAY) -> Case:
    return ladder.answered(case, on, TODAY, meaning=meaning, confirmed=confirmed)


# -- the ladder ----------------------------------------------------------------------------------------------

TOMORROW = TODAY + timedelta(days=1)
FUTURE = (UsageError, "2026-04-01 is in the future", "Give the day on which it happened.")
NOT_SENT = (
    RefusedError,
    "case ffhq-1 was not sent yet",
    "First: flickr-auditor optout sent ffhq-1 --on DATE",
)


def shut(verb: str = "draft") -> tuple[type[AuditorError], str, str]:
    hint = f"For a new request: flickr-auditor optout {verb} ffhq"
    return RefusedError, "case ffhq-1 was closed on 2026-03-31", hint


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (lambda: ladder.sent(CASE, TOMORROW, TODAY), FUTURE),
        (lambda: ladder.sent(CLOSED, TODAY, TODAY), shut()),
        (lambda: ladder.sent(ladder.closed(ASKED, TODAY, TODAY), TODAY, TODAY), shut("ask")),
        (lambda: ladder.acknowledged(SENT, TOMORROW, TODAY), FUTURE),
        (lambda: ladder.acknowledged(CASE, TODAY, TODAY), NOT_SENT),
        (lambda: ladder.acknowledged(CLOSED, TODAY, TODAY), shut()),
        (
            lambda: ladder.acknowledged(SENT, date(2026, 1, 30), TODAY),
            (
                UsageError,
                "the letter cannot have arrived on 2026-01-30: it was sent on 2026-01-31",
                LATER,
            ),
        ),
        (lambda: ladder.answered(SENT, TOMORROW, TODAY), FUTURE),
        (lambda: ladder.answered(CASE, TODAY, TODAY), NOT_SENT),
        (
            lambda: ladder.answered(SENT, date(2026, 1, 30), TODAY),
            (UsageError, "the answer cannot be of 2026-01-30: the letter was sent on 2026-01-31", LATER),
        ),
        (
            lambda: ladder.understood(SENT, AnswerClass.PARTLY),
            (
                UsageError,
                "case ffhq-1 has no answer to its newest letter",
                "Record one first: flickr-auditor optout answer ffhq-1 --text-file FILE",
            ),
        ),
        (lambda: ladder.understood(CLOSED, AnswerClass.PARTLY), shut()),
        (lambda: ladder.closed(SENT, TOMORROW, TODAY), FUTURE),
        (
            lambda: ladder.sent(
                ladder.wrote(SENT, LetterRecord(2, Kind.REMINDER, "X", TODAY)), date(2026, 1, 30), TODAY
            ),
            (
                UsageError,
                "2026-01-30 cannot be the day: the letter before this one was sent on 2026-01-31",
                LATER,
            ),
        ),
    ],
)
def test_a_step_that_cannot_be_says_why(
    step: Callable[[], object], expected: tuple[type[AuditorError], str, str]
) -> None:
    assert said(step) == expected


def test_steps_on_the_very_day_are_taken() -> None:
    assert ladder.acknowledged(SENT, SENT_ON, TODAY).letters[0].received_on == SENT_ON
    assert ladder.answered(SENT, SENT_ON, TODAY).answers == (Answer(1, 1, SENT_ON, None, confirmed=False),)
    assert ladder.sent(CASE, TODAY, TODAY).letters[0].sent_on == TODAY
    again = ladder.wrote(SENT, LetterRecord(2, Kind.REMINDER, "X", TODAY))
    assert ladder.sent(again, SENT_ON, TODAY).letters[1].sent_on == SENT_ON


def test_what_is_told_of_a_letter_changes_that_letter_alone() -> None:
    two = ladder.sent(ladder.wrote(SENT, LetterRecord(2, Kind.REMINDER, "X", TODAY)), TODAY, TODAY)
    told = ladder.acknowledged(two, TODAY, TODAY)
    assert [(letter.sent_on, letter.received_on) for letter in told.letters] == [
        (SENT_ON, None),
        (TODAY, TODAY),
    ]
    corrected = ladder.sent(ladder.acknowledged(SENT, TODAY, TODAY), date(2026, 2, 1), TODAY)
    assert [(letter.sent_on, letter.received_on) for letter in corrected.letters] == [
        (date(2026, 2, 1), None)
    ]


def test_after_an_answer_a_letter_of_the_users_own_is_taken_as_one_more() -> None:
    answered = answer(SENT, AnswerClass.PARTLY)
    own = ladder.sent(answered, TODAY, TODAY)
    assert own.letters == (*answered.letters, LetterRecord(2, Kind.FOLLOW_UP, CASE.to, TODAY, sent_on=TODAY))
    assert ladder.next_letter_number(own) == 3
    assert ladder.next_letter_number(replace(CASE, letters=())) == 1


def test_a_letter_takes_the_place_of_one_that_was_not_sent_and_opens_a_closed_case() -> None:
    new = LetterRecord(2, Kind.REMINDER, "X", TODAY)
    assert ladder.wrote(CASE, new).letters == (new,)
    again = ladder.wrote(CLOSED, new)
    assert (again.letters, again.closed_on) == ((*CLOSED.letters, new), None)


def test_a_meaning_counts_once_the_user_said_it() -> None:
    guessed = answer(SENT, AnswerClass.PARTLY, confirmed=False)
    assert guessed.answers == (Answer(1, 1, TODAY, AnswerClass.PARTLY, confirmed=False),)
    assert answer(SENT, None).answers[0].confirmed is False
    two = answer(guessed, AnswerClass.EXTENDS, confirmed=False)
    told = ladder.understood(two, AnswerClass.CONFIRMED)
    assert told.answers == (
        guessed.answers[0],
        Answer(2, 1, TODAY, AnswerClass.CONFIRMED, confirmed=True),
    )
    filed = ladder.answered(SENT, TODAY, TODAY, meaning=AnswerClass.PARTLY, confirmed=True, file="/a.txt")
    assert filed.answers[0].file == "/a.txt"


# -- the next step -------------------------------------------------------------------------------------------

P = "flickr-auditor optout"
GDPR = LAWS[Ground.GDPR].escalation_note
GONE = RecheckCounts(TODAY, removed=1, still_there=0, newly_found=0)


def with_letter(kind: Kind, case: Case = SENT) -> Case:
    return ladder.wrote(case, LetterRecord(2, kind, "X", TODAY))


def sent_letter(kind: Kind, on: date, case: Case = SENT) -> Case:
    return ladder.sent(with_letter(kind, case), on, TODAY)


@pytest.mark.parametrize(
    ("case", "says"),
    [
        (CASE, f"Read the letter, send it, then: {P} sent ffhq-1"),
        (with_letter(Kind.FOLLOW_UP), f"Read the follow-up letter, send it, then: {P} sent ffhq-1"),
        (with_letter(Kind.REMINDER), f"Read the reminder, send it, then: {P} sent ffhq-1"),
        (
            ladder.sent(CASE, TODAY, TODAY),
            f"Wait. When an answer comes: {P} answer ffhq-1 --text-file FILE",
        ),
        (SENT, f"Remind the publisher: {P} remind ffhq-1, or complain: {P} complain ffhq-1 ({GDPR})"),
        (replace(SENT, ground=Ground.NONE), f"Remind the publisher: {P} remind ffhq-1"),
        (
            sent_letter(Kind.REMINDER, date(2026, 2, 1)),
            f"The reminder was not answered: {P} complain ffhq-1 ({GDPR})",
        ),
        (
            answer(SENT, None),
            f"Read the answer and say what it means: {P} answer ffhq-1 --as CLASS. If it settles the case:"
            f" {P} close ffhq-1",
        ),
        (
            answer(SENT, AnswerClass.PARTLY, confirmed=False),
            f'The answer looks like "partly". If so: {P} answer ffhq-1 --as partly (or name another class)',
        ),
        (
            answer(SENT, AnswerClass.PARTLY),
            f"Write the reply again: {P} answer ffhq-1 --as partly. Or take the next step:"
            f" {P} complain ffhq-1 ({GDPR}).",
        ),
        (
            answer(replace(SENT, ground=Ground.NONE), AnswerClass.REFUSES),
            f"Write the reply again: {P} answer ffhq-1 --as refuses.",
        ),
        (
            answer(SENT, AnswerClass.CONFIRMED),
            f"Check the publisher's next index: {P} recheck ffhq-1 FILE. If the answer settles it:"
            f" {P} close ffhq-1",
        ),
        (answer(SENT, AnswerClass.LINKS), f"Ask for removal: {P} draft ffhq"),
        (replace(SENT, outcome=GONE), f"All records are gone: {P} close ffhq-1"),
        (CLOSED, "Nothing: the case is closed."),
    ],
)  # fmt: skip
def test_the_next_step_is_said_in_full(case: Case, says: str) -> None:
    assert next_step(case, TODAY) == says


def test_an_authority_that_does_not_answer_is_asked() -> None:
    long_ago = replace(SENT, letters=(replace(SENT.letters[0], sent_on=date(2025, 1, 1)),))
    case = ladder.sent(with_letter(Kind.COMPLAINT, long_ago), date(2025, 6, 1), TODAY)
    assert next_step(case, TODAY) == (
        f"Ask the authority about the state of the complaint: {P} remind ffhq-1"
    )


COURTESY = LAWS[Ground.NONE].escalation_note


@pytest.mark.parametrize(
    ("case", "step", "message", "hint"),
    [
        (CASE, Step.REMIND, "not now: the letter of case ffhq-1 was not sent yet", next_step(CASE, TODAY)),
        (
            ladder.sent(CASE, TODAY, TODAY),
            Step.REMIND,
            "not now: case ffhq-1 waits for an answer until 2026-04-30",
            f"Wait. When an answer comes: {P} answer ffhq-1 --text-file FILE",
        ),
        (
            answer(SENT, AnswerClass.CONFIRMED),
            Step.REMIND,
            "not now: case ffhq-1 was answered",
            next_step(answer(SENT, AnswerClass.CONFIRMED), TODAY),
        ),
        (
            answer(sent_letter(Kind.COMPLAINT, TODAY), AnswerClass.REFUSES),
            Step.COMPLAIN,
            "not now: case ffhq-1 has its complaint already",
            f"Write the reply again: {P} answer ffhq-1 --as refuses.",
        ),
        (
            answer(SENT, AnswerClass.CONFIRMED),
            Step.COMPLAIN,
            "not now: case ffhq-1 was answered",
            next_step(answer(SENT, AnswerClass.CONFIRMED), TODAY),
        ),
        (
            replace(SENT, ground=Ground.NONE),
            Step.COMPLAIN,
            f"there is no one to complain to: {COURTESY}",
            "A new request on a law that applies to you: flickr-auditor optout draft ffhq --ground …; or a"
            " notice to a host of copies: --host NAME.",
        ),
    ],
)
def test_why_a_step_is_not_to_be_taken_now(case: Case, step: Step, message: str, hint: str) -> None:
    assert said(lambda: refuse_unless(case, step, TODAY)) == (RefusedError, message, hint)


def test_a_step_whose_time_has_come_is_taken_and_a_closed_case_has_none() -> None:
    refuse_unless(SENT, Step.REMIND, TODAY)
    refuse_unless(SENT, Step.COMPLAIN, TODAY)
    assert said(lambda: refuse_unless(CLOSED, Step.REMIND, TODAY)) == shut()


# -- addressees ----------------------------------------------------------------------------------------------


def channel(kind: str = "email", to: str = "a@b.org", **told: Any) -> Channel:
    given: dict[str, Any] = {
        "purpose": "removal",
        "source": "https://b.org",
        "seen": "2026-01-01",
        "confirmed": True,
        "note": None,
    }
    return Channel(kind, to, **(given | told))


def whom(*channels: Channel, contact: str | None = "b") -> Addressee:
    return Addressee("B", contact, channels)


@pytest.mark.parametrize(
    ("channels", "notes"),
    [
        ((), ["No address of B is known. Look it up and fill the recipient in."]),
        ((channel(),), ["Send it to a@b.org (https://b.org, seen 2026-01-01)."]),
        (
            (channel("form", "https://b.org/f", note="It asks for an id."),),
            [
                "B wants a form filled in: https://b.org/f (https://b.org, seen 2026-01-01).",
                "It asks for an id.",
            ],
        ),
        ((channel("post", "1 A St, B"),), ["Send it by post: 1 A St, B (https://b.org, seen 2026-01-01)."]),
        (
            (channel("issues", "https://b.org/i"), channel(to="x@b.org", confirmed=False)),
            [
                "Only a public place is known: https://b.org/i (seen 2026-01-01). Post public-note.txt there,"
                " which holds no links and nothing personal, and send the letter once they name an address.",
                "Not confirmed, from papers or profiles: x@b.org.",
            ],
        ),
        (
            (channel(to="x@b.org", confirmed=False), channel(to="y@b.org", confirmed=False)),
            [
                "No address of B is known. Look it up and fill the recipient in.",
                "Not confirmed, from papers or profiles: x@b.org, y@b.org.",
            ],
        ),
        (
            (channel(), channel(to="p@b.org", purpose="privacy"), channel(to="x@b.org", confirmed=False)),
            [
                "Send it to a@b.org (https://b.org, seen 2026-01-01).",
                "A copy can go to the organisation's address for data protection: p@b.org.",
            ],
        ),
        (
            (channel(to="p@b.org", purpose="privacy"),),
            ["Send it to p@b.org (https://b.org, seen 2026-01-01)."],
        ),
        (
            (channel(seen="2024-05"),),
            [
                "Send it to a@b.org (https://b.org, seen 2024-05).",
                "That contact was seen over 18 months ago: check that it is still right.",
            ],
        ),
    ],
)
def test_how_somebody_is_reached_is_told(channels: tuple[Channel, ...], notes: list[str]) -> None:
    assert list(addressees.channel_notes(whom(*channels), TODAY)) == notes


def test_a_letter_names_the_best_addresses() -> None:
    post, mail = channel("post", "1 A St"), channel()
    to = whom(channel(to="x@b.org", confirmed=False), post, mail, channel(to="c@b.org"))
    assert to.recipient == Recipient("B", "a@b.org", "1 A St")
    assert (to.best, to.needs_public_note, to.contact) == (mail, False, "b")
    assert whom(channel("issues", "https://b.org/i")).needs_public_note
    assert whom().recipient == Recipient("B", None, None)


FFHQ = catalogue.get("ffhq")


def a_card(**changes: Any) -> Card:
    opt_out = {name: changes.pop(name) for name in list(changes) if hasattr(FFHQ.opt_out, name)}
    return replace(FFHQ, opt_out=replace(FFHQ.opt_out, **opt_out), **changes)


def test_a_publisher_is_who_the_card_names() -> None:
    mine = (channel(),)
    known = contacts.load()["nvidia"]
    assert addressees.of_card(a_card(who="W", contacts=(known,), channels=mine)) == Addressee(
        "W", "nvidia", mine
    )
    assert addressees.of_card(a_card(who=None, contacts=(), channels=mine, publisher="P")) == Addressee(
        "P", None, mine
    )
    one, other = a_card(who="W", contacts=(known,), channels=mine), FFHQ
    assert addressees.of_cards([one]).name == "W"
    assert addressees.of_cards([one, other]) == Addressee(known.name, "nvidia", known.channels)
    alone = a_card(who="W", contacts=(), channels=mine)
    assert addressees.of_cards([alone, other]) == Addressee("W", None, mine)


def test_a_host_is_found_by_its_key() -> None:
    hosts = {key: one for key, one in contacts.load().items() if one.domains}
    host = hosts["google-drive"]
    assert addressees.of_host(" Google-Drive ", FFHQ) == Addressee(host.name, host.key, host.channels)
    assert said(lambda: addressees.of_host("nobody", FFHQ)) == (
        UsageError,
        'there is no host "nobody"',
        f"Hosts of files of ffhq: {', '.join(one.key for one in addressees.hosts_of(FFHQ))}."
        f" All: {', '.join(hosts)}.",
    )
    assert said(lambda: addressees.of_host("nobody", replace(FFHQ, files=())))[2].startswith(
        "Hosts of files of ffhq: none known. All: "
    )


def test_a_case_stays_with_whom_it_is_with() -> None:
    host = contacts.load()["google-drive"]
    assert addressees.of_case(replace(CASE, contact="google-drive"), FFHQ) == Addressee(
        host.name, host.key, host.channels
    )
    found = addressees.of_card(FFHQ)
    assert addressees.of_case(replace(CASE, to="Named then"), FFHQ) == replace(found, name="Named then")
    assert addressees.of_case(replace(CASE, to=""), FFHQ) == found
    assert addressees.of_case(replace(CASE, contact=None, to=""), FFHQ) == found


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (FFHQ, None),
        (a_card(no_letter="It is gone."), "It is gone."),
        (
            a_card(flickr="none", title="T", no_key_reason="R.", channels=(channel(),)),
            "T was not made from Flickr photos, so a Flickr account gives no reason to ask. R. If a picture"
            " shows you, write to its publisher yourself: a@b.org.",
        ),
        (
            a_card(flickr="none", title="T", no_key_reason=None, channels=()),
            "T was not made from Flickr photos, so a Flickr account gives no reason to ask.",
        ),
    ],
)
def test_why_nobody_can_be_asked(card: Card, reason: str | None) -> None:
    assert addressees.no_letter(card) == reason
    if reason is None:
        addressees.refuse_without_letter(card)
    else:
        hint = "What is known: flickr-auditor datasets info ffhq"
        assert said(lambda: addressees.refuse_without_letter(card)) == (RefusedError, reason, hint)


def warned(card: Card = FFHQ, case: Case = CASE, known: tuple[Case, ...] = (), **more: Any) -> list[str]:
    to = Addressee("B", "b", (channel(),))
    return list(addressees.warnings(card, case, to, known, TODAY, **more))


BARE = a_card(
    how=None,
    note=None,
    asks_for=(),
    url=None,
    contacts=(),
    first_steps=(),
    files=(),
    status=replace(FFHQ.status, state="available", copies=None),
)
SEND = "Send it to a@b.org (https://b.org, seen 2026-01-01)."


def changed(**changes: Any) -> Card:
    opt_out = {name: changes.pop(name) for name in list(changes) if hasattr(BARE.opt_out, name)}
    return replace(BARE, opt_out=replace(BARE.opt_out, **opt_out), **changes)


FORM = "The publisher wants a form filled in: https://b.org/f. Copy the links from the letter."


@pytest.mark.parametrize(
    ("card", "case", "notes"),
    [
        (BARE, CASE, [SEND]),
        (
            changed(how="Do this.", source="S"),
            CASE,
            ["The publisher's procedure: Do this. (Source: S)", SEND],
        ),
        (changed(how="Do this."), ASKED, [SEND]),
        (changed(note="N"), CASE, ["N", SEND]),
        (changed(asks_for=("form",), url="https://b.org/f"), CASE, [SEND, FORM]),
        (changed(asks_for=("form",), url="https://b.org/f"), ASKED, [SEND]),
        (changed(asks_for=("form",)), CASE, [SEND]),
        (changed(asks_for=("nsid",), url="https://b.org/f"), CASE, [SEND]),
        (
            changed(contacts=(contacts.load()["laion"],)),
            CASE,
            [
                SEND,
                "OLG Hamburg, 10 December 2025, 5 U 104/24: LAION's mining was lawful as to copyright (an"
                " appeal was allowed). The judgment is not about data protection.",
            ],
        ),
        (changed(contacts=(contacts.load()["nvidia"],)), CASE, [SEND]),
        (
            changed(files=FFHQ.files),
            CASE,
            [
                SEND,
                "Its files are hosted by google-drive: a notice to the host is another letter, --host"
                " google-drive.",
            ],
        ),
        (changed(files=FFHQ.files), ASKED, [SEND]),
        (
            changed(status=replace(FFHQ.status, state="withdrawn", copies="On X.")),
            CASE,
            [SEND, "The publisher no longer offers the dataset. Copies: On X."],
        ),
        (changed(status=replace(FFHQ.status, state="withdrawn", copies=None)), CASE, [SEND]),
        (changed(status=replace(FFHQ.status, state="available", copies="On X.")), CASE, [SEND]),
    ],
)
def test_what_to_know_of_a_publisher_before_a_letter_goes_out(
    card: Card, case: Case, notes: list[str]
) -> None:
    assert warned(card, case) == notes


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, True),
        ({"closed_on": TODAY}, False),
        ({"contact": "other"}, False),
        ({"datasets": ("coco",)}, False),
        ({"datasets": ("coco", "ffhq")}, True),
        ({"id": "ffhq-1"}, False),
        ({"id": "ffhq-0"}, False),
    ],
)
def test_an_open_case_about_the_same_is_named(changes: dict[str, Any], *, told: bool) -> None:
    case = replace(CASE, follows="ffhq-0")
    other = replace(CASE, **({"id": "ffhq-7"} | changes))
    note = (
        f"Still open about ffhq: {other.id}. Close what this letter replaces: flickr-auditor optout close"
        f" {other.id}"
    )
    assert warned(BARE, case, (other,)) == ([note, SEND] if told else [SEND])


def test_of_several_open_cases_the_newest_is_closed_first() -> None:
    others = tuple(replace(CASE, id=f"ffhq-{number}") for number in (7, 8))
    assert warned(BARE, CASE, others)[0] == (
        "Still open about ffhq: ffhq-7, ffhq-8. Close what this letter replaces: flickr-auditor optout close"
        " ffhq-8"
    )


@pytest.mark.parametrize(
    ("case", "done", "told"),
    [
        (CASE, ("no_cv",), False),
        (CASE, (), True),
        (replace(CASE, role=Role.SUBJECT), (), False),
        (ASKED, (), False),
    ],
)
def test_what_a_publisher_wants_done_first_is_told(case: Case, done: tuple[str, ...], *, told: bool) -> None:
    photos = (replace(PHOTO, steps_done=("no_cv",)), replace(PHOTO, steps_done=done))
    found = warned(changed(first_steps=("private", "no_cv")), case, selection=LetterPhotos(photos, ()))
    note = (
        "NVIDIA Research asks you to protect the photos first; 1 of 2 are not yet (as of the last sync or"
        " apply). Make a plan: flickr-auditor plan --dataset ffhq --privacy private"
    )
    assert found == ([note, SEND] if told else [SEND])


# -- authorities ---------------------------------------------------------------------------------------------


def test_an_authority_is_read_whole() -> None:
    assert authorities()["bgcpdp"] == Authority(
        key="bgcpdp",
        name="Commission for Personal Data Protection Bulgaria",
        countries=("bg",),
        address="2 Prof. Tsvetan Lazarov Blvd., Sofia 1592, Bulgaria",
        email="kzld@cpdp.bg",
        form=None,
        language="bg",
        source="https://www.cpdp.bg/en/index.php?p=pages&aid=56",
        seen="2026-07-21",
        note="Complaints by email must be signed with a qualified electronic signature (QES).",
    )
    form = authorities()["atdsb"].form
    assert form is not None
    assert form.startswith("https://www.formularservice.gv.at/")


@pytest.mark.parametrize(
    ("ground", "country", "key"),
    [
        (Ground.GDPR, "bg", "bgcpdp"),
        (Ground.GDPR, " BG ", "bgcpdp"),
        (Ground.UK_GDPR, None, "gb"),
        (Ground.UK_GDPR, "uk", "gb"),
        (Ground.CCPA, None, "us-ca"),
        (Ground.CCPA, "California", "us-ca"),
        (Ground.CCPA, "ca-us", "us-ca"),
        (Ground.GDPR, "el", "gr"),
    ],
)
def test_an_authority_is_found_by_its_country(ground: Ground, country: str | None, key: str) -> None:
    found = authority_for(ground, country)
    assert found is not None
    assert key in {found.key, *found.countries}


@pytest.mark.parametrize("ground", [Ground.NONE, Ground.BIPA])
def test_where_the_law_has_no_authority_there_is_none(ground: Ground) -> None:
    assert authority_for(ground, "de") is None


@pytest.mark.parametrize(
    ("ground", "country", "problem"),
    [
        (Ground.GDPR, None, "no country is given"),
        (Ground.GDPR, "", "no country is given"),
        (Ground.GDPR, "zz", 'no authority is known for "zz"'),
        (Ground.GDPR, "ch", 'no authority is known for "ch"'),
        (Ground.GDPR, "gb", 'no authority is known for "gb"'),
        (Ground.UK_GDPR, "de", 'no authority is known for "de"'),
    ],
)
def test_a_country_without_an_authority_is_answered_with_all(
    ground: Ground, country: str | None, problem: str
) -> None:
    law = {Ground.GDPR: Ground.GDPR}.get(ground, ground)
    codes = {code for one in authorities().values() for code in one.countries}
    known = {"GB"} if ground is Ground.UK_GDPR else {code.upper() for code in codes - {"gb", "us-ca", "ch"}}
    assert said(lambda: authority_for(ground, country)) == (
        UsageError,
        f"{problem}: {LAWS[law].escalation_note}",
        f"--country takes one of: {', '.join(sorted(known))}.",
    )


def test_a_country_with_an_authority_for_each_state_wants_the_state() -> None:
    states = sorted(
        code for one in authorities().values() for code in one.countries if code.startswith("de-")
    )
    assert len(states) > 10
    assert said(lambda: authority_for(Ground.GDPR, "de")) == (
        UsageError,
        "DE has an authority for each state",
        f"Name yours: --country {' or '.join(state.upper() for state in states)}",
    )


# -- answers -------------------------------------------------------------------------------------------------

REMOVED = Proposal(AnswerClass.CONFIRMED, sure=True, because=("We have removed",))
AUTOMATIC = Proposal(AnswerClass.NO_ANSWER, sure=True, because=("the mail says that a program wrote it",))


@pytest.mark.parametrize(
    ("text", "automatic", "proposal"),
    [
        ("", False, Proposal(None, sure=False, because=())),
        ("", True, AUTOMATIC),
        ("Thank you for contacting us.", True, AUTOMATIC),
        ("We have removed all photos.", False, REMOVED),
        ("We have removed all photos.", True, replace(REMOVED, sure=False)),
        (
            "We have removed 2 of the 5 photos.",
            False,
            Proposal(AnswerClass.PARTLY, sure=True, because=("We have removed", "2 of the 5")),
        ),
        ("We have not removed them.", False, Proposal(None, sure=False, because=())),
        (
            "> We have removed all photos.\n| We have removed all photos.\nHello",
            False,
            Proposal(None, sure=False, because=()),
        ),
    ],
)  # fmt: skip
def test_what_an_answer_seems_to_mean_and_by_which_words(
    text: str, proposal: Proposal, *, automatic: bool
) -> None:
    assert propose(text, automatic=automatic) == proposal


def test_words_far_down_a_long_answer_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "We have removed all photos."
    monkeypatch.setattr(answers, "MAX_TEXT", 100)
    before = "x " * ((100 - len(words)) // 2)
    assert propose(f"{before}{words}").meaning is AnswerClass.CONFIRMED
    assert propose(f"{before}{'x ' * len(words)}{words}").meaning is None


@pytest.mark.parametrize(
    "quote",
    [
        "--- Original Message ---",
        "On 1 May, Ann wrote:",
        "Am 1. Mai schrieb Ann:",
        "Le 1 mai, Ann a écrit :",
        "El 1 de mayo, Ann escribió:",
        "From: Ann <a@b.org>",
        "  > quoted",
        "| quoted",
    ],
)
def test_a_quote_ends_or_leaves_out_what_is_read(quote: str) -> None:
    text = f"It’s  done.\n\n{quote}\nafter"
    assert own_words(text) == ("It's done. after" if quote.strip()[0] in ">|" else "It's done.")


# -- opening a case ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "role", "optional", "expected"),
    [
        (
            ["x"],
            Role.PHOTOGRAPHER,
            False,
            (
                UsageError,
                "--link is for people shown in a photo",
                "Add --as subject or --as guardian, or leave --link out.",
            ),
        ),
        (
            [],
            Role.SUBJECT,
            False,
            (UsageError, "--as subject needs the photos", "Give the link of each photo with --link."),
        ),
        (
            ["no\nlink"],
            Role.GUARDIAN,
            False,
            (
                UsageError,
                "no link is not a link to a Flickr photo",
                "Open the photo on Flickr and copy its link.",
            ),
        ),
        (
            ["x" * 300],
            Role.PHOTOGRAPHER,
            True,
            (
                UsageError,
                f"{'x' * 199}… is not a link to a Flickr photo",
                "Open the photo on Flickr and copy its link.",
            ),
        ),
    ],
)
def test_links_that_do_not_fit_are_refused(
    texts: list[str], role: Role, expected: tuple[type[AuditorError], str, str], *, optional: bool
) -> None:
    assert said(lambda: opening.shown_in(texts, role, optional=optional)) == expected


def test_links_of_photos_are_taken_in_their_order() -> None:
    links = [f"https://www.flickr.com/photos/{NSID}/{number}/" for number in (12, 11)]
    assert [photo.photo_id for photo in opening.shown_in(links, Role.SUBJECT)] == ["12", "11"]
    assert [photo.photo_id for photo in opening.shown_in(links, Role.PHOTOGRAPHER, optional=True)] == [
        "12",
        "11",
    ]
    assert opening.shown_in([], Role.PHOTOGRAPHER) == []


def test_a_letter_says_what_it_leaves_a_space_for() -> None:
    name = "your name (or give --name, or [optout] name in the settings)"
    assert opening.fill_in(CASE) == ()
    assert opening.fill_in(replace(CASE, sender=None)) == (name,)
    assert opening.fill_in(replace(CASE, sender=None, role=Role.GUARDIAN)) == (name, "the child's name")
    assert opening.fill_in(replace(CASE, role=Role.SUBJECT)) == ()


def test_an_unknown_language_is_answered_with_those_there_are() -> None:
    assert said(lambda: language_of("xx")) == (
        ConfigurationError,
        'there are no letters in the language "xx"',
        "Use one of: en, de, fr, es.",
    )
