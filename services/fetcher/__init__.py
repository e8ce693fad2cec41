"""The fetcher: takes mail from its source, backs it up, and hands it to the classifier."""
