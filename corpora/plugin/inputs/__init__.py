"""Inputs given by users: addresses, and symbolic links that lead out of a folder."""
