"""The forms of the public face: an office's answer, statement and delegation; a code."""
