"""Log lines on disk, in `<home>/logs`: JSON lines, bounded in all, written and read by many processes without locks.

segments.py   which files there are: one numbered series for each process role, never renamed
writer.py     the handler that appends to them
history.py    the latest lines of all roles, in order of time
follower.py   new lines as they come, from a position that survives a restart of the reader
"""
