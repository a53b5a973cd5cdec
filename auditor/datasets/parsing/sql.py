"""For the readers written in SQL: what a photo id, an NSID and a bad line are, as DuckDB macros.

A cast alone would do for neither: DuckDB casts '1e5' and '1.5' to whole numbers.
"""

from auditor.datasets.parsing.keys import NO_PHOTO_ID, NSID
from auditor.datasets.parsing.row import EMPTY
from auditor.datasets.parsing.text import COLUMNS, TOO_LONG

MACROS = f"""
CREATE MACRO photo_id(text) AS
    CASE WHEN regexp_full_match(text, '[1-9][0-9]{{0,18}}') THEN TRY_CAST(text AS BIGINT) END;
CREATE MACRO nsid(text) AS
    CASE WHEN regexp_full_match(text, '{NSID}', 'i') THEN CAST(replace(upper(text), '@N', '') AS BIGINT) END;
CREATE MACRO why_skipped(line, right_columns, photo_id) AS
    CASE
        WHEN line IS NULL THEN '{TOO_LONG}'
        WHEN line = '' THEN '{EMPTY}'
        WHEN NOT right_columns THEN '{COLUMNS}'
        WHEN photo_id IS NULL THEN '{NO_PHOTO_ID}'
    END;
"""
