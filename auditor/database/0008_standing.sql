-- In which order changes were settled, whatever the wall clock did: tells whether a change still stands.
ALTER TABLE change ADD COLUMN settled INTEGER;   -- NULL: pending or sent
UPDATE change SET settled = done.place
FROM (SELECT run_id, number, row_number() OVER (ORDER BY answered_at, run_id, number) AS place
      FROM change WHERE state NOT IN ('pending', 'sent')) AS done
WHERE change.run_id = done.run_id AND change.number = done.number;
CREATE INDEX change_by_settled ON change (settled);

-- Plans that this home made, and foreign ones that somebody looked at and then applied.
ALTER TABLE plan ADD COLUMN path TEXT;           -- where it was written; NULL: plans/ in the home
ALTER TABLE plan ADD COLUMN foreign_made INTEGER NOT NULL DEFAULT 0;

-- Plans that were shown on a terminal, which a foreign one has to be before it can be applied.
CREATE TABLE plan_shown (
    sha256      TEXT PRIMARY KEY
);
