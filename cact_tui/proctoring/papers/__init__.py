"""A sitting's papers, and what proves a journal: signed heads and an examination."""
