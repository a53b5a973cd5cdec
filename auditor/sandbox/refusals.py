"""The words of Flickr's refusals: what a code means depends on the method.

From the pages of the methods (https://www.flickr.com/services/api/); where a really recorded answer reads
otherwise, as recorded. The methods take their texts from here, and so does the fault "fail".
"""

from typing import Final

_UNAVAILABLE = "Sorry, the Flickr API service is not currently available."
_NO_PHOTO = "Photo not found"

COMMON: Final = {
    0: _UNAVAILABLE,  # undocumented; production of the Flickr Foundation met it, with 201 more often
    77: "Exceeded limit of logical ORs allowed.",
    95: "SSL is required to access the Flickr API.",
    96: "Invalid signature",
    97: "Missing signature",
    98: "Invalid auth token",
    99: "User not logged in / Insufficient permissions",
    100: "Invalid API Key (Key has expired)",
    105: "Service currently unavailable",
    106: "Write operation failed",
    111: 'Format "json" not found',
    112: 'Method "{method}" not found',
    116: "Bad URL found",
    201: _UNAVAILABLE,
}

OF_METHOD: Final[dict[str, dict[int, str]]] = {
    "flickr.groups.pools.add": {
        1: _NO_PHOTO,
        2: "Group not found",
        3: "Photo already in pool",
        4: "Photo in maximum number of pools",
        5: "Photo limit reached",
        6: "Your Photo has been added to the Pending Queue for this Pool",
        7: "Your Photo has already been added to the Pending Queue for this Pool",
        8: "Content not allowed",
        10: "Maximum number of photos in Group Pool",
    },
    "flickr.groups.pools.remove": {
        1: "Group not found",
        2: "Photo not in pool",
        3: "Insufficient permission to remove photo",
    },
    "flickr.people.findByUsername": {1: "User not found"},
    "flickr.people.getInfo": {1: "User not found", 5: "User deleted"},
    "flickr.people.getPhotos": {1: "Required arguments missing", 2: "Unknown user"},
    "flickr.photos.addTags": {1: _NO_PHOTO, 2: "Maximum number of tags reached"},
    "flickr.photos.getAllContexts": {1: _NO_PHOTO},
    "flickr.photos.getCounts": {1: "No dates specified"},
    "flickr.photos.getInfo": {1: 'Photo "{photo_id}" not found (invalid ID)'},
    "flickr.photos.getPerms": {1: _NO_PHOTO},
    "flickr.photos.licenses.getAvailable": {1: _NO_PHOTO, 2: "User not found"},
    "flickr.photos.licenses.getLicenseHistory": {1: _NO_PHOTO},
    "flickr.photos.licenses.setLicense": {
        1: _NO_PHOTO,
        2: "License not found",
        3: "Cannot change license",
        4: "License not available",
    },
    "flickr.photos.recentlyUpdated": {1: "Required argument missing", 2: "Not a valid date"},
    "flickr.photos.removeTag": {1: "Tag not found"},
    "flickr.photos.setPerms": {1: _NO_PHOTO, 2: "Required arguments missing"},
    "flickr.photos.setSafetyLevel": {
        1: _NO_PHOTO,
        2: "Invalid or missing arguments",
        3: "Change not allowed",
        4: "Safety level not allowed",
    },
    "flickr.photosets.getList": {1: "User not found"},
    "flickr.photosets.getPhotos": {1: "Photoset not found"},
    "flickr.urls.lookupUser": {1: "User not found"},
}


def text(method: str, code: int, photo_id: str = "") -> str:
    """The message that comes with this code of this method."""
    texts = COMMON | OF_METHOD.get(method, {})
    template = texts.get(code, "Something went wrong")
    return template.replace("{method}", method).replace("{photo_id}", photo_id)
