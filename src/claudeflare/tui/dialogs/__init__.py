"""Questions that stand above a screen, one in each file."""
