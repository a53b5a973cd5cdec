"""LVIS: COCO's photos with other annotations, in COCO's shape (lvisdataset.org, "Dataset format")."""

from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format, coco


def _sniff(source: Source) -> bool:
    # COCO's own files, whose photos are not all in LVIS, tell themselves by these words.
    own = (b"COCO 20", b'"iscrowd"', b'"caption"', b'"keypoints"')
    return coco.has_shape(source) and (coco.is_lvis(source) or not any(word in source.head for word in own))


FORMAT = Format(
    name="lvis-json",
    title="an LVIS annotation file",
    expects='LVIS\'s JSON object with "images", each with its "flickr_url"',
    match_keys=("photo_id",),
    sniff=_sniff,
    read=coco.read,
)
