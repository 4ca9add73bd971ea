"""The contract suite against living systems: `make live`."""
