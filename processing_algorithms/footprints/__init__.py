"""Algorithms on BIM and city models."""
