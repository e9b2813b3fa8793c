"""The office's pages: its answer, its policy statement and its delegation."""
