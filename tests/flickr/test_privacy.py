"""Flickr's three flags, in all the types they were ever sent in, mean one of five settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.flickr.privacy import Privacy, strictest

settings_ = st.sampled_from(Privacy)


@pytest.mark.parametrize(
    ("flags", "privacy"),
    [
        ((1, 0, 0), "public"),
        (("1", "0", "0"), "public"),
        ((True, False, False), "public"),
        (("true", "", "false"), "public"),  # whatever the others say
        ((1, 1, 1), "public"),  # flickr.photos.setPerms takes it, and reads back as public alone
        ((0, 1, 0), "friends"),
        ((0, 0, 1), "family"),
        (("0", "1", "1"), "friends-family"),
        ((0, 0, 0), "private"),
    ],
)
def test_flags_of_any_type_are_read(flags: tuple[object, object, object], privacy: str) -> None:
    assert Privacy.from_flags(*flags) == privacy


@pytest.mark.parametrize("flag", [None, 2, "yes", -1, [], {}, "", " "])
def test_a_value_that_is_no_flag_is_refused_rather_than_taken_for_public_or_private(flag: object) -> None:
    with pytest.raises(ValueError, match="neither yes nor no"):
        Privacy.from_flags(flag, 0, 0)


@pytest.mark.parametrize("flags", [("", "", ""), (0, "", 0), ("0", 0, ""), ("", 1, 0)])
def test_flags_that_say_nothing_do_not_make_a_photo_private(flags: tuple[object, object, object]) -> None:
    with pytest.raises(ValueError, match="neither yes nor no"):
        Privacy.from_flags(*flags)


@given(settings_)
def test_what_is_sent_to_set_a_privacy_is_read_back_as_it(privacy: Privacy) -> None:
    flags = privacy.flags()
    assert list(flags) == ["is_public", "is_friend", "is_family"]
    assert Privacy.from_flags(*flags.values()) is privacy
    assert privacy.is_public == (privacy == "public")


@pytest.mark.parametrize(
    ("word", "privacy"),
    [
        ("public", Privacy.PUBLIC),
        ("friends", Privacy.FRIENDS),
        ("family", Privacy.FAMILY),
        ("friends & family", Privacy.FRIENDS_FAMILY),
        ("Friends and Family", Privacy.FRIENDS_FAMILY),
        (" only you ", Privacy.PRIVATE),
        ("contacts", None),
        ("", None),
    ],
)
def test_words_of_the_export_are_read_and_new_ones_are_not_guessed(
    word: str, privacy: Privacy | None
) -> None:
    assert Privacy.from_export(word) is privacy


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        (Privacy.FRIENDS, Privacy.FAMILY, Privacy.PRIVATE),
        (Privacy.PUBLIC, Privacy.FRIENDS, Privacy.FRIENDS),
        (Privacy.FRIENDS_FAMILY, Privacy.FAMILY, Privacy.FAMILY),
        (Privacy.PRIVATE, Privacy.PUBLIC, Privacy.PRIVATE),
    ],
)
def test_the_strictest_setting_shows_a_photo_only_to_whom_both_allow(
    one: Privacy, other: Privacy, result: Privacy
) -> None:
    assert strictest(one, other) is result


@given(settings_, settings_, settings_)
def test_the_strictest_of_many_does_not_depend_on_their_order(a: Privacy, b: Privacy, c: Privacy) -> None:
    assert strictest(a, b) is strictest(b, a)
    assert strictest(a, strictest(b, c)) is strictest(strictest(a, b), c)
    assert strictest(a, a) is a


@given(settings_, settings_)
def test_the_strictest_is_never_more_public_than_either(a: Privacy, b: Privacy) -> None:
    merged = strictest(a, b)
    assert all(merged is one or merged.less_public_than(one) for one in (a, b))
    assert not (a.less_public_than(b) and b.less_public_than(a))


def test_friends_and_family_are_two_circles_of_which_neither_is_stricter() -> None:
    assert not Privacy.FRIENDS.less_public_than(Privacy.FAMILY)
    assert not Privacy.FAMILY.less_public_than(Privacy.FRIENDS)
