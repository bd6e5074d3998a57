"""Makes wrong twins of a sound saga, each harmful by construction, to see whether verify would notice.

`of_charts` and `of_nets` make them; why each is harmful stands beside what makes it.
"""
