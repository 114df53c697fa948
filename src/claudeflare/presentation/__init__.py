"""How what the REST API answers looks in a terminal: one wording for the command line and the terminal UI.

Pure: takes answers, the time and the reader's zone; returns text and tables, prints nothing.
"""
