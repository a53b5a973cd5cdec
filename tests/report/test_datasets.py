"""``datasets list|info`` for people: what is worth most first, whole on any terminal, no dead ends."""

from dataclasses import replace

import pytest

from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.datasets.index.manifest import Manifest, SourceFile
from auditor.report.datasets import built_text, info_text, list_table

CARDS = catalogue.load()
BUILT = Manifest(
    dataset="ffhq",
    built_at="2026-10-30T10:00:00+00:00",
    tool_version="0.2.0",
    sources=(SourceFile("ffhq.json", 1234, "ab" * 32),),
    rows=10,
    indexed=9,
    skipped={"empty line": 1},
    records=9,
    photos=8,
    owners=1,
    match_keys=("photo_id",),
    files=(),
)


def rows(text: str) -> list[str]:
    """The names in the order in which they are listed."""
    words = [line.split() for line in text.splitlines() if line.startswith("  ") and line[2] != " "]
    return [line[0] for line in words if line[0] in CARDS]


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_the_list_fits_the_terminal_without_breaking_a_word(columns: int) -> None:
    text = list_table(CARDS, {}, columns=columns)
    assert max(map(len, text.splitlines())) <= columns
    words = set(text.split())
    for card in CARDS.values():
        assert card.name in words
        assert set(card.title.split()) <= words


def test_every_dataset_is_listed_once_faces_first_and_huge_ones_last() -> None:
    listed = rows(list_table(CARDS, {}, columns=120))
    assert sorted(listed) == sorted(CARDS)
    kinds = [CARDS[name].about if not CARDS[name].huge else "huge" for name in listed]
    assert list(dict.fromkeys(kinds)) == [
        kind for kind in ("faces", "bodies", "movement", "geolocation", "general", "huge") if kind in kinds
    ]


def test_within_a_kind_what_can_be_had_comes_before_what_nobody_can_check() -> None:
    faces = [name for name in rows(list_table(CARDS, {})) if CARDS[name].is_face]
    checkable = [CARDS[name].checkable for name in faces]
    assert checkable == sorted(checkable, reverse=True)


def test_the_list_in_a_pipe_has_one_line_a_dataset() -> None:
    lines = list_table(CARDS, {}).splitlines()
    for card in CARDS.values():
        (line,) = (line for line in lines if line.split()[:1] == [card.name])
        assert line.endswith(card.title)


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.name)
def test_nobody_is_told_to_build_what_cannot_be_built(card: Card) -> None:
    text = info_text(card.name, card, None)
    assert ("datasets add" in text or "datasets fetch" in text) is card.checkable
    assert "Year:" in text


def test_a_long_run_of_index_files_is_told_shortly() -> None:
    card = CARDS["megalith-10m"]
    assert len(card.files) == 10
    text = info_text(card.name, card, None)
    assert text.count("(url-parquet): for anybody") == 2
    assert "and 8 more, the last of them megalith-00010-of-00010.parquet" in text


@pytest.mark.parametrize("name", ["megalith-10m", "pipa"])
def test_the_address_of_an_index_file_stands_below_its_name(name: str) -> None:
    card = CARDS[name]
    assert f"\n    {card.files[0].url}\n" in info_text(name, card, None)


def test_what_is_here_says_since_when_and_own_lists_come_last() -> None:
    text = list_table(CARDS, {"ffhq": BUILT, "my-list": replace(BUILT, dataset="my-list")})
    (line,) = (line for line in text.splitlines() if line.split()[:1] == ["ffhq"])
    assert "here, 2026-10-30" in line
    assert text.partition("Your own lists")[2].split()[:3] == ["my-list", "here,", "2026-10-30"]
    assert "Your own lists" not in list_table(CARDS, {"ffhq": BUILT})
    assert rows(text)[0] == "ffhq"


@pytest.mark.parametrize("name", ["ffhq", "my-list"])
@pytest.mark.parametrize("store", ["", "s3://bucket/ffhq"])
def test_an_index_is_told_with_all_that_it_read_and_left_out(name: str, store: str) -> None:
    text = info_text(name, CARDS.get(name), replace(BUILT, dataset=name, store=store))
    told = [line.strip() for line in text.partition("Local index\n")[2].partition("\n\n")[0].splitlines()]
    assert told == [
        "9 records of 8 photos, 1 owner",
        "built 2026-10-30T10:00:00+00:00 from 10 rows",
        *[f"data files at {store}"] * bool(store),
        "skipped 1: empty line",
        f"ffhq.json: 1,234 bytes, sha256 {'ab' * 32}",
    ]
    assert ("your own list" in text) is (name == "my-list")
    assert ("What this rests on" in text) is (name == "ffhq")


def test_what_a_pack_says_that_it_left_out_moves_no_cursor() -> None:
    pack = replace(BUILT, skipped={"odd \x1b]0;mine\x07\x1b[2J": 1})
    for text in (built_text(pack), info_text("ffhq", None, pack)):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "skipped 1: odd" in text


def test_where_no_letter_can_be_written_the_reason_stands_with_the_contact() -> None:
    card = CARDS["ffhq"]
    silent = replace(card, opt_out=replace(card.opt_out, no_letter="It was taken down."), facts=())
    text = info_text("ffhq", silent, None)
    assert "  It was taken down.\n" in text
    assert "What this rests on" not in text
