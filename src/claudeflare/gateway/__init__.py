"""The data plane: accepts all traffic on the public port, relays `/v1/*` to an account, everything else to control.

Rule: never imports a database, a web framework or pydantic. The hot path has no task, copy, parse or log call that is
not needed.
"""
