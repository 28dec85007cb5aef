"""Step 2 of an item's way: what does the file say about itself? (readers.py: kind -> reader)"""
