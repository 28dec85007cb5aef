"""The promises of the product, each proved against a really started server."""
