"""Receipts, from the file that fails to the verdict: each copy is told file by file, then closed for ever.

`mishaps` words what did not come in, `in_flight` what a crash has cut; `copies` gathers these and all that
arrived into receipts, and ends the copies that have gone quiet; `readback` reads their originals back from
the disk and closes them; `forms` writes them as checksums, text and CSV. `indexer.receipt` has the words.
"""
