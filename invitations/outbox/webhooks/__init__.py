"""Other systems are told that something happened: an identifier and a kind, never what."""
