"""The real program killed -9, again and again, and judged by what both sides wrote down."""
