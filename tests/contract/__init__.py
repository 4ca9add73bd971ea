"""The contract of a connector, as promises that every connector is held to."""
