"""Algorithms on maps."""
