"""A whole edition as files that need no program of ours to be read."""
