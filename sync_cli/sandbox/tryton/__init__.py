"""A real Tryton on SQLite for tests and the demo: built once, copied, started on loopback."""
