"""Files: recognized by their content, and kept under names made from their hashes."""
