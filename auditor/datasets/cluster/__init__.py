"""Building an index that is too large for one computer: shard by shard, then range by range.

`build` says what is to be done and in which order; `tasks` are what workers do, each with plain files and no
knowledge of the others; `parts` decides which records go together; `pool` hands the tasks out.
"""
