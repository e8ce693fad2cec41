"""What mails, comments and events mean to the company: pure functions for every service."""
