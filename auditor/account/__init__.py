"""The owner's photos.

As values (`photo`), as last pulled (`store`), and how they are pulled (`sync`, `takeout`).
"""
