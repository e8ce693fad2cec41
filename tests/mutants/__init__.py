"""Deliberate faults in the product, each of which a test must notice."""
