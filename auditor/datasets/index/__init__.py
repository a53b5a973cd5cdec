"""A dataset's index: built once from its publisher's files, described by its manifest, then looked up.

An index is a folder ``indexes/<name>/`` of Parquet files that hold the same records in several orders, one
for each match key, so that a lookup reads only the parts it needs. ``manifest.json`` names the files that
count: replacing it is the commit of a build.
"""
