"""The classifier: parses a mail, asks the rule chain, and emits a verdict with typed commands."""
