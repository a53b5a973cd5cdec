"""LLaVA-Instruct: a JSON list of conversations about COCO's pictures (huggingface.co/datasets/liuhaotian).

``image`` is COCO's file name, in later sets below a folder; pictures of other sets have none of COCO's names.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.parent_keys import child, coco_id
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_KEYS = (b'"conversations"', b'"image"')
# SAM's are called sa_545504.jpg, Visual Genome's vg/VG_100K/2.jpg; twelve digits alone are COCO's.
_COCO = re.compile(r"(?:coco/(?:train|val)[0-9]{4}/)?(?:COCO_(?:train|val)[0-9]{4}_)?[0-9]{12}\.jpg")


def _read(source: Source) -> Iterator[Row]:
    for index, talk in enumerate(entries(source, "item")):
        name = talk.get("image")
        number = coco_id(name) if isinstance(name, str) and _COCO.fullmatch(name) else None
        yield row_of(index + 1, child(number, f"[{index}]"))


FORMAT = Format(
    name="llava-json",
    title="a LLaVA file of instructions",
    expects="LLaVA's JSON list of conversations, each with its image",
    match_keys=("parent_key",),
    sniff=lambda source: opens_with(source, b"[") and all(key in source.head for key in _KEYS),
    read=_read,
)
