"""The REST API as served: one file per resource, the only way to change anything.

Rule: endpoints are plain `def` (FastAPI runs them in its threads, because storage is synchronous); they read and change
through `Services` and answer in the shapes of `schemas`. Routing is decided elsewhere; this package only reports it.
"""
