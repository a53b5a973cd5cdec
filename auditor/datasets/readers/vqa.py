"""Questions and annotations about COCO's photos: JSON with COCO's ``image_id`` in each entry.

(visualqa.org)

VQA has ``questions`` or ``annotations``, both with a ``question_id``.
"""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import has_keys, items
from auditor.datasets.parsing.parent_keys import child, coco_id
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_LISTS = ("questions", "annotations")


def _list(source: Source) -> str | None:
    """The name of the list that holds the entries."""
    if not has_keys(source, "{", "question_id", "image_id"):
        return None
    return next((name for name in _LISTS if has_keys(source, "{", name)), None)


def _read(source: Source) -> Iterator[Row]:
    name = _list(source)
    for index, image in enumerate(items(source, f"{name}.item.image_id")):
        yield row_of(index + 1, child(coco_id(image), f"{name}[{index}]"))


FORMAT = Format(
    name="vqa-json",
    title="a VQA file",
    expects='VQA\'s JSON object with "questions" or "annotations", each with image_id and question_id',
    match_keys=("parent_key",),
    sniff=lambda source: _list(source) is not None,
    read=_read,
)
