"""From a card or a registry to an index, over real sockets."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.datasets import catalogue
from auditor.datasets.access import Access
from auditor.datasets.adding import Wish, add
from auditor.datasets.card import Card, IndexFile
from auditor.datasets.fetch import Fetched, by_hand, fetch_card, fetch_pack
from auditor.datasets.index.folder import remove
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.verify import problems
from auditor.datasets.sharing import registry
from auditor.datasets.sharing.publish import publish
from auditor.errors import RefusedError, UsageError, WrongFileError
from tests.datasets.conftest import Build
from tests.datasets.same_photos import FILES, PHOTOS
from tests.datasets.web import Web, serve

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def web() -> Iterator[Web]:
    files = {"one.txt": FILES["diveface"], "two.txt": FILES["diveface"].replace(b"_0.jpg", b"_1.jpg")}
    with serve(Web(files=files)) as web:
        yield web


def file(web: Web, name: str, **changes: object) -> IndexFile:
    known = IndexFile(name, "diveface", Access.PUBLIC, None, None, None, web.url(name), None, None)
    return replace(known, **changes)  # type: ignore[arg-type]


@pytest.fixture
def card(web: Web) -> Card:
    """DiveFace with two files on this machine, and one that a person must ask for."""
    asked = replace(
        file(web, "three.txt"),
        access=Access.REQUEST,
        url=None,
        page="https://example.org/ask",
        note="By e-mail.",
    )
    return replace(catalogue.get("diveface"), files=(file(web, "one.txt"), file(web, "two.txt"), asked))


class Home:
    def __init__(self, folder: Path) -> None:
        self.downloads = folder / "downloads"
        self.indexes = folder / "indexes"

    def fetch(self, card: Card, *only: str) -> Fetched:
        return fetch_card(card, self.downloads, self.indexes, only=only)

    def fetch_pack(self, web: Web, name: str = "example") -> Fetched:
        return fetch_pack(name, web.base, self.downloads, self.indexes)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_the_files_of_a_card_become_its_index(card: Card, home: Home) -> None:
    fetched = home.fetch(card)
    assert fetched.built
    assert [source.name for source in fetched.manifest.sources] == ["one.txt", "two.txt"]
    assert fetched.manifest.rows == 2 * len(PHOTOS)
    index = Index.open(home.indexes / "diveface")
    assert index.by_photo([str(PHOTOS[0][0])])[0].nsid == PHOTOS[0][1]


def test_what_a_person_must_get_is_told(card: Card) -> None:
    assert by_hand(card) == ["three.txt: ask its publisher for it at https://example.org/ask (By e-mail)"]


def test_unchanged_files_are_neither_sent_nor_indexed_again(web: Web, card: Card, home: Home) -> None:
    home.fetch(card)
    web.sent = 0
    again = home.fetch(card)
    assert web.sent == 0
    assert not again.built


def test_a_removed_index_is_built_again_from_what_is_here(web: Web, card: Card, home: Home) -> None:
    home.fetch(card)
    shutil.rmtree(home.indexes)
    web.sent = 0
    assert home.fetch(card).built
    assert web.sent == 0


def test_an_index_that_was_built_without_keys_gets_them_in_the_ways_that_are_told(
    web: Web, home: Home
) -> None:
    web.files["coco.json"] = FILES["coco-json"]
    card = replace(catalogue.get("coco"), files=(file(web, "coco.json", format="coco-json"),))

    def without_keys() -> None:
        path = home.indexes / "coco" / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"keyed": 0}))
        assert home.fetch(card).manifest.keyed == 0, "fetched alone, it is as it was"

    assert home.fetch(card).manifest.keyed == len(PHOTOS)
    without_keys()
    remove(home.indexes, "coco")
    assert home.fetch(card).manifest.keyed == len(PHOTOS)
    without_keys()
    given = [home.downloads / "coco" / "coco.json"]
    assert add(home.indexes, "coco", given, Wish(replace=True)).keyed == len(PHOTOS)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PAR1")], ids=["lost", "cut"])
def test_an_index_that_lost_data_is_built_again_from_what_is_here(
    web: Web, card: Card, home: Home, damage: Callable[[Path], object]
) -> None:
    data = home.fetch(card).manifest.files[0].name
    damage(home.indexes / "diveface" / data)
    web.sent = 0
    assert home.fetch(card).built
    assert web.sent == 0
    assert problems(home.indexes / "diveface") == []


def test_one_file_can_be_chosen(card: Card, home: Home) -> None:
    assert [source.name for source in home.fetch(card, "two.txt").manifest.sources] == ["two.txt"]
    with pytest.raises(UsageError, match=r"three\.txt"):
        home.fetch(card, "three.txt")


def test_further_formats_are_only_fetched_when_asked_for(web: Web, card: Card, home: Home) -> None:
    files = (file(web, "one.txt"), file(web, "two.txt", format="yfcc-hash"))
    fetched = home.fetch(replace(card, files=files, formats=("diveface", "yfcc-hash")))
    assert [source.name for source in fetched.manifest.sources] == ["one.txt"]


def test_a_dataset_behind_a_request_ends_with_how_to_ask(card: Card, home: Home) -> None:
    with pytest.raises(UsageError) as raised:
        home.fetch(replace(card, files=card.files[2:]))
    assert raised.value.exit_code == 2
    assert "https://example.org/ask" in raised.value.hint
    assert "datasets add diveface FILE" in raised.value.hint


def test_where_no_address_is_known_none_is_made_up(card: Card) -> None:
    for access in set(Access) - {Access.PUBLIC}:
        unknown = replace(card.files[2], access=access, page=None, note=None)
        (line,) = by_hand(replace(card, files=(unknown,), opt_out=replace(card.opt_out, url=None)))
        assert " at no " not in line
        assert line.startswith("three.txt: ")
        assert not line.endswith((" at", " see", ":"))


def test_a_file_that_adds_no_photo_is_left_unless_it_is_named(web: Web, card: Card, home: Home) -> None:
    again = file(web, "two.txt", alternative=True)
    narrowed = replace(card, files=(file(web, "one.txt"), again))
    assert [source.name for source in home.fetch(narrowed).manifest.sources] == ["one.txt"]
    assert [source.name for source in home.fetch(narrowed, "two.txt").manifest.sources] == ["two.txt"]


def test_of_open_images_the_smallest_file_with_all_photos_is_fetched() -> None:
    (one,) = catalogue.get("open-images").smallest_download
    assert one.name == "images_2017_11.tar.gz"


def test_every_card_without_a_download_says_what_to_do(home: Home) -> None:
    """Over the whole catalogue, and without any call: no address, no server."""
    for card in catalogue.load().values():
        if any(file.url and file.access == "public" for file in card.files):
            continue
        with pytest.raises(UsageError) as raised:
            home.fetch(card)
        assert raised.value.hint, card.name


def test_a_file_of_another_dataset_leaves_the_old_index(web: Web, card: Card, home: Home) -> None:
    before = home.fetch(card).manifest
    web.files["one.txt"], web.etag = FILES["coco-json"], '"v2"'
    with pytest.raises(WrongFileError, match="COCO"):
        home.fetch(card)
    assert Index.open(home.indexes / "diveface").manifest == before


def test_checksums_of_the_card_are_held_against_the_file(web: Web, card: Card, home: Home) -> None:
    right = hashlib.sha256(web.files["one.txt"]).hexdigest()
    assert home.fetch(replace(card, files=(file(web, "one.txt", sha256=right),))).built
    with pytest.raises(RefusedError, match="sha256"):
        home.fetch(replace(card, files=(file(web, "two.txt", sha256=right),)))


# -- registries ----------------------------------------------------------------------------------------------


@pytest.fixture
def published(add: Build, indexes: Path, tmp_path: Path, web: Web) -> Path:
    """A folder published to `web`."""
    add("coco-json", FILES["coco-json"])
    folder = tmp_path / "public"
    publish(indexes, ["example"], folder, now=NOW)
    upload(folder, web)
    return folder


def upload(folder: Path, web: Web) -> None:
    web.files = {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_pack_of_a_registry_becomes_the_index(published: Path, web: Web, home: Home, indexes: Path) -> None:
    fetched = home.fetch_pack(web)
    built = Index.open(indexes / "example").manifest
    assert (fetched.manifest.records, fetched.manifest.sources) == (built.records, built.sources)
    assert (fetched.manifest.provenance, fetched.manifest.origin) == ("pack", f"{web.base}/")
    ids = [str(photo) for photo, _, _ in PHOTOS]
    assert Index.open(home.indexes / "example").by_photo(ids) == Index.open(indexes / "example").by_photo(ids)


def test_a_pack_that_is_here_is_not_sent_again(published: Path, web: Web, home: Home) -> None:
    home.fetch_pack(web)
    web.requests.clear()
    again = home.fetch_pack(web)
    assert not again.built
    assert [request.path for request in web.requests] == ["/registry.json"]


def test_a_newer_pack_replaces_the_index(
    published: Path, web: Web, home: Home, add: Build, indexes: Path
) -> None:
    home.fetch_pack(web)
    add("diveface", FILES["diveface"])
    publish(indexes, ["example"], published, now=NOW)
    upload(published, web)
    assert home.fetch_pack(web).manifest.match_keys == ("photo_id", "owner")


@pytest.mark.parametrize("address", ["{}", "{}/", "{}/registry.json"])
def test_the_address_of_a_registry_can_be_given_in_every_way(
    published: Path, web: Web, home: Home, address: str
) -> None:
    assert fetch_pack("example", address.format(web.base), home.downloads, home.indexes).built


def test_another_pack_than_the_registry_says_is_refused(published: Path, web: Web, home: Home) -> None:
    (name,) = (name for name in web.files if name != registry.NAME)
    web.files[name] = web.files[name][:-1] + b"x"
    with pytest.raises(RefusedError, match="sha256"):
        home.fetch_pack(web)
    assert not (home.indexes / "example").exists()


def test_a_registry_cannot_pass_one_dataset_off_as_another(published: Path, web: Web, home: Home) -> None:
    web.files[registry.NAME] = web.files[registry.NAME].replace(b'"dataset": "example"', b'"dataset": "ffhq"')
    with pytest.raises(RefusedError, match="it is of example, not of ffhq"):
        home.fetch_pack(web, "ffhq")


def test_a_folder_without_a_registry_is_told(web: Web, home: Home) -> None:
    with pytest.raises(WrongFileError, match="404"):
        home.fetch_pack(web)


def test_a_registry_over_plain_http_is_refused(home: Home) -> None:
    with pytest.raises(RefusedError, match="https"):
        fetch_pack("ffhq", "http://example.org/packs", home.downloads, home.indexes)
