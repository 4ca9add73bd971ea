"""Tests of the pretend shop."""
