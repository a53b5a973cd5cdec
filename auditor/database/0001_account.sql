-- The owner's account as Flickr (or its data export) last told it, and the calls of the last hour.

CREATE TABLE account (
    nsid        TEXT PRIMARY KEY,
    username    TEXT,
    path_alias  TEXT,
    is_pro      INTEGER,             -- NULL: not known (an export of an old format)
    limits      TEXT NOT NULL,       -- JSON: what people.getInfo says of upload limits
    defaults    TEXT NOT NULL        -- JSON: the settings for new uploads, as far as they were read
);

-- Path aliases of today and before: an index of 2014 holds the alias of 2014.
CREATE TABLE alias (
    nsid        TEXT NOT NULL,
    path_alias  TEXT NOT NULL,
    PRIMARY KEY (nsid, path_alias)
);

CREATE TABLE snapshot (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    nsid            TEXT NOT NULL,
    taken_at        REAL NOT NULL,   -- unix time; what recentlyUpdated is asked from next
    full_at         REAL NOT NULL,   -- unix time of the last full listing
    source          TEXT NOT NULL,   -- api | export
    complete        INTEGER NOT NULL,
    photos          INTEGER NOT NULL
);

CREATE TABLE photo (
    nsid            TEXT NOT NULL,
    id              INTEGER NOT NULL,
    title           TEXT NOT NULL,
    secret          TEXT,            -- NULL: an export tells the original's secret only
    server          TEXT,
    farm            INTEGER,
    original_secret TEXT,
    original_format TEXT,
    license_id      TEXT NOT NULL,
    privacy         TEXT NOT NULL,
    tags            TEXT NOT NULL,   -- clean forms, space separated, as list calls give them
    machine_tags    TEXT NOT NULL,
    albums          TEXT NOT NULL,   -- JSON list of album ids; only an export tells them in bulk
    date_upload     INTEGER,
    date_taken      TEXT,
    last_update     INTEGER,
    media           TEXT NOT NULL,
    safety_level    INTEGER,
    views           INTEGER,
    gone_at         REAL,            -- unix time when a full listing no longer had it
    PRIMARY KEY (nsid, id)
) WITHOUT ROWID;

-- Every static address a photo ever had: datasets hash the one of their day.
CREATE TABLE photo_secret (
    nsid    TEXT NOT NULL,
    id      INTEGER NOT NULL,
    server  TEXT NOT NULL,
    farm    INTEGER NOT NULL,        -- 0: not known
    secret  TEXT NOT NULL,
    PRIMARY KEY (nsid, id, server, farm, secret)
) WITHOUT ROWID;

CREATE TABLE setting (
    name    TEXT PRIMARY KEY,
    value   TEXT NOT NULL
);

CREATE TABLE api_call (
    api_key_hash    TEXT NOT NULL,
    at              REAL NOT NULL    -- unix time
);
CREATE INDEX api_call_by_key ON api_call (api_key_hash, at);

CREATE VIEW photos AS
SELECT id, title, license_id, privacy, tags, date_taken, datetime(date_upload, 'unixepoch') AS uploaded, media,
       'https://www.flickr.com/photos/' || nsid || '/' || id || '/' AS url
FROM photo WHERE gone_at IS NULL;
