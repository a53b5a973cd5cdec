"""GuessWhat?!: JSON Lines of games about COCO's photos (guesswhat.ai).

``image`` has COCO's ``id`` and ``file_name``, and in the publisher's files the photo's ``flickr_url``.
"""

import re
from typing import Any

from auditor.datasets.parsing.json_items import by_json_line
from auditor.datasets.parsing.keys import mostly, records_in
from auditor.datasets.parsing.parent_keys import coco_id, or_child
from auditor.datasets.parsing.row import Found
from auditor.datasets.readers import Format

_LINE = re.compile(r'\{(?=.*"qas"\s*:)(?=.*"image"\s*:\s*\{).*')


def _find(game: dict[str, Any]) -> Found:
    image = game.get("image")
    image = image if isinstance(image, dict) else {}
    number = coco_id(image.get("id")) or coco_id(image.get("file_name"))
    return or_child(records_in((image.get("flickr_url"),), key=number), number)


FORMAT = Format(
    name="guesswhat-jsonl",
    title="a GuessWhat?! file",
    expects="GuessWhat?!'s JSON Lines, each a game with its image and qas",
    match_keys=("photo_id", "owner", "parent_key"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=lambda source: by_json_line(source, _find),
)
