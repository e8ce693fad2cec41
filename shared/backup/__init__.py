"""The backup of every mail: a store, and a reader of parts."""
