"""Find your Flickr photos in computer-vision datasets, protect them, and get them out."""

__version__ = "0.1.0"
