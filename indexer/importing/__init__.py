"""A folder on the server comes in: `folders` finds files, `beside` what others in their folder tell of them
(`told`, read by `takeout` and `apple_export`), `importer` brings all of it through `indexer.intake`, staged
in a `spool` of its own. `check` only looks whether files are held."""
