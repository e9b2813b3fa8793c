"""The binder for the hour when the system is dark: each night's pages, closed by a public key."""
