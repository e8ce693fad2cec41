"""The two sides that are kept in step, behind one port."""
