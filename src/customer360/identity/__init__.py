"""Who is one customer: components of a graph, the trained model, and trials of edited rules."""
