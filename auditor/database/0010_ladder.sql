-- The whole correspondence of a case: every letter and every answer, not the dates of the newest letter only.

CREATE TABLE optout_letter (
    case_id     TEXT NOT NULL REFERENCES optout_case (id),
    number      INTEGER NOT NULL,
    kind        TEXT NOT NULL,           -- request | follow-up | reminder | reply | complaint | inquiry
    addressee   TEXT NOT NULL,
    drafted_on  TEXT NOT NULL,
    files       TEXT NOT NULL,           -- JSON list of paths
    message_id  TEXT,                    -- of the e-mail: answers are filed by it
    replies_to  TEXT,                    -- what a reply answers, a class as in optout_answer
    sent_on     TEXT,                    -- NULL: not sent yet
    received_on TEXT,                    -- NULL: nobody said
    PRIMARY KEY (case_id, number)
) WITHOUT ROWID;

CREATE TABLE optout_answer (
    case_id     TEXT NOT NULL REFERENCES optout_case (id),
    number      INTEGER NOT NULL,
    letter      INTEGER NOT NULL,        -- the newest letter that was sent when it came
    on_date     TEXT NOT NULL,
    meaning     TEXT,                    -- NULL: not sure, the user has to say
    confirmed   INTEGER NOT NULL,        -- the user said or agreed what it means
    file        TEXT,                    -- where its text is kept
    PRIMARY KEY (case_id, number)
) WITHOUT ROWID;

-- What Flickr said about a photo's licences, so that letters can state them without calls.
CREATE TABLE license_history (
    photo_id    INTEGER PRIMARY KEY,
    asked_at    REAL NOT NULL,           -- unix time
    changes     TEXT NOT NULL            -- JSON: as flickr.photos.licenses.getLicenseHistory gave them
);

DROP VIEW cases;

-- An old case had one set of dates: that of its newest letter.
INSERT INTO optout_letter (case_id, number, kind, addressee, drafted_on, files, sent_on, received_on)
SELECT id, 1, 'request', '', drafted_on, CASE WHEN json_extract(outcome, '$.follow_up_waits') THEN '[]' ELSE files END,
       sent_on, received_on
FROM optout_case;

INSERT INTO optout_letter (case_id, number, kind, addressee, drafted_on, files)
SELECT id, 2, 'follow-up', '', json_extract(outcome, '$.checked_on'), files
FROM optout_case WHERE json_extract(outcome, '$.follow_up_waits') AND sent_on IS NOT NULL;

INSERT INTO optout_answer (case_id, number, letter, on_date, meaning, confirmed)
SELECT id, 1, 1, answered_on, NULL, 0 FROM optout_case WHERE answered_on IS NOT NULL AND sent_on IS NOT NULL;

ALTER TABLE optout_case ADD COLUMN state TEXT NOT NULL DEFAULT 'drafted';  -- as `Case.state` had it when it was saved
UPDATE optout_case SET state = CASE WHEN closed_on IS NOT NULL THEN 'closed' WHEN answered_on IS NOT NULL THEN 'answered'
                                    WHEN sent_on IS NOT NULL THEN 'sent' ELSE 'drafted' END;
ALTER TABLE optout_case RENAME COLUMN dataset TO datasets;
UPDATE optout_case SET datasets = json_array(datasets), outcome = json_remove(outcome, '$.follow_up_waits');
ALTER TABLE optout_case ADD COLUMN purpose TEXT NOT NULL DEFAULT 'removal';
ALTER TABLE optout_case ADD COLUMN addressee TEXT NOT NULL DEFAULT '';
ALTER TABLE optout_case ADD COLUMN contact TEXT;
ALTER TABLE optout_case ADD COLUMN follows TEXT;
ALTER TABLE optout_case DROP COLUMN files;
ALTER TABLE optout_case DROP COLUMN sent_on;
ALTER TABLE optout_case DROP COLUMN received_on;
ALTER TABLE optout_case DROP COLUMN answered_on;

CREATE VIEW cases AS
SELECT id AS case_id, (SELECT group_concat(value, ', ') FROM json_each(datasets)) AS dataset, nsid AS account, purpose,
       ground, role, addressee, state, photos, records, drafted_on,
       (SELECT max(sent_on) FROM optout_letter WHERE case_id = id) AS sent_on,
       (SELECT max(on_date) FROM optout_answer WHERE case_id = id) AS answered_on, closed_on,
       json_extract(outcome, '$.removed') AS removed, json_extract(outcome, '$.still_there') AS still_there
FROM optout_case;

CREATE VIEW correspondence AS
SELECT case_id, nsid AS account, sent_on AS on_date, addressee AS "to", kind AS what
FROM (SELECT letter.case_id, optout_case.nsid, letter.sent_on, letter.addressee, letter.kind
      FROM optout_letter AS letter JOIN optout_case ON id = case_id WHERE letter.sent_on IS NOT NULL)
UNION ALL
SELECT case_id, nsid, on_date, NULL, 'answer: ' || coalesce(meaning, 'not sure')
FROM optout_answer JOIN optout_case ON id = case_id;
