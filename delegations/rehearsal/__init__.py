"""The rehearsal of an edition: its whole calendar walked on a copy, with invented replies.

One process reads the database in force and starts another, which knows the copy alone: other
variables give it a database, a mailbox and files of its own, and links that nobody answers.
"""
