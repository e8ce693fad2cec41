"""One file a rule. A rule is a pure function and never imports another rule."""
