"""Reports as text: worked graphs and gradient checks."""
