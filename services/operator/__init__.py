"""The operator: the command line `crmservice`, and the only place that composes services."""
