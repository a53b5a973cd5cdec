"""LLaVA-Instruct: a JSON list of conversations about COCO's pictures (huggingface.co/datasets/liuhaotian).

``image`` is COCO's file name, in later sets below a folder; pictures of other sets have none of COCO's names.
"""

import re
from collections.abc import Mapping

from auditor.datasets.parsing.json_items import by_entry, has_keys
from auditor.datasets.parsing.parent_keys import child, coco_id
from auditor.datasets.parsing.row import Found
from auditor.datasets.readers import Format

# SAM's are called sa_545504.jpg, Visual Genome's vg/VG_100K/2.jpg; twelve digits alone are COCO's.
_COCO = re.compile(r"(?:coco/(?:train|val)[0-9]{4}/)?(?:COCO_(?:train|val)[0-9]{4}_)?[0-9]{12}\.jpg")


def _find(talk: Mapping[str, object], place: str) -> Found:
    name = talk.get("image")
    return child(coco_id(name) if isinstance(name, str) and _COCO.fullmatch(name) else None, place)


FORMAT = Format(
    name="llava-json",
    title="a LLaVA file of instructions",
    expects="LLaVA's JSON list of conversations, each with its image",
    match_keys=("parent_key",),
    sniff=lambda source: has_keys(source, "[", "conversations", "image"),
    read=lambda source: by_entry(source, "", _find),
)
