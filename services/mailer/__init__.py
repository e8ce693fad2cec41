"""Sends the mail of the outbox: templates, SMTP, rates, notices."""
