"""All that knows Flickr: its addresses, licences, tags and privacy as values, and the calls of its API."""
