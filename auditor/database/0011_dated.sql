-- Whether it is certain that a snapshot is as old as `taken_at` says: files of an export that were copied tell only that
-- it is not older.
ALTER TABLE snapshot ADD COLUMN dated INTEGER NOT NULL DEFAULT 1;
UPDATE snapshot SET dated = 0 WHERE source = 'export';
