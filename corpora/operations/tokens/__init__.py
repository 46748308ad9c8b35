"""From sentences to token ids: tokenizing, packing, and the cache of words."""
