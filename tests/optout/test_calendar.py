"""The calendar file: valid lines, whole days, only what is waited for."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from auditor.optout import ladder
from auditor.optout.law import Ground
from auditor.report.optout.calendar import calendar
from tests.optout.conftest import CASE

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
SENT = ladder.sent(CASE, date(2026, 1, 31), NOW.date())


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_an_event_is_the_day_of_the_deadline() -> None:
    lines = unfolded(calendar([SENT], NOW))
    assert "DTSTART;VALUE=DATE:20260302" in lines
    assert "DTEND;VALUE=DATE:20260303" in lines
    assert "DTSTAMP:20260331T120000Z" in lines
    assert "SUMMARY:Opt-out ffhq-1: answer is due" in lines


def test_a_ground_without_a_term_gives_a_reminder() -> None:
    assert "SUMMARY:Opt-out ffhq-1: time to ask again" in unfolded(
        calendar([replace(SENT, ground=Ground.NONE)], NOW)
    )


def test_only_cases_that_wait_have_an_event_and_a_case_keeps_its_uid() -> None:
    today = NOW.date()
    others = [CASE, ladder.answered(SENT, today, today), ladder.closed(SENT, today, today)]
    assert "BEGIN:VEVENT" not in calendar(others, NOW)
    again = ladder.sent(SENT, today, today)
    uids = [
        [line for line in unfolded(calendar([case], NOW)) if line.startswith("UID")] for case in (SENT, again)
    ]
    assert uids[0] == uids[1]


@given(case_id=st.text(st.sampled_from("a\\,;:\r\n\x00 é😀"), min_size=1, max_size=120))
def test_lines_are_folded_at_75_octets_and_text_is_escaped(case_id: str) -> None:
    text = calendar([replace(SENT, id=case_id)], NOW)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert [line for line in unfolded(text) if line and not line.split(":")[0].split(";")[0].isupper()] == []
    summary = next(line for line in unfolded(text) if line.startswith("SUMMARY:"))
    bare = summary.replace("\\\\", "").replace("\\,", "").replace("\\;", "")
    assert not set(bare) & {",", ";", "\\"}
