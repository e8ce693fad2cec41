"""Attacks by mail that worked once, each with at least three more of its kind."""
