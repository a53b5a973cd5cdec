"""A look-up as static files, whose host does not learn who asks: docs/lookup-format.md."""
