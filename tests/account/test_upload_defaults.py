"""No default for new uploads is called good unless it was read."""

import pytest

from auditor.account import upload_defaults


@pytest.mark.parametrize(
    ("defaults", "good"),
    [
        ({}, [False] * 4),
        (
            {
                "privacy": "1",
                "hidden": "0",
                "default_license": "CC BY 4.0",
                "who_can_download_photos": "anyone",
            },
            [False] * 4,
        ),
        (
            {"privacy": "5", "hidden": "1", "default_license": "All Rights Reserved"},
            [True, True, True, False],
        ),
        ({"privacy": "9", "hidden": "x", "default_license": "a new one"}, [False] * 4),
    ],
)
def test_no_default_is_called_good_unless_it_was_read(defaults: dict[str, str], good: list[bool]) -> None:
    found = upload_defaults.advise(defaults)
    assert [entry.good for entry in found] == good
    for entry in found:
        assert ("flickr.com/account/privacy" in str(entry)) is not entry.good


PAGE = "set it at https://www.flickr.com/account/privacy"


@pytest.mark.parametrize(
    ("defaults", "lines"),
    [
        (
            {},
            [
                "who may see them: not known; recommended: private until you have looked at them",
                "hidden from public searches: not known; recommended: yes",
                "the licence: not known; recommended: All Rights Reserved",
                "who may download them: not known; recommended: only you",
            ],
        ),
        (
            {
                "privacy": "1",
                "hidden": "0",
                "default_license": "CC BY 4.0",
                "who_can_download_photos": "anyone",
            },
            [
                "who may see them: public; recommended: private until you have looked at them",
                "hidden from public searches: no; recommended: yes",
                "the licence: CC BY 4.0; recommended: All Rights Reserved",
                "who may download them: anyone; recommended: only you",
            ],
        ),
        (
            {
                "privacy": "4",
                "hidden": "1",
                "default_license": "All Rights Reserved",
                "who_can_download_photos": " Only you",
            },
            [
                "who may see them: friends-family",
                "hidden from public searches: yes",
                "the licence: All Rights Reserved",
                "who may download them: Only you",
            ],
        ),
        (
            {"privacy": "9", "hidden": "7"},
            [
                "who may see them: unknown (9); recommended: private until you have looked at them",
                "hidden from public searches: unknown (7); recommended: yes",
                "the licence: not known; recommended: All Rights Reserved",
                "who may download them: not known; recommended: only you",
            ],
        ),
    ],
)
def test_each_default_is_said_with_what_is_recommended_instead(
    defaults: dict[str, str], lines: list[str]
) -> None:
    said = [str(entry).removeprefix("New uploads, ") for entry in upload_defaults.advise(defaults)]
    assert said == [f"{line} ({PAGE})" if "recommended" in line else line for line in lines]
