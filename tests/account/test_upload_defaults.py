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
