"""Proposes a mapping from a real database: what is called as known forms and fields are (NG-2)."""
