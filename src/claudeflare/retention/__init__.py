"""Deletes records once they are older than their owner wants. Runs in one thread of control."""
