-- How old each fact is, and what is not known: an export's facts are of the day it was made, so a newer reading stays.

-- An export was stored with the moment of its loading. It can't be younger than its last photo; more is not known.
UPDATE snapshot
SET taken_at = min(taken_at, coalesce((SELECT max(date_upload) FROM photo WHERE photo.nsid = snapshot.nsid), 0)),
    full_at = min(full_at, coalesce((SELECT max(date_upload) FROM photo WHERE photo.nsid = snapshot.nsid), 0))
WHERE source = 'export';

ALTER TABLE account ADD COLUMN as_of REAL NOT NULL DEFAULT 0;  -- unix time at which Flickr told all this
UPDATE account
SET as_of = coalesce((SELECT taken_at FROM snapshot WHERE snapshot.nsid = account.nsid ORDER BY id DESC LIMIT 1), 0);

-- Secrets of originals open the full-size files: they are in no view, and programs that show tables are told to leave
-- this one out.
CREATE TABLE photo_original (
    nsid    TEXT NOT NULL,
    id      INTEGER NOT NULL,
    secret  TEXT NOT NULL,
    PRIMARY KEY (nsid, id)
) WITHOUT ROWID;
INSERT INTO photo_original SELECT nsid, id, original_secret FROM photo WHERE original_secret IS NOT NULL;

CREATE TABLE album (
    nsid    TEXT NOT NULL,
    id      TEXT NOT NULL,
    title   TEXT NOT NULL,
    as_of   REAL NOT NULL,           -- unix time
    PRIMARY KEY (nsid, id)
) WITHOUT ROWID;

CREATE TABLE new_photo (
    nsid            TEXT NOT NULL,
    id              INTEGER NOT NULL,
    title           TEXT NOT NULL,
    secret          TEXT,            -- NULL: an export tells the original's secret only
    server          TEXT,
    farm            INTEGER,
    original_format TEXT,
    license_id      TEXT,            -- NULL here and below: not known
    privacy         TEXT,
    tags            TEXT NOT NULL,   -- clean forms, space separated, as list calls give them
    machine_tags    TEXT NOT NULL,
    albums          TEXT,            -- JSON list of album ids; only an export tells them in bulk
    albums_at       REAL,            -- unix time at which they were so
    date_upload     INTEGER,
    date_taken      TEXT,
    last_update     INTEGER,
    media           TEXT,
    safety_level    INTEGER,
    views           INTEGER,
    as_of           REAL NOT NULL,   -- unix time at which the rest was so
    gone_at         REAL,            -- unix time when a full listing no longer had it
    PRIMARY KEY (nsid, id)
) WITHOUT ROWID;
INSERT INTO new_photo
SELECT nsid, id, title, secret, server, farm, original_format, nullif(license_id, ''), privacy, tags, machine_tags,
       nullif(albums, '[]'), CASE albums WHEN '[]' THEN NULL ELSE 0 END, date_upload, date_taken, last_update, media,
       safety_level, views,
       coalesce((SELECT taken_at FROM snapshot WHERE snapshot.nsid = photo.nsid ORDER BY id DESC LIMIT 1), 0), gone_at
FROM photo;
DROP VIEW photos;
DROP TABLE photo;
ALTER TABLE new_photo RENAME TO photo;

CREATE VIEW photos AS
SELECT nsid AS account, id, title, license_id, privacy, tags, date_taken AS taken,
       datetime(date_upload, 'unixepoch') AS uploaded, media, datetime(as_of, 'unixepoch') AS as_of,
       'https://www.flickr.com/photos/' || nsid || '/' || id || '/' AS url
FROM photo WHERE gone_at IS NULL;
