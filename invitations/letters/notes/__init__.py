"""Notes verbales: which letters each forwards, and who gets one anew."""
