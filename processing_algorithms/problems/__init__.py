"""Algorithms on problems."""
