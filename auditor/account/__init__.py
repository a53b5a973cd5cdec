"""The owner's photos: as values (`photo`), as last pulled (`store`), and how they are pulled (`sync`, `takeout`)."""
