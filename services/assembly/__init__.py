"""The services put together: the only place that knows all of them."""
