"""Text: what people type, tidied or refused; e-mail addresses, dates and placeholders."""
