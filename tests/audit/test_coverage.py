"""How datasets hang together, as told about one photo."""

import pytest

from auditor.audit.coverage import chains


@pytest.mark.parametrize(
    ("datasets", "expected"),
    [
        ({"diveface", "yfcc100m", "megaface-mf2"}, [("yfcc100m", "megaface-mf2", "diveface")]),
        ({"diveface", "yfcc100m"}, [("yfcc100m", "diveface")]),
        ({"megaface", "yfcc15m", "yfcc100m"}, [("yfcc100m", "megaface"), ("yfcc100m", "yfcc15m")]),
        ({"diveface", "megaface-mf2", "lvis", "coco"}, [("coco", "lvis"), ("megaface-mf2", "diveface")]),
        ({"ffhq", "yfcc100m"}, []),
        ({"diveface"}, []),
        ({"my-own-list", "yfcc100m"}, []),
        (set(), []),
    ],
)
def test_a_photo_in_related_sets_has_a_chain(datasets: set[str], expected: list[tuple[str, ...]]) -> None:
    assert chains(frozenset(datasets)) == tuple(expected)
