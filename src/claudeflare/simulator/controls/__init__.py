"""The simulator's own routes, below /simulator: one file for each thing that can be looked at and changed."""
