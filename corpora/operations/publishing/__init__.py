"""Publish datasets: exported files, repositories, and the check of licences."""
