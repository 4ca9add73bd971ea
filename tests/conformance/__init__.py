"""Replays recorded exchanges with a real shop on the sandbox."""
