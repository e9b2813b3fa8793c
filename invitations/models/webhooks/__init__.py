"""Other systems that are told that something happened, and what each was told."""
