"""FFHQ-Aging: ``ffhq_aging_labels.csv``, a row a face by FFHQ's number.

(github.com/royorel/FFHQ-Aging-Dataset)
"""

from auditor.datasets.parsing.parent_keys import child, ffhq_number
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format

FORMAT = Format(
    name="ffhq-aging-csv",
    title="FFHQ-Aging's labels",
    expects="FFHQ-Aging's CSV with the columns image_number and age_group",
    match_keys=("parent_key",),
    sniff=lambda source: {"image_number", "age_group"} <= set(columns_of(source)),
    read=lambda source: by_fields(source, lambda fields: child(ffhq_number(fields["image_number"]))),
)
