"""Evaluation: how often the right code is found, measured on labelled cases."""
