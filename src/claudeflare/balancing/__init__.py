"""Which account takes a request, and what the ending of an attempt means for it.

Rule: pure. Everything here takes values and `now` and returns values; nothing here does I/O, logs, sleeps or reads a
clock. `now` is always UTC epoch seconds as a float.
"""
