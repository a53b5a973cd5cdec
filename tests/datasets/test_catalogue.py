"""The catalogue as shipped: every card valid, complete and honest, and the ways through it."""

from collections.abc import Iterator

import pytest

from auditor.datasets import catalogue, readers
from auditor.datasets.card import Card
from auditor.errors import UsageError

CARDS = tuple(catalogue.load().values())


def names(text: str) -> list[str]:
    """One list, readable in a few lines."""
    return text.split()


WITH_KEYS = names("""
    yfcc100m yfcc100m-hash yfcc15m yfcc100m-entity megaface megaface-mf2 diveface ibm-dif ffhq fdf fdf256 lpff
    fsxl pipa adience helen 300w vgg-face facescrub google-fec coco lvis visual-genome open-images
    tencent-ml-images imagenet nus-wide sbu flickr8k flickr30k flickr-style flickruser didemo v3det pass
    commoncatalog laion-400m laion-5b cc3m cc12m redcaps nlvr2 coyo-700m datacomp megalith-10m
    bigdata-pw-flickr pd12m images-of-groups lagenda hiertext crossmodal-3600 textvqa textcaps lfpw pubfig
    facetracer flickrface11k coco-wholebody afw im2gps im2gps3k yfcc4k mp-16 picalert privacyalert poi-visits
    ontour vist pascal-voc imagenet-v2 koniq-10k aadb fcdb iipa vrd multi30k taco openverse refcoco vqa nocaps
    open-images-miap ffhq-aging
""")
WITHOUT_KEYS = names("""
    mirflickr aflw fairface utkface tinyface geofaces wgt ijb-c objects365 places365 flickr2k lfw celeba
    vggface2 ms-celeb-1m wider-face brainwash dukemtmc clarifai-okcupid insecam ava gldv2 geoyfcc tad66k
""")
FACE_SETS = names("""
    megaface megaface-mf2 diveface ibm-dif ffhq fdf fdf256 lpff fsxl pipa adience helen 300w vgg-face
    facescrub google-fec aflw fairface utkface tinyface geofaces wgt ijb-c lfw celeba vggface2 ms-celeb-1m
    wider-face clarifai-okcupid images-of-groups lagenda lfpw pubfig facetracer flickrface11k
    coco-wholebody afw
""")
JOINS = {
    "open-images-miap": "open-images.image_id",
    "lagenda": "open-images.image_id",
    "hiertext": "open-images.image_id",
    "crossmodal-3600": "open-images.image_id",
    "textvqa": "open-images.image_id",
    "textcaps": "open-images.image_id",
    "nocaps": "open-images.image_id",
    "ffhq-aging": "ffhq.number",
    "ffhq-uv": "ffhq.number",
    "visual-genome": "coco.image_id",
    "vqa": "coco.image_id",
    "llava-instruct-150k": "coco.image_id",
    "wake-vision": "open-images.image_id",
    "textocr": "open-images.image_id",
}


