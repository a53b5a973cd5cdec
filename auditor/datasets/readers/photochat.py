"""PhotoChat: a JSON list of talks, each about one photo.

(github.com/google-research/google-research, multimodalchat)

``photo_url`` is its address at Flickr, ``photo_id`` is Open Images' ImageID (with ``train/`` or the like
before it).
"""

from collections.abc import Mapping

from auditor.datasets.parsing.json_items import by_entry, has_keys
from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.parent_keys import open_images_id, or_child
from auditor.datasets.parsing.row import Found
from auditor.datasets.readers import Format


def _find(talk: Mapping[str, object], place: str) -> Found:
    image = open_images_id(talk.get("photo_id"))
    return or_child(records_in((talk.get("photo_url"),), place=place, key=image), image, place)


FORMAT = Format(
    name="photochat-json",
    title="a PhotoChat file",
    expects="PhotoChat's JSON list of dialogues, each with its photo_url and dialogue_id",
    match_keys=("photo_id", "owner", "parent_key"),
    sniff=lambda source: has_keys(source, "[", "dialogue_id", "photo_url"),
    read=lambda source: by_entry(source, "", _find),
)
