"""Which photos get what: conditions, merging to the strictest, exceptions."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.account.photo import Photo
from auditor.errors import ConfigurationError
from auditor.flickr import licenses
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import clean
from auditor.mitigation.kinds.license import grants_more
from auditor.mitigation.planning import policy_file
from auditor.mitigation.planning.policy import (
    ANY,
    Actions,
    Context,
    Except,
    Match,
    Policy,
    select,
)

PHOTO = Photo(
    id="9000000001",
    title="",
    license_id="4",
    privacy=Privacy.PUBLIC,
    tags=("street", "nocv"),
    date_upload=1_200_000_000,  # 2008-01-10
    date_taken="2007-12-24 18:00:00",
)
TODAY = date(2026, 11, 21)
CONTEXT = Context(
    exposures={PHOTO.id: frozenset({"yfcc100m"})},
    face_datasets=frozenset({"ffhq"}),
    albums={PHOTO.id: frozenset({"72157600000000001", "Best of"})},
)
TAG = Actions(add_tags=frozenset({"no_cv"}))

actions = st.builds(
    Actions,
    add_tags=st.frozensets(st.sampled_from(["no_cv", "NoCV", "No CV", "private", "ai", "AI"]), max_size=3),
    license=st.none() | st.sampled_from([key for key, entry in licenses.LICENSES.items() if entry.settable]),
    privacy=st.none() | st.sampled_from(Privacy),
    hide=st.booleans(),
    leave_groups=st.booleans(),
)


@given(actions, actions, actions)
def test_merging_policies_does_not_depend_on_their_order(a: Actions, b: Actions, c: Actions) -> None:
    merged = {x | y | z for x, y, z in permutations((a, b, c))} | {a | (b | c)}
    assert len(merged) == 1
    assert (a | a) | a == a | a


@given(actions, actions)
def test_a_merge_is_as_strict_as_each_of_its_parts(a: Actions, b: Actions) -> None:
    merged = a | b
    for part in (a, b):
        assert part.keys() <= merged.keys()
        assert set(map(clean, part.get("add_tags", ()))) <= set(map(clean, merged.get("add_tags", ())))
        if privacy := part.get("privacy"):
            assert merged["privacy"] is privacy or merged["privacy"].less_public_than(privacy)
        if part.get("license") == "0":
            assert merged["license"] == "0"


@pytest.mark.parametrize(
    ("match", "selected"),
    [
        (Match(), True),
        (Match(privacy=frozenset({Privacy.PUBLIC})), True),
        (Match(privacy=frozenset({Privacy.PRIVATE})), False),
        (Match(license_allows=frozenset({"reuse", "commercial"})), True),
        (Match(license_allows=frozenset({"derivatives"})), True),
        (Match(tags=frozenset({"Street", "no_cv"})), True),
        (Match(tags=frozenset({"street", "portrait"})), False),
        (Match(albums=frozenset({"Best of"})), True),
        (Match(albums=frozenset({"Worst of"})), False),
        (Match(taken_after=date(2007, 12, 24)), True),
        (Match(taken_after=date(2007, 12, 25)), False),
        (Match(taken_before=date(2007, 12, 24)), False),
        (Match(uploaded_after=date(2008, 1, 1), uploaded_before=date(2008, 2, 1)), True),
        (Match(uploaded_before=date(2008, 1, 1)), False),
        (Match(ids=frozenset({PHOTO.id})), True),
        (Match(ids=frozenset()), False),
        (Match(not_ids=frozenset({PHOTO.id})), False),
        (Match(exposed_in=frozenset({ANY})), True),
        (Match(exposed_in=frozenset({"ffhq"})), False),
        (Match(exposed_in=frozenset({"yfcc100m"}), face_datasets_only=True), False),
        (Match(exposed_in=frozenset({"yfcc100m"}), privacy=frozenset({Privacy.PRIVATE})), False),
    ],
)
def test_every_condition_narrows(match: Match, selected: bool) -> None:
    given_ = select(
        [PHOTO], [Policy("p", match, TAG)], narrow=Match(), exceptions=(), context=CONTEXT, today=TODAY
    )
    narrowed = select(
        [PHOTO], [Policy("p", Match(), TAG)], narrow=match, exceptions=(), context=CONTEXT, today=TODAY
    )
    assert bool(given_.wanted) == bool(narrowed.wanted) == selected


@pytest.mark.parametrize("taken", [None, "0000-00-00 00:00:00", "nonsense"])
def test_a_photo_without_a_date_is_not_selected_by_date_and_said_so(taken: str | None) -> None:
    photo = Photo("9000000002", "", "0", Privacy.PUBLIC, date_taken=taken)
    match = Match(taken_before=date(2030, 1, 1))
    found = select(
        [photo], [Policy("p", match, TAG)], narrow=Match(), exceptions=(), context=CONTEXT, today=TODAY
    )
    assert not found.wanted
    assert "no usable date" in found.warnings[0]


@pytest.mark.parametrize(
    ("until", "excepted"), [(None, True), (date(2026, 11, 21), True), (date(2026, 11, 20), False)]
)
def test_exceptions_hold_until_their_last_day_and_end_loudly(until: date | None, excepted: bool) -> None:
    entry = Except(frozenset({PHOTO.id}), "commissioned", until)
    found = select(
        [PHOTO], [Policy("p", Match(), TAG)], narrow=Match(), exceptions=[entry], context=CONTEXT, today=TODAY
    )
    assert bool(found.wanted) is not excepted
    assert [skip.reason for skip in found.skipped] == (["excepted: commissioned"] if excepted else [])
    assert bool(found.warnings) is not excepted


def test_a_named_photo_that_is_not_in_the_account_is_accounted_for() -> None:
    match = Match(ids=frozenset({PHOTO.id, "123"}))
    found = select(
        [PHOTO], [Policy("p", Match(), TAG)], narrow=match, exceptions=(), context=CONTEXT, today=TODAY
    )
    assert [(skip.photo_id, skip.reason) for skip in found.skipped] == [
        ("123", "not in the account as last synced")
    ]


@pytest.mark.parametrize(
    ("after", "before", "more"),
    [("0", "4", False), ("0", "5", False), ("4", "0", True), ("4", "2", True), ("3", "2", False)],
)
def test_whether_a_licence_grants_more(after: str, before: str, more: bool) -> None:
    assert grants_more(after, before) is more


def test_policies_and_exceptions_are_read_from_settings() -> None:
    table = {
        "name": "faces",
        "match": {
            "exposed_in": ["any"],
            "face_datasets_only": True,
            "privacy": "public",
            "license_allows": ["reuse"],
            "tags": ["portrait"],
            "albums": ["Best of", "https://www.flickr.com/photos/somebody/albums/72157600000000001"],
            "taken_after": date(2010, 1, 1),
            "taken_before": datetime(2019, 1, 1, 12, tzinfo=UTC),
            "uploaded_after": "2011-02-03",
            "uploaded_before": "2020-01-01",
            "ids": [9000000001, "https://www.flickr.com/photos/somebody/9000000002/"],
            "not_ids": ["9000000003"],
        },
        "actions": {
            "add_tags": ["no_cv"],
            "license": "all-rights-reserved",
            "privacy": "private",
            "hide": True,
        },
    }
    policy = policy_file.policies([table])["faces"]
    assert policy.name == "faces"
    assert policy.match == Match(
        exposed_in=frozenset({"any"}),
        face_datasets_only=True,
        privacy=frozenset({Privacy.PUBLIC}),
        license_allows=frozenset({"reuse"}),
        tags=frozenset({"portrait"}),
        albums=frozenset({"Best of", "72157600000000001"}),
        taken_after=date(2010, 1, 1),
        taken_before=date(2019, 1, 1),
        uploaded_after=date(2011, 2, 3),
        uploaded_before=date(2020, 1, 1),
        ids=frozenset({"9000000001", "9000000002"}),
        not_ids=frozenset({"9000000003"}),
    )
    assert policy.actions == Actions(
        add_tags=frozenset({"no_cv"}), license="0", privacy=Privacy.PRIVATE, hide=True
    )
    (entry,) = policy_file.exceptions([{"id": "9000000001", "reason": "sold ", "until": date(2027, 1, 1)}])
    assert entry == Except(frozenset({"9000000001"}), "sold", date(2027, 1, 1))


def test_a_policy_without_conditions_is_of_every_photo() -> None:
    (policy,) = policy_file.policies([{"name": "p", "actions": {"hide": True}}]).values()
    assert policy.match == Match()


EXAMPLE = "config.example.toml shows every setting."


@pytest.mark.parametrize(
    ("change", "says", "hint"),
    [
        ({"name": ""}, "[[policy]] 1 has no name", EXAMPLE),
        ({"name": " "}, "[[policy]] 1 has no name", EXAMPLE),
        (
            {"matches": {}},
            "[[policy]] 1: unknown setting 'matches'; known here: actions, match, name",
            EXAMPLE,
        ),
        ({"actions": {}}, "[[policy]] 'p' has no actions", EXAMPLE),
        ({"actions": "all"}, "[[policy]] 'p': actions must be a table", EXAMPLE),
        (
            {"actions": {"delete": True}},
            "[[policy]] 'p': actions: unknown setting 'delete'; known here: add_tags, hide, leave_groups,"
            " license, privacy, safety_level",
            EXAMPLE,
        ),
        (
            {"actions": {"license": "cc-by-9.0"}},
            "license: Flickr has no licence 'cc-by-9.0'",
            "Choose one of: ",
        ),
        (
            {"actions": {"license": "no-known-copyright"}},
            "license: No known copyright restrictions is for members of The Commons; Flickr's API does not"
            " set it",
            "Choose another licence.",
        ),
        ({"actions": {"license": ["cc0", "0"]}}, "[[policy]] 'p': license must be one text", EXAMPLE),
        (
            {"actions": {"privacy": "secret"}},
            "[[policy]] 'p': privacy: 'secret' is not a privacy setting",
            "Choose one of: public, friends, family, friends-family, private.",
        ),
        ({"actions": {"hide": "yes"}}, "[[policy]] 'p': hide must be true or false", EXAMPLE),
        (
            {"actions": {"add_tags": ['a "b']}},
            "[[policy]] 'p': add_tags: the tag 'a \"b' holds a double quote",
            "Leave the quote out: Flickr drops it.",
        ),
        (
            {"actions": {"add_tags": [True]}},
            "[[policy]] 'p': add_tags must be text or a list of texts",
            EXAMPLE,
        ),
        ({"match": "all"}, "[[policy]] 'p': match must be a table", EXAMPLE),
        ({"match": {"exposed": True}}, "[[policy]] 'p': match: unknown setting 'exposed'; known", EXAMPLE),
        (
            {"match": {"license_allows": ["everything"]}},
            "[[policy]] 'p': license_allows must name reuse, commercial, derivatives",
            EXAMPLE,
        ),
        (
            {"match": {"taken_after": "yesterday"}},
            "[[policy]] 'p': taken_after: 'yesterday' is not a date",
            "Write it like 2013-05-01.",
        ),
        (
            {"match": {"uploaded_before": 2013}},
            "[[policy]] 'p': uploaded_before: '2013' is not a date",
            "Write it like 2013-05-01.",
        ),
        (
            {"match": {"ids": ["not a photo"]}},
            "[[policy]] 'p': ids: 'not a photo' is neither a photo id nor a link of a photo",
            "Open the photo on Flickr and copy its link.",
        ),
        (
            {"match": {"not_ids": "somebody"}},
            "[[policy]] 'p': not_ids: 'somebody' is neither a photo id nor a link of a photo",
            "Open the photo on Flickr and copy its link.",
        ),
        ({"match": {"face_datasets_only": 1}}, "[[policy]] 'p': face_datasets_only must be true or", EXAMPLE),
        (
            {"match": {"privacy": "everybody"}},
            "[[policy]] 'p': privacy: 'everybody' is not a privacy setting",
            "Choose one of: ",
        ),
        (
            {"match": {"tags": ["-"]}},
            "[[policy]] 'p': tags: the tag '-' holds no letter or digit",
            "Flickr compares letters and digits only.",
        ),
    ],
    ids=str,
)
def test_a_misspelt_policy_is_an_error_that_says_where(change: dict[str, Any], says: str, hint: str) -> None:
    table = {"name": "p", "match": {}, "actions": {"add_tags": ["no_cv"]}} | change
    with pytest.raises(ConfigurationError) as error:
        policy_file.policies([table])
    assert says in error.value.message
    assert error.value.message.startswith("[[policy]] ")
    assert error.value.hint.startswith(hint)


def test_two_policies_of_one_name_are_an_error() -> None:
    table = {"name": "p", "actions": {"hide": True}}
    with pytest.raises(ConfigurationError, match=r"^two policies are named 'p'$"):
        policy_file.policies([table, table])


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({}, "[[except]] 2 needs ids and a reason"),
        ({"id": "9000000001"}, "[[except]] 2 needs ids and a reason"),
        ({"id": "9000000001", "reason": " "}, "[[except]] 2 needs ids and a reason"),
        ({"reason": "x"}, "[[except]] 2 needs ids and a reason"),
        ({"ids": [], "reason": "x"}, "[[except]] 2 needs ids and a reason"),
        ({"id": "x", "reason": "x"}, "[[except]] 2: id: 'x' is neither a photo id nor a link of a photo"),
        ({"ids": ["x"], "reason": "x"}, "[[except]] 2: ids: 'x' is neither a photo id nor a link of a photo"),
        ({"ids": 1.5, "reason": "x"}, "[[except]] 2: ids must be text or a list of texts"),
        ({"id": "1", "reason": "x", "until": "soon"}, "[[except]] 2: until: 'soon' is not a date"),
        (
            {"id": "1", "reason": "x", "til": 1},
            "[[except]] 2: unknown setting 'til'; known here: id, ids, reason, until",
        ),
    ],
    ids=str,
)
def test_an_exception_needs_photos_and_a_reason(table: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        policy_file.exceptions([{"id": "9000000001", "reason": "sold"}, table])
    assert error.value.message == says


@pytest.mark.parametrize(
    ("license_id", "allowed"),
    [
        ("0", set()),
        ("4", {"reuse", "commercial", "derivatives"}),
        ("6", {"reuse", "commercial"}),
        ("2", {"reuse", "derivatives"}),
        ("3", {"reuse"}),
        ("99", {"reuse", "commercial", "derivatives"}),
        (None, {"reuse", "commercial", "derivatives"}),
    ],
    ids=["all-rights-reserved", "by", "by-nd", "by-nc", "by-nc-nd", "new", "not-told"],
)
def test_what_a_licence_allows_selects_photos(license_id: str | None, allowed: set[str]) -> None:
    photo = replace(PHOTO, license_id=license_id)
    for use in ("reuse", "commercial", "derivatives"):
        policy = Policy("p", Match(license_allows=frozenset({use})), TAG)
        chosen = select([photo], [policy], narrow=Match(), exceptions=(), context=CONTEXT, today=TODAY)
        assert (photo.id in chosen.wanted) == (use in allowed), use


def test_every_link_in_a_text_of_the_settings_counts() -> None:
    links = "https://www.flickr.com/photos/somebody/9000000002/ https://flic.kr/p/9kzEBo"
    (entry,) = policy_file.exceptions([{"ids": [links, "9000000004 9000000005"], "reason": "sold"}])
    assert len(entry.ids) == 4
    assert {"9000000002", "9000000004", "9000000005"} < entry.ids
    with pytest.raises(ConfigurationError):
        policy_file.exceptions([{"ids": ["9000000004 900000000x"], "reason": "sold"}])


@pytest.mark.parametrize(
    ("entry", "warning"),
    [
        (Except(frozenset({PHOTO.id}), "sold"), []),
        (Except(frozenset(), "sold"), ["NO PHOTO IS EXCEPTED: the list is empty (sold)"]),
        (
            Except(frozenset({PHOTO.id, "12", "3"}), "sold"),
            [
                "NOT IN THIS ACCOUNT as last synced: 2 photos to be left out (sold), so check what you meant:"
                " 3, 12"
            ],
        ),
        (
            Except(frozenset("123456"), "sold"),
            [
                "NOT IN THIS ACCOUNT as last synced: 6 photos to be left out (sold), so check what you meant:"
                " 1, 2, 3, 4, 5 …"
            ],
        ),
        (
            Except(frozenset({PHOTO.id, "12"}), "sold", date(2026, 11, 20)),
            ["the exception of 12, 9000000001 (sold) ended on 2026-11-20"],
        ),
    ],
)
def test_an_exception_that_protects_nothing_says_so(entry: Except, warning: list[str]) -> None:
    found = select(
        [PHOTO], [Policy("p", Match(), TAG)], narrow=Match(), exceptions=[entry], context=CONTEXT, today=TODAY
    )
    assert list(found.warnings) == warning


@pytest.mark.parametrize(
    ("match", "warning"),
    [
        (Match(ids=frozenset()), "the list of photos to choose from names none"),
        (Match(tags=frozenset({"street", "portrait"})), "no photo has the tag portrait, so it selects none"),
    ],
)
def test_a_condition_that_selects_nothing_says_so(match: Match, warning: str) -> None:
    for policy, narrow in ((match, Match()), (Match(), match)):
        found = select(
            [PHOTO], [Policy("p", policy, TAG)], narrow=narrow, exceptions=(), context=CONTEXT, today=TODAY
        )
        assert list(found.warnings) == [warning]
