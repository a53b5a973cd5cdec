"""The letters: every language, ground and role says what it must, and nothing that values smuggle in."""

import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditor.account.photo import Account
from auditor.cli.optout import LangOption
from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.datasets.match_keys import MatchKey
from auditor.errors import ConfigurationError
from auditor.optout import letter as letters
from auditor.optout.case import Purpose
from auditor.optout.law import LAWS, Ground, Role
from auditor.optout.letter import FollowUp, Letter, Recipient
from auditor.optout.photos import Place, Standing
from auditor.optout.render import LANGUAGES, Markup, Text, render
from auditor.text import plain
from tests.optout.conftest import ACCOUNT, CASE, NSID, PHOTO, TODAY, VERSION, a_letter

HOSTILE = (
    "=1+1|x\r\nBcc: evil@example.org\n\n# Head **bold** _i_ <script>x</script>"
    " [a](https://evil.example) ![i](x) `c`\x1b[31m\u202e"
)
FOLLOW_UP = FollowUp(TODAY, asked=1005, removed=4, newly_found=1)
COMBINATIONS = [
    (language, ground, role, follow_up)
    for language, ground, role, follow_up in product(LANGUAGES, Ground, Role, (None, FOLLOW_UP))
    if role in LAWS[ground].roles
]


def bare(card: Card) -> Card:
    """`card` with nothing in it that a letter can do without."""
    opt_out = replace(
        card.opt_out, who=None, channels=(), url=None, how=None, source=None, asks_for=(), first_steps=()
    )
    return replace(card, opt_out=opt_out, attribution=None, status=replace(card.status, state="withdrawn"))


def both(letter: Letter) -> tuple[Text, Text]:
    return render(letter, Markup.PLAIN), render(letter, Markup.MARKDOWN)


@pytest.mark.parametrize(("language", "ground", "role", "follow_up"), COMBINATIONS)
def test_every_letter_survives_missing_and_hostile_values(
    language: str, ground: Ground, role: Role, follow_up: FollowUp | None
) -> None:
    """In Markdown as a reader sees it: one heading, links to Flickr only, and no other markup than lists."""
    photos = (
        replace(PHOTO, license_then=None, license_now=None, steps_done=("no_cv",), certainty="inferred"),
        replace(PHOTO, photo_id=None, link=None, match_key=MatchKey.OWNER, standing=Standing.GONE),
        replace(
            PHOTO,
            places=(Place(HOSTILE, HOSTILE), Place("a", "b")),
            match_key=MatchKey.URL_HASH,
            license_then="99",
        ),
    )
    cases = (
        (catalogue.get("ffhq"), HOSTILE, Account(NSID, HOSTILE, None), (HOSTILE, HOSTILE)),
        (bare(catalogue.get("helen")), None, Account(NSID), ("a.txt", "00")),
    )
    for card, sender, account, source in cases:
        letter = a_letter(
            photos,
            card=card,
            account=account,
            index=replace(VERSION, sources=(source,)),
            follow_up=follow_up,
            language=language,
            ground=ground,
            role=role,
            sender=sender,
        )
        text, markdown = both(letter)
        for part in (text.subject, text.body, markdown.subject, markdown.body):
            assert not re.search(r"None|\{\{|\{%|[\x00-\x09\x0b-\x1f\x7f\u202e]", part)
        assert "\n" not in text.subject + markdown.subject
        assert not re.search(r"(?m)^(Bcc:|# )", text.body)
        html = MarkdownIt("commonmark").render(f"# {markdown.subject}\n\n{markdown.body}")
        assert set(re.findall(r"<(\w+)", html)) <= {"h1", "p", "ol", "ul", "li", "a"}
        assert html.count("<h1") == 1
        assert all(link.startswith("https://www.flickr.com/") for link in re.findall(r'href="([^"]*)"', html))


@pytest.mark.parametrize("purpose", [Purpose.ACCESS, Purpose.HOST])
@pytest.mark.parametrize(
    ("language", "ground", "role"),
    [combination[:3] for combination in COMBINATIONS if combination[3] is None],
)
def test_questions_and_notices_survive_hostile_values_and_keep_to_their_law(
    language: str, ground: Ground, role: Role, purpose: Purpose
) -> None:
    photo = replace(PHOTO, places=(Place(HOSTILE, HOSTILE, HOSTILE),), more_places=3)
    photo = replace(photo, history_day="2014-03-02", history_license=HOSTILE)
    letter = a_letter(
        [photo],
        account=Account(NSID, HOSTILE, "ann"),
        language=language,
        ground=ground,
        role=role,
        sender=HOSTILE,
        purpose=purpose,
        contact="google-drive" if purpose is Purpose.HOST else "nvidia",
    )
    text, markdown = both(letter)
    for part in (text.subject, text.body, markdown.subject, markdown.body):
        assert not re.search(r"None|\{\{|\{%|[\x00-\x09\x0b-\x1f\x7f\u202e]", part)
    assert "[ffhq-1]" in text.subject
    html = MarkdownIt("commonmark").render(f"# {markdown.subject}\n\n{markdown.body}")
    assert set(re.findall(r"<(\w+)", html)) <= {"h1", "p", "ol", "ul", "li", "a"}
    named = {
        "gdpr": LANGUAGES[language].gdpr,
        "uk-gdpr": "UK GDPR",
        "bipa": "740 ILCS 14",
        "ccpa": "Civil Code",
    }
    for law, words in named.items():
        assert (words in text.body) is (
            law == ground or (words in named[ground] if ground in named else False)
        )


