"""Exercise packs: folders of small TOML files, read without running anything of theirs."""
