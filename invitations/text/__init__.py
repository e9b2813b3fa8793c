"""Words and addresses as people type and copy them: tidied, or refused in a sentence."""
