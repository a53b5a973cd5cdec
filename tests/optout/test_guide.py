"""What docs/letters.md says of steps, answers, terms and words is what the program does."""

import re
from datetime import date, timedelta
from functools import partial

import pytest
import typer

from auditor.cli.optout import register
from auditor.optout.case import AnswerClass
from auditor.optout.law import Deadline, Ground, answer_due, complaint_due
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "letters.md").read_text(encoding="utf-8")
RECEIVED = date(2026, 1, 6)  # none of its terms ends on a weekend


def table(heading: str) -> list[list[str]]:
    """The cells of the rows of a section's table."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)[1:]
    return [[cell.strip() for cell in row.split(" | ")] for row in rows]


def test_every_command_of_the_ladder_exists_and_only_close_and_status_are_no_step() -> None:
    app = typer.Typer()
    register(app, lambda function: function)
    (group,) = app.registered_groups
    assert group.typer_instance is not None
    known = {command.name for command in group.typer_instance.registered_commands}
    shown = {name for _, command, _ in table("The ladder") for name in re.findall(r"optout (\w+)", command)}
    assert shown == known - {"close", "status"}


def test_every_class_of_answers_is_explained() -> None:
    shown = set()
    for names, _ in table("What an answer means"):
        for name in re.findall(r"`([\w-]+)`", names):
            shown.add(f"refuses{name}" if name.startswith("-") else name)
    assert shown == set(AnswerClass)


def days(words: str) -> date:
    """The day on which a term in words ends."""
    if months := {"one month from receipt": 1, "three months in all": 3, "three months": 3}.get(words):
        return date(2026, 1 + months, 6)
    (number,) = re.findall(r"(\d+) days", words)
    return RECEIVED + timedelta(days=int(number))


@pytest.mark.parametrize(
    ("ground", "row"),
    [(ground, row) for row in table("Terms") for ground in re.findall(r"`([\w-]+)`", row[0])],
)
def test_every_ground_has_the_terms_that_the_table_gives(ground: str, row: list[str]) -> None:
    law, (_, answer, extended, complaint) = Ground(ground), row
    due: list[tuple[str, Deadline]] = [
        (answer, answer_due(law, RECEIVED)),
        (extended, partial(answer_due, extended=True)(law, RECEIVED)),
        (complaint, complaint_due(law, RECEIVED)),
    ]
    for words, deadline in due:
        assert deadline.day == days(words), words
    assert due[0][1].legal is not answer.startswith("no term")


def test_the_table_of_terms_has_every_ground() -> None:
    assert {name for row in table("Terms") for name in re.findall(r"`([\w-]+)`", row[0])} == set(Ground)


def test_the_words_that_the_page_quotes_are_those_of_the_letter() -> None:
    words = (ROOT / "auditor" / "optout" / "templates" / "en" / "_who.j2").read_text(encoding="utf-8")
    quoted = re.search(r'From a pack it says "([^"]*) …"', PAGE.replace("\n", " "))
    assert quoted is not None
    assert quoted[1] in words
