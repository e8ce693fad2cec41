"""What the writer decides by rows of other mails. Pure."""
