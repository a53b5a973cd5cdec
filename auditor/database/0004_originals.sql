-- MD5s of the user's own original files, so that a second audit reads only what is new.

CREATE TABLE original_file (
    path        BLOB NOT NULL,       -- absolute, in the bytes of the file system: not every name is text
    member      TEXT NOT NULL,       -- name inside, when path is a zip; else ''
    bytes       INTEGER NOT NULL,    -- of path, as when it was read; so is modified_ns
    modified_ns INTEGER NOT NULL,
    md5         TEXT NOT NULL,
    PRIMARY KEY (path, member)
) WITHOUT ROWID;
