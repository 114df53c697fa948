"""Versioned changes of the schema: one line of revisions for both databases. Run by `storage.migrate` only."""
