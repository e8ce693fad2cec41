"""Whether a service lives and is ready, and the page that tells."""
