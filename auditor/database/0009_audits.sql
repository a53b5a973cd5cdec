-- Every audit, and what it found: for `audit --since`, for notebooks and for Datasette. The views are the way in.

CREATE TABLE audit (
    audit_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    nsid        TEXT NOT NULL,
    at          REAL NOT NULL,           -- unix time
    snapshot_at TEXT,                    -- of which time the account was, ISO 8601; here and below NULL: not kept then
    complete    INTEGER,
    photos      INTEGER,
    exposed     INTEGER,
    exposures   INTEGER,
    gone        INTEGER
);
CREATE INDEX audit_by_account ON audit (nsid, at);

-- Where an audit looked: that a dataset is not here says that nothing is known of it.
CREATE TABLE audit_index (
    audit_id    INTEGER NOT NULL REFERENCES audit (audit_id),
    dataset     TEXT NOT NULL,
    records     INTEGER NOT NULL,
    built_at    TEXT NOT NULL,
    PRIMARY KEY (audit_id, dataset)
) WITHOUT ROWID;

CREATE TABLE exposure (
    nsid            TEXT NOT NULL,
    photo           TEXT NOT NULL,       -- photo id; the record where an index gives none; the MD5 of a file on disk
    dataset         TEXT NOT NULL,
    first_audit     INTEGER NOT NULL REFERENCES audit (audit_id),
    last_audit      INTEGER NOT NULL REFERENCES audit (audit_id),
    photo_id        INTEGER,             -- NULL where the index gives none
    in_account      INTEGER,             -- NULL here and below: not kept then
    file            TEXT,                -- path of an original on disk that is no photo of the account
    match_key       TEXT,
    record          TEXT,
    records         INTEGER,
    source          TEXT,
    license_then_id TEXT,
    links_original  INTEGER,
    certainty       TEXT,
    PRIMARY KEY (nsid, photo, dataset)
) WITHOUT ROWID;

INSERT INTO audit (nsid, at) SELECT DISTINCT nsid, first_seen FROM exposure_seen ORDER BY first_seen;
INSERT INTO exposure (nsid, photo, dataset, first_audit, last_audit, photo_id)
SELECT seen.nsid, seen.photo, seen.dataset, audit.audit_id, audit.audit_id,
       CASE WHEN seen.photo NOT GLOB '*[^0-9]*' AND length(seen.photo) < 19 THEN seen.photo END
FROM exposure_seen AS seen JOIN audit ON audit.nsid = seen.nsid AND audit.at = seen.first_seen;
DROP TABLE exposure_seen;

-- Flickr's licences, as auditor/flickr/licenses.py has them.
CREATE TABLE license (
    license_id      TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    code            TEXT NOT NULL,
    url             TEXT NOT NULL,
    allows_reuse    INTEGER NOT NULL
);
INSERT INTO license VALUES
    ('0', 'All Rights Reserved', 'all-rights-reserved', 'https://www.flickrhelp.com/hc/en-us/articles/10710266545556-Using-Flickr-images-shared-by-other-members', 0),
    ('1', 'CC BY-NC-SA 2.0', 'cc-by-nc-sa-2.0', 'https://creativecommons.org/licenses/by-nc-sa/2.0/', 1),
    ('2', 'CC BY-NC 2.0', 'cc-by-nc-2.0', 'https://creativecommons.org/licenses/by-nc/2.0/', 1),
    ('3', 'CC BY-NC-ND 2.0', 'cc-by-nc-nd-2.0', 'https://creativecommons.org/licenses/by-nc-nd/2.0/', 1),
    ('4', 'CC BY 2.0', 'cc-by-2.0', 'https://creativecommons.org/licenses/by/2.0/', 1),
    ('5', 'CC BY-SA 2.0', 'cc-by-sa-2.0', 'https://creativecommons.org/licenses/by-sa/2.0/', 1),
    ('6', 'CC BY-ND 2.0', 'cc-by-nd-2.0', 'https://creativecommons.org/licenses/by-nd/2.0/', 1),
    ('7', 'No known copyright restrictions', 'no-known-copyright', 'https://www.flickr.com/commons/usage/', 1),
    ('8', 'United States Government Work', 'us-government-work', 'https://www.usa.gov/government-copyright', 1),
    ('9', 'Public Domain Dedication (CC0)', 'cc0', 'https://creativecommons.org/publicdomain/zero/1.0/', 1),
    ('10', 'Public Domain Mark', 'public-domain-mark', 'https://creativecommons.org/publicdomain/mark/1.0/', 1),
    ('11', 'CC BY 4.0', 'cc-by-4.0', 'https://creativecommons.org/licenses/by/4.0/', 1),
    ('12', 'CC BY-SA 4.0', 'cc-by-sa-4.0', 'https://creativecommons.org/licenses/by-sa/4.0/', 1),
    ('13', 'CC BY-ND 4.0', 'cc-by-nd-4.0', 'https://creativecommons.org/licenses/by-nd/4.0/', 1),
    ('14', 'CC BY-NC 4.0', 'cc-by-nc-4.0', 'https://creativecommons.org/licenses/by-nc/4.0/', 1),
    ('15', 'CC BY-NC-SA 4.0', 'cc-by-nc-sa-4.0', 'https://creativecommons.org/licenses/by-nc-sa/4.0/', 1),
    ('16', 'CC BY-NC-ND 4.0', 'cc-by-nc-nd-4.0', 'https://creativecommons.org/licenses/by-nc-nd/4.0/', 1);

