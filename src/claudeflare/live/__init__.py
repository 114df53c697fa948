"""What happens, told to those who watch. Nothing is collected while nobody does.

feed.py           a ring of numbered events, read by any number of readers from where each one stands
live.py           the feeds there are, filled tick by tick while somebody reads
request_news.py   what the journal's reader stored since the last tick
summaries.py      a record as a line of the list, without asking the database
matching.py       the list's filter, applied to one such line
happenings.py     what a change means to a person: limited, recovered, needs attention
request_counts.py counters for metrics; these count always
"""
