"""Fits: purchase models, churn, regression and clusters. Arrays in, arrays out."""
