"""Honest mail as companies here get it, by the systems that they use; `situations.py` has it."""
