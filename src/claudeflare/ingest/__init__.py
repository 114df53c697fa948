"""Turns journal frames into priced records in the database. Runs in one thread of control, beside everything else."""
