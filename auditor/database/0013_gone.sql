-- Exports proved deletions before, though a part of an export can be missing without a trace. Only Flickr's own whole
-- listing does: what no such listing missed is there again, and the account counts as not whole until the next one.

CREATE TEMP TABLE unproven AS
SELECT nsid, id FROM photo
WHERE gone_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM snapshot
    WHERE snapshot.nsid = photo.nsid AND source = 'api' AND complete AND full_at >= gone_at
);
UPDATE snapshot SET complete = 0 WHERE nsid IN (SELECT nsid FROM unproven) AND source = 'export';
UPDATE photo SET gone_at = NULL WHERE (nsid, id) IN (SELECT nsid, id FROM unproven);
DROP TABLE unproven;
