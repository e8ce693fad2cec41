"""Which lines of the product the tests reach, counted in all their processes."""
