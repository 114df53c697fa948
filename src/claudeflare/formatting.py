"""Values as people read them: one wording for durations, sizes, money and times, used by every surface."""
