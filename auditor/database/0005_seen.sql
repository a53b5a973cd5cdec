-- Which exposures an audit has shown before, so that `audit --since` can show the new ones only.
CREATE TABLE exposure_seen (
    nsid        TEXT NOT NULL,
    photo       TEXT NOT NULL,       -- photo id, or the record where an index gives none
    dataset     TEXT NOT NULL,
    first_seen  REAL NOT NULL,       -- unix time
    PRIMARY KEY (nsid, photo, dataset)
) WITHOUT ROWID;
