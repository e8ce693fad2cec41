"""Damaged mail in great numbers against what reads it: `make fuzz`."""
