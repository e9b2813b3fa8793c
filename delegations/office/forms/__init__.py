"""The forms of the public pages: an office's answer, statement and delegation; a code."""
