"""Turn sentences into token ids: tokenizing, packing, and the word cache."""
