"""Where mail comes from: one file a source, all behind one port."""
