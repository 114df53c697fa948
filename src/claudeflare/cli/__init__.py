"""The command line: one file per command, wired in `main`.

Rule: a command speaks to the REST API through `client` and to nothing below it; what costs time to import is imported
when a command needs it, so that `claudeflare version` is instant.
"""
