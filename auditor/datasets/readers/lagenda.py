"""LAGENDA: a CSV of faces and people, by the file name of the Open Images photo.

(wildchlamydia.github.io/lagenda)
"""

from auditor.datasets.parsing.parent_keys import child, open_images_id
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format

FORMAT = Format(
    name="lagenda-csv",
    title="a LAGENDA file",
    expects="LAGENDA's CSV with the columns img_name, age and gender",
    match_keys=("parent_key",),
    sniff=lambda source: {"img_name", "age", "gender"} <= set(columns_of(source)),
    read=lambda source: by_fields(source, lambda fields: child(open_images_id(fields["img_name"]))),
)
