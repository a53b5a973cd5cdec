"""LVIS: COCO's photos with other annotations, in COCO's shape (lvisdataset.org, "Dataset format")."""

from auditor.datasets.readers import Format, coco

FORMAT = Format(
    name="lvis-json",
    title="an LVIS annotation file",
    expects='LVIS\'s JSON object with "images", each with its "flickr_url"',
    match_keys=("photo_id",),
    sniff=lambda source: coco.has_shape(source) and coco.is_lvis(source),
    read=coco.read,
    bulk=coco.read_at_once,
)
