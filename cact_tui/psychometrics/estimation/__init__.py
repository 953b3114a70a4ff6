"""Estimation of theta from the answers."""
