"""Turn sentences into token ids: tokenization, packing, and the word cache."""
