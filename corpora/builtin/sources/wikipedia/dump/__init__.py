"""The bytes of a dump: compressed streams, cut into shards, and the pages in them."""
