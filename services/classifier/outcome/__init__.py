"""What the rules make of a mail: commands and content. Pure."""
