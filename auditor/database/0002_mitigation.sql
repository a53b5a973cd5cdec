-- Plans, their runs, and the journal: one row for each change, written before its call goes out and after its answer came.

CREATE TABLE plan (
    plan_id     TEXT PRIMARY KEY,
    nsid        TEXT NOT NULL,
    sha256      TEXT NOT NULL,       -- of the plan as it was made: a file that says something else was edited
    created_at  TEXT NOT NULL
);

CREATE TABLE run (
    run_id      TEXT PRIMARY KEY,
    plan_id     TEXT NOT NULL UNIQUE,  -- a plan is single-use: applying it again is the same run going on
    nsid        TEXT NOT NULL,
    undoes      TEXT REFERENCES run (run_id),
    started_at  REAL NOT NULL,       -- unix time
    finished_at REAL                 -- NULL: something is pending
);

CREATE TABLE change (
    run_id       TEXT NOT NULL REFERENCES run (run_id),
    number       INTEGER NOT NULL,   -- place in the plan
    photo_id     INTEGER NOT NULL,
    mitigation   TEXT NOT NULL,
    subject      TEXT NOT NULL,      -- what of the photo is changed: license, privacy, tag:nocv …
    before       TEXT NOT NULL,      -- JSON, as in the plan; so are after and details
    after        TEXT NOT NULL,
    details      TEXT NOT NULL,
    reversible   TEXT NOT NULL,
    note         TEXT NOT NULL,
    state        TEXT NOT NULL DEFAULT 'pending',  -- pending | sent | done | already | drifted | failed
    reason       TEXT NOT NULL DEFAULT '',
    before_image TEXT,               -- JSON: the photo as it was read right before the first call
    answer       TEXT,               -- JSON: what undo needs of Flickr's answer, e.g. the id of the new tag
    sent_at      REAL,
    answered_at  REAL,
    verified     INTEGER,            -- read back: 1 as wanted, 0 not; NULL not read back
    observed     TEXT,               -- JSON: what was read back instead
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;
CREATE INDEX change_by_photo ON change (photo_id, subject);

CREATE VIEW runs AS
SELECT run.run_id, run.plan_id, run.undoes, datetime(run.started_at, 'unixepoch') AS started,
       datetime(run.finished_at, 'unixepoch') AS finished, count(*) AS changes,
       sum(state = 'done') AS done, sum(state = 'already') AS already, sum(state = 'drifted') AS drifted,
       sum(state = 'failed') AS failed, sum(state IN ('pending', 'sent')) AS pending
FROM run LEFT JOIN change USING (run_id) GROUP BY run.run_id;

CREATE VIEW journal AS
SELECT run_id, number, photo_id, mitigation, before, after, state, reason, datetime(sent_at, 'unixepoch') AS sent,
       datetime(answered_at, 'unixepoch') AS answered, verified
FROM change;
