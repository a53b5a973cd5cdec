"""Every error that these tests meet has to read well."""

from tests.errors_read_well import _every_error_reads_well as _every_error_reads_well
