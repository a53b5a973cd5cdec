-- When a call was made, by a clock that nobody can set and that counts sleep: a jump of the wall clock must
-- neither free the hour's calls nor use them up. See auditor/clock.py.
ALTER TABLE api_call ADD COLUMN boot TEXT NOT NULL DEFAULT '?';  -- which run of the computer
ALTER TABLE api_call ADD COLUMN uptime REAL NOT NULL DEFAULT 0;  -- seconds since it started
DROP INDEX api_call_by_key;
CREATE INDEX api_call_by_key ON api_call (api_key_hash, uptime);
