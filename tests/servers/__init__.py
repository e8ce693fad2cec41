"""Real servers for tests: private, on free ports of the loopback interface, gone at the end."""
