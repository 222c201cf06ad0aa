"""Measures of rankings and of stated confidences, with intervals, slices and paired comparisons."""
