"""For the readers written in SQL: what a photo id, an NSID and a bad line are, as DuckDB macros.

A cast alone would do for neither: DuckDB casts '1e5' and '1.5' to whole numbers.
"""

from auditor.datasets.parsing.keys import NO_PHOTO_ID, NSID, ORIGINAL_FORM
from auditor.datasets.parsing.row import EMPTY
from auditor.datasets.parsing.text import COLUMNS, TOO_LONG

MACROS = f"""
CREATE MACRO photo_id(text) AS
    CASE WHEN regexp_full_match(text, '[1-9][0-9]{{0,18}}(\\.0)?')
        THEN TRY_CAST(regexp_extract(text, '^[0-9]+') AS BIGINT) END;
CREATE MACRO nsid(text) AS
    CASE WHEN regexp_full_match(replace(text, '%40', '@'), '{NSID}', 'i')
        THEN CAST(replace(replace(upper(text), '%40', '@'), '@N', '') AS BIGINT) END;
CREATE MACRO is_secret(text) AS coalesce(regexp_full_match(text, '{ORIGINAL_FORM}'), false);
CREATE MACRO why_skipped(line, right_columns, photo_id) AS
    CASE
        WHEN line IS NULL THEN '{TOO_LONG}'
        WHEN line = '' THEN '{EMPTY}'
        WHEN NOT right_columns THEN '{COLUMNS}'
        WHEN photo_id IS NULL THEN '{NO_PHOTO_ID}'
    END;
"""
