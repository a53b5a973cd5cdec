"""Parsing that readers share: opening sources, text lines, JSON, Parquet, SQLite, and the keys of a photo."""
