"""Storms over real handlers: their laws one by one, then whole sagas under fault plans.

A **world** is what handlers work on; it can be put back to its beginning at any time. A **stage** performs actions in a
world, calmly or with a crash at one of the boundaries that the handler comes to, and observes what has become of it.
**laws** hold for one action; the matrix of all of them is what a contract claims. A **plan** says what strikes which
call of a whole saga; `running` plays it, with `coordinator` walking the chart, and judges the end by comparing it with
calm runs. Where there are no handlers, `simulated` participants do what their contracts say.
"""