@pytest.mark.parametrize(
    ("ground", "says", "never"),
    [
        (
            Ground.GDPR,
            ["Article 17", "Article 21", "Article 9", "Article 12(3)", "Article 77", "Article 19"],
            ["UK"],
        ),
        (
            Ground.UK_GDPR,
            ["UK GDPR", "Article 17", "Article 21", "Article 12(3)", "Information Commissioner"],
            [],
        ),
        (Ground.BIPA, ["740 ILCS 14", "Illinois", "30 days"], ["Article"]),
        (Ground.CCPA, ["1798.105", "45 days", "California"], ["Article"]),
        (Ground.NONE, ["accuse nobody", "30 days"], ["Article", "1798", "ILCS"]),
    ],
)
def test_a_letter_rests_on_its_own_law_and_no_other(
    ground: Ground, says: list[str], never: list[str]
) -> None:
    text = " ".join(render(a_letter(ground=ground, role=Role.SUBJECT), Markup.PLAIN).body.split())
    assert [phrase for phrase in says if phrase not in text] == []
    assert [phrase for phrase in never if phrase in text] == []


NO_ADVICE = {
    "en": "not legal advice",
    "de": "keine Rechtsberatung",
    "fr": "pas un conseil juridique",
    "es": "No constituye asesoramiento jurídico",
}


@pytest.mark.parametrize(("language", "ground", "role", "follow_up"), COMBINATIONS)
def test_every_letter_says_that_it_is_no_legal_advice_and_asks_for_removal(
    language: str, ground: Ground, role: Role, follow_up: FollowUp | None
) -> None:
    letter = a_letter(language=language, ground=ground, role=role, follow_up=follow_up)
    text = " ".join(render(letter, Markup.PLAIN).body.split())
    assert NO_ADVICE[language] in text
    for fact in (PHOTO.link or "", "ffhq-v2.json", '["17"]', "NVIDIA Research"):
        assert fact in text


def test_the_photographers_letter_gives_the_facts_of_every_photo() -> None:
    photo = replace(PHOTO, places=(PHOTO.places[0], Place("ffhq-v2.json", '["18"]')))
    gone = replace(
        PHOTO,
        photo_id="4000000001",
        link="https://www.flickr.com/photos/x/4000000001/",
        standing=Standing.GONE,
    )
    text = " ".join(render(a_letter([photo, gone]), Markup.PLAIN).body.split())
    for fact in (
        'Record: ffhq-v2.json, ["17"] - Record: ffhq-v2.json, ["18"]',
        "Proof: the photo id in the record is the one in the link",
        "Licence recorded: CC BY-NC 2.0; when I last looked: All Rights Reserved",
        "CC BY-NC 2.0 (2): it requires that the photographer be named, that use be non-commercial",
        "carries a field that names the photographer",
        "1 of the photos is no longer in my Flickr account",
        "No longer in my Flickr account",
        "Flickr user name: Ann Example",
        NSID,
        "README, section Privacy",
        "1 March 2026",
        "21 November 2026",
    ):
        assert fact in text
    assert text.count("https://www.flickr.com/photos/") == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_index_without_licences_is_told_with_the_licence_of_today(language: str) -> None:
    photo = replace(PHOTO, license_then=None)
    helen = catalogue.get("helen")
    text = render(a_letter([photo], card=helen, language=language), Markup.PLAIN).body
    assert [line.split(": ")[1] for line in text.splitlines() if "All Rights Reserved" in line] == [
        "All Rights Reserved"
    ]
    assert {
        "en": "found no licences for these photos in your index. The index does not carry the photographers'",
        "de": "habe ich in Ihrem Index nicht gefunden. Der Index enthält die Namen",
        "fr": "aucune licence pour ces photos. L'index ne comporte pas le nom des auteurs",
        "es": "ninguna licencia de estas fotos. El índice no contiene los nombres",
    }[language] in " ".join(text.split())


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "1 photo from my Flickr account that is part of"),
        ("de", "1 Foto aus meinem Flickr-Konto, das in FFHQ (Flickr-Faces-HQ) enthalten ist"),
        ("fr", "1 photo de mon compte Flickr figurant dans"),
        ("es", "1 foto de mi cuenta de Flickr que figura en"),
    ],
)
def test_a_letter_about_one_photo_speaks_of_one(language: str, says: str) -> None:
    assert says in " ".join(render(a_letter(language=language), Markup.PLAIN).body.split())


