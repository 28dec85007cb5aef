"""A folder on the server comes in: `folders` finds files; `takeout` and `apple_export` read what others say of
them, as `told`, and `beside` finds it for a whole folder; `importer` brings all of it through `indexer.intake`,
staged in a `spool` of its own. `check` only looks whether files are held."""
