"""Policies, plans, their execution and undoing."""
