"""Words: tidied or refused as they are typed, addresses among them; dates and placeholders."""
