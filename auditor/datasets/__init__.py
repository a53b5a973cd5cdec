"""The datasets: their cards, and the local indexes built from what their publishers ship."""
