"""What figures over many requests are made of: histograms, stretches of time, names of clients. Pure."""
