"""Many datasets at once over real sockets: what is offered, what comes, and what a failure costs."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from auditor.datasets import catalogue
from auditor.datasets.access import Access
from auditor.datasets.card import Card, IndexFile
from auditor.datasets.fetch_all import Coming, Ended, FetchOutcome, fetch_all, offer, with_news
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.manifest import Manifest
from auditor.errors import TooLargeError, UnreachableError, WrongFileError
from auditor.progress import Progress
from auditor.report.fetching import ended_text, offer_text
from tests.datasets.same_photos import FILES, PHOTOS
from tests.datasets.web import Handler, Web, serve, status


@pytest.fixture
def web() -> Iterator[Web]:
    files = {f"{name}.txt": FILES["diveface"] for name in ("one", "two", "three", "four")}
    with serve(Web(files=files)) as web:
        yield web


def card(web: Web, name: str, **changes: object) -> Card:
    file = IndexFile(
        f"{name}.txt", "diveface", Access.PUBLIC, None, None, None, web.url(f"{name}.txt"), None, None
    )
    like = replace(catalogue.get("diveface"), name=name, files=(file,))
    return replace(like, **changes)  # type: ignore[arg-type]


@pytest.fixture
def cards(web: Web) -> dict[str, Card]:
    return {name: card(web, name) for name in ("one", "two", "three", "four")}


class Home:
    def __init__(self, folder: Path) -> None:
        self.downloads, self.indexes = folder / "downloads", folder / "indexes"

    def fetch(self, cards: Mapping[str, Card], most: int | None = None) -> dict[str, FetchOutcome]:
        outcomes = fetch_all(offer(cards).coming, self.downloads, self.indexes, most=most)
        return {outcome.card.name: outcome for outcome in outcomes}

    def manifests(self) -> list[Manifest]:
        return [Index.open(path).manifest for path in sorted(self.indexes.iterdir()) if path.is_dir()]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_every_checkable_dataset_is_offered_or_by_hand_or_too_large() -> None:
    cards = catalogue.load()
    offered = offer(cards, most=10_000_000)
    named = [one.card.name for one in (*offered.coming, *offered.too_large)]
    named += [one.name for one in offered.by_hand]
    assert sorted(named) == sorted(name for name, one in cards.items() if one.checkable)


def test_faces_come_first_and_huge_collections_last() -> None:
    coming = offer(catalogue.load()).coming
    assert coming[0].card.is_face
    huge = [one.card.huge for one in coming]
    assert huge == sorted(huge)


def test_ffhq_is_the_first_to_get_by_hand() -> None:
    assert offer(catalogue.load()).by_hand[0].name == "ffhq"


def test_faces_alone_bring_the_sets_by_whose_numbers_they_are_named() -> None:
    def others(cards: Mapping[str, Card]) -> set[str]:
        return {one.card.name for one in offer(cards, faces=True).coming if not one.card.is_face}

    cards = dict(catalogue.load())
    assert others(cards) == set(), "a set that must be got by hand brings no gigabyte of its parent's"
    lagenda = cards["lagenda"]
    public = replace(lagenda.files[0], access=Access.PUBLIC, url="https://elsewhere.example/lagenda.csv")
    cards["lagenda"] = replace(lagenda, files=(public,))
    assert others(cards) == {"open-images"}


def test_a_dataset_known_to_be_larger_is_left_out(cards: dict[str, Card]) -> None:
    (file,) = cards["one"].files
    cards["one"] = replace(cards["one"], files=(replace(file, bytes=1001),))
    offered = offer(cards, most=1000)
    assert [one.card.name for one in offered.too_large] == ["one"]
    assert "one" not in {one.card.name for one in offered.coming}


def test_a_dataset_of_unknown_size_is_given_up_when_it_turns_out_larger(
    web: Web, cards: dict[str, Card], home: Home
) -> None:
    web.files["two.txt"] *= 50
    outcomes = home.fetch(cards, most=len(web.files["one.txt"]))
    assert outcomes["two"].too_large
    assert not outcomes["two"].failed
    assert outcomes["one"].fetched
    assert not list((home.downloads / "two").glob("*.txt*"))


def test_files_of_a_dataset_share_what_is_allowed(web: Web, home: Home) -> None:
    length = len(web.files["one.txt"])
    files = tuple(card(web, name).files[0] for name in ("one", "two"))
    assert home.fetch({"x": card(web, "x", files=files)}, most=2 * length - 1)["x"].too_large
    assert (
        home.fetch({"x": card(web, "x", files=files)}, most=2 * length)["x"].fetched is None
    )  # the same twice
    web.files["two.txt"] = web.files["one.txt"].replace(b"_0.jpg", b"_1.jpg")
    assert home.fetch({"y": card(web, "y", files=files)}, most=2 * length)["y"].fetched


def test_all_are_fetched_and_can_be_looked_into(cards: dict[str, Card], home: Home) -> None:
    outcomes = home.fetch(cards)
    assert all(outcome.fetched and outcome.fetched.built for outcome in outcomes.values())
    for name in cards:
        assert Index.open(home.indexes / name).by_photo([str(PHOTOS[0][0])])


def test_one_that_fails_costs_the_others_nothing(web: Web, cards: dict[str, Card], home: Home) -> None:
    del web.files["two.txt"]
    web.files["three.txt"] = FILES["coco-json"]
    outcomes = home.fetch(cards)
    assert {name for name, outcome in outcomes.items() if outcome.failed} == {"two", "three"}
    assert "404" in str(outcomes["two"].error)
    assert Index.open(home.indexes / "four").manifest.records == len(PHOTOS)
    assert Ended(tuple(outcomes.values())).exit_code == 3


def test_what_the_user_stops_is_no_failure_of_a_publisher(
    web: Web, cards: dict[str, Card], home: Home
) -> None:
    class StoppedError(Exception):
        pass

    class Stopping(Progress):
        def task(self, label: str, *, total: int | None = None, unit: str = "") -> NoReturn:
            raise StoppedError

    with pytest.raises(StoppedError):
        fetch_all(offer(cards).coming, home.downloads, home.indexes, progress=Stopping())
    assert all(outcome.fetched for outcome in home.fetch(cards).values()), "and goes on from there"


def test_datasets_are_downloaded_side_by_side(web: Web, cards: dict[str, Card], home: Home) -> None:
    together = threading.Barrier(2, timeout=30)

    def wait_for_another(handler: Handler) -> bool:
        together.wait()
        return False

    web.faults = [wait_for_another, wait_for_another]
    assert all(outcome.fetched for outcome in home.fetch(cards).values())


def test_a_second_fetch_brings_only_what_failed(web: Web, cards: dict[str, Card], home: Home) -> None:
    content = web.files.pop("two.txt")
    home.fetch(cards)
    web.files["two.txt"], web.sent = content, 0
    outcomes = home.fetch(cards)
    assert web.sent == len(content)
    assert [name for name, one in outcomes.items() if one.fetched and one.fetched.built] == ["two"]


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([], 0),
        ([TooLargeError("x", hint="y")], 0),
        ([UnreachableError("x"), UnreachableError("y")], 5),
        ([WrongFileError("x", hint="y"), UnreachableError("y")], 2),
    ],
)
def test_the_exit_code_says_what_went_wrong_when_nothing_came(
    web: Web, errors: list[Exception], code: int
) -> None:
    outcomes = tuple(FetchOutcome(card(web, "one"), error=error) for error in errors)  # type: ignore[arg-type]
    assert Ended(outcomes).exit_code == code


# -- update --------------------------------------------------------------------------------------------------


def news(home: Home, cards: Mapping[str, Card]) -> tuple[tuple[Coming, ...], dict[str, str]]:
    asked, left = with_news(home.manifests(), cards.get, home.downloads)
    return asked, {one.dataset: one.reason for one in left}


def test_only_what_changed_is_built_again(web: Web, cards: dict[str, Card], home: Home) -> None:
    home.fetch(cards)
    web.files["two.txt"], web.etag = web.files["two.txt"].replace(b"_0.jpg", b"_1.jpg"), '"v2"'
    asked, _ = news(home, cards)
    outcomes = fetch_all(asked, home.downloads, home.indexes)
    assert [o.card.name for o in outcomes if o.fetched and o.fetched.built] == ["two"]


def test_asking_for_news_that_there_is_none_of_sends_nothing(
    web: Web, cards: dict[str, Card], home: Home
) -> None:
    home.fetch(cards)
    web.sent = 0
    asked, _ = news(home, cards)
    assert len(asked) == len(cards)
    fetch_all(asked, home.downloads, home.indexes)
    assert web.sent == 0


def test_a_source_that_is_gone_leaves_the_index(web: Web, cards: dict[str, Card], home: Home) -> None:
    home.fetch(cards)
    web.faults = [status(404)] * 4
    asked, _ = news(home, cards)
    assert all(outcome.failed for outcome in fetch_all(asked, home.downloads, home.indexes))
    assert Index.open(home.indexes / "one").manifest.records == len(PHOTOS)


def test_what_was_added_by_hand_is_not_built_over(
    cards: dict[str, Card], home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.fetch(cards)
    one, two, *rest = home.manifests()
    mine = replace(one.sources[0], name="mine.txt")
    manifests = [
        replace(one, sources=(*one.sources, mine)),
        replace(two, sources=(mine,)),
        replace(rest[0], dataset="my-list"),
    ]
    asked, left = with_news(manifests, cards.get, home.downloads)
    assert asked == ()
    assert "mine.txt" in left[0].reason
    assert "by hand" in left[1].reason
    assert "your own" in left[2].reason


# -- what people see -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_offer_fits_the_terminal_and_names_size_licence_and_terms(columns: int) -> None:
    offered = offer(catalogue.load(), most=100_000_000)
    text = offer_text(offered, {}, columns=columns)
    assert max(map(len, text.splitlines())) <= columns
    words = " ".join(text.split())
    assert "diveface 6 over 970.4 kB 115,729" in words
    assert "terms: Non-commercial research only" in words
    assert "no source gives the size" in words
    assert "Too large, so left out: open-images" in words


def test_the_end_names_where_to_get_by_hand_what_did_not_come(web: Web) -> None:
    failed = FetchOutcome(card(web, "one"), error=WrongFileError("it is gone", hint="Look elsewhere."))
    text = ended_text(Ended((failed,), by_hand=offer(catalogue.load()).by_hand), columns=80)
    words = " ".join(text.split())
    assert "Failed (1) one it is gone → Look elsewhere." in words
    assert words.index("To get by hand") < words.index("ffhq ffhq-dataset-v2.json")
    assert "datasets add NAME FILE" in words
