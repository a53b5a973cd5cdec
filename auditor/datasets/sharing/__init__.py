"""Indexes from and for others: packs, registries and publishing."""
