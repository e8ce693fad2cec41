"""Mails of the kinds that were once read wrongly, each with what is right: a row per mail."""
