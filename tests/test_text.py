"""Lines for a terminal: words that people read, and commands that they copy, are never broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text import file_size, gathered, whole_lines, wrapped

COMMAND = "flickr-auditor plan --exposed --add-tag no_cv --out plan.json"


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize(
    "line",
    [
        f"  {COMMAND}",
        f"Read the letter, send it, and when the publisher has answered go on from there: {COMMAND}",
        f"Run this before anything else that you may have in mind ({COMMAND}), or leave it as it is for now",
        f"First {COMMAND}, then {COMMAND}; both can be repeated as often as you like",
    ],
)
def test_a_command_can_be_copied_whole(line: str, columns: int) -> None:
    lines = wrapped(line, columns).split("\n")
    assert sum(part.count(COMMAND) for part in lines) == line.count(COMMAND)
    assert all(len(part) <= columns or COMMAND in part for part in lines)


@given(st.lists(st.text("abc-,.:/", min_size=1, max_size=90), min_size=1, max_size=30), st.integers(20, 130))
def test_words_stay_whole_and_all_of_them_stay(words: list[str], columns: int) -> None:
    text = wrapped(" ".join(words), columns)
    assert text.split() == words
    assert all(len(part) <= columns or len(part.split()) == 1 for part in text.split("\n"))


def test_what_goes_to_no_terminal_stays_on_its_line() -> None:
    assert wrapped("word " * 100, None) == "word " * 100


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (5_900_000, "5.9 MB"),
        (2_000_000_000, "2 GB"),
        (999_940_000, "999.9 MB"),
        (999_960_000, "1 GB"),
        (999_990_000_000, "1 TB"),
        (1_234_500_000_000_000, "1,234.5 TB"),
    ],
)
def test_a_size_is_told_in_the_unit_in_which_it_is_read_best(size: int, words: str) -> None:
    assert file_size(size) == words


@given(st.lists(st.sampled_from(["", " ", "a", "  b ", "c\t"])))
def test_a_text_in_parts_has_the_same_lines_as_at_once(lines: list[str]) -> None:
    at_once = "\n".join(line.rstrip() for line in lines).strip("\n")
    assert "".join(whole_lines(lines)) == (at_once and f"{at_once}\n")


@given(st.lists(st.text(max_size=5)), st.integers(1, 12))
def test_gathered_parts_are_all_there_and_none_is_small_but_the_last(parts: list[str], size: int) -> None:
    *pieces, last = gathered(parts, size)
    assert "".join([*pieces, last]) == "".join(parts)
    assert all(size <= len(piece) < size + 5 for piece in pieces)
