"""Making the shipped weights again: encoder, ranker, confidence. Needs torch; answering never imports it."""
