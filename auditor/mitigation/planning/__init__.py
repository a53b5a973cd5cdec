"""From a request to a plan. Nothing in here can write to Flickr."""
