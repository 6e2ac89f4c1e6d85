"""Pictures of graphs for paper and the web: SVG, TikZ, Mermaid, Graphviz."""
