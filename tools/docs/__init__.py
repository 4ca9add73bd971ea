"""Writes what the documentation says of the program out of the program itself.

`python -m tools.docs` rewrites the generated parts, `--check` only compares them.
"""
