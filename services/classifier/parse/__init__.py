"""From raw bytes to a `ParsedMail`: total and bounded."""
