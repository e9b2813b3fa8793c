"""The one search of the desk: by whatever stands on a paper or is said on the telephone."""
