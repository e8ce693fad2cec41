"""Typed settings: the environment of a service, and the XML file of a technology box."""
