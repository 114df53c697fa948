"""The JSON of every resource, one file each.

Rule: each named field is always there, null when unknown. Names are the contract; add, never rename.
"""
