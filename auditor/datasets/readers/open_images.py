"""Open Images: CSV files of image information (storage.googleapis.com/openimages, "Image information").

The row holds the original's address with its secret, the photo's page, the owner's profile (under path alias
or NSID) and the MD5 of the original file in base64. ``Author`` is a display name and no key.
"""

from auditor.datasets.parsing.link_table import LinkTable
from auditor.datasets.parsing.text import columns_of
from auditor.datasets.readers import Format

# 0006400c1c224e19,train,https://c2.staticflickr.com/2/1433/946782888_…_o.jpg,https://www.flickr.com/photos/<alias>/946782888,…
# pDSYaFytmWu7/qeVPjoryQ==,https://c3.staticflickr.com/2/1433/946782888_…_z.jpg,0
_TABLE = LinkTable(
    ("OriginalURL", "OriginalLandingURL", "Thumbnail300KURL", "AuthorProfileURL"),
    license="License",
    key="ImageID",
    md5="OriginalMD5",
)


FORMAT = Format(
    name="open-images-csv",
    title="an Open Images file of image information",
    expects="Open Images' CSV with the columns OriginalURL and OriginalLandingURL",
    match_keys=("photo_id", "owner", "content_md5"),
    sniff=lambda source: bool({"OriginalURL", "OriginalLandingURL"} & set(columns_of(source))),
    read=_TABLE.rows,
    bulk=_TABLE.bulk,
)
