"""A mailbox by POP3 (RFC 1939)."""
