"""What WebDAV clients say and want to hear: headers, conditions, paths, properties, XML. Pure."""
