"""A mailbox by IMAP (RFC 3501); `session` is the home of imapclient."""
