"""The parts of docs/growing.md: several hosts, and a pooler before the database."""
