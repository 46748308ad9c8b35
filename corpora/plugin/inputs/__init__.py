"""Inputs that users name: addresses, and symbolic links that lead out of a folder."""
