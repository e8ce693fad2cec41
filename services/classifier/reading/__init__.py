"""What the rules ask about, read out of a parsed mail. Pure."""
