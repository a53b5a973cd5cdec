-- Where on this computer the original of a photo lies, as the last export that was loaded had it.
CREATE TABLE photo_file (
    nsid    TEXT NOT NULL,
    id      INTEGER NOT NULL,
    file    BLOB NOT NULL,           -- absolute path, in the bytes of the system
    member  TEXT NOT NULL,           -- its name inside of that file, which then is a zip; '' where it lies open
    PRIMARY KEY (nsid, id)
) WITHOUT ROWID;