@pytest.mark.parametrize("role", [Role.SUBJECT, Role.GUARDIAN])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_of_a_person_shown_names_nothing_of_the_account(language: str, role: Role) -> None:
    link = "https://www.flickr.com/photo.gne?id=5000000001"
    photo = replace(PHOTO, link=link, standing=Standing.UNKNOWN)
    letter = a_letter(
        [photo], role=role, language=language, account=Account(NSID, "secretuser", "secretalias")
    )
    text = " ".join(part for text in both(letter) for part in (text.subject, text.body))
    assert link in text
    for secret in (NSID, "secretuser", "secretalias", "CC BY"):
        assert secret not in text


def test_an_original_secret_never_stands_in_a_letter() -> None:
    place = Place.of("fold_0_data.txt", "images/5000000001_aabbccddee_o.jpg")
    assert place.record == "images/5000000001_…_o.jpg"


def test_a_limit_of_links_makes_numbered_parts_that_count_on() -> None:
    card = catalogue.get("ffhq")
    card = replace(card, opt_out=replace(card.opt_out, max_links=2))
    photos = [
        replace(PHOTO, photo_id=str(number), link=f"https://www.flickr.com/photos/x/{number}/")
        for number in range(1, 6)
    ]
    parts = letters.request(
        CASE, [card], photos, to=Recipient("X"), index=VERSION, account=ACCOUNT, written_on=TODAY
    )
    texts = [render(part, Markup.PLAIN) for part in parts]
    assert [text.subject.endswith(f"part {n} of 3 [ffhq-1]") for n, text in enumerate(texts, 1)] == [True] * 3
    assert re.findall(r"(?m)^(\d)\. https", "".join(text.body for text in texts)) == list("12345")


def test_what_was_done_on_flickr_first_is_told() -> None:
    photos = [replace(PHOTO, steps_done=("no_cv", "license")), replace(PHOTO, steps_done=("no_cv",))]
    text = render(a_letter(photos), Markup.PLAIN).body
    assert "tagged no_cv: 2 of 2" in text
    assert "today" not in text  # the account is as it was when it was last synced
    assert "under All Rights Reserved or a licence that allows no derivatives: 1 of 2" in " ".join(
        text.split()
    )


@pytest.mark.parametrize("name", catalogue.load())
def test_a_letter_can_be_written_for_every_card(name: str) -> None:
    card = catalogue.get(name)
    text = render(a_letter(card=card), Markup.PLAIN)
    assert card.title in text.subject
    assert (card.opt_out.who or card.publisher) in " ".join(text.body.split())


@pytest.mark.parametrize(
    ("language", "date", "number"),
    [
        ("en", "1 March 2026", "1,005"),
        ("de", "1. März 2026", "1.005"),
        ("fr", "1er mars 2026", "1\u00a0005"),
        ("es", "1 de marzo de 2026", "1\u00a0005"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_does(language: str, date: str, number: str) -> None:
    chosen = LANGUAGES[language]
    assert chosen.date(VERSION.read_on) == date
    assert chosen.number(1005) == number


@settings(deadline=None)
@given(name=st.text(max_size=60), record=st.text(max_size=60))
def test_no_name_or_record_can_change_the_structure_of_a_letter(name: str, record: str) -> None:
    letter = a_letter([replace(PHOTO, places=(Place("index.json", record),))], sender=plain(name) or None)
    harmless = a_letter([replace(PHOTO, places=(Place("index.json", "x"),))], sender="x")
    parser = MarkdownIt("commonmark")

    def structure(text: Text) -> list[str]:
        return [
            token.type for token in parser.parse(f"# {text.subject}\n\n{text.body}") if token.type != "inline"
        ]

    assert structure(render(letter, Markup.MARKDOWN)) == structure(render(harmless, Markup.MARKDOWN))


def test_a_users_template_takes_the_place_of_the_programs(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "_closing.j2").write_text("Cheers, {{ letter.case.sender }}\n")
    text = render(a_letter(), Markup.PLAIN, folder=tmp_path).body
    assert "Cheers, Ann Example" in text
    assert "Yours faithfully" not in text


@pytest.mark.parametrize(
    "template",
    [
        "{{ 1 / 0 }}",
        "{{ 1 + 'a' }}",
        "{{ letter.nothing }}",
        "{{ missing }}",
        "{% if %}",
        "{{ letter.case.sent_on }}",
        "{{ ''.__class__.__mro__ }}",
    ],
)
def test_a_template_that_does_not_work_is_named(tmp_path: Path, template: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "letter.j2").write_text(template)
    with pytest.raises(ConfigurationError, match=r"template en/letter\.j2"):
        render(a_letter(), Markup.PLAIN, folder=tmp_path)


def test_the_help_names_the_languages_that_there_are_letters_in() -> None:
    _, option = get_args(LangOption)
    assert option.metavar == "|".join(LANGUAGES)
