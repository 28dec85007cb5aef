"""A folder on the server comes in: `folders` finds files, `takeout` and `apple_export` what lies beside them
about them, `importer` brings them through `indexer.intake`, staged in a `spool` of their own."""
