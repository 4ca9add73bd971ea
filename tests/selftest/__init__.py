"""The catalogue of monster cases: added up by hand, and run."""
