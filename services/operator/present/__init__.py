"""How results look: as JSON for programs, as tables for people."""
