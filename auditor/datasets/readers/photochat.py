"""PhotoChat: a JSON list of talks, each about one photo.

(github.com/google-research/google-research, multimodalchat)

``photo_url`` is its address at Flickr, ``photo_id`` is Open Images' ImageID (with ``train/`` or the like
before it).
"""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.parent_keys import open_images_id, or_child
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_KEYS = (b'"dialogue_id"', b'"photo_url"')


def _read(source: Source) -> Iterator[Row]:
    for index, talk in enumerate(entries(source, "item")):
        place, image = f"[{index}]", open_images_id(talk.get("photo_id"))
        found = records_in((talk.get("photo_url"),), place=place, key=image)
        yield row_of(index + 1, or_child(found, image, place))


FORMAT = Format(
    name="photochat-json",
    title="a PhotoChat file",
    expects="PhotoChat's JSON list of dialogues, each with its photo_url and dialogue_id",
    match_keys=("photo_id", "owner", "parent_key"),
    sniff=lambda source: opens_with(source, b"[") and all(key in source.head for key in _KEYS),
    read=_read,
)
