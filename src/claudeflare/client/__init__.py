"""The REST client that every surface shares: a running server over HTTP, or control's application in-process.

The only way from a surface to the data: nothing here knows storage, and nothing above knows routes.
"""
