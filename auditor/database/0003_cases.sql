-- Opt-out requests: one case for each letter to a publisher, the photos it asks about, and what happened since.

CREATE TABLE optout_case (
    id              TEXT PRIMARY KEY,    -- e.g. ffhq-1
    dataset         TEXT NOT NULL,
    ground          TEXT NOT NULL,
    role            TEXT NOT NULL,
    language        TEXT NOT NULL,
    sender          TEXT,                -- NULL: the user gave no name
    nsid            TEXT,                -- NULL: a person shown asks; no account is named
    include_private INTEGER NOT NULL,
    folder          TEXT NOT NULL,
    files           TEXT NOT NULL,       -- JSON list of paths: the newest letter
    photos          INTEGER NOT NULL,
    records         INTEGER NOT NULL,
    index_version   TEXT NOT NULL,       -- JSON: the files that the letter was made from
    fingerprint     TEXT NOT NULL,       -- JSON: what tells their next version from a wrong file
    drafted_on      TEXT NOT NULL,       -- dates are ISO 8601 days
    sent_on         TEXT,
    received_on     TEXT,
    answered_on     TEXT,
    closed_on       TEXT,
    outcome         TEXT                 -- JSON: what the last re-check counted
);

CREATE TABLE optout_photo (
    case_id     TEXT NOT NULL REFERENCES optout_case (id),
    position    INTEGER NOT NULL,
    photo_id    TEXT,                    -- NULL: the index names the owner but no photo
    link        TEXT,
    state       TEXT NOT NULL,           -- asked | removed | still-there, or left-out: never named to the publisher
    proof       TEXT NOT NULL,           -- JSON: match key, records, licences
    PRIMARY KEY (case_id, position)
) WITHOUT ROWID;

CREATE TABLE optout_event (
    case_id     TEXT NOT NULL REFERENCES optout_case (id),
    on_date     TEXT NOT NULL,
    kind        TEXT NOT NULL,           -- drafted | sent | acknowledged | answered | rechecked | closed
    note        TEXT NOT NULL DEFAULT '' -- the publisher's answer, or what a re-check counted
);
CREATE INDEX optout_event_by_case ON optout_event (case_id);

CREATE VIEW cases AS
SELECT id, dataset, ground, role,
       CASE WHEN closed_on IS NOT NULL THEN 'closed' WHEN answered_on IS NOT NULL THEN 'answered'
            WHEN sent_on IS NOT NULL THEN 'sent' ELSE 'drafted' END AS state,
       photos, records, drafted_on, sent_on, answered_on, closed_on,
       json_extract(outcome, '$.removed') AS removed, json_extract(outcome, '$.still_there') AS still_there
FROM optout_case;
