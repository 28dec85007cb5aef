"""The started server as real clients meet it: mounted, copied to, replayed byte by byte."""