def texts(value: object) -> Iterator[str]:
    """Every text inside a card, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif hasattr(value, "__slots__"):
        for name in value.__slots__:
            yield from texts(getattr(value, name))


@pytest.mark.parametrize("name", WITH_KEYS)
def test_datasets_with_published_keys_can_be_checked(name: str) -> None:
    card = catalogue.get(name)
    assert card.checkable
    assert card.files, "users must learn which file to look for"


@pytest.mark.parametrize("name", WITHOUT_KEYS)
def test_datasets_without_keys_say_why_they_cannot_be_checked(name: str) -> None:
    card = catalogue.get(name)
    assert not card.checkable
    assert card.no_key_reason


@pytest.mark.parametrize(("name", "joins"), JOINS.items())
def test_sets_that_name_photos_by_a_parents_number_lead_to_its_index(name: str, joins: str) -> None:
    card = catalogue.get(name)
    assert card.joins == joins
    assert card.parent in catalogue.lineage(name)
    assert catalogue.get(card.parent or "").checkable


@pytest.mark.parametrize("name", ["poi-visits", "ontour"])
def test_movement_profiles_are_marked_as_such(name: str) -> None:
    assert catalogue.get(name).about == "movement"


@pytest.mark.parametrize("name", ["im2gps", "im2gps3k", "yfcc4k", "mp-16", "geoyfcc"])
def test_sets_for_telling_places_are_marked_as_such(name: str) -> None:
    assert catalogue.get(name).about == "geolocation"


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_readers_can_prove_what_the_card_promises(card: Card) -> None:
    known = readers.formats()
    possible = {key for name in card.formats for key in known[name].match_keys}
    assert set(card.match_keys) <= possible


@pytest.mark.parametrize("name", FACE_SETS)
def test_face_sets_are_marked_so_that_reports_show_them_first(name: str) -> None:
    card = catalogue.get(name)
    assert card.is_face
    assert not card.huge


def test_the_catalogue_is_sorted_and_cards_carry_the_name_they_are_filed_under() -> None:
    assert list(catalogue.load()) == sorted(catalogue.load())
    assert all(name == card.name for name, card in catalogue.load().items())
    assert len(CARDS) >= 110
    assert sum(card.checkable for card in CARDS) >= 75


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_every_card_is_sourced_and_leads_somewhere(card: Card) -> None:
    assert card.facts, "a card without a sourced fact is hearsay"
    assert all(parent in catalogue.load() for parent in card.derived_from)
    assert all(card.name not in catalogue.lineage(ancestor) for ancestor in catalogue.lineage(card.name))
    if not card.checkable:
        # What cannot be read must not be offered for reading.
        assert not card.formats
    if card.opt_out.how:
        assert card.opt_out.email or card.opt_out.url or card.opt_out.who


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_cards_leave_no_open_questions_among_the_facts(card: Card) -> None:
    assert not [text for text in texts(card) if "[?]" in text or "TODO" in text]


@pytest.mark.parametrize(
    ("name", "email", "asks_for", "needs_first_step"),
    [
        ("ffhq", "researchinquiries@nvidia.com", ("username",), True),
        ("ffhq-aging", "researchinquiries@nvidia.com", ("username",), True),
        ("fdf", "hakon.hukkelas@ntnu.no", ("nsid",), True),
        ("fdf256", "hakon.hukkelas@ntnu.no", ("nsid",), True),
        ("ibm-dif", None, ("photo-links",), False),
        ("redcaps", "kdexd@umich.edu", ("form", "reddit-post"), False),
        ("laion-5b", "contact@laion.ai", ("form", "photo-links"), False),
    ],
)
def test_published_opt_out_procedures_are_followed_to_the_letter(
    name: str, email: str | None, asks_for: tuple[str, ...], *, needs_first_step: bool
) -> None:
    opt_out = catalogue.get(name).opt_out
    assert opt_out.how
    assert opt_out.source
    assert opt_out.email == email
    assert opt_out.asks_for == asks_for
    assert bool(opt_out.first_steps) is needs_first_step


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("diveface", "aythami.morales@uam.es"),
        ("lpff", "onethousand@zju.edu.cn"),
        ("coyo-700m", "coyo@kakaobrain.com"),
    ],
)
def test_a_contact_is_not_passed_off_as_a_procedure(name: str, email: str) -> None:
    opt_out = catalogue.get(name).opt_out
    assert opt_out.email == email
    assert opt_out.how is None
    assert opt_out.note
    assert "No removal procedure" in opt_out.note


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("yfcc100m", ("photo_id", "owner", "url_hash")),
        ("open-images", ("photo_id", "owner", "content_md5")),
        ("ffhq", ("photo_id", "owner")),
        ("pass", ("url_hash",)),
        ("yfcc100m-entity", ("url_hash",)),
        # The user of a FlickrUser row marked the photo as a favourite; the photographer is not named.
        ("flickruser", ("photo_id",)),
    ],
)
def test_match_keys_are_those_the_index_really_holds(name: str, keys: tuple[str, ...]) -> None:
    assert catalogue.get(name).match_keys == keys


def test_ids_nobody_confirmed_are_marked_as_inferred() -> None:
    inferred = {card.name for card in CARDS if card.certainty == "inferred"}
    assert inferred == {"helen", "300w", "afw"}


def test_lineage_reaches_through_parents_nearest_first() -> None:
    assert catalogue.lineage("diveface") == ("megaface-mf2", "yfcc100m")
    assert catalogue.lineage("yfcc100m") == ()


def test_children_include_sets_drawn_from_children() -> None:
    children = catalogue.children_of("yfcc100m")
    assert {"fairface", "wgt", "megaface-mf2"} <= set(children)
    assert children.index("diveface") > children.index("megaface-mf2")
    assert catalogue.children_of("diveface") == ()


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("fhq", "ffhq"), ("MegaFace2", "megaface"), ("zzzzzz", "datasets list")],
)
def test_a_mistyped_name_is_answered_with_the_nearest_ones(typed: str, hint: str) -> None:
    with pytest.raises(UsageError, match=typed) as caught:
        catalogue.get(typed)
    assert hint in caught.value.hint


def test_names_are_found_whatever_their_case() -> None:
    assert catalogue.get(" FFHQ ").name == "ffhq"
