"""The same seven invented photos in ten formats; `readers.lookalikes` has a file for every format."""

import base64
import hashlib
import json

PHOTOS = [(9_000_000_001 + 37 * number, f"9900{number % 3:04}@N07", f"{number:010x}") for number in range(7)]
"""(photo id, NSID, secret) of seven photos of three people."""


def ffhq() -> bytes:
    return json.dumps(
        {
            str(number): {
                "category": "training",
                "metadata": {
                    "photo_url": f"https://www.flickr.com/photos/{nsid}/{photo}/",
                    "author": "Ann Öther",
                    "license": "Attribution License",
                    "license_url": "https://creativecommons.org/licenses/by/2.0/",
                },
                "in_the_wild": {"face_rect": [1, 2, 3, 4]},
            }
            for number, (photo, nsid, _) in enumerate(PHOTOS)
        },
        indent=1,
    ).encode()


def coco() -> bytes:
    return json.dumps(
        {
            "info": {"year": 2017, "description": "COCO 2017 Dataset"},
            "licenses": [
                {"id": 4, "url": "http://creativecommons.org/licenses/by/2.0/", "name": "Attribution License"}
            ],
            "images": [
                {
                    "license": 4,
                    "file_name": f"{number:012}.jpg",
                    "flickr_url": f"http://farm7.staticflickr.com/6116/{photo}_{secret}_z.jpg",
                    "id": 100 + number,
                }
                for number, (photo, _, secret) in enumerate(PHOTOS)
            ],
            "annotations": [{"image_id": 100, "id": 1, "segmentation": [[1.5, 2.5]]}],
        }
    ).encode()


def yfcc(columns: int = 25) -> bytes:
    rows = []
    for number, (photo, nsid, secret) in enumerate(PHOTOS):
        row = [
            photo,
            nsid,
            "some+body",
            "2011-09-10 21:13:32.0",
            1316432672,
            "Nokia",
            "Title",
            "",
            "a,b",
            "",
            "",
            "",
            "",
        ]
        row += [f"http://www.flickr.com/photos/{nsid}/{photo}/"]
        row += [f"http://farm7.staticflickr.com/6167/{photo}_{secret}.jpg", "Attribution License"]
        row += ["http://creativecommons.org/licenses/by/2.0/", 6167, 7, secret, f"{secret[:-1]}f", "jpg", 0]
        if columns == 25:
            row = [number, photo, f"{photo:x}".rjust(30, "a"), *row[1:]]
        rows.append("\t".join(map(str, row)) + "\n")
    return "".join(rows).encode()


def yfcc_hash() -> bytes:
    return "".join(
        f"{photo}\t{hashlib.md5(str(photo).encode()).hexdigest()}\n" for photo, _, _ in PHOTOS
    ).encode()


def yfcc15m() -> bytes:
    return b"".join(b"%d\t%s\n" % (number, line) for number, line in enumerate(yfcc_hash().splitlines(), 5))


def open_images() -> bytes:
    header = (
        "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,Title,OriginalSize,"
        "OriginalMD5,Thumbnail300KURL,Rotation\n"
    )
    rows = [
        f"{number}123456789abcdef,train,https://c2.staticflickr.com/2/1433/{photo}_{secret}_o.jpg,"
        f"https://www.flickr.com/photos/{nsid}/{photo},https://creativecommons.org/licenses/by/2.0/,"
        f'https://www.flickr.com/people/{nsid}/,Ann,"A ""title"", with a comma",3892704,'
        f"{base64.b64encode(hashlib.md5(str(photo).encode()).digest()).decode()},,0\n"
        for number, (photo, nsid, secret) in enumerate(PHOTOS)
    ]
    return (header + "".join(rows)).encode()


def megaface() -> bytes:
    return json.dumps({"path": [f"{nsid[:3]}/{nsid}/{photo}_0.jpg" for photo, nsid, _ in PHOTOS]}).encode()


def diveface() -> bytes:
    return "".join(f"{nsid}_identity_3/{photo}_0.jpg\r\n" for photo, nsid, _ in PHOTOS).encode()


def adience() -> bytes:
    rows = [f"{nsid}\t{photo}_{secret}_o.jpg\t1\t(25, 32)\tf\n" for photo, nsid, secret in PHOTOS]
    return ("user_id\toriginal_image\tface_id\tage\tgender\n" + "".join(rows)).encode()


def flickr_style() -> bytes:
    rows = [
        f"{photo},http://farm2.staticflickr.com/1227/{photo}_{secret}.jpg,http://www.flickr.com/photos/{nsid}/{photo},0,train\n"
        for photo, nsid, secret in PHOTOS
    ]
    return (",image_url,page_url,label,_split\n" + "".join(rows)).encode()


FILES = {
    "ffhq-json": ffhq(),
    "coco-json": coco(),
    "yfcc-tsv": yfcc(),
    "yfcc-hash": yfcc_hash(),
    "yfcc15m-tsv": yfcc15m(),
    "open-images-csv": open_images(),
    "megaface-list": megaface(),
    "diveface": diveface(),
    "adience": adience(),
    "flickr-style-csv": flickr_style(),
}
"""By format; between them photo ids, owners, hashes of YFCC and MD5s of originals."""
