"""Publish datasets: export to files, upload to repositories, and check licences."""
