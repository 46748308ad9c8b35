"""Datasets for others: exported files, repositories, and the check of licences."""