-- The views. No secret is in any of them: what opens a file on Flickr stays in tables that Datasette is told to hide.

CREATE VIEW accounts AS
SELECT account.nsid AS account, username, path_alias, is_pro, snapshot.source, snapshot.complete, snapshot.photos,
       datetime(snapshot.taken_at, 'unixepoch') AS as_of
FROM account JOIN snapshot ON snapshot.id = (SELECT max(id) FROM snapshot AS last WHERE last.nsid = account.nsid);

DROP VIEW photos;
CREATE VIEW photos AS
SELECT nsid AS account, id AS photo_id, 'https://www.flickr.com/photos/' || nsid || '/' || id || '/' AS url, title,
       photo.license_id AS license, license.name AS license_name, privacy,
       ' ' || tags || ' ' LIKE '% nocv %' AS has_no_cv, date_taken AS taken,
       datetime(date_upload, 'unixepoch') AS uploaded, tags, media, safety_level, views,
       datetime(as_of, 'unixepoch') AS as_of
FROM photo LEFT JOIN license USING (license_id) WHERE gone_at IS NULL;

CREATE VIEW audits AS
SELECT audit_id, nsid AS account, datetime(at, 'unixepoch') AS at, snapshot_at, complete, photos, exposed, exposures, gone,
       (SELECT group_concat(dataset, ' ') FROM audit_index WHERE audit_index.audit_id = audit.audit_id) AS datasets
FROM audit;

-- What the last audit that looked into a dataset found there.
CREATE VIEW exposures AS
SELECT exposure.nsid AS account, exposure.photo_id, photos.url, photos.title, photos.license, photos.license_name, photos.privacy, photos.has_no_cv, photos.taken,
       photos.uploaded, exposure.dataset, match_key, record, records, source, then_license.name AS license_then,
       links_original, certainty, in_account, file, datetime(first.at, 'unixepoch') AS first_seen,
       datetime(last.at, 'unixepoch') AS last_seen
FROM exposure
JOIN audit AS first ON first.audit_id = first_audit
JOIN audit AS last ON last.audit_id = last_audit
LEFT JOIN photos ON photos.account = exposure.nsid AND photos.photo_id = exposure.photo_id
LEFT JOIN license AS then_license ON then_license.license_id = exposure.license_then_id
WHERE last_audit >= coalesce(
    (SELECT max(audit_index.audit_id) FROM audit_index JOIN audit USING (audit_id)
     WHERE audit.nsid = exposure.nsid AND audit_index.dataset = exposure.dataset), 0);

DROP VIEW runs;
CREATE VIEW runs AS
SELECT run.run_id, run.plan_id, run.nsid AS account, run.undoes, datetime(run.started_at, 'unixepoch') AS started,
       datetime(run.finished_at, 'unixepoch') AS finished, count(number) AS changes,
       coalesce(sum(state = 'done'), 0) AS done, coalesce(sum(state = 'already'), 0) AS already,
       coalesce(sum(state = 'drifted'), 0) AS drifted, coalesce(sum(state = 'failed'), 0) AS failed,
       coalesce(sum(state IN ('pending', 'sent')), 0) AS pending
FROM run LEFT JOIN change USING (run_id) GROUP BY run.run_id;

DROP VIEW cases;
CREATE VIEW cases AS
SELECT id AS case_id, dataset, nsid AS account, ground, role,
       CASE WHEN closed_on IS NOT NULL THEN 'closed' WHEN answered_on IS NOT NULL THEN 'answered'
            WHEN sent_on IS NOT NULL THEN 'sent' ELSE 'drafted' END AS state,
       photos, records, drafted_on, sent_on, answered_on, closed_on,
       json_extract(outcome, '$.removed') AS removed, json_extract(outcome, '$.still_there') AS still_there
FROM optout_case;
