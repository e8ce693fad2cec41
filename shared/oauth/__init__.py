"""OAuth 2.0 access tokens for mailboxes."""
