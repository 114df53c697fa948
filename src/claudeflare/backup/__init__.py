"""Everything a server knows in one file, and back. What opens its secrets is never in it."""
