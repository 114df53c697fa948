"""A faithful Claude API on a local port, for tests, the demo and users' own tests. Keeps nothing, calls nobody.

Three layers: pure rules (validation, buckets, windows, cache, messages, stream, errors, faults), the state they act on
(`world`), and the wire (`endpoints`, `delivery`, `connection`, `app`, `server`).
"""
