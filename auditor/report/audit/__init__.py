"""The report of an audit, one file for each format."""
