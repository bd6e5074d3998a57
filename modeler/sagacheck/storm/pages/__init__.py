"""What `sagacheck explain` says of the laws of a storm: one file for each group of laws; `registry` lists them."""
