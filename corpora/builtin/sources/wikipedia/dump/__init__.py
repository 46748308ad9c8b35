"""Dumps: found and downloaded, compressed streams cut into shards, and the pages in them."""
