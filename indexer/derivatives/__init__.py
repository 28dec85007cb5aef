"""Step 3 of an item's way: small pictures made from the original. (makers.py: kind -> maker)"""
