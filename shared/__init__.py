"""What the services must agree on: messages, errors, the ERP's mapping, the transport, settings."""
