"""Which items belong together, and why: pure decisions over what the indexer has learnt."""
