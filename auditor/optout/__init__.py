"""Getting out of a dataset: letters with every link, their cases, and the check of the next index."""
