"""The calendars of Microsoft 365 behind the port: the home of msgraph-sdk."""
