"""The library of Private Photo Cloud; it knows nothing of HTTP.

The journey of one photo, module by module: its bytes arrive (`hashing`), are kept once by digest
(`store`), become an item and an entry in one transaction (`intake`, `catalog`), wait as a job for
the `worker`, pass the ordered steps of the `pipeline` (`metadata`, `derivatives`), and are asked
for by the faces (`library`). `maintenance` sweeps and verifies.
"""
