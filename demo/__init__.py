"""The demos: a company, mails, and calendars."""
