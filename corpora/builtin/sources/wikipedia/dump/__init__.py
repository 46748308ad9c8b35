"""Find and download dumps, split their compressed streams into shards, and read their pages."""
